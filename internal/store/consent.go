package store

import (
	"context"
	"strconv"
	"time"

	"switchboard/internal/consent"
	"switchboard/internal/consent/phone"
	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/setup"
)

// Standing is a messaging user's consent. It isn't locked: SetConsent looks again.
func (tx *Tx) Standing(id message.CustomerID) (consent.Standing, error) { return tx.standing(id, "") }

func (tx *Tx) standing(id message.CustomerID, lock string) (s consent.Standing, err error) {
	found, err := one(tx, []any{text(&s.Level), &s.Blocked, &s.Since},
		"SELECT consent, consent_blocked, consent_at FROM messaging_user WHERE org_id = $1 AND id = $2"+lock, tx.org, id)
	return s, must(found, err, "messaging user")
}

// SetConsent is the one way in which consent changes: it applies a change to how the person stands now, and
// writes the new level and its line in the ledger together. changed is false where the change does nothing; see
// consent.Standing.Apply.
func (tx *Tx) SetConsent(id message.CustomerID, c consent.Change) (e consent.Event, changed bool, err error) {
	before, err := tx.standing(id, tx.db.dialect.forUpdate)
	if err != nil {
		return e, false, err
	}
	now, said := tx.Now(), c.At
	if c.At.IsZero() {
		c.At = now
	}
	after, changed, err := before.Apply(c)
	if err != nil || !changed {
		return e, false, err
	}
	e = consent.Event{Before: before.Level, Change: c, RecordedAt: now}
	if _, err := one(tx, []any{&e.Seq}, `UPDATE messaging_user SET consent = $3, consent_blocked = $4, consent_at = $5, consent_seq = consent_seq + 1,
 version = version + 1 WHERE org_id = $1 AND id = $2 RETURNING consent_seq`, tx.org, id, string(after.Level), after.Blocked, us(after.Since)); err != nil {
		return e, false, err
	}
	return e, true, tx.exec(`INSERT INTO consent_event (org_id, user_id, seq, channel_id, level_before, level_after, cause, keyword, language,
 entry_id, agent_id, agent_env, source, note_env, said_at, recorded_at)
 SELECT org_id, id, $3, channel_id, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15 FROM messaging_user WHERE org_id = $1 AND id = $2`,
		tx.org, id, e.Seq, string(e.Before), string(e.To), string(e.Cause), e.Keyword, e.Language, e.Entry, e.Agent,
		tx.seal(message.CustomerID{}, e.AgentName), e.Source, tx.seal(id, e.Note), us(said), us(now))
}

// TalksOf are the conversations of a person in which something may be going on, in one order: those with an
// open session, and the one that channels without threads have.
func (tx *Tx) TalksOf(id message.CustomerID) ([]message.ConversationID, error) {
	return list(tx, func(r row, c *message.ConversationID) error { return r.Scan(c) }, `SELECT c.id FROM conversation c
 LEFT JOIN session s ON s.org_id = c.org_id AND s.id = c.session_id
 WHERE c.org_id = $1 AND c.user_id = $2 AND (c.thread_key = '' OR s.status NOT IN ('ended', 'error')) ORDER BY c.id`, tx.org, id)
}

// CancelQueued takes out of the outbox what waits there for a conversation and is no compliance answer. What
// is being sent, or may have been, stays with its sender. It returns the entries, locked.
func (tx *Tx) CancelQueued(c message.ConversationID) ([]conversation.Entry, error) {
	waiting, err := list(tx, func(r row, e *message.EntryID) error { return r.Scan(e) },
		"SELECT entry_id FROM outbox WHERE org_id = $1 AND conversation_id = $2 AND state = 'queued' AND class <> $3 ORDER BY entry_seq",
		tx.org, c, int(conversation.ClassCompliance))
	if err != nil {
		return nil, err
	}
	var out []conversation.Entry
	for _, id := range waiting {
		// A sender locks the entry before it claims its row: whoever comes second sees what the first has done.
		e, err := tx.Entry(id)
		if fault.CodeOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		n, err := tx.affected("DELETE FROM outbox WHERE org_id = $1 AND conversation_id = $2 AND entry_seq = $3 AND state = 'queued'", tx.org, c, e.Seq)
		if err != nil {
			return nil, err
		}
		if n == 1 {
			out = append(out, e)
		}
	}
	return out, nil
}

