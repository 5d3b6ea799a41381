package store

import (
	"context"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/feed"
	"switchboard/internal/message"
	"switchboard/internal/push"
	"switchboard/internal/routing"
)

// Work that no routing configuration speaks of (everyone mode, direct work, a queue without one).
const (
	defaultPriority    = 5
	defaultUnits       = 1
	defaultPushTimeout = 30 // seconds, for queues
)

// WorkVersion of a session's work and its state, locked.
func (tx *Tx) WorkVersion(s message.SessionID) (version int64, state string, found bool, err error) {
	found, err = one(tx, []any{&version, &state}, "SELECT version, state FROM work_item WHERE org_id = $1 AND session_id = $2"+tx.db.dialect.forUpdate, tx.org, s)
	return version, state, found, err
}

// TouchWork raises the version, and sets the state and the units its agent gives it.
func (tx *Tx) TouchWork(s message.SessionID, state string, units int) (version int64, err error) {
	_, err = one(tx, []any{&version}, "UPDATE work_item SET state = $3, units = $4, version = version + 1 WHERE org_id = $1 AND session_id = $2 RETURNING version",
		tx.org, s, state, units)
	return version, err
}

// AgentVersion of an agent's presence, locked, and whether they may be offered work.
func (tx *Tx) AgentVersion(a message.UserID) (version int64, online bool, err error) {
	var kind string
	_, err = one(tx, []any{&version, &kind}, `SELECT p.version, p.kind FROM presence p JOIN staff_user u ON u.org_id = p.org_id AND u.id = p.user_id AND u.active
 WHERE p.org_id = $1 AND p.user_id = $2`+tx.lockOf("p"), tx.org, a)
	return version, kind == "online", err
}

// OnlineAgent is a user as an author, and whether they take work now.
func (tx *Tx) OnlineAgent(id message.UserID) (agent conversation.Staff, online bool, err error) {
	var kind string
	agent.ID = id
	found, err := one(tx, []any{&agent.Name, &kind}, `SELECT u.name, p.kind FROM staff_user u LEFT JOIN presence p ON p.org_id = u.org_id AND p.user_id = u.id
 WHERE u.org_id = $1 AND u.id = $2 AND u.active`, tx.org, id)
	return agent, kind == "online", must(found, err, "user")
}

// AgentLoad is the units of an agent's assigned work, and their capacity; locked until the commit.
func (tx *Tx) AgentLoad(a message.UserID) (assigned, limit int, err error) {
	if lock := tx.db.dialect.forUpdate; lock != "" {
		// A statement of its own: after waiting for the lock, the next one sees what they accepted meanwhile.
		if err := tx.exec("SELECT version FROM presence WHERE org_id = $1 AND user_id = $2"+lock, tx.org, a); err != nil {
			return 0, 0, err
		}
	}
	_, err = one(tx, []any{&assigned, &limit}, `SELECT COALESCE((SELECT SUM(w.units) FROM work_item w WHERE w.org_id = $1 AND w.agent_id = $2 AND w.state = 'assigned'), 0), u.capacity
 FROM staff_user u WHERE u.org_id = $1 AND u.id = $2`, tx.org, a)
	return assigned, limit, err
}

// TookWork keeps when an agent accepted work last.
func (tx *Tx) TookWork(a message.UserID) error {
	return tx.exec("UPDATE presence SET last_work_at = $3 WHERE org_id = $1 AND user_id = $2", tx.org, a, us(tx.Now()))
}

// InsertOffer keeps an open offer with its change row.
func (tx *Tx) InsertOffer(o routing.Offer) error {
	err := tx.exec(`INSERT INTO offer (org_id, id, session_id, agent_id, state, units, reason, decline_reason, created_at, expires_at)
 VALUES ($1, $2, $3, $4, $5, $6, $7, '', $8, $9)`, tx.org, o.ID, o.Session, o.Agent, string(o.State), o.Units, reasonColumn{&o.Reason}, us(o.CreatedAt), us(o.ExpiresAt))
	if err != nil {
		return err
	}
	if err := tx.callSoon(push.Cause{User: o.Agent, Kind: push.Offer, Conversation: o.Conversation, Ref: message.RowID(o.ID)}); err != nil {
		return err
	}
	return tx.Change(offerChange(feed.OfferCreated, o))
}

func offerChange(t feed.Type, o routing.Offer) Change {
	return Change{Type: t, Conversation: o.Conversation, Session: o.Session, Agent: o.Agent, Ref: message.RowID(o.ID)}
}

const offerSelect = `SELECT o.id, o.session_id, s.conversation_id, o.agent_id, o.state, o.units, o.reason, o.created_at, o.expires_at
 FROM offer o JOIN session s ON s.org_id = o.org_id AND s.id = o.session_id `

