package load

import (
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestHistogramTellsQuantiles compares with sorting everything: within 0.8 %, and never too little.
func TestHistogramTellsQuantiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Int64Range(0, int64(5*time.Minute)), 1, 300).Draw(t, "values")
		h := NewHistogram()
		for _, v := range values {
			h.Record(time.Duration(v))
		}
		slices.Sort(values)
		for _, q := range []float64{0.01, 0.5, 0.95, 0.99, 1} {
			i := max(int(float64(len(values))*q+0.999999)-1, 0)
			want, got := values[i], int64(h.Quantile(q))
			if got < want || got > want+want/100+1 {
				t.Errorf("quantile %g of %v is %d, want %d", q, values, got, want)
			}
		}
		if h.Max() != time.Duration(values[len(values)-1]) || h.Count() != uint64(len(values)) {
			t.Errorf("max %d, count %d", h.Max(), h.Count())
		}
	})
}

// TestBucketsMeet: each value's bucket holds it, and no value has none.
func TestBucketsMeet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Uint64Range(0, 1<<62).Draw(t, "v")
		b := bucketOf(v)
		if upper(b) < v || b > 0 && upper(b-1) >= v {
			t.Errorf("%d is in bucket %d, which ends at %d after %d", v, b, upper(b), upper(b-1))
		}
	})
}

func TestHistogramTakesAllAtOnce(t *testing.T) {
	h := NewHistogram()
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for i := range 1000 {
				h.Record(time.Duration(n*1000 + i))
			}
		})
	}
	all.Wait()
	if h.Count() != 8000 || h.Max() != 7999 || h.Mean() != 3999 {
		t.Errorf("%d values to %d, mean %d", h.Count(), h.Max(), h.Mean())
	}
}
