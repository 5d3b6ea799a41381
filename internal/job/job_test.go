package job_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/job"
	"switchboard/internal/message"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// full is a database that reads and does not write: its disk is full.
type full struct {
	*store.DB
	is    atomic.Bool
	asked atomic.Int64
}

func (f *full) ClaimJobs(ctx context.Context, kinds []string, now, leaseUntil time.Time, limit int) ([]job.Job, error) {
	if f.is.Load() {
		f.asked.Add(1)
		return nil, fault.New(fault.Unavailable, "the disk is full")
	}
	return f.DB.ClaimJobs(ctx, kinds, now, leaseUntil, limit)
}

// A job that is due while nothing can be written is tried now and then, and done when it can.
func TestDueJobsOnAFullDisk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		org := message.NewID[message.OrgID]()
		if err := db.Write(t.Context(), org, func(tx *store.Tx) error { return tx.SetJob("test", "a", time.Now(), "") }); err != nil {
			t.Fatal(err)
		}
		rows := &full{DB: db}
		rows.is.Store(true)
		done := make(chan string, 1)
		runner := job.NewRunner(rows, store.Writer[job.Tx](db), map[string]job.Handler{
			"test": func(_ context.Context, j job.Job) error { done <- j.Key; return nil },
		}, nil, slog.New(slog.DiscardHandler))
		runner.Start()
		defer runner.Stop()
		<-time.After(1200 * time.Millisecond)
		if n := rows.asked.Load(); n < 1 || n > 4 {
			t.Errorf("asked %d times in 1.2 s", n)
		}
		rows.is.Store(false)
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			t.Fatal("the job was not done")
		}
	})
}
