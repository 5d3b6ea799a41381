package customer

import (
	"context"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// UnverifiedHistory is how long after the last activity an unverified web visitor still sees what was
// said (CH-3).
const UnverifiedHistory = 6 * time.Hour

// acksMax is how many receipts one call may carry.
const acksMax = 100

// Event is one line of a customer's stream with what it points at.
type Event struct {
	conversation.CustomerEvent
	Thread string // the client-made id of the conversation
	// Entry is set where EntrySeq is; AnswerTo is the public id of the entry that it refers to.
	Entry    *conversation.Entry
	AnswerTo string
	// SessionStartedAt and SessionEndedAt belong to Detail.Session.
	SessionStartedAt time.Time
	SessionEndedAt   time.Time
}

// History asks for a part of one conversation.
type History struct {
	Conversation message.ConversationID
	After        int64 // hidden up to this number of the stream
	From, Until  time.Time
	Oldest       bool // the oldest of that time rather than the newest
	Types        []conversation.CustomerEventType
	Limit        int
}

// Conversation is one of a visitor's own.
func (s *Service) Conversation(ctx context.Context, v *Visitor, thread string) (Conversation, error) {
	if !threadForm.MatchString(thread) {
		return Conversation{}, noConversation()
	}
	return s.Rows.CustomerConversation(ctx, v.Org, v.Customer, thread)
}

// Conversations are all of a visitor's own.
func (s *Service) Conversations(ctx context.Context, v *Visitor, closedToo bool, limit int) (list []Conversation, open, closed int, err error) {
	return s.Rows.CustomerConversations(ctx, v.Org, v.Customer, closedToo, limit)
}

// Hidden is the number of the last event that a visitor no longer sees: unverified web history leaves
// the window 6 hours after the last activity, and stays out of it when they write again. In apps it
// stays, and who signed in always sees theirs. Numbering goes on either way.
func (s *Service) Hidden(ctx context.Context, v *Visitor) (int64, error) {
	if v.Deployment.Kind != "web" || v.Verified() {
		return 0, nil
	}
	return s.Rows.CustomerQuietSince(ctx, v.Org, v.Customer, UnverifiedHistory, s.now())
}

// Start is where a stream begins.
type Start struct {
	After int64
	// Resync: the client's cursor is of no use. It must read the history afresh and go on from After.
	Resync bool
}

// Start finds the place for a client that comes with a cursor; 0 asks for everything visible.
func (s *Service) Start(ctx context.Context, v *Visitor, cursor int64) (Start, error) {
	hidden, err := s.Hidden(ctx, v)
	if err != nil {
		return Start{}, err
	}
	head, err := s.Rows.CustomerHead(ctx, v.Org, v.Customer)
	switch {
	case err != nil:
		return Start{}, err
	case cursor == 0:
		return Start{After: hidden}, nil
	case cursor < 0 || cursor > head || cursor < hidden:
		return Start{After: hidden, Resync: true}, nil
	}
	return Start{After: cursor}, nil
}

// Events is a visitor's stream after a number.
func (s *Service) Events(ctx context.Context, v *Visitor, after int64, limit int) ([]Event, error) {
	return s.Rows.CustomerEvents(ctx, v.Org, v.Customer, after, limit)
}

// History is the visible part of a conversation, newest first.
func (s *Service) History(ctx context.Context, v *Visitor, h History) ([]Event, error) {
	hidden, err := s.Hidden(ctx, v)
	if err != nil {
		return nil, err
	}
	h.After = max(h.After, hidden)
	return s.Rows.CustomerHistory(ctx, v.Org, v.Customer, h)
}

// Acknowledgement is what a client reports about one message: delivered or read.
type Acknowledgement struct {
	Message string // its public id
	Status  message.Status
}

// Acknowledge keeps what a customer's window has shown. Each step counts once, whichever tab tells it
// and however often; what was read has arrived. Messages that are unknown are passed over: a client
// may know more than is kept.
func (s *Service) Acknowledge(ctx context.Context, v *Visitor, thread string, acks []Acknowledgement) error {
	if len(acks) > acksMax {
		return fault.New(fault.Malformed, "At most %d receipts are taken at once.", acksMax)
	}
	if !v.Deployment.Settings.Receipts {
		_, err := s.Conversation(ctx, v, thread)
		return err
	}
	return s.Write(ctx, v.Org, func(tx Tx) error {
		c, err := own(tx, v, thread)
		if err != nil {
			return err
		}
		now := tx.Now()
		for _, a := range acks {
			e, err := mine(tx, &c, a.Message)
			if fault.CodeOf(err) == fault.NotFound || err == nil && e.Author == message.AuthorCustomer {
				continue
			}
			if err != nil {
				return err
			}
			changed := e.Settle(message.StatusDelivered, now)
			if a.Status == message.StatusRead {
				changed = e.Settle(message.StatusRead, now) || changed
			}
			if !changed {
				continue
			}
			if err := tx.SaveEntry(&e); err != nil {
				return err
			}
		}
		return nil
	})
}
