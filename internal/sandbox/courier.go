package sandbox

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"switchboard/internal/channel"
)

// What the courier carries at most at a time, and how many webhooks it posts at once.
const (
	parcelsMax = 20000
	postsMax   = 32
)

// parcel is one webhook on its way.
type parcel struct {
	line   *line
	lane   string // parcels of a lane are first posted one after the other; empty is a lane of its own
	url    string
	header http.Header
	body   []byte
	note   string
	phone  string
	lost   bool // never posted: the channel misbehaves
	about  *Message
	// behind must be open before this one goes into its lane; opens is opened when it has. So reports on
	// a message keep their order, however busy the machine is.
	behind, opens *gate

	first   time.Time
	attempt int
	// done is called once, with the lock not held: the webhook was taken, or given up.
	done func(taken bool)
}

// gate lets parcels that are due wait for the one before them. The courier's lock guards it.
type gate struct {
	open    bool
	waiting []parcel
}

// courier posts webhooks. A parcel that is refused waits its turn aside and lets others pass, as the
// providers do: nothing about the order is promised after that.
type courier struct {
	sandbox *Sandbox
	slots   chan struct{}

	mu      sync.Mutex
	ctx     context.Context // nil before start
	cancel  context.CancelFunc
	stopped bool
	lanes   map[string][]parcel // present while somebody works on the lane
	waiting []func()            // before start
	timers  map[*time.Timer]struct{}
	count   int
	running sync.WaitGroup
}

func newCourier(s *Sandbox) *courier {
	return &courier{sandbox: s, slots: make(chan struct{}, postsMax), lanes: map[string][]parcel{}, timers: map[*time.Timer]struct{}{}}
}

func (c *courier) start(ctx context.Context) {
	c.mu.Lock()
	if c.ctx != nil || c.stopped {
		c.mu.Unlock()
		return
	}
	c.ctx, c.cancel = context.WithCancel(ctx)
	waiting := c.waiting
	c.waiting = nil
	c.mu.Unlock()
	for _, f := range waiting {
		f()
	}
}

// do runs f beside everything else; Stop ends its context and waits for it.
func (c *courier) do(f func(context.Context)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.stopped:
	case c.ctx == nil:
		c.waiting = append(c.waiting, func() { c.do(f) })
	default:
		c.running.Add(1)
		go func(ctx context.Context) {
			defer c.running.Done()
			f(ctx)
		}(c.ctx)
	}
}

func (c *courier) stop() {
	c.mu.Lock()
	c.stopped = true
	if c.cancel != nil {
		c.cancel()
	}
	for t := range c.timers {
		t.Stop()
	}
	c.timers = map[*time.Timer]struct{}{}
	c.mu.Unlock()
	c.running.Wait()
}

// send takes a parcel; it leaves after the delay. False: there are too many already.
func (c *courier) send(p parcel, delay time.Duration) bool {
	c.mu.Lock()
	if c.stopped || c.count >= parcelsMax {
		c.mu.Unlock()
		return false
	}
	c.count++
	p.first = c.sandbox.config.Now()
	c.mu.Unlock()
	c.after(delay, p)
	return true
}

func (c *courier) after(delay time.Duration, p parcel) {
	if delay <= 0 {
		c.hand(p)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return
	}
	var t *time.Timer
	t = time.AfterFunc(delay, func() {
		c.mu.Lock()
		delete(c.timers, t)
		c.mu.Unlock()
		c.hand(p)
	})
	c.timers[t] = struct{}{}
}

// hand puts the parcel into its lane, when its turn has come, and sees to it that somebody works there.
func (c *courier) hand(p parcel) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.stopped:
	case c.ctx == nil:
		c.waiting = append(c.waiting, func() { c.hand(p) })
	default:
		c.place(p)
	}
}

// place is hand with the lock held.
func (c *courier) place(p parcel) {
	if p.behind != nil && !p.behind.open {
		p.behind.waiting = append(p.behind.waiting, p)
		return
	}
	if queue, busy := c.lanes[p.lane]; busy && p.lane != "" {
		c.lanes[p.lane] = append(queue, p)
	} else {
		if p.lane != "" {
			c.lanes[p.lane] = nil
		}
		c.running.Add(1)
		go c.work(c.ctx, p)
	}
	if p.opens == nil || p.opens.open {
		return
	}
	p.opens.open = true
	for _, next := range p.opens.waiting {
		c.place(next)
	}
	p.opens.waiting = nil
}

// work posts a parcel and then whatever came into its lane meanwhile.
func (c *courier) work(ctx context.Context, p parcel) {
	defer c.running.Done()
	for {
		select {
		case c.slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		c.post(ctx, p)
		<-c.slots
		if p.lane == "" {
			return
		}
		c.mu.Lock()
		queue := c.lanes[p.lane]
		if len(queue) == 0 || c.stopped {
			delete(c.lanes, p.lane)
			c.mu.Unlock()
			return
		}
		p, c.lanes[p.lane] = queue[0], queue[1:]
		c.mu.Unlock()
	}
}

// post makes one attempt and decides what follows.
func (c *courier) post(ctx context.Context, p parcel) {
	s := c.sandbox
	p.attempt++
	started := s.config.Now()
	status, answer := 0, ""
	if !p.lost {
		status, answer = c.call(ctx, p)
	}
	if ctx.Err() != nil {
		return
	}
	taken := status >= 200 && status < 300
	s.record(p.line, Exchange{
		At: started.UTC(), Kind: KindWebhook, Method: http.MethodPost, URL: p.url, Request: string(p.body), Status: status,
		Response: answer, Milliseconds: s.config.Now().Sub(started).Milliseconds(), Attempt: p.attempt, Note: p.note, PhoneID: p.phone,
	})
	if !taken && !p.lost {
		if wait, again := c.patience(p); again {
			p.lane = "" // it lost its place
			c.after(wait, p)
			return
		}
	}
	c.mu.Lock()
	c.count--
	c.mu.Unlock()
	if p.done != nil {
		p.done(taken)
	}
}

func (c *courier) call(ctx context.Context, p parcel) (status int, answer string) {
	ctx, cancel := context.WithTimeout(ctx, c.sandbox.config.Timing.WebhookTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(p.body))
	if err != nil {
		return 0, err.Error()
	}
	req.Header = p.header.Clone()
	res, err := c.sandbox.config.HTTP.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 16<<10))
	if err != nil {
		return 0, err.Error()
	}
	return res.StatusCode, string(body)
}

// patience is how long the provider waits before it tries again, and whether it does: Meta for days,
// Twilio (with its retries turned up, as our set-up advises) five times.
func (c *courier) patience(p parcel) (time.Duration, bool) {
	t := c.sandbox.config.Timing
	if p.line.account.Provider == channel.ProviderTwilio && p.attempt >= 5 {
		return 0, false
	}
	if c.sandbox.config.Now().Sub(p.first) > t.GiveUp {
		return 0, false
	}
	wait := t.Backoff
	for range p.attempt - 1 {
		if wait *= 2; wait > t.BackoffMax {
			return t.BackoffMax, true
		}
	}
	return wait, true
}
