package routing

import (
	"fmt"
	"slices"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/message"
)

// fallsBack says why work that one agent is asked about goes elsewhere now; empty: it waits for them, or
// nothing else is meant for it.
func (s *State) fallsBack(w *work) message.Reason {
	if !w.fallible() || len(w.offers) > 0 {
		return message.Reason{}
	}
	a := s.agents[w.Agent]
	p := message.ReasonParams{Agent: s.nameOf(w.Agent)}
	switch {
	case a == nil || !a.known:
		return message.Because("back_gone", p, "The agent takes no work any more.")
	case !a.Online:
		return message.Because("back_offline", p, s.person(a)+" is not online.")
	case !a.takes(w.Channel):
		p.Channel = w.Channel
		return message.Because("back_channel", p, s.person(a)+" takes no "+w.Channel+" conversations in the present status.")
	case w.class.able == 0:
		p.Limit = a.Limit
		return message.Because("back_too_large", w.sized(p), fmt.Sprintf("It takes %s, more than %s's capacity of %d.", w.needs(), s.person(a), a.Limit))
	}
	if i, tried := w.attempt(a.ID); tried {
		if w.tried[i].Declined {
			return message.Because("back_declined", p, s.person(a)+" declined it.")
		}
		return message.Because("back_missed", p, s.person(a)+" did not answer in time.")
	}
	return message.Reason{}
}

// fallBack gives the decision; the work rests until a WorkPut.
func (s *State) fallBack(w *work, why message.Reason) {
	w.moving = true
	s.retime(w)
	s.pending = append(s.pending, Decision{Kind: DecideFallback, Session: w.ID, Version: w.Version, Reason: why})
}

// changeDirect looks at what waits for an agent alone who may not be there for it any more.
func (s *State) changeDirect(a *agent) {
	p := s.direct[a.ID]
	if p == nil {
		return
	}
	for _, c := range p.classes {
		if a.known && a.standing(c).able {
			continue
		}
		for _, w := range slices.Concat(c.waiting.items, c.held) {
			if why := s.fallsBack(w); why.Text != "" {
				s.exit(w)
				s.fallBack(w, why)
			}
		}
	}
}

func (s *State) noRoomReason(w *work, now time.Time) message.Reason {
	waited := now.Sub(w.WaitingSince)
	return message.Because("back_no_room", message.ReasonParams{Agent: s.nameOf(w.Agent), Waited: seconds(waited)},
		fmt.Sprintf("%s had no room for it for %s.", s.person(s.agents[w.Agent]), span(waited)))
}

// writeFallback sends a transfer that its agent did not take back to where it came from, and work that
// its channel routes to one agent to the channel's fallback queue.
func (d *dispatcher) writeFallback(tx Tx, decision Decision) (int64, bool, error) {
	c, ok, err := restingWork(tx, decision)
	if err != nil || !ok {
		return 0, false, err
	}
	// Its row is written anew; the feed brings it back as a WorkPut.
	if c.Session.Transfer != nil {
		return 0, true, conversation.FellBack(tx, &c, decision.Reason)
	}
	if err := tx.Work(&c.Session, conversation.WorkChange{State: conversation.WorkWaiting, Missed: true}); err != nil {
		return 0, false, err
	}
	return 0, true, saveReason(tx, &c, decision.Reason)
}