// MayAnswer keeps that somebody gave a reason for an answer now, and reports whether they haven't had the same
// one within a time: then they have it now.
func (tx *Tx) MayAnswer(id message.CustomerID, answer string, within time.Duration) (may bool, err error) {
	now := us(tx.Now())
	var at int64
	_, err = one(tx, []any{&at}, `INSERT INTO consent_answer (org_id, user_id, answer, at, asked_at) VALUES ($1, $2, $3, $4, $4)
 ON CONFLICT (org_id, user_id, answer) DO UPDATE SET asked_at = excluded.asked_at,
 at = CASE WHEN consent_answer.at <= $5 THEN excluded.at ELSE consent_answer.at END RETURNING at`,
		tx.org, id, answer, now, us(tx.Now().Add(-within)))
	return at == now, err
}

// AskedSince reports whether somebody wrote something, since a time, for which they were to be asked to opt in.
func (tx *Tx) AskedSince(id message.CustomerID, since time.Time) (asked bool, err error) {
	_, err = one(tx, []any{&asked}, `SELECT EXISTS (SELECT 1 FROM consent_answer WHERE org_id = $1 AND user_id = $2 AND answer IN ($3, $4) AND asked_at >= $5)`,
		tx.org, id, string(consent.OptInPrompt), string(consent.DoubleOptInPrompt), us(since))
	return asked, err
}

// Tongue is what is known of a person's language: their locale, and the country of their profile or number.
func (tx *Tx) Tongue(id message.CustomerID) (locale, country string, err error) {
	var number string
	found, err := one(tx, []any{&locale, &country, envelope{tx, &number}}, `SELECT locale, country,
 (SELECT a.address_env FROM messaging_user_address a WHERE a.org_id = u.org_id AND a.user_id = u.id AND a.kind = 'phone' ORDER BY a.position LIMIT 1)
 FROM messaging_user u WHERE u.org_id = $1 AND u.id = $2`, tx.org, id)
	if country == "" && number != "" {
		country = phone.Read(number, "").Country
	}
	return locale, country, must(found, err, "messaging user")
}

// ConsentRules of a channel, or of the organisation for a zero id, as they are stored, locked.
func (tx *Tx) ConsentRules(id message.ChannelID) (stored string, version int64, err error) {
	var found bool
	if id.IsZero() {
		found, err = one(tx, []any{&stored, &version}, "SELECT consent_rules, consent_version FROM org WHERE id = $1"+tx.db.dialect.forUpdate, tx.org)
	} else {
		found, err = one(tx, []any{&stored, &version}, "SELECT consent_rules, consent_version FROM channel WHERE org_id = $1 AND id = $2"+tx.db.dialect.forUpdate, tx.org, id)
	}
	return stored, version, must(found, err, "channel")
}

// SaveConsentRules keeps them and raises the version; empty inherits.
func (tx *Tx) SaveConsentRules(id message.ChannelID, stored string) error {
	var rules any
	if stored != "" {
		rules = stored
	}
	if id.IsZero() {
		return tx.exec("UPDATE org SET consent_rules = $2, consent_version = consent_version + 1 WHERE id = $1", tx.org, rules)
	}
	return tx.exec("UPDATE channel SET consent_rules = $3, consent_version = consent_version + 1 WHERE org_id = $1 AND id = $2", tx.org, id, rules)
}

// InheritingShortCodes are the text-message channels with a short code that have no rules of their own.
func (tx *Tx) InheritingShortCodes() ([]message.ChannelID, error) {
	return list(tx, func(r row, id *message.ChannelID) error { return r.Scan(id) },
		"SELECT id FROM channel WHERE org_id = $1 AND type = 'sms' AND length(address) <= 8 AND consent_rules IS NULL ORDER BY id", tx.org)
}

// ConsentRulesOf a channel, or of the organisation for a zero id, for those who read.
func (db *DB) ConsentRulesOf(ctx context.Context, org message.OrgID, id message.ChannelID) (out setup.ConsentRules, err error) {
	tx := db.reader(ctx, org)
	var own, inherited string
	var version int64
	var found bool
	if id.IsZero() {
		found, err = one(tx, []any{&own, &version}, "SELECT consent_rules, consent_version FROM org WHERE id = $1", org)
	} else {
		found, err = one(tx, []any{&own, &inherited, &version}, `SELECT ch.consent_rules, o.consent_rules, ch.consent_version FROM channel ch
 JOIN org o ON o.id = ch.org_id WHERE ch.org_id = $1 AND ch.id = $2`, org, id)
	}
	if err := must(found, asFault(err), "channel"); err != nil {
		return out, err
	}
	return setup.ConsentOf(own, inherited, version)
}

