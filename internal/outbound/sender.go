package outbound

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"switchboard/internal/channel"
	"switchboard/internal/failpoint"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/trace"
)

const (
	leaseTTL    = 10 * time.Second
	leaseRenew  = 3 * time.Second
	pollEvery   = time.Second      // what a lost wake-up may cost
	idleRelease = 30 * time.Second // a channel without work gives its lease back
	inFlightMax = 64               // messages of one channel under way at once
	// sendTimeout bounds one call to a provider; what has no answer then is unknown.
	sendTimeout = 20 * time.Second
)

// Timing is the pauses between attempts.
type Timing struct {
	Retry time.Duration // after the first attempt that was not taken; doubles with each
	// Reconcile is the pause before an unknown send is looked for, times the attempts made; a receipt
	// may settle it sooner.
	Reconcile time.Duration
}

// DefaultTiming is what providers expect.
var DefaultTiming = Timing{Retry: time.Second, Reconcile: 5 * time.Second}

// Senders empties the outboxes of all channels that this node holds the lease of.
type Senders struct {
	node     message.RowID
	timing   Timing
	store    Store
	write    func(ctx context.Context, org message.OrgID, fn func(Tx) error) error
	accounts Accounts
	files    Files
	observe  func(channelType string, outcome string, took time.Duration)
	log      *slog.Logger
	spans    trace.Recorder // nil records nothing

	mu      sync.Mutex
	running map[ChannelKey]*lane
	ctx     context.Context
	cancel  context.CancelFunc
	done    sync.WaitGroup
}

// NewSenders makes the senders of one node. observe is told of each attempt's outcome.
func NewSenders(node message.RowID, timing Timing, store Store, write func(ctx context.Context, org message.OrgID, fn func(Tx) error) error,
	accounts Accounts, files Files, observe func(channelType, outcome string, took time.Duration), log *slog.Logger) *Senders {
	ctx, cancel := context.WithCancel(context.Background())
	return &Senders{node: node, timing: timing, store: store, write: write, accounts: accounts, files: files, observe: observe, log: log,
		running: map[ChannelKey]*lane{}, ctx: ctx, cancel: cancel}
}

// Record sets who records attempts to send what traced requests wrote. Set it before Start.
func (s *Senders) Record(spans trace.Recorder) { s.spans = spans }

// Start looks for channels with something to send now and then, beside those that Wake names.
func (s *Senders) Start() {
	s.done.Add(1)
	go func() {
		defer s.done.Done()
		tick := time.NewTicker(pollEvery)
		defer tick.Stop()
		for {
			keys, err := s.store.OutboxChannels(s.ctx)
			if err != nil && s.ctx.Err() == nil {
				s.log.Error("looking for outboxes failed", "err", err)
			}
			for _, k := range keys {
				s.Wake(k)
			}
			select {
			case <-tick.C:
			case <-s.ctx.Done():
				return
			}
		}
	}()
}

// Stop begins no more attempts, waits for those under way to be settled, and gives the leases back.
func (s *Senders) Stop() {
	s.cancel()
	s.done.Wait()
}

// Wake says that a channel has something to send.
func (s *Senders) Wake(k ChannelKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return
	}
	l, ok := s.running[k]
	if !ok {
		l = &lane{s: s, key: k, name: "outbox:" + k.Channel.String(), wake: make(chan struct{}, 1),
			log: s.log.With("channel", k.Channel, "org", k.Org), limit: rate.NewLimiter(rate.Inf, 1)}
		s.running[k] = l
		s.done.Add(1)
		go l.run()
	}
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// lane is the sender of one channel: the only one anywhere while it holds the lease.
type lane struct {
	s    *Senders
	key  ChannelKey
	name string
	wake chan struct{}
	log  *slog.Logger

	limit    *rate.Limiter
	holdTill time.Time // the provider asked the whole channel to pause
	// pauseTill is when the channel's pace allows the next message.
	pauseTill time.Time
	epoch     int64
	renewed   time.Time
	inFlight  sync.WaitGroup
	ended     chan heldUp
	flying    int
}

// heldUp is what an ended attempt means for the whole channel: pause until then, or zero.
type heldUp struct{ until time.Time }

func (l *lane) run() {
	defer l.s.done.Done()
	l.ended = make(chan heldUp, inFlightMax)
	lastWork := time.Now()
	for l.s.ctx.Err() == nil {
		worked, err := l.round()
		if err != nil && l.s.ctx.Err() == nil && !errors.Is(err, errNotHolder) {
			l.log.Error("sending failed; trying again", "err", err)
		}
		if worked || l.flying > 0 {
			lastWork = time.Now()
		} else if time.Since(lastWork) > idleRelease && l.retire() {
			break
		}
		if !worked {
			l.rest(err)
		}
		l.collect()
	}
	l.inFlight.Wait()
	if l.epoch > 0 {
		if err := l.s.store.ReleaseLease(context.WithoutCancel(l.s.ctx), l.name, l.s.node); err != nil {
			l.log.Warn("a lease runs out by itself", "err", err)
		}
	}
}

