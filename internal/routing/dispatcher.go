package routing

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"switchboard/internal/message"
	"switchboard/internal/trace"
)

const (
	dispatchLease = 10 * time.Second
	dispatchRenew = 3 * time.Second
	dispatchPoll  = time.Second // what a lost wake-up may cost
	changesMax    = 500         // lines of the feed read at once
	decisionsMax  = 64          // decisions written in one transaction
)

// Dispatchers runs one dispatcher for each organisation whose lease this node gets.
type Dispatchers struct {
	node  message.RowID
	truth Truth
	write func(ctx context.Context, org message.OrgID, fn func(Tx) error) error
	log   *slog.Logger
	// wrote is told of each batch of decisions: how many, and how long they took to write.
	wrote func(decisions int, took time.Duration)
	// spans records when what a traced request asked for was decided; nil records nothing.
	spans trace.Recorder

	mu      sync.Mutex
	running map[message.OrgID]*dispatcher
	ctx     context.Context
	cancel  context.CancelFunc
	done    sync.WaitGroup
}

// NewDispatchers makes the dispatchers of one node.
func NewDispatchers(node message.RowID, truth Truth, write func(ctx context.Context, org message.OrgID, fn func(Tx) error) error, log *slog.Logger) *Dispatchers {
	ctx, cancel := context.WithCancel(context.Background())
	return &Dispatchers{node: node, truth: truth, write: write, log: log, wrote: func(int, time.Duration) {}, running: map[message.OrgID]*dispatcher{}, ctx: ctx, cancel: cancel}
}

// OnWrite sets who is told of each batch of decisions that was written, and how long that took. Set it before
// Start.
func (d *Dispatchers) OnWrite(f func(decisions int, took time.Duration)) { d.wrote = f }

// Record sets who records the decisions about what traced requests asked for. Set it before Start.
func (d *Dispatchers) Record(spans trace.Recorder) { d.spans = spans }

// Start begins to dispatch for every organisation; new ones are found within a second.
func (d *Dispatchers) Start() {
	d.done.Add(1)
	go func() {
		defer d.done.Done()
		tick := time.NewTicker(dispatchPoll)
		defer tick.Stop()
		for {
			orgs, err := d.truth.Organisations(d.ctx)
			if err != nil && d.ctx.Err() == nil {
				d.log.Error("looking for organisations failed", "err", err)
			}
			for _, org := range orgs {
				d.of(org)
			}
			select {
			case <-tick.C:
			case <-d.ctx.Done():
				return
			}
		}
	}()
}

// Stop ends all dispatchers and gives their leases back.
func (d *Dispatchers) Stop() {
	d.cancel()
	d.done.Wait()
}

// Wake says that the feed of an organisation has grown.
func (d *Dispatchers) Wake(org message.OrgID) {
	if one := d.of(org); one != nil {
		select {
		case one.wake <- struct{}{}:
		default:
		}
	}
}

func (d *Dispatchers) of(org message.OrgID) *dispatcher {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ctx.Err() != nil {
		return nil
	}
	one, ok := d.running[org]
	if !ok {
		one = &dispatcher{Dispatchers: d, org: org, name: "routing:" + org.String(), wake: make(chan struct{}, 1), log: d.log.With("org", org),
			moved: map[message.QueueID]bool{}, told: map[message.QueueID]time.Time{}}
		d.running[org] = one
		d.done.Add(1)
		go one.run()
	}
	return one
}

// dispatcher holds the State of one organisation while it holds the lease.
type dispatcher struct {
	*Dispatchers
	org  message.OrgID
	name string
	wake chan struct{}
	log  *slog.Logger

	epoch   int64
	renewed time.Time
	state   *State
	cursor  int64
	// touched are sessions whose work was put since the last time it was explained why they wait.
	touched map[message.SessionID]bool
	// traces are the requests that put work which waits; kept when spans are recorded only.
	traces map[message.SessionID]string
	// moved are queues whose positions changed since they were told; told is when each queue's were.
	moved map[message.QueueID]bool
	told  map[message.QueueID]time.Time
}

var errNotDispatcher = errors.New("another node dispatches for this organisation")

func (d *dispatcher) run() {
	defer d.done.Done()
	for d.ctx.Err() == nil {
		err := d.turn()
		if err != nil && d.ctx.Err() == nil && !errors.Is(err, errNotDispatcher) {
			d.log.Error("dispatching failed; starting afresh", "err", err)
			d.state = nil // load the truth again
		}
		wait := dispatchPoll
		if d.state != nil {
			if at, ok := d.state.NextDeadline(); ok && err == nil {
				wait = min(wait, max(time.Until(at), time.Millisecond))
			}
		}
		wake := d.wake
		if err != nil {
			wake = nil // what the feed says changes nothing for who can't dispatch now
		}
		timer := time.NewTimer(wait)
		select {
		case <-wake:
		case <-timer.C:
		case <-d.ctx.Done():
		}
		timer.Stop()
	}
	if d.epoch > 0 {
		if err := d.truth.ReleaseLease(context.WithoutCancel(d.ctx), d.name, d.node); err != nil {
			d.log.Warn("a lease runs out by itself", "err", err)
		}
	}
}

