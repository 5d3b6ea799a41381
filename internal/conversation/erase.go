package conversation

import (
	"context"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// EraseTx is what deleting a session needs.
type EraseTx interface {
	Tx
	// SessionOf is a session of a conversation, open or not. fault.NotFound when it has none such.
	SessionOf(c message.ConversationID, id message.SessionID) (Session, error)
	// Outgoing reports whether a message of the session is still on its way.
	Outgoing(id message.SessionID) (bool, error)
	// EraseSession removes a session and the content of its entries, which keep their number and kind; its
	// files when nothing else in the conversation holds them; and the words by which it was found. The
	// conversation shows its session before, if there is one. It writes the change rows.
	EraseSession(c *Conversation, s *Session) error
}

// Eraser deletes sessions.
type Eraser struct {
	Write func(ctx context.Context, org message.OrgID, fn func(EraseTx) error) error
}

// Delete removes one session that is over, with all that was said in it (SL-3). The numbers of its entries
// stay taken, so that nobody who follows the conversation misses one. Refusals: unlawful_state while it is
// open, in_use while a message of it is on its way.
func (e *Eraser) Delete(ctx context.Context, org message.OrgID, id message.ConversationID, session message.SessionID) error {
	return e.Write(ctx, org, func(tx EraseTx) error {
		c, err := tx.Conversation(id)
		if err != nil {
			return err
		}
		s, err := tx.SessionOf(id, session)
		if err != nil {
			return err
		}
		if s.Status.Open() {
			return fault.New(fault.UnlawfulState, "Only a session that is over can be deleted. End it first.").With("status", string(s.Status))
		}
		outgoing, err := tx.Outgoing(session)
		if err != nil {
			return err
		}
		if outgoing {
			return fault.New(fault.InUse, "A message of this session is still on its way. Try again when it is sent or has failed.")
		}
		return tx.EraseSession(&c, &s)
	})
}
