package store

import (
	"context"
	"crypto/sha256"
	"time"

	"switchboard/internal/inbox"
	"switchboard/internal/message"
	"switchboard/internal/push"
	"switchboard/internal/resource"
	"switchboard/internal/staff"
)

// callAfter gathers what comes close together into one call, and lets a reader who is there read first.
const callAfter = time.Second

// callSoon makes the job that calls a user on their devices, if they have any. What happens before it runs
// becomes part of it.
func (tx *Tx) callSoon(c push.Cause) error {
	if c.User.IsZero() {
		return nil
	}
	now := tx.Now()
	return tx.exec(`INSERT INTO job (org_id, kind, key, due_at, attempts, payload, created_at)
 SELECT u.org_id, CAST($3 AS text), CAST($4 AS text), CAST($5 AS bigint), 0, CAST($6 AS text), CAST($7 AS bigint) FROM staff_user u
 WHERE u.org_id = $1 AND u.id = $2 AND EXISTS (SELECT 1 FROM push_subscription p WHERE p.org_id = u.org_id AND p.user_id = u.id)
 ON CONFLICT (org_id, kind, key) DO UPDATE SET due_at = CASE WHEN job.due_at < excluded.due_at THEN job.due_at ELSE excluded.due_at END,
 attempts = 0, payload = excluded.payload, created_at = excluded.created_at`,
		tx.org, c.User, push.Job, c.User.String()+":"+c.Kind+":"+c.Conversation.String(), us(now.Add(callAfter)), asJSON(c), us(now))
}

// SaveDevice keeps a device in place of what had its address, and the newest push.DevicesMax of its user's.
func (tx *Tx) SaveDevice(user message.UserID, d *push.Device) error {
	hash := sha256.Sum256([]byte(d.Target.Endpoint))
	if _, err := one(tx, []any{&d.ID}, `INSERT INTO push_subscription (org_id, user_id, id, target_key, target_env, device, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
 ON CONFLICT (org_id, target_key) DO UPDATE SET user_id = excluded.user_id, target_env = excluded.target_env, device = excluded.device RETURNING id`,
		tx.org, user, d.ID, hash[:], tx.seal(message.CustomerID{}, asJSON(d.Target)), d.Name, us(tx.Now())); err != nil {
		return err
	}
	return tx.exec(`DELETE FROM push_subscription WHERE org_id = $1 AND user_id = $2
 AND id < (SELECT id FROM push_subscription WHERE org_id = $1 AND user_id = $2 ORDER BY id DESC LIMIT 1 OFFSET $3)`, tx.org, user, push.DevicesMax-1)
}

// DropDevice forgets a device of a user.
func (tx *Tx) DropDevice(user message.UserID, id message.RowID) error {
	n, err := tx.affected("DELETE FROM push_subscription WHERE org_id = $1 AND user_id = $2 AND id = $3", tx.org, user, id)
	return must(n > 0, err, "device")
}

// DeviceCalled notes that a device was called.
func (tx *Tx) DeviceCalled(user message.UserID, id message.RowID) error {
	return tx.exec("UPDATE push_subscription SET used_at = $4 WHERE org_id = $1 AND user_id = $2 AND id = $3", tx.org, user, id, us(tx.Now()))
}

// ShowConnection notes whether the page behind a user's connection is looked at.
func (tx *Tx) ShowConnection(user message.UserID, connection message.RowID, visible bool) error {
	return tx.exec("UPDATE agent_connection SET visible = $4 WHERE org_id = $1 AND user_id = $2 AND id = $3", tx.org, user, connection, visible)
}

// Devices of a user with their addresses, the oldest first.
func (db *DB) Devices(ctx context.Context, org message.OrgID, user message.UserID) ([]push.Device, error) {
	tx := db.reader(ctx, org)
	found, err := list(tx, func(r row, d *push.Device) error {
		var target string
		if err := r.Scan(&d.ID, &d.Name, envelope{tx, &target}); err != nil {
			return err
		}
		return jsonColumn{&d.Target}.Scan(target)
	}, "SELECT id, device, target_env FROM push_subscription WHERE org_id = $1 AND user_id = $2 ORDER BY id", org, user)
	return found, asFault(err)
}

