package conversation

import (
	"context"
	"errors"
	"strconv"
	"time"

	"switchboard/internal/job"
	"switchboard/internal/message"
)

// JobForgetTests deletes what was played on a channel before it went to production; the key is the
// channel, the payload the time (microseconds) of that.
const JobForgetTests = "channel.forget_tests"

const (
	forgetFor   = 15 * time.Second // then others run
	forgetBatch = 50
)

// ForgetTx is what deleting whole conversations needs.
type ForgetTx interface {
	EraseTx
	// ConversationsBefore are some of a channel's conversations that began before a time.
	ConversationsBefore(c message.ChannelID, at time.Time, limit int) ([]message.ConversationID, error)
	// SessionsIn are all sessions of a conversation, the oldest first.
	SessionsIn(c message.ConversationID) ([]Session, error)
	// ForgetConversation removes a conversation whose sessions were erased, and its customer when they
	// have no other.
	ForgetConversation(c *Conversation) error
	SetJob(kind, key string, due time.Time, payload string) error
}

// ForgetTests is the handler of JobForgetTests: conversation after conversation, each in a transaction.
func ForgetTests(write func(context.Context, message.OrgID, func(ForgetTx) error) error) job.Handler {
	return func(ctx context.Context, j job.Job) error {
		channel, err := message.ParseID[message.ChannelID](j.Key)
		at, malformed := strconv.ParseInt(j.Payload, 10, 64)
		if err := errors.Join(err, malformed); err != nil {
			return errors.Join(job.ErrGiveUp, err)
		}
		for until := time.Now().Add(forgetFor); time.Now().Before(until); {
			var ids []message.ConversationID
			if err := write(ctx, j.Org, func(tx ForgetTx) (err error) {
				ids, err = tx.ConversationsBefore(channel, time.UnixMicro(at), forgetBatch)
				return err
			}); err != nil || len(ids) == 0 {
				return err
			}
			for _, id := range ids {
				if err := write(ctx, j.Org, func(tx ForgetTx) error { return forget(tx, id) }); err != nil {
					return err
				}
			}
		}
		return write(ctx, j.Org, func(tx ForgetTx) error { return tx.SetJob(j.Kind, j.Key, tx.Now(), j.Payload) })
	}
}

func forget(tx ForgetTx, id message.ConversationID) error {
	c, err := tx.Conversation(id)
	if err != nil {
		return err
	}
	if c.Session.Status.Open() {
		if err := End(tx, &c, RuleEnded, "system", Staff{}, message.Because("production", message.ReasonParams{}, "The channel went to production.")); err != nil {
			return err
		}
	}
	sessions, err := tx.SessionsIn(id)
	if err != nil {
		return err
	}
	for i := range sessions {
		if err := tx.EraseSession(&c, &sessions[i]); err != nil {
			return err
		}
	}
	return tx.ForgetConversation(&c)
}
