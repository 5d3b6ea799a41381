package load

import (
	"context"
	"errors"
	"time"
)

// overload finds out what the server takes, lets three times as much come, and looks how it is
// afterwards. What came during the overload is counted until the last of it is answered: nothing may be
// lost, however late.
func (r *runner) overload(ctx context.Context) error {
	const times = 3
	mix := Mix{kindInbound: 1}
	// The server shall have more to do at once than it has on ordinary days.
	r.plan.Connections = min(4*r.plan.Connections, max(r.plan.Conversations, 1))
	if err := r.prepare(ctx, mix, 0); err != nil {
		return err
	}
	defer r.dismiss(context.WithoutCancel(ctx))
	part := max(r.plan.Duration/2, time.Second)

	phase := func(rate float64, lasts time.Duration) *measurement {
		start := time.Now().Add(20 * time.Millisecond)
		return r.measure(ctx, start, lasts, func(until time.Time) { r.arrive(ctx, mix, rate, start, until) })
	}
	p99 := func(m *measurement) float64 { return m.gauges[gaugeWebhook].Quantile(0.99).Seconds() * 1000 }
	if r.plan.Warmup > 0 {
		phase(0, r.plan.Warmup)
	}
	closed := phase(0, part)
	capacity := float64(closed.doing[kindInbound].done.Load()) / part.Seconds()
	if capacity == 0 {
		return errors.New("nothing was answered")
	}
	before := phase(capacity/2, part)
	during := phase(times*capacity, r.plan.Duration)
	drained := time.Since(during.to)
	after := phase(capacity/2, part)
	ended := time.Now()
	if err := r.settle(ctx, mix); err != nil {
		return err
	}
	r.result.Settled = time.Since(ended)
	r.told = during
	r.result.Facts = []Fact{
		{"capacity, closed loop", capacity, "messages/s"},
		{"arrivals during the overload", times * capacity, "messages/s"},
		{"webhook p99 at half the capacity, before", p99(before), "ms"},
		{"webhook p99 during the overload, from the meant time", p99(during), "ms"},
		{"from the end of the overload until its last message was answered", drained.Seconds(), "s"},
		{"webhook p99 at half the capacity, after", p99(after), "ms"},
	}
	return r.audit(ctx, mix)
}
