package job_test

import (
	"context"
	"errors"
	"fmt"
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

// house is a database with jobs of one organisation.
type house struct {
	t    *testing.T
	url  string
	db   *store.DB
	org  message.OrgID
	wake chan struct{}
	// settled counts runs whose end is committed.
	settled atomic.Int64
}

func onEach(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := &house{t: t, url: url, db: storetest.Open(t, url), org: message.NewID[message.OrgID](), wake: make(chan struct{}, 1)}
		h.db.OnCommit(func(signals []string) {
			for _, s := range signals {
				if s == message.WakeJobs {
					select {
					case h.wake <- struct{}{}:
					default:
					}
				}
			}
		})
		test(t, h)
	})
}

func (h *house) set(kind, key string, due time.Time) {
	h.t.Helper()
	if err := h.db.Write(context.Background(), h.org, func(tx *store.Tx) error { return tx.SetJob(kind, key, due, "payload of "+key) }); err != nil {
		h.t.Error(err)
	}
}

// run starts a runner that lives until the test ends.
func (h *house) run(handlers map[string]job.Handler) *job.Runner {
	write := store.Writer[job.Tx](h.db)
	r := job.NewRunner(h.db, func(ctx context.Context, org message.OrgID, fn func(job.Tx) error) error {
		defer h.settled.Add(1)
		return write(ctx, org, fn)
	}, handlers, h.wake, slog.New(slog.DiscardHandler))
	r.Start()
	return r
}

// rows are the jobs that are kept.
func (h *house) rows() string {
	return fmt.Sprint(storetest.Column(h.t, h.url, "SELECT kind || ' ' || key || ' ' || attempts FROM job ORDER BY kind, key"))
}

func (h *house) until(what string, ok func() bool) {
	h.t.Helper()
	deadline := time.After(20 * time.Second)
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for !ok() {
		select {
		case <-poll.C:
		case <-deadline:
			h.t.Fatalf("waited in vain: %s; jobs %s", what, h.rows())
		}
	}
}

// next takes from a channel with a deadline.
func next[T any](t *testing.T, from <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(20 * time.Second):
		t.Fatal("nothing ran")
	}
	return v
}

type ran struct {
	job job.Job
	at  time.Time
}

// noting is a handler that tells its runs, and ends them as said; then they succeed.
func noting(runs chan<- ran, ends ...error) job.Handler {
	var n atomic.Int64
	return func(_ context.Context, j job.Job) error {
		runs <- ran{j, time.Now()}
		if i := int(n.Add(1)) - 1; i < len(ends) {
			return ends[i]
		}
		return nil
	}
}

func TestJobsRunWhenTheyAreDue(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		runs := make(chan ran, 9)
		now := time.Now()
		h.set("note", "later", now.Add(400*time.Millisecond))
		h.set("note", "tomorrow", now.Add(24*time.Hour))
		h.set("note", "now", now)
		r := h.run(map[string]job.Handler{"note": noting(runs)})
		defer r.Stop()
		if got := next(t, runs).job; got.Key != "now" || got.Payload != "payload of now" || got.Org != h.org || got.Attempts != 1 {
			t.Errorf("first ran %+v", got)
		}
		// One that is made while the runner sleeps, and one that is moved.
		h.set("note", "new", time.Now())
		if got := next(t, runs); got.job.Key != "new" && got.job.Key != "later" {
			t.Errorf("then ran %+v", got.job)
		}
		if got := next(t, runs); got.job.Key == "later" && got.at.Before(now.Add(400*time.Millisecond)) {
			t.Errorf("ran %s too early", now.Add(400*time.Millisecond).Sub(got.at))
		}
		h.until("the runs are settled", func() bool { return h.rows() == "[note tomorrow 0]" })
		h.set("note", "tomorrow", time.Now())
		if got := next(t, runs).job; got.Key != "tomorrow" {
			t.Errorf("the moved one did not run, but %+v", got)
		}
		h.until("nothing is left", func() bool { return h.rows() == "[]" })
	})
}

// The earliest go first when there are more than can be claimed at once.
func TestTheEarliestAreClaimedFirst(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		now := time.Now()
		for i, ago := range []int{3, 9, 1, 7, 5} {
			h.set("note", fmt.Sprint(i), now.Add(-time.Duration(ago)*time.Second))
		}
		var order []string
		for range 3 {
			jobs, err := h.db.ClaimJobs(t.Context(), []string{"note"}, now, now.Add(time.Minute), 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, j := range jobs {
				order = append(order, j.Key)
			}
		}
		if fmt.Sprint(order) != "[1 3 4 0 2]" {
			t.Errorf("claimed in the order %v", order)
		}
	})
}

func TestFailedJobsAreTriedAgain(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		runs := make(chan ran, 9)
		r := h.run(map[string]job.Handler{"note": noting(runs, errors.New("no luck"))})
		defer r.Stop()
		h.set("note", "a", time.Now())
		first, second := next(t, runs), next(t, runs)
		if first.job.Attempts != 1 || second.job.Attempts != 2 {
			t.Errorf("attempts %d and %d", first.job.Attempts, second.job.Attempts)
		}
		if pause := second.at.Sub(first.at); pause < job.Backoff(1) || pause > job.Backoff(1)+15*time.Second {
			t.Errorf("tried again after %s", pause)
		}
		h.until("nothing is left", func() bool { return h.rows() == "[]" })
	})
}

