package store

import (
	"strconv"

	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

const sessionColumns = `s.id, s.number, s.conversation_id, s.channel_id, s.channel_type, s.user_id, s.status, s.origin,
 s.agent_id, s.agent_type, s.queue_id, s.started_at, s.waiting_since, s.accepted_at, s.inactive_at, s.ended_at,
 s.last_activity_at, s.ended_by, s.end_reason, s.error_code, s.error_text, s.agent_messages, s.customer_messages,
 s.prechat_env, s.page_env, s.routing, s.flagged, s.flagged_at, s.flagged_by, s.transfer_env, s.error_count, s.error_at, s.modified_at, s.version`

// sessionTold holds the opened envelopes of a session until read puts them there.
type sessionTold struct{ prechat, page string }

// sessionDest is where sessionColumns go. told takes the opened envelopes.
func sessionDest(tx *Tx, s *conversation.Session, told *sessionTold) []any {
	return []any{&s.ID, &s.Number, &s.Conversation, &s.Channel, &s.ChannelType, &s.Customer, text(&s.Status), text(&s.Origin),
		&s.Agent, &s.AgentType, &s.Queue, &s.StartedAt, &s.WaitingSince, &s.AcceptedAt, &s.InactiveAt, &s.EndedAt,
		&s.LastActivityAt, &s.EndedBy, &s.EndReason, &s.ErrorCode, &s.ErrorText, &s.AgentMessages, &s.CustomerMessages,
		envelope{tx, &told.prechat}, envelope{tx, &told.page}, reasonColumn{&s.Routing}, &s.Flagged, &s.FlaggedAt, &s.FlaggedBy, transferColumn{tx, s}, &s.ErrorCount, &s.ErrorAt, &s.ModifiedAt, &s.Version}
}

// transferColumn scans a sealed transfer. One whose key was shredded is still one, without its words.
type transferColumn struct {
	tx *Tx
	to *conversation.Session
}

func (t transferColumn) Scan(src any) error {
	t.to.Transfer = nil
	if b, _ := src.([]byte); len(b) == 0 {
		return nil
	}
	var text string
	if err := (opened{t.tx, &text}).Scan(src); err != nil {
		return err
	}
	t.to.Transfer = &conversation.Transfer{}
	return readJSON(text, t.to.Transfer)
}

func (tx *Tx) sealTransfer(s *conversation.Session) []byte {
	if s.Transfer == nil {
		return nil
	}
	return tx.seal(s.Customer, asJSON(s.Transfer))
}

func (t sessionTold) read(s *conversation.Session) error {
	s.Prechat, s.PageValues = nil, nil
	if err := (jsonColumn{&s.Prechat}).Scan(t.prechat); err != nil {
		return err
	}
	return jsonColumn{&s.PageValues}.Scan(t.page)
}

// NextSessionNumber counts up for each organisation. On PostgreSQL it comes from a sequence of the
// organisation's own, so that new sessions don't wait for each other's commits; numbers may then be skipped.
func (tx *Tx) NextSessionNumber() (n int64, err error) {
	_, err = one(tx, []any{&n}, tx.db.dialect.nextNumber, tx.org)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "There is no such organisation.")
	}
	return n, err
}

// InsertSession makes it the latest of its conversation.
func (tx *Tx) InsertSession(s *conversation.Session) error {
	if err := tx.exec("UPDATE session SET latest = $3 WHERE org_id = $1 AND conversation_id = $2 AND latest", tx.org, s.Conversation, false); err != nil {
		return err
	}
	return tx.exec(`INSERT INTO session (org_id, id, number, conversation_id, channel_id, channel_type, user_id, status, latest, origin,
 agent_id, agent_type, queue_id, started_at, waiting_since, accepted_at, inactive_at, ended_at, last_activity_at, ended_by,
 end_reason, error_code, error_text, agent_messages, customer_messages, prechat_env, routing, flagged, modified_at, version)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30)`,
		tx.org, s.ID, s.Number, s.Conversation, s.Channel, s.ChannelType, s.Customer, string(s.Status), true, string(s.Origin),
		s.Agent, s.AgentType, s.Queue, us(s.StartedAt), us(s.WaitingSince), us(s.AcceptedAt), us(s.InactiveAt), us(s.EndedAt), us(s.LastActivityAt), s.EndedBy,
		s.EndReason, s.ErrorCode, s.ErrorText, s.AgentMessages, s.CustomerMessages, tx.sealFields(s, s.Prechat), reasonColumn{&s.Routing}, s.Flagged, us(s.ModifiedAt), s.Version)
}

