package staff

import (
	"context"

	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/staff"
)

// someone refuses programs where only a person has things of their own.
func someone(p staff.Principal) error {
	if p.APIKey {
		return fault.New(fault.NoPermission, "An API key has no drafts, favourites or notifications of its own.")
	}
	return nil
}

func (a *API) draftsOf(ctx context.Context, p staff.Principal, id message.ConversationID) (resource.Drafts, error) {
	items, err := a.Views.Drafts(ctx, p.Org, map[message.UserID][]message.ConversationID{p.UserID: {id}})
	if items == nil {
		items = []resource.Draft{}
	}
	return resource.Drafts{ConversationID: id, Items: items}, err
}

func (a *API) drafts(ctx context.Context, p staff.Principal, in *oneIn[message.ConversationID]) (out resource.Drafts, err error) {
	if err := a.mayDraft(ctx, p, in.ID); err != nil {
		return out, err
	}
	return a.draftsOf(ctx, p, in.ID)
}

func (a *API) mayDraft(ctx context.Context, p staff.Principal, id message.ConversationID) error {
	if err := someone(p); err != nil {
		return err
	}
	return a.Views.MayRead(ctx, p.Org, viewer(p), id)
}

type draftIn struct {
	ID   message.ConversationID `path:"id"`
	Body struct {
		Mode    conversation.Mode `json:"mode" enum:"reply,note"`
		Text    string            `json:"text" maxLength:"20000"`
		ReplyTo message.EntryID   `json:"reply_to,omitempty"`
		FileIDs []message.FileID  `json:"file_ids,omitempty" maxItems:"10" doc:"uploads of mine"`
		Device  string            `json:"device,omitempty" maxLength:"64" doc:"my own name for where I write, to know the echo by"`
	}
}

// DraftKept says under which version a draft was kept.
type DraftKept struct {
	Version int64 `json:"version" doc:"a message that is sent from it names it as draft_version"`
}

func (a *API) keepDraft(ctx context.Context, p staff.Principal, in *draftIn) (out DraftKept, err error) {
	if err := a.mayDraft(ctx, p, in.ID); err != nil {
		return out, err
	}
	out.Version, err = a.Conversations.KeepDraft(ctx, p.Org, actor(p), conversation.Unsent{Conversation: in.ID, User: p.UserID, Mode: in.Body.Mode,
		Text: in.Body.Text, ReplyTo: in.Body.ReplyTo, Files: in.Body.FileIDs, Device: in.Body.Device})
	return out, err
}

type dropIn struct {
	ID   message.ConversationID `path:"id"`
	Mode string                 `query:"mode" enum:"reply,note" doc:"both, if not said"`
}

func (a *API) dropDraft(ctx context.Context, p staff.Principal, in *dropIn) (None, error) {
	if err := a.mayDraft(ctx, p, in.ID); err != nil {
		return None{}, err
	}
	for _, mode := range []conversation.Mode{conversation.ModeReply, conversation.ModeNote} {
		if in.Mode != "" && in.Mode != string(mode) {
			continue
		}
		if _, err := a.Conversations.KeepDraft(ctx, p.Org, actor(p), conversation.Unsent{Conversation: in.ID, User: p.UserID, Mode: mode}); err != nil {
			return None{}, err
		}
	}
	return None{}, nil
}
