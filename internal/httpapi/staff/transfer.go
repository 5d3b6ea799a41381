package staff

import (
	"context"

	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/staff"
)

type transferIn struct {
	ID   message.SessionID `path:"id"`
	Body struct {
		To struct {
			Type string        `json:"type" enum:"agent,queue"`
			ID   message.RowID `json:"id" doc:"a user's or a queue's"`
		} `json:"to"`
		Note string `json:"note,omitempty" maxLength:"8000" doc:"for who accepts it; the customer never sees it"`
	}
}

// transfer hands a session over (RT-13).
func (a *API) transfer(ctx context.Context, p staff.Principal, in *transferIn) (out resource.Session, err error) {
	if out, err = a.Views.Session(ctx, p.Org, viewer(p), in.ID); err != nil {
		return out, err
	}
	to := conversation.Destination{Type: in.Body.To.Type}
	if to.Type == conversation.ToAgent {
		to.Agent = message.UserID(in.Body.To.ID)
	} else {
		to.Queue = message.QueueID(in.Body.To.ID)
	}
	if err := a.Transfers.Begin(ctx, p.Org, actor(p), out.ConversationID, in.ID, to, in.Body.Note); err != nil {
		return out, err
	}
	return a.sessionAfter(ctx, p, out)
}

func (a *API) transferred(ctx context.Context, p staff.Principal, in *transferIn, _ [16]byte) (resource.Session, error) {
	return a.Views.Session(ctx, p.Org, viewer(p), in.ID)
}

func (a *API) withdraw(ctx context.Context, p staff.Principal, in *oneIn[message.SessionID]) (out resource.Session, err error) {
	if out, err = a.Views.Session(ctx, p.Org, viewer(p), in.ID); err != nil {
		return out, err
	}
	if err := a.Transfers.Withdraw(ctx, p.Org, actor(p), out.ConversationID, in.ID); err != nil {
		return out, err
	}
	return a.sessionAfter(ctx, p, out)
}

func (a *API) withdrawn(ctx context.Context, p staff.Principal, in *oneIn[message.SessionID], _ [16]byte) (resource.Session, error) {
	return a.Views.Session(ctx, p.Org, viewer(p), in.ID)
}

// sessionAfter is a session as it is after a change; as it was before when the change took it out of the
// asker's sight.
func (a *API) sessionAfter(ctx context.Context, p staff.Principal, before resource.Session) (resource.Session, error) {
	after, err := a.Views.Session(ctx, p.Org, viewer(p), before.ID)
	if fault.CodeOf(err) == fault.NotFound {
		return before, nil
	}
	return after, err
}

type targetsIn struct {
	Session message.SessionID `query:"session_id" doc:"the session to hand over: who can take its channel comes first, and who has it is left out"`
	Q       string            `query:"q" maxLength:"100" doc:"part of a name"`
	Limit   int               `query:"limit" default:"20" minimum:"1" maximum:"50" doc:"of agents, and of queues"`
}

func (a *API) transferTargets(ctx context.Context, p staff.Principal, in *targetsIn) (out resource.TransferTargets, err error) {
	var s resource.Session
	if !in.Session.IsZero() {
		if s, err = a.Views.Session(ctx, p.Org, viewer(p), in.Session); err != nil {
			return out, err
		}
	}
	var has message.UserID
	if s.Agent != nil {
		has = s.Agent.ID
	}
	return a.Views.TransferTargets(ctx, p.Org, s.Channel.Type, has, in.Q, in.Limit)
}

type flagIn struct {
	ID   message.SessionID `path:"id"`
	Body struct {
		Raised bool   `json:"raised"`
		Note   string `json:"note,omitempty" maxLength:"8000" doc:"what help is needed"`
	}
}

// flag raises or lowers the flag with which agents ask for help (RT-16).
func (a *API) flag(ctx context.Context, p staff.Principal, in *flagIn) (out resource.Session, err error) {
	if out, err = a.Views.Session(ctx, p.Org, viewer(p), in.ID); err != nil {
		return out, err
	}
	if err := a.Conversations.Flag(ctx, p.Org, actor(p), out.ConversationID, in.ID, in.Body.Raised, in.Body.Note); err != nil {
		return out, err
	}
	return a.Views.Session(ctx, p.Org, viewer(p), in.ID)
}
