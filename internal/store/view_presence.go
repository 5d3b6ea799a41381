package store

import (
	"context"
	"time"

	"switchboard/internal/message"
	"switchboard/internal/resource"
)

// Presences shows what users are now and how loaded they are: those asked for, or all active ones.
// One who never came online has the organisation's first offline status.
func (v *Views) Presences(ctx context.Context, org message.OrgID, only []message.UserID) (map[message.UserID]resource.Presence, error) {
	tx := v.db.reader(ctx, org)
	a := v.db.ids(org)
	where := "u.active"
	if len(only) > 0 {
		where = "u.id " + in(&a, only)
	}
	rows, err := list(tx, func(r row, p *resource.Presence) error {
		return r.Scan(&p.User.ID, &p.User.Name, &p.Capacity.Limit, &p.Since, &p.Status.ID, &p.Status.Name, &p.Status.Kind, jsonColumn{&p.Status.Channels},
			&p.Status.Position, &p.Status.Version, &p.Capacity.Used, &p.Connected)
	}, `SELECT u.id, u.name, u.capacity, p.since, st.id, st.name, COALESCE(p.kind, st.kind), st.channels, st.position, st.version,
 COALESCE((SELECT SUM(w.units) FROM work_item w WHERE w.org_id = u.org_id AND w.agent_id = u.id AND w.state = 'assigned'), 0)
 + COALESCE((SELECT SUM(o.units) FROM offer o WHERE o.org_id = u.org_id AND o.agent_id = u.id AND o.state = 'open'), 0),
 EXISTS (SELECT 1 FROM agent_connection ac WHERE ac.org_id = u.org_id AND ac.user_id = u.id)
 FROM staff_user u LEFT JOIN presence p ON p.org_id = u.org_id AND p.user_id = u.id
 LEFT JOIN presence_status st ON st.org_id = u.org_id AND st.id = COALESCE(p.status_id,
  (SELECT f.id FROM presence_status f WHERE f.org_id = u.org_id AND f.kind = 'offline' ORDER BY f.position LIMIT 1))
 WHERE u.org_id = $1 AND `+where, a.args...)
	out := make(map[message.UserID]resource.Presence, len(rows))
	for _, p := range rows {
		if p.Status.Kind == "" {
			p.Status.Kind = "offline"
		}
		out[p.User.ID] = p
	}
	return out, asFault(err)
}

// QueueStates shows queues with what waits in them: those asked for, or all.
func (v *Views) QueueStates(ctx context.Context, org message.OrgID, only []message.QueueID) (map[message.QueueID]resource.Queue, error) {
	tx := v.db.reader(ctx, org)
	a := v.db.ids(org)
	where, members := "", ""
	if len(only) > 0 {
		list := in(&a, only)
		where, members = " AND q.id "+list, " AND queue_id "+list
	}
	type loaded struct {
		queue   resource.Queue
		longest time.Time
	}
	rows, err := list(tx, func(r row, l *loaded) error {
		q := &l.queue
		return r.Scan(&q.ID, &q.Name, &q.RoutingConfigID, &q.OverflowQueueID, &q.OverflowAfter, &q.Version, &q.Waiting, &l.longest, &q.Online)
	}, `SELECT q.id, q.name, q.routing_configuration_id, q.overflow_queue_id, q.overflow_after, q.version,
 (SELECT COUNT(*) FROM work_item w WHERE w.org_id = q.org_id AND w.queue_id = q.id AND w.state IN ('waiting', 'offered') AND w.direct_agent_id IS NULL),
 (SELECT MIN(w.waiting_since) FROM work_item w WHERE w.org_id = q.org_id AND w.queue_id = q.id AND w.state IN ('waiting', 'offered') AND w.direct_agent_id IS NULL),
 (SELECT COUNT(*) FROM queue_member m JOIN presence p ON p.org_id = m.org_id AND p.user_id = m.user_id
  WHERE m.org_id = q.org_id AND m.queue_id = q.id AND p.kind = 'online')
 FROM queue q WHERE q.org_id = $1`+where, a.args...)
	if err != nil {
		return nil, asFault(err)
	}
	out := make(map[message.QueueID]resource.Queue, len(rows))
	for _, l := range rows {
		l.queue.LongestWait, l.queue.Members = timeOrNil(l.longest), []message.UserID{}
		out[l.queue.ID] = l.queue
	}
	err = tx.query(func(r row) error {
		var id message.QueueID
		var user message.UserID
		err := r.Scan(&id, &user)
		if q, ok := out[id]; ok {
			q.Members = append(q.Members, user)
			out[id] = q
		}
		return err
	}, "SELECT queue_id, user_id FROM queue_member WHERE org_id = $1"+members+" ORDER BY user_id", a.args...)
	for id, q := range out {
		switch {
		case q.RoutingConfigID.IsZero():
			q.Problem = "This queue has no routing configuration: its work is offered to nobody."
		case len(q.Members) == 0:
			q.Problem = "This queue has no members: its work is offered to nobody."
		}
		out[id] = q
	}
	return out, asFault(err)
}
