package conversation

import (
	"context"
	"strings"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/consent"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/privacy"
	"switchboard/internal/trace"
)

// sendDeadline is how long a message may wait in the outbox before it fails.
const sendDeadline = 24 * time.Hour

// Staff is who acts: a user, or a program with an API key (then Program is set and ID is the key's).
type Staff struct {
	ID         message.UserID
	Name       string
	Supervisor bool
	Program    bool
}

func (s Staff) author() message.AuthorType {
	if s.Supervisor {
		return message.AuthorSupervisor
	}
	return message.AuthorAgent
}

// Service is what staff do in conversations. Each method is one transaction.
type Service struct {
	Write func(ctx context.Context, org message.OrgID, fn func(Tx) error) error
	// Capabilities of a channel type and provider.
	Capabilities func(channelType, provider string) channel.Capabilities
	// Segments counts SMS segments of a text.
	Segments func(text string) int
	// Rules for sensitive data; nil for none.
	Rules *privacy.Rulebook
}

// Draft is a message as an agent wrote it.
type Draft struct {
	Text     string
	File     message.FileID
	Template *message.TemplateUse
	ReplyTo  message.EntryID
	// DraftVersion is that of the draft it was sent from, which goes with it; 0 for none.
	DraftVersion int64
	// QuickTexts that it was written with, for their use to be counted.
	QuickTexts []message.QuickTextID
	// ClientID makes the message once: the Idempotency-Key, or a client-made id.
	ClientID string

	masked []message.Masked
}

// Send stores an agent's message and puts it on its way. It returns the entry; posted again with the
// same ClientID it returns the first one. Refusals: no_open_session, not_assigned, those of
// consent.Check, and content that the channel can't carry.
func (s *Service) Send(ctx context.Context, org message.OrgID, by Staff, id message.ConversationID, d Draft) (sent Entry, err error) {
	ctx, span := trace.Start(ctx, "staff.send")
	defer func() { span.End(err) }()
	d.Text = strings.TrimRight(d.Text, " \n\t")
	if strings.TrimSpace(d.Text) == "" && d.File.IsZero() && d.Template == nil {
		return Entry{}, fault.Invalid("text", "There is nothing to send: write a text or add a file.")
	}
	if err := s.mask(ctx, org, by, &d); err != nil {
		return Entry{}, err
	}
	err = s.Write(ctx, org, func(tx Tx) error {
		c, err := tx.Conversation(id)
		if err != nil {
			return err
		}
		if d.ClientID != "" {
			if prior, found, err := tx.EntryByClientID(id, d.ClientID); err != nil || found {
				sent = prior
				return err
			}
		}
		if err := MayWrite(&c, by); err != nil {
			if facts, unread := tx.Policy(id); unread == nil && facts.Consent == consent.OptedOut {
				return consent.Check(facts, consent.Kind{}, tx.Now()) // to begin anew would be refused as well
			}
			return err
		}
		if sent, err = s.write(tx, &c, by, d, false); err != nil {
			return err
		}
		if len(d.QuickTexts) > 0 && !by.Program {
			if err := tx.QuickTextsUsed(by.ID, d.QuickTexts); err != nil {
				return err
			}
		}
		return sentFrom(tx, by, id, ModeReply, d.DraftVersion)
	})
	return sent, err
}

// MayWrite: only who has accepted the session writes in it; supervisors and programs may in any open one.
func MayWrite(c *Conversation, by Staff) error {
	session := c.Session
	if !session.Status.Open() {
		return fault.New(fault.NoOpenSession, "The last session has ended. Start a new one to write.")
	}
	if by.Program || by.Supervisor || session.Agent == by.ID {
		return nil
	}
	if session.Status == Consent {
		return fault.New(fault.NotAssigned, "The customer has sent nothing but consent keywords so far, or has not agreed yet. Wait until they write.")
	}
	if session.Status == Waiting {
		return fault.New(fault.NotAssigned, "This session is still waiting for an agent. Accept it to answer.")
	}
	return fault.New(fault.NotAssigned, "Another agent has this session.")
}

