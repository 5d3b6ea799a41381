package routing

import (
	"time"

	"switchboard/internal/message"
)

// headStart is until when a preferred agent who was asked at that time has work for everyone alone.
func (w *work) headStart(asked time.Time) time.Time {
	if w.PushTimeout > 0 {
		return asked.Add(w.PushTimeout)
	}
	return asked.Add(HeadStart)
}

// offerWide offers work for everyone to those who can take it and have not been asked: all when it is
// fresh, else who became available since. When nobody is left and no offer is open, the round begins
// anew with those whose hold is over. False: there is nobody to ask now.
func (s *State) offerWide(w *work, now time.Time) (Decision, bool) {
	if !w.alone.IsZero() {
		return Decision{}, false
	}
	var until time.Time
	if w.PushTimeout > 0 {
		until = now.Add(w.PushTimeout)
	}
	ask := func(list []*agent, reason message.Reason) (Decision, bool) {
		d := Decision{Kind: DecideOffer, Session: w.ID, Version: w.Version, Reason: reason, ExpiresAt: until}
		for _, a := range list {
			d.Agents = append(d.Agents, Target{a.ID, a.Version})
			s.open(w, a, now, until)
		}
		s.retime(w)
		return d, true
	}

	if a := s.agents[w.Preferred]; a != nil && len(w.offers) == 0 && a.canTake(w) && !w.hasTried(a.ID) {
		w.alone, w.fresh = w.headStart(now), true // everybody else afterwards
		w.newcomers = nil
		return ask([]*agent{a}, s.offerReason(w, choice{agent: a, preferred: true}, 0, now))
	}

	joined := len(w.offers) > 0
	list := s.unasked(w)
	if len(list) > 0 {
		return ask(list, s.wideReason(w, len(list), joined, 0, now))
	}
	if joined {
		return Decision{}, false
	}
	for _, t := range w.tried {
		if a := s.agents[t.Agent]; a != nil && !t.held && a.canTake(w) {
			list = append(list, a)
		}
	}
	if len(list) == 0 {
		return Decision{}, false
	}
	sortAgents(list)
	again := len(w.tried)
	w.newRound()
	return ask(list, s.wideReason(w, len(list), false, again, now))
}

// unasked lists who can take w and has not been asked in this round.
func (s *State) unasked(w *work) []*agent {
	newcomers := w.newcomers
	w.newcomers = nil
	if w.fresh {
		w.fresh = false
		return w.class.all(func(a *agent) bool { return !w.hasTried(a.ID) && (len(w.offers) == 0 || w.offerTo(a) == nil) })
	}
	var list []*agent
	seen := map[message.UserID]bool{}
	for _, a := range newcomers {
		if !seen[a.ID] && a.canTake(w) && !w.hasTried(a.ID) && w.offerTo(a) == nil {
			seen[a.ID] = true
			list = append(list, a)
		}
	}
	sortAgents(list)
	return list
}
