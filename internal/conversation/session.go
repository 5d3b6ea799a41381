package conversation

import (
	"fmt"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// Status of a session (SL-2).
type Status string

// The seven statuses.
const (
	New      Status = "new"      // opened, not yet with routing
	Waiting  Status = "waiting"  // being routed
	Active   Status = "active"   // accepted
	Consent  Status = "consent"  // only consent keywords so far; not routed
	Inactive Status = "inactive" // set aside by the agent; takes no capacity
	Error    Status = "error"    // could not be created or updated
	Ended    Status = "ended"    // final
)

// Open reports whether the session still goes on.
func (s Status) Open() bool { return s != Ended && s != Error && s != "" }

// Cause is why a session changes its status.
type Cause string

// Causes of transitions.
const (
	CustomerWrote  Cause = "customer wrote"
	BusinessOpened Cause = "business opened it"
	ConsentKeyword Cause = "consent keyword came"
	Accepted       Cause = "accepted"
	GivenBack      Cause = "transferred, or the agent went away"
	// TransferWithdrawn: nobody had accepted it yet.
	TransferWithdrawn Cause = "transfer withdrawn"
	SetInactive       Cause = "agent set it inactive"
	AgentEnded        Cause = "agent ended it"
	CustomerEnded     Cause = "customer ended it"
	RuleEnded         Cause = "a rule ended it" // inactivity, opt-out, an unanswered outbound
	Failed            Cause = "it could not be updated"
)

// Transition is one lawful change of status.
type Transition struct {
	From, To Status // From is empty for a session that begins
	Cause    Cause
}

// Transitions is every lawful change: the one table that the code obeys and the docs print.
var Transitions = []Transition{
	{"", New, CustomerWrote},
	{"", New, BusinessOpened},
	{"", Consent, ConsentKeyword},
	{New, Waiting, CustomerWrote},
	{New, Active, Accepted},
	{New, Ended, AgentEnded},
	{New, Ended, CustomerEnded},
	{New, Ended, RuleEnded},
	{New, Error, Failed},
	{Consent, Waiting, CustomerWrote},
	{Consent, Ended, AgentEnded},
	{Consent, Ended, CustomerEnded},
	{Consent, Ended, RuleEnded},
	{Waiting, Active, Accepted},
	{Waiting, Active, TransferWithdrawn},
	{Waiting, Ended, AgentEnded},
	{Waiting, Ended, CustomerEnded},
	{Waiting, Ended, RuleEnded},
	{Waiting, Error, Failed},
	{Active, Waiting, GivenBack},
	{Active, Inactive, SetInactive},
	{Active, Ended, AgentEnded},
	{Active, Ended, CustomerEnded},
	{Active, Ended, RuleEnded},
	{Active, Error, Failed},
	{Inactive, Waiting, CustomerWrote},
	{Inactive, Ended, AgentEnded},
	{Inactive, Ended, CustomerEnded},
	{Inactive, Ended, RuleEnded},
}

// Lawful reports whether the table has this transition.
func Lawful(from, to Status, cause Cause) bool {
	for _, t := range Transitions {
		if t == (Transition{from, to, cause}) {
			return true
		}
	}
	return false
}

// InactiveEnds is how long an inactive session stays before it ends by itself (SL-2).
const InactiveEnds = 30 * time.Hour

// Session is one stretch of work in a conversation.
type Session struct {
	ID               message.SessionID
	Number           int64
	Conversation     message.ConversationID
	Channel          message.ChannelID
	ChannelType      string
	Customer         message.CustomerID
	Status           Status
	Origin           Origin
	Agent            message.UserID
	AgentType        string // "agent" or "bot", once accepted
	Queue            message.QueueID
	StartedAt        time.Time
	WaitingSince     time.Time // zero unless waiting
	AcceptedAt       time.Time // first acceptance
	InactiveAt       time.Time
	EndedAt          time.Time
	EndedBy          string // agent, customer, system
	EndReason        string
	ErrorCode        string
	ErrorText        string
	AgentMessages    int
	CustomerMessages int
	Prechat          []message.Field
	PageValues       []message.Field // what the customer's page says of them, newest
	Routing          message.Reason  // of the last routing decision
	// Transfer that is pending; nil when nobody is handed it. Agent is then who stays until it is accepted.
	Transfer *Transfer
	// Flagged is the note with which FlaggedBy asked for help at FlaggedAt; zero time: nobody does.
	Flagged   string
	FlaggedAt time.Time
	FlaggedBy message.UserID
	// ErrorCount is how often the session failed for its cause, ErrorAt when it did last.
	ErrorCount     int
	ErrorAt        time.Time
	LastActivityAt time.Time
	ModifiedAt     time.Time
	Version        int64
}

// Origin says who began a session.
type Origin string

// Origins.
const (
	FromCustomer Origin = "customer"
	FromAgent    Origin = "agent"
	FromAPI      Origin = "api"
)

// Number as people see it.
func FormatNumber(n int64) string { return fmt.Sprintf("MS-%08d", n) }

// Move changes the status, or refuses with fault.UnlawfulState. It keeps the times that go with it.
func (s *Session) Move(to Status, cause Cause, now time.Time) error {
	if !Lawful(s.Status, to, cause) {
		return fault.New(fault.UnlawfulState, "This session is %s; that can't be done now.", s.Status).
			With("status", string(s.Status))
	}
	s.Status, s.ModifiedAt = to, now
	s.WaitingSince, s.InactiveAt = time.Time{}, time.Time{}
	if to != Waiting {
		s.Transfer = nil // somebody has it, or it is over
	}
	if !to.Open() {
		s.Flagged, s.FlaggedAt, s.FlaggedBy = "", time.Time{}, message.UserID{}
	}
	switch to {
	case Waiting:
		s.WaitingSince = now
	case Active:
		if s.AcceptedAt.IsZero() {
			s.AcceptedAt = now
		}
	case Inactive:
		s.InactiveAt = now
	case Ended, Error:
		s.EndedAt = now
	}
	return nil
}
