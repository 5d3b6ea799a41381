package staff

import (
	"math"
	"sync"
	"time"

	"switchboard/internal/fault"
)

// throttle slows down guessing: one token bucket for each key. What succeeds gets its token back.
type throttle struct {
	burst float64
	every time.Duration // one token comes back in this time

	mu      sync.Mutex
	buckets map[string]bucket
}

type bucket struct {
	tokens float64
	at     time.Time
}

// bucketsMax bounds the memory that strangers can fill; full buckets are forgotten first.
const bucketsMax = 50_000

func newThrottle(burst int, every time.Duration) *throttle {
	return &throttle{burst: float64(burst), every: every, buckets: map[string]bucket{}}
}

// take spends a token of key, or refuses with the time until there is one.
func (t *throttle) take(key string, now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.buckets) >= bucketsMax {
		t.sweep(now)
	}
	b := t.filled(key, now)
	if b.tokens < 1 {
		wait := time.Duration((1 - b.tokens) * float64(t.every))
		return fault.New(fault.RateLimited, "Too many attempts. Wait a little and try again.").
			With("retry_after", int(math.Ceil(wait.Seconds())))
	}
	b.tokens--
	t.buckets[key] = b
	return nil
}

// give returns the token that a success did not deserve to lose.
func (t *throttle) give(key string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b := t.filled(key, now)
	b.tokens = min(t.burst, b.tokens+1)
	t.buckets[key] = b
}

func (t *throttle) filled(key string, now time.Time) bucket {
	b, ok := t.buckets[key]
	if !ok {
		return bucket{tokens: t.burst, at: now}
	}
	b.tokens = min(t.burst, b.tokens+float64(now.Sub(b.at))/float64(t.every))
	b.at = now
	return b
}

// sweep forgets buckets that are full again; if none is, all of them.
func (t *throttle) sweep(now time.Time) {
	for key := range t.buckets {
		if t.filled(key, now).tokens >= t.burst {
			delete(t.buckets, key)
		}
	}
	if len(t.buckets) >= bucketsMax {
		clear(t.buckets)
	}
}