// write checks the policy and the channel, and appends one entry, or two where the channel carries
// text and file apart (CH-8). The first is returned.
// begun: its session is not stored yet as it is.
func (s *Service) write(tx Tx, c *Conversation, by Staff, d Draft, begun bool) (Entry, error) {
	caps := s.Capabilities(c.ChannelType, c.Provider)
	facts, err := tx.Policy(c.ID)
	if err != nil {
		return Entry{}, err
	}
	facts.WindowHours = caps.WindowHours
	now := tx.Now()
	if err := consent.Check(facts, consent.Kind{Template: d.Template != nil}, now); err != nil {
		return Entry{}, err
	}
	contents, err := s.contents(tx, c, by, caps, d)
	if err != nil {
		return Entry{}, err
	}
	for _, content := range contents {
		if err := consent.Check(facts, KindOf(content), now); err != nil {
			return Entry{}, err
		}
	}
	deadline := now.Add(sendDeadline)
	if ends := facts.WindowEnds(); d.Template == nil && !ends.IsZero() && ends.Before(deadline) {
		deadline = ends
	}
	var first Entry
	for i, content := range contents {
		e := Entry{
			ID: message.NewID[message.EntryID](), Conversation: c.ID, Session: c.Session.ID, Customer: c.Customer,
			Kind: message.KindMessage, Author: by.author(), AuthorID: by.ID, AuthorName: by.Name,
			Content: content, Status: message.StatusQueued, CreatedAt: now, Version: 1,
		}
		if i == 0 {
			e.ClientID, e.RefersTo = d.ClientID, d.ReplyTo
		}
		if c.drawsOwnWindow() {
			e.Settle(message.StatusSent, now)
		}
		if err := tx.AppendEntry(c, &e); err != nil {
			return Entry{}, err
		}
		if c.drawsOwnWindow() {
			err = customerEvent(tx, c, CustomerEvent{Type: CustomerMessage, EntrySeq: e.Seq})
		} else {
			err = tx.Enqueue(c, &e, ClassAgent, deadline)
		}
		if err != nil {
			return Entry{}, err
		}
		if i == 0 {
			first = e
		}
	}
	c.Session.AgentMessages += len(contents)
	c.Session.LastActivityAt, c.Session.ModifiedAt = now, now
	if !by.Program {
		c.LastAgent, c.LastAgentAt = by.ID, now
	}
	save := tx.SaveActivity
	if begun {
		save = tx.SaveSession
	}
	if err := save(&c.Session); err != nil {
		return Entry{}, err
	}
	return first, tx.SaveConversation(c)
}

// KindOf says what the policy cares about in a content.
func KindOf(content message.Content) consent.Kind {
	return consent.Kind{Template: content.Template != nil, Picture: content.File != nil && channel.IsPicture(content.File.Type)}
}

// contents is the draft as one or two things that the channel can carry.
func (s *Service) contents(tx Tx, c *Conversation, by Staff, caps channel.Capabilities, d Draft) ([]message.Content, error) {
	content := message.Content{Text: d.Text, Template: d.Template, Masked: d.masked}
	if !d.ReplyTo.IsZero() {
		if !caps.ReplyTo {
			return nil, fault.New(fault.CapabilityMissing, "This channel can't answer a given message.")
		}
		target, err := tx.Entry(d.ReplyTo)
		if err != nil {
			return nil, err
		}
		if target.Conversation != c.ID {
			return nil, fault.New(fault.NotFound, "There is no such entry in this conversation.")
		}
	}
	if !d.File.IsZero() {
		f, err := tx.BindFile(d.File, c.ID, message.RowID(by.ID))
		if err != nil {
			return nil, err
		}
		content.File = &f
	}
	if err := caps.Check(content, s.Segments); err != nil {
		return nil, err
	}
	if content.File != nil && content.Text != "" && !caps.TextWithFile {
		return []message.Content{{Text: content.Text, Masked: d.masked}, {File: content.File}}, nil
	}
	return []message.Content{content}, nil
}

// EndSession ends a session as an agent. Others than its agent need the supervisor's right.
func (s *Service) EndSession(ctx context.Context, org message.OrgID, by Staff, id message.ConversationID, session message.SessionID, reason string) (Session, error) {
	masked, err := cleaned(ctx, s.Rules, org, by, &reason)
	if err != nil {
		return Session{}, err
	}
	return s.onSession(ctx, org, by, id, session, func(tx Tx, c *Conversation) error {
		if err := tx.Masked(MaskedIn{Place: PlaceEvent, Conversation: c.ID}, masked); err != nil {
			return err
		}
		return End(tx, c, AgentEnded, "agent", by, message.Reason{Text: reason})
	})
}

