// Package consent decides whether something may be sent to a messaging user: one pure policy that
// every way out asks, when a message is written and again at the moment it leaves (promise 7). It
// knows statuses and levels (CN-1); it stores nothing and sends nothing.
package consent

import (
	"time"

	"switchboard/internal/consent/phone"
	"switchboard/internal/fault"
)

// Level is a messaging user's consent on a channel, and what a channel requires.
type Level string

// Levels, weakest first. None is a user who has not written and was not opted in.
const (
	OptedOut Level = "opted_out"
	None     Level = "none"
	Implicit Level = "implicitly_opted_in"
	Explicit Level = "explicitly_opted_in"
	Doubly   Level = "doubly_opted_in"
)

func (l Level) rank() int {
	switch l {
	case OptedOut:
		return 0
	case Implicit:
		return 2
	case Explicit:
		return 3
	case Doubly:
		return 4
	}
	return 1
}

// Satisfies reports whether a user at this level may be written to on a channel that requires r.
func (l Level) Satisfies(r Level) bool { return l != OptedOut && l.rank() >= r.rank() }

// Facts is what the policy needs to know of one conversation at one moment.
type Facts struct {
	Consent       Level
	Required      Level
	ChannelActive bool
	// WindowHours of the channel, 0 for none, counted from CustomerAt (zero: never wrote).
	WindowHours int
	CustomerAt  time.Time
	// Line is set where the channel's number has rules of its own (SMS).
	Line *Line
}

// WindowEnds is when free-form messages stop being allowed; zero without a window.
func (f Facts) WindowEnds() time.Time {
	if f.WindowHours == 0 {
		return time.Time{}
	}
	return f.CustomerAt.Add(time.Duration(f.WindowHours) * time.Hour)
}

// Kind of what is to be sent, as far as the policy cares.
type Kind struct {
	// Template: approved by the provider, allowed outside the window.
	Template bool
	// Compliance answers (opt-out and help confirmations) go to anybody (CN-3).
	Compliance bool
	// Use of the message; none for what a person writes in a conversation.
	Use phone.Use
	// Picture: it carries one that is to travel as a picture.
	Picture bool
}

// Check refuses, or returns nil when the message may go at this moment.
func Check(f Facts, k Kind, now time.Time) error {
	if !f.ChannelActive {
		return fault.New(fault.ChannelInactive, "This channel is not active. Ask an administrator to switch it on.")
	}
	if k.Compliance {
		return nil
	}
	if f.Consent == OptedOut {
		return fault.New(fault.OptedOut, "The customer has opted out. Nothing can be sent until they opt in again.")
	}
	if !f.Consent.Satisfies(f.Required) {
		return fault.New(fault.ConsentRequired, "The customer has not agreed to receive messages on this channel yet.")
	}
	if f.WindowHours > 0 && !k.Template && !now.Before(f.WindowEnds()) {
		e := fault.New(fault.WindowClosed, "More than %d hours have passed since the customer last wrote. Send an approved template, or wait until they write.", f.WindowHours)
		e.Delivery = fault.WindowIsClosed
		return e
	}
	if f.Line != nil {
		return f.Line.check(k)
	}
	return nil
}
