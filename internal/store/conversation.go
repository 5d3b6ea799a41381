package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"switchboard/internal/consent"
	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/inbox"
	"switchboard/internal/message"
)

// previewMax is how many characters of the last entry lists show.
const previewMax = 140

const conversationSelect = `SELECT c.id, c.channel_id, ch.type, ch.provider, c.user_id, c.thread_key, c.last_seq, c.customer_seq, c.customer_at,
 c.last_agent_id, c.last_agent_at, c.last_activity_at, c.created_at, c.closed_at, c.version, `

const conversationFrom = ` FROM conversation c
 JOIN channel ch ON ch.org_id = c.org_id AND ch.id = c.channel_id
 LEFT JOIN session s ON s.org_id = c.org_id AND s.id = c.session_id `

func (tx *Tx) conversationWhere(where string, args ...any) (c conversation.Conversation, found bool, err error) {
	return tx.lockedHead(where, args, "", nil)
}

// lockedHead locks the conversation, and reads it with its latest session, and more columns (with arguments
// of their own, which stand behind the others) into more destinations.
func (tx *Tx) lockedHead(where string, args []any, more string, into []any, moreArgs ...any) (c conversation.Conversation, found bool, err error) {
	lock := tx.db.dialect.forUpdate
	for {
		// A statement of its own: after waiting for the lock, the next one sees what the session has
		// become. In one joined statement it would see it as it was before the wait.
		locked := int64(1)
		if lock != "" {
			if err := tx.counted(&locked, "SELECT c.id FROM conversation c "+where+lock, slices.Clone(args)...); err != nil {
				return c, false, err
			}
		}
		c, found, err = tx.head(more, into, where, slices.Concat(args, moreArgs)...)
		if err != nil || !found || locked > 0 {
			return c, found, err
		}
		// Somebody committed it between the two statements: it is there, and not locked yet.
	}
}

func (tx *Tx) headWhere(where string, args ...any) (c conversation.Conversation, found bool, err error) {
	return tx.head("", nil, where, args...)
}

func (tx *Tx) head(more string, into []any, where string, args ...any) (c conversation.Conversation, found bool, err error) {
	var told sessionTold
	dest := []any{&c.ID, &c.Channel, &c.ChannelType, &c.Provider, &c.Customer, &c.ThreadKey, &c.LastSeq, &c.CustomerSeq, &c.CustomerAt,
		&c.LastAgent, &c.LastAgentAt, &c.LastActivityAt, &c.CreatedAt, &c.ClosedAt, &c.Version}
	found, err = one(tx, append(append(dest, sessionDest(tx, &c.Session, &told)...), into...),
		conversationSelect+sessionColumns+more+conversationFrom+where, args...)
	if err != nil || !found {
		return c, found, err
	}
	return c, true, told.read(&c.Session)
}

// Conversation with its latest session; the conversation's row is locked, and stands for its session's
// too: nobody changes a session without it.
func (tx *Tx) Conversation(id message.ConversationID) (conversation.Conversation, error) {
	c, found, err := tx.conversationWhere("WHERE c.org_id = $1 AND c.id = $2", tx.org, id)
	return c, must(found, err, "conversation")
}

// ConversationByThread finds a customer's conversation by its thread key.
func (tx *Tx) ConversationByThread(channel message.ChannelID, customer message.CustomerID, thread string) (conversation.Conversation, bool, error) {
	return tx.conversationWhere("WHERE c.org_id = $1 AND c.channel_id = $2 AND c.user_id = $3 AND c.thread_key = $4", tx.org, channel, customer, thread)
}

// EnsureConversation finds or makes the conversation of a customer's thread, and locks it. Of two
// transactions that make the same one, the second waits for the first and gets its row.
func (tx *Tx) EnsureConversation(channel message.ChannelID, customer message.CustomerID, thread string) (c conversation.Conversation, created bool, err error) {
	c, found, err := tx.ConversationByThread(channel, customer, thread)
	if err != nil || found {
		return c, false, err
	}
	now := tx.Now()
	id := message.NewID[message.ConversationID]()
	n, err := tx.affected(`INSERT INTO conversation (org_id, id, channel_id, user_id, thread_key, last_seq, customer_seq, last_activity_at, created_at, version)
 VALUES ($1, $2, $3, $4, $5, 0, 0, $6, $6, 1) ON CONFLICT (org_id, channel_id, user_id, thread_key) DO NOTHING`,
		tx.org, id, channel, customer, thread, us(now))
	if err != nil {
		return c, false, err
	}
	c, found, err = tx.ConversationByThread(channel, customer, thread)
	if err == nil && !found {
		err = errors.New("a conversation vanished while it was made")
	}
	if err == nil && n == 1 {
		err = tx.indexCustomer(customer)
	}
	return c, n == 1, err
}

// SaveConversation writes who answered last and whether the customer closed it; the head's numbering
// is AppendEntry's.
func (tx *Tx) SaveConversation(c *conversation.Conversation) error {
	c.Version++
	return tx.exec(`UPDATE conversation SET session_id = $3, last_agent_id = $4, last_agent_at = $5, closed_at = $6, version = version + 1
 WHERE org_id = $1 AND id = $2`, tx.org, c.ID, c.Session.ID, c.LastAgent, us(c.LastAgentAt), us(c.ClosedAt))
}

// ConversationChanged writes a change row for lists, with the user it concerns or none.
func (tx *Tx) ConversationChanged(c message.ConversationID, only message.UserID) error {
	return tx.Change(Change{Type: "conversation.updated", Conversation: c, Agent: only})
}

