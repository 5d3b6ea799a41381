package conversation

import (
	"time"

	"switchboard/internal/message"
)

// Conversation is all that is ever said with one messaging user on one channel, in one thread.
type Conversation struct {
	ID          message.ConversationID
	Channel     message.ChannelID
	ChannelType string
	Provider    string // of the channel; empty for web
	Customer    message.CustomerID
	// ThreadKey separates threads of one person; for web the client-made conversation id.
	ThreadKey string
	// Session is the latest one, open or not; zero ID when there was none.
	Session        Session
	LastSeq        int64
	CustomerSeq    int64     // number of the customer's latest message
	CustomerAt     time.Time // when it came; windows count from it
	LastAgent      message.UserID
	LastAgentAt    time.Time
	LastActivityAt time.Time
	CreatedAt      time.Time
	ClosedAt       time.Time // a web customer closed it; it takes no more messages
	Version        int64
}

// Entry is one line of a conversation.
type Entry struct {
	ID           message.EntryID
	Conversation message.ConversationID
	Session      message.SessionID
	Customer     message.CustomerID
	Seq          int64
	Kind         message.EntryKind
	Author       message.AuthorType
	AuthorID     [16]byte // a user's or a messaging user's id; zero for system
	AuthorName   string
	Content      message.Content
	Status       message.Status
	ErrorCode    string // of the delivery catalogue, or a named refusal
	ErrorDetail  string // the provider's own code and words
	ProviderID   string
	ClientID     string // Idempotency-Key or client-made id with which it was posted
	RefersTo     message.EntryID
	CreatedAt    time.Time
	SentAt       time.Time // of inbound entries: when the customer sent it, as their provider says
	DeliveredAt  time.Time
	ReadAt       time.Time
	AttemptAt    time.Time // when a queued entry is tried next
	ErasedAt     time.Time // its session was deleted: the content is gone, number and kind stay
	Version      int64
}

// Settle moves the entry's status up the ladder (message.Status.Advance) and keeps the time of each
// step. It reports whether anything changed.
func (e *Entry) Settle(to message.Status, at time.Time) bool {
	next := e.Status.Advance(to)
	changed := next != e.Status
	e.Status = next
	switch to {
	case message.StatusSent:
		changed = setOnce(&e.SentAt, at) || changed
	case message.StatusDelivered:
		changed = setOnce(&e.DeliveredAt, at) || changed
	case message.StatusRead:
		changed = setOnce(&e.ReadAt, at) || changed
	}
	if next != message.StatusFailed && next != message.StatusQueued && e.ErrorCode != "" {
		e.ErrorCode, e.ErrorDetail = "", ""
	}
	return changed
}

func setOnce(t *time.Time, at time.Time) bool {
	if !t.IsZero() {
		return false
	}
	*t = at
	return true
}

// SeenByCustomer reports whether an entry belongs to what the customer may see on a channel whose
// window we draw ourselves. Notes never do.
func (e *Entry) SeenByCustomer() bool {
	return e.Kind == message.KindMessage || e.Kind == message.KindReaction
}

// Class orders what waits in an outbox; a lower one goes first.
type Class int

// Classes of outbound messages. Bulk never delays the others.
const (
	ClassCompliance Class = 0
	ClassAgent      Class = 1
	ClassAutomatic  Class = 2
	ClassBulk       Class = 3
)
