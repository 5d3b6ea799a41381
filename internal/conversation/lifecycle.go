package conversation

import (
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// Web is the channel type whose window we draw ourselves: what the customer sees is a stream of ours,
// and an entry is sent when it is stored there.
const webChannel = "web"

func (c *Conversation) drawsOwnWindow() bool { return c.ChannelType == webChannel }

// HearsPositions reports whether customers of a channel type have a stream that can tell them where they
// stand in a queue.
func HearsPositions(channelType string) bool { return channelType == webChannel }

// Begin opens a session on a conversation whose last one is over. It is new; the caller moves it on
// within the same transaction.
func Begin(tx Tx, c *Conversation, origin Origin, cause Cause, prechat []message.Field) error {
	return begin(tx, c, origin, New, cause, prechat)
}

func begin(tx Tx, c *Conversation, origin Origin, status Status, cause Cause, prechat []message.Field) error {
	now := tx.Now()
	number, err := tx.NextSessionNumber()
	if err != nil {
		return err
	}
	s := Session{
		ID: message.NewID[message.SessionID](), Number: number, Conversation: c.ID, Channel: c.Channel,
		ChannelType: c.ChannelType, Customer: c.Customer, Origin: origin, StartedAt: now,
		Prechat: prechat, LastActivityAt: now, ModifiedAt: now, Version: 1,
	}
	if err := s.Move(status, cause, now); err != nil {
		return err
	}
	if err := tx.InsertSession(&s); err != nil {
		return err
	}
	c.Session = s
	return event(tx, c, message.Event{Type: message.EventSessionStarted, Reason: string(origin)}, message.AuthorSystem, Staff{})
}

// CustomerWrites does to the session what a customer's message does: begins one when none is open,
// sends a new, inactive or consent session to routing, and lets an open one be. It returns whether the
// status changed. The entry itself is appended by the caller afterwards.
func CustomerWrites(tx Tx, c *Conversation, prechat []message.Field, lastAgentWithin time.Duration) (changed bool, err error) {
	now := tx.Now()
	if c.Session.Status == New && c.Session.Origin != FromCustomer {
		if done, err := answersOutbound(tx, c); err != nil || done {
			return true, err
		}
	}
	if !c.Session.Status.Open() {
		err = Begin(tx, c, FromCustomer, CustomerWrote, prechat)
	} else if c.Session.Status == New {
		err = tx.ClearTimer(TimerNewEnds, c.Session.ID.String())
	}
	if err != nil {
		return false, err
	}
	s := &c.Session
	work := WorkChange{State: WorkWaiting}
	switch s.Status {
	case New:
		if lastAgentWithin > 0 && !c.LastAgent.IsZero() && now.Sub(c.LastAgentAt) < lastAgentWithin {
			work.Preferred = c.LastAgent
		}
	case Inactive:
		work.Preferred = s.Agent
		if err := tx.ClearTimer(TimerInactiveEnds, s.ID.String()); err != nil {
			return false, err
		}
	case Consent:
	default:
		return false, nil
	}
	return true, toRouting(tx, c, CustomerWrote, work)
}

// toRouting makes the open session a waiting one. The caller saves it.
func toRouting(tx Tx, c *Conversation, cause Cause, work WorkChange) error {
	s := &c.Session
	prior := s.Status
	if err := s.Move(Waiting, cause, tx.Now()); err != nil {
		return err
	}
	if prior == Consent {
		if err := tx.ClearTimer(TimerConsentEnds, s.ID.String()); err != nil {
			return err
		}
	}
	s.Agent = message.UserID{}
	if err := tx.Work(s, work); err != nil {
		return err
	}
	return statusEvent(tx, c, prior, "")
}

// answersOutbound brings the answer to what an agent began to that agent while they are online; else
// that session ends and a new one is to be routed (RT-17). done: the session is with the agent.
func answersOutbound(tx Tx, c *Conversation) (done bool, err error) {
	if agent, online, err := tx.OnlineAgent(c.Session.Agent); err != nil && fault.CodeOf(err) != fault.NotFound {
		return false, err
	} else if err == nil && online {
		return true, Accept(tx, c, agent)
	}
	return false, End(tx, c, RuleEnded, "system", Staff{},
		message.Because("opener_away", message.ReasonParams{}, "The agent who began it is not online; a new session is routed."))
}

// Accept gives a waiting session (or a new one that the agent opened) to an agent.
func Accept(tx Tx, c *Conversation, agent Staff) error {
	now := tx.Now()
	s := &c.Session
	prior, pending, giver := s.Status, s.Transfer, s.Agent
	if err := s.Move(Active, Accepted, now); err != nil {
		return err
	}
	if prior == New {
		if err := tx.ClearTimer(TimerNewEnds, s.ID.String()); err != nil {
			return err
		}
	}
	s.Agent, s.AgentType, s.LastActivityAt = agent.ID, "agent", now
	c.LastAgent, c.LastAgentAt = agent.ID, now
	if err := tx.Work(s, WorkChange{State: WorkAssigned}); err != nil {
		return err
	}
	if err := event(tx, c, message.Event{Type: message.EventSessionAccepted, Actor: agent.Name}, message.AuthorSystem, Staff{}); err != nil {
		return err
	}
	if c.drawsOwnWindow() {
		told := []CustomerEvent{
			{Type: CustomerParticipant, Detail: CustomerDetail{Operation: "add", Role: "Agent", Name: agent.Name, Subject: agent.ID.String()}},
			{Type: CustomerRouting, Detail: CustomerDetail{Session: s.ID, Routing: "Initial", Failure: "None"}},
		}
		if pending != nil {
			told[1].Detail.Routing = "Transfer"
			if giver == agent.ID { // nobody else took it
				told = told[1:]
			} else if !giver.IsZero() {
				if err := removed(tx, c, giver); err != nil {
					return err
				}
			}
		}
		if c.CustomerSeq > 0 {
			told = append(told, CustomerEvent{Type: CustomerDelivered, EntrySeq: c.CustomerSeq, Detail: CustomerDetail{Role: "Agent"}})
		}
		for _, d := range told {
			if err := customerEvent(tx, c, d); err != nil {
				return err
			}
		}
	}
	return save(tx, c, prior)
}

// GiveBack returns an active session to routing: a transfer, or an agent who went away (RT-12).
// reason is for people; target says where it goes, and is shown as well.
func GiveBack(tx Tx, c *Conversation, eventType message.EventType, actor Staff, target string, reason message.Reason, work WorkChange) error {
	s := &c.Session
	prior := s.Status
	left := s.Agent
	if err := s.Move(Waiting, GivenBack, tx.Now()); err != nil {
		return err
	}
	s.Agent = message.UserID{}
	if !work.Queue.IsZero() {
		s.Queue = work.Queue
	}
	work.State = WorkWaiting
	if err := tx.Work(s, work); err != nil {
		return err
	}
	if err := event(tx, c, message.Event{Type: eventType, Actor: actor.Name, Target: target, Reason: reason.Text, Why: reason.Said()}, message.AuthorSystem, actor); err != nil {
		return err
	}
	if c.drawsOwnWindow() {
		if err := removed(tx, c, left); err != nil {
			return err
		}
	}
	return save(tx, c, prior)
}

// SetAside makes an active session inactive: "no customer response", so the customer must have been
// written to (SL-2). It ends by itself later.
func SetAside(tx Tx, c *Conversation, by Staff) error {
	s := &c.Session
	prior := s.Status
	if prior == Active && s.AgentMessages == 0 {
		return fault.New(fault.UnlawfulState, "The customer has not been written to yet: answer first.").With("status", string(prior))
	}
	if err := s.Move(Inactive, SetInactive, tx.Now()); err != nil {
		return err
	}
	if err := tx.Work(s, WorkChange{State: WorkInactive}); err != nil {
		return err
	}
	if err := tx.SetTimer(TimerInactiveEnds, s.ID.String(), tx.Now().Add(InactiveEnds)); err != nil {
		return err
	}
	if err := statusEvent(tx, c, prior, by.Name); err != nil {
		return err
	}
	return save(tx, c, prior)
}

// End closes the open session. by is agent, customer or system; cause must be the one that goes with it.
func End(tx Tx, c *Conversation, cause Cause, by string, actor Staff, reason message.Reason) error {
	s := &c.Session
	prior := s.Status
	if err := s.Move(Ended, cause, tx.Now()); err != nil {
		return err
	}
	s.EndedBy, s.EndReason, s.LastActivityAt = by, reason.Text, tx.Now()
	if err := tx.Work(s, WorkChange{State: WorkGone}); err != nil {
		return err
	}
	for _, kind := range []string{TimerInactiveEnds, TimerNewEnds, TimerConsentEnds} {
		if prior == Inactive || prior == New || prior == Consent {
			if err := tx.ClearTimer(kind, s.ID.String()); err != nil {
				return err
			}
		}
	}
	author := message.AuthorSystem
	if by == "customer" {
		author = message.AuthorCustomer
	}
	if err := event(tx, c, message.Event{Type: message.EventSessionEnded, Actor: actor.Name, Reason: reason.Text, Why: reason.Said(), From: by}, author, actor); err != nil {
		return err
	}
	return save(tx, c, prior)
}

// save writes the session with its change row, and tells the customer's window a changed status.
func save(tx Tx, c *Conversation, prior Status) error {
	if err := tx.SaveSession(&c.Session); err != nil {
		return err
	}
	if err := tx.SaveConversation(c); err != nil {
		return err
	}
	if c.drawsOwnWindow() && c.Session.Status != prior {
		if err := customerEvent(tx, c, CustomerEvent{Type: CustomerSessionStatus, Detail: CustomerDetail{
			Session: c.Session.ID, Status: c.Session.Status, Prior: prior, EndedBy: c.Session.EndedBy}}); err != nil {
			return err
		}
	}
	return tx.SessionChanged(&c.Session)
}

func statusEvent(tx Tx, c *Conversation, prior Status, actor string) error {
	return event(tx, c, message.Event{Type: message.EventSessionStatus, Actor: actor, From: string(prior), To: string(c.Session.Status)}, message.AuthorSystem, Staff{})
}

// event appends an entry that tells what happened.
func event(tx Tx, c *Conversation, e message.Event, author message.AuthorType, actor Staff) error {
	now := tx.Now()
	return tx.AppendEntry(c, &Entry{
		ID: message.NewID[message.EntryID](), Conversation: c.ID, Session: c.Session.ID, Customer: c.Customer,
		Kind: message.KindEvent, Author: author, AuthorID: actor.ID, AuthorName: actor.Name,
		Content: message.Content{Event: &e}, Status: message.StatusDelivered, CreatedAt: now, Version: 1,
	})
}

func customerEvent(tx Tx, c *Conversation, e CustomerEvent) error {
	e.Customer, e.Conversation, e.At = c.Customer, c.ID, tx.Now()
	return tx.CustomerEvent(e)
}

// Received appends what a customer said. The session must have been taken care of by CustomerWrites, and
// moved is what that returned: the session isn't stored yet as it is now.
func Received(tx Tx, c *Conversation, e *Entry, moved bool) error {
	now := tx.Now()
	e.Conversation, e.Session, e.Customer = c.ID, c.Session.ID, c.Customer
	e.Author, e.AuthorID, e.Version = message.AuthorCustomer, c.Customer, 1
	if e.CreatedAt.IsZero() {
		e.CreatedAt = now
	}
	e.Status, e.DeliveredAt = message.StatusDelivered, now
	if err := tx.AppendEntry(c, e); err != nil {
		return err
	}
	c.Session.CustomerMessages++
	c.Session.LastActivityAt, c.Session.ModifiedAt = now, now
	save := tx.SaveActivity
	if moved {
		save = tx.SaveSession
	}
	if err := save(&c.Session); err != nil {
		return err
	}
	if !c.drawsOwnWindow() || !e.SeenByCustomer() {
		return nil
	}
	if err := customerEvent(tx, c, CustomerEvent{Type: CustomerMessage, EntrySeq: e.Seq}); err != nil {
		return err
	}
	if c.Session.Status != Active {
		return nil // delivered when an agent takes it
	}
	return customerEvent(tx, c, CustomerEvent{Type: CustomerDelivered, EntrySeq: e.Seq, Detail: CustomerDetail{Role: "Agent"}})
}
