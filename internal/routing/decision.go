package routing

import (
	"time"

	"switchboard/internal/message"
)

// DecisionKind says what is to be done.
type DecisionKind string

// Kinds of decisions.
const (
	// DecideOffer opens an offer to each of Agents. Work of a queue has exactly one agent and no other
	// open offer; work for everyone may already be offered to others.
	DecideOffer DecisionKind = "offer"
	// DecideWithdraw closes the open offers to Agents: somebody else accepted, they went offline, the
	// session ended. Closing an offer that is closed already is no error.
	DecideWithdraw DecisionKind = "withdraw"
	// DecideExpire closes the offers to Agents because they did not answer in time.
	DecideExpire DecisionKind = "expire"
	// DecideOverflow moves the work to queue To. State leaves the work alone until a WorkPut says what
	// it is like there (size, priority and model are the new queue's).
	DecideOverflow DecisionKind = "overflow"
	// DecideFallback moves work that one agent alone was asked about to where it goes without them. State
	// leaves the work alone until a WorkPut says where that is.
	DecideFallback DecisionKind = "fallback"
)

// Decision is one thing to do, to be written in one transaction that checks Version and the agents'
// versions. State takes it for done when it gives it: answer DecisionWritten with the new versions,
// or, if it could not be written, WorkPut (and AgentPut) with the truth.
type Decision struct {
	Kind    DecisionKind
	Session message.SessionID
	Version int64 // of the work, as far as State knows; 0 for a session that left State
	Agents  []Target
	To      message.QueueID // DecideOverflow only
	// Reason says why: for an offer, why this agent. That of an offer taken back is for the log alone, and has
	// words only.
	Reason message.Reason
	// ExpiresAt is when the offer will expire; zero: never.
	ExpiresAt time.Time
	// AutoAccept: the offer is to be accepted for the agent at once (RT-3). Never for everyone.
	AutoAccept bool
}

// Target is an agent that a decision is about, with the version State knows.
type Target struct {
	Agent   message.UserID
	Version int64
}
