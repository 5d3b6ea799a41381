package conversation

import (
	"time"

	"switchboard/internal/consent"
	"switchboard/internal/message"
)

// Tx is what this room needs of a transaction. Reads lock what they return (lock order: customer →
// conversation → session → agent → work item).
type Tx interface {
	Org() message.OrgID
	Now() time.Time
	// Conversation with its latest session, locked. fault.NotFound when there is none.
	Conversation(id message.ConversationID) (Conversation, error)
	// SaveConversation writes the head of a conversation (not its numbering).
	SaveConversation(c *Conversation) error
	// NextSessionNumber is unique in the organisation.
	NextSessionNumber() (int64, error)
	InsertSession(s *Session) error
	// SaveSession writes every field and raises Version.
	SaveSession(s *Session) error
	// SaveActivity writes the counts and times that a message moves, and raises Version: far less to do than
	// SaveSession, for what is said in a session whose state stays.
	SaveActivity(s *Session) error
	// SessionChanged writes the change row of a session. A session that changed only because an entry
	// was appended needs none: the entry's row stands for both.
	SessionChanged(s *Session) error
	// AppendEntry gives the entry the next number of its conversation, keeps it, moves the
	// conversation's head, and writes the change row, all in the same transaction.
	AppendEntry(c *Conversation, e *Entry) error
	// Entry by id, locked.
	Entry(id message.EntryID) (Entry, error)
	// SaveEntry writes status, times and error of an entry and raises Version.
	SaveEntry(e *Entry) error
	// EntryByClientID finds the entry that was posted with this key in this conversation.
	EntryByClientID(c message.ConversationID, clientID string) (Entry, bool, error)
	// Enqueue puts the entry into the outbox of its channel.
	Enqueue(c *Conversation, e *Entry, class Class, deadline time.Time) error
	// Requeue puts a failed or unknown entry back into the outbox.
	Requeue(c *Conversation, e *Entry, deadline time.Time) error
	// CustomerEvent adds to the stream that the customer's own window reads.
	CustomerEvent(e CustomerEvent) error
	// Policy is everything that the check at sending needs to know of one conversation.
	// WindowHours is left to the caller, who knows the channel's capabilities.
	Policy(c message.ConversationID) (consent.Facts, error)
	// OnlineAgent is a user as an author, and whether they take work now.
	OnlineAgent(id message.UserID) (agent Staff, online bool, err error)
	// Work puts a session to routing's knowledge, or takes it from it; see WorkChange.
	Work(s *Session, change WorkChange) error
	// RouteOf is where the work of a waiting session goes, as a destination with its name.
	RouteOf(s *Session) (Destination, error)
	// SetTimer makes or moves the one timer of this kind and key; ClearTimer removes it.
	SetTimer(kind, key string, due time.Time) error
	ClearTimer(kind, key string) error
	// ReadMarker is how far a user has read; 0 is not at all.
	ReadMarker(user message.UserID, c message.ConversationID) (int64, error)
	// SetReadMarker moves a user's marker forward, never back. It reports whether it moved.
	SetReadMarker(user message.UserID, c message.ConversationID, seq int64) (bool, error)
	// BindFile ties a file that by uploaded (zero: the house itself) to the conversation, or finds one that
	// is tied to it already. Unprocessable for all others.
	BindFile(id message.FileID, c message.ConversationID, by message.RowID) (message.File, error)
	// ConversationChanged writes a change row for lists, with the user it concerns or none.
	ConversationChanged(c message.ConversationID, only message.UserID) error
	// CustomerOf a conversation. It isn't locked for it.
	CustomerOf(c message.ConversationID) (message.CustomerID, error)
	// SaveDraft keeps a draft in place of an older one, raises Version above that one's, and tells the
	// user's screens.
	SaveDraft(u *Unsent) error
	// DropDraft removes a draft unless it is newer than a version. It reports whether it did.
	DropDraft(user message.UserID, c message.ConversationID, mode Mode, upTo int64) (bool, error)
	// QuickTextsUsed counts that a user sent these; those that are gone are passed over.
	QuickTextsUsed(user message.UserID, ids []message.QuickTextID) error
	// Colleagues are the names of these users of the organisation, as far as they are active.
	Colleagues(ids []message.UserID) (map[message.UserID]string, error)
	// Notify keeps a notification and tells the user's screens.
	Notify(n Notification) error
	// NotificationsRead marks these as read, or all of a user's when none is named.
	NotificationsRead(user message.UserID, ids []message.RowID) error
	// Masked records that rules for sensitive data took something out, with where that was. AppendEntry does it for
	// what it appends.
	Masked(where MaskedIn, by []message.Masked) error
	Signal(name string)
}

