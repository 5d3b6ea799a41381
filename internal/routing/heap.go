package routing

// slot names one of the positions a piece of work keeps, one per kind of heap it may stand in.
type slot int

const (
	inClass slot = iota
	inReady
	inTimers
	slots
)

// heap is a binary heap of work that knows where each piece stands, so that any can leave. Positions
// are kept in the work as index + 1: zero means "not here".
type heap struct {
	items []*work
	slot  slot
	less  func(a, b *work) bool
}

func (h *heap) top() *work {
	if len(h.items) == 0 {
		return nil
	}
	return h.items[0]
}

func (h *heap) has(w *work) bool { return w.at[h.slot] != 0 }

func (h *heap) push(w *work) {
	if h.has(w) {
		return
	}
	h.items = append(h.items, w)
	w.at[h.slot] = len(h.items)
	h.up(len(h.items) - 1)
}

func (h *heap) remove(w *work) {
	if !h.has(w) {
		return
	}
	i, last := w.at[h.slot]-1, len(h.items)-1
	h.swap(i, last)
	h.items[last] = nil
	h.items = h.items[:last]
	w.at[h.slot] = 0
	if i < last {
		h.fix(h.items[i])
	}
}

// fix restores the order after the key of w changed.
func (h *heap) fix(w *work) {
	i := w.at[h.slot] - 1
	if !h.down(i) {
		h.up(i)
	}
}

func (h *heap) swap(i, j int) {
	h.items[i], h.items[j] = h.items[j], h.items[i]
	h.items[i].at[h.slot] = i + 1
	h.items[j].at[h.slot] = j + 1
}

func (h *heap) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if !h.less(h.items[i], h.items[parent]) {
			return
		}
		h.swap(i, parent)
		i = parent
	}
}

func (h *heap) down(i int) (moved bool) {
	for {
		child := 2*i + 1
		if child >= len(h.items) {
			return moved
		}
		if right := child + 1; right < len(h.items) && h.less(h.items[right], h.items[child]) {
			child = right
		}
		if !h.less(h.items[child], h.items[i]) {
			return moved
		}
		h.swap(i, child)
		i, moved = child, true
	}
}
