package load

import (
	"math"
	"math/bits"
	"sync/atomic"
	"time"
)

// Buckets of a histogram: 128 for each power of two, so that a value is told within 0.8 %.
const (
	subBits    = 7
	subBuckets = 1 << subBits
	buckets    = (64 - subBits) * subBuckets
)

// Histogram counts durations in buckets that widen with the value. Any number of goroutines may record.
type Histogram struct {
	counts [buckets]atomic.Uint64
	count  atomic.Uint64
	sum    atomic.Uint64 // nanoseconds
	max    atomic.Int64
}

// NewHistogram makes an empty one, of 58 KB.
func NewHistogram() *Histogram { return &Histogram{} }

// Record counts one duration; negative ones count as 0.
func (h *Histogram) Record(d time.Duration) {
	d = max(d, 0)
	h.counts[bucketOf(uint64(d))].Add(1)
	h.count.Add(1)
	h.sum.Add(uint64(d))
	for {
		old := h.max.Load()
		if int64(d) <= old || h.max.CompareAndSwap(old, int64(d)) {
			return
		}
	}
}

// bucketOf has a bucket of its own for each value below 256, and above for each that begins with other
// eight binary digits.
func bucketOf(v uint64) int {
	if v < 2*subBuckets {
		return int(v)
	}
	e := bits.Len64(v) - subBits - 1
	return min(e*subBuckets+int(v>>e), buckets-1)
}

// upper is the largest value of a bucket.
func upper(bucket int) uint64 {
	if bucket < 2*subBuckets {
		return uint64(bucket)
	}
	e := bucket/subBuckets - 1
	m := uint64(bucket%subBuckets + subBuckets)
	return (m+1)<<e - 1
}

// Count of what was recorded.
func (h *Histogram) Count() uint64 { return h.count.Load() }

// Max is the largest value, exactly.
func (h *Histogram) Max() time.Duration { return time.Duration(h.max.Load()) }

// Mean of all values, exactly.
func (h *Histogram) Mean() time.Duration {
	n := h.count.Load()
	if n == 0 {
		return 0
	}
	return time.Duration(h.sum.Load() / n)
}

// Quantile is the smallest value that no less than the part q of all values don't exceed.
func (h *Histogram) Quantile(q float64) time.Duration {
	n := h.count.Load()
	if n == 0 {
		return 0
	}
	rank := max(uint64(math.Ceil(q*float64(n))), 1)
	seen := uint64(0)
	for i := range h.counts {
		if seen += h.counts[i].Load(); seen >= rank {
			return min(time.Duration(upper(i)), h.Max())
		}
	}
	return h.Max()
}

// Summary of a histogram, for reports.
type Summary struct {
	Count uint64        `json:"count"`
	Mean  time.Duration `json:"mean_ns"`
	P50   time.Duration `json:"p50_ns"`
	P95   time.Duration `json:"p95_ns"`
	P99   time.Duration `json:"p99_ns"`
	Max   time.Duration `json:"max_ns"`
}

// Summary reads the usual places.
func (h *Histogram) Summary() Summary {
	return Summary{h.Count(), h.Mean(), h.Quantile(0.50), h.Quantile(0.95), h.Quantile(0.99), h.Max()}
}
