package routing

import (
	"bytes"
	"encoding/binary"
)

// Model is how a queue chooses among the agents who can take its work (RT-2).
type Model string

// Models. Least active: fewest units used. Most available: most units free. Both then take who has
// been without new work longest.
const (
	LeastActive   Model = "least_active"
	MostAvailable Model = "most_available"
)

const models = 2

// index is the model's place in arrays; what is not MostAvailable is LeastActive.
func (m Model) index() int {
	if m == MostAvailable {
		return 1
	}
	return 0
}

// better reports whether a is to be asked before b under the model with that index.
func better(model int, a, b *agent) bool {
	if equal := equals(model, a, b); !equal {
		if model == MostAvailable.index() {
			return a.free() > b.free()
		}
		return a.used < b.used
	}
	if c := a.LastWork.Compare(b.LastWork); c != 0 {
		return c < 0
	}
	return bytes.Compare(a.ID[:], b.ID[:]) < 0
}

// equals reports whether the model itself sees no difference between the two.
func equals(model int, a, b *agent) bool {
	if model == MostAvailable.index() {
		return a.free() == b.free()
	}
	return a.used == b.used
}

// tree holds online agents in the order of a model: a treap whose nodes know the most room beneath
// them. Nodes read their agent's load directly, so an agent leaves before it changes (State.change).
type tree struct {
	root  *node
	model int
}

type node struct {
	agent       *agent
	left, right *node
	weight      uint64 // heap order of the treap; a hash of the id, so that equal contents have equal shape
	room        int    // most free units at or below
	percent     int    // most free percent at or below
}

func newNode(a *agent) *node {
	// The finaliser of MurmurHash3: ids made together share their leading bits.
	h := binary.BigEndian.Uint64(a.ID[8:]) ^ binary.BigEndian.Uint64(a.ID[:8])
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return &node{agent: a, weight: h ^ h>>33}
}

func (n *node) pull() {
	n.room, n.percent = n.agent.free(), n.agent.percentFree()
	for _, below := range [2]*node{n.left, n.right} {
		if below != nil {
			n.room, n.percent = max(n.room, below.room), max(n.percent, below.percent)
		}
	}
}

func (t *tree) insert(n *node) { t.root = t.inserted(t.root, n) }
func (t *tree) remove(n *node) { t.root = t.removed(t.root, n); n.left, n.right = nil, nil }

func (t *tree) inserted(at, n *node) *node {
	switch {
	case at == nil:
	case n.weight > at.weight:
		n.left, n.right = t.split(at, n.agent)
	case better(t.model, n.agent, at.agent):
		at.left = t.inserted(at.left, n)
		at.pull()
		return at
	default:
		at.right = t.inserted(at.right, n)
		at.pull()
		return at
	}
	n.pull()
	return n
}

func (t *tree) removed(at, n *node) *node {
	switch {
	case at == nil:
		return nil
	case at == n:
		return merge(n.left, n.right)
	case better(t.model, n.agent, at.agent):
		at.left = t.removed(at.left, n)
	default:
		at.right = t.removed(at.right, n)
	}
	at.pull()
	return at
}

// split parts what stands before a from what stands after.
func (t *tree) split(at *node, a *agent) (before, after *node) {
	if at == nil {
		return nil, nil
	}
	if better(t.model, a, at.agent) {
		before, at.left = t.split(at.left, a)
		at.pull()
		return before, at
	}
	at.right, after = t.split(at.right, a)
	at.pull()
	return at, after
}

func merge(a, b *node) *node {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case a.weight > b.weight:
		a.right = merge(a.right, b)
		a.pull()
		return a
	}
	b.left = merge(a, b.left)
	b.pull()
	return b
}

// each visits, best first, the agents who have room for the size, until visit returns false.
// Subtrees without room are not entered: the first agent costs O(log n).
func (n *node) each(z Size, visit func(*agent) bool) bool {
	if n == nil || !z.fits(n.room, n.percent) {
		return true
	}
	if !n.left.each(z, visit) {
		return false
	}
	if z.fits(n.agent.free(), n.agent.percentFree()) && !visit(n.agent) {
		return false
	}
	return n.right.each(z, visit)
}
