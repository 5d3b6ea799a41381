package routing

import (
	"context"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/message"
)

// Tx is what the dispatcher, presence and offers need of a transaction. Lock order: conversation →
// session → agent → work item.
type Tx interface {
	conversation.Tx
	HoldLease(name string, holder message.RowID, epoch int64) error

	// WorkVersion of a session's work and its state, locked; found is false when routing has no row.
	WorkVersion(s message.SessionID) (version int64, state string, found bool, err error)
	// TouchWork raises the version, and sets the state and the units its agent gives it.
	TouchWork(s message.SessionID, state string, units int) (version int64, err error)
	// AgentVersion of an agent's presence, and whether their status is of kind online and they are an
	// active user; locked.
	AgentVersion(a message.UserID) (version int64, online bool, err error)

	// AgentLoad is the units of an agent's assigned work, and their capacity; locked.
	AgentLoad(a message.UserID) (assigned, limit int, err error)

	// InsertOffer keeps an open offer with its change row.
	InsertOffer(o Offer) error
	// OfferByID, locked. fault.NotFound when there is none.
	OfferByID(id message.OfferID) (Offer, error)
	// OpenOffers of a session, locked.
	OpenOffers(s message.SessionID) ([]Offer, error)
	// CloseOffer settles an open offer, with its change row.
	CloseOffer(o Offer, state OfferState, declineReason string) error
	// WorkChanged tells the dispatcher to look at a session's work again.
	WorkChanged(s message.SessionID, c message.ConversationID) error
	// LogDecision keeps why something was decided.
	LogDecision(s message.SessionID, kind string, agent message.UserID, reason string) error
	// ExplainSession puts the latest explanation on the session, with its change row when it differs.
	ExplainSession(s message.SessionID, why message.Reason) error
	SessionConversation(s message.SessionID) (message.ConversationID, error)
	// AssignedSessions are the active sessions of an agent, and those they are handing over.
	AssignedSessions(a message.UserID) ([]message.SessionID, error)
	// UnroutedSessions of a channel wait where its routing put them, or nowhere; UnroutedSession asks about
	// one, and locks its work.
	UnroutedSessions(c message.ChannelID) ([]message.SessionID, error)
	UnroutedSession(s message.SessionID) (bool, error)

	// QueueLine are those who wait in a queue for whoever is free, in order: at most so many.
	QueueLine(q message.QueueID, limit int) ([]InLine, error)
	// SetPosition keeps what a session's customer is told; false: it doesn't wait in that queue any more.
	SetPosition(s message.SessionID, q message.QueueID, position int) (bool, error)

	// StatusNamed finds a presence status by its name or id.
	StatusNamed(nameOrID string) (Status, error)
	// FirstStatus of a kind, by position.
	FirstStatus(kind string) (Status, error)
	// PresenceOf a user, locked; a user without a row is offline.
	PresenceOf(a message.UserID) (statusID message.PresenceID, kind string, since time.Time, err error)
	// SetPresenceOf keeps the new status, the line of its history and the change row.
	SetPresenceOf(a message.UserID, status Status, at time.Time) error
	SetJob(kind, key string, due time.Time, payload string) error
	// Connections of a user: how many sockets they have on all nodes.
	Connections(a message.UserID) (int, error)
	AddConnection(a message.UserID, connection, node message.RowID, at time.Time) error
	DropConnection(a message.UserID, connection message.RowID) error
	PresenceChanged(a message.UserID) error
	// TookWork keeps when an agent accepted work last.
	TookWork(a message.UserID) error
}

// Status is a presence status as decisions need it.
type Status struct {
	ID       message.PresenceID
	Name     string
	Kind     string // online, busy, away, offline
	Channels []string
}

// OfferState is what became of an offer.
type OfferState string

// States of offers.
const (
	OfferOpen      OfferState = "open"
	OfferAccepted  OfferState = "accepted"
	OfferDeclined  OfferState = "declined"
	OfferExpired   OfferState = "expired"
	OfferWithdrawn OfferState = "withdrawn"
)

// Offer is work offered to an agent.
type Offer struct {
	ID           message.OfferID
	Session      message.SessionID
	Conversation message.ConversationID
	Agent        message.UserID
	State        OfferState
	Units        int
	Reason       message.Reason
	CreatedAt    time.Time
	ExpiresAt    time.Time // zero: never
}

// Truth is what the database knows, loaded into State.
type Truth interface {
	// RoutingQueues are the names of all queues.
	RoutingQueues(ctx context.Context, org message.OrgID) ([]QueueNamed, error)
	// RoutingAgents with their presence, capacity and queues: those named, or all.
	RoutingAgents(ctx context.Context, org message.OrgID, only []message.UserID) ([]Agent, error)
	// RoutingWork: the work of those sessions, of one queue, or all. Sessions that have none are left out.
	RoutingWork(ctx context.Context, org message.OrgID, which WorkFilter) ([]WorkPut, error)
	// RoutingChanges are the feed's lines after a number that concern routing.
	RoutingChanges(ctx context.Context, org message.OrgID, after int64, limit int) (changes []RoutingChange, last int64, err error)
	// RoutingHead is the feed's newest number.
	RoutingHead(ctx context.Context, org message.OrgID) (int64, error)
	AcquireLease(ctx context.Context, name string, holder message.RowID, ttl time.Duration) (epoch int64, ok bool, err error)
	ReleaseLease(ctx context.Context, name string, holder message.RowID) error
	Organisations(ctx context.Context) ([]message.OrgID, error)
}

// WorkFilter chooses work: by sessions when there are any, by queue when one is set, else all.
type WorkFilter struct {
	Sessions []message.SessionID
	Queue    message.QueueID
}

// RoutingChange is a line of the feed that the dispatcher reads.
type RoutingChange struct {
	Type    string // work.updated, agent.updated, presence.updated, queue.updated, routing.updated, channel.updated
	Session message.SessionID
	Agent   message.UserID
	Ref     message.RowID
	Trace   string // of the request that caused it; empty when none did
}
