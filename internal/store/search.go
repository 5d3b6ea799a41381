package store

import (
	"context"
	"encoding/base64"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"switchboard/internal/inbox"
	"switchboard/internal/message"
	"switchboard/internal/resource"
)

const (
	// tokensMax is how many different words of one text are found again.
	tokensMax = 32
	// tokenBytes of a word's HMAC are enough to tell an organisation's words apart.
	tokenBytes = 12
	// wordMin and wordMax bound what counts as a word, in characters; longer ones are cut.
	wordMin, wordMax = 2, 40
	// searchScan is how many matches one request looks through for what the viewer may see; the
	// cursor goes on from there.
	searchScan = 1000
)

// words are the different lower-cased words of a text, in their order.
func words(text string) (out []string) {
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	}) {
		r := []rune(w)
		if len(r) < wordMin {
			continue
		}
		if w = string(r[:min(len(r), wordMax)]); !slices.Contains(out, w) {
			out = append(out, w)
		}
		if len(out) == tokensMax {
			break
		}
	}
	return out
}

func (tx *Tx) tokens(text string) (out [][]byte) {
	for _, w := range words(text) {
		out = append(out, tx.db.sealer.Key(tx.org, "word", w)[:tokenBytes])
	}
	return out
}

// IndexText lets a conversation be found by the words of a text: an entry's, a customer's name. Only
// keyed hashes of the words are kept.
func (tx *Tx) IndexText(c message.ConversationID, text string) error {
	tokens := tx.tokens(text)
	if len(tokens) == 0 {
		return nil
	}
	a := ids{[]any{tx.org, c}}
	rows := make([]string, len(tokens))
	for i, t := range tokens {
		rows[i] = "($1, " + a.add(t) + ", $2)"
	}
	return tx.exec("INSERT INTO search_token (org_id, token, conversation_id) VALUES "+strings.Join(rows, ", ")+" ON CONFLICT DO NOTHING", a.args...)
}

// indexCustomer lets the conversations of a messaging user be found by their name.
func (tx *Tx) indexCustomer(id message.CustomerID) error {
	var name string
	if _, err := one(tx, []any{opened{tx, &name}}, "SELECT name_env FROM messaging_user WHERE org_id = $1 AND id = $2", tx.org, id); err != nil || name == "" {
		return err
	}
	own, err := list(tx, func(r row, c *message.ConversationID) error { return r.Scan(c) },
		"SELECT id FROM conversation WHERE org_id = $1 AND user_id = $2", tx.org, id)
	if err != nil {
		return err
	}
	for _, c := range own {
		if err := tx.IndexText(c, name); err != nil {
			return err
		}
	}
	return nil
}

var (
	sessionNumber = regexp.MustCompile(`^(?i:MS)-?(\d{1,18})$`)
	phoneLike     = regexp.MustCompile(`^\+?[\d\s().\-/]{5,}$`)
)

// exact finds conversations by a session's number or a customer's whole address.
func (tx *Tx) exact(text string) (found []message.ConversationID, err error) {
	scan := func(r row, id *message.ConversationID) error { return r.Scan(id) }
	if m := sessionNumber.FindStringSubmatch(text); m != nil {
		n, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			return nil, nil //nolint:nilerr // no session has a number that long
		}
		return list(tx, scan, "SELECT conversation_id FROM session WHERE org_id = $1 AND number = $2", tx.org, n)
	}
	kind, value := message.AddressScoped, text
	if phoneLike.MatchString(text) {
		kind, value = message.AddressPhone, "+"+strings.Map(func(r rune) rune {
			if unicode.IsDigit(r) {
				return r
			}
			return -1
		}, text)
	} else if strings.ContainsAny(text, " \t\n") {
		return nil, nil
	}
	briefs, err := tx.channelBriefs()
	if err != nil {
		return nil, err
	}
	for _, channel := range briefs {
		customer, known, err := tx.CustomerByAddress(channel.ID, message.Address{Kind: kind, Value: value})
		if err != nil {
			return nil, err
		}
		if !known {
			continue
		}
		own, err := list(tx, scan, "SELECT id FROM conversation WHERE org_id = $1 AND user_id = $2", tx.org, customer)
		if err != nil {
			return nil, err
		}
		found = append(found, own...)
	}
	return found, nil
}

// containing finds conversations in which all words occur, the newest conversation first, after one of them.
func (tx *Tx) containing(text string, after message.ConversationID, limit int) ([]message.ConversationID, error) {
	tokens := tx.tokens(text)
	if len(tokens) == 0 {
		return nil, nil
	}
	a := ids{[]any{tx.org, limit}}
	query := "SELECT t.conversation_id FROM search_token t"
	where := " WHERE t.org_id = $1 AND t.token = " + a.add(tokens[0])
	for i, token := range tokens[1:] {
		alias := "t" + strconv.Itoa(i+1)
		query += " JOIN search_token " + alias + " ON " + alias + ".org_id = t.org_id AND " + alias + ".conversation_id = t.conversation_id AND " +
			alias + ".token = " + a.add(token)
	}
	if !after.IsZero() {
		where += " AND t.conversation_id < " + a.add(after)
	}
	return list(tx, func(r row, id *message.ConversationID) error { return r.Scan(id) },
		query+where+" ORDER BY t.conversation_id DESC LIMIT $2", a.args...)
}

// search lists what matches the words, a session's number or an address exactly, as far as the viewer
// may see it and the query's filters let it through.
func (v *Views) search(ctx context.Context, org message.OrgID, q inbox.Query, sight inbox.Sight) (items []resource.Conversation, next string, err error) {
	tx := v.db.reader(ctx, org)
	var after message.ConversationID
	var candidates []message.ConversationID
	if q.Cursor != "" {
		raw, err := base64.RawURLEncoding.DecodeString(q.Cursor)
		if err == nil {
			err = after.Scan(raw)
		}
		if err != nil {
			return nil, "", badCursor()
		}
	} else if candidates, err = tx.exact(q.Q); err != nil {
		return nil, "", asFault(err)
	}
	items = []resource.Conversation{}
	seen := map[message.ConversationID]bool{}
	show := func(wanted []message.ConversationID, last *message.ConversationID) error {
		rows, err := v.Rows(ctx, org, wanted, []message.UserID{sight.User})
		if err != nil {
			return err
		}
		for _, id := range wanted {
			if last != nil {
				*last = id
			}
			if r := rows[id]; r != nil && !seen[id] && q.Matches(r, sight) {
				seen[id] = true
				if items = append(items, r.For(sight, time.Now())); len(items) == q.Limit {
					return nil
				}
			}
		}
		return nil
	}
	if err := show(candidates, nil); err != nil {
		return nil, "", err
	}
	for scanned := 0; len(items) < q.Limit && scanned < searchScan; {
		matches, err := tx.containing(q.Q, after, rowsMax)
		if err != nil {
			return nil, "", asFault(err)
		}
		if err := show(matches, &after); err != nil {
			return nil, "", err
		}
		if scanned += len(matches); len(matches) < rowsMax && len(items) < q.Limit {
			return items, "", nil
		}
	}
	if after.IsZero() {
		return items, "", nil
	}
	return items, base64.RawURLEncoding.EncodeToString(after[:]), nil
}
