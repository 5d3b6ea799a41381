package consent

import (
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// Standing is a messaging user's consent as it is now.
type Standing struct {
	Level Level
	// Blocked: opted out because they have blocked the brand, or taken the thread away, at their provider.
	// What they write next lifts it.
	Blocked bool
	// Since is when the level became what it is; zero where nobody knows.
	Since time.Time
}

// Cause is why consent changed.
type Cause string

// Causes.
const (
	ByKeyword  Cause = "keyword"
	ByWriting  Cause = "wrote"    // implicitly: they wrote, for the first time or after a block
	ByBusiness Cause = "business" // implicitly: the business wrote first, where that is enough
	ByAgent    Cause = "agent"    // a person here, with a note
	ByAPI      Cause = "api"      // recorded from outside: form, point of sale, e-mail
	ByImport   Cause = "import"   // the same, from a file
	ByProvider Cause = "provider" // the provider recorded it
	ByBlock    Cause = "blocked"  // the provider refuses: the person has blocked the brand there
	ByJoining  Cause = "joined"   // they signed in: what they agreed to as a visitor is theirs
	Earlier    Cause = "earlier"  // it was so before changes were kept
)

// Change of somebody's consent, with everything that proves it.
type Change struct {
	To    Level
	Cause Cause
	// Keyword and Language of a message that was one, and its Entry.
	Keyword, Language string
	Entry             message.EntryID
	// Agent who did it; a program's key for the API.
	Agent     message.UserID
	AgentName string
	// Source from outside, such as a form, and Note in words.
	Source, Note string
	// At is when it was said, as far as it was another time than when it was recorded.
	At time.Time
}

// Event is a line of the ledger: a change as it was recorded.
type Event struct {
	Seq    int64
	Before Level
	Change
	RecordedAt time.Time
}

// Apply decides what a change does to how somebody stands. changed is false where it does nothing: what is
// weaker than what is known, except opting out, is no change. It refuses what was said before they opted out.
func (s Standing) Apply(c Change) (after Standing, changed bool, err error) {
	after = Standing{Level: c.To, Blocked: c.Cause == ByBlock, Since: c.At}
	switch {
	case c.To == None:
		return s, false, nil // nobody can have said less than nothing
	case c.To == OptedOut && s.Level == OptedOut:
		return after, s.Blocked && !after.Blocked, nil
	case c.To == OptedOut:
		return after, true, nil
	case c.Cause == ByWriting || c.Cause == ByBusiness:
		lifts := s.Level == None || s.Level == "" || s.Blocked && c.Cause == ByWriting
		return after, lifts, nil
	case s.Level == OptedOut && !s.Blocked && !s.Since.IsZero() && c.At.Before(s.Since):
		return s, false, fault.New(fault.Conflict, "The customer opted out after this was said. Ask them to agree again.")
	}
	return after, c.To.rank() > s.Level.rank(), nil
}

// Decision is what a message means for consent, its session and its answer.
type Decision struct {
	// To is the new level; empty where it stays.
	To    Level
	Cause Cause
	// Answer is what the house says by itself; empty for nothing.
	Answer Answer
	// Keyword: the message was one and is nothing for an agent by itself.
	Keyword bool
	// Routed: it is for an agent.
	Routed bool
}

// Decide what a customer's message does. talking: a session is open that agents have or may get, in which words
// such as yes answer questions. role is empty for ordinary messages.
func Decide(s Standing, required Level, role Role, talking bool) Decision {
	level := s.Level
	if s.Blocked {
		level = None
	}
	enough := level.Satisfies(required)
	switch role {
	case OptOut:
		return Decision{To: OptedOut, Cause: ByKeyword, Answer: OptOutConfirmation, Keyword: true}
	case Help:
		return Decision{Answer: HelpResponse, Keyword: true}
	case Custom:
		return Decision{Answer: CustomResponse, Keyword: true}
	case OptIn:
		if talking && enough {
			break // an answer to what an agent asked
		}
		d := Decision{Cause: ByKeyword, Answer: OptInConfirmation, Keyword: true}
		if level.rank() < Explicit.rank() {
			d.To, level = Explicit, Explicit
		}
		if !level.Satisfies(required) {
			d.Answer = DoubleOptInPrompt
		}
		return d
	case DoubleOptIn:
		if required != Doubly || level.rank() < Explicit.rank() || talking && enough {
			break
		}
		d := Decision{Cause: ByKeyword, Answer: OptInConfirmation, Keyword: true}
		if level == Explicit {
			d.To = Doubly
		}
		return d
	}
	d := Decision{Routed: true}
	if level == None || level == "" {
		d.To, d.Cause, level = Implicit, ByWriting, Implicit
	}
	if !level.Satisfies(required) {
		d.Routed, d.Answer = false, OptInPrompt
		if level == Explicit {
			d.Answer = DoubleOptInPrompt
		}
	}
	return d
}
