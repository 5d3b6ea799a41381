package store

import (
	"switchboard/internal/conversation"
	"switchboard/internal/message"
	"switchboard/internal/push"
)

// lastEntry is what conversation.last_entry holds: the newest line without its text.
type lastEntry struct {
	Seq        int64              `json:"seq"`
	Kind       message.EntryKind  `json:"kind"`
	AuthorType message.AuthorType `json:"author"`
	AuthorID   string             `json:"author_id,omitempty"`
	Status     message.Status     `json:"status"`
	At         int64              `json:"at"`
}

// AppendEntry gives the entry its number and keeps it. The UPDATE of the conversation's row is what
// makes numbers gapless and ordered by commit: it is held until the end of the transaction.
func (tx *Tx) AppendEntry(c *conversation.Conversation, e *conversation.Entry) error {
	// The row is locked since it was loaded, so its number can be counted here.
	c.LastSeq++
	e.Seq = c.LastSeq
	c.LastActivityAt = e.CreatedAt
	if customers(e) {
		c.CustomerSeq = e.Seq
		said := e.CreatedAt
		if !e.SentAt.IsZero() && e.SentAt.Before(said) {
			said = e.SentAt
		}
		if said.After(c.CustomerAt) { // an older message may come later
			c.CustomerAt = said
		}
	}
	if err := tx.moveHead(c, e); err != nil {
		return err
	}
	var authorID any
	if e.AuthorID != [16]byte{} {
		authorID = message.RowID(e.AuthorID)
	}
	err := tx.exec(`INSERT INTO entry (org_id, conversation_id, seq, id, session_id, kind, author_type, author_id, author_env, content_env,
 status, error_code, error_detail, provider_id, client_id, refers_to, created_at, sent_at, delivered_at, read_at, version)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
		tx.org, e.Conversation, e.Seq, e.ID, e.Session, string(e.Kind), string(e.Author), authorID, tx.seal(e.Customer, e.AuthorName),
		tx.seal(e.Customer, asJSON(e.Content)), string(e.Status), e.ErrorCode, e.ErrorDetail, e.ProviderID, e.ClientID, e.RefersTo,
		us(e.CreatedAt), us(e.SentAt), us(e.DeliveredAt), us(e.ReadAt), e.Version)
	if err != nil {
		return err
	}
	if err := tx.indexEntry(e, 0); err != nil {
		return err
	}
	if err := tx.Masked(conversation.MaskedIn{Place: conversation.Place(e.Kind), Conversation: c.ID, EntrySeq: e.Seq}, e.Content.Masked); err != nil {
		return err
	}
	tx.sawEntry(c, e)
	if customers(e) {
		if err := tx.callSoon(push.Cause{User: c.Session.Agent, Kind: push.Message, Conversation: c.ID, Seq: e.Seq}); err != nil {
			return err
		}
	}
	return tx.Change(Change{Type: "entry.created", Conversation: c.ID, Session: e.Session, EntrySeq: e.Seq, Agent: c.Session.Agent, Customer: c.Customer})
}

// customers are the messages that can be unread: those of customersMessage.
func customers(e *conversation.Entry) bool {
	return e.Author == message.AuthorCustomer && e.Kind == message.KindMessage
}

// moveHead writes the conversation's head. Events and notes count and move time, but lists go on
// showing the last thing that somebody said.
func (tx *Tx) moveHead(c *conversation.Conversation, e *conversation.Entry) error {
	if e.Kind != message.KindMessage && e.Kind != message.KindReaction {
		return tx.exec(`UPDATE conversation SET last_seq = $3, session_id = $4, version = version + 1 WHERE org_id = $1 AND id = $2`,
			tx.org, c.ID, c.LastSeq, c.Session.ID)
	}
	said := 0 // messages of the customer
	if customers(e) {
		said = 1
	}
	last := lastEntry{Seq: e.Seq, Kind: e.Kind, AuthorType: e.Author, Status: e.Status, At: e.CreatedAt.UnixMicro()}
	if e.AuthorID != [16]byte{} {
		last.AuthorID = message.RowID(e.AuthorID).String()
	}
	return tx.exec(`UPDATE conversation SET last_seq = $3, session_id = $4, customer_seq = $5, customer_at = $6, last_activity_at = $7,
 last_entry = $8, last_preview_env = $9, customer_count = customer_count + $10, version = version + 1 WHERE org_id = $1 AND id = $2`,
		tx.org, c.ID, c.LastSeq, c.Session.ID, c.CustomerSeq, us(c.CustomerAt), us(c.LastActivityAt),
		asJSON(last), tx.seal(c.Customer, e.Content.Preview(previewMax)), said)
}

const entrySelect = `SELECT e.id, e.conversation_id, e.session_id, c.user_id, e.seq, e.kind, e.author_type, e.author_id, e.author_env, e.content_env,
 e.status, e.error_code, e.error_detail, e.provider_id, e.client_id, e.refers_to, e.created_at, e.sent_at, e.delivered_at, e.read_at, e.attempt_at, e.erased_at, e.version
 FROM entry e JOIN conversation c ON c.org_id = e.org_id AND c.id = e.conversation_id `

func (tx *Tx) entryWhere(where string, args ...any) (e conversation.Entry, found bool, err error) {
	var content string
	var author message.RowID
	found, err = one(tx, []any{&e.ID, &e.Conversation, &e.Session, &e.Customer, &e.Seq, text(&e.Kind), text(&e.Author), &author, envelope{tx, &e.AuthorName},
		envelope{tx, &content}, text(&e.Status), &e.ErrorCode, &e.ErrorDetail, &e.ProviderID, &e.ClientID, &e.RefersTo,
		&e.CreatedAt, &e.SentAt, &e.DeliveredAt, &e.ReadAt, &e.AttemptAt, &e.ErasedAt, &e.Version}, entrySelect+where, args...)
	if err != nil || !found {
		return e, found, err
	}
	e.AuthorID = author
	return e, true, jsonColumn{&e.Content}.Scan(content)
}

// Entry by id, locked.
func (tx *Tx) Entry(id message.EntryID) (conversation.Entry, error) {
	e, found, err := tx.entryWhere("WHERE e.org_id = $1 AND e.id = $2"+tx.lockOf("e"), tx.org, id)
	return e, must(found, err, "entry")
}

// EntryBySeq by its number, locked.
func (tx *Tx) EntryBySeq(c message.ConversationID, seq int64) (conversation.Entry, error) {
	e, found, err := tx.entryWhere("WHERE e.org_id = $1 AND e.conversation_id = $2 AND e.seq = $3"+tx.lockOf("e"), tx.org, c, seq)
	return e, must(found, err, "entry")
}

// EntryByClientID finds the entry that was posted with this key. The caller holds the conversation's
// lock, so that what isn't there now doesn't come before its commit.
func (tx *Tx) EntryByClientID(c message.ConversationID, clientID string) (conversation.Entry, bool, error) {
	return tx.entryWhere("WHERE e.org_id = $1 AND e.conversation_id = $2 AND e.client_id = $3", tx.org, c, clientID)
}

func (tx *Tx) lockOf(alias string) string {
	if tx.db.dialect.forUpdate == "" {
		return ""
	}
	return tx.db.dialect.forUpdate + " OF " + alias
}

// SaveEntry writes what may change of an entry, and its change row. When it is the line that lists
// show, the conversation's head follows.
func (tx *Tx) SaveEntry(e *conversation.Entry) error {
	e.Version++
	err := tx.exec(`UPDATE entry SET status = $4, error_code = $5, error_detail = $6, provider_id = $7, sent_at = $8, delivered_at = $9,
 read_at = $10, attempt_at = $11, version = $12 WHERE org_id = $1 AND conversation_id = $2 AND seq = $3`,
		tx.org, e.Conversation, e.Seq, string(e.Status), e.ErrorCode, e.ErrorDetail, e.ProviderID, us(e.SentAt), us(e.DeliveredAt),
		us(e.ReadAt), us(e.AttemptAt), e.Version)
	if err != nil {
		return err
	}
	return tx.Change(Change{Type: "entry.updated", Conversation: e.Conversation, Session: e.Session, EntrySeq: e.Seq, Customer: e.Customer})
}

// SaveContent replaces an entry's content with what a later step found out about it: a fetched file.
// It never rewrites what was said.
func (tx *Tx) SaveContent(e *conversation.Entry) error {
	err := tx.exec("UPDATE entry SET content_env = $4 WHERE org_id = $1 AND conversation_id = $2 AND seq = $3 AND erased_at IS NULL",
		tx.org, e.Conversation, e.Seq, tx.seal(e.Customer, asJSON(e.Content)))
	if err != nil {
		return err
	}
	if err := tx.indexEntry(e, docAgain); err != nil {
		return err
	}
	return tx.SaveEntry(e)
}
