package store

import (
	"context"

	"switchboard/internal/fault"
	"switchboard/internal/feed"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/routing"
)

// QueueSetup is a queue with its members, locked.
func (tx *Tx) QueueSetup(id message.QueueID) (q routing.Queue, err error) {
	found, err := one(tx, []any{&q.ID, &q.Name, &q.RoutingConfigID, &q.OverflowQueueID, &q.OverflowAfter, &q.Version},
		"SELECT id, name, routing_configuration_id, overflow_queue_id, overflow_after, version FROM queue WHERE org_id = $1 AND id = $2"+tx.db.dialect.forUpdate, tx.org, id)
	if err := must(found, err, "queue"); err != nil {
		return q, err
	}
	q.Members, err = list(tx, func(r row, u *message.UserID) error { return r.Scan(u) },
		"SELECT user_id FROM queue_member WHERE org_id = $1 AND queue_id = $2 ORDER BY user_id", tx.org, id)
	return q, err
}

// InsertQueue with its members.
func (tx *Tx) InsertQueue(q routing.Queue) error {
	tx.made(q.ID)
	n, err := tx.affected(`INSERT INTO queue (org_id, id, name, routing_configuration_id, overflow_queue_id, overflow_after, version)
 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (org_id, name) DO NOTHING`,
		tx.org, q.ID, q.Name, q.RoutingConfigID, q.OverflowQueueID, q.OverflowAfter, q.Version)
	if err := unlessTaken(n, err, "name", "There is already a queue with this name."); err != nil {
		return err
	}
	return tx.settleQueue(&q)
}

// SaveQueue writes everything about it.
func (tx *Tx) SaveQueue(q *routing.Queue) error {
	if err := tx.nameFree("queue", "name", q.Name, q.ID, "There is already a queue with this name."); err != nil {
		return err
	}
	q.Version++
	if err := tx.exec(`UPDATE queue SET name = $3, routing_configuration_id = $4, overflow_queue_id = $5, overflow_after = $6, version = $7
 WHERE org_id = $1 AND id = $2`, tx.org, q.ID, q.Name, q.RoutingConfigID, q.OverflowQueueID, q.OverflowAfter, q.Version); err != nil {
		return err
	}
	return tx.settleQueue(q)
}

// settleQueue checks what the queue refers to and writes its members.
func (tx *Tx) settleQueue(q *routing.Queue) error {
	if !q.RoutingConfigID.IsZero() {
		if _, err := tx.ConfigurationSetup(q.RoutingConfigID); fault.CodeOf(err) == fault.NotFound {
			return fault.Invalid("routing_configuration_id", "There is no such routing configuration.")
		} else if err != nil {
			return err
		}
	}
	if err := tx.exec("DELETE FROM queue_member WHERE org_id = $1 AND queue_id = $2", tx.org, q.ID); err != nil {
		return err
	}
	for _, u := range q.Members {
		n, err := tx.affected(`INSERT INTO queue_member (org_id, queue_id, user_id) SELECT org_id, $2, id FROM staff_user WHERE org_id = $1 AND id = $3
 ON CONFLICT (org_id, queue_id, user_id) DO NOTHING`, tx.org, q.ID, u)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Invalid("members", "There is no user %s, or they are named twice.", u)
		}
	}
	return nil
}

// nameFree refuses a value that another row of the organisation has in a unique column. table and
// column are ours, never a caller's.
func (tx *Tx) nameFree(table, column, value string, except [16]byte, text string) error {
	var taken bool
	_, err := one(tx, []any{&taken}, "SELECT EXISTS (SELECT 1 FROM "+table+" WHERE org_id = $1 AND "+column+" = $2 AND id <> $3)",
		tx.org, value, message.RowID(except))
	if err != nil || !taken {
		return err
	}
	return unlessTaken(0, nil, column, text)
}

// DeleteQueue removes a queue that nothing refers to.
func (tx *Tx) DeleteQueue(id message.QueueID) error {
	var used bool
	if _, err := one(tx, []any{&used}, `SELECT EXISTS (SELECT 1 FROM channel WHERE org_id = $1 AND queue_id = $2)
 OR EXISTS (SELECT 1 FROM queue WHERE org_id = $1 AND overflow_queue_id = $2)
 OR EXISTS (SELECT 1 FROM quick_text_queue WHERE org_id = $1 AND queue_id = $2)
 OR EXISTS (SELECT 1 FROM work_item WHERE org_id = $1 AND queue_id = $2)`, tx.org, id); err != nil {
		return err
	}
	if used {
		return fault.New(fault.InUse, "A channel, another queue, a quick text or open work refers to this queue. Point them elsewhere first.")
	}
	if err := tx.exec("DELETE FROM queue_member WHERE org_id = $1 AND queue_id = $2", tx.org, id); err != nil {
		return err
	}
	return tx.exec("DELETE FROM queue WHERE org_id = $1 AND id = $2", tx.org, id)
}

// QueueChanged tells routing and screens about a queue.
func (tx *Tx) QueueChanged(id message.QueueID) error {
	return tx.Change(Change{Type: feed.QueueUpdated, Ref: message.RowID(id)})
}

// RoutingChanged tells about a routing configuration or a presence status.
func (tx *Tx) RoutingChanged(ref message.RowID) error {
	return tx.Change(Change{Type: feed.RoutingUpdated, Ref: ref})
}

// QueueIDs is a page of the queues by name; Views.QueueStates shows them.
func (db *DB) QueueIDs(ctx context.Context, org message.OrgID, page resource.Page) ([]message.QueueID, string, error) {
	from, err := after(page)
	if err != nil {
		return nil, "", err
	}
	rows, err := list(db.reader(ctx, org), func(r row, p *position) error { return r.Scan(&p.Text, &p.ID) },
		"SELECT name, id FROM queue WHERE org_id = $1 AND (name, id) > ($2, $3) ORDER BY name, id LIMIT $4", org, from.Text, from.ID, page.Limit+1)
	rows, next := paged(rows, page.Limit, func(p position) position { return p })
	out := make([]message.QueueID, len(rows))
	for i, p := range rows {
		out[i] = message.QueueID(p.ID)
	}
	return out, next, err
}
