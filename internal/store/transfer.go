package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"switchboard/internal/conversation"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/staff"
)

// RouteOf is where the work of a waiting session goes, with its name.
func (tx *Tx) RouteOf(s *conversation.Session) (to conversation.Destination, err error) {
	var agent, queue string
	_, err = one(tx, []any{&to.Agent, &to.Queue, &agent, &queue}, `SELECT w.direct_agent_id, w.queue_id, u.name, q.name FROM work_item w
 LEFT JOIN staff_user u ON u.org_id = w.org_id AND u.id = w.direct_agent_id
 LEFT JOIN queue q ON q.org_id = w.org_id AND q.id = w.queue_id WHERE w.org_id = $1 AND w.session_id = $2`, tx.org, s.ID)
	switch {
	case !to.Agent.IsZero():
		to.Type, to.Name, to.Queue = conversation.ToAgent, cmp.Or(agent, removedUser), message.QueueID{}
	case !to.Queue.IsZero():
		to.Type, to.Name = conversation.ToQueue, cmp.Or(queue, removedQueue)
	default:
		to.Type, to.Name = conversation.ToEveryone, "everyone"
	}
	return to, err
}

// acceptsWork is the permission that work needs, as permission sets are stored.
const acceptsWork = `"` + string(staff.SessionAccept) + `"`

// RecipientAgent is an active user as somebody to hand work of a channel type to.
func (tx *Tx) RecipientAgent(id message.UserID, channelType string) (r conversation.Recipient, err error) {
	var permissions string
	var channels []string
	found, err := one(tx, []any{&r.Name, &permissions, &r.Kind, &r.Status, jsonColumn{&channels}}, `SELECT u.name, ps.permissions, p.kind, st.name, st.channels
 FROM staff_user u LEFT JOIN permission_set ps ON ps.org_id = u.org_id AND ps.id = u.permission_set_id
 LEFT JOIN presence p ON p.org_id = u.org_id AND p.user_id = u.id
 LEFT JOIN presence_status st ON st.org_id = p.org_id AND st.id = p.status_id
 WHERE u.org_id = $1 AND u.id = $2 AND u.active`, tx.org, id)
	r.Accepts, r.Takes = strings.Contains(permissions, acceptsWork), len(channels) == 0 || slices.Contains(channels, channelType)
	return r, must(found, err, "user")
}

// RecipientQueue is a queue as somewhere to hand work to.
func (tx *Tx) RecipientQueue(id message.QueueID) (r conversation.Recipient, err error) {
	found, err := one(tx, []any{&r.Name, &r.Members}, `SELECT q.name, (SELECT COUNT(*) FROM queue_member m JOIN staff_user u ON u.org_id = m.org_id AND u.id = m.user_id AND u.active
 WHERE m.org_id = q.org_id AND m.queue_id = q.id) FROM queue q WHERE q.org_id = $1 AND q.id = $2`, tx.org, id)
	return r, must(found, err, "queue")
}

// WithdrawOffers closes what is still open of a session.
func (tx *Tx) WithdrawOffers(s message.SessionID) error { return tx.withdrawOffers(s) }

// load of an agent: what is assigned to them and what a queue offers them.
const agentUsed = ` (COALESCE((SELECT SUM(w.units) FROM work_item w WHERE w.org_id = u.org_id AND w.agent_id = u.id AND w.state = 'assigned'), 0)
 + COALESCE((SELECT SUM(o.units) FROM offer o WHERE o.org_id = u.org_id AND o.agent_id = u.id AND o.state = 'open'), 0)) `

// TransferTargets lists whom a session of a channel type can be handed to: at most limit agents, those
// who take work first, and as many queues. except is who has it now.
func (v *Views) TransferTargets(ctx context.Context, org message.OrgID, channelType string, except message.UserID, q string, limit int) (out resource.TransferTargets, err error) {
	tx := v.db.reader(ctx, org)
	like := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.ToLower(strings.TrimSpace(q))) + "%"
	const takes = ` (COALESCE(p.kind, '') = 'online' AND (COALESCE(st.channels, '') IN ('', '[]', 'null') OR st.channels LIKE $2)) `
	quoted := `%"` + channelType + `"%`
	if channelType == "" {
		quoted = "%"
	}
	a, others := v.db.ids(org, quoted, "%"+acceptsWork+"%", like, limit), ""
	if !except.IsZero() {
		others = "u.id <> " + a.add(except) + " AND "
	}
	rows, err := list(tx, func(r row, a *resource.TransferAgent) error {
		return r.Scan(&a.ID, &a.Name, &a.Capacity.Limit, &a.Status.ID, &a.Status.Name, &a.Status.Kind, &a.Capacity.Used, &a.Available)
	}, `SELECT u.id, u.name, u.capacity, st.id, st.name, COALESCE(p.kind, st.kind), `+agentUsed+`, CASE WHEN`+takes+`THEN 1 = 1 ELSE 1 = 0 END
 FROM staff_user u JOIN permission_set ps ON ps.org_id = u.org_id AND ps.id = u.permission_set_id AND ps.permissions LIKE $3
 LEFT JOIN presence p ON p.org_id = u.org_id AND p.user_id = u.id
 LEFT JOIN presence_status st ON st.org_id = u.org_id AND st.id = COALESCE(p.status_id,
  (SELECT f.id FROM presence_status f WHERE f.org_id = u.org_id AND f.kind = 'offline' ORDER BY f.position LIMIT 1))
 WHERE u.org_id = $1 AND u.active AND `+others+`LOWER(u.name) LIKE $4 ESCAPE '\'
 ORDER BY CASE WHEN`+takes+`THEN 0 ELSE 1 END, CASE COALESCE(p.kind, 'offline') WHEN 'offline' THEN 1 ELSE 0 END, u.name, u.id LIMIT $5`,
		a.args...)
	if err != nil {
		return out, asFault(err)
	}
	out.Agents = make([]resource.TransferAgent, len(rows))
	for i, a := range rows {
		a.Available = a.Available && a.Capacity.Used < a.Capacity.Limit
		if a.Status.Kind == "" {
			a.Status.Kind = "offline"
		}
		out.Agents[i] = a
	}
	slices.SortStableFunc(out.Agents, func(a, b resource.TransferAgent) int { return rank(a.Available) - rank(b.Available) })
	out.Queues, err = list(tx, func(r row, q *resource.TransferQueue) error {
		return r.Scan(&q.ID, &q.Name, &q.Waiting, &q.Available)
	}, `SELECT q.id, q.name,
 (SELECT COUNT(*) FROM work_item w WHERE w.org_id = q.org_id AND w.queue_id = q.id AND w.state IN ('waiting', 'offered') AND w.direct_agent_id IS NULL),
 (SELECT COUNT(*) FROM queue_member m JOIN staff_user u ON u.org_id = m.org_id AND u.id = m.user_id AND u.active
  JOIN presence p ON p.org_id = u.org_id AND p.user_id = u.id JOIN presence_status st ON st.org_id = p.org_id AND st.id = p.status_id
  WHERE m.org_id = q.org_id AND m.queue_id = q.id AND`+takes+`AND`+agentUsed+`< u.capacity)
 FROM queue q WHERE q.org_id = $1 AND LOWER(q.name) LIKE $3 ESCAPE '\' ORDER BY q.name, q.id LIMIT $4`, org, quoted, like, limit)
	if out.Queues == nil {
		out.Queues = []resource.TransferQueue{}
	}
	return out, asFault(err)
}

func rank(first bool) int {
	if first {
		return 0
	}
	return 1
}
