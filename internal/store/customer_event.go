package store

import (
	"context"
	"math"
	"slices"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/customer"
	"switchboard/internal/message"
)

// CustomerEvent adds to a person's stream. The UPDATE holds the person's row until the commit, so that
// numbers have no gaps and their order is that of the commits; the INSERT takes the number it left.
func (tx *Tx) CustomerEvent(e conversation.CustomerEvent) error {
	var entrySeq any
	if e.EntrySeq > 0 {
		entrySeq = e.EntrySeq
	}
	if err := tx.exec("UPDATE messaging_user SET event_seq = event_seq + 1 WHERE org_id = $1 AND id = $2", tx.org, e.Customer); err != nil {
		return err
	}
	err := tx.exec(`INSERT INTO customer_event (org_id, user_id, seq, conversation_id, type, entry_seq, detail, at)
 SELECT org_id, id, event_seq, $3, $4, $5, $6, $7 FROM messaging_user WHERE org_id = $1 AND id = $2`,
		tx.org, e.Customer, e.Conversation, string(e.Type), entrySeq, asJSON(e.Detail), us(e.At))
	if err != nil {
		return err
	}
	tx.Signal(message.WakeCustomer(e.Customer))
	return nil
}

const customerHead = "SELECT event_seq FROM messaging_user WHERE org_id = $1 AND id = $2"

// CustomerEventHead is the number of a person's last event.
func (tx *Tx) CustomerEventHead(id message.CustomerID) (head int64, err error) {
	found, err := one(tx, []any{&head}, customerHead, tx.org, id)
	return head, must(found, err, "messaging user")
}

// CustomerHead is the number of a person's last event.
func (db *DB) CustomerHead(ctx context.Context, org message.OrgID, id message.CustomerID) (head int64, err error) {
	found, err := one(db.reader(ctx, org), []any{&head}, customerHead, org, id)
	return head, must(found, asFault(err), "messaging user")
}

// headsAtOnce is how many people one query asks about.
const headsAtOnce = 64

// CustomerHeads are the numbers of the last events of many people at once.
func (db *DB) CustomerHeads(ctx context.Context, org message.OrgID, people []message.CustomerID) (map[message.CustomerID]int64, error) {
	heads := make(map[message.CustomerID]int64, len(people))
	tx := db.reader(ctx, org)
	for some := range slices.Chunk(people, headsAtOnce) {
		a := tx.ids(org)
		err := tx.query(func(r row) error {
			var id message.CustomerID
			var head int64
			err := r.Scan(&id, &head)
			heads[id] = head
			return err
		}, "SELECT id, event_seq FROM messaging_user WHERE org_id = $1 AND id "+in(&a, some), a.args...)
		if err != nil {
			return nil, asFault(err)
		}
	}
	return heads, nil
}

// CustomerQuietSince is the number of the last event that was followed by a silence longer than gap;
// what follows the last event is the time until now. 0 for none.
func (db *DB) CustomerQuietSince(ctx context.Context, org message.OrgID, id message.CustomerID, gap time.Duration, now time.Time) (seq int64, err error) {
	seq, err = db.reader(ctx, org).quietSince(id, gap, now)
	return seq, asFault(err)
}

func (tx *Tx) quietSince(id message.CustomerID, gap time.Duration, now time.Time) (seq int64, err error) {
	_, err = one(tx, []any{&seq}, `SELECT COALESCE(MAX(seq), 0) FROM
 (SELECT seq, at, LEAD(at, 1, CAST($3 AS bigint)) OVER (ORDER BY seq) AS next FROM customer_event WHERE org_id = $1 AND user_id = $2) q
 WHERE next - at > $4`, tx.org, id, us(now), gap.Microseconds())
	return seq, err
}

const customerEventSelect = `SELECT v.seq, v.conversation_id, v.type, v.entry_seq, v.detail, v.at, c.thread_key,
 e.id, e.kind, e.author_type, e.author_id, e.author_env, e.content_env, e.status, e.client_id, e.refers_to, e.created_at, e.erased_at,
 t.id, t.author_type, t.client_id, s.id, s.started_at, s.ended_at
 FROM customer_event v JOIN conversation c ON c.org_id = v.org_id AND c.id = v.conversation_id
 LEFT JOIN entry e ON e.org_id = v.org_id AND e.conversation_id = v.conversation_id AND e.seq = v.entry_seq
 LEFT JOIN entry t ON t.org_id = v.org_id AND t.id = e.refers_to
 LEFT JOIN session s ON s.org_id = v.org_id AND s.id = c.session_id `