// MaskedIn is where something was taken out: a place, and what it belongs to as far as that is known.
type MaskedIn struct {
	Place        Place
	Conversation message.ConversationID
	EntrySeq     int64
}

// Place names a way in.
type Place string

// Places.
const (
	PlaceMessage    Place = "message"
	PlaceNote       Place = "note"
	PlaceEvent      Place = "event" // the note of a transfer or a flag, why a session was ended
	PlacePrechat    Place = "prechat"
	PlaceFileName   Place = "file_name"
	PlaceQuarantine Place = "quarantine"
	PlaceRefused    Place = "refused" // a text that was not taken since a rule could not check it, or left nothing of it
)

// WorkChange tells routing what became of a session's work.
type WorkChange struct {
	// State: waiting (route it), assigned (to Session.Agent), inactive (no capacity), gone.
	State string
	// Direct: only this agent; Preferred: this agent first. Both may be none.
	Direct    message.UserID
	Preferred message.UserID
	// Fallback: when the direct agent doesn't take it, it goes elsewhere (FellBack).
	Fallback bool
	// Missed: the agent whom the channel routes to did not take it; its fallback queue does.
	Missed bool
	// Queue overrides the channel's routing when it is set.
	Queue message.QueueID
}

// Work states.
const (
	WorkWaiting  = "waiting"
	WorkOffered  = "offered"
	WorkAssigned = "assigned"
	WorkInactive = "inactive"
	WorkGone     = "gone"
)

// Timer kinds of this room.
const (
	// TimerInactiveEnds ends an inactive session; the key is its id.
	TimerInactiveEnds = "session.inactive_ends"
	// TimerNewEnds ends a session that stays new for 24 h: the business opened it and nobody answered
	// (RT-17), or a web customer opened it and never wrote. The key is its id.
	TimerNewEnds = "session.new_ends"
)

// CustomerEvent is one line of a customer's own stream. Its number is given by the store. Content is
// never copied: EntrySeq points at it.
type CustomerEvent struct {
	Customer     message.CustomerID
	Conversation message.ConversationID
	Type         CustomerEventType
	EntrySeq     int64
	Detail       CustomerDetail
	At           time.Time
	Seq          int64
}

// CustomerEventType names an event of the customer API (prefix CONVERSATION_).
type CustomerEventType string

// Events of a customer's stream.
const (
	CustomerMessage       CustomerEventType = "MESSAGE"
	CustomerParticipant   CustomerEventType = "PARTICIPANT_CHANGED"
	CustomerRouting       CustomerEventType = "ROUTING_RESULT"
	CustomerDelivered     CustomerEventType = "DELIVERY_ACKNOWLEDGEMENT"
	CustomerRead          CustomerEventType = "READ_ACKNOWLEDGEMENT"
	CustomerSessionStatus CustomerEventType = "SESSION_STATUS_CHANGED"
	CustomerQueuePosition CustomerEventType = "QUEUE_POSITION"
	CustomerClosed        CustomerEventType = "CLOSE_CONVERSATION"
)

// CustomerDetail carries what an event needs beside its entry: ids and statuses, no content.
type CustomerDetail struct {
	Session   message.SessionID `json:"session,omitzero"`
	Status    Status            `json:"status,omitempty"`
	Prior     Status            `json:"prior,omitempty"`
	EndedBy   string            `json:"ended_by,omitempty"` // agent, customer, system
	Operation string            `json:"operation,omitempty"`
	Role      string            `json:"role,omitempty"`
	Name      string            `json:"name,omitempty"` // display name of staff who joined or left
	Subject   string            `json:"subject,omitempty"`
	Routing   string            `json:"routing,omitempty"` // Initial, Transfer
	Failure   string            `json:"failure,omitempty"`
	Position  int               `json:"position,omitempty"`
	Entry     message.EntryID   `json:"entry,omitzero"` // the entry that an acknowledgement is about
	Message   string            `json:"message,omitempty"`
}
