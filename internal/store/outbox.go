package store

import (
	"context"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/message"
	"switchboard/internal/outbound"
)

// Enqueue puts an entry into the outbox of its channel.
func (tx *Tx) Enqueue(c *conversation.Conversation, e *conversation.Entry, class conversation.Class, deadline time.Time) error {
	tx.Signal(message.WakeOutbox(c.Channel))
	return tx.exec(`INSERT INTO outbox (org_id, id, channel_id, conversation_id, entry_seq, entry_id, class, state, attempts, due_at, deadline, epoch, created_at, trace)
 VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', 0, $8, $9, 0, $8, $10) ON CONFLICT (org_id, conversation_id, entry_seq) DO NOTHING`,
		tx.org, message.NewID[message.RowID](), c.Channel, c.ID, e.Seq, e.ID, int(class), us(tx.Now()), us(deadline), tx.trace)
}

// Requeue puts a failed or unknown entry back, with the attempts it had.
func (tx *Tx) Requeue(c *conversation.Conversation, e *conversation.Entry, deadline time.Time) error {
	return tx.Enqueue(c, e, conversation.ClassAgent, deadline)
}

const outboxColumns = "o.org_id, o.id, o.channel_id, o.conversation_id, o.entry_seq, o.entry_id, o.class, o.state, o.attempts, o.deadline, o.epoch, o.created_at, o.trace"

func scanOutbox(r row, o *outbound.Row) error {
	return r.Scan(&o.Org, &o.ID, &o.Channel, &o.Conversation, &o.EntrySeq, &o.Entry, &o.Class, text(&o.State), &o.Attempts, &o.Deadline, &o.Epoch, &o.CreatedAt, text(&o.Trace))
}

// DueOutbox is what may go now: of each conversation only its oldest message, so that one which waits
// holds back those behind it (promise 4); lower classes first.
func (tx *Tx) DueOutbox(channel message.ChannelID, state outbound.State, now time.Time, limit int) ([]outbound.Row, error) {
	return list(tx, scanOutbox, "SELECT "+outboxColumns+` FROM outbox o
 WHERE o.org_id = $1 AND o.channel_id = $2 AND o.state = $3 AND o.due_at <= $4
 AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.org_id = o.org_id AND p.conversation_id = o.conversation_id AND p.entry_seq < o.entry_seq)
 ORDER BY o.class, o.id LIMIT $5`, tx.org, channel, string(state), us(now), limit)
}

// StaleSends are rows that a sender of an earlier epoch left in the middle of a call.
func (tx *Tx) StaleSends(channel message.ChannelID, epoch int64) ([]outbound.Row, error) {
	return list(tx, scanOutbox, "SELECT "+outboxColumns+` FROM outbox o
 WHERE o.org_id = $1 AND o.channel_id = $2 AND o.state = 'sending' AND o.epoch < $3 ORDER BY o.id`, tx.org, channel, epoch)
}

// SaveOutbox writes state, attempts, due time and epoch. It reports false when the row is gone.
func (tx *Tx) SaveOutbox(o outbound.Row, due time.Time) (bool, error) {
	n, err := tx.affected("UPDATE outbox SET state = $3, attempts = $4, due_at = $5, epoch = $6 WHERE org_id = $1 AND id = $2",
		tx.org, o.ID, string(o.State), o.Attempts, us(due), o.Epoch)
	return n == 1, err
}

// DeleteOutbox ends a row's life: its entry is settled.
func (tx *Tx) DeleteOutbox(id message.RowID) error {
	return tx.exec("DELETE FROM outbox WHERE org_id = $1 AND id = $2", tx.org, id)
}

// OutboxOf finds the row of an entry.
func (tx *Tx) OutboxOf(c message.ConversationID, seq int64) (o outbound.Row, found bool, err error) {
	rows, err := list(tx, scanOutbox, "SELECT "+outboxColumns+" FROM outbox o WHERE o.org_id = $1 AND o.conversation_id = $2 AND o.entry_seq = $3", tx.org, c, seq)
	if err != nil || len(rows) == 0 {
		return o, false, err
	}
	return rows[0], true, nil
}

// BeginAttempt keeps that a call is about to be made, before it is made.
func (tx *Tx) BeginAttempt(entry message.EntryID, n int, at time.Time) error {
	return tx.exec(`INSERT INTO attempt (org_id, entry_id, n, started_at, outcome, code, detail) VALUES ($1, $2, $3, $4, 'started', '', '')
 ON CONFLICT (org_id, entry_id, n) DO UPDATE SET started_at = excluded.started_at, outcome = 'started', ended_at = NULL`, tx.org, entry, n, us(at))
}

// EndAttempt keeps how it ended.
func (tx *Tx) EndAttempt(entry message.EntryID, n int, at time.Time, outcome, code, detail string) error {
	return tx.exec("UPDATE attempt SET ended_at = $4, outcome = $5, code = $6, detail = $7 WHERE org_id = $1 AND entry_id = $2 AND n = $3",
		tx.org, entry, n, us(at), outcome, code, detail)
}

// LogDeliveryError adds a line to the error log (TN-3).
func (tx *Tx) LogDeliveryError(channel message.ChannelID, c message.ConversationID, entry message.EntryID, code, detail string) error {
	return tx.exec("INSERT INTO delivery_error (org_id, id, at, channel_id, conversation_id, entry_id, code, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		tx.org, message.NewID[message.RowID](), us(tx.Now()), channel, c, entry, code, detail)
}

// OutboxChannels are the channels that have something on its way.
func (db *DB) OutboxChannels(ctx context.Context) ([]outbound.ChannelKey, error) {
	out, err := list(db.engine.read(ctx), func(r row, k *outbound.ChannelKey) error { return r.Scan(&k.Org, &k.Channel) },
		"SELECT ch.org_id, ch.id FROM channel ch WHERE EXISTS (SELECT 1 FROM outbox o WHERE o.channel_id = ch.id)")
	return out, asFault(err)
}

// NextOutbox is when the channel's earliest row is due; zero when it has none.
func (db *DB) NextOutbox(ctx context.Context, k outbound.ChannelKey) (due time.Time, err error) {
	_, err = one(db.engine.read(ctx), []any{&due}, `SELECT MIN(o.due_at) FROM outbox o WHERE o.channel_id = $2 AND o.state IN ('queued', 'unknown')
 AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.org_id = $1 AND p.conversation_id = o.conversation_id AND p.entry_seq < o.entry_seq)`, k.Org, k.Channel)
	return due, asFault(err)
}
