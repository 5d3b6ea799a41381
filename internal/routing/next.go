package routing

import (
	"time"

	"switchboard/internal/message"
)

// Next gives the next decision and takes it for done; false when there is nothing to do before the
// next event or NextDeadline. Withdrawals come first, then what time brings, then offers. now must
// not go back.
func (s *State) Next(now time.Time) (Decision, bool) {
	if len(s.pending) > 0 {
		d := s.pending[0]
		if s.pending = s.pending[1:]; len(s.pending) == 0 {
			s.pending = nil
		}
		return d, true
	}
	if d, ok := s.nextReview(); ok {
		return d, true
	}
	for w := s.timers.top(); w != nil && !w.due.After(now); w = s.timers.top() {
		if d, ok := s.lapse(w, now); ok {
			return d, true
		}
	}
	for w := s.ready.top(); w != nil; w = s.ready.top() {
		if w.class.pool.everyone() {
			s.ready.remove(w)
			if d, ok := s.offerWide(w, now); ok {
				return d, true
			}
		} else {
			if d, ok := s.offerOne(w, now); ok {
				return d, true
			}
			s.ready.remove(w)
			s.passHeld(w)
		}
	}
	return Decision{}, false
}

// NextDeadline is when Next is to be called though nothing happened: an offer expires, a hold or head
// start ends, work overflows. False: never.
func (s *State) NextDeadline() (time.Time, bool) {
	if w := s.timers.top(); w != nil {
		return w.due, true
	}
	return time.Time{}, false
}

// nextReview withdraws offers that an agent can't take any more.
func (s *State) nextReview() (Decision, bool) {
	for len(s.review) > 0 {
		a := s.review[0]
		if o, why := s.unfit(a); o != nil {
			w := o.work
			d := Decision{Kind: DecideWithdraw, Session: w.ID, Version: w.Version, Agents: []Target{{a.ID, a.Version}}, Reason: message.Reason{Text: why}}
			s.exit(w)
			s.close(o)
			if len(w.offers) == 0 {
				w.alone = time.Time{}
			}
			s.place(w)
			return d, true
		}
		a.reviewing = false
		if s.review = s.review[1:]; len(s.review) == 0 {
			s.review = nil
		}
	}
	return Decision{}, false
}

// unfit finds an open offer that the agent can't take. Wide ones are passed from the end, so that a
// withdrawal, which moves the last into the gap, moves none that is still to be looked at.
func (s *State) unfit(a *agent) (*offer, string) {
	var last *offer
	for _, o := range a.reserved {
		if !a.serves(o.work) {
			return o, s.notServing(a, o.work)
		}
		if last == nil || before(last.work, o.work) {
			last = o
		}
	}
	if last != nil && a.used > a.Limit {
		return last, s.overCapacity(a)
	}
	for a.reviewFrom = min(a.reviewFrom, len(a.wide)); a.reviewFrom > 0; {
		a.reviewFrom--
		o := a.wide[a.reviewFrom]
		if !a.serves(o.work) {
			return o, s.notServing(a, o.work)
		}
		if !a.canTake(o.work) {
			return o, s.overCapacity(a)
		}
	}
	return nil, ""
}

// lapse does what time has brought for w.
func (s *State) lapse(w *work, now time.Time) (Decision, bool) {
	past := func(t time.Time) bool { return !t.IsZero() && !t.After(now) }

	var missed []*offer
	for _, o := range w.offers {
		if past(o.until) {
			missed = append(missed, o)
		}
	}
	s.exit(w)
	for i := range w.tried {
		if t := &w.tried[i]; t.held && past(t.until()) {
			t.held = false
			w.holds--
		}
	}
	if past(w.alone) {
		w.alone = time.Time{}
	}
	if len(missed) > 0 {
		d := Decision{Kind: DecideExpire, Session: w.ID, Version: w.Version, Reason: message.Reason{Text: s.missedReason(w, missed)}}
		for _, o := range missed {
			d.Agents = append(d.Agents, Target{o.agent.ID, o.agent.Version})
			s.close(o)
			w.try(Tried{Agent: o.agent.ID, At: now})
		}
		if len(w.offers) == 0 {
			w.alone = time.Time{}
		}
		s.place(w)
		return d, true
	}
	if w.isWaiting() && past(w.overflowsAt()) {
		w.moving = true
		s.retime(w)
		if w.fallible() {
			return Decision{Kind: DecideFallback, Session: w.ID, Version: w.Version, Reason: s.noRoomReason(w, now)}, true
		}
		return Decision{
			Kind: DecideOverflow, Session: w.ID, Version: w.Version, To: w.OverflowQueue, Reason: s.overflowReason(w, now),
		}, true
	}
	s.place(w)
	return Decision{}, false
}

// offerOne offers work of a queue, or routed directly, to the best agent; false if it is on hold for
// all who are free.
func (s *State) offerOne(w *work, now time.Time) (Decision, bool) {
	c, again := s.pick(w)
	if c.agent == nil {
		return Decision{}, false
	}
	a := c.agent
	d := Decision{
		Kind: DecideOffer, Session: w.ID, Version: w.Version, Agents: []Target{{a.ID, a.Version}},
		Reason: s.offerReason(w, c, again, now), AutoAccept: w.AutoAccept,
	}
	if w.PushTimeout > 0 {
		d.ExpiresAt = now.Add(w.PushTimeout)
	}
	s.exit(w)
	s.open(w, a, now, d.ExpiresAt)
	s.retime(w)
	return d, true
}

// choice is an agent and why.
type choice struct {
	agent     *agent
	preferred bool
	equal     bool // the model saw no difference to the next
	among     int  // how many could have been asked
}

// pick chooses the agent to ask: among those not tried in this round, or, when none of them is free,
// among all whose hold is over. It then forgets the round (again is how many had been asked in it).
func (s *State) pick(w *work) (c choice, again int) {
	if c = s.pickAmong(w, w.hasTried); c.agent != nil || len(w.tried) == w.holds {
		return c, 0
	}
	if c = s.pickAmong(w, w.isHeld); c.agent == nil {
		return c, 0
	}
	again = len(w.tried)
	w.newRound()
	return c, again
}

func (s *State) pickAmong(w *work, skip func(message.UserID) bool) choice {
	c := choice{among: w.class.free}
	for _, t := range w.tried {
		if a := s.agents[t.Agent]; a != nil && a.canTake(w) && skip(t.Agent) {
			c.among--
		}
	}
	if c.among == 0 {
		return c
	}
	if a := s.agents[w.Preferred]; a != nil && a.canTake(w) && !skip(a.ID) {
		c.agent, c.preferred = a, true
		return c
	}
	c.agent, c.equal = w.class.best(w.Model, func(a *agent) bool { return !skip(a.ID) })
	return c
}
