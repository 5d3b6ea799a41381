package store

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// ChangeType names what a line of the change feed is about. The names are those of the realtime
// frames; work.*, agent.*, channel.* and routing.* are read by the dispatcher and never sent to a client.
type ChangeType string

// Types of changes, with the fields they set beside what is at hand.
const (
	EntryCreated        ChangeType = "entry.created"        // Conversation, Session, EntrySeq, Customer
	EntryUpdated        ChangeType = "entry.updated"        // the same
	SessionUpdated      ChangeType = "session.updated"      // Conversation, Session, Agent (who had or has it), Customer
	ConversationUpdated ChangeType = "conversation.updated" // Conversation; Agent when only one user is concerned (a read marker)
	OfferCreated        ChangeType = "offer.created"        // Ref is the offer, Agent who is offered it, Session, Conversation
	OfferWithdrawn      ChangeType = "offer.withdrawn"      // the same; also when it was taken, declined or ran out
	PresenceUpdated     ChangeType = "presence.updated"     // Agent
	QueueUpdated        ChangeType = "queue.updated"        // Ref is the queue
	WorkUpdated         ChangeType = "work.updated"         // Session
	AgentUpdated        ChangeType = "agent.updated"        // Agent: capacity, membership, rights
	ChannelUpdated      ChangeType = "channel.updated"      // Ref is the channel
	RoutingUpdated      ChangeType = "routing.updated"      // Ref is a routing configuration, a presence status …
)

// Change is one line of an organisation's change feed: ids and a number, never content. Seq is given
// by the feed: 1, 2, 3 … without gaps, in an order that agrees with the commits of each conversation.
type Change struct {
	Type         ChangeType
	Conversation message.ConversationID
	Session      message.SessionID
	EntrySeq     int64
	Agent        message.UserID
	Customer     message.CustomerID
	Ref          message.RowID // any other id, as Type says
	At           time.Time
	Seq          int64
}

// Change adds a line to the feed in this transaction and wakes its readers after the commit.
//
// Lines of one conversation get their numbers in the order of its entries: who appends holds the
// conversation's row until the commit, so on PostgreSQL the next writer draws its id of
// change_pending only after this one's commit, and no snapshot that shows the later line can miss the
// earlier (a transaction leaves the list of running ones before it releases its locks).
func (tx *Tx) Change(c Change) error {
	if c.At.IsZero() {
		c.At = tx.Now()
	}
	tx.Signal(message.WakeFeed(tx.org))
	return tx.exec(tx.db.dialect.insertChange, tx.org, us(c.At), string(c.Type),
		c.Conversation, c.Session, c.EntrySeq, c.Agent, c.Customer, c.Ref)
}

// Changes reads the feed after a number, in order, at most limit lines.
func (db *DB) Changes(ctx context.Context, org message.OrgID, after int64, limit int) ([]Change, error) {
	tx := db.reader(ctx, org)
	changes, err := list(tx, func(r row, c *Change) error {
		return r.Scan(&c.Seq, &c.At, (*string)(&c.Type), &c.Conversation, &c.Session, &c.EntrySeq, &c.Agent, &c.Customer, &c.Ref)
	}, `SELECT seq, at, type, conversation_id, session_id, entry_seq, agent_id, customer_id, ref_id
		FROM change WHERE org_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`, org, after, limit)
	return changes, asFault(err)
}

// Cursor is a place in a feed. Clients hold it as an opaque text. The epoch changes when a database is
// restored, so that a number from another history is not taken for one of this.
type Cursor struct{ Epoch, Seq int64 }

// String is the form that clients hold.
func (c Cursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(c.Epoch, 36) + "." + strconv.FormatInt(c.Seq, 36)))
}

// ParseCursor reads what String wrote.
func ParseCursor(s string) (Cursor, error) {
	refused := fault.New(fault.Malformed, "This cursor is not one of ours.")
	text, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return Cursor{}, refused
	}
	epoch, seq, ok := strings.Cut(string(text), ".")
	e, err1 := strconv.ParseInt(epoch, 36, 64)
	n, err2 := strconv.ParseInt(seq, 36, 64)
	if c := (Cursor{e, n}); ok && err1 == nil && err2 == nil && n >= 0 && c.String() == s {
		return c, nil
	}
	return Cursor{}, refused
}

// Head is the feed's newest place, and the oldest number that a reader may still ask for what follows
// it: everything after oldest is there.
func (db *DB) Head(ctx context.Context, org message.OrgID) (head Cursor, oldest int64, err error) {
	for range 2 {
		var epoch string
		var first int64
		_, err = one(db.reader(ctx, org), []any{&epoch, &head.Seq, &first}, `SELECT
			(SELECT value FROM installation WHERE name = 'feed_epoch'),
			(SELECT MAX(seq) FROM change WHERE org_id = $1), (SELECT MIN(seq) FROM change WHERE org_id = $1)`, org)
		if err != nil {
			return Cursor{}, 0, asFault(err)
		}
		if epoch != "" {
			head.Epoch, err = strconv.ParseInt(epoch, 10, 64)
			return head, max(first-1, 0), err
		}
		// The first reader of an installation begins its history.
		begun := strconv.FormatInt(time.Now().UnixMilli(), 10)
		if err = db.Write(ctx, message.OrgID{}, func(tx *Tx) error {
			return tx.exec("INSERT INTO installation (name, value) VALUES ('feed_epoch', $1) ON CONFLICT (name) DO NOTHING", begun)
		}); err != nil {
			return Cursor{}, 0, err
		}
	}
	return Cursor{}, 0, fault.New(fault.Internal, "The feed has no epoch.")
}

// purgeChunk bounds how many lines one transaction of PurgeChanges removes.
const purgeChunk = 5000

// PurgeChanges removes the lines of every feed up to the last one older than before, except the
// newest of each organisation, which keeps its count. It leaves no holes, whatever the clocks of the
// nodes that wrote.
func (db *DB) PurgeChanges(ctx context.Context, before time.Time) (removed int64, err error) {
	orgs, err := list(db.reader(ctx, message.OrgID{}), func(r row, org *message.OrgID) error { return r.Scan(org) },
		"SELECT DISTINCT org_id FROM change WHERE at < $1", us(before))
	if err != nil {
		return 0, asFault(err)
	}
	for _, org := range orgs {
		for {
			var oldest, keep int64
			_, err := one(db.reader(ctx, org), []any{&oldest, &keep}, `SELECT (SELECT MIN(seq) FROM change WHERE org_id = $1),
				COALESCE((SELECT seq FROM change WHERE org_id = $1 AND at >= $2 ORDER BY seq LIMIT 1), (SELECT MAX(seq) FROM change WHERE org_id = $1))`,
				org, us(before))
			if err != nil {
				return removed, asFault(err)
			}
			if oldest >= keep {
				break
			}
			var n int64
			err = db.Write(ctx, org, func(tx *Tx) error {
				n, err = tx.affected("DELETE FROM change WHERE org_id = $1 AND seq < $2", org, min(keep, oldest+purgeChunk))
				return err
			})
			if err != nil {
				return removed, err
			}
			removed += n
		}
	}
	return removed, nil
}