const consentEventColumns = `e.seq, e.user_id, e.channel_id, e.level_before, e.level_after, e.cause, e.keyword, e.language, e.entry_id, e.agent_id, e.agent_env,
 e.source, e.note_env, e.said_at, e.recorded_at FROM consent_event e WHERE e.org_id = $1 AND `

func (tx *Tx) scanConsentEvent(r row, e *resource.ConsentEvent) error {
	var entry message.EntryID
	var agent resource.AgentRef
	if err := r.Scan(&e.Seq, &e.User, &e.Channel, &e.Before, &e.After, &e.Cause, &e.Keyword, &e.Language, &entry, &agent.ID, opened{tx, &agent.Name},
		&e.Source, opened{tx, &e.Note}, &e.At, &e.RecordedAt); err != nil {
		return err
	}
	if !entry.IsZero() {
		e.Entry = &entry
	}
	if !agent.ID.IsZero() {
		e.Actor = &agent
	}
	if e.At.IsZero() {
		e.At = e.RecordedAt
	}
	return nil
}

// ConsentHistory is a person's ledger, the newest first.
func (db *DB) ConsentHistory(ctx context.Context, org message.OrgID, id message.CustomerID, page resource.Page) ([]resource.ConsentEvent, string, error) {
	tx := db.reader(ctx, org)
	var there bool
	if found, err := one(tx, []any{&there}, "SELECT TRUE FROM messaging_user WHERE org_id = $1 AND id = $2", org, id); err != nil || !found {
		return nil, "", must(found, asFault(err), "messaging user")
	}
	before := int64(1) << 62
	if page.Cursor != "" {
		n, err := strconv.ParseInt(page.Cursor, 10, 64)
		if err != nil || n < 1 {
			return nil, "", badCursor()
		}
		before = n
	}
	items, err := list(tx, tx.scanConsentEvent, "SELECT "+consentEventColumns+"e.user_id = $2 AND e.seq < $3 ORDER BY e.seq DESC LIMIT $4", org, id, before, page.Limit+1)
	next := ""
	if len(items) > page.Limit {
		items = items[:page.Limit]
		next = strconv.FormatInt(items[page.Limit-1].Seq, 10)
	}
	return items, next, asFault(err)
}

// ConsentBetween is the part of the whole ledger that was recorded in a period, oldest first, after a line of it.
func (db *DB) ConsentBetween(ctx context.Context, org message.OrgID, from, to time.Time, after *resource.ConsentEvent, limit int) ([]resource.ConsentEvent, error) {
	tx := db.reader(ctx, org)
	since, user, seq := from.UnixMicro(), message.CustomerID{}, int64(0)
	if after != nil {
		since, user, seq = after.RecordedAt.UnixMicro(), after.User, after.Seq
	}
	a := db.ids(org, since)
	where := "e.recorded_at >= $2 AND e.recorded_at < " + a.add(to.UnixMicro())
	if after != nil {
		where += " AND (e.recorded_at, e.user_id, e.seq) > ($2, " + a.add(user) + ", " + a.add(seq) + ")"
	}
	items, err := list(tx, tx.scanConsentEvent, "SELECT "+consentEventColumns+where+" ORDER BY e.recorded_at, e.user_id, e.seq LIMIT "+a.add(limit), a.args...)
	return items, asFault(err)
}

// SendingTo reports whether a message to somebody is in its provider's hands right now.
func (db *DB) SendingTo(ctx context.Context, org message.OrgID, id message.CustomerID) (sending bool, err error) {
	_, err = one(db.reader(ctx, org), []any{&sending}, `SELECT EXISTS (SELECT 1 FROM conversation c JOIN outbox o ON o.org_id = c.org_id AND o.conversation_id = c.id
 WHERE c.org_id = $1 AND c.user_id = $2 AND o.state = 'sending')`, org, id)
	return sending, asFault(err)
}
