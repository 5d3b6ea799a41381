package store

import (
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/message"
	"switchboard/internal/routing"
)

// channelRouting is what channel.routing holds (resource.ChannelRouting without its queue).
type channelRouting struct {
	Mode             string         `json:"mode"`
	Agent            message.UserID `json:"agent_id,omitzero"`
	LastAgentMinutes int            `json:"last_agent_minutes"`
}

// notRouted is what a session's routing says while its channel sends work nowhere (CH-22).
func notRouted() message.Reason {
	return message.Because("not_routed", message.ReasonParams{}, "This channel is not routed yet: choose a queue on its page.")
}

// Work keeps routing's row of a session and tells the dispatcher. It fills the session's queue.
func (tx *Tx) Work(s *conversation.Session, change conversation.WorkChange) error {
	var err error
	switch change.State {
	case conversation.WorkWaiting:
		err = tx.workWaits(s, change)
	case conversation.WorkGone:
		if err := tx.withdrawOffers(s.ID); err != nil {
			return err
		}
		err = tx.exec("DELETE FROM work_item WHERE org_id = $1 AND session_id = $2", tx.org, s.ID)
	case conversation.WorkAssigned:
		err = tx.exec(`INSERT INTO work_item (org_id, session_id, conversation_id, channel_id, channel_type, state, queue_id, agent_id, units, waiting_since, version)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, COALESCE((SELECT CASE WHEN rc.size_percent > 0 THEN (u.capacity * rc.size_percent + 99) / 100 ELSE rc.size_units END
  FROM queue q JOIN routing_configuration rc ON rc.org_id = q.org_id AND rc.id = q.routing_configuration_id
  JOIN staff_user u ON u.org_id = q.org_id AND u.id = $8 WHERE q.org_id = $1 AND q.id = $7), $10), $9, 1)
 ON CONFLICT (org_id, session_id) DO UPDATE SET state = excluded.state, agent_id = excluded.agent_id, queue_id = excluded.queue_id, direct_agent_id = NULL, preferred_agent_id = NULL,
  giver_id = NULL, fallback = FALSE, position = 0, units = CASE WHEN work_item.units > 0 THEN work_item.units ELSE excluded.units END, version = work_item.version + 1`,
			tx.org, s.ID, s.Conversation, s.Channel, s.ChannelType, change.State, s.Queue, s.Agent, us(tx.Now()), defaultUnits)
	default:
		err = tx.exec("UPDATE work_item SET state = $3, agent_id = $4, version = version + 1 WHERE org_id = $1 AND session_id = $2",
			tx.org, s.ID, change.State, s.Agent)
	}
	if err != nil {
		return err
	}
	return tx.Change(Change{Type: "work.updated", Conversation: s.Conversation, Session: s.ID, Agent: s.Agent})
}

func (tx *Tx) workWaits(s *conversation.Session, change conversation.WorkChange) error {
	routing, queue, err := tx.routingOf(s.Channel, "")
	if err == nil && routing.Mode == "none" {
		// It may be given a queue just now: who does that looks for what waits once we have committed.
		routing, queue, err = tx.routingOf(s.Channel, tx.db.dialect.forShare)
	}
	if err != nil {
		return err
	}
	direct, fallback, byChannel := change.Direct, change.Fallback, false
	switch {
	case !direct.IsZero():
		queue = s.Queue // what it counts as while one agent is asked: where it came from
	case !change.Queue.IsZero():
		queue = change.Queue
	case !s.Queue.IsZero():
		byChannel = routing.Mode == "queue" && queue == s.Queue
		queue = s.Queue
	default:
		byChannel = true
		switch routing.Mode {
		case "everyone":
			queue = message.QueueID{}
		case "agent":
			if fallback = !queue.IsZero(); !fallback || !change.Missed {
				direct, queue = routing.Agent, message.QueueID{}
			}
		}
	}
	s.Queue, s.Routing = queue, message.Reason{}
	if routing.Mode == "none" && queue.IsZero() && direct.IsZero() {
		s.Routing = notRouted()
		return tx.exec("DELETE FROM work_item WHERE org_id = $1 AND session_id = $2", tx.org, s.ID)
	}
	return tx.exec(`INSERT INTO work_item (org_id, session_id, conversation_id, channel_id, channel_type, state, queue_id, direct_agent_id, preferred_agent_id, units, waiting_since, giver_id, fallback, by_channel, version)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11, $12, $13, 1)
 ON CONFLICT (org_id, session_id) DO UPDATE SET state = excluded.state, queue_id = excluded.queue_id, direct_agent_id = excluded.direct_agent_id,
 preferred_agent_id = excluded.preferred_agent_id, agent_id = NULL, units = 0, waiting_since = excluded.waiting_since,
 giver_id = excluded.giver_id, fallback = excluded.fallback, by_channel = excluded.by_channel, position = 0, version = work_item.version + 1`,
		tx.org, s.ID, s.Conversation, s.Channel, s.ChannelType, conversation.WorkWaiting, queue, direct, change.Preferred, us(s.WaitingSince),
		giverOf(s), fallback, byChannel)
}

// giverOf is who hands the session over, none when nobody does.
func giverOf(s *conversation.Session) (giver message.UserID) {
	if s.Transfer != nil {
		giver = s.Agent
	}
	return giver
}

func (tx *Tx) routingOf(channel message.ChannelID, lock string) (r channelRouting, queue message.QueueID, err error) {
	found, err := one(tx, []any{jsonColumn{&r}, &queue}, "SELECT routing, queue_id FROM channel WHERE org_id = $1 AND id = $2"+lock, tx.org, channel)
	return r, queue, must(found, err, "channel")
}

// LastAgentWithin is how long a channel remembers a customer's last agent (RT-5); 0 is not at all.
func (tx *Tx) LastAgentWithin(channel message.ChannelID) (time.Duration, error) {
	var routing channelRouting
	found, err := one(tx, []any{jsonColumn{&routing}}, "SELECT routing FROM channel WHERE org_id = $1 AND id = $2", tx.org, channel)
	return time.Duration(routing.LastAgentMinutes) * time.Minute, must(found, err, "channel")
}

// QueueLine are those who wait in a queue for whoever is free, in order: at most so many. It reads the
// head of the index work_item_waiting and nothing behind it.
func (tx *Tx) QueueLine(q message.QueueID, limit int) ([]routing.InLine, error) {
	return list(tx, func(r row, l *routing.InLine) error {
		return r.Scan(&l.Session, &l.Conversation, &l.Customer, &l.ChannelType, &l.Told)
	}, queueLine, tx.org, q, limit)
}

const queueLine = `SELECT w.session_id, w.conversation_id, c.user_id, w.channel_type, w.position FROM work_item w
 JOIN conversation c ON c.org_id = w.org_id AND c.id = w.conversation_id
 WHERE w.org_id = $1 AND w.queue_id = $2 AND w.state IN ('waiting', 'offered') AND w.direct_agent_id IS NULL
 ORDER BY w.waiting_since, w.session_id LIMIT $3`

// SetPosition keeps what a session's customer is told; false: it doesn't wait in that queue any more. The
// version stays: to routing nothing has changed.
func (tx *Tx) SetPosition(s message.SessionID, q message.QueueID, position int) (bool, error) {
	n, err := tx.affected(`UPDATE work_item SET position = $4
 WHERE org_id = $1 AND session_id = $2 AND queue_id = $3 AND state IN ('waiting', 'offered') AND direct_agent_id IS NULL`, tx.org, s, q, position)
	return n > 0, err
}
