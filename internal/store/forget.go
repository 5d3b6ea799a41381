package store

import (
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/message"
	"switchboard/internal/search"
)

// OutboxWaits reports whether anything of a channel is on its way.
func (tx *Tx) OutboxWaits(c message.ChannelID) (found bool, err error) {
	var n int
	return one(tx, []any{&n}, "SELECT 1 FROM outbox WHERE channel_id = $1 LIMIT 1", c)
}

// ConversationsBefore are some of a channel's conversations that began before a time.
func (tx *Tx) ConversationsBefore(c message.ChannelID, at time.Time, limit int) ([]message.ConversationID, error) {
	return list(tx, func(r row, id *message.ConversationID) error { return r.Scan(id) },
		"SELECT id FROM conversation WHERE org_id = $1 AND channel_id = $2 AND created_at < $3 LIMIT $4", tx.org, c, us(at), limit)
}

// SessionsIn are all sessions of a conversation, the oldest first.
func (tx *Tx) SessionsIn(c message.ConversationID) ([]conversation.Session, error) {
	return list(tx, func(r row, s *conversation.Session) error {
		var told sessionTold
		if err := r.Scan(sessionDest(tx, s, &told)...); err != nil {
			return err
		}
		return told.read(s)
	}, "SELECT "+sessionColumns+" FROM session s WHERE s.org_id = $1 AND s.conversation_id = $2 ORDER BY s.number", tx.org, c)
}

// ForgetConversation removes a conversation whose sessions were erased. See conversation.ForgetTx.
func (tx *Tx) ForgetConversation(c *conversation.Conversation) error {
	for _, rows := range []string{"entry", "read_marker", "draft", "draft_file", "notification", "customer_event", "outbox"} {
		if err := tx.exec("DELETE FROM "+rows+" WHERE org_id = $1 AND conversation_id = $2", tx.org, c.ID); err != nil {
			return err
		}
	}
	if err := tx.exec("DELETE FROM conversation WHERE org_id = $1 AND id = $2", tx.org, c.ID); err != nil {
		return err
	}
	return tx.forgetPerson(c.Customer)
}

// forgetPerson removes somebody of whom no conversation is left.
func (tx *Tx) forgetPerson(id message.CustomerID) error {
	var another bool
	if _, err := one(tx, []any{&another}, "SELECT EXISTS (SELECT 1 FROM conversation WHERE org_id = $1 AND user_id = $2)", tx.org, id); err != nil || another {
		return err
	}
	// As a person they are found by their name and addresses no more.
	if _, err := tx.holdIndex(); err != nil {
		return err
	}
	known, err := tx.personText(id)
	if err != nil {
		return err
	}
	if err := tx.exec("DELETE FROM search_tail WHERE org_id = $1 AND id = $2", tx.org, id); err != nil {
		return err
	}
	if err := tx.unindexFolded(subject(id), 0, search.Distinct(known)); err != nil {
		return err
	}
	for _, rows := range []string{"messaging_user_address", "customer_token", "customer_event", "reached", "consent_event", "consent_answer"} {
		if err := tx.exec("DELETE FROM "+rows+" WHERE org_id = $1 AND user_id = $2", tx.org, id); err != nil {
			return err
		}
	}
	return tx.exec("DELETE FROM messaging_user WHERE org_id = $1 AND id = $2", tx.org, id)
}
