package routing

import (
	"slices"
	"sort"

	"switchboard/internal/message"
)

// pool is a set of agents that work may be meant for: a queue's members, everyone, or one agent.
type pool struct {
	queue  message.QueueID
	direct message.UserID

	classes []*class
	groups  []*group
	// ordered: the trees of that model are kept. They are built when work first asks for them.
	ordered [models]bool

	members, online int
}

// group is the online agents of a pool whose status takes the same channel types.
type group struct {
	channels []string // sorted; empty: all
	trees    [models]tree
}

// class is the waiting work of a pool that the same agents can take.
type class struct {
	pool    *pool
	channel string
	size    Size

	// waiting is the work nobody has on hold; in the pool of everyone, all work not yet accepted.
	waiting heap
	// held is work that somebody declined or missed within the hold, in order.
	held []*work

	// shown and shownHeld are the pieces that stand in State.ready for this class: the first of
	// waiting while an agent is free, and the first of held that has not been found to have nobody.
	shown, shownHeld *work

	online, able, free int // agents by their standing
}

type classKey struct {
	pool    *pool
	channel string
	size    Size
}

func (p *pool) everyone() bool { return p.queue.IsZero() && p.direct.IsZero() }

// queue finds or makes the pool of a queue.
func (s *State) queue(id message.QueueID) *pool {
	p := s.queues[id]
	if p == nil {
		p = &pool{queue: id}
		s.queues[id] = p
	}
	return p
}

// directPool finds or makes the pool of one agent.
func (s *State) directPool(id message.UserID) *pool {
	p := s.direct[id]
	if p == nil {
		p = &pool{direct: id}
		s.direct[id] = p
		if a := s.agents[id]; a != nil && a.known {
			s.change(a, func() { s.enrol(a) })
		}
	}
	return p
}

// group finds or makes the group of a canonical list of channel types.
func (p *pool) group(channels []string) *group {
	for _, g := range p.groups {
		if slices.Equal(g.channels, channels) {
			return g
		}
	}
	g := &group{channels: channels}
	for i := range g.trees {
		g.trees[i].model = i
	}
	p.groups = append(p.groups, g)
	return g
}

// class finds or makes the class that a piece of work belongs to. Classes are never dropped: there are
// as many as there are combinations of settings.
func (s *State) class(w *work) *class {
	p := s.everyone
	switch {
	case !w.Agent.IsZero():
		p = s.directPool(w.Agent)
	case !w.Queue.IsZero():
		p = s.queue(w.Queue)
	default:
		w.Model = LeastActive // nobody is chosen; it is the order of the list
	}
	s.keepOrder(p, w.Model.index())
	key := classKey{p, w.Channel, w.Size}
	c := s.classes[key]
	if c == nil {
		c = &class{pool: p, channel: w.Channel, size: w.Size, waiting: heap{slot: inClass, less: before}}
		s.classes[key] = c
		p.classes = append(p.classes, c)
		for _, a := range s.agents {
			if a.memberOf(p) {
				c.count(a.standing(c), +1)
			}
		}
	}
	return c
}

// keepOrder builds the pool's trees for a model, once.
func (s *State) keepOrder(p *pool, model int) {
	if p.ordered[model] {
		return
	}
	p.ordered[model] = true
	for _, a := range s.agents {
		for _, m := range a.members {
			if m.pool == p && m.group != nil {
				m.order(a, model)
			}
		}
	}
}

func (c *class) count(st standing, by int) {
	if st.online {
		c.online += by
	}
	if st.able {
		c.able += by
	}
	if st.free {
		c.free += by
	}
}

// enter puts waiting work in its place.
func (s *State) enter(w *work) {
	c := w.class
	if w.holds == 0 || c.pool.everyone() {
		c.waiting.push(w)
	} else {
		c.held = slices.Insert(c.held, c.search(w), w)
	}
	s.settle(c, true)
}

// exit takes work out of where enter put it.
func (s *State) exit(w *work) {
	c := w.class
	s.ready.remove(w)
	c.waiting.remove(w)
	if i := c.search(w); i < len(c.held) && c.held[i] == w {
		c.held = slices.Delete(c.held, i, i+1)
		if c.shownHeld == w {
			c.shownHeld = nil
			s.settle(c, true)
		}
	}
	s.settle(c, false)
}

// search finds the place of w in held.
func (c *class) search(w *work) int {
	return sort.Search(len(c.held), func(i int) bool { return !before(c.held[i], w) })
}

// showable is the piece of waiting that belongs into State.ready.
func (c *class) showable() *work {
	if c.free == 0 || c.pool.everyone() {
		return nil
	}
	return c.waiting.top()
}

// settle brings State.ready in line with the class. With again, held work that had nobody is tried
// from the first once more: an agent may be free who was not, or the work is new there.
func (s *State) settle(c *class, again bool) {
	s.show(&c.shown, c.showable())
	switch {
	case c.free == 0 || len(c.held) == 0:
		s.show(&c.shownHeld, nil)
	case again:
		s.show(&c.shownHeld, c.held[0])
	}
}

func (s *State) show(place **work, w *work) {
	if *place == w {
		return
	}
	if *place != nil {
		s.ready.remove(*place)
	}
	if *place = w; w != nil {
		s.ready.push(w)
	}
}

// passHeld goes on to the next held piece after w, for which there is nobody.
func (s *State) passHeld(w *work) {
	c := w.class
	var next *work
	if i := c.search(w) + 1; i < len(c.held) {
		next = c.held[i]
	}
	s.show(&c.shownHeld, next)
}

// best is the agent of the class who is to be asked first by the model, among those ok accepts. Equal:
// the model sees no difference to the next one.
func (c *class) best(model Model, ok func(*agent) bool) (first *agent, equal bool) {
	order := model.index()
	var second *agent
	for _, g := range c.pool.groups {
		if len(g.channels) > 0 && !slices.Contains(g.channels, c.channel) {
			continue
		}
		found := 0
		g.trees[order].root.each(c.size, func(a *agent) bool {
			if !ok(a) {
				return true
			}
			switch {
			case first == nil || better(order, a, first):
				first, second = a, first
			case second == nil || better(order, a, second):
				second = a
			}
			found++
			return found < 2
		})
	}
	return first, second != nil && equals(order, first, second)
}

// all lists the agents of the class who have room, least active first.
func (c *class) all(ok func(*agent) bool) []*agent {
	var list []*agent
	order := LeastActive.index()
	for _, g := range c.pool.groups {
		if len(g.channels) > 0 && !slices.Contains(g.channels, c.channel) {
			continue
		}
		g.trees[order].root.each(c.size, func(a *agent) bool {
			if ok(a) {
				list = append(list, a)
			}
			return true
		})
	}
	sortAgents(list)
	return list
}

func sortAgents(list []*agent) {
	slices.SortFunc(list, func(a, b *agent) int {
		if better(LeastActive.index(), a, b) {
			return -1
		}
		return 1
	})
}
