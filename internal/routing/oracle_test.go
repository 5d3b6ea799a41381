package routing

import (
	"bytes"
	"slices"
	"time"

	"switchboard/internal/message"
)

// oracle does what State does by looking at everything each time. It shares the words of the package
// with State (events, decisions, sizes) and none of its index.
type oracle struct {
	agents  map[message.UserID]*oracleAgent
	work    map[message.SessionID]*oracleWork
	pending []Decision
}

type oracleAgent struct {
	Agent
}

type oracleWork struct {
	Work
	assigned message.UserID
	offers   map[message.UserID]OpenOffer
	tried    map[message.UserID]Tried
	over     map[message.UserID]bool // the hold is over
	moving   bool
	alone    time.Time
}

func newOracle() *oracle {
	return &oracle{agents: map[message.UserID]*oracleAgent{}, work: map[message.SessionID]*oracleWork{}}
}

func (w *oracleWork) everyone() bool { return w.Queue.IsZero() && w.Agent.IsZero() }

func (o *oracle) used(a *oracleAgent) (used int) {
	for _, w := range o.work {
		_, offered := w.offers[a.ID]
		if w.assigned == a.ID || offered && !w.everyone() {
			used += units(w.Size, a.Limit)
		}
	}
	return used
}

// units is the size said differently: the least whole number that is at least the percentage.
func units(z Size, limit int) int {
	if z.Percent == 0 {
		return z.Units
	}
	n := 0
	for n*100 < z.Percent*limit {
		n++
	}
	return n
}

func (o *oracle) serves(a *oracleAgent, w *oracleWork) bool {
	switch {
	case !a.Online || len(a.Channels) > 0 && !slices.Contains(a.Channels, w.Channel):
		return false
	case !w.Agent.IsZero():
		return w.Agent == a.ID
	}
	return w.everyone() || slices.Contains(a.Queues, w.Queue)
}

func (o *oracle) room(a *oracleAgent, w *oracleWork) bool {
	if w.Size.Percent > 0 && a.Limit == 0 {
		return false
	}
	return o.used(a)+units(w.Size, a.Limit) <= a.Limit
}

func (o *oracle) canTake(a *oracleAgent, w *oracleWork) bool { return o.serves(a, w) && o.room(a, w) }

func (o *oracle) sorted() []*oracleWork {
	list := make([]*oracleWork, 0, len(o.work))
	for _, w := range o.work {
		list = append(list, w)
	}
	slices.SortFunc(list, func(a, b *oracleWork) int {
		if a.Priority != b.Priority {
			return a.Priority - b.Priority
		}
		if c := a.WaitingSince.Compare(b.WaitingSince); c != 0 {
			return c
		}
		return bytes.Compare(a.ID[:], b.ID[:])
	})
	return list
}

