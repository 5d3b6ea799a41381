package store

import (
	"context"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/message"
	"switchboard/internal/resource"
)

// sessionsOfMax is how many past sessions of one conversation are shown.
const sessionsOfMax = 200

// viewSessionDest is sessionDest for looking only: what was shredded reads as none.
func viewSessionDest(tx *Tx, s *conversation.Session, told *sessionTold) []any {
	dest := sessionDest(tx, s, told)
	for i, d := range dest {
		if e, ok := d.(envelope); ok {
			dest[i] = opened(e)
		}
	}
	return dest
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// sessionResource shows a session. queue is the name of its queue, empty when that is gone.
func sessionResource(s *conversation.Session, channel resource.ChannelRef, customer resource.CustomerRef, names map[message.UserID]string, queue string) resource.Session {
	out := resource.Session{
		ID: s.ID, Number: conversation.FormatNumber(s.Number), ConversationID: s.Conversation, Status: string(s.Status),
		Channel: channel, Customer: customer, Agent: agentRef(s.Agent, names), AgentType: s.AgentType, Queue: queueRef(s.Queue, queue),
		Origin: string(s.Origin), StartedAt: s.StartedAt, WaitingSince: timeOrNil(s.WaitingSince), AcceptedAt: timeOrNil(s.AcceptedAt),
		InactiveAt: timeOrNil(s.InactiveAt), EndedAt: timeOrNil(s.EndedAt), EndedBy: s.EndedBy, EndReason: s.EndReason,
		AgentMessages: s.AgentMessages, CustomerMessages: s.CustomerMessages, Prechat: s.Prechat, PageValues: s.PageValues, Routing: s.Routing.Text, RoutingWhy: s.Routing.Said(), Flagged: s.Flagged,
		FlaggedAt: timeOrNil(s.FlaggedAt), FlaggedBy: agentRef(s.FlaggedBy, names), Transfer: transferResource(s.Transfer),
		ErrorCount: s.ErrorCount, ErrorAt: timeOrNil(s.ErrorAt), ModifiedAt: s.ModifiedAt, Version: s.Version,
	}
	if s.ErrorCode != "" {
		out.Error = &resource.DeliveryError{Code: s.ErrorCode, Text: s.ErrorText}
	}
	if !s.EndedAt.IsZero() && !s.AcceptedAt.IsZero() {
		out.LengthSeconds = int64(s.EndedAt.Sub(s.AcceptedAt) / time.Second)
	}
	return out
}

// transferResource shows a pending transfer, with the names as they were when it began.
func transferResource(t *conversation.Transfer) *resource.Transfer {
	if t == nil {
		return nil
	}
	out := &resource.Transfer{To: resource.TransferTo{Type: t.To.Type, Name: t.To.Name}, By: resource.AgentRef{ID: t.By, Name: t.ByName}, Note: t.Note, At: t.At}
	switch t.To.Type {
	case conversation.ToAgent:
		out.To.ID = t.To.Agent.String()
	case conversation.ToQueue:
		out.To.ID = t.To.Queue.String()
	}
	return out
}

// namedUsers are the users whose names a session shows.
func namedUsers(s *conversation.Session, users []message.UserID) []message.UserID {
	for _, id := range []message.UserID{s.Agent, s.FlaggedBy} {
		if !id.IsZero() {
			users = append(users, id)
		}
	}
	return users
}

// Session by id, for who may read its conversation.
func (v *Views) Session(ctx context.Context, org message.OrgID, viewer resource.Viewer, id message.SessionID) (resource.Session, error) {
	sessions, err := v.sessionsByID(v.db.reader(ctx, org), []message.SessionID{id})
	if err != nil {
		return resource.Session{}, asFault(err)
	}
	s, found := sessions[id]
	if err := must(found, nil, "session"); err != nil {
		return s, err
	}
	if v.MayRead(ctx, org, viewer, s.ConversationID) != nil {
		return resource.Session{}, must(false, nil, "session")
	}
	return s, nil
}

// SessionsOf lists the sessions of a conversation, the latest first.
func (v *Views) SessionsOf(ctx context.Context, org message.OrgID, viewer resource.Viewer, c message.ConversationID) ([]resource.Session, error) {
	if err := v.MayRead(ctx, org, viewer, c); err != nil {
		return nil, err
	}
	tx := v.db.reader(ctx, org)
	order, err := list(tx, func(r row, id *message.SessionID) error { return r.Scan(id) },
		"SELECT id FROM session WHERE org_id = $1 AND conversation_id = $2 ORDER BY started_at DESC LIMIT $3", org, c, sessionsOfMax)
	if err != nil {
		return nil, asFault(err)
	}
	return v.inOrder(tx, order)
}

func (v *Views) inOrder(tx *Tx, order []message.SessionID) ([]resource.Session, error) {
	byID, err := v.sessionsByID(tx, order)
	if err != nil {
		return nil, asFault(err)
	}
	items := make([]resource.Session, 0, len(order))
	for _, id := range order {
		if s, ok := byID[id]; ok {
			items = append(items, s)
		}
	}
	return items, nil
}

// SessionsByID loads sessions without asking for rights.
func (v *Views) SessionsByID(ctx context.Context, org message.OrgID, wanted []message.SessionID) (map[message.SessionID]resource.Session, error) {
	sessions, err := v.sessionsByID(v.db.reader(ctx, org), wanted)
	return sessions, asFault(err)
}

func (v *Views) sessionsByID(tx *Tx, wanted []message.SessionID) (map[message.SessionID]resource.Session, error) {
	type loaded struct {
		session  conversation.Session
		channel  resource.ChannelRef
		customer resource.CustomerRef
		queue    string
		told     sessionTold
	}
	out := map[message.SessionID]resource.Session{}
	if len(wanted) == 0 {
		return out, nil
	}
	a := tx.ids(tx.org)
	rows, err := list(tx, func(r row, l *loaded) error {
		return r.Scan(append([]any{&l.channel.Name, &l.channel.Address, opened{tx, &l.customer.Name}, &l.customer.Picture, opened{tx, &l.customer.Address}, &l.queue},
			viewSessionDest(tx, &l.session, &l.told)...)...)
	}, `SELECT ch.name, ch.address, u.name_env, u.picture,
 (SELECT a.address_env FROM messaging_user_address a WHERE a.org_id = s.org_id AND a.user_id = s.user_id AND a.kind = 'phone' ORDER BY a.position LIMIT 1),
 q.name, `+sessionColumns+` FROM session s
 LEFT JOIN channel ch ON ch.org_id = s.org_id AND ch.id = s.channel_id
 LEFT JOIN messaging_user u ON u.org_id = s.org_id AND u.id = s.user_id
 LEFT JOIN queue q ON q.org_id = s.org_id AND q.id = s.queue_id
 WHERE s.org_id = $1 AND s.id `+in(&a, wanted), a.args...)
	if err != nil {
		return nil, err
	}
	var users []message.UserID
	for _, l := range rows {
		users = namedUsers(&l.session, users)
	}
	names, err := tx.userNames(users)
	if err != nil {
		return nil, err
	}
	for _, l := range rows {
		s := &l.session
		if err := l.told.read(s); err != nil {
			return nil, err
		}
		l.channel.ID, l.channel.Type, l.customer.ID = s.Channel, s.ChannelType, s.Customer
		out[s.ID] = sessionResource(s, l.channel, l.customer, names, l.queue)
	}
	return out, nil
}
