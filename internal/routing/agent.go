package routing

import (
	"slices"
	"time"

	"switchboard/internal/message"
)

// Agent is what routing knows about a user who takes work. Their load is not told: State adds it up
// from the work.
type Agent struct {
	ID       message.UserID
	Version  int64
	Name     string // as reasons show it
	Limit    int    // capacity in units
	Online   bool
	Channels []string // channel types that their present status takes; empty: all
	Queues   []message.QueueID
	LastWork time.Time // when work was last offered to them by a queue, or accepted by them
}

// agent is an Agent with their load and their places in the index.
type agent struct {
	Agent
	known    bool // false: only named by work, never introduced, or removed
	used     int  // units: assigned work and offers that reserve
	assigned []*work
	reserved []*offer // of queues and direct routing: they count
	wide     []*offer // to everyone: they don't
	members  []*member

	// reviewing: the agent stands in State.review. Wide offers below reviewFrom are still to be looked at.
	reviewing  bool
	reviewFrom int
}

// member is an agent's place in one pool.
type member struct {
	pool  *pool
	group *group // nil while offline
	nodes [models]*node
	in    [models]bool
}

func (a *agent) free() int { return a.Limit - a.used }

// percentFree is rounded down: work of p percent, rounded up to units, fits exactly if p ≤ percentFree.
func (a *agent) percentFree() int {
	if a.Limit <= 0 {
		return 0
	}
	return 100 * a.free() / a.Limit
}

func (a *agent) takes(channel string) bool {
	return len(a.Channels) == 0 || slices.Contains(a.Channels, channel)
}

// serves reports whether w may be offered to the agent, room aside.
func (a *agent) serves(w *work) bool {
	return a.Online && a.takes(w.Channel) && a.memberOf(w.class.pool)
}

func (a *agent) memberOf(p *pool) bool {
	return slices.ContainsFunc(a.members, func(m *member) bool { return m.pool == p })
}

// canTake reports whether w may be offered to the agent now.
func (a *agent) canTake(w *work) bool {
	return a.serves(w) && w.Size.fits(a.free(), a.percentFree())
}

// weigh adds up the load anew, for a new limit changes what percentages mean.
func (a *agent) weigh() {
	a.used = 0
	for _, w := range a.assigned {
		a.used += w.Size.of(a.Limit)
	}
	for _, o := range a.reserved {
		a.used += o.work.Size.of(a.Limit)
	}
}

// standing is what an agent is to a class of work, each including the next.
type standing struct {
	online bool // and takes its channel type
	able   bool // would have room for it if they had nothing else
	free   bool // has room for it
}

func (a *agent) standing(c *class) standing {
	online := a.Online && a.takes(c.channel)
	able := online && c.size.fits(a.Limit, min(a.Limit, 1)*100)
	return standing{online, able, able && c.size.fits(a.free(), a.percentFree())}
}

// agent finds or makes the record; work may name an agent before it is introduced.
func (s *State) agent(id message.UserID) *agent {
	a := s.agents[id]
	if a == nil {
		a = &agent{Agent: Agent{ID: id}}
		s.agents[id] = a
	}
	return a
}

// change is the only way to alter what the index knows of an agent: presence, limit, membership, load,
// last work. It takes the agent out of the index, lets edit alter it, and puts it back; then it wakes
// work that the agent can newly take and reviews offers that no longer fit.
func (s *State) change(a *agent, edit func()) {
	wasFree := s.wasFree[:0]
	for _, c := range s.everyone.classes {
		wasFree = append(wasFree, a.known && a.standing(c).free)
	}
	s.wasFree = wasFree
	before := a.members
	s.leave(a)
	edit()
	s.join(a)

	for _, m := range before {
		if !a.memberOf(m.pool) {
			for _, c := range m.pool.classes {
				s.settle(c, false)
			}
		}
	}
	for _, m := range a.members {
		for _, c := range m.pool.classes {
			if len(c.held) > 0 || c.shown != c.showable() {
				s.settle(c, a.standing(c).free)
			}
		}
	}
	s.changeWide(a)
	s.changeDirect(a)
	if len(a.reserved) > 0 && (a.used > a.Limit || slices.ContainsFunc(a.reserved, func(o *offer) bool { return !a.serves(o.work) })) {
		s.lookAgain(a)
	}
	s.forget(a)
}

