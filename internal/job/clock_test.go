package job_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"switchboard/internal/job"
	"switchboard/internal/message"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// A clock that is set forwards or back by hours loses no timer: one whose time is passed over is done at
// once, and one whose time went further away waits no longer than that. One whose lease is passed over while
// it runs may run again, as after a crash; it ends all the same.
func TestClockJumpsOverTimers(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		for _, jumps := range [][]time.Duration{{3 * time.Hour}, {-2 * time.Hour, 3 * time.Hour}, {4 * time.Hour, -4 * time.Hour}} {
			t.Run(fmt.Sprint(jumps), func(t *testing.T) {
				var off atomic.Int64
				now := func() time.Time { return time.Now().Add(time.Duration(off.Load())) }
				db := storetest.Open(t, url)
				db.KeepTime(now)
				org := message.NewID[message.OrgID]()
				done := make(chan string, 100)
				var failed atomic.Bool
				runner := job.NewRunner(db, store.Writer[job.Tx](db), map[string]job.Handler{
					"once": func(_ context.Context, j job.Job) error { done <- j.Key; return nil },
					"again": func(_ context.Context, j job.Job) error {
						if failed.CompareAndSwap(false, true) { // tried again after a pause, amid the jumps
							return context.DeadlineExceeded
						}
						done <- j.Key
						return nil
					},
				}, nil, slog.New(slog.DiscardHandler))
				runner.KeepTime(now)
				set := func(kind, key string, in time.Duration) {
					if err := db.Write(t.Context(), org, func(tx *store.Tx) error { return tx.SetJob(kind, key, tx.Now().Add(in), "") }); err != nil {
						t.Fatal(err)
					}
				}
				want := map[string]bool{"due": true, "failing": true, "an hour": true}
				set("once", "due", 0)
				set("again", "failing", 0)
				set("once", "an hour", time.Hour)
				runner.Start()
				defer runner.Stop()
				deadline := time.After(20 * time.Second)
				take := func() {
					t.Helper()
					select {
					case key := <-done:
						delete(want, key)
					case <-deadline:
						t.Fatalf("not done: %v", want)
					}
				}
				take() // it runs
				for _, d := range jumps {
					off.Add(int64(d))
				}
				off.Store(max(off.Load(), int64(61*time.Minute))) // time goes on
				for len(want) > 0 {
					take()
				}
				poll := time.NewTicker(20 * time.Millisecond)
				defer poll.Stop()
				for {
					if due, err := db.NextJob(t.Context(), []string{"again", "once"}); err == nil && due.IsZero() {
						return
					}
					select {
					case <-poll.C:
					case <-deadline:
						t.Fatal("a job that was done did not end")
					}
				}
			})
		}
	})
}
