package store

import (
	"context"
	"strconv"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/feed"
	"switchboard/internal/message"
)

// Change is one line of an organisation's change feed.
type Change = feed.Change

// Types of changes, by the names under which this package's methods write them.
const (
	EntryCreated        = feed.EntryCreated
	EntryUpdated        = feed.EntryUpdated
	SessionUpdated      = feed.SessionUpdated
	ConversationUpdated = feed.ConversationUpdated
	OfferCreated        = feed.OfferCreated
	OfferWithdrawn      = feed.OfferWithdrawn
	PresenceUpdated     = feed.PresenceUpdated
	QueueUpdated        = feed.QueueUpdated
	WorkUpdated         = feed.WorkUpdated
	AgentUpdated        = feed.AgentUpdated
	ChannelUpdated      = feed.ChannelUpdated
	RoutingUpdated      = feed.RoutingUpdated
)

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
		c.Conversation, c.Session, c.EntrySeq, c.Agent, c.Customer, c.Ref, tx.trace)
}

// Changes reads the feed after a number, in order, at most limit lines.
func (db *DB) Changes(ctx context.Context, org message.OrgID, after int64, limit int) ([]Change, error) {
	tx := db.reader(ctx, org)
	changes, err := list(tx, func(r row, c *Change) error {
		return r.Scan(&c.Seq, &c.At, text(&c.Type), &c.Conversation, &c.Session, &c.EntrySeq, &c.Agent, &c.Customer, &c.Ref, &c.Trace)
	}, `SELECT seq, at, type, conversation_id, session_id, entry_seq, agent_id, customer_id, ref_id, trace
		FROM change WHERE org_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`, org, after, limit)
	return changes, asFault(err)
}

// Head is the feed's newest place, and the oldest number that a reader may still ask for what follows
// it: everything after oldest is there.
func (db *DB) Head(ctx context.Context, org message.OrgID) (head feed.Cursor, oldest int64, err error) {
	for range 2 {
		var epoch string
		var first int64
		_, err = one(db.reader(ctx, org), []any{&epoch, &head.Seq, &first}, `SELECT
			(SELECT value FROM installation WHERE name = 'feed_epoch'),
			(SELECT MAX(seq) FROM change WHERE org_id = $1), (SELECT MIN(seq) FROM change WHERE org_id = $1)`, org)
		if err != nil {
			return feed.Cursor{}, 0, asFault(err)
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
			return feed.Cursor{}, 0, err
		}
	}
	return feed.Cursor{}, 0, fault.New(fault.Internal, "The feed has no epoch.")
}

// purgeChunk bounds how many lines one transaction of PurgeChanges removes.
const purgeChunk = 5000

// PurgeChanges removes the lines of every feed up to the last one older than before, except the
// newest of each organisation, which keeps its count. It leaves no holes, whatever the clocks of the
// nodes that wrote.
func (db *DB) PurgeChanges(ctx context.Context, before time.Time) (removed int64, err error) {
	for org := (message.OrgID{}); ; {
		// From one organisation to the next in the index: DISTINCT would read all lines.
		where, args := "", []any{}
		if !org.IsZero() {
			where, args = "WHERE org_id > $1 ", []any{org}
		}
		found, err := one(db.reader(ctx, org), []any{&org}, "SELECT org_id FROM change "+where+"ORDER BY org_id LIMIT 1", args...)
		if err != nil || !found {
			return removed, asFault(err)
		}
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
}
