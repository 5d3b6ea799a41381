package staff

import (
	"context"

	"switchboard/internal/consent/phone"
	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/staff"
)

// ListIn is what a list of conversations or sessions is asked for.
type ListIn struct {
	Paging
	Scope   string `query:"scope" enum:"mine,team,all" doc:"mine: my sessions; team: my queues'; all, if I may"`
	Status  string `query:"status" doc:"a session's status, or open; several with commas"`
	Channel string `query:"channel" doc:"a channel's id or type"`
	Queue   string `query:"queue" doc:"a queue's id"`
	Flagged bool   `query:"flagged" doc:"only those whose agent asks for help"`
	Sort    string `query:"sort" doc:"activity, waiting or ended"`
	Q       string `query:"q" maxLength:"200" doc:"words to find"`
}

func (in ListIn) query() resource.ListQuery {
	return resource.ListQuery{Scope: in.Scope, Status: in.Status, Channel: in.Channel, Queue: in.Queue, Flagged: in.Flagged, Sort: in.Sort, Q: in.Q,
		Cursor: in.Cursor, Limit: in.Limit}
}

func (a *API) conversations(ctx context.Context, p staff.Principal, in *ListIn) (List[resource.Conversation], error) {
	return page(a.Views.Conversations(ctx, p.Org, viewer(p), in.query()))
}

func (a *API) conversation(ctx context.Context, p staff.Principal, in *oneIn[message.ConversationID]) (resource.Conversation, error) {
	return a.Views.Conversation(ctx, p.Org, viewer(p), in.ID)
}

func (a *API) sessionsOf(ctx context.Context, p staff.Principal, in *oneIn[message.ConversationID]) (List[resource.Session], error) {
	items, err := a.Views.SessionsOf(ctx, p.Org, viewer(p), in.ID)
	return page(items, "", err)
}

type entriesIn struct {
	ID     message.ConversationID `path:"id"`
	After  int64                  `query:"after" minimum:"0" doc:"entries after this number, the oldest first; without it the newest"`
	Before int64                  `query:"before" minimum:"0" doc:"the newest entries before this number"`
	Limit  int                    `query:"limit" default:"50" minimum:"1" maximum:"200"`
}

func (a *API) entries(ctx context.Context, p staff.Principal, in *entriesIn) (List[resource.Entry], error) {
	before := in.Before
	if in.After == 0 && request(ctx).URL.Query().Has("after") {
		// From the beginning, which is not the same as no after: numbers begin with 1 and have no gaps.
		if first := int64(in.Limit) + 1; before == 0 || first < before {
			before = first
		}
	}
	items, err := a.Views.Entries(ctx, p.Org, viewer(p), in.ID, in.After, before, in.Limit)
	return page(items, "", err)
}

// MessageIn is a message as it is written.
type MessageIn struct {
	Text     string          `json:"text,omitempty" maxLength:"20000"`
	FileID   message.FileID  `json:"file_id,omitempty"`
	Template *TemplateUseIn  `json:"template,omitempty" doc:"an approved template, for channels and times that need one"`
	ReplyTo  message.EntryID `json:"reply_to,omitempty" doc:"the entry that this one answers"`
	// DraftVersion: see resource.Draft.
	DraftVersion int64                 `json:"draft_version,omitempty" minimum:"0" doc:"of the draft it was written as: that one, and what is older, goes with it"`
	QuickTexts   []message.QuickTextID `json:"quick_texts,omitempty" maxItems:"20" doc:"those it was written with, for their use to be counted"`
}

// TemplateUseIn names a template and the values of its parameters, in order.
type TemplateUseIn struct {
	ID     message.TemplateID `json:"id"`
	Header []string           `json:"header,omitempty" maxItems:"10"`
	Body   []string           `json:"body,omitempty" maxItems:"50"`
}

// draft is a message ready to be stored. The key of the request is the entry's own.
func (a *API) draft(ctx context.Context, p staff.Principal, channel message.ChannelID, m MessageIn) (conversation.Draft, error) {
	d := conversation.Draft{Text: m.Text, File: m.FileID, ReplyTo: m.ReplyTo, DraftVersion: m.DraftVersion, QuickTexts: m.QuickTexts, ClientID: request(ctx).Header.Get("Idempotency-Key")}
	if m.Template == nil {
		return d, nil
	}
	use, text, err := a.Setup.UseTemplate(ctx, p.Org, channel, m.Template.ID, m.Template.Header, m.Template.Body)
	if err != nil {
		return d, err
	}
	if m.Text != "" {
		return d, fault.Invalid("text", "A template has its own text: leave text empty.")
	}
	d.Template, d.Text = &use, text
	return d, nil
}

type sendIn struct {
	ID   message.ConversationID `path:"id"`
	Body MessageIn
}

func (a *API) send(ctx context.Context, p staff.Principal, in *sendIn) (out resource.Entry, err error) {
	c, err := a.Views.Conversation(ctx, p.Org, viewer(p), in.ID)
	if err != nil {
		return out, err
	}
	d, err := a.draft(ctx, p, c.Channel.ID, in.Body)
	if err != nil {
		return out, err
	}
	e, err := a.Conversations.Send(ctx, p.Org, actor(p), in.ID, d)
	if err != nil {
		return out, err
	}
	return a.Views.Entry(ctx, p.Org, viewer(p), in.ID, e.Seq)
}

