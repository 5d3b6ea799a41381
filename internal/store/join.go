package store

import (
	"time"

	"switchboard/internal/customer"
	"switchboard/internal/message"
)

// joinedMax is how many conversations of a browser follow a customer who signs in.
const joinedMax = 50

// JoinCustomer gives what one person can still see of their conversations to another. See customer.Tx.
func (tx *Tx) JoinCustomer(from, to message.CustomerID, now time.Time) (moved []message.ConversationID, err error) {
	hidden, err := tx.quietSince(from, customer.UnverifiedHistory, now)
	if err != nil {
		return nil, err
	}
	moved, err = list(tx, func(r row, id *message.ConversationID) error { return r.Scan(id) }, `SELECT c.id FROM conversation c
 WHERE c.org_id = $1 AND c.user_id = $2 AND EXISTS (SELECT 1 FROM customer_event v WHERE v.org_id = c.org_id AND v.user_id = c.user_id AND v.seq > $4 AND v.conversation_id = c.id)
 AND NOT EXISTS (SELECT 1 FROM conversation o WHERE o.org_id = c.org_id AND o.channel_id = c.channel_id AND o.user_id = $3 AND o.thread_key = c.thread_key)
 ORDER BY c.id LIMIT $5`, tx.org, from, to, hidden, joinedMax)
	if err != nil || len(moved) == 0 {
		return nil, err
	}
	for _, c := range moved {
		for _, query := range []string{
			"UPDATE conversation SET user_id = $3, version = version + 1 WHERE org_id = $1 AND id = $4 AND user_id = $2",
			"UPDATE session SET user_id = $3, version = version + 1 WHERE org_id = $1 AND conversation_id = $4 AND user_id = $2",
			"UPDATE file SET customer_id = $3 WHERE org_id = $1 AND conversation_id = $4 AND customer_id = $2",
		} {
			if err := tx.exec(query, tx.org, from, to, c); err != nil {
				return nil, err
			}
		}
		if err := tx.ConversationChanged(c, message.UserID{}); err != nil {
			return nil, err
		}
	}
	return moved, tx.joinEvents(from, to, hidden, moved)
}

// joinEvents puts what can still be seen at the end of the other's stream, numbered on without gaps, and
// takes the conversations out of the one that they were in.
func (tx *Tx) joinEvents(from, to message.CustomerID, hidden int64, moved []message.ConversationID) error {
	a := tx.ids(tx.org, from, to, hidden)
	n, err := tx.affected(`INSERT INTO customer_event (org_id, user_id, seq, conversation_id, type, entry_seq, detail, at)
 SELECT v.org_id, u.id, u.event_seq + ROW_NUMBER() OVER (ORDER BY v.seq), v.conversation_id, v.type, v.entry_seq, v.detail, v.at
 FROM customer_event v JOIN messaging_user u ON u.org_id = v.org_id AND u.id = $3
 WHERE v.org_id = $1 AND v.user_id = $2 AND v.seq > $4 AND v.conversation_id `+in(&a, moved), a.args...)
	if err != nil {
		return err
	}
	if err := tx.exec("UPDATE messaging_user SET event_seq = event_seq + $3 WHERE org_id = $1 AND id = $2", tx.org, to, n); err != nil {
		return err
	}
	a = tx.ids(tx.org, from)
	if err := tx.exec("DELETE FROM customer_event WHERE org_id = $1 AND user_id = $2 AND conversation_id "+in(&a, moved), a.args...); err != nil {
		return err
	}
	tx.Signal(message.WakeCustomer(to))
	return nil
}

// LeaveCustomer ends how a person came in without signing in: their tokens and their device. Somebody of
// whom nothing is left is forgotten.
func (tx *Tx) LeaveCustomer(id message.CustomerID) error {
	if err := tx.exec("UPDATE customer_token SET revoked_at = $3 WHERE org_id = $1 AND user_id = $2 AND revoked_at IS NULL", tx.org, id, us(tx.Now())); err != nil {
		return err
	}
	tx.Signal(message.WakeCustomer(id))
	if err := tx.exec("DELETE FROM messaging_user_address WHERE org_id = $1 AND user_id = $2 AND kind = $3", tx.org, id, string(message.AddressDevice)); err != nil {
		return err
	}
	return tx.forgetPerson(id)
}