// ask lists agents by who is to be asked first.
func (o *oracle) ask(w *oracleWork, ok func(*oracleAgent) bool) []*oracleAgent {
	var list []*oracleAgent
	for _, a := range o.agents {
		if o.canTake(a, w) && ok(a) {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b *oracleAgent) int {
		if !w.everyone() && (a.ID == w.Preferred) != (b.ID == w.Preferred) {
			if a.ID == w.Preferred {
				return -1
			}
			return 1
		}
		d := o.used(a) - o.used(b)
		if w.Model == MostAvailable && !w.everyone() {
			d = (b.Limit - o.used(b)) - (a.Limit - o.used(a))
		}
		if d != 0 {
			return d
		}
		if c := a.LastWork.Compare(b.LastWork); c != 0 {
			return c
		}
		return bytes.Compare(a.ID[:], b.ID[:])
	})
	return list
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (o *oracle) apply(e Event) {
	switch e := e.(type) {
	case AgentPut:
		a := &oracleAgent{e.Agent}
		if old := o.agents[a.ID]; old != nil {
			a.LastWork = later(a.LastWork, old.LastWork)
		}
		o.agents[a.ID] = a
	case AgentPresence:
		if a := o.agents[e.Agent]; a != nil {
			a.Online, a.Channels = e.Online, e.Channels
		}
	case AgentCapacity:
		if a := o.agents[e.Agent]; a != nil {
			a.Limit = e.Limit
		}
	case AgentQueues:
		if a := o.agents[e.Agent]; a != nil {
			a.Queues = e.Queues
		}
	case AgentRemoved:
		delete(o.agents, e.Agent)
	case WorkPut:
		o.put(e)
	case WorkAccepted:
		w := o.work[e.Session]
		if w == nil || w.assigned == e.Agent {
			return
		}
		o.withdraw(w, e.Agent)
		w.assigned, w.moving, w.alone = e.Agent, false, time.Time{}
		w.offers = map[message.UserID]OpenOffer{}
		w.tried, w.over = map[message.UserID]Tried{}, map[message.UserID]bool{}
		if a := o.agents[e.Agent]; a != nil {
			a.LastWork = later(a.LastWork, e.At)
		}
	case WorkDeclined:
		w := o.work[e.Session]
		if w == nil || !w.assigned.IsZero() || w.moving {
			return
		}
		o.close(w, e.Agent)
		w.tried[e.Agent] = Tried{e.Agent, e.At, true}
		delete(w.over, e.Agent)
	case WorkInactive:
		o.drop(e.Session)
	case WorkEnded:
		o.drop(e.Session)
	case WorkRemoved:
		o.drop(e.Session)
	}
}

func (o *oracle) put(e WorkPut) {
	w := &oracleWork{Work: e.Work, assigned: e.Assigned, offers: map[message.UserID]OpenOffer{},
		tried: map[message.UserID]Tried{}, over: map[message.UserID]bool{}}
	for _, t := range e.Tried {
		w.tried[t.Agent] = t
	}
	o.work[w.ID] = w
	if !w.assigned.IsZero() {
		return
	}
	for i, of := range e.Offers {
		if i > 0 && !w.everyone() {
			o.pending = append(o.pending, Decision{Kind: DecideWithdraw, Session: w.ID, Agents: []Target{{Agent: of.Agent}}})
			continue
		}
		w.offers[of.Agent] = of
		if a := o.agents[of.Agent]; a != nil && !w.everyone() {
			a.LastWork = later(a.LastWork, of.At)
		}
	}
	if w.everyone() && len(e.Offers) == 1 && e.Offers[0].Agent == w.Preferred {
		w.alone = e.Offers[0].At.Add(o.headStart(w))
	}
}

func (o *oracle) headStart(w *oracleWork) time.Duration {
	if w.PushTimeout > 0 {
		return w.PushTimeout
	}
	return HeadStart
}

func (o *oracle) drop(id message.SessionID) {
	if w := o.work[id]; w != nil {
		o.withdraw(w, message.UserID{})
		delete(o.work, id)
	}
}

func (o *oracle) withdraw(w *oracleWork, but message.UserID) {
	var from []Target
	for id := range w.offers {
		if id != but {
			from = append(from, Target{Agent: id})
		}
	}
	if len(from) > 0 {
		o.pending = append(o.pending, Decision{Kind: DecideWithdraw, Session: w.ID, Agents: from})
	}
}

func (o *oracle) close(w *oracleWork, id message.UserID) {
	if delete(w.offers, id); len(w.offers) == 0 {
		w.alone = time.Time{}
	}
}

func (o *oracle) next(now time.Time) (Decision, bool) {
	if len(o.pending) > 0 {
		d := o.pending[0]
		o.pending = o.pending[1:]
		return d, true
	}
	if w, id := o.unfit(); w != nil {
		o.close(w, id)
		return Decision{Kind: DecideWithdraw, Session: w.ID, Agents: []Target{{Agent: id}}}, true
	}
	past := func(t time.Time) bool { return !t.IsZero() && !t.After(now) }
	for _, w := range o.sorted() {
		for id, t := range w.tried {
			if past(t.until()) {
				w.over[id] = true
			}
		}
		if past(w.alone) {
			w.alone = time.Time{}
		}
		for id, of := range w.offers {
			if past(of.ExpiresAt) {
				o.close(w, id)
				w.tried[id] = Tried{id, now, false}
				delete(w.over, id)
				return Decision{Kind: DecideExpire, Session: w.ID, Agents: []Target{{Agent: id}}}, true
			}
		}
		if past(o.overflows(w)) {
			w.moving = true
			return Decision{Kind: DecideOverflow, Session: w.ID, To: w.OverflowQueue}, true
		}
	}
	for _, w := range o.sorted() {
		if d, ok := o.offer(w, now); ok {
			return d, true
		}
	}
	return Decision{}, false
}

func (o *oracle) overflows(w *oracleWork) time.Time {
	if !w.assigned.IsZero() || w.moving || len(w.offers) > 0 || w.everyone() || w.OverflowQueue.IsZero() ||
		w.OverflowAfter == 0 || w.OverflowQueue == w.Queue {
		return time.Time{}
	}
	return w.WaitingSince.Add(w.OverflowAfter)
}

// unfit finds an offer that can't stay; of those above capacity the last in order.
func (o *oracle) unfit() (*oracleWork, message.UserID) {
	list := o.sorted()
	slices.Reverse(list)
	gone := &oracleAgent{}
	find := func(bad func(*oracleAgent, *oracleWork) bool) (*oracleWork, message.UserID) {
		for _, w := range list {
			for id := range w.offers {
				a := o.agents[id]
				if a == nil {
					a = gone
				}
				if bad(a, w) {
					return w, id
				}
			}
		}
		return nil, message.UserID{}
	}
	if w, id := find(func(a *oracleAgent, w *oracleWork) bool { return !o.serves(a, w) }); w != nil {
		return w, id
	}
	if w, id := find(func(a *oracleAgent, w *oracleWork) bool { return !w.everyone() && o.used(a) > a.Limit }); w != nil {
		return w, id
	}
	return find(func(a *oracleAgent, w *oracleWork) bool { return w.everyone() && !o.room(a, w) })
}

func (o *oracle) offer(w *oracleWork, now time.Time) (Decision, bool) {
	if !w.assigned.IsZero() || w.moving || !w.alone.IsZero() || len(w.offers) > 0 && !w.everyone() {
		return Decision{}, false
	}
	untried := func(a *oracleAgent) bool {
		_, tried := w.tried[a.ID]
		_, offered := w.offers[a.ID]
		return !tried && !offered
	}
	list := o.ask(w, untried)
	if len(list) == 0 && len(w.offers) == 0 {
		list = o.ask(w, func(a *oracleAgent) bool { _, tried := w.tried[a.ID]; return !tried || w.over[a.ID] })
		if len(list) > 0 {
			for id := range w.over {
				delete(w.tried, id)
			}
			clear(w.over)
		}
	} else if w.everyone() && len(w.offers) == 0 {
		for _, a := range list {
			if a.ID == w.Preferred {
				list = []*oracleAgent{a}
				w.alone = now.Add(o.headStart(w))
				break
			}
		}
	}
	if len(list) == 0 {
		return Decision{}, false
	}
	if !w.everyone() {
		list = list[:1]
	}
	d := Decision{Kind: DecideOffer, Session: w.ID, AutoAccept: w.AutoAccept && !w.everyone()}
	if w.PushTimeout > 0 {
		d.ExpiresAt = now.Add(w.PushTimeout)
	}
	for _, a := range list {
		d.Agents = append(d.Agents, Target{Agent: a.ID})
		w.offers[a.ID] = OpenOffer{a.ID, now, d.ExpiresAt}
		if !w.everyone() {
			a.LastWork = later(a.LastWork, now)
		}
	}
	return d, true
}

func (o *oracle) deadline() time.Time {
	var due time.Time
	sooner := func(t time.Time) {
		if !t.IsZero() && (due.IsZero() || t.Before(due)) {
			due = t
		}
	}
	for _, w := range o.work {
		if !w.assigned.IsZero() || w.moving {
			continue
		}
		sooner(w.alone)
		sooner(o.overflows(w))
		for _, of := range w.offers {
			sooner(of.ExpiresAt)
		}
		for id, t := range w.tried {
			if !w.over[id] {
				sooner(t.until())
			}
		}
	}
	return due
}
