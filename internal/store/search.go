package store

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"switchboard/internal/inbox"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/search"
)

// peopleMax is how many messaging users a search finds by their name.
const peopleMax = 100

var (
	sessionNumber = regexp.MustCompile(`^(?i:MS)-?(\d{1,18})$`)
	phoneLike     = regexp.MustCompile(`^\+?[\d\s().\-/]{5,}$`)
)

// numbered finds the conversation of a session's number.
func (tx *Tx) numbered(text string) (found []message.ConversationID, err error) {
	m := sessionNumber.FindStringSubmatch(text)
	if m == nil {
		return nil, nil
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		return nil, nil //nolint:nilerr // no session has a number that long
	}
	return list(tx, func(r row, id *message.ConversationID) error { return r.Scan(id) },
		"SELECT conversation_id FROM session WHERE org_id = $1 AND number = $2", tx.org, n)
}

// addressed finds messaging users by a whole address, of any kind.
func (tx *Tx) addressed(text string) (found []message.CustomerID, err error) {
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
		if known {
			found = append(found, customer)
		}
	}
	return found, nil
}

// people finds messaging users by a session's number, a whole address, or the words of their name and
// addresses.
func (tx *Tx) people(text string) (found []message.CustomerID, err error) {
	numbered, err := tx.numbered(text)
	if err != nil {
		return nil, err
	}
	if len(numbered) > 0 {
		a := tx.ids(tx.org)
		return list(tx, func(r row, id *message.CustomerID) error { return r.Scan(id) },
			"SELECT user_id FROM conversation WHERE org_id = $1 AND id "+in(&a, numbered), a.args...)
	}
	if found, err = tx.addressed(text); err != nil {
		return nil, err
	}
	words := search.Parse(text)
	if words.Empty() {
		return found, nil
	}
	l := look{tx: tx, words: words, person: true}
	for scanned := 0; scanned < searchScan && len(found) < peopleMax; {
		docs, err := l.next()
		if err != nil || len(docs) == 0 {
			return found, err
		}
		scanned += len(docs)
		var wanted []message.CustomerID
		for _, d := range docs {
			if id := message.CustomerID(d.subject); !slices.Contains(found, id) && !slices.Contains(wanted, id) {
				wanted = append(wanted, id)
			}
		}
		texts, err := tx.personTexts(wanted)
		if err != nil {
			return nil, err
		}
		for _, id := range wanted {
			if _, ok := words.Match(texts[id]); ok && len(found) < peopleMax {
				found = append(found, id)
			}
		}
	}
	return found, nil
}

// talksOf are the conversations of a search's people; of a session's number only its own.
func (tx *Tx) talksOf(text string) ([]message.ConversationID, error) {
	if numbered, err := tx.numbered(text); err != nil || len(numbered) > 0 {
		return numbered, err
	}
	people, err := tx.people(text)
	if err != nil || len(people) == 0 {
		return nil, err
	}
	a := tx.ids(tx.org)
	return list(tx, func(r row, id *message.ConversationID) error { return r.Scan(id) },
		"SELECT id FROM conversation WHERE org_id = $1 AND user_id "+in(&a, people)+" ORDER BY last_activity_at DESC LIMIT "+strconv.Itoa(2*peopleMax), a.args...)
}

// shownMax bounds how far a list of found conversations goes: each page looks again for those before it.
const shownMax = 10_000

// parseShown reads the cursor of search, which counts what was shown.
func parseShown(cursor string) (int, error) {
	if cursor == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(cursor)
	if err != nil || n < 0 || n > shownMax {
		return 0, badCursor()
	}
	return n, nil
}

// search lists conversations by their people, and after them those in which somebody said the words, as
// far as the viewer may see them and the query's filters let them through. Its cursor counts what was
// shown: a list of conversations is looked for from the newest each time.
func (v *Views) search(ctx context.Context, org message.OrgID, q inbox.Query, sight inbox.Sight) (items []resource.Conversation, next string, err error) {
	skip, err := parseShown(q.Cursor)
	if err != nil {
		return nil, "", err
	}
	tx := v.db.reader(ctx, org)
	items = []resource.Conversation{}
	seen := map[message.ConversationID]bool{}
	show := func(wanted []message.ConversationID) error {
		wanted = slices.DeleteFunc(wanted, func(id message.ConversationID) bool {
			again := seen[id]
			seen[id] = true
			return again
		})
		rows, err := v.Rows(ctx, org, wanted, []message.UserID{sight.User})
		if err != nil {
			return err
		}
		for _, id := range wanted {
			if r := rows[id]; r != nil && q.Matches(r, sight) && len(items) <= skip+q.Limit {
				items = append(items, r.For(sight, time.Now()))
			}
		}
		return nil
	}
	found, err := tx.talksOf(q.Q)
	if err == nil {
		err = show(found)
	}
	if err != nil {
		return nil, "", asFault(err)
	}
	s := inbox.Search{Words: search.Parse(q.Q), Channel: q.Channel, ChannelType: q.ChannelType}
	f := v.finder(tx, s, sight)
	for !s.Words.Empty() && len(items) <= skip+q.Limit && f.more() {
		if err := f.step(); err != nil {
			return nil, "", asFault(err)
		}
		var wanted []message.ConversationID
		for _, h := range f.take() {
			wanted = append(wanted, h.conversation)
		}
		if err := show(wanted); err != nil {
			return nil, "", asFault(err)
		}
	}
	end := min(skip+q.Limit, len(items))
	if len(items) > end && end <= shownMax {
		next = strconv.Itoa(end)
	}
	return items[min(skip, end):end], next, nil
}

