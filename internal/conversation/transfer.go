package conversation

import (
	"context"
	"strings"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/privacy"
)

// transferNoteMax is the longest note of a transfer or a flag in characters.
const transferNoteMax = 2000

// Kinds of a transfer's destination. Everyone is never asked for: it is where a transfer to an agent
// falls back to on a channel without queues.
const (
	ToAgent    = "agent"
	ToQueue    = "queue"
	ToEveryone = "everyone"
)

// Destination is whom a session is handed to.
type Destination struct {
	Type  string          `json:"type"`
	Agent message.UserID  `json:"agent,omitzero"`
	Queue message.QueueID `json:"queue,omitzero"`
	Name  string          `json:"name"`
}

// Transfer is a session on its way to somebody else, until they accept it (RT-13). The agent who has the
// session keeps it until then: Session.Agent is who stays.
type Transfer struct {
	To     Destination    `json:"to"`
	By     message.UserID `json:"by"`
	ByName string         `json:"by_name"`
	Note   string         `json:"note,omitempty"`
	At     time.Time      `json:"at"`
	// From is the queue that the work came from; none: the channel's routing.
	From message.QueueID `json:"from,omitzero"`
}

// Recipient is what a transfer asks about an agent or a queue.
type Recipient struct {
	Name string
	// Agents: whether they may be offered work, what they are now, and whether their status takes the channel.
	Accepts bool
	Kind    string
	Status  string
	Takes   bool
	// Queues: how many members there are.
	Members int
}

// TransferTx is what handing over needs beside Tx.
type TransferTx interface {
	Tx
	// RecipientAgent is an active user as somebody to hand work of a channel type to; RecipientQueue is a
	// queue. fault.NotFound when there is none.
	RecipientAgent(id message.UserID, channelType string) (Recipient, error)
	RecipientQueue(id message.QueueID) (Recipient, error)
	// WithdrawOffers closes what is still open of a session.
	WithdrawOffers(id message.SessionID) error
	// PresenceChanged tells that an agent's load has changed.
	PresenceChanged(a message.UserID) error
}

// Transfers is what staff do to hand sessions over. Each method is one transaction.
type Transfers struct {
	Write func(ctx context.Context, org message.OrgID, fn func(TransferTx) error) error
	// Rules for sensitive data; nil for none.
	Rules *privacy.Rulebook
}

// Begin hands an active session to an agent or a queue. The giver's capacity is free at once; until
// somebody accepts, the giver stays and may write. Refusals: unlawful_state, not_assigned,
// transfer_pending, recipient_unavailable.
func (t *Transfers) Begin(ctx context.Context, org message.OrgID, by Staff, id message.ConversationID, session message.SessionID, to Destination, note string) error {
	note, err := checkNote("note", note)
	if err != nil {
		return err
	}
	masked, err := cleaned(ctx, t.Rules, org, by, &note)
	if err != nil {
		return err
	}
	return t.Write(ctx, org, func(tx TransferTx) error {
		c, err := ownSession(tx, by, id, session)
		if err != nil {
			return err
		}
		if err := tx.Masked(MaskedIn{Place: PlaceEvent, Conversation: id}, masked); err != nil {
			return err
		}
		if c.Session.Transfer != nil {
			return fault.New(fault.TransferPending, "This session is already on its way to %s. Withdraw that first.", c.Session.Transfer.To.Name)
		}
		to, err := receive(tx, &c, to)
		if err != nil {
			return err
		}
		return handOver(tx, &c, by, to, note)
	})
}

// receive asks whether the destination can have the session, and fills its name.
func receive(tx TransferTx, c *Conversation, to Destination) (Destination, error) {
	refuse := func(text string, args ...any) error { return fault.New(fault.RecipientUnavailable, text, args...) }
	switch to.Type {
	case ToAgent:
		if to.Agent == c.Session.Agent {
			return to, refuse("This agent has the session already.")
		}
		r, err := tx.RecipientAgent(to.Agent, c.ChannelType)
		switch {
		case fault.CodeOf(err) == fault.NotFound:
			return to, refuse("There is no such agent. Choose another.")
		case err != nil:
			return to, err
		case !r.Accepts:
			return to, refuse("%s may not accept work. Choose somebody else.", r.Name)
		case r.Kind == "offline" || r.Kind == "":
			return to, refuse("%s is offline. Choose somebody else, or a queue.", r.Name)
		case r.Kind != "online":
			return to, refuse("%s takes no work now (%s). Choose somebody else, or a queue.", r.Name, r.Status)
		case !r.Takes:
			return to, refuse("%s takes no %s conversations in the present status. Choose somebody else, or a queue.", r.Name, c.ChannelType)
		}
		to.Name, to.Queue = r.Name, message.QueueID{}
	case ToQueue:
		r, err := tx.RecipientQueue(to.Queue)
		switch {
		case fault.CodeOf(err) == fault.NotFound:
			return to, refuse("There is no such queue. Choose another.")
		case err != nil:
			return to, err
		case r.Members == 0:
			return to, refuse("Nobody is a member of %s: nobody would be asked. Choose another queue.", r.Name)
		}
		to.Name, to.Agent = r.Name, message.UserID{}
	default:
		return to, fault.Invalid("to.type", "A session is handed to an agent or to a queue.")
	}
	return to, nil
}

