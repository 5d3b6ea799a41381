package message

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Content is what an entry says. Exactly one of the parts below Kind's own is set, beside Text,
// which most kinds may carry as their caption. The same JSON is stored (inside an envelope), sent
// over the API and put on the realtime feed.
type Content struct {
	// Text is the message's text or the caption of a file. Never HTML.
	Text string `json:"text,omitempty"`
	// File is an attachment already stored by us.
	File *File `json:"file,omitempty"`
	// Location, Contacts, Reaction, Choice, Form: rich inbound content, shown as what it is (CH-9).
	Location *Location `json:"location,omitempty"`
	Contacts []Contact `json:"contacts,omitempty"`
	Reaction *Reaction `json:"reaction,omitempty"`
	Choice   *Choice   `json:"choice,omitempty"`
	Form     []Field   `json:"form,omitempty"`
	// Template is a provider-approved template with its parameters, and Text its rendering.
	Template *TemplateUse `json:"template,omitempty"`
	// Buttons is a question with options; how it looks is the channel's matter.
	Buttons []Option `json:"buttons,omitempty"`
	// Unsupported says truthfully what came when it can't be shown: "poll", "order", "system".
	Unsupported string `json:"unsupported,omitempty"`
	// Mentions are the colleagues whom a note names, as they were called then.
	Mentions []Mention `json:"mentions,omitempty"`
	// Event is set for entries of kind event.
	Event *Event `json:"event,omitempty"`
	// Referral says where the customer came from (an advertisement, a post), when the channel tells.
	Referral string `json:"referral,omitempty"`
	// Masked says which rules for sensitive data took something out before this was stored. What it was is
	// nowhere.
	Masked []Masked `json:"masked,omitempty"`
}

// Masked is one rule that took something out of a text.
type Masked struct {
	Rule SensitiveRuleID `json:"rule_id"`
	Name string          `json:"name" doc:"of the rule, as it was called then"`
	By   AuthorType      `json:"by" doc:"whose text it was"`
	// Unchecked: the rule came to no end in its time, and the whole text is withheld.
	Unchecked bool `json:"unchecked,omitempty" doc:"the rule could not check the text in time, and all of the text was withheld"`
}

// Mention is a colleague named in a note: the text has "@" and the name.
type Mention struct {
	ID   UserID `json:"id"`
	Name string `json:"name"`
}

// File is a stored attachment. URL is filled only on the way out to a client: a signed short-lived link.
type File struct {
	ID     FileID `json:"id"`
	Name   string `json:"name"`
	Type   string `json:"type" doc:"media type found by content, not by name"`
	Size   int64  `json:"size" doc:"bytes"`
	Width  int    `json:"width,omitempty" doc:"pixels, for images"`
	Height int    `json:"height,omitempty" doc:"pixels, for images"`
	URL    string `json:"url,omitempty"`
	// Voice marks a recorded voice message, Sticker a sticker.
	Voice   bool `json:"voice,omitempty"`
	Sticker bool `json:"sticker,omitempty"`
	// Error says why the file could not be fetched from the provider; ID is then none.
	Error string `json:"error,omitempty"`
}

// Location is a point that a customer shared.
type Location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name,omitempty"`
	Address   string  `json:"address,omitempty"`
}

// Contact is a business card that a customer shared.
type Contact struct {
	Name   string   `json:"name"`
	Phones []string `json:"phones,omitempty"`
	Emails []string `json:"emails,omitempty"`
	Org    string   `json:"org,omitempty"`
}

// Reaction is an emoji put on an earlier entry (the entry's RefersTo); an empty Emoji takes it back.
type Reaction struct {
	Emoji string `json:"emoji"`
}

// Choice is the customer's answer to a question with options.
type Choice struct {
	ID    string `json:"id"`
	Title string `json:"title,omitempty"`
}

// Option is one possible answer.
type Option struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// Field is one answered field of a form or of the pre-chat. Values are always strings (FL-2).
type Field struct {
	Name   string `json:"name"`
	Label  string `json:"label,omitempty"`
	Value  string `json:"value"`
	Hidden bool   `json:"hidden,omitempty"`
}

// TemplateUse names an approved template and the values of its parameters, in order.
type TemplateUse struct {
	ID       TemplateID `json:"id"`
	Name     string     `json:"name"`
	Language string     `json:"language"`
	Header   []string   `json:"header,omitempty"`
	Body     []string   `json:"body,omitempty"`
}

// Event is something that happened in a conversation and is no message.
type Event struct {
	Type EventType `json:"type"`
	// Actor and Target name people as they were called at that time.
	Actor  string `json:"actor,omitempty"`
	Target string `json:"target,omitempty"`
	Reason string `json:"reason,omitempty"`
	// Why is Reason, where it is the house's and no person's.
	Why  *Reason `json:"why,omitempty"`
	From string  `json:"from,omitempty"`
	To   string  `json:"to,omitempty"`
	// Cause names why, where it is one of a few.
	Cause string `json:"cause,omitempty"`
}

// EventType names an event entry.
type EventType string