// turn takes in what changed and writes what follows from it.
func (d *dispatcher) turn() error {
	for {
		if err := d.hold(); err != nil {
			return err
		}
		if d.state == nil {
			if err := d.load(); err != nil {
				return err
			}
		}
		more, err := d.follow()
		if err != nil {
			return err
		}
		if err := d.decide(); err != nil {
			return err
		}
		if !more {
			if err := d.explain(); err != nil {
				return err
			}
			return d.tellPositions()
		}
	}
}

// hold takes or renews the lease; a new epoch starts from the database's truth.
func (d *dispatcher) hold() error {
	if d.epoch > 0 && time.Since(d.renewed) < dispatchRenew {
		return nil
	}
	asked := time.Now()
	epoch, ok, err := d.truth.AcquireLease(d.ctx, d.name, d.node, dispatchLease)
	if err != nil {
		return err
	}
	if !ok {
		d.epoch, d.state = 0, nil
		return errNotDispatcher
	}
	if epoch != d.epoch {
		d.epoch, d.state = epoch, nil
	}
	d.renewed = asked
	return nil
}

// keep renews the lease amid long work. A new epoch ends the work: its State is stale.
func (d *dispatcher) keep() error {
	epoch := d.epoch
	if err := d.hold(); err != nil {
		return err
	}
	if d.epoch != epoch {
		return errNotDispatcher
	}
	return nil
}

// load builds State from the database. The feed's head is read first: what changes meanwhile is read
// again from there, and putting the same truth twice is harmless.
func (d *dispatcher) load() error {
	head, err := d.truth.RoutingHead(d.ctx, d.org)
	if err != nil {
		return err
	}
	state := New()
	d.touched, d.traces = map[message.SessionID]bool{}, map[message.SessionID]string{}
	queues, err := d.truth.RoutingQueues(d.ctx, d.org)
	if err != nil {
		return err
	}
	for _, q := range queues {
		state.Apply(q)
	}
	agents, err := d.truth.RoutingAgents(d.ctx, d.org, nil)
	if err != nil {
		return err
	}
	for _, a := range agents {
		state.Apply(AgentPut{a})
	}
	work, err := d.truth.RoutingWork(d.ctx, d.org, WorkFilter{})
	if err != nil {
		return err
	}
	d.state, d.cursor = state, head
	for _, w := range work {
		d.apply(w)
	}
	return nil
}

// follow reads the feed once and feeds State what it is about. more: there may be more to read.
func (d *dispatcher) follow() (more bool, err error) {
	changes, last, err := d.truth.RoutingChanges(d.ctx, d.org, d.cursor, changesMax)
	if err != nil {
		return false, err
	}
	sessions, agents := map[message.SessionID]bool{}, map[message.UserID]bool{}
	everything := false
	var queues []message.QueueID
	for _, c := range changes {
		switch c.Type {
		case "work.updated":
			sessions[c.Session] = true
			if d.spans != nil && c.Trace != "" {
				d.traces[c.Session] = c.Trace
			}
		case "agent.updated", "presence.updated":
			agents[c.Agent] = true
		case "queue.updated":
			queues = append(queues, message.QueueID(c.Ref))
		case "routing.updated", "channel.updated":
			everything = true // rare, and touches any work
		}
	}
	if everything {
		if err := d.load(); err != nil {
			return false, err
		}
		return true, nil
	}
	if err := d.putAgents(agents, queues); err != nil {
		return false, err
	}
	if err := d.putWork(sessions, queues); err != nil {
		return false, err
	}
	d.cursor = last
	return len(changes) == changesMax, nil
}

func (d *dispatcher) putAgents(ids map[message.UserID]bool, queues []message.QueueID) error {
	if len(queues) > 0 {
		names, err := d.truth.RoutingQueues(d.ctx, d.org)
		if err != nil {
			return err
		}
		for _, q := range names {
			d.state.Apply(q)
		}
	}
	if len(ids) == 0 && len(queues) == 0 {
		return nil
	}
	var only []message.UserID // none: all, since a queue's members may have changed
	if len(queues) == 0 {
		only = keys(ids)
	}
	agents, err := d.truth.RoutingAgents(d.ctx, d.org, only)
	if err != nil {
		return err
	}
	for _, a := range agents {
		delete(ids, a.ID)
		d.state.Apply(AgentPut{a})
	}
	for gone := range ids {
		d.state.Apply(AgentRemoved{gone})
	}
	return nil
}

func (d *dispatcher) putWork(ids map[message.SessionID]bool, queues []message.QueueID) error {
	for _, q := range queues {
		work, err := d.truth.RoutingWork(d.ctx, d.org, WorkFilter{Queue: q})
		if err != nil {
			return err
		}
		for _, w := range work {
			d.apply(w)
			delete(ids, w.Work.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	work, err := d.truth.RoutingWork(d.ctx, d.org, WorkFilter{Sessions: keys(ids)})
	if err != nil {
		return err
	}
	for _, w := range work {
		delete(ids, w.Work.ID)
		d.apply(w)
	}
	for gone := range ids {
		d.moves(gone, WorkEnded{Session: gone})
		delete(d.touched, gone)
		delete(d.traces, gone)
	}
	return nil
}

func (d *dispatcher) apply(w WorkPut) {
	d.moves(w.Work.ID, w)
	d.touched[w.Work.ID] = true
}

func keys[K comparable](m map[K]bool) []K {
	out := make([]K, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	return out
}