func scanOffer(r row, o *routing.Offer) error {
	return r.Scan(&o.ID, &o.Session, &o.Conversation, &o.Agent, text(&o.State), &o.Units, reasonColumn{&o.Reason}, &o.CreatedAt, &o.ExpiresAt)
}

// OfferByID, locked.
func (tx *Tx) OfferByID(id message.OfferID) (o routing.Offer, err error) {
	offers, err := list(tx, scanOffer, offerSelect+"WHERE o.org_id = $1 AND o.id = $2", tx.org, id)
	if err := must(len(offers) > 0, err, "offer"); err != nil {
		return o, err
	}
	return offers[0], nil
}

// OpenOffers of a session, locked. By their time: in the order of ids SQLite reads all offers.
func (tx *Tx) OpenOffers(s message.SessionID) ([]routing.Offer, error) {
	return list(tx, scanOffer, offerSelect+"WHERE o.org_id = $1 AND o.session_id = $2 AND o.state = 'open' ORDER BY o.created_at, o.id"+tx.lockOf("o"), tx.org, s)
}

// CloseOffer settles an open offer, with its change row. One that is settled stays as it is.
func (tx *Tx) CloseOffer(o routing.Offer, state routing.OfferState, declineReason string) error {
	n, err := tx.affected("UPDATE offer SET state = $3, decline_reason = $4, decided_at = $5 WHERE org_id = $1 AND id = $2 AND state = 'open'",
		tx.org, o.ID, string(state), declineReason, us(tx.Now()))
	if err != nil || n == 0 {
		return err
	}
	return tx.Change(offerChange(feed.OfferWithdrawn, o))
}

// WorkChanged tells the dispatcher to look at a session's work again.
func (tx *Tx) WorkChanged(s message.SessionID, c message.ConversationID) error {
	return tx.Change(Change{Type: feed.WorkUpdated, Conversation: c, Session: s})
}

