// Package admission stands before the database's writer: so many calls of providers and customers are
// written at once, so many wait for it in a fair order, and the rest is told at once to come again. What
// staff do doesn't pass here: it has the rest of the writer to itself, and goes first.
package admission

import (
	"context"
	"sync"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/httpapi/problem"
	"switchboard/internal/message"
)

const (
	// waitingMax and bytesMax bound who waits, and what they brought.
	waitingMax = 1024
	bytesMax   = 64 << 20
	// patience is how long somebody waits. Providers give up after 5 to 15 seconds.
	patience = 3 * time.Second
	// comeAgain is the Retry-After of who is refused, in seconds.
	comeAgain = 2
)

// Source is on whose behalf a call comes. Organisations take turns, and so do the channels of each.
type Source struct {
	Org     message.OrgID
	Channel message.ChannelID
}

// Gate lets calls in. The zero Gate is no use: see New.
type Gate struct {
	patience time.Duration
	waitMax  int

	mu      sync.Mutex
	free    int // calls that may come in right now
	waiting int
	bytes   int
	orgs    ring[message.OrgID, *ring[message.ChannelID, *line]]

	observe func(waited time.Duration, refused bool)
}

// line is those of one channel who wait, the first first.
type line struct{ calls []*call }

type call struct {
	turn  chan struct{} // closed when it is let in or turned away
	in    bool
	bytes int
}

// New makes a gate for so many calls at once. observe is told of each that had to wait.
func New(atOnce int, observe func(waited time.Duration, refused bool)) *Gate {
	return &Gate{free: atOnce, patience: patience, waitMax: waitingMax, observe: observe}
}

// Waiting is how many calls wait now.
func (g *Gate) Waiting() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.waiting
}

// Crowded reports whether a call of this source would be turned away: there is no need to read it.
func (g *Gate) Crowded(s Source) bool {
	if g == nil {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.full(0) && g.longest(s) == nil
}

func (g *Gate) full(bytes int) bool { return g.waiting >= g.waitMax || g.bytes+bytes > bytesMax }

// Refused is what a call hears that there is no room for.
func Refused() error {
	e := fault.New(fault.Unavailable, "There is more to do right now than can be kept. Send it again in a moment.")
	e.Detail = map[string]any{problem.RetryAfter: comeAgain}
	return e
}

// Enter waits for a call's turn. leave must be called when it is written or failed; a call that is not let
// in is fault.Unavailable, and nothing of it was kept.
func (g *Gate) Enter(ctx context.Context, s Source, bytes int) (leave func(), err error) {
	if g == nil {
		return func() {}, nil
	}
	g.mu.Lock()
	if g.free > 0 {
		g.free--
		g.mu.Unlock()
		return g.leave, nil
	}
	if g.full(bytes) {
		// The source with the longest line makes room for one with a shorter, from its end.
		other := g.longest(s)
		if other == nil {
			g.mu.Unlock()
			g.observe(0, true)
			return nil, Refused()
		}
		last := len(other.calls) - 1
		g.out(other.calls[last])
		other.calls = other.calls[:last]
	}
	c := &call{turn: make(chan struct{}), bytes: bytes}
	l := g.orgs.at(s.Org, newChannels).at(s.Channel, newLine)
	l.calls = append(l.calls, c)
	g.waiting++
	g.bytes += bytes
	g.mu.Unlock()

	began := time.Now()
	timer := time.NewTimer(g.patience)
	defer timer.Stop()
	select {
	case <-c.turn:
	case <-timer.C:
	case <-ctx.Done():
	}
	g.mu.Lock()
	in := c.in
	if !in {
		g.forget(s, c)
	}
	g.mu.Unlock()
	g.observe(time.Since(began), !in)
	if !in {
		return nil, Refused()
	}
	return g.leave, nil
}

// leave gives the place to whoever's turn it is.
func (g *Gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.waiting > 0 {
		channels, ok := g.orgs.next()
		if !ok {
			break
		}
		l, ok := channels.next()
		if !ok || len(l.calls) == 0 {
			g.orgs.tidy(func(channels *ring[message.ChannelID, *line]) bool {
				channels.tidy(func(l *line) bool { return len(l.calls) == 0 })
				return len(channels.keys) == 0
			})
			continue
		}
		c := l.calls[0]
		l.calls = l.calls[1:]
		c.in = true
		g.out(c)
		return
	}
	g.free++
}

// out takes a call off the books; its line has lost it already.
func (g *Gate) out(c *call) {
	g.waiting--
	g.bytes -= c.bytes
	close(c.turn)
}

// forget takes a call that gave up out of its line. One that was turned away is in none.
func (g *Gate) forget(s Source, c *call) {
	channels, ok := g.orgs.values[s.Org]
	if !ok {
		return
	}
	l, ok := channels.values[s.Channel]
	if !ok {
		return
	}
	for i, other := range l.calls {
		if other == c {
			l.calls = append(l.calls[:i], l.calls[i+1:]...)
			g.out(c)
			return
		}
	}
}

// longest is the longest line if it is longer than this source's own, one more counted; else nil.
func (g *Gate) longest(s Source) (found *line) {
	most := 1
	if channels, ok := g.orgs.values[s.Org]; ok {
		if l, ok := channels.values[s.Channel]; ok {
			most += len(l.calls)
		}
	}
	for _, channels := range g.orgs.values {
		for _, l := range channels.values {
			if len(l.calls) > most {
				most, found = len(l.calls), l
			}
		}
	}
	return found
}

// ring is a map whose values take turns.
type ring[K comparable, V any] struct {
	values map[K]V
	keys   []K
	turn   int
}

func newChannels() *ring[message.ChannelID, *line] { return &ring[message.ChannelID, *line]{} }
func newLine() *line                               { return &line{} }

func (r *ring[K, V]) at(key K, fresh func() V) V {
	if v, ok := r.values[key]; ok {
		return v
	}
	if r.values == nil {
		r.values = map[K]V{}
	}
	v := fresh()
	r.values[key], r.keys = v, append(r.keys, key)
	return v
}

func (r *ring[K, V]) next() (v V, ok bool) {
	if len(r.keys) == 0 {
		return v, false
	}
	r.turn = (r.turn + 1) % len(r.keys)
	return r.values[r.keys[r.turn]], true
}

// tidy drops values that are over.
func (r *ring[K, V]) tidy(over func(V) bool) {
	kept := r.keys[:0]
	for _, key := range r.keys {
		if over(r.values[key]) {
			delete(r.values, key)
		} else {
			kept = append(kept, key)
		}
	}
	r.keys = kept
}
