package routing

import (
	"time"

	"switchboard/internal/message"
)

// State is the routing of one organisation. Make it with New.
type State struct {
	work     map[message.SessionID]*work
	agents   map[message.UserID]*agent
	names    map[message.QueueID]string
	queues   map[message.QueueID]*pool
	direct   map[message.UserID]*pool
	everyone *pool
	classes  map[classKey]*class

	// ready holds, in order, one piece for each class that can be placed, and each piece for everyone
	// that somebody may newly be asked about. timers holds work by when time will change it.
	ready, timers heap
	// pending are decisions that follow from events by themselves.
	pending []Decision
	// review are agents whose open offers are to be checked.
	review []*agent

	wasFree []bool // scratch of change
}

// New returns an empty State.
func New() *State {
	return &State{
		work:     map[message.SessionID]*work{},
		agents:   map[message.UserID]*agent{},
		names:    map[message.QueueID]string{},
		queues:   map[message.QueueID]*pool{},
		direct:   map[message.UserID]*pool{},
		everyone: &pool{},
		classes:  map[classKey]*class{},
		ready:    heap{slot: inReady, less: before},
		timers:   heap{slot: inTimers, less: func(a, b *work) bool { return a.due.Before(b.due) }},
	}
}

// Apply takes in what happened. Call Next afterwards until it has nothing more.
func (s *State) Apply(e Event) {
	switch e := e.(type) {
	case QueueNamed:
		s.names[e.Queue] = e.Name
	case AgentPut:
		s.putAgent(e.Agent)
	case AgentPresence:
		s.editAgent(e.Agent, e.Version, func(a *agent) {
			a.Online, a.Channels = e.Online, canonical(e.Channels)
		})
	case AgentCapacity:
		s.editAgent(e.Agent, e.Version, func(a *agent) {
			a.Limit = max(e.Limit, 0)
			a.weigh()
		})
	case AgentQueues:
		s.editAgent(e.Agent, e.Version, func(a *agent) {
			a.Queues = append([]message.QueueID(nil), e.Queues...)
			s.enrol(a)
		})
	case AgentRemoved:
		s.editAgent(e.Agent, 0, func(a *agent) {
			a.known, a.Online, a.Queues, a.LastWork = false, false, nil, time.Time{}
			s.enrol(a)
		})
	case WorkPut:
		s.putWork(e)
	case WorkAccepted:
		s.accepted(e)
	case WorkDeclined:
		s.declined(e)
	case WorkInactive:
		s.drop(e.Session, e.Version, "The conversation went inactive.")
	case WorkEnded:
		s.drop(e.Session, e.Version, "The conversation has ended.")
	case WorkRemoved:
		s.drop(e.Session, e.Version, "The conversation is not waiting for an agent any more.")
	case DecisionWritten:
		s.written(e)
	}
}

// known finds the work of an event, unless the event is older than what State knows.
func (s *State) known(id message.SessionID, version int64) *work {
	w := s.work[id]
	if w == nil || version != 0 && version < w.Version {
		return nil
	}
	if version != 0 {
		w.Version = version
	}
	return w
}

// putWork replaces all that State knows of a piece of work.
func (s *State) putWork(e WorkPut) {
	if old := s.work[e.Work.ID]; old != nil {
		if e.Work.Version != 0 && e.Work.Version < old.Version {
			return
		}
		s.detach(old)
	}
	w := &work{Work: e.Work, fresh: true}
	w.Size = w.Size.clean()
	w.class = s.class(w)
	s.work[w.ID] = w
	for _, t := range e.Tried {
		w.try(t)
	}
	if !e.Assigned.IsZero() {
		s.assign(w, s.agent(e.Assigned), time.Time{})
		return
	}
	offers := e.Offers
	if w.reserves() && len(offers) > 1 {
		// It was offered to everyone before; a queue asks one agent at a time.
		var rest []Target
		for _, o := range offers[1:] {
			rest = append(rest, Target{Agent: o.Agent})
			if a := s.agents[o.Agent]; a != nil {
				rest[len(rest)-1].Version = a.Version
			}
		}
		s.withdrawn(w, rest, "It is offered to one agent at a time now.")
		offers = offers[:1]
	}
	for _, o := range offers {
		a := s.agent(o.Agent)
		if w.offerTo(a) == nil {
			s.open(w, a, o.At, o.ExpiresAt)
			s.lookAgain(a)
		}
	}
	if !w.reserves() && len(offers) == 1 && offers[0].Agent == w.Preferred {
		w.alone = w.headStart(offers[0].At)
	}
	s.place(w)
}

// place puts work that nobody has where it belongs after its offers or attempts changed.
func (s *State) place(w *work) {
	if w.moving || w.agent != nil {
		return
	}
	if why := s.fallsBack(w); why.Text != "" {
		s.fallBack(w, why)
		return
	}
	if w.class.pool.everyone() {
		s.enter(w)
		if len(w.offers) == 0 || w.fresh || len(w.newcomers) > 0 {
			s.ready.push(w)
		}
	} else if len(w.offers) == 0 {
		s.enter(w)
	}
	s.retime(w)
}

// detach takes work out of everything but State.work.
func (s *State) detach(w *work) (asked []Target) {
	s.exit(w)
	s.timers.remove(w)
	if w.agent != nil {
		s.unassign(w)
	}
	return s.closeAll(w, nil)
}

// drop forgets work that needs no agent any more.
func (s *State) drop(id message.SessionID, version int64, why string) {
	w := s.known(id, version)
	if w == nil {
		return
	}
	asked := s.detach(w)
	delete(s.work, id)
	w.Version = 0
	s.withdrawn(w, asked, why)
}

func (s *State) accepted(e WorkAccepted) {
	w := s.known(e.Session, e.Version)
	if w == nil || w.agent != nil && w.agent.ID == e.Agent {
		return
	}
	a := s.agent(e.Agent)
	s.exit(w)
	s.timers.remove(w)
	if w.agent != nil {
		s.unassign(w)
	}
	others := s.closeAll(w, a)
	w.moving, w.alone, w.newcomers, w.tried, w.holds = false, time.Time{}, nil, nil, 0
	s.assign(w, a, e.At)
	s.withdrawn(w, others, s.person(a)+" accepted it first.")
}

func (s *State) declined(e WorkDeclined) {
	w := s.known(e.Session, e.Version)
	if w == nil || w.agent != nil || w.moving {
		return
	}
	s.exit(w)
	if a := s.agents[e.Agent]; a != nil {
		if o := w.offerTo(a); o != nil {
			s.close(o)
		}
	}
	w.try(Tried{Agent: e.Agent, At: e.At, Declined: true})
	if len(w.offers) == 0 {
		w.alone = time.Time{}
	}
	s.place(w)
}

func (s *State) written(e DecisionWritten) {
	s.known(e.Session, e.Version)
	for _, t := range e.Agents {
		if a := s.agents[t.Agent]; a != nil && t.Version > a.Version {
			a.Version = t.Version
		}
	}
}

// withdrawn notes that offers were closed by what happened.
func (s *State) withdrawn(w *work, from []Target, why string) {
	if len(from) > 0 {
		s.pending = append(s.pending, Decision{Kind: DecideWithdraw, Session: w.ID, Version: w.Version, Agents: from, Reason: message.Reason{Text: why}})
	}
}
