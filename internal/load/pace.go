package load

import (
	"context"
	"time"
)

// schedule is when arrivals are meant to happen: the ith at start + i/rate, whatever became of those
// before (an open loop). Latency is counted from there, so that a server that stalls is charged with
// everybody who would have come meanwhile, and not with the one who was being served (coordinated
// omission). Rate 0 is a closed loop: the next comes as soon as somebody is free.
type schedule struct {
	start time.Time
	rate  float64 // arrivals a second
}

// at is when the ith arrival is meant to happen.
func (s schedule) at(i int) time.Time {
	return s.start.Add(time.Duration(float64(i) / s.rate * float64(time.Second)))
}

// lane is one worker's share of a schedule: every stride-th arrival from first on. Those of one lane
// happen one after the other, so what belongs to one conversation stays in one lane.
type lane struct {
	schedule
	first, stride int
	until         time.Time
	// giveUp is when what is still waiting for its turn is left; zero is never. left is told of each.
	giveUp time.Time
	left   func(meant time.Time)

	now  func() time.Time
	wait func(ctx context.Context, until time.Time) bool
}

// run does each arrival that is meant to happen before the end, however late it gets its turn. do is
// told the arrival's number and when it was meant to happen.
func (l lane) run(ctx context.Context, do func(i int, meant time.Time)) {
	for i := l.first; ctx.Err() == nil; i += l.stride {
		meant := l.now()
		if l.rate > 0 {
			meant = l.at(i)
		}
		if !meant.Before(l.until) {
			return
		}
		if l.rate > 0 && !l.wait(ctx, meant) {
			return
		}
		if !l.giveUp.IsZero() && l.now().After(l.giveUp) {
			l.left(meant)
			continue
		}
		do(i, meant)
	}
}

// waitUntil reports whether the time came before the context ended.
func waitUntil(ctx context.Context, until time.Time) bool {
	d := time.Until(until)
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
