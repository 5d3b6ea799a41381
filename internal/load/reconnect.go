package load

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// watcher is a screen that shows some conversations, and what it was told of each.
type watcher struct {
	screen *screen

	mu       sync.Mutex
	last     map[int]int // thread → highest number
	findings Findings
	cutAt    time.Time
	caught   bool // something was told after the cut
}

// topicsOfWatcher is how many conversations a screen of the scenario reconnect shows.
const topicsOfWatcher = 5

// reconnect cuts all screens at once while customers go on writing, and looks how long they take to come
// back, and whether each was told everything, once and in order.
func (r *runner) reconnect(ctx context.Context) error {
	mix := Mix{kindInbound: 1}
	if r.plan.Rate == 0 {
		return errors.New("reconnect needs a rate at which customers write meanwhile")
	}
	if err := r.prepare(ctx, mix, 0); err != nil {
		return err
	}
	defer r.dismiss(context.WithoutCancel(ctx))
	setUp, cancel := context.WithTimeout(ctx, prepareWithin)
	defer cancel()
	mine := map[*agent][]int{}
	for thread, c := range r.chats {
		_, by := c.taken()
		mine[by] = append(mine[by], thread)
	}
	var busy []*agent
	for _, a := range r.agents {
		if len(mine[a]) > 0 {
			busy = append(busy, a)
		}
	}
	if len(busy) == 0 {
		return errors.New("reconnect needs conversations")
	}
	welcomed, told := NewHistogram(), NewHistogram()
	watchers := make([]*watcher, r.plan.Sockets)
	err := each(setUp, len(watchers), callers, func(setUp context.Context, i int) error {
		a := busy[i%len(busy)]
		threads := mine[a]
		w := &watcher{last: map[int]int{}}
		topics := []string{"me"}
		for k := range min(topicsOfWatcher, len(threads)) {
			thread := threads[(i/len(busy)*topicsOfWatcher+k)%len(threads)]
			if _, twice := w.last[thread]; twice {
				continue
			}
			id, _ := r.chats[thread].taken()
			w.last[thread] = 1 // its first message was there before
			topics = append(topics, "conversation:"+id)
		}
		watchers[i] = w
		w.screen = newScreen(r.ready.URL, a.token, func(data []byte) { r.watch(w, data, welcomed, told) }, topics...)
		r.running.Go(func() { w.screen.run(ctx) })
		return w.screen.awaitWelcome(setUp)
	})
	if err != nil {
		return err
	}
	// Topics are subscribed to before anything is written that they would be told.
	if !waitUntil(ctx, time.Now().Add(time.Second)) {
		return ctx.Err()
	}
	var cut atomic.Int64
	start := time.Now().Add(50 * time.Millisecond)
	r.measure(ctx, start, r.plan.Duration, func(until time.Time) {
		timer := time.AfterFunc(time.Until(start)+r.plan.Duration/3, func() {
			for _, w := range watchers {
				w.mu.Lock()
				w.cutAt, w.caught = time.Now(), false
				w.mu.Unlock()
				w.screen.cut()
				cut.Add(1)
			}
		})
		defer timer.Stop()
		r.arrive(ctx, mix, r.plan.Rate, start, until)
	})
	ended := time.Now()
	if err := r.settle(ctx, mix); err != nil {
		return err
	}
	// Everybody is told everything before the screens are compared.
	within, cancel := context.WithTimeout(ctx, settleWithin)
	defer cancel()
	for r.trailing(watchers) > 0 && waitUntil(within, time.Now().Add(20*time.Millisecond)) {
	}
	r.result.Settled = time.Since(ended)
	for _, w := range watchers {
		w.mu.Lock()
		for thread, last := range w.last {
			if all := r.said[kindInbound].numbered(thread); last < all {
				w.findings.Lost += all - last
				w.findings.example("a screen stands at number %d of %d in %d", last, all, thread)
			}
		}
		r.result.Audit.Screens.add(w.findings)
		w.mu.Unlock()
		r.result.Reconnected += max(0, w.screen.comings.Load()-1)
		r.result.Resyncs += w.screen.resyncs.Load()
	}
	r.result.Facts = []Fact{
		{"screens cut at once", float64(cut.Load()), ""},
		{"from the cut to the welcome, p50", welcomed.Quantile(0.5).Seconds() * 1000, "ms"},
		{"from the cut to the welcome, p99", welcomed.Quantile(0.99).Seconds() * 1000, "ms"},
		{"from the cut to the welcome, last", welcomed.Max().Seconds() * 1000, "ms"},
		{"from the cut to the first message that was missed, p99", told.Quantile(0.99).Seconds() * 1000, "ms"},
	}
	return r.audit(ctx, mix)
}

// watch a frame of one screen.
func (r *runner) watch(w *watcher, data []byte, welcomed, told *Histogram) {
	frameType := string(field(data, `"type":"`))
	if frameType != "welcome" && frameType != "entry.created" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if frameType == "welcome" {
		if !w.cutAt.IsZero() {
			welcomed.Record(time.Since(w.cutAt))
		}
		return
	}
	at, ours := r.marks.find(data)
	if !ours || at.kind != kindInbound {
		return
	}
	if !w.cutAt.IsZero() && !w.caught {
		w.caught = true
		told.Record(time.Since(w.cutAt))
	}
	last, watched := w.last[at.thread]
	switch {
	case !watched || at.number == 1:
		return
	case at.number == last:
		w.findings.Doubled++
	case at.number < last:
		w.findings.Misordered++
	default:
		w.findings.Lost += at.number - last - 1
		w.last[at.thread] = at.number
	}
}

// trailing counts screens that have not been told everything yet.
func (r *runner) trailing(watchers []*watcher) (n int) {
	for _, w := range watchers {
		w.mu.Lock()
		for thread, last := range w.last {
			if last < r.said[kindInbound].numbered(thread) {
				n++
				break
			}
		}
		w.mu.Unlock()
	}
	return n
}
