// Package feed is the vocabulary of the change feed: what a line of it says, and the cursors with
// which its readers keep their place. The store keeps the lines, realtime and the dispatcher read them.
// A line holds ids and a number, never content.
package feed

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// Type names what a line is about. The names are those of the realtime frames; work, agent, channel
// and routing are read by the dispatcher and never sent to a client.
type Type string

// Types of lines, with the fields they set beside what is at hand.
const (
	EntryCreated        Type = "entry.created"        // Conversation, Session, EntrySeq, Customer
	EntryUpdated        Type = "entry.updated"        // the same
	SessionUpdated      Type = "session.updated"      // Conversation, Session, Customer
	SessionDeleted      Type = "session.deleted"      // Conversation, Session, Customer, Agent who had it
	ConversationUpdated Type = "conversation.updated" // Conversation; Agent when only one user is concerned (a read marker)
	OfferCreated        Type = "offer.created"        // Ref is the offer, Agent who is offered it, Session, Conversation
	OfferWithdrawn      Type = "offer.withdrawn"      // the same; also when it was taken, declined or ran out
	PresenceUpdated     Type = "presence.updated"     // Agent
	QueueUpdated        Type = "queue.updated"        // Ref is the queue
	DraftUpdated        Type = "draft.updated"        // Conversation, Agent whose draft it is
	MentionCreated      Type = "mention.created"      // Agent who is mentioned, Ref is the notification, Conversation, EntrySeq
	NotificationsRead   Type = "notifications.read"   // Agent
	PreferencesUpdated  Type = "preferences.updated"  // Agent
	WorkUpdated         Type = "work.updated"         // Session
	AgentUpdated        Type = "agent.updated"        // Agent: capacity, membership, rights
	ChannelUpdated      Type = "channel.updated"      // Ref is the channel
	RoutingUpdated      Type = "routing.updated"      // Ref is a routing configuration, a presence status …
)

// Change is one line of an organisation's feed. Seq is given by the feed: 1, 2, 3 … without gaps, in
// an order that agrees with the commits of each conversation.
type Change struct {
	Type         Type
	Conversation message.ConversationID
	Session      message.SessionID
	EntrySeq     int64
	Agent        message.UserID
	Customer     message.CustomerID
	Ref          message.RowID // any other id, as Type says
	At           time.Time
	Seq          int64
	// Trace is the id of the request that caused it, for logs; empty when none did.
	Trace string
}

// Cursor is a place in a feed: everything up to and including Seq is behind it. Clients hold it as an
// opaque text. The epoch changes when a database is restored, so that a number of another history is
// not taken for one of this.
type Cursor struct {
	Epoch, Seq int64
	// Part is a place within what one line says on several topics; 0 is after all of it. See realtime.
	Part uint64
}

// String is the form that clients hold.
func (c Cursor) String() string {
	text := strconv.FormatInt(c.Epoch, 36) + "." + strconv.FormatInt(c.Seq, 36)
	if c.Part != 0 {
		text += "." + strconv.FormatUint(c.Part, 36)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

// ParseCursor reads what String wrote, and nothing else.
func ParseCursor(s string) (Cursor, error) {
	refused := fault.New(fault.Malformed, "This cursor is not one of ours.")
	text, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return Cursor{}, refused
	}
	parts := append(strings.SplitN(string(text), ".", 3), "0", "0")
	epoch, err1 := strconv.ParseInt(parts[0], 36, 64)
	seq, err2 := strconv.ParseInt(parts[1], 36, 64)
	part, err3 := strconv.ParseUint(parts[2], 36, 64)
	c := Cursor{epoch, seq, part}
	if err1 != nil || err2 != nil || err3 != nil || seq < 0 || c.String() != s {
		return Cursor{}, refused
	}
	return c, nil
}
