package app

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"switchboard/internal/bus"
	"switchboard/internal/message"
	"switchboard/internal/outbound"
	"switchboard/internal/store"
)

const (
	heartbeatEvery = 2 * time.Second
	nodeDeadAfter  = 5 * time.Second
	sweepEvery     = 10 * time.Minute
	foldEvery      = 3 * time.Second
	noteEvery      = 5 * time.Second
	analyzeEvery   = 5 * time.Second
	measureEvery   = 10 * time.Second
	feedLife       = 7 * 24 * time.Hour
)

// keeperHooks is whom the keeper tells.
type keeperHooks struct {
	wakeDispatcher func(message.OrgID)
	wakeSender     func(outbound.ChannelKey)
	forgetAccess   func(message.OrgID)
	forgetRules    func(message.OrgID)
	nodeLost       func(ctx context.Context, org message.OrgID, users map[message.UserID][]message.RowID) error
	noteAgain      func(ctx context.Context) error
	measured       func(b store.Backlog)
	sweepFiles     func(ctx context.Context, now time.Time) (int, error)
}

// keeper does a node's housekeeping: it hands wake-ups of the bus to the services that wait for them,
// renews the node's row, and sweeps what has outlived its purpose.
type keeper struct {
	db    *store.DB
	wakes *bus.Subscription
	node  message.RowID
	hooks keeperHooks
	log   *slog.Logger
	// jobs is signalled when a job was made.
	jobs chan struct{}
	// orgs remembers whose channel it is: names on the bus have the channel only.
	orgs sync.Map // message.ChannelID → message.OrgID
	// beaten: this node has had a row. noteAgain is at how many heartbeats its sockets are noted anew.
	beaten    bool
	noteAgain int

	cancel context.CancelFunc
	done   sync.WaitGroup
}

func newKeeper(db *store.DB, wakes *bus.Subscription, node message.RowID, hooks keeperHooks, log *slog.Logger) *keeper {
	return &keeper{db: db, wakes: wakes, node: node, hooks: hooks, log: log, jobs: make(chan struct{}, 1)}
}

// Start begins all of it.
func (k *keeper) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	k.cancel = cancel
	for _, run := range []func(context.Context){
		k.deliver,
		every(heartbeatEvery, k.heartbeat),
		every(sweepEvery, k.sweep),
		every(foldEvery, k.foldSearch),
		every(noteEvery, k.noteChannels),
		every(analyzeEvery, k.analyze),
		every(measureEvery, k.measure),
	} {
		k.done.Add(1)
		go func() {
			defer k.done.Done()
			run(ctx)
		}()
	}
}

// Stop returns when none of it runs any more.
func (k *keeper) Stop() {
	k.cancel()
	k.done.Wait()
	k.noteChannels(context.Background()) // what was seen in the last seconds
	k.wakes.Cancel()
}

func every(pause time.Duration, do func(context.Context)) func(context.Context) {
	return func(ctx context.Context) {
		tick := time.NewTicker(pause)
		defer tick.Stop()
		for {
			do(ctx)
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	}
}

// deliver hands wake-ups on. Names that nobody here waits for are passed over.
func (k *keeper) deliver(ctx context.Context) {
	for {
		select {
		case <-k.wakes.Wait():
		case <-ctx.Done():
			return
		}
		for name := range k.wakes.Take() {
			if name == message.WakeJobs {
				select {
				case k.jobs <- struct{}{}:
				default:
				}
			} else if org, ok := message.WokenFeed(name); ok {
				k.hooks.wakeDispatcher(org)
			} else if text, ok := strings.CutPrefix(name, "outbox:"); ok {
				k.wakeSender(ctx, text)
			} else if org, ok := message.WokenAccess(name); ok {
				k.hooks.forgetAccess(org)
			} else if org, ok := message.WokenRules(name); ok {
				k.hooks.forgetRules(org)
			}
		}
	}
}

func (k *keeper) wakeSender(ctx context.Context, text string) {
	id, err := message.ParseID[message.ChannelID](text)
	if err != nil {
		return
	}
	org, known := k.orgs.Load(id)
	if !known {
		row, err := k.db.Account(ctx, id)
		if err != nil {
			return // the senders' own look finds it within a second
		}
		org = row.Org
		k.orgs.Store(id, org)
	}
	k.hooks.wakeSender(outbound.ChannelKey{Org: org.(message.OrgID), Channel: id})
}

// heartbeat renews this node's row and starts the grace of agents whose node is dead. A node that was
// itself taken for dead, since it or the database stood still, notes its sockets again: twice, because
// who took it for dead may still be dropping them.
func (k *keeper) heartbeat(ctx context.Context) {
	lost, fresh, err := k.db.Heartbeat(ctx, k.node, nodeDeadAfter)
	if err != nil {
		if ctx.Err() == nil {
			k.log.Error("the node's heartbeat failed", "err", err)
		}
		return
	}
	if fresh && k.beaten {
		k.log.Warn("this node was taken for dead; its agents' connections are noted again")
		k.noteAgain = 2
	}
	k.beaten = true
	if k.noteAgain > 0 {
		if err := k.hooks.noteAgain(ctx); err == nil {
			k.noteAgain--
		} else if ctx.Err() == nil {
			k.log.Error("noting connections again failed", "err", err)
		}
	}
	byOrg := map[message.OrgID]map[message.UserID][]message.RowID{}
	for _, l := range lost {
		if byOrg[l.Org] == nil {
			byOrg[l.Org] = map[message.UserID][]message.RowID{}
		}
		byOrg[l.Org][l.User] = append(byOrg[l.Org][l.User], l.Connection)
	}
	for org, users := range byOrg {
		if err := k.hooks.nodeLost(ctx, org, users); err != nil && ctx.Err() == nil {
			k.log.Error("connections of a dead node are still there", "org", org, "err", err)
		}
	}
}

// foldSearch keeps the tail of the search index short.
func (k *keeper) foldSearch(ctx context.Context) {
	if err := k.db.FoldSearch(ctx); err != nil && ctx.Err() == nil {
		k.log.Error("folding the search index failed", "err", err)
	}
}

// analyze keeps the database's plans good while it grows.
func (k *keeper) analyze(ctx context.Context) {
	if err := k.db.Analyze(ctx); err != nil && ctx.Err() == nil {
		k.log.Warn("counting tables that have grown failed; statements may be slower", "err", err)
	}
}

// noteChannels writes down what was seen of channels.
func (k *keeper) noteChannels(ctx context.Context) {
	if err := k.db.NoteChannels(ctx); err != nil && ctx.Err() == nil {
		k.log.Warn("what was seen of channels is written later", "err", err)
	}
}

// measure reads how much waits, for /metrics.
func (k *keeper) measure(ctx context.Context) {
	b, err := k.db.Backlog(ctx, time.Now())
	if err == nil {
		k.hooks.measured(b)
	} else if ctx.Err() == nil {
		k.log.Error("reading how much waits failed; the metrics stay as they are", "err", err)
	}
}

func (k *keeper) sweep(ctx context.Context) {
	now := time.Now()
	if err := k.db.Sweep(ctx, now); err != nil && ctx.Err() == nil {
		k.log.Error("sweeping failed", "err", err)
	}
	if _, err := k.db.PurgeChanges(ctx, now.Add(-feedLife)); err != nil && ctx.Err() == nil {
		k.log.Error("purging the change feed failed", "err", err)
	}
	if _, err := k.hooks.sweepFiles(ctx, now); err != nil && ctx.Err() == nil {
		k.log.Error("sweeping uploads failed", "err", err)
	}
}