// retire takes the lane out of the table unless it was woken meanwhile.
func (l *lane) retire() bool {
	l.s.mu.Lock()
	defer l.s.mu.Unlock()
	select {
	case <-l.wake:
		return false
	default:
		delete(l.s.running, l.key)
		return true
	}
}

// rest waits until there may be something to do. While another node sends, after a round that failed,
// and while there is no room, work that is due or comes changes nothing.
func (l *lane) rest(failed error) {
	wait, wake := pollEvery, l.wake
	paused := max(time.Until(l.holdTill), time.Until(l.pauseTill))
	switch {
	case failed != nil || l.flying == inFlightMax:
		wake = nil
	case paused > 0:
		wait, wake = min(paused, leaseRenew), nil
	default:
		if due, err := l.s.store.NextOutbox(l.s.ctx, l.key); err == nil && !due.IsZero() {
			wait = min(wait, max(time.Until(due), 5*time.Millisecond))
		}
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-wake:
	case h := <-l.ended:
		l.end(h)
	case <-timer.C:
	case <-l.s.ctx.Done():
	}
}

func (l *lane) collect() {
	for {
		select {
		case h := <-l.ended:
			l.end(h)
		default:
			return
		}
	}
}

func (l *lane) end(h heldUp) {
	l.flying--
	if h.until.After(l.holdTill) {
		l.holdTill = h.until
	}
}

var errNotHolder = errors.New("another node sends for this channel")

// round claims what may go now and starts it. worked is false when there was nothing to do.
func (l *lane) round() (worked bool, err error) {
	if err := l.hold(); err != nil {
		return false, err
	}
	free := inFlightMax - l.flying
	if free == 0 || time.Now().Before(l.holdTill) {
		return false, nil
	}
	account, connector, err := l.s.accounts.Account(l.s.ctx, l.key.Org, l.key.Channel)
	if err != nil {
		return false, err
	}
	l.pace(account, connector)
	if tokens := int(l.limit.Tokens()); l.limit.Limit() != rate.Inf && tokens < free {
		free = tokens
	}
	if free < 1 {
		// Nothing goes before the next token.
		l.pauseTill = time.Now().Add(time.Duration((1 - l.limit.Tokens()) / float64(l.limit.Limit()) * float64(time.Second)))
		return false, nil
	}
	claimed, err := l.claim(account, connector, free)
	if err != nil {
		return false, err
	}
	if len(claimed) > 0 {
		failpoint.Hit("outbound.claimed")
	}
	for _, a := range claimed {
		l.limit.Allow()
		l.flying++
		l.inFlight.Add(1)
		go func() {
			defer l.inFlight.Done()
			l.ended <- heldUp{until: a.run(l)}
		}()
	}
	return len(claimed) > 0, nil
}

// hold takes or renews the lease. A new epoch first finds what an earlier holder left unfinished.
func (l *lane) hold() error {
	if l.epoch > 0 && time.Since(l.renewed) < leaseRenew {
		return nil
	}
	asked := time.Now()
	epoch, ok, err := l.s.store.AcquireLease(l.s.ctx, l.name, l.s.node, leaseTTL)
	if err != nil {
		return err
	}
	if !ok {
		l.epoch = 0
		return errNotHolder
	}
	if epoch != l.epoch {
		if err := l.adopt(epoch); err != nil {
			return err
		}
	}
	l.epoch, l.renewed = epoch, asked
	return nil
}

// adopt finds what an earlier holder left in the middle of a call: nobody knows what became of it.
func (l *lane) adopt(epoch int64) error {
	return l.s.write(l.s.ctx, l.key.Org, func(tx Tx) error {
		stale, err := tx.StaleSends(l.key.Channel, epoch)
		if err != nil {
			return err
		}
		for _, row := range stale {
			row.State = Unknown
			if _, err := tx.SaveOutbox(row, tx.Now()); err != nil {
				return err
			}
			failpoint.Hit("outbound.adopted")
		}
		return nil
	})
}

// pace follows the channel's rate: a setting of the account, else its capabilities'.
func (l *lane) pace(a channel.Account, c channel.Connector) {
	perSecond := c.Capabilities().PerSecond
	if v, err := strconv.ParseFloat(a.Settings[channel.SettingPace], 64); err == nil && v > 0 {
		perSecond = v
	}
	limit := rate.Limit(perSecond)
	if perSecond == 0 {
		limit = rate.Inf
	}
	if l.limit.Limit() != limit {
		l.limit.SetLimit(limit)
		l.limit.SetBurst(max(1, int(perSecond)))
	}
}

// later is when a message is tried again after its n-th attempt: 1 s, 2 s, 4 s … (in Timing's unit) at
// most 15 minutes, or what the provider asked for.
func (t Timing) later(n int, d *fault.Delivery) time.Duration {
	if d.RetryAfter > 0 {
		return time.Duration(d.RetryAfter) * time.Second
	}
	return min(t.Retry<<min(max(n-1, 0), 20), 15*time.Minute)
}
