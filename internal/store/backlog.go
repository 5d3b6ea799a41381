package store

import (
	"context"
	"time"
)

// Backlog is what waits in the database's queues, over all organisations and nodes. No more than 10 000 rows
// of a queue are looked at: beyond that nobody cares how many more there are, and to count them would cost
// what it measures.
type Backlog struct {
	// Outbox counts rows by state: queued, sending, unknown. OutboxAge is how long the oldest has been there.
	Outbox    map[string]int
	OutboxAge time.Duration
	// Jobs that are due, and how late the latest is.
	Jobs    int
	JobsLag time.Duration
	// Waiting is work without an agent, and for how long the oldest has waited.
	Waiting    int
	WaitingAge time.Duration
	// Unnumbered lines of the change feed: always 0 on SQLite.
	Unnumbered int
	// Quarantined calls that are kept, leases that are held, nodes that live.
	Quarantined, Leases, Nodes int
}

// Backlog reads them.
func (db *DB) Backlog(ctx context.Context, now time.Time) (b Backlog, err error) {
	c := committed{db.engine.read(ctx)}
	b.Outbox = map[string]int{"queued": 0, "sending": 0, "unknown": 0}
	at := us(now)
	count := func(into *int, from string, args ...any) {
		if err == nil {
			_, err = one(c, []any{into}, "SELECT COUNT(*) FROM (SELECT 1 AS n FROM "+from+" LIMIT 10000) few", args...)
		}
	}
	since := func(into *time.Duration, query string, args ...any) {
		if err != nil {
			return
		}
		var oldest time.Time
		if _, err = one(c, []any{&oldest}, query, args...); err == nil && !oldest.IsZero() {
			*into = max(now.Sub(oldest), 0)
		}
	}
	if err = c.query(func(r row) error {
		var state string
		var n int
		err := r.Scan(text(&state), &n)
		b.Outbox[state] = n
		return err
	}, "SELECT few.state, COUNT(*) FROM (SELECT state FROM outbox LIMIT 10000) few GROUP BY few.state"); err != nil {
		return b, err
	}
	since(&b.OutboxAge, "SELECT MIN(few.created_at) FROM (SELECT created_at FROM outbox LIMIT 10000) few")
	count(&b.Jobs, "job WHERE due_at <= $1", at)
	since(&b.JobsLag, "SELECT MIN(due_at) FROM job WHERE due_at <= $1", at)
	count(&b.Waiting, "work_item WHERE state IN ('waiting', 'offered')")
	since(&b.WaitingAge, "SELECT MIN(few.waiting_since) FROM (SELECT waiting_since FROM work_item WHERE state IN ('waiting', 'offered') LIMIT 10000) few")
	if db.dialect.name == postgresDialect.name {
		count(&b.Unnumbered, "change_pending")
	}
	count(&b.Quarantined, "quarantine")
	count(&b.Leases, "lease WHERE expires_at > "+db.dialect.now)
	count(&b.Nodes, "node")
	return b, err
}
