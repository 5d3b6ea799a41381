// Package sandbox plays the providers on loopback: Meta's Graph API and Twilio's REST API on one
// side, customers' phones on the other (CH-24). It checks what Switchboard sends as strictly as the
// provider would, answers as the provider would, and signs and posts webhooks with the provider's
// patience. It knows nothing of conversations, agents or consent: to the rest of the program it is
// the provider. Its state is in memory, bounded, and gone with the process; channels are learnt anew
// from Accounts.
package sandbox

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/message"
)

// Where the sandbox is mounted. Handler and API expect whole paths, with these in front.
const (
	GraphPath  = "/sandbox/graph"
	TwilioPath = "/sandbox/twilio"
	APIPath    = "/sandbox/api"
)

// BaseURL is what a sandbox channel's Account.BaseURL must be, for a server known as origin
// ("http://127.0.0.1:8080"); empty for providers that are not played.
func BaseURL(origin, provider string) string {
	switch provider {
	case channel.ProviderMeta:
		return origin + GraphPath
	case channel.ProviderTwilio:
		return origin + TwilioPath
	}
	return ""
}

// Accounts tells which channels are the sandbox's to play, of every organisation, with their secrets
// and with BaseURL and WebhookURL set. It is asked when a call names an unknown channel or has wrong
// credentials, and now and then.
type Accounts interface {
	SandboxAccounts(ctx context.Context) ([]channel.Account, error)
}

// Timing is how fast the played world is. Zero values are replaced by DefaultTiming's.
type Timing struct {
	// Sent and Delivered are the delays of a message's reports after it was taken.
	Sent, Delivered time.Duration
	// Backoff is the wait before a refused webhook's first repetition; it doubles up to BackoffMax.
	Backoff, BackoffMax time.Duration
	// WebhookTimeout is how long an answer to a webhook may take.
	WebhookTimeout time.Duration
	// GiveUp ends the repetitions of Meta's webhooks. Twilio's end after five attempts.
	GiveUp time.Duration
}

// DefaultTiming is quick enough to watch and slow enough to see.
var DefaultTiming = Timing{
	Sent: 150 * time.Millisecond, Delivered: 700 * time.Millisecond,
	Backoff: time.Second, BackoffMax: 10 * time.Minute,
	WebhookTimeout: 15 * time.Second, GiveUp: 7 * 24 * time.Hour,
}

// Config is what a Sandbox needs.
type Config struct {
	Accounts Accounts
	// HTTP posts webhooks and fetches the links in messages. The outgoing-address guard is in its transport.
	HTTP *http.Client
	// Org says whose channels a request to API may see; false refuses it. Nil shows everybody's.
	Org func(*http.Request) (message.OrgID, bool)
	// Problem answers a request to API with an error.
	Problem func(http.ResponseWriter, *http.Request, error)
	// LastInbound tells when a customer last wrote to a channel, so that the 24-hour window outlives
	// the sandbox's memory. Nil: only what was written since the start counts.
	LastInbound func(ctx context.Context, account channel.Account, number string) (time.Time, error)
	Log         *slog.Logger
	Now         func() time.Time
	Timing      Timing
}

// Sandbox is the played world.
type Sandbox struct {
	config  Config
	courier *courier
	events  *feed

	stopped  chan struct{}
	stopOnce sync.Once

	mu      sync.Mutex
	lines   map[message.ChannelID]*line
	learnt  time.Time
	media   mediaStore
	uploads map[string]*upload // resumable uploads, by id
	nextSeq int64
}

// New makes a sandbox. Webhooks wait until Start.
func New(c Config) *Sandbox {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	t, d := &c.Timing, DefaultTiming
	for _, v := range []struct{ is, otherwise *time.Duration }{
		{&t.Sent, &d.Sent}, {&t.Delivered, &d.Delivered}, {&t.Backoff, &d.Backoff},
		{&t.BackoffMax, &d.BackoffMax}, {&t.WebhookTimeout, &d.WebhookTimeout}, {&t.GiveUp, &d.GiveUp},
	} {
		if *v.is == 0 {
			*v.is = *v.otherwise
		}
	}
	s := &Sandbox{
		config: c, lines: map[message.ChannelID]*line{}, media: newMediaStore(), uploads: map[string]*upload{},
		events: newFeed(), stopped: make(chan struct{}),
	}
	s.courier = newCourier(s)
	return s
}

// Start lets webhooks out, until ctx ends or Stop.
func (s *Sandbox) Start(ctx context.Context) { s.courier.start(ctx) }

// Stop ends what is under way and returns when no goroutine of the sandbox runs any more. Webhooks not
// yet taken are lost, as is everything else.
func (s *Sandbox) Stop() {
	s.stopOnce.Do(func() { close(s.stopped) })
	s.courier.stop()
	s.events.close()
}

// learnAfter is how old the list of channels may be.
const learnAfter = 10 * time.Second

// learn reads the channels. Phones of channels that still exist stay.
func (s *Sandbox) learn(ctx context.Context) error {
	accounts, err := s.config.Accounts.SandboxAccounts(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := map[message.ChannelID]bool{}
	for _, a := range accounts {
		if BaseURL("", a.Provider) == "" {
			continue
		}
		seen[a.ID] = true
		if l := s.lines[a.ID]; l != nil {
			l.account = a
		} else {
			s.lines[a.ID] = newLine(a)
		}
	}
	for id := range s.lines {
		if !seen[id] {
			delete(s.lines, id)
		}
	}
	s.learnt = s.config.Now()
	return nil
}

// find returns the line that matches. A miss asks Accounts again, so that a channel works from the
// moment at which it was made.
func (s *Sandbox) find(ctx context.Context, match func(channel.Account) bool) (*line, error) {
	s.mu.Lock()
	fresh := s.config.Now().Sub(s.learnt) < learnAfter
	s.mu.Unlock()
	if fresh {
		if l := s.known(match); l != nil {
			return l, nil
		}
	}
	if err := s.learn(ctx); err != nil {
		return nil, err
	}
	return s.known(match), nil
}

func (s *Sandbox) known(match func(channel.Account) bool) *line {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.lines {
		if match(l.account) {
			return l
		}
	}
	return nil
}

// sorted lists the lines in the order in which they were made: ids ascend.
func (s *Sandbox) sorted() []*line {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]*line, 0, len(s.lines))
	for _, l := range s.lines {
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b *line) int {
		return slices.Compare(a.account.ID[:], b.account.ID[:])
	})
	return out
}

// setting reads an account's value, public or secret: which of the two it is varies by program.
func setting(a channel.Account, name string) string {
	if v := a.Settings[name]; v != "" {
		return v
	}
	return a.Secrets[name]
}
