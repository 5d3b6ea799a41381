package channel

import (
	"time"

	"switchboard/internal/message"
)

// Event is one thing that a provider's call said. A call may hold many, of several kinds.
type Event struct {
	Kind EventKind
	// ProviderID makes the event once (promise 2): the provider's id of the message, or a name made of
	// what identifies the event ("status:{sid}:delivered"). Never empty.
	ProviderID string
	// At is the provider's time of the event; zero when it tells none.
	At time.Time
	// From is the customer. Every address that the provider gives, the most telling first.
	From []message.Address
	// Profile is what came with the message about the person.
	Profile message.Profile
	// ThreadKey separates conversations of one person on one channel; empty where there is one.
	ThreadKey string

	// For Message: what was said. Media is fetched after the commit and put into Content.File.
	Content message.Content
	Media   *MediaRef
	// Answered: it was a keyword of the provider's own, which has answered it already.
	Answered bool
	// RefersTo is the provider's id of the message that this one answers, edits, deletes or reacts to.
	RefersTo string

	// For Receipt: which of our messages, and what became of it.
	Receipt *Receipt

	// Typing: the customer writes (true) or stopped (false).
	Typing bool

	// Account: what was said about the business's own account.
	Account *AccountNotice
}

// EventKind tells events apart.
type EventKind string

// Kinds of events.
const (
	EventMessage  EventKind = "message"
	EventReaction EventKind = "reaction"
	EventEdit     EventKind = "edit"
	EventDelete   EventKind = "delete"
	EventReceipt  EventKind = "receipt"
	EventTyping   EventKind = "typing"
	// EventOptOut and EventOptIn: the provider itself recorded the customer's will.
	EventOptOut EventKind = "opt_out"
	EventOptIn  EventKind = "opt_in"
	// EventAccount: something about the business's account or number changed at the provider.
	EventAccount EventKind = "account"
	// EventIgnored is understood and needs nothing (account notices). It is counted, not stored.
	EventIgnored EventKind = "ignored"
)

// MediaRef is a file at the provider that must be fetched with the account's credentials.
type MediaRef struct {
	// ID or URL of the file, as the provider gives it.
	ID   string `json:"id,omitempty"`
	URL  string `json:"url,omitempty"`
	Type string `json:"type,omitempty"` // as the provider claims; the content decides
	Name string `json:"name,omitempty"`
	Size int64  `json:"size,omitempty"`
}

// Receipt is a status report about a message that we sent.
type Receipt struct {
	// ProviderID of the message at the provider.
	ProviderID string
	// EntryID is our entry id when the provider echoes it, else none. It settles unknown sends.
	EntryID message.EntryID
	Status  message.Status
	// Failure is set when Status is failed.
	Failure *Failure
}

// Failure is a final refusal that came back by a receipt.
type Failure struct {
	Code         string // catalogue code
	ProviderCode string
	ProviderText string
}