func (tx *Tx) sealFields(s *conversation.Session, fields []message.Field) []byte {
	if len(fields) == 0 {
		return nil
	}
	return tx.seal(s.Customer, asJSON(fields))
}

// SavePageValues keeps what the customer's page says now. The caller holds the conversation's lock.
func (tx *Tx) SavePageValues(s *conversation.Session) error {
	s.Version++
	return tx.exec("UPDATE session SET page_env = $3, modified_at = $4, version = $5 WHERE org_id = $1 AND id = $2",
		tx.org, s.ID, tx.sealFields(s, s.PageValues), us(s.ModifiedAt), s.Version)
}

// SaveSession writes everything that may change. The caller holds the conversation's lock.
func (tx *Tx) SaveSession(s *conversation.Session) error {
	s.Version++
	return tx.exec(`UPDATE session SET status = $3, agent_id = $4, agent_type = $5, queue_id = $6, waiting_since = $7, accepted_at = $8,
 inactive_at = $9, ended_at = $10, last_activity_at = $11, ended_by = $12, end_reason = $13, error_code = $14, error_text = $15,
 agent_messages = $16, customer_messages = $17, routing = $18, flagged = $19, modified_at = $20, version = $21,
 flagged_at = $22, flagged_by = $23, transfer_env = $24, error_count = $25, error_at = $26
 WHERE org_id = $1 AND id = $2`,
		tx.org, s.ID, string(s.Status), s.Agent, s.AgentType, s.Queue, us(s.WaitingSince), us(s.AcceptedAt),
		us(s.InactiveAt), us(s.EndedAt), us(s.LastActivityAt), s.EndedBy, s.EndReason, s.ErrorCode, s.ErrorText,
		s.AgentMessages, s.CustomerMessages, reasonColumn{&s.Routing}, s.Flagged, us(s.ModifiedAt), s.Version,
		us(s.FlaggedAt), s.FlaggedBy, tx.sealTransfer(s), s.ErrorCount, us(s.ErrorAt))
}

// SaveActivity writes what a message moves. Of the indexes of sessions only those that lists are sorted by
// last activity by have to follow.
func (tx *Tx) SaveActivity(s *conversation.Session) error {
	s.Version++
	return tx.exec(`UPDATE session SET agent_messages = $3, customer_messages = $4, last_activity_at = $5, modified_at = $6, version = $7
 WHERE org_id = $1 AND id = $2`, tx.org, s.ID, s.AgentMessages, s.CustomerMessages, us(s.LastActivityAt), us(s.ModifiedAt), s.Version)
}

// SessionChanged writes the change row of a session.
func (tx *Tx) SessionChanged(s *conversation.Session) error {
	return tx.Change(Change{Type: "session.updated", Conversation: s.Conversation, Session: s.ID, Agent: s.Agent, Customer: s.Customer})
}

// SessionConversation finds the conversation that a session belongs to.
func (tx *Tx) SessionConversation(id message.SessionID) (c message.ConversationID, err error) {
	found, err := one(tx, []any{&c}, "SELECT conversation_id FROM session WHERE org_id = $1 AND id = $2", tx.org, id)
	return c, must(found, err, "session")
}

// textColumn scans into a named string type.
type textColumn[T ~string] struct{ to *T }

func text[T ~string](to *T) textColumn[T] { return textColumn[T]{to} }

func (t textColumn[T]) Scan(src any) error {
	switch v := src.(type) {
	case string:
		*t.to = T(v)
	case []byte:
		*t.to = T(v)
	case nil:
		*t.to = ""
	default:
		return strconv.ErrSyntax
	}
	return nil
}