// changeWide follows a change of the agent in the work that is offered to everyone.
func (s *State) changeWide(a *agent) {
	for i, c := range s.everyone.classes {
		switch free := a.known && a.standing(c).free; {
		case free && !s.wasFree[i]:
			for _, w := range c.waiting.items {
				w.newcomers = append(w.newcomers, a)
				s.ready.push(w)
			}
		case !free && s.wasFree[i] && len(a.wide) > 0:
			s.lookAgain(a)
		}
	}
}

// lookAgain has Next check the agent's open offers.
func (s *State) lookAgain(a *agent) {
	if !a.reviewing {
		a.reviewing = true
		s.review = append(s.review, a)
	}
	a.reviewFrom = len(a.wide)
}

// forget drops the record of an agent who is unknown and whom nothing refers to.
func (s *State) forget(a *agent) {
	if !a.known && len(a.assigned)+len(a.reserved)+len(a.wide) == 0 {
		delete(s.agents, a.ID)
	}
}

// leave takes the agent out of the counts and trees, by the values that put them there.
func (s *State) leave(a *agent) {
	for _, m := range a.members {
		m.pool.members--
		for _, c := range m.pool.classes {
			c.count(a.standing(c), -1)
		}
		if m.group == nil {
			continue
		}
		m.pool.online--
		for i := range m.nodes {
			if m.in[i] {
				m.group.trees[i].remove(m.nodes[i])
				m.in[i] = false
			}
		}
		m.group = nil
	}
}

// join puts the agent into the counts and trees.
func (s *State) join(a *agent) {
	for _, m := range a.members {
		m.pool.members++
		for _, c := range m.pool.classes {
			c.count(a.standing(c), +1)
		}
		if !a.Online {
			continue
		}
		m.pool.online++
		m.group = m.pool.group(a.Channels)
		for i := range m.nodes {
			if m.pool.ordered[i] {
				m.order(a, i)
			}
		}
	}
}

// order puts the agent into the tree of a model.
func (m *member) order(a *agent, model int) {
	if m.nodes[model] == nil {
		m.nodes[model] = newNode(a)
	}
	m.group.trees[model].insert(m.nodes[model])
	m.in[model] = true
}

// enrol sets the pools the agent belongs to: everyone's, their queues', and their own if work was
// ever routed to them directly. To be called within change.
func (s *State) enrol(a *agent) {
	if !a.known {
		a.members = nil
		return
	}
	pools := append(make([]*pool, 0, len(a.Queues)+2), s.everyone)
	for _, q := range a.Queues {
		if p := s.queue(q); !slices.Contains(pools, p) {
			pools = append(pools, p)
		}
	}
	if p := s.direct[a.ID]; p != nil {
		pools = append(pools, p)
	}
	members := make([]*member, len(pools))
	for i, p := range pools {
		members[i] = &member{pool: p}
	}
	a.members = members
}

// putAgent applies the whole truth about an agent.
func (s *State) putAgent(in Agent) {
	a := s.agent(in.ID)
	if in.Version != 0 && in.Version < a.Version {
		return
	}
	s.change(a, func() {
		if in.LastWork.Before(a.LastWork) {
			in.LastWork = a.LastWork
		}
		in.Limit = max(in.Limit, 0)
		in.Channels = canonical(in.Channels)
		in.Queues = slices.Clone(in.Queues)
		a.Agent, a.known = in, true
		a.weigh()
		s.enrol(a)
	})
}

// editAgent alters an agent that State knows, unless the event is older than what it knows.
func (s *State) editAgent(id message.UserID, version int64, edit func(*agent)) {
	a := s.agents[id]
	if a == nil || !a.known || version != 0 && version < a.Version {
		return
	}
	s.change(a, func() {
		if version != 0 {
			a.Version = version
		}
		edit(a)
	})
}

// canonical sorts a list of channel types and drops repetitions, so that equal sets are equal.
func canonical(channels []string) []string {
	out := slices.Clone(channels)
	slices.Sort(out)
	return slices.Compact(out)
}
