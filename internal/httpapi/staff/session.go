package staff

import (
	"context"

	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/staff"
)

type sessionsIn struct {
	Paging
	Status  string `query:"status" doc:"a status, or open; several with commas"`
	Channel string `query:"channel" doc:"a channel's id or type"`
	Queue   string `query:"queue" doc:"a queue's id"`
	Flagged bool   `query:"flagged" doc:"only those whose agent asks for help"`
	Mine    bool   `query:"mine" doc:"only those that I have"`
	Sort    string `query:"sort" doc:"activity, waiting or ended"`
}

func (a *API) sessions(ctx context.Context, p staff.Principal, in *sessionsIn) (List[resource.Session], error) {
	q := resource.ListQuery{Status: in.Status, Channel: in.Channel, Queue: in.Queue, Flagged: in.Flagged, Sort: in.Sort, Cursor: in.Cursor, Limit: in.Limit}
	if in.Mine {
		q.Scope = "mine"
	}
	return page(a.Views.Sessions(ctx, p.Org, viewer(p), q))
}

func (a *API) session(ctx context.Context, p staff.Principal, in *oneIn[message.SessionID]) (resource.Session, error) {
	return a.Views.Session(ctx, p.Org, viewer(p), in.ID)
}

type endIn struct {
	ID   message.SessionID `path:"id"`
	Body *ReasonIn
}

func (a *API) end(ctx context.Context, p staff.Principal, in *endIn) (out resource.Session, err error) {
	if out, err = a.Views.Session(ctx, p.Org, viewer(p), in.ID); err != nil {
		return out, err
	}
	if _, err := a.Conversations.EndSession(ctx, p.Org, actor(p), out.ConversationID, in.ID, given(in.Body).Reason); err != nil {
		return out, err
	}
	return a.Views.Session(ctx, p.Org, viewer(p), in.ID)
}

func (a *API) ended(ctx context.Context, p staff.Principal, in *endIn, _ [16]byte) (resource.Session, error) {
	return a.Views.Session(ctx, p.Org, viewer(p), in.ID)
}

func (a *API) inactive(ctx context.Context, p staff.Principal, in *oneIn[message.SessionID]) (out resource.Session, err error) {
	if out, err = a.Views.Session(ctx, p.Org, viewer(p), in.ID); err != nil {
		return out, err
	}
	if _, err := a.Conversations.SetInactive(ctx, p.Org, actor(p), out.ConversationID, in.ID); err != nil {
		return out, err
	}
	return a.Views.Session(ctx, p.Org, viewer(p), in.ID)
}

func (a *API) madeInactive(ctx context.Context, p staff.Principal, in *oneIn[message.SessionID], _ [16]byte) (resource.Session, error) {
	return a.Views.Session(ctx, p.Org, viewer(p), in.ID)
}

// deleteSession removes a session that is over. Its entries keep their numbers.
func (a *API) deleteSession(ctx context.Context, p staff.Principal, in *oneIn[message.SessionID]) (None, error) {
	s, err := a.Views.Session(ctx, p.Org, viewer(p), in.ID)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Eraser.Delete(ctx, p.Org, s.ConversationID, in.ID)
}
