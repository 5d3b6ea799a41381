package conversation

import (
	"context"
	"errors"
	"time"

	"switchboard/internal/consent"
	"switchboard/internal/fault"
	"switchboard/internal/job"
	"switchboard/internal/message"
	"switchboard/internal/trace"
)

// NewEnds is how long a session may stay new. Within it a customer's answer goes to the agent who wrote
// first; after it the session ends (RT-17).
const NewEnds = 24 * time.Hour

// OpenTx is what opening a conversation needs beside Tx.
type OpenTx interface {
	ConsentTx
	EnsureCustomer(c message.ChannelID, addresses []message.Address, p message.Profile) (message.CustomerID, bool, error)
	EnsureConversation(c message.ChannelID, customer message.CustomerID, thread string) (Conversation, bool, error)
	// Sender tells about a channel that somebody wants to write from. fault.NotFound when there is none.
	Sender(c message.ChannelID, user message.UserID) (Sender, error)
}

// Sender is a channel as the sender of a first message.
type Sender struct {
	ChannelType, Provider string
	// Address of the channel itself.
	Address  string
	Required consent.Level
	// Queue of the channel, if any, and whether the user is a member of it (OB-2).
	Queue  message.QueueID
	Member bool
}

// Open begins a conversation from the business' side (OB-1): to a phone number on a channel where the
// business may write first. The conversation with that person is reused. Refusals: session_open with
// the conversation's id, no_queue, capability_missing, and those of Send.
func (s *Service) Open(ctx context.Context, org message.OrgID, write func(context.Context, message.OrgID, func(OpenTx) error) error,
	by Staff, channelID message.ChannelID, to message.Address, d Draft) (first Entry, err error) {
	ctx, span := trace.Start(ctx, "staff.send")
	defer func() { span.End(err) }()
	if err := s.mask(ctx, org, by, &d); err != nil {
		return Entry{}, err
	}
	err = write(ctx, org, func(tx OpenTx) error {
		first, err = s.open(tx, by, channelID, to, d)
		return err
	})
	return first, err
}

func (s *Service) open(tx OpenTx, by Staff, channelID message.ChannelID, to message.Address, d Draft) (Entry, error) {
	sender, err := tx.Sender(channelID, by.ID)
	if err != nil {
		return Entry{}, err
	}
	if !s.Capabilities(sender.ChannelType, sender.Provider).AgentOpens {
		return Entry{}, fault.New(fault.CapabilityMissing, "On this channel only the customer can begin a conversation.")
	}
	if !sender.Queue.IsZero() && !sender.Member && !by.Supervisor && !by.Program {
		return Entry{}, fault.New(fault.NoQueue, "You are not a member of this channel's queue, so you can't write from it.")
	}
	if to.Value == sender.Address {
		return Entry{}, fault.Invalid("to", "This is the channel's own number: nobody else would get the message.")
	}
	customer, created, err := tx.EnsureCustomer(channelID, []message.Address{to}, message.Profile{})
	if err != nil {
		return Entry{}, err
	}
	if created && sender.Required == consent.Implicit {
		// Where implicit consent is enough, being written to for a reason counts as it (CN-1).
		if _, _, err := tx.SetConsent(customer, consent.Change{To: consent.Implicit, Cause: consent.ByBusiness, Agent: by.ID, AgentName: by.Name}); err != nil {
			return Entry{}, err
		}
	}
	c, _, err := tx.EnsureConversation(channelID, customer, "")
	if err != nil {
		return Entry{}, err
	}
	if d.ClientID != "" {
		if prior, found, err := tx.EntryByClientID(c.ID, d.ClientID); err != nil || found {
			return prior, err
		}
	}
	if c.Session.Status == Consent { // nobody has it, and nothing was said in it that waits
		if err := End(tx, &c, AgentEnded, "agent", by, message.Reason{}); err != nil {
			return Entry{}, err
		}
	}
	if c.Session.Status.Open() {
		return Entry{}, fault.New(fault.SessionOpen, "There is already an open session with this customer.").
			With("conversation_id", c.ID.String()).With("session_id", c.Session.ID.String())
	}
	if err := Begin(tx, &c, originOf(by), BusinessOpened, nil); err != nil {
		return Entry{}, err
	}
	if !by.Program {
		c.Session.Agent = by.ID
	}
	c.Session.Queue = sender.Queue
	if err := tx.SetTimer(TimerNewEnds, c.Session.ID.String(), tx.Now().Add(NewEnds)); err != nil {
		return Entry{}, err
	}
	return s.write(tx, &c, by, d, true)
}

func originOf(by Staff) Origin {
	if by.Program {
		return FromAPI
	}
	return FromAgent
}

// TimerTx finds the conversation of a timer's session.
type TimerTx interface {
	Tx
	SessionConversation(id message.SessionID) (message.ConversationID, error)
}

// EndTimers are the handlers of this room's timers: each ends a session that still is as it was when
// the timer was set.
func EndTimers(write func(context.Context, message.OrgID, func(TimerTx) error) error) map[string]job.Handler {
	end := func(still Status, reason message.Reason) job.Handler {
		return func(ctx context.Context, j job.Job) error {
			id, err := message.ParseID[message.SessionID](j.Key)
			if err != nil {
				return errors.Join(job.ErrGiveUp, err)
			}
			return write(ctx, j.Org, func(tx TimerTx) error {
				conv, err := tx.SessionConversation(id)
				if err != nil {
					return err
				}
				c, err := tx.Conversation(conv)
				if err != nil || c.Session.ID != id || c.Session.Status != still {
					return err
				}
				return End(tx, &c, RuleEnded, "system", Staff{}, reason)
			})
		}
	}
	return map[string]job.Handler{
		TimerInactiveEnds: end(Inactive, message.Because("no_answer", message.ReasonParams{}, "The customer did not answer for 30 hours.")),
		TimerConsentEnds:  end(Consent, message.Because("never_agreed", message.ReasonParams{}, "The customer did not go on within 24 hours.")),
		TimerNewEnds:      end(New, message.Because("never_answered", message.ReasonParams{}, "The customer wrote nothing within 24 hours.")),
	}
}
