package routing

import (
	"bytes"
	"slices"
	"time"

	"switchboard/internal/message"
)

// DeclineHold and MissHold are how long at least an agent is left alone with work that they declined,
// or whose offer they let expire. HeadStart is how long a preferred agent has work for everyone alone
// when it has no push time-out.
const (
	DeclineHold = 60 * time.Second
	MissHold    = 15 * time.Second
	HeadStart   = 20 * time.Second
	// FallbackAfter is how long work waits for the one agent it is meant for, where it can go elsewhere.
	FallbackAfter = 2 * time.Minute
)

// Size is how much of an agent's capacity a piece of work takes: Percent (1 to 100) of their limit,
// rounded up to whole units, or else Units.
type Size struct{ Units, Percent int }

// of is the size in units for an agent with that limit.
func (z Size) of(limit int) int {
	if z.Percent > 0 {
		return (limit*z.Percent + 99) / 100
	}
	return z.Units
}

// fits reports whether there is room, given free units and free percent.
func (z Size) fits(room, percent int) bool {
	if z.Percent > 0 {
		return z.Percent <= percent
	}
	return z.Units <= room
}

func (z Size) clean() Size {
	if z.Percent > 0 {
		return Size{Percent: min(z.Percent, 100)}
	}
	return Size{Units: max(z.Units, 0)}
}

// Work is a session that needs an agent or has one, with what its queue's routing configuration says.
type Work struct {
	ID      message.SessionID
	Version int64
	Channel string // channel type
	// Queue whose members are asked; zero: everyone is (RT-18), unless Agent is set.
	Queue message.QueueID
	// Agent: only this one is asked (RT-5, RT-13), member of Queue or not.
	Agent message.UserID
	// Fallback: it goes elsewhere (DecideFallback) when Agent is not there, doesn't take it, or has no room
	// for FallbackAfter.
	Fallback bool
	// Preferred is asked first, if they can take it as any other (RT-5, RT-17).
	Preferred    message.UserID
	Priority     int // 1 before 2
	Size         Size
	Model        Model
	PushTimeout  time.Duration // an offer expires after it; 0: never
	AutoAccept   bool
	WaitingSince time.Time
	// OverflowQueue takes the work OverflowAfter after WaitingSince, unless it is offered just then.
	// Nothing overflows while either is zero, nor work for everyone.
	OverflowQueue message.QueueID
	OverflowAfter time.Duration
}

// OpenOffer is an offer that nobody has answered.
type OpenOffer struct {
	Agent     message.UserID
	At        time.Time
	ExpiresAt time.Time // zero: never
}

// Tried is an agent who had an offer of this work and did not take it.
type Tried struct {
	Agent    message.UserID
	At       time.Time
	Declined bool // false: let it expire
}

// until is when the agent may be asked again, if nobody else can.
func (t Tried) until() time.Time {
	if t.Declined {
		return t.At.Add(DeclineHold)
	}
	return t.At.Add(MissHold)
}

// work is a Work with where it stands and its places in the index.
type work struct {
	Work
	class  *class
	offers []*offer
	agent  *agent // who has it
	moving bool   // a DecideOverflow or DecideFallback was given; a WorkPut follows

	tried []attempt // sorted by agent
	holds int       // attempts whose hold is not over

	// Offered to everyone: fresh work asks all, then only newcomers. alone is when the preferred
	// agent's head start ends; zero: none runs.
	fresh     bool
	newcomers []*agent
	alone     time.Time

	due time.Time // next thing that time brings; kept in State.timers
	at  [slots]int
	pos int // place in agent.assigned
}

type attempt struct {
	Tried
	held bool
}

// offer is an open offer.
type offer struct {
	work  *work
	agent *agent
	at    time.Time
	until time.Time // zero: never expires
	pos   int       // place in the agent's list
}

// before is the order in which work is taken.
func before(a, b *work) bool {
	if a.Priority != b.Priority {
		return a.Priority < b.Priority
	}
	if c := a.WaitingSince.Compare(b.WaitingSince); c != 0 {
		return c < 0
	}
	return bytes.Compare(a.ID[:], b.ID[:]) < 0
}

// isWaiting: nobody has it and nobody is asked.
func (w *work) isWaiting() bool { return w.agent == nil && len(w.offers) == 0 && !w.moving }

func (w *work) offerTo(a *agent) *offer {
	for _, o := range w.offers {
		if o.agent == a {
			return o
		}
	}
	return nil
}

func (w *work) attempt(id message.UserID) (int, bool) {
	return slices.BinarySearchFunc(w.tried, id, func(t attempt, id message.UserID) int {
		return bytes.Compare(t.Agent[:], id[:])
	})
}

func (w *work) hasTried(id message.UserID) bool {
	if len(w.tried) == 0 {
		return false
	}
	_, ok := w.attempt(id)
	return ok
}

func (w *work) isHeld(id message.UserID) bool {
	if w.holds == 0 {
		return false
	}
	i, ok := w.attempt(id)
	return ok && w.tried[i].held
}

