package outbound

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/conversation"
	"switchboard/internal/message"
)

const (
	signalsMax    = 256 // waiting signals of this node; more are dropped: they are only a courtesy
	signalWorkers = 4
	signalTimeout = 5 * time.Second
	// typingEvery is how often a provider is told that somebody still writes; their indicators last
	// about 25 s (WhatsApp) or until the next message.
	typingEvery = 10 * time.Second
)

// SignalTx is what a signal needs to know of a conversation.
type SignalTx interface {
	Conversation(id message.ConversationID) (conversation.Conversation, error)
	EntryBySeq(c message.ConversationID, seq int64) (conversation.Entry, error)
	CustomerAddress(id message.CustomerID) (message.Address, error)
}

// Signals tells customers, as far as their channel can, that their message was read and that somebody
// is writing. Signals are ephemeral: none is stored, retried, or waited for.
type Signals struct {
	write    func(ctx context.Context, org message.OrgID, fn func(SignalTx) error) error
	accounts Accounts
	log      *slog.Logger

	queue  chan signal
	cancel context.CancelFunc
	done   sync.WaitGroup

	mu    sync.Mutex
	typed map[message.ConversationID]time.Time // when the provider was last told; swept as it grows
}

type signal struct {
	org    message.OrgID
	conv   message.ConversationID
	typing bool // else read
}

// NewSignals makes the signals of one node.
func NewSignals(write func(ctx context.Context, org message.OrgID, fn func(SignalTx) error) error, accounts Accounts, log *slog.Logger) *Signals {
	return &Signals{write: write, accounts: accounts, log: log, queue: make(chan signal, signalsMax), typed: map[message.ConversationID]time.Time{}}
}

// Start begins to send signals.
func (s *Signals) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	for range signalWorkers {
		s.done.Add(1)
		go func() {
			defer s.done.Done()
			for {
				select {
				case one := <-s.queue:
					if err := s.send(ctx, one); err != nil && ctx.Err() == nil {
						s.log.Debug("a signal was not sent", "conversation", one.conv, "err", err)
					}
				case <-ctx.Done():
					return
				}
			}
		}()
	}
}

// Stop drops what waits.
func (s *Signals) Stop() {
	s.cancel()
	s.done.Wait()
}

// Read says that the session's agent has read what the customer wrote.
func (s *Signals) Read(org message.OrgID, c message.ConversationID) { s.put(signal{org, c, false}) }

// Typing says that an agent writes. Repeated within typingEvery it does nothing.
func (s *Signals) Typing(org message.OrgID, c message.ConversationID) {
	now := time.Now()
	s.mu.Lock()
	recent := now.Sub(s.typed[c]) < typingEvery
	if !recent {
		if len(s.typed) >= 4*signalsMax {
			for id, at := range s.typed {
				if now.Sub(at) >= typingEvery {
					delete(s.typed, id)
				}
			}
		}
		s.typed[c] = now
	}
	s.mu.Unlock()
	if !recent {
		s.put(signal{org, c, true})
	}
}

func (s *Signals) put(one signal) {
	select {
	case s.queue <- one:
	default:
	}
}

func (s *Signals) send(ctx context.Context, one signal) error {
	ctx, cancel := context.WithTimeout(ctx, signalTimeout)
	defer cancel()
	var c conversation.Conversation
	var last conversation.Entry
	var to message.Address
	err := s.write(ctx, one.org, func(tx SignalTx) (err error) {
		if c, err = tx.Conversation(one.conv); err != nil || c.CustomerSeq == 0 {
			return err
		}
		if last, err = tx.EntryBySeq(c.ID, c.CustomerSeq); err != nil {
			return err
		}
		to, err = tx.CustomerAddress(c.Customer)
		return err
	})
	if err != nil || last.ProviderID == "" || c.Provider == "" {
		return err
	}
	account, connector, err := s.accounts.Account(ctx, one.org, c.Channel)
	if err != nil {
		return err
	}
	if one.typing {
		if typer, ok := connector.(channel.Typer); ok && connector.Capabilities().TypingOut {
			return typer.Typing(ctx, account, to, last.ProviderID)
		}
		return nil
	}
	if marker, ok := connector.(channel.ReadMarker); ok && connector.Capabilities().ReadOut {
		return marker.MarkRead(ctx, account, last.ProviderID)
	}
	return nil
}