// PushDevices are a user's devices as they are listed.
func (db *DB) PushDevices(ctx context.Context, org message.OrgID, user message.UserID) ([]resource.PushDevice, error) {
	found, err := list(db.reader(ctx, org), func(r row, d *resource.PushDevice) error {
		var used time.Time
		err := r.Scan(&d.ID, &d.Device, &d.CreatedAt, &used)
		d.CalledAt = timeOrNil(used)
		return err
	}, "SELECT id, device, created_at, used_at FROM push_subscription WHERE org_id = $1 AND user_id = $2 ORDER BY id DESC", org, user)
	return found, asFault(err)
}

// PushNews is what a cause means to its user now.
func (v *Views) PushNews(ctx context.Context, org message.OrgID, c push.Cause) (n push.News, err error) {
	tx := v.db.reader(ctx, org)
	if n.Preferences, _, err = v.db.Preferences(ctx, org, c.User); err != nil {
		return n, err
	}
	var permissions []string
	var kind string
	found, err := one(tx, []any{jsonColumn{&permissions}, &kind, &n.Watching}, `SELECT s.permissions, COALESCE(p.kind, 'offline'),
 EXISTS (SELECT 1 FROM agent_connection a WHERE a.org_id = u.org_id AND a.user_id = u.id AND a.visible)
 FROM staff_user u JOIN permission_set s ON s.org_id = u.org_id AND s.id = u.permission_set_id
 LEFT JOIN presence p ON p.org_id = u.org_id AND p.user_id = u.id WHERE u.org_id = $1 AND u.id = $2 AND u.active`, org, c.User)
	if err != nil || !found {
		return n, asFault(err)
	}
	n.Away = kind == "away" || kind == "offline"
	viewer := resource.Viewer{User: c.User}
	for _, p := range permissions {
		viewer.All = viewer.All || p == string(staff.ConversationReadAll)
	}
	sight, err := v.Sight(ctx, org, viewer)
	if err != nil {
		return n, err
	}
	switch c.Kind {
	case push.Offer:
		offers, err := v.OffersByID(ctx, org, []message.OfferID{message.OfferID(c.Ref)})
		o, open := offers[message.OfferID(c.Ref)]
		if err != nil || !open {
			return n, err
		}
		n.Still, n.Who, n.Text = true, o.Customer.Name, o.Preview
		if n.Who == "" {
			n.Who = o.Customer.Address
		}
		if o.ExpiresAt != nil {
			n.Until = *o.ExpiresAt
		}
	case push.Message:
		err = v.messageNews(ctx, org, c, sight, &n)
	case push.Mention:
		all, err := v.NotificationsByID(ctx, org, []message.RowID{c.Ref}, map[message.UserID]inbox.Sight{c.User: sight})
		one, there := all[c.Ref]
		if err != nil || !there || one.ReadAt != nil {
			return n, err
		}
		n.Still, n.Who, n.Text, n.Entry = true, one.Actor.Name, one.Preview, one.EntryID
	}
	return n, err
}

// messageNews is what a customer wrote, while the session is the user's and they have not read it.
func (v *Views) messageNews(ctx context.Context, org message.OrgID, c push.Cause, sight inbox.Sight, n *push.News) error {
	rows, err := v.Rows(ctx, org, []message.ConversationID{c.Conversation}, []message.UserID{c.User})
	row := rows[c.Conversation]
	if err != nil || row == nil || row.Reach.Agent != c.User || !sight.MayRead(row.Reach) || row.Markers[c.User].Seq >= c.Seq {
		return err
	}
	entries, err := v.EntriesOf(ctx, org, map[message.ConversationID][]int64{c.Conversation: {c.Seq}})
	if err != nil || len(entries) == 0 {
		return err
	}
	n.Still, n.Text, n.Entry = true, entries[0].Content.Preview(previewMax), entries[0].ID.String()
	if n.Who = row.Conversation.Customer.Name; n.Who == "" {
		n.Who = row.Conversation.Customer.Address
	}
	return nil
}
