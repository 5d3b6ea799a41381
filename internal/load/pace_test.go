package load

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// clock is a time that passes only while somebody waits or works.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func (c *clock) wait(_ context.Context, until time.Time) bool {
	if until.After(c.at) {
		c.at = until
	}
	return true
}

// TestStallsAreCharged: however a server stalls, each arrival is meant for its own time, nobody is left
// out, and nobody is early. So who comes during a stall is counted with it: no coordinated omission.
func TestStallsAreCharged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		rate := rapid.Float64Range(1, 5000).Draw(t, "rate")
		lanes := rapid.IntRange(1, 8).Draw(t, "lanes")
		lasts := time.Duration(rapid.Int64Range(1, int64(400/rate*float64(time.Second))).Draw(t, "lasts"))
		happened := map[int]bool{}
		for first := range lanes {
			c := &clock{at: start}
			l := lane{schedule: schedule{start, rate}, first: first, stride: lanes, until: start.Add(lasts), now: c.now, wait: c.wait}
			free := start // when the lane's server has answered what came before
			l.run(t.Context(), func(i int, meant time.Time) {
				if want := start.Add(time.Duration(float64(i) / rate * float64(time.Second))); !meant.Equal(want) {
					t.Fatalf("arrival %d is meant for %s, want %s", i, meant, want)
				}
				if c.at.Before(meant) {
					t.Fatalf("arrival %d happens %s early", i, meant.Sub(c.at))
				}
				if happened[i] {
					t.Fatalf("arrival %d happens twice", i)
				}
				happened[i] = true
				stall := time.Duration(rapid.Int64Range(0, int64(3*time.Second)).Draw(t, "stall"))
				begins := meant
				if free.After(begins) {
					begins = free
				}
				c.at = c.at.Add(stall)
				free = begins.Add(stall)
				if latency := c.at.Sub(meant); latency != free.Sub(meant) {
					t.Fatalf("arrival %d is charged %s, a queue would take %s", i, latency, free.Sub(meant))
				}
			})
		}
		want := 0
		for start.Add(time.Duration(float64(want) / rate * float64(time.Second))).Before(start.Add(lasts)) {
			want++
		}
		if len(happened) != want {
			t.Fatalf("%d arrivals happened, %d were meant to", len(happened), want)
		}
	})
}

func TestClosedLoopEndsInTime(t *testing.T) {
	c := &clock{at: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	start, n := c.at, 0
	l := lane{stride: 1, until: start.Add(time.Second), now: c.now, wait: c.wait}
	l.run(t.Context(), func(_ int, meant time.Time) {
		if !meant.Equal(c.at) {
			t.Errorf("meant for %s at %s", meant, c.at)
		}
		n++
		c.at = c.at.Add(10 * time.Millisecond)
	})
	if n != 100 {
		t.Errorf("%d arrivals of 10 ms in a second", n)
	}
}

// TestWhoGetsNoTurnIsCounted: a server that is too far behind is left, and nobody forgotten.
func TestWhoGetsNoTurnIsCounted(t *testing.T) {
	c := &clock{at: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	start, done, left := c.at, 0, 0
	l := lane{schedule: schedule{start, 100}, stride: 1, until: start.Add(time.Second), now: c.now, wait: c.wait,
		giveUp: start.Add(3 * time.Second), left: func(time.Time) { left++ }}
	l.run(t.Context(), func(int, time.Time) { done++; c.at = c.at.Add(100 * time.Millisecond) })
	if done != 31 || left != 69 {
		t.Errorf("%d happened and %d were left, want 31 and 69", done, left)
	}
}