// LogDecision keeps why something was decided.
func (tx *Tx) LogDecision(s message.SessionID, kind string, agent message.UserID, reason string) error {
	return tx.exec("INSERT INTO routing_decision (org_id, id, session_id, at, kind, agent_id, reason) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		tx.org, message.NewID[message.RowID](), s, us(tx.Now()), kind, agent, reason)
}

// ExplainSession puts the latest explanation on the session, with its change row when it differs.
func (tx *Tx) ExplainSession(s message.SessionID, why message.Reason) error {
	var c message.ConversationID
	found, err := one(tx, []any{&c}, `UPDATE session SET routing = $3, version = version + 1 WHERE org_id = $1 AND id = $2 AND routing <> $3 RETURNING conversation_id`, tx.org, s, reasonColumn{&why})
	if err != nil || !found {
		return err
	}
	return tx.Change(Change{Type: feed.SessionUpdated, Conversation: c, Session: s})
}

// AssignedSessions are the active sessions of an agent, and those they are handing over.
func (tx *Tx) AssignedSessions(a message.UserID) ([]message.SessionID, error) {
	return list(tx, func(r row, id *message.SessionID) error { return r.Scan(id) },
		"SELECT id FROM session WHERE org_id = $1 AND agent_id = $2 AND status IN ('active', 'waiting') AND latest ORDER BY id", tx.org, a)
}

// UnroutedSession reports whether a waiting session is nowhere, or where its channel's routing put it and
// would not any more.
func (tx *Tx) UnroutedSession(s message.SessionID) (bool, error) {
	var byChannel bool
	var channel message.ChannelID
	var queue message.QueueID
	var direct message.UserID
	found, err := one(tx, []any{&byChannel, &channel, &queue, &direct}, "SELECT by_channel, channel_id, queue_id, direct_agent_id FROM work_item WHERE org_id = $1 AND session_id = $2"+
		tx.db.dialect.forUpdate, tx.org, s)
	if err != nil || !found || !byChannel {
		return err == nil && !found, err
	}
	now, to, err := tx.routingOf(channel, "")
	there := false
	switch now.Mode {
	case routingEveryone:
		there = queue.IsZero() && direct.IsZero()
	case "queue":
		there = queue == to && direct.IsZero()
	case "agent": // asked, or fallen back
		there = direct == now.Agent || direct.IsZero() && queue == to && !to.IsZero()
	}
	return !there, err
}

// UnroutedSessions of a channel wait where its routing put them, or nowhere; the longest waiting first.
func (tx *Tx) UnroutedSessions(c message.ChannelID) ([]message.SessionID, error) {
	return list(tx, func(r row, id *message.SessionID) error { return r.Scan(id) },
		`SELECT s.id FROM session s WHERE s.org_id = $1 AND s.status = 'waiting' AND s.channel_id = $2
 AND NOT EXISTS (SELECT 1 FROM work_item w WHERE w.org_id = s.org_id AND w.session_id = s.id AND NOT w.by_channel) ORDER BY s.waiting_since, s.id`, tx.org, c)
}

// RoutingHead is the feed's newest number.
func (db *DB) RoutingHead(ctx context.Context, org message.OrgID) (seq int64, err error) {
	_, err = one(db.engine.read(ctx), []any{&seq}, "SELECT MAX(seq) FROM change WHERE org_id = $1", org)
	return seq, asFault(err)
}

// RoutingChanges are the feed's lines after a number that concern routing, and the last number read.
func (db *DB) RoutingChanges(ctx context.Context, org message.OrgID, after int64, limit int) (out []routing.RoutingChange, last int64, err error) {
	changes, err := db.Changes(ctx, org, after, limit)
	last = after
	for _, c := range changes {
		last = c.Seq
		switch c.Type {
		case feed.WorkUpdated, feed.AgentUpdated, feed.PresenceUpdated, feed.QueueUpdated, feed.RoutingUpdated, feed.ChannelUpdated:
			out = append(out, routing.RoutingChange{Type: string(c.Type), Session: c.Session, Agent: c.Agent, Ref: c.Ref, Trace: c.Trace})
		}
	}
	return out, last, err
}

// RoutingQueues are the names of all queues.
func (db *DB) RoutingQueues(ctx context.Context, org message.OrgID) ([]routing.QueueNamed, error) {
	out, err := list(db.engine.read(ctx), func(r row, q *routing.QueueNamed) error { return r.Scan(&q.Queue, &q.Name) },
		"SELECT id, name FROM queue WHERE org_id = $1", org)
	return out, asFault(err)
}

// RoutingAgents with their presence, capacity and queues: those named, or all. Users who are not
// active are left out.
func (db *DB) RoutingAgents(ctx context.Context, org message.OrgID, only []message.UserID) ([]routing.Agent, error) {
	c := db.engine.read(ctx)
	where, a := " WHERE u.org_id = $1 AND u.active", db.ids(org)
	if len(only) > 0 {
		where += " AND u.id " + in(&a, only)
	}
	var kind string
	agents, err := list(c, func(r row, a *routing.Agent) error {
		err := r.Scan(&a.ID, &a.Name, &a.Limit, &a.Version, &kind, &a.LastWork, jsonColumn{&a.Channels})
		a.Online = kind == "online"
		return err
	}, `SELECT u.id, u.name, u.capacity, p.version, p.kind, p.last_work_at, st.channels FROM staff_user u
 LEFT JOIN presence p ON p.org_id = u.org_id AND p.user_id = u.id
 LEFT JOIN presence_status st ON st.org_id = p.org_id AND st.id = p.status_id`+where, a.args...)
	if err != nil {
		return nil, asFault(err)
	}
	at := map[message.UserID]int{}
	for i, a := range agents {
		at[a.ID] = i
	}
	type member struct {
		user  message.UserID
		queue message.QueueID
	}
	where, a = "", db.ids(org)
	if len(only) > 0 {
		where = " AND user_id " + in(&a, only)
	}
	members, err := list(c, func(r row, m *member) error { return r.Scan(&m.user, &m.queue) },
		"SELECT user_id, queue_id FROM queue_member WHERE org_id = $1"+where, a.args...)
	for _, m := range members {
		if i, ok := at[m.user]; ok {
			agents[i].Queues = append(agents[i].Queues, m.queue)
		}
	}
	return agents, asFault(err)
}

// workChunk bounds how many sessions one statement asks for.
const workChunk = 200

// RoutingWork is routing's truth about work: that of some sessions, of one queue, or all. Work that is
// inactive takes no capacity and is left out.
func (db *DB) RoutingWork(ctx context.Context, org message.OrgID, which routing.WorkFilter) (out []routing.WorkPut, err error) {
	if len(which.Sessions) > workChunk {
		for start := 0; start < len(which.Sessions); start += workChunk {
			part, err := db.RoutingWork(ctx, org, routing.WorkFilter{Sessions: which.Sessions[start:min(start+workChunk, len(which.Sessions))]})
			if err != nil {
				return nil, err
			}
			out = append(out, part...)
		}
		return out, nil
	}
	c := db.engine.read(ctx)
	where, a := " WHERE w.org_id = $1 AND w.state <> 'inactive'", db.ids(org)
	switch {
	case len(which.Sessions) > 0:
		where += " AND w.session_id " + in(&a, which.Sessions)
	case !which.Queue.IsZero():
		where += " AND w.queue_id = " + a.add(which.Queue)
	}
	out, err = list(c, scanWork, `SELECT w.session_id, w.version, w.channel_type, w.queue_id, w.direct_agent_id, w.preferred_agent_id, w.agent_id, w.units, w.waiting_since, w.giver_id, w.fallback,
 rc.priority, rc.size_units, rc.size_percent, rc.model, rc.push_timeout, rc.auto_accept, q.overflow_queue_id, q.overflow_after
 FROM work_item w LEFT JOIN queue q ON q.org_id = w.org_id AND q.id = w.queue_id
 LEFT JOIN routing_configuration rc ON rc.org_id = q.org_id AND rc.id = q.routing_configuration_id`+where, a.args...)
	if err != nil || len(out) == 0 {
		return nil, asFault(err)
	}
	return out, asFault(db.addOffers(c, org, out, which))
}

func scanWork(r row, p *routing.WorkPut) error {
	w := &p.Work
	var units, push, overflow int
	var model string
	var giver message.UserID
	err := r.Scan(&w.ID, &w.Version, &w.Channel, &w.Queue, &w.Agent, &w.Preferred, &p.Assigned, &units, &w.WaitingSince, &giver, &w.Fallback,
		&w.Priority, &w.Size.Units, &w.Size.Percent, &model, &push, &w.AutoAccept, &w.OverflowQueue, &overflow)
	w.Model, w.OverflowAfter = routing.Model(model), time.Duration(overflow)*time.Second
	w.PushTimeout = time.Duration(push) * time.Second
	if model == "" { // no routing configuration
		w.Model, w.Priority, w.Size = routing.LeastActive, defaultPriority, routing.Size{Units: defaultUnits}
		if !w.Queue.IsZero() || !w.Agent.IsZero() {
			w.PushTimeout = defaultPushTimeout * time.Second
		}
	}
	if w.Fallback && w.PushTimeout == 0 {
		w.PushTimeout = defaultPushTimeout * time.Second // it has somewhere to go
	}
	if !w.Agent.IsZero() {
		w.OverflowQueue = message.QueueID{} // it has not begun to wait there
	}
	if !giver.IsZero() {
		p.Tried = append(p.Tried, routing.Tried{Agent: giver, At: w.WaitingSince, Declined: true}) // asked when nobody else can take it
	}
	if !p.Assigned.IsZero() && units > 0 {
		w.Size = routing.Size{Units: units} // what it was when it was accepted
	}
	return err
}

// addOffers adds open offers and who has been tried lately.
func (db *DB) addOffers(c conn, org message.OrgID, work []routing.WorkPut, which routing.WorkFilter) error {
	at := map[message.SessionID]int{}
	sessions := make([]message.SessionID, len(work))
	for i, w := range work {
		at[w.Work.ID], sessions[i] = i, w.Work.ID
	}
	since := us(time.Now().Add(-routing.DeclineHold))
	query := `SELECT session_id, agent_id, state, created_at, expires_at, decided_at FROM offer
 WHERE org_id = $1 AND (state = 'open' OR state IN ('declined', 'expired') AND decided_at > $2)`
	a := db.ids(org, since)
	if len(which.Sessions) > 0 {
		query += " AND session_id " + in(&a, sessions)
	}
	type line struct {
		session              message.SessionID
		agent                message.UserID
		state                string
		at, expires, decided time.Time
	}
	lines, err := list(c, func(r row, l *line) error {
		return r.Scan(&l.session, &l.agent, &l.state, &l.at, &l.expires, &l.decided)
	}, query+" ORDER BY created_at", a.args...)
	for _, l := range lines {
		i, ok := at[l.session]
		switch {
		case !ok:
		case l.state == string(routing.OfferOpen):
			work[i].Offers = append(work[i].Offers, routing.OpenOffer{Agent: l.agent, At: l.at, ExpiresAt: l.expires})
		default:
			work[i].Tried = append(work[i].Tried, routing.Tried{Agent: l.agent, At: l.decided, Declined: l.state == string(routing.OfferDeclined)})
		}
	}
	return err
}

// withdrawOffers closes what is still open of a session that left routing.
func (tx *Tx) withdrawOffers(s message.SessionID) error {
	open, err := tx.OpenOffers(s)
	for _, o := range open {
		if err == nil {
			err = tx.CloseOffer(o, routing.OfferWithdrawn, "")
		}
	}
	return err
}

// errStatus is for a name that no presence status has.
func errStatus(name string) error {
	return fault.Invalid("status", "There is no presence status %q.", name)
}

// Organisations of the installation, oldest first.
func (db *DB) Organisations(ctx context.Context) ([]message.OrgID, error) {
	out, err := list(db.engine.read(ctx), func(r row, id *message.OrgID) error { return r.Scan(id) }, "SELECT id FROM org ORDER BY created_at, id")
	return out, asFault(err)
}
