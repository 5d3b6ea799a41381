package conversation

import (
	"context"
	"errors"

	"switchboard/internal/fault"
	"switchboard/internal/job"
	"switchboard/internal/message"
)

// JobUnreachable puts a session into error whose customer can't be reached; the key is its id, the payload
// the delivery code. It is made in the transaction that settles the message.
const JobUnreachable = "session.unreachable"

// Hopeless reports whether a delivery code says that nothing will ever arrive at the address, so that a
// session which only holds such messages could not be created (SL-2).
func Hopeless(code string) bool { return fault.DeliveryCode(code) == fault.BadAddress }

// FailTx is what putting a session into error needs.
type FailTx interface {
	TimerTx
	// SessionBefore is the session of a conversation that came before another; a zero ID when none did.
	SessionBefore(c message.ConversationID, number int64) (Session, error)
	// FoldSession moves the entries of a session to an earlier one, which is the conversation's latest
	// then, and removes the row. It writes the change row.
	FoldSession(c *Conversation, from, to *Session) error
}

// Unreachable is the handler of JobUnreachable. A session that the business opened, and that nobody has
// answered, ends in error: there is nobody at this address. When the session before failed for the same
// cause it takes this one in, instead of adding one more.
func Unreachable(write func(context.Context, message.OrgID, func(FailTx) error) error) job.Handler {
	return func(ctx context.Context, j job.Job) error {
		id, err := message.ParseID[message.SessionID](j.Key)
		if err != nil {
			return errors.Join(job.ErrGiveUp, err)
		}
		return write(ctx, j.Org, func(tx FailTx) error {
			conv, err := tx.SessionConversation(id)
			if fault.CodeOf(err) == fault.NotFound {
				return nil // deleted meanwhile
			}
			if err != nil {
				return err
			}
			c, err := tx.Conversation(conv)
			if err != nil || c.Session.ID != id || c.Session.Status != New || c.Session.CustomerMessages > 0 {
				return err // it was answered, or is over
			}
			return failed(tx, &c, j.Payload, fault.DeliveryCode(j.Payload).Advice().Agent)
		})
	}
}

// failed puts the open session into error, and into the record of the same cause if that is there.
func failed(tx FailTx, c *Conversation, code, text string) error {
	s, now := &c.Session, tx.Now()
	why := message.Because("undelivered", message.ReasonParams{Delivery: code}, text)
	prior := s.Status
	if err := s.Move(Error, Failed, now); err != nil {
		return err
	}
	s.ErrorCode, s.ErrorText, s.ErrorCount, s.ErrorAt = code, text, 1, now
	s.EndedBy, s.EndReason, s.LastActivityAt = "system", text, now
	if err := tx.Work(s, WorkChange{State: WorkGone}); err != nil {
		return err
	}
	if err := tx.ClearTimer(TimerNewEnds, s.ID.String()); err != nil {
		return err
	}
	if err := event(tx, c, message.Event{Type: message.EventSessionStatus, From: string(prior), To: string(Error), Reason: text, Why: why.Said()}, message.AuthorSystem, Staff{}); err != nil {
		return err
	}
	before, err := tx.SessionBefore(c.ID, s.Number)
	if err != nil {
		return err
	}
	if before.Status != Error || before.ErrorCode != code {
		return save(tx, c, prior)
	}
	from := *s
	before.ErrorCount++
	before.ErrorAt, before.EndedAt, before.LastActivityAt, before.ModifiedAt = now, now, now, now
	before.Agent, before.AgentMessages = from.Agent, before.AgentMessages+from.AgentMessages
	if err := tx.FoldSession(c, &from, &before); err != nil {
		return err
	}
	c.Session = before
	return save(tx, c, Error)
}