// handOver makes the session wait for its new agent while the present one stays.
func handOver(tx TransferTx, c *Conversation, by Staff, to Destination, note string) error {
	s := &c.Session
	prior := s.Status
	if err := s.Move(Waiting, GivenBack, tx.Now()); err != nil {
		return err
	}
	s.Transfer = &Transfer{To: to, By: by.ID, ByName: by.Name, Note: note, At: tx.Now(), From: s.Queue}
	if err := tx.Work(s, WorkChange{State: WorkWaiting, Direct: to.Agent, Queue: to.Queue, Fallback: to.Type == ToAgent}); err != nil {
		return err
	}
	if err := event(tx, c, message.Event{Type: message.EventTransferred, Actor: by.Name, Target: to.Name, Reason: note}, message.AuthorSystem, by); err != nil {
		return err
	}
	if err := tx.PresenceChanged(s.Agent); err != nil { // their load has changed
		return err
	}
	return save(tx, c, prior)
}

// FellBack sends a transfer that its agent did not take to where the work came from: its queue, or the
// channel's routing. It stays pending, so that the giver may still withdraw it. reason is for people.
func FellBack(tx Tx, c *Conversation, reason message.Reason) error {
	s := &c.Session
	t := *s.Transfer
	s.Transfer = &t
	s.Queue = t.From
	if err := tx.Work(s, WorkChange{State: WorkWaiting, Queue: t.From}); err != nil {
		return err
	}
	var err error
	if t.To, err = tx.RouteOf(s); err != nil {
		return err
	}
	if err := event(tx, c, message.Event{Type: message.EventRerouted, Target: t.To.Name, Reason: reason.Text, Why: reason.Said()}, message.AuthorSystem, Staff{}); err != nil {
		return err
	}
	return save(tx, c, s.Status)
}

// Withdraw takes back a transfer that nobody has accepted: the session is its giver's again. Only the
// giver, who asked for it, or a supervisor may. Refusals: no_transfer, unlawful_state, not_assigned.
func (t *Transfers) Withdraw(ctx context.Context, org message.OrgID, by Staff, id message.ConversationID, session message.SessionID) error {
	return t.Write(ctx, org, func(tx TransferTx) error {
		c, err := tx.Conversation(id)
		if err != nil {
			return err
		}
		s := &c.Session
		if s.ID != session || s.Transfer == nil {
			return fault.New(fault.NoTransfer, "There is nothing to withdraw: somebody has accepted the session, or it is over.")
		}
		if !by.Program && !by.Supervisor && s.Agent != by.ID {
			return fault.New(fault.NotAssigned, "Only who hands the session over can withdraw that.")
		}
		giver, err := tx.RecipientAgent(s.Agent, c.ChannelType)
		if err != nil && fault.CodeOf(err) != fault.NotFound {
			return err
		}
		if giver.Kind == "offline" || giver.Kind == "" {
			return fault.New(fault.UnlawfulState, "The agent who had the session is offline: it goes on waiting for somebody else.")
		}
		return takeBack(tx, &c, by, Staff{ID: s.Agent, Name: giver.Name})
	})
}

func takeBack(tx TransferTx, c *Conversation, by, giver Staff) error {
	s := &c.Session
	prior, pending := s.Status, s.Transfer
	if err := s.Move(Active, TransferWithdrawn, tx.Now()); err != nil {
		return err
	}
	s.Queue, s.Routing = pending.From, message.Reason{}
	if err := tx.WithdrawOffers(s.ID); err != nil {
		return err
	}
	if err := tx.Work(s, WorkChange{State: WorkAssigned}); err != nil {
		return err
	}
	if err := event(tx, c, message.Event{Type: message.EventTransferWithdrawn, Actor: by.Name, Target: giver.Name}, message.AuthorSystem, by); err != nil {
		return err
	}
	if c.drawsOwnWindow() {
		if err := customerEvent(tx, c, CustomerEvent{Type: CustomerRouting, Detail: CustomerDetail{Session: s.ID, Routing: "Transfer", Failure: "Cancelled"}}); err != nil {
			return err
		}
	}
	if err := tx.PresenceChanged(giver.ID); err != nil {
		return err
	}
	return save(tx, c, prior)
}

// GiverLeft notes that who hands a session over is gone for good: it waits for its receiver alone.
func GiverLeft(tx Tx, c *Conversation, giver Staff) error {
	s := &c.Session
	left := s.Agent
	s.Agent, s.ModifiedAt = message.UserID{}, tx.Now()
	why := message.Because("giver_offline", message.ReasonParams{}, "The agent who hands it over went offline.")
	if err := event(tx, c, message.Event{Type: message.EventRerouted, Actor: giver.Name, Target: s.Transfer.To.Name, Reason: why.Text, Why: why.Said()}, message.AuthorSystem, giver); err != nil {
		return err
	}
	if c.drawsOwnWindow() {
		if err := removed(tx, c, left); err != nil {
			return err
		}
	}
	return save(tx, c, s.Status)
}

// removed tells the customer's window that an agent has left.
func removed(tx Tx, c *Conversation, left message.UserID) error {
	return customerEvent(tx, c, CustomerEvent{Type: CustomerParticipant,
		Detail: CustomerDetail{Operation: "remove", Role: "Agent", Subject: left.String()}})
}

// ownSession is the conversation of a session that may be changed by who asks.
func ownSession(tx Tx, by Staff, id message.ConversationID, session message.SessionID) (Conversation, error) {
	c, err := tx.Conversation(id)
	if err != nil {
		return c, err
	}
	if c.Session.ID != session {
		return c, fault.New(fault.UnlawfulState, "This session is over; a newer one has begun.")
	}
	return c, MayWrite(&c, by)
}

func checkNote(field, note string) (string, error) {
	note = strings.TrimSpace(note)
	if len([]rune(note)) > transferNoteMax {
		return "", fault.Invalid(field, "A note has at most %d characters.", transferNoteMax)
	}
	return note, nil
}