// resend answers a repeated message with its entry, which carries the request's key.
func (a *API) resend(ctx context.Context, p staff.Principal, in *sendIn, _ [16]byte) (resource.Entry, error) {
	return a.send(ctx, p, in)
}

type noteIn struct {
	ID   message.ConversationID `path:"id"`
	Body struct {
		Text         string           `json:"text" maxLength:"20000"`
		Mentions     []message.UserID `json:"mentions,omitempty" maxItems:"20" doc:"colleagues whom the text names as @Name; they are told, which gives no right to read"`
		DraftVersion int64            `json:"draft_version,omitempty" minimum:"0" doc:"of the draft it was written as, which goes with it"`
	}
}

func (a *API) note(ctx context.Context, p staff.Principal, in *noteIn) (out resource.Entry, err error) {
	if err := a.Views.MayRead(ctx, p.Org, viewer(p), in.ID); err != nil {
		return out, err
	}
	e, err := a.Conversations.AddNote(ctx, p.Org, actor(p), in.ID, conversation.NoteDraft{Text: in.Body.Text, Mentions: in.Body.Mentions,
		DraftVersion: in.Body.DraftVersion, ClientID: request(ctx).Header.Get("Idempotency-Key")})
	if err != nil {
		return out, err
	}
	return a.Views.Entry(ctx, p.Org, viewer(p), in.ID, e.Seq)
}

func (a *API) renote(ctx context.Context, p staff.Principal, in *noteIn, _ [16]byte) (resource.Entry, error) {
	return a.note(ctx, p, in)
}

type typingIn struct {
	ID   message.ConversationID `path:"id"`
	Body *TypingIn
}

// TypingIn says whether one writes.
type TypingIn struct {
	Typing *bool `json:"typing,omitempty" doc:"false when the writing stopped; true if not said"`
	Note   bool  `json:"note,omitempty" doc:"what is written is a note: only colleagues are shown it"`
}

func (a *API) typing(ctx context.Context, p staff.Principal, in *typingIn) (None, error) {
	if err := a.Views.MayRead(ctx, p.Org, viewer(p), in.ID); err != nil {
		return None{}, err
	}
	said := given(in.Body)
	return None{}, a.Outbound.StaffTyping(ctx, p.Org, actor(p), in.ID, said.Typing == nil || *said.Typing, said.Note)
}

type readIn struct {
	ID   message.ConversationID `path:"id"`
	Body struct {
		Seq int64 `json:"seq" minimum:"0" doc:"number of the last entry that was seen"`
	}
}

func (a *API) read(ctx context.Context, p staff.Principal, in *readIn) (None, error) {
	if err := a.Views.MayRead(ctx, p.Org, viewer(p), in.ID); err != nil {
		return None{}, err
	}
	receipt, err := a.Conversations.MarkRead(ctx, p.Org, actor(p), in.ID, in.Body.Seq)
	if err == nil && receipt {
		a.Outbound.StaffRead(ctx, p.Org, in.ID)
	}
	return None{}, err
}

type retryIn struct {
	ID    message.ConversationID `path:"id"`
	Entry message.EntryID        `path:"entry_id"`
}

func (a *API) retry(ctx context.Context, p staff.Principal, in *retryIn) (out resource.Entry, err error) {
	if err := a.Views.MayRead(ctx, p.Org, viewer(p), in.ID); err != nil {
		return out, err
	}
	e, err := a.Conversations.Retry(ctx, p.Org, actor(p), in.ID, in.Entry)
	if err != nil {
		return out, err
	}
	return a.Views.Entry(ctx, p.Org, viewer(p), in.ID, e.Seq)
}

type openIn struct {
	Body struct {
		ChannelID message.ChannelID `json:"channel_id"`
		To        string            `json:"to" maxLength:"40" doc:"phone number with its country code, such as +43 660 1234567"`
		MessageIn
	}
}

// open begins a conversation from the business' side (OB-1) and answers with it.
func (a *API) open(ctx context.Context, p staff.Principal, in *openIn) (out resource.Conversation, err error) {
	number, ok := phone.E164(in.Body.To)
	if !ok {
		return out, fault.Invalid("to", "This is not a phone number with its country code. Write it like +43 660 1234567, and nothing beside it.")
	}
	to := message.Address{Kind: message.AddressPhone, Value: number}
	d, err := a.draft(ctx, p, in.Body.ChannelID, in.Body.MessageIn)
	if err != nil {
		return out, err
	}
	e, err := a.Open(ctx, p.Org, actor(p), in.Body.ChannelID, to, d)
	if err != nil {
		return out, err
	}
	return a.Views.Conversation(ctx, p.Org, viewer(p), e.Conversation)
}

// reopen answers a repeated opening: the use case finds the first one's entry by the request's key.
func (a *API) reopen(ctx context.Context, p staff.Principal, in *openIn, _ [16]byte) (resource.Conversation, error) {
	return a.open(ctx, p, in)
}