// customersMessage are the entries (e) that conversation.customer_count counts.
const customersMessage = "e.author_type = 'customer' AND e.kind = 'message' AND e.erased_at IS NULL"

// ReadMarker is how far a user has read.
func (tx *Tx) ReadMarker(user message.UserID, c message.ConversationID) (seq int64, err error) {
	_, err = one(tx, []any{&seq}, "SELECT seq FROM read_marker WHERE org_id = $1 AND conversation_id = $2 AND user_id = $3", tx.org, c, user)
	return seq, err
}

// SetReadMarker moves a user's marker forward, never back. What comes after it is counted as far as unread
// messages are.
func (tx *Tx) SetReadMarker(user message.UserID, c message.ConversationID, seq int64) (moved bool, err error) {
	n, err := tx.affected(`INSERT INTO read_marker (org_id, conversation_id, user_id, seq, customer_count)
 SELECT c.org_id, c.id, $3, $4, c.customer_count - (SELECT count(*) FROM (SELECT 1 AS one FROM entry e
  WHERE e.org_id = c.org_id AND e.conversation_id = c.id AND e.seq > $4 AND `+customersMessage+` LIMIT $5) unread)
 FROM conversation c WHERE c.org_id = $1 AND c.id = $2
 ON CONFLICT (org_id, conversation_id, user_id) DO UPDATE SET seq = excluded.seq, customer_count = excluded.customer_count WHERE read_marker.seq < excluded.seq`,
		tx.org, c, user, seq, inbox.UnreadMax)
	return n > 0, err
}

// Policy is what consent.Check needs to know of a conversation.
func (tx *Tx) Policy(c message.ConversationID) (f consent.Facts, err error) {
	var from sender
	var id message.ChannelID
	dest := append([]any{text(&f.Consent), text(&f.Required), &f.ChannelActive, &f.CustomerAt, &id, envelope{tx, &from.customer}}, from.dest()...)
	found, err := one(tx, dest, `SELECT u.consent, ch.required_consent, ch.active, c.customer_at, ch.id,
 (SELECT a.address_env FROM messaging_user_address a WHERE a.org_id = c.org_id AND a.user_id = c.user_id AND a.kind = 'phone' ORDER BY a.position LIMIT 1),
 `+senderColumns+` FROM conversation c
 JOIN messaging_user u ON u.org_id = c.org_id AND u.id = c.user_id
 JOIN channel ch ON ch.org_id = c.org_id AND ch.id = c.channel_id
 LEFT JOIN session s ON s.org_id = c.org_id AND s.id = c.session_id
 WHERE c.org_id = $1 AND c.id = $2`, tx.org, c)
	if err := must(found, err, "conversation"); err != nil {
		return f, err
	}
	if f.Line = from.line(); f.Line == nil {
		return f, nil
	}
	return f, tx.fillLines(tx.Now(), []ruled{{id, f.Line}})
}

// SetTimer makes or moves the one timer of this kind and key.
func (tx *Tx) SetTimer(kind, key string, due time.Time) error {
	return tx.SetJob(kind, key, due, "")
}

// ClearTimer removes it; one that is running is removed too and does not come back.
func (tx *Tx) ClearTimer(kind, key string) error {
	return tx.exec("DELETE FROM job WHERE org_id = $1 AND kind = $2 AND key = $3", tx.org, kind, key)
}

// BindFile ties an uploaded file to a conversation, so that it is kept. A file of another conversation
// is none: it was shared there, not here; nor is an upload of somebody else's, who may not want it sent.
func (tx *Tx) BindFile(id message.FileID, c message.ConversationID, by message.RowID) (f message.File, err error) {
	found, err := one(tx, []any{&f.ID, envelope{tx, &f.Name}, &f.Type, &f.Size, &f.Width, &f.Height},
		`UPDATE file SET conversation_id = COALESCE(conversation_id, $3) WHERE org_id = $1 AND id = $2 AND (conversation_id = $3 OR conversation_id IS NULL AND COALESCE(user_id, customer_id) IS NOT DISTINCT FROM $4)
 RETURNING id, name_env, type, size, width, height`, tx.org, id, c, by)
	if err == nil && !found {
		err = fault.Invalid("file_id", "There is no such file. Upload it again.")
	}
	return f, err
}

// Sender tells about a channel that a user wants to write from.
func (tx *Tx) Sender(c message.ChannelID, user message.UserID) (s conversation.Sender, err error) {
	found, err := one(tx, []any{&s.ChannelType, &s.Provider, &s.Address, text(&s.Required), &s.Queue, &s.Member}, `SELECT ch.type, ch.provider, ch.address, ch.required_consent, ch.queue_id,
 EXISTS (SELECT 1 FROM queue_member m WHERE m.org_id = ch.org_id AND m.queue_id = ch.queue_id AND m.user_id = $3)
 FROM channel ch WHERE ch.org_id = $1 AND ch.id = $2`, tx.org, c, user)
	return s, must(found, err, "channel")
}

// ConversationHead is a conversation with its latest session, as it was committed last; nothing is locked.
func (db *DB) ConversationHead(ctx context.Context, org message.OrgID, id message.ConversationID) (c conversation.Conversation, err error) {
	c, found, err := db.reader(ctx, org).headWhere("WHERE c.org_id = $1 AND c.id = $2", org, id)
	return c, must(found, asFault(err), "conversation")
}