// SetInactive sets an active session aside (SL-2).
func (s *Service) SetInactive(ctx context.Context, org message.OrgID, by Staff, id message.ConversationID, session message.SessionID) (Session, error) {
	return s.onSession(ctx, org, by, id, session, func(tx Tx, c *Conversation) error {
		return SetAside(tx, c, by)
	})
}

func (s *Service) onSession(ctx context.Context, org message.OrgID, by Staff, id message.ConversationID, session message.SessionID, do func(Tx, *Conversation) error) (out Session, err error) {
	err = s.Write(ctx, org, func(tx Tx) error {
		c, err := tx.Conversation(id)
		if err != nil {
			return err
		}
		if c.Session.ID != session {
			return fault.New(fault.UnlawfulState, "This session is over; a newer one has begun.")
		}
		if err := MayWrite(&c, by); err != nil {
			return err
		}
		if err := do(tx, &c); err != nil {
			return err
		}
		out = c.Session
		return nil
	})
	return out, err
}

// Retry puts a failed or possibly-sent message on its way again, before whatever else of the
// conversation still waits. The policy is asked afresh.
func (s *Service) Retry(ctx context.Context, org message.OrgID, by Staff, id message.ConversationID, entry message.EntryID) (out Entry, err error) {
	err = s.Write(ctx, org, func(tx Tx) error {
		c, err := tx.Conversation(id)
		if err != nil {
			return err
		}
		e, err := tx.Entry(entry)
		if err != nil {
			return err
		}
		if e.Conversation != id || e.Author == message.AuthorCustomer {
			return fault.New(fault.NotFound, "There is no such message in this conversation.")
		}
		if !e.ErasedAt.IsZero() {
			return fault.New(fault.UnlawfulState, "This message was deleted.")
		}
		if e.Status != message.StatusFailed && e.Status != message.StatusUnknown {
			return fault.New(fault.UnlawfulState, "Only a message that failed can be sent again.")
		}
		if err := MayWrite(&c, by); err != nil {
			return err
		}
		facts, err := tx.Policy(id)
		if err != nil {
			return err
		}
		facts.WindowHours = s.Capabilities(c.ChannelType, c.Provider).WindowHours
		now := tx.Now()
		if err := consent.Check(facts, KindOf(e.Content), now); err != nil {
			return err
		}
		// Back to queued is the one step down that a person may ask for; Advance never takes it.
		e.Status, e.ErrorCode, e.ErrorDetail, e.AttemptAt = message.StatusQueued, "", "", time.Time{}
		if err := tx.SaveEntry(&e); err != nil {
			return err
		}
		out = e
		return tx.Requeue(&c, &e, now.Add(sendDeadline))
	})
	return out, err
}

// MarkRead moves a user's own marker. It reports whether this was the session's agent reading
// something new of the customer's, so that the channel's receipt may go out once.
func (s *Service) MarkRead(ctx context.Context, org message.OrgID, by Staff, id message.ConversationID, seq int64) (receipt bool, err error) {
	err = s.Write(ctx, org, func(tx Tx) error {
		receipt = false
		c, err := tx.Conversation(id)
		if err != nil {
			return err
		}
		before, err := tx.ReadMarker(by.ID, id)
		if err != nil {
			return err
		}
		moved, err := tx.SetReadMarker(by.ID, id, min(seq, c.LastSeq))
		if err != nil || !moved {
			return err
		}
		receipt = c.Session.Agent == by.ID && before < c.CustomerSeq && seq >= c.CustomerSeq
		if receipt && c.drawsOwnWindow() {
			if err := customerEvent(tx, &c, CustomerEvent{Type: CustomerRead, EntrySeq: c.CustomerSeq, Detail: CustomerDetail{Role: "Agent", Name: by.Name}}); err != nil {
				return err
			}
		}
		return tx.ConversationChanged(id, by.ID)
	})
	return receipt, err
}
