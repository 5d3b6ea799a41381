package staff

import (
	"context"

	"switchboard/internal/conversation"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/staff"
)

type reactIn struct {
	ID   message.ConversationID `path:"id"`
	Body struct {
		EntryID message.EntryID `json:"entry_id" doc:"the message that it is on"`
		Emoji   string          `json:"emoji" maxLength:"64" doc:"one emoji, in the place of an earlier one; empty takes it back"`
	}
}

func (a *API) react(ctx context.Context, p staff.Principal, in *reactIn) (out resource.Entry, err error) {
	if err := a.Views.MayRead(ctx, p.Org, viewer(p), in.ID); err != nil {
		return out, err
	}
	e, err := a.Conversations.React(ctx, p.Org, actor(p), in.ID, conversation.ReactionDraft{To: in.Body.EntryID, Emoji: in.Body.Emoji,
		ClientID: request(ctx).Header.Get("Idempotency-Key")})
	if err != nil {
		return out, err
	}
	return a.Views.Entry(ctx, p.Org, viewer(p), in.ID, e.Seq)
}

func (a *API) reacted(ctx context.Context, p staff.Principal, in *reactIn, _ [16]byte) (resource.Entry, error) {
	return a.react(ctx, p, in)
}
