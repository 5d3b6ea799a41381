// Package job runs durable timers and jobs: rows made in the transaction of their cause, claimed by
// one node at a time, tried again after a crash or an error. What a job does is its room's matter; a
// handler must be safe to run twice.
package job

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"switchboard/internal/failpoint"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// Job is one claimed row.
type Job struct {
	Org       message.OrgID
	Kind      string
	Key       string
	Payload   string
	Attempts  int       // this one included
	CreatedAt time.Time // or set anew
}

// Handler does a job. A nil error finishes it; an error tries again with back-off, until GiveUp.
type Handler func(ctx context.Context, j Job) error

// ErrGiveUp, wrapped by a handler's error, ends a job that can't succeed.
var ErrGiveUp = errors.New("give up")

// Tx finishes or postpones a claimed job.
type Tx interface {
	FinishJob(Job) error
	RetryJob(j Job, due time.Time) error
}

// Store is where jobs are.
type Store interface {
	// ClaimJobs takes due jobs of these kinds; NextJob is when the next one of them is due.
	ClaimJobs(ctx context.Context, kinds []string, now, leaseUntil time.Time, limit int) ([]Job, error)
	NextJob(ctx context.Context, kinds []string) (time.Time, error)
	// OtherJobs counts those of all other kinds, by kind.
	OtherJobs(ctx context.Context, kinds []string) (map[string]int, error)
}

const (
	lease   = time.Minute // a handler's time; after it the job may run elsewhere
	pollMax = time.Second // how long a lost wake-up may cost
	// pollMin is the pause while a due job is in another node's hands.
	pollMin  = 5 * time.Millisecond
	claimMax = 32
	workers  = 8
	// attemptsMax with the back-off below is about a day.
	attemptsMax = 60
)

// Runner claims due jobs and runs their handlers. Jobs of a kind that has none here are left alone: they
// are another version's, which runs beside this one or comes back.
type Runner struct {
	store    Store
	write    func(ctx context.Context, org message.OrgID, fn func(Tx) error) error
	handlers map[string]Handler
	kinds    []string // of the handlers
	wake     <-chan struct{}
	log      *slog.Logger
	now      func() time.Time

	cancel context.CancelFunc
	done   sync.WaitGroup
}

// NewRunner runs the kinds that have a handler. wake says that a job was made; it may say so too often.
func NewRunner(store Store, write func(ctx context.Context, org message.OrgID, fn func(Tx) error) error, handlers map[string]Handler, wake <-chan struct{}, log *slog.Logger) *Runner {
	return &Runner{store: store, write: write, handlers: handlers, kinds: slices.Sorted(maps.Keys(handlers)), wake: wake, log: log, now: time.Now}
}

// KeepTime sets the clock, which is this process's otherwise. Set it before Start.
func (r *Runner) KeepTime(now func() time.Time) { r.now = now }

// Start begins to claim jobs in the background.
func (r *Runner) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	r.done.Add(1)
	go r.run(ctx)
}

// Stop claims no more and returns when the running handlers have ended; their context is cancelled.
func (r *Runner) Stop() {
	r.cancel()
	r.done.Wait()
}

func (r *Runner) run(ctx context.Context) {
	defer r.done.Done()
	slots := make(chan struct{}, workers)
	if others, err := r.store.OtherJobs(ctx, r.kinds); err == nil && len(others) > 0 {
		r.log.Warn("there are jobs of kinds that this version does not know; they wait for one that does", "jobs", others)
	}
	for ctx.Err() == nil {
		now := r.now()
		jobs, err := r.store.ClaimJobs(ctx, r.kinds, now, now.Add(lease), claimMax)
		if err != nil && ctx.Err() == nil {
			r.log.Error("claiming jobs failed", "err", err)
		}
		for _, j := range jobs {
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return // the lease runs out and another node takes it
			}
			r.done.Add(1)
			go func() {
				defer r.done.Done()
				defer func() { <-slots }()
				r.do(ctx, j)
			}()
		}
		if len(jobs) == claimMax {
			continue
		}
		wait := pollMax
		if err == nil { // while jobs can't be claimed, one that is due changes nothing
			if due, err := r.store.NextJob(ctx, r.kinds); err == nil && !due.IsZero() {
				wait = min(wait, max(due.Sub(r.now()), pollMin))
			}
		}
		timer := time.NewTimer(wait)
		select {
		case <-r.wake:
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

func (r *Runner) do(ctx context.Context, j Job) {
	bounded, cancel := context.WithTimeout(ctx, lease-5*time.Second)
	failpoint.Hit("job.claimed")
	err := r.handlers[j.Kind](bounded, j)
	cancel()
	failpoint.Hit("job.done")
	if ctx.Err() != nil && err != nil {
		return
	}
	finish := err == nil || errors.Is(err, ErrGiveUp) || fault.CodeOf(err) == fault.NotFound || j.Attempts >= attemptsMax
	if err != nil {
		r.log.Warn("job failed", "kind", j.Kind, "key", j.Key, "org", j.Org, "attempt", j.Attempts, "final", finish, "err", err)
	}
	write := r.write(context.WithoutCancel(ctx), j.Org, func(tx Tx) error {
		if finish {
			return tx.FinishJob(j)
		}
		return tx.RetryJob(j, r.now().Add(Backoff(j.Attempts)))
	})
	if write != nil {
		r.log.Error("settling a job failed; it runs again", "kind", j.Kind, "key", j.Key, "err", write)
	}
}

// Backoff is the pause after the n-th failed attempt: 1 s, 2 s, 4 s … at most 30 minutes.
func Backoff(n int) time.Duration {
	return min(time.Second<<min(max(n-1, 0), 20), 30*time.Minute)
}