func TestBackoff(t *testing.T) {
	for n, want := range map[int]time.Duration{0: time.Second, 1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 12: 30 * time.Minute, 1000: 30 * time.Minute} {
		if got := job.Backoff(n); got != want {
			t.Errorf("after %d failures the pause is %s, want %s", n, got, want)
		}
	}
}

func TestWhatCannotSucceedEnds(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		runs := make(chan ran, 9)
		h.set("hopeless", "a", time.Now())
		h.set("gone", "a", time.Now())
		h.set("often", "a", time.Now())
		storetest.Exec(t, h.url, "UPDATE job SET attempts = 59 WHERE kind = 'often'")
		r := h.run(map[string]job.Handler{
			"hopeless": noting(runs, errors.Join(job.ErrGiveUp, errors.New("no such thing"))),
			"gone":     noting(runs, fault.New(fault.NotFound, "There is no such thing.")),
			"often":    noting(runs, errors.New("no luck")),
		})
		defer r.Stop()
		h.until("all have ended", func() bool { return h.rows() == "[]" })
		if len(runs) != 3 {
			t.Errorf("ran %d times", len(runs))
		}
	})
}

// A job of a kind that only another version knows is left for it, untouched, and holds nothing up.
func TestOtherVersionsJobsAreKept(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		runs := make(chan ran, 9)
		h.set("newer", "a", time.Now().Add(-time.Hour))
		h.set("note", "a", time.Now())
		old := h.run(map[string]job.Handler{"note": noting(runs)})
		next(t, runs)
		h.until("the known one has ended", func() bool { return h.rows() == "[newer a 0]" })
		if others, err := h.db.OtherJobs(t.Context(), []string{"note"}); err != nil || others["newer"] != 1 || len(others) != 1 {
			t.Errorf("others are %v, %v", others, err)
		}
		old.Stop()
		newer := h.run(map[string]job.Handler{"note": noting(runs), "newer": noting(runs)})
		defer newer.Stop()
		if got := next(t, runs); got.job.Kind != "newer" || got.job.Attempts != 1 || got.job.Payload != "payload of a" {
			t.Errorf("ran %+v", got.job)
		}
	})
}

// What is set anew while it runs is not taken away by the run's end.
func TestSetAnewWhileItRuns(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		r := h.run(map[string]job.Handler{"note": func(_ context.Context, j job.Job) error {
			h.set(j.Kind, j.Key, time.Now().Add(time.Hour))
			if j.Key == "fails" {
				return errors.New("no luck")
			}
			return nil
		}})
		defer r.Stop()
		h.set("note", "works", time.Now())
		h.set("note", "fails", time.Now())
		h.until("both runs are settled", func() bool { return h.settled.Load() == 2 })
		if rows := h.rows(); rows != "[note fails 0 note works 0]" {
			t.Errorf("left are %s", rows)
		}
		if due := storetest.Column(t, h.url, "SELECT key FROM job WHERE due_at < $1", time.Now().Add(time.Minute).UnixMicro()); len(due) > 0 {
			t.Errorf("%v are due already", due)
		}
	})
}

// Nor is it when it runs again already: then the newer run's end counts.
func TestSetAnewAndRunAgainWhileItRuns(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		second, firstEnded, third := make(chan struct{}), make(chan struct{}), make(chan int, 1)
		var n atomic.Int64
		r := h.run(map[string]job.Handler{"note": func(ctx context.Context, j job.Job) error {
			wait := func(c <-chan struct{}) error {
				select {
				case <-c:
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			switch n.Add(1) {
			case 1:
				h.set(j.Kind, j.Key, time.Now())
				return wait(second)
			case 2:
				close(second)
				if err := wait(firstEnded); err != nil {
					return err
				}
				return errors.New("no luck")
			}
			third <- j.Attempts
			return nil
		}})
		defer r.Stop()
		h.set("note", "a", time.Now())
		h.until("the first run is settled", func() bool { return h.settled.Load() == 1 })
		close(firstEnded)
		if attempts := next(t, third); attempts != 2 {
			t.Errorf("the run after the failed one is attempt %d", attempts)
		}
	})
}

// A job whose holder died runs again when the lease is over, and not before.
func TestTheDeadHoldersJobRunsAgain(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		runs := make(chan ran, 9)
		h.set("note", "a", time.Now())
		lease := time.Now().Add(500 * time.Millisecond)
		held, err := h.db.ClaimJobs(t.Context(), []string{"note"}, time.Now(), lease, 9) // and dies
		if err != nil || len(held) != 1 {
			t.Fatalf("claimed %v: %v", held, err)
		}
		r := h.run(map[string]job.Handler{"note": noting(runs)})
		defer r.Stop()
		again := next(t, runs)
		if again.at.Before(lease) || again.job.Attempts != 2 {
			t.Errorf("attempt %d ran %s before the lease was over", again.job.Attempts, lease.Sub(again.at))
		}
		h.until("nothing is left", func() bool { return h.rows() == "[]" })
	})
}

// Stop cancels what runs, and what it could not finish stays.
func TestStopLeavesUnfinishedJobs(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		running := make(chan struct{})
		r := h.run(map[string]job.Handler{"note": func(ctx context.Context, _ job.Job) error {
			close(running)
			<-ctx.Done()
			return ctx.Err()
		}})
		h.set("note", "a", time.Now())
		next(t, running)
		r.Stop()
		if rows := h.rows(); rows != "[note a 1]" {
			t.Errorf("left are %s", rows)
		}
	})
}