// Search finds messages and notes by their words, the newest first, and on its first page people too.
func (v *Views) Search(ctx context.Context, org message.OrgID, viewer resource.Viewer, ask resource.SearchQuery) (out resource.Found, err error) {
	out = resource.Found{People: []resource.Conversation{}, Items: []resource.FoundIn{}}
	q, err := inbox.ParseSearch(ask)
	if err != nil {
		return out, err
	}
	sight, err := v.Sight(ctx, org, viewer)
	if err != nil {
		return out, err
	}
	tx := v.db.reader(ctx, org)
	if q.Cursor == "" && q.Text != "" && q.Conversation.IsZero() {
		if out.People, err = v.searchPeople(ctx, tx, q, sight); err != nil {
			return out, asFault(err)
		}
	}
	if q.Words.Empty() && !q.File {
		return out, nil
	}
	f := v.finder(tx, q, sight)
	if !q.Conversation.IsZero() {
		if err := v.MayRead(ctx, org, viewer, q.Conversation); err != nil {
			return out, err
		}
		f.source = &within{tx: tx, conversation: q.Conversation}
	}
	if err := f.source.from(q.Cursor); err != nil {
		return out, err
	}
	var hits []hit
	for len(hits) < q.Limit && f.more() {
		if err := f.step(); err != nil {
			return out, asFault(err)
		}
		hits = append(hits, f.take()...)
	}
	more := !f.ended
	if len(hits) > q.Limit {
		hits, more = hits[:q.Limit], true
		f.lookedTo, f.goOn = hits[q.Limit-1].at, hits[q.Limit-1].after
	}
	if more {
		out.NextCursor = f.goOn
		if !f.lookedTo.IsZero() {
			out.LookedTo = &f.lookedTo
		}
	}
	if out.Items, err = v.grouped(ctx, org, hits, sight); err != nil {
		return out, asFault(err)
	}
	out.Indexed, err = tx.indexed()
	return out, asFault(err)
}

// peopleShown is how many people stand above the messages.
const peopleShown = 8

func (v *Views) searchPeople(ctx context.Context, tx *Tx, q inbox.Search, sight inbox.Sight) ([]resource.Conversation, error) {
	out := []resource.Conversation{}
	found, err := tx.talksOf(q.Text)
	if err != nil {
		return nil, err
	}
	rows, err := v.Rows(ctx, tx.org, found, []message.UserID{sight.User})
	if err != nil {
		return nil, err
	}
	for _, id := range found {
		r := rows[id]
		if r == nil || !sight.MayRead(r.Reach) || !q.Channel.IsZero() && q.Channel != r.Head.Channel || q.ChannelType != "" && q.ChannelType != r.Head.ChannelType {
			continue
		}
		if !q.Queue.IsZero() && q.Queue != r.Head.Session.Queue {
			continue
		}
		if out = append(out, r.For(sight, time.Now())); len(out) == peopleShown {
			break
		}
	}
	return out, nil
}

// grouped puts hits under their conversations, for who may read them.
func (v *Views) grouped(ctx context.Context, org message.OrgID, hits []hit, sight inbox.Sight) ([]resource.FoundIn, error) {
	out := []resource.FoundIn{}
	var order []message.ConversationID
	of := map[message.ConversationID][]resource.Hit{}
	for _, h := range hits {
		if of[h.conversation] == nil {
			order = append(order, h.conversation)
		}
		of[h.conversation] = append(of[h.conversation], h.shown)
	}
	rows, err := v.Rows(ctx, org, order, nil)
	if err != nil {
		return nil, err
	}
	for _, id := range order {
		r := rows[id]
		if r == nil || !sight.MayRead(r.Reach) {
			continue
		}
		c := resource.FoundConversation{ID: id, Customer: r.Conversation.Customer, Channel: r.Conversation.Channel}
		if r.Conversation.Session != nil {
			c.Number = r.Conversation.Session.Number
		}
		for i := range of[id] {
			if a := &of[id][i].Author; a.Type == message.AuthorCustomer && a.Name == "" {
				a.Name = c.Customer.Name
			}
		}
		out = append(out, resource.FoundIn{Conversation: c, Hits: of[id]})
	}
	return out, nil
}

// indexed is how much of what was there before the index is in it; nil for all.
func (tx *Tx) indexed() (*float64, error) {
	var entry, user message.RowID
	var done, total int64
	_, err := one(tx, []any{&entry, &user, &done, &total}, "SELECT entry_before, user_before, done, total FROM search_head WHERE org_id = $1", tx.org)
	if err != nil || entry.IsZero() && user.IsZero() {
		return nil, err
	}
	part := min(0.99, float64(done)/float64(max(total, 1)))
	return &part, nil
}

// hit is a message in which all words occur.
type hit struct {
	conversation message.ConversationID
	at           time.Time
	after        string // the cursor of what follows
	shown        resource.Hit
}