// try notes that an agent did not take it.
func (w *work) try(t Tried) {
	i, ok := w.attempt(t.Agent)
	if !ok {
		w.tried = slices.Insert(w.tried, i, attempt{})
	} else if w.tried[i].held {
		w.holds--
	}
	w.tried[i] = attempt{Tried: t, held: true}
	w.holds++
}

// newRound forgets the attempts whose hold is over.
func (w *work) newRound() {
	w.tried = slices.DeleteFunc(w.tried, func(t attempt) bool { return !t.held })
}

// retime keeps the entry of w in State.timers.
func (s *State) retime(w *work) {
	due := w.nextDue()
	switch {
	case due.IsZero():
		s.timers.remove(w)
		w.due = due
	case !s.timers.has(w):
		w.due = due
		s.timers.push(w)
	case !due.Equal(w.due):
		w.due = due
		s.timers.fix(w)
	}
}

// nextDue is the earliest of: an offer expires, a head start ends, a hold ends, the work overflows.
func (w *work) nextDue() time.Time {
	if w.agent != nil || w.moving {
		return time.Time{}
	}
	due := w.alone
	sooner := func(t time.Time) {
		if !t.IsZero() && (due.IsZero() || t.Before(due)) {
			due = t
		}
	}
	for _, o := range w.offers {
		sooner(o.until)
	}
	if w.holds > 0 {
		for _, t := range w.tried {
			if t.held {
				sooner(t.until())
			}
		}
	}
	if len(w.offers) == 0 {
		sooner(w.overflowsAt())
	}
	return due
}

func (w *work) overflowsAt() time.Time {
	if w.fallible() {
		return w.WaitingSince.Add(FallbackAfter)
	}
	if w.OverflowQueue.IsZero() || w.OverflowAfter <= 0 || w.OverflowQueue == w.Queue || w.class.pool.everyone() {
		return time.Time{}
	}
	return w.WaitingSince.Add(w.OverflowAfter)
}

// fallible reports whether one agent is asked, and the work goes elsewhere without them.
func (w *work) fallible() bool { return w.Fallback && !w.class.pool.direct.IsZero() }

// reserves reports whether an offer of w counts in the agent's load.
func (w *work) reserves() bool { return !w.class.pool.everyone() }

// open makes an offer. LastWork moves only with offers that reserve: an offer to everyone distinguishes
// nobody.
func (s *State) open(w *work, a *agent, at, until time.Time) {
	o := &offer{work: w, agent: a, at: at, until: until}
	w.offers = append(w.offers, o)
	if !w.reserves() {
		o.pos = len(a.wide)
		a.wide = append(a.wide, o)
		return
	}
	s.change(a, func() {
		o.pos = len(a.reserved)
		a.reserved = append(a.reserved, o)
		a.used += w.Size.of(a.Limit)
		if a.known && at.After(a.LastWork) {
			a.LastWork = at
		}
	})
}

// close takes an offer away. The caller puts the work where it belongs then.
func (s *State) close(o *offer) {
	o.work.offers = slices.DeleteFunc(o.work.offers, func(x *offer) bool { return x == o })
	s.unlink(o)
}

// closeAll takes all offers away but the one of keep, and lists who had them.
func (s *State) closeAll(w *work, keep *agent) []Target {
	var closed []Target
	offers := w.offers
	w.offers = nil
	for _, o := range offers {
		if o.agent == keep {
			w.offers = append(w.offers, o)
			continue
		}
		closed = append(closed, Target{o.agent.ID, o.agent.Version})
		s.unlink(o)
	}
	return closed
}

// unlink takes an offer from its agent.
func (s *State) unlink(o *offer) {
	a := o.agent
	if !o.work.reserves() {
		a.wide = without(a.wide, o)
		s.forget(a)
		return
	}
	s.change(a, func() {
		a.reserved = without(a.reserved, o)
		a.used -= o.work.Size.of(a.Limit)
	})
}

// without removes an offer from an agent's list in one step; the last takes its place.
func without(list []*offer, o *offer) []*offer {
	last := len(list) - 1
	list[o.pos] = list[last]
	list[o.pos].pos = o.pos
	list[last] = nil
	return list[:last]
}

// assign gives the work to an agent.
func (s *State) assign(w *work, a *agent, at time.Time) {
	w.agent = a
	s.change(a, func() {
		if o := w.offerTo(a); o != nil {
			w.offers = nil
			if w.reserves() {
				a.reserved = without(a.reserved, o)
				a.used -= w.Size.of(a.Limit)
			} else {
				a.wide = without(a.wide, o)
			}
		}
		w.pos = len(a.assigned)
		a.assigned = append(a.assigned, w)
		a.used += w.Size.of(a.Limit)
		if a.known && at.After(a.LastWork) {
			a.LastWork = at
		}
	})
}

// unassign takes the work from who has it.
func (s *State) unassign(w *work) {
	a := w.agent
	w.agent = nil
	s.change(a, func() {
		last := len(a.assigned) - 1
		a.assigned[w.pos] = a.assigned[last]
		a.assigned[w.pos].pos = w.pos
		a.assigned[last] = nil
		a.assigned = a.assigned[:last]
		a.used -= w.Size.of(a.Limit)
	})
}
