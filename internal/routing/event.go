package routing

import (
	"time"

	"switchboard/internal/message"
)

// Event is something that happened and is stored. Events about work or an agent carry the version
// the row has after it: one older than what State knows is ignored, 0 is never older. Events about
// work or agents that State doesn't know are ignored, except WorkPut and AgentPut.
type Event interface{ event() }

type (
	// QueueNamed tells the name a queue has in reasons. A queue needs no other introduction.
	QueueNamed struct {
		Queue message.QueueID
		Name  string
	}

	// AgentPut is the whole truth about an agent: at start, and whenever it is simplest. LastWork is
	// only moved forward.
	AgentPut struct{ Agent Agent }

	// AgentPresence: the agent came online, went offline (after the grace of RT-12) or took a status
	// with other channel types. Open offers that no longer fit are withdrawn; assigned work stays
	// until it is put elsewhere.
	AgentPresence struct {
		Agent    message.UserID
		Version  int64
		Online   bool
		Channels []string // channel types of the status; empty: all
	}

	// AgentCapacity changes the limit. Offers above a lower limit are withdrawn, the last in order first.
	AgentCapacity struct {
		Agent   message.UserID
		Version int64
		Limit   int
	}

	// AgentQueues replaces the queues that the agent is a member of.
	AgentQueues struct {
		Agent   message.UserID
		Version int64
		Queues  []message.QueueID
	}

	// AgentRemoved: no longer a user. Work assigned to them is the dispatcher's to put elsewhere.
	AgentRemoved struct{ Agent message.UserID }

	// WorkPut is the whole truth about a piece of work: at start, when it is new, rerouted,
	// transferred or overflowed, and after a decision about it could not be written. Offers and
	// Assigned say where it stands: assigned, offered, or (neither) waiting. Open offers that don't
	// fit the route any more are withdrawn by Next.
	WorkPut struct {
		Work     Work
		Assigned message.UserID
		Offers   []OpenOffer
		Tried    []Tried
	}

	// WorkAccepted: the agent has it. Everybody else's offer is withdrawn.
	WorkAccepted struct {
		Session message.SessionID
		Version int64
		Agent   message.UserID
		At      time.Time
	}

	// WorkDeclined: the agent doesn't want it. Respected for DeclineHold from At.
	WorkDeclined struct {
		Session message.SessionID
		Version int64
		Agent   message.UserID
		At      time.Time
	}

	// WorkInactive: the agent chose "no customer response" (SL-2). Capacity is freed; the customer's
	// next message is a WorkPut.
	WorkInactive struct {
		Session message.SessionID
		Version int64
	}

	// WorkEnded: the session ended. Capacity is freed, open offers are withdrawn.
	WorkEnded struct {
		Session message.SessionID
		Version int64
	}

	// WorkRemoved: not to be routed any more, for another reason (taken by a bot, deleted).
	WorkRemoved struct {
		Session message.SessionID
		Version int64
	}

	// DecisionWritten tells the versions that rows have after a decision was written.
	DecisionWritten struct {
		Session message.SessionID
		Version int64
		Agents  []Target
	}
)

func (QueueNamed) event()      {}
func (AgentPut) event()        {}
func (AgentPresence) event()   {}
func (AgentCapacity) event()   {}
func (AgentQueues) event()     {}
func (AgentRemoved) event()    {}
func (WorkPut) event()         {}
func (WorkAccepted) event()    {}
func (WorkDeclined) event()    {}
func (WorkInactive) event()    {}
func (WorkEnded) event()       {}
func (WorkRemoved) event()     {}
func (DecisionWritten) event() {}
