package load

import (
	"fmt"
	"sync"
	"time"
)

// ledger remembers what one side said in each thread, to be compared with what is found elsewhere. A
// thread's messages are numbered 1, 2, 3 … in the order in which they were said.
type ledger struct {
	kind    kind
	threads []thread
}

type thread struct {
	mu    sync.Mutex
	meant []time.Time // of number i+1: when it was meant to be said; zero before the measurement
	acked []bool      // it was acknowledged, so that it must be found
	shown int         // the highest number that a screen has shown
	// offered: the first message was seen in an offer. Whether its entry follows depends on when the
	// agent's screen turned to the conversation.
	offered bool
	broken  Findings // of the screen
}

func newLedger(k kind, threads int) *ledger {
	return &ledger{kind: k, threads: make([]thread, threads)}
}

// say numbers the next message of a thread.
func (l *ledger) say(number int, meant time.Time) mark {
	t := &l.threads[number]
	t.mu.Lock()
	defer t.mu.Unlock()
	t.meant, t.acked = append(t.meant, meant), append(t.acked, false)
	return mark{l.kind, number, len(t.meant)}
}

// acknowledge says that a message was taken: from now on it must not be lost.
func (l *ledger) acknowledge(m mark) {
	t := &l.threads[m.thread]
	t.mu.Lock()
	defer t.mu.Unlock()
	t.acked[m.number-1] = true
}

// show says that a screen shows a message. It returns when it was meant to be said, the first time.
func (l *ledger) show(m mark) (meant time.Time, first bool) {
	if m.thread >= len(l.threads) {
		return meant, false
	}
	t := &l.threads[m.thread]
	t.mu.Lock()
	defer t.mu.Unlock()
	if m.number < 1 || m.number > len(t.meant) {
		return meant, false
	}
	switch {
	case m.number == 1 && t.offered:
		t.offered = false
		return meant, false
	case m.number == t.shown:
		t.broken.Doubled++
		return meant, false
	case m.number < t.shown:
		t.broken.Misordered++
		return meant, false
	case m.number > t.shown+1:
		t.broken.Lost += m.number - t.shown - 1
	}
	t.shown = m.number
	return t.meant[m.number-1], true
}

// offer says that a screen shows the offer of a thread, which holds its first message.
func (l *ledger) offer(m mark) (meant time.Time, first bool) {
	if m.thread >= len(l.threads) {
		return meant, false
	}
	t := &l.threads[m.thread]
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.shown > 0 || len(t.meant) == 0 {
		return meant, false // it ran out and came again
	}
	t.shown, t.offered = 1, true
	return t.meant[0], true
}

// said counts all messages, and those that were acknowledged.
func (l *ledger) said() (all, acked int) {
	for i := range l.threads {
		t := &l.threads[i]
		t.mu.Lock()
		all += len(t.acked)
		for _, ok := range t.acked {
			if ok {
				acked++
			}
		}
		t.mu.Unlock()
	}
	return all, acked
}

// numbered is the highest number that was said and acknowledged in a thread.
func (l *ledger) numbered(number int) int {
	t := &l.threads[number]
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last()
}

// last is numbered with the lock held.
func (t *thread) last() int {
	last := len(t.acked)
	for last > 0 && !t.acked[last-1] {
		last--
	}
	return last
}

// behind counts threads whose last acknowledged message no screen has shown yet.
func (l *ledger) behind() (n int) {
	for i := range l.threads {
		t := &l.threads[i]
		t.mu.Lock()
		if t.shown < t.last() {
			n++
		}
		t.mu.Unlock()
	}
	return n
}

// Findings are what an audit found wrong.
type Findings struct {
	Lost       int `json:"lost"`
	Doubled    int `json:"doubled"`
	Misordered int `json:"misordered"`
	// Examples of what is wrong, a few.
	Examples []string `json:"examples,omitempty"`
}

// Clean reports whether nothing is wrong.
func (f Findings) Clean() bool { return f.Lost == 0 && f.Doubled == 0 && f.Misordered == 0 }

const examplesMax = 10

func (f *Findings) example(format string, args ...any) {
	if len(f.Examples) < examplesMax {
		f.Examples = append(f.Examples, fmt.Sprintf(format, args...))
	}
}

// add the findings of another audit.
func (f *Findings) add(o Findings) {
	f.Lost, f.Doubled, f.Misordered = f.Lost+o.Lost, f.Doubled+o.Doubled, f.Misordered+o.Misordered
	for _, e := range o.Examples {
		f.example("%s", e)
	}
}

// Compare says how what was found of a thread differs from what was said: numbers 1 … len(acked), in
// this order. What was acknowledged must be there; what was not may be. A number is misordered when a
// higher one stands before it.
func Compare(name string, acked []bool, found []int) (f Findings) {
	seen := make([]bool, len(acked))
	highest := 0
	for _, n := range found {
		switch {
		case n < 1 || n > len(acked):
			f.Doubled++ // nobody said it
			f.example("%s: number %d was never said", name, n)
			continue
		case seen[n-1]:
			f.Doubled++
			f.example("%s: number %d is there again", name, n)
			continue
		case n < highest:
			f.Misordered++
			f.example("%s: number %d stands after %d", name, n, highest)
		}
		seen[n-1] = true
		highest = max(highest, n)
	}
	for i, ok := range acked {
		if ok && !seen[i] {
			f.Lost++
			f.example("%s: number %d was acknowledged and is lost", name, i+1)
		}
	}
	return f
}

// compare what was found of one thread.
func (l *ledger) compare(what string, number int, found []int) Findings {
	t := &l.threads[number]
	t.mu.Lock()
	defer t.mu.Unlock()
	return Compare(fmt.Sprintf("%s %d", what, number), t.acked, found)
}

// screens sums up what live screens showed wrong. Everything acknowledged must have been shown.
func (l *ledger) screens() (f Findings) {
	for i := range l.threads {
		t := &l.threads[i]
		t.mu.Lock()
		for n := t.shown; n < len(t.acked); n++ {
			if t.acked[n] {
				t.broken.Lost++
				t.broken.example("screen of %d: number %d was never shown", i, n+1)
			}
		}
		f.add(t.broken)
		t.broken = Findings{}
		t.mu.Unlock()
	}
	return f
}