// customerEvents reads events with the entries and sessions that they point at.
func (tx *Tx) customerEvents(where string, args ...any) ([]customer.Event, error) {
	sessions := map[message.SessionID][2]time.Time{}
	events, err := list(tx, func(r row, v *customer.Event) error {
		var e, target conversation.Entry
		var author message.RowID
		var content string
		var session message.SessionID
		var started, ended time.Time
		if err := r.Scan(&v.Seq, &v.Conversation, text(&v.Type), &v.EntrySeq, jsonColumn{&v.Detail}, &v.At, &v.Thread,
			&e.ID, text(&e.Kind), text(&e.Author), &author, envelope{tx, &e.AuthorName}, envelope{tx, &content}, text(&e.Status), &e.ClientID, &e.RefersTo, &e.CreatedAt, &e.ErasedAt,
			&target.ID, text(&target.Author), &target.ClientID, &session, &started, &ended); err != nil {
			return err
		}
		sessions[session] = [2]time.Time{started, ended}
		if !e.ID.IsZero() {
			e.Conversation, e.Seq, e.AuthorID = v.Conversation, v.EntrySeq, author
			if err := (jsonColumn{&e.Content}).Scan(content); err != nil {
				return err
			}
			v.Entry = &e
		}
		if !target.ID.IsZero() {
			v.AnswerTo = customer.PublicID(&target)
		}
		return nil
	}, customerEventSelect+where, args...)
	if err != nil {
		return nil, err
	}
	// Most events are about the latest session, which came with them; earlier ones are looked up.
	for i := range events {
		v := &events[i]
		id := v.Detail.Session
		if id.IsZero() {
			continue
		}
		times, known := sessions[id]
		if !known {
			if _, err := one(tx, []any{&times[0], &times[1]}, "SELECT started_at, ended_at FROM session WHERE org_id = $1 AND id = $2", tx.org, id); err != nil {
				return nil, err
			}
			sessions[id] = times
		}
		v.SessionStartedAt, v.SessionEndedAt = times[0], times[1]
	}
	return events, nil
}

// CustomerEvents is a person's stream after a number, in order.
func (db *DB) CustomerEvents(ctx context.Context, org message.OrgID, id message.CustomerID, after int64, limit int) ([]customer.Event, error) {
	events, err := db.reader(ctx, org).customerEvents("WHERE v.org_id = $1 AND v.user_id = $2 AND v.seq > $3 ORDER BY v.seq LIMIT $4", org, id, after, limit)
	return events, asFault(err)
}

// CustomerHistory is the part of a person's stream that belongs to one conversation, newest first.
func (db *DB) CustomerHistory(ctx context.Context, org message.OrgID, id message.CustomerID, h customer.History) ([]customer.Event, error) {
	until := int64(math.MaxInt64)
	if !h.Until.IsZero() {
		until = h.Until.UnixMicro()
	}
	where := "WHERE v.org_id = $1 AND v.user_id = $2 AND v.conversation_id = $3 AND v.seq > $4 AND v.at >= $5 AND v.at <= $6"
	args := []any{org, id, h.Conversation, h.After, h.From.UnixMicro(), until, h.Limit}
	if len(h.Types) > 0 {
		a := db.ids(args...)
		where += " AND v.type " + in(&a, h.Types)
		args = a.args
	}
	order := " ORDER BY v.seq DESC LIMIT $7"
	if h.Oldest {
		order = " ORDER BY v.seq LIMIT $7"
	}
	events, err := db.reader(ctx, org).customerEvents(where+order, args...)
	if h.Oldest {
		slices.Reverse(events)
	}
	return events, asFault(err)
}

const customerConversationSelect = `SELECT c.id, c.thread_key, u.name_env, c.created_at, c.closed_at, s.status, s.accepted_at
 FROM conversation c JOIN messaging_user u ON u.org_id = c.org_id AND u.id = c.user_id
 LEFT JOIN session s ON s.org_id = c.org_id AND s.id = c.session_id WHERE c.org_id = $1 AND c.user_id = $2 `

func scanCustomerConversation(tx *Tx) func(row, *customer.Conversation) error {
	return func(r row, c *customer.Conversation) error {
		return r.Scan(&c.ID, &c.Thread, envelope{tx, &c.CustomerName}, &c.StartedAt, &c.ClosedAt, text(&c.SessionStatus), &c.AcceptedAt)
	}
}

// CustomerConversation is one of a person's own by its thread key.
func (db *DB) CustomerConversation(ctx context.Context, org message.OrgID, id message.CustomerID, thread string) (customer.Conversation, error) {
	tx := db.reader(ctx, org)
	found, err := list(tx, scanCustomerConversation(tx), customerConversationSelect+"AND c.thread_key = $3", org, id, thread)
	if err := must(len(found) == 1, asFault(err), "conversation"); err != nil {
		return customer.Conversation{}, err
	}
	return found[0], nil
}

// CustomerConversations are a person's own, newest first, and the number of open and closed ones.
func (db *DB) CustomerConversations(ctx context.Context, org message.OrgID, id message.CustomerID, closedToo bool, limit int) (own []customer.Conversation, open, closed int, err error) {
	tx := db.reader(ctx, org)
	if _, err := one(tx, []any{&open, &closed}, `SELECT COUNT(*) - COUNT(closed_at), COUNT(closed_at) FROM conversation WHERE org_id = $1 AND user_id = $2`, org, id); err != nil {
		return nil, 0, 0, asFault(err)
	}
	where := "AND c.closed_at IS NULL "
	if closedToo {
		where = ""
	}
	own, err = list(tx, scanCustomerConversation(tx), customerConversationSelect+where+"ORDER BY c.created_at DESC, c.id DESC LIMIT $3", org, id, limit)
	return own, open, closed, asFault(err)
}

// CustomerThread is the client-made id of a conversation, and who has its session.
func (db *DB) CustomerThread(ctx context.Context, org message.OrgID, id message.ConversationID) (thread string, agent message.UserID, name string, err error) {
	found, err := one(db.reader(ctx, org), []any{&thread, &agent, &name}, `SELECT c.thread_key, s.agent_id, a.name FROM conversation c
 LEFT JOIN session s ON s.org_id = c.org_id AND s.id = c.session_id
 LEFT JOIN staff_user a ON a.org_id = c.org_id AND a.id = s.agent_id WHERE c.org_id = $1 AND c.id = $2`, org, id)
	return thread, agent, name, must(found, asFault(err), "conversation")
}
