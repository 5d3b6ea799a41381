package staff

import (
	"errors"
	"testing"
	"time"

	"switchboard/internal/fault"
)

func TestThrottle(t *testing.T) {
	th := newThrottle(3, 10*time.Second)
	now := time.Unix(1_800_000_000, 0)
	for range 3 {
		if err := th.take("a", now); err != nil {
			t.Fatal(err)
		}
	}
	err := th.take("a", now.Add(4*time.Second))
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Code != fault.RateLimited || f.Detail["retry_after"] != 6 {
		t.Fatalf("%v", err)
	}
	if th.take("b", now) != nil {
		t.Fatal("another key waits for the first")
	}
	if th.take("a", now.Add(10*time.Second)) != nil || th.take("a", now.Add(10*time.Second)) == nil {
		t.Fatal("one token comes back in ten seconds")
	}
	th.give("a", now.Add(10*time.Second))
	if th.take("a", now.Add(10*time.Second)) != nil {
		t.Fatal("what was given back is not there")
	}
}

func TestThrottleForgetsStrangers(t *testing.T) {
	th := newThrottle(3, 10*time.Second)
	now := time.Unix(1_800_000_000, 0)
	for i := range bucketsMax + 10 {
		_ = th.take(string(rune(i)), now.Add(time.Duration(i)*time.Millisecond))
	}
	if len(th.buckets) > bucketsMax {
		t.Fatalf("%d buckets", len(th.buckets))
	}
}