// Events. Each is one entry of kind event.
const (
	EventSessionStarted  EventType = "session_started"
	EventSessionStatus   EventType = "session_status" // From and To are session statuses
	EventSessionAccepted EventType = "session_accepted"
	EventSessionEnded    EventType = "session_ended"
	EventTransferred     EventType = "transferred"
	EventRerouted        EventType = "rerouted" // the agent went away, or the work was given back
	// EventTransferWithdrawn: Target has the session again.
	EventTransferWithdrawn EventType = "transfer_withdrawn"
	EventFlagged           EventType = "flagged" // To is raised or lowered, Reason the note
	EventEdited            EventType = "edited"  // RefersTo is the entry; Text its new text
	EventDeleted           EventType = "deleted" // RefersTo is the entry the customer took back
	EventCallMissed        EventType = "call_missed"
	// EventConsent: From and To are levels of consent, Cause why it changed; Target is the keyword, if one did it.
	EventConsent EventType = "consent_changed"
)

// Preview is one line that stands for the content in lists and offers, at most max characters (runes).
func (c Content) Preview(max int) string {
	s := c.Text
	switch {
	case s != "":
	case c.File != nil && c.File.Voice:
		s = "Voice message"
	case c.File != nil && c.File.Sticker:
		s = "Sticker"
	case c.File != nil:
		s = c.File.Name
	case c.Location != nil:
		s = "Location"
		if c.Location.Name != "" {
			s += ": " + c.Location.Name
		}
	case len(c.Contacts) > 0:
		s = "Contact: " + c.Contacts[0].Name
	case c.Reaction != nil:
		s = "Reacted " + c.Reaction.Emoji
	case c.Choice != nil:
		s = c.Choice.Title
	case c.Template != nil:
		s = "Template " + c.Template.Name
	case len(c.Form) > 0:
		s = "Form answered"
	case c.Unsupported != "":
		s = "Unsupported message (" + c.Unsupported + ")"
	}
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= max {
		return s
	}
	r := []rune(s)
	return strings.TrimSpace(string(r[:max-1])) + "…"
}

// Plain is all that people read of the content, part by part: what is searched.
func (c Content) Plain() string {
	parts := []string{c.Text}
	if f := c.File; f != nil && !f.Voice && !f.Sticker {
		parts = append(parts, f.Name)
	}
	if l := c.Location; l != nil {
		parts = append(parts, l.Name, l.Address)
	}
	for _, p := range c.Contacts {
		parts = append(append(append(parts, p.Name, p.Org), p.Phones...), p.Emails...)
	}
	if c.Choice != nil {
		parts = append(parts, c.Choice.Title)
	}
	for _, f := range c.Form {
		if !f.Hidden {
			parts = append(parts, f.Label, f.Value)
		}
	}
	for _, b := range c.Buttons {
		parts = append(parts, b.Title)
	}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	return strings.Join(parts, "\n")
}

// EntryKind tells messages from events and notes.
type EntryKind string

// Kinds of entries. A note is for staff only and never leaves the house.
const (
	KindMessage  EntryKind = "message"
	KindEvent    EntryKind = "event"
	KindNote     EntryKind = "note"
	KindReaction EntryKind = "reaction"
)

// AuthorType is the role in which somebody wrote (SL-4).
type AuthorType string

// Authors.
const (
	AuthorCustomer   AuthorType = "customer"
	AuthorAgent      AuthorType = "agent"
	AuthorBot        AuthorType = "bot"
	AuthorSupervisor AuthorType = "supervisor"
	AuthorSystem     AuthorType = "system"
)

// Inbound reports whether the author is on the customer's side.
func (a AuthorType) Inbound() bool { return a == AuthorCustomer }

// Status is what became of an entry (SL-4). Inbound entries are delivered when they are stored.
type Status string

// Statuses. Unknown is shown as "may have been sent": the outcome could not be learned (promise 4).
const (
	StatusQueued    Status = "queued"
	StatusSent      Status = "sent"
	StatusDelivered Status = "delivered"
	StatusRead      Status = "read"
	StatusFailed    Status = "failed"
	StatusUnknown   Status = "unknown"
)

// rank orders statuses in the direction they may move. Failed is outside of the ladder.
func (s Status) rank() int {
	switch s {
	case StatusQueued:
		return 0
	case StatusUnknown:
		return 1
	case StatusSent:
		return 2
	case StatusDelivered:
		return 3
	case StatusRead:
		return 4
	}
	return 0
}

// Advance is the one rule of how a status moves: up the ladder queued → unknown → sent → delivered
// → read, never down, whatever the order in which receipts come (SL-5). Failed is taken from any
// state before delivered; a receipt that proves arrival lifts a failed or unknown one.
func (s Status) Advance(to Status) Status {
	switch {
	case to == StatusFailed:
		if s.rank() >= StatusDelivered.rank() {
			return s
		}
		return StatusFailed
	case s == StatusFailed:
		if to == StatusDelivered || to == StatusRead {
			return to
		}
		return s
	case to.rank() > s.rank():
		return to
	}
	return s
}
