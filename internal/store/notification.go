package store

import (
	"context"

	"switchboard/internal/conversation"
	"switchboard/internal/feed"
	"switchboard/internal/inbox"
	"switchboard/internal/message"
	"switchboard/internal/push"
	"switchboard/internal/resource"
)

// Colleagues are the names of active users who have joined.
func (tx *Tx) Colleagues(wanted []message.UserID) (map[message.UserID]string, error) {
	names := map[message.UserID]string{}
	a := tx.ids(tx.org)
	err := tx.query(func(r row) error {
		var id message.UserID
		var name string
		err := r.Scan(&id, &name)
		names[id] = name
		return err
	}, "SELECT id, name FROM staff_user WHERE org_id = $1 AND active AND joined_at IS NOT NULL AND id "+in(&a, wanted), a.args...)
	return names, err
}

// colleaguesMax bounds how many colleagues a completion is given.
const colleaguesMax = 1000

// Colleagues are those who can be mentioned, by name.
func (db *DB) Colleagues(ctx context.Context, org message.OrgID) ([]resource.AgentRef, error) {
	found, err := list(db.reader(ctx, org), func(r row, a *resource.AgentRef) error { return r.Scan(&a.ID, &a.Name) },
		"SELECT id, name FROM staff_user WHERE org_id = $1 AND active AND joined_at IS NOT NULL ORDER BY name, id LIMIT $2", org, colleaguesMax)
	return found, asFault(err)
}

// Notify keeps a notification, and of the user's older ones the newest NotificationsMax.
func (tx *Tx) Notify(n conversation.Notification) error {
	if err := tx.exec(`INSERT INTO notification (org_id, user_id, id, kind, conversation_id, entry_seq, actor_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		tx.org, n.User, n.ID, n.Kind, n.Conversation, n.EntrySeq, n.Actor, us(n.CreatedAt)); err != nil {
		return err
	}
	if err := tx.exec(`DELETE FROM notification WHERE org_id = $1 AND user_id = $2
 AND id < (SELECT id FROM notification WHERE org_id = $1 AND user_id = $2 ORDER BY id DESC LIMIT 1 OFFSET $3)`,
		tx.org, n.User, conversation.NotificationsMax-1); err != nil {
		return err
	}
	if err := tx.callSoon(push.Cause{User: n.User, Kind: push.Mention, Conversation: n.Conversation, Seq: n.EntrySeq, Ref: n.ID}); err != nil {
		return err
	}
	return tx.Change(Change{Type: feed.MentionCreated, Agent: n.User, Ref: n.ID, Conversation: n.Conversation, EntrySeq: n.EntrySeq})
}

// NotificationsRead marks these as read, or all of a user's when none is named.
func (tx *Tx) NotificationsRead(user message.UserID, wanted []message.RowID) error {
	a := tx.ids(tx.org, user, us(tx.Now()))
	query := "UPDATE notification SET read_at = $3 WHERE org_id = $1 AND user_id = $2 AND read_at IS NULL"
	if len(wanted) > 0 {
		query += " AND id " + in(&a, wanted)
	}
	n, err := tx.affected(query, a.args...)
	if err != nil || n == 0 {
		return err
	}
	return tx.Change(Change{Type: feed.NotificationsRead, Agent: user})
}

const notificationSelect = "SELECT n.user_id, n.id, n.kind, n.conversation_id, n.entry_seq, n.actor_id, u.name, n.created_at, n.read_at FROM notification n LEFT JOIN staff_user u ON u.org_id = n.org_id AND u.id = n.actor_id "

// notifications loads them with what each reader may see of them now: a mention grants no right.
func (v *Views) notifications(ctx context.Context, tx *Tx, sights map[message.UserID]inbox.Sight, where string, args ...any) ([]resource.Notification, error) {
	found, err := list(tx, func(r row, n *resource.Notification) error {
		err := r.Scan(&n.User, &n.ID, &n.Type, &n.ConversationID, &n.EntrySeq, &n.Actor.ID, &n.Actor.Name, &n.CreatedAt, &n.ReadTime)
		n.ReadAt = timeOrNil(n.ReadTime)
		return err
	}, notificationSelect+where, args...)
	if err != nil || len(found) == 0 {
		return found, err
	}
	conversations, entries := map[message.ConversationID]bool{}, map[message.ConversationID][]int64{}
	for _, n := range found {
		conversations[n.ConversationID] = true
		entries[n.ConversationID] = append(entries[n.ConversationID], n.EntrySeq)
	}
	rows, err := v.Rows(ctx, tx.org, keys(conversations), nil)
	if err != nil {
		return nil, err
	}
	loaded, err := v.EntriesOf(ctx, tx.org, entries)
	if err != nil {
		return nil, err
	}
	type place struct {
		conversation message.ConversationID
		seq          int64
	}
	at := make(map[place]resource.Entry, len(loaded))
	for _, e := range loaded {
		at[place{e.ConversationID, e.Seq}] = e
	}
	for i := range found {
		n := &found[i]
		row := rows[n.ConversationID]
		if sight, ok := sights[n.User]; !ok || row == nil || !sight.MayRead(row.Reach) {
			continue
		}
		n.Readable, n.Customer = true, row.Conversation.Customer.Name
		if e, ok := at[place{n.ConversationID, n.EntrySeq}]; ok {
			n.EntryID, n.Preview = e.ID.String(), e.Content.Preview(previewMax)
		}
	}
	return found, nil
}

// Notifications are a user's newest, and how many of all are unread.
func (v *Views) Notifications(ctx context.Context, org message.OrgID, viewer resource.Viewer, limit int) (items []resource.Notification, unread int, err error) {
	sight, err := v.Sight(ctx, org, viewer)
	if err != nil {
		return nil, 0, err
	}
	tx := v.db.reader(ctx, org)
	if items, err = v.notifications(ctx, tx, map[message.UserID]inbox.Sight{viewer.User: sight},
		"WHERE n.org_id = $1 AND n.user_id = $2 ORDER BY n.id DESC LIMIT $3", org, viewer.User, limit); err != nil {
		return nil, 0, asFault(err)
	}
	counts, err := v.Unread(ctx, org, []message.UserID{viewer.User})
	return items, counts[viewer.User], err
}

// NotificationsByID loads notifications as their readers may see them.
func (v *Views) NotificationsByID(ctx context.Context, org message.OrgID, wanted []message.RowID, sights map[message.UserID]inbox.Sight) (map[message.RowID]resource.Notification, error) {
	out := map[message.RowID]resource.Notification{}
	if len(wanted) == 0 || len(sights) == 0 {
		return out, nil
	}
	a := v.db.ids(org)
	users := keys(sights)
	found, err := v.notifications(ctx, v.db.reader(ctx, org), sights, "WHERE n.org_id = $1 AND n.user_id "+in(&a, users)+" AND n.id "+in(&a, wanted), a.args...)
	for _, n := range found {
		out[n.ID] = n
	}
	return out, asFault(err)
}

// Unread is how many notifications users have not read.
func (v *Views) Unread(ctx context.Context, org message.OrgID, users []message.UserID) (map[message.UserID]int, error) {
	out := map[message.UserID]int{}
	if len(users) == 0 {
		return out, nil
	}
	a := v.db.ids(org)
	err := v.db.reader(ctx, org).query(func(r row) error {
		var user message.UserID
		var n int
		err := r.Scan(&user, &n)
		out[user] = n
		return err
	}, "SELECT user_id, count(*) FROM notification WHERE org_id = $1 AND read_at IS NULL AND user_id "+in(&a, users)+" GROUP BY user_id", a.args...)
	return out, asFault(err)
}
