package store

import (
	"context"
	"encoding/base64"
	"time"

	"switchboard/internal/inbox"
	"switchboard/internal/message"
	"switchboard/internal/resource"
)

// MessagingUser by id. Whether the caller may see messaging users is a permission, asked before.
func (v *Views) MessagingUser(ctx context.Context, org message.OrgID, id message.CustomerID) (resource.MessagingUser, error) {
	items, err := v.messagingUsers(v.db.reader(ctx, org), "u.id = $2", org, id)
	if err != nil || len(items) == 0 {
		return resource.MessagingUser{}, must(false, asFault(err), "messaging user")
	}
	return items[0], nil
}

// MessagingUsers lists messaging users, the newest first. Of the query, Channel, Q (a name, an
// address or a session's number), Cursor and Limit count.
func (v *Views) MessagingUsers(ctx context.Context, org message.OrgID, ask resource.ListQuery) (items []resource.MessagingUser, next string, err error) {
	q, err := inbox.Parse(resource.ListQuery{Channel: ask.Channel, Q: ask.Q, Cursor: ask.Cursor, Limit: ask.Limit}, true)
	if err != nil {
		return nil, "", err
	}
	a := v.db.ids(org, q.Limit+1)
	where := "u.id IS NOT NULL"
	tx := v.db.reader(ctx, org)
	if q.Cursor != "" {
		var after message.CustomerID
		raw, err := base64.RawURLEncoding.DecodeString(q.Cursor)
		if err == nil {
			err = after.Scan(raw)
		}
		if err != nil {
			return nil, "", badCursor()
		}
		where += " AND u.id < " + a.add(after)
	}
	switch {
	case !q.Channel.IsZero():
		where += " AND u.channel_id = " + a.add(q.Channel)
	case q.ChannelType != "":
		where += " AND u.channel_id IN (SELECT id FROM channel WHERE org_id = $1 AND type = " + a.add(q.ChannelType) + ")"
	}
	if q.Q != "" {
		found, err := tx.people(q.Q)
		if err != nil {
			return nil, "", asFault(err)
		}
		if len(found) == 0 {
			return []resource.MessagingUser{}, "", nil
		}
		where += " AND u.id " + in(&a, found)
	}
	items, err = v.messagingUsers(tx, where+" ORDER BY u.id DESC LIMIT $2", a.args...)
	if err != nil {
		return nil, "", asFault(err)
	}
	if len(items) > q.Limit {
		items = items[:q.Limit]
		last := items[q.Limit-1].ID
		next = base64.RawURLEncoding.EncodeToString(last[:])
	}
	return items, next, nil
}

func (v *Views) messagingUsers(tx *Tx, where string, args ...any) ([]resource.MessagingUser, error) {
	type loaded struct {
		user resource.MessagingUser
		last time.Time
	}
	rows, err := list(tx, func(r row, l *loaded) error {
		u := &l.user
		return r.Scan(&u.ID, &u.Channel.ID, &u.Channel.Type, &u.Channel.Name, &u.Channel.Address, opened{tx, &u.Name}, &u.Locale, &u.Country, &u.Picture,
			&u.Consent.Status, &u.Consent.Required, &u.CreatedAt, &l.last, &u.Version)
	}, `SELECT u.id, u.channel_id, ch.type, ch.name, ch.address, u.name_env, u.locale, u.country, u.picture, u.consent, ch.required_consent, u.created_at,
 (SELECT MAX(c.customer_at) FROM conversation c WHERE c.org_id = u.org_id AND c.user_id = u.id), u.version
 FROM messaging_user u LEFT JOIN channel ch ON ch.org_id = u.org_id AND ch.id = u.channel_id WHERE u.org_id = $1 AND `+where, args...)
	if err != nil || len(rows) == 0 {
		return []resource.MessagingUser{}, err
	}
	items := make([]resource.MessagingUser, len(rows))
	place := map[message.CustomerID]int{}
	wanted := make([]message.CustomerID, len(rows))
	for i, l := range rows {
		l.user.LastInboundAt, l.user.Addresses = timeOrNil(l.last), []message.Address{}
		items[i], place[l.user.ID], wanted[i] = l.user, i, l.user.ID
	}
	a := tx.ids(tx.org)
	err = tx.query(func(r row) error {
		var id message.CustomerID
		var address message.Address
		err := r.Scan(&id, text(&address.Kind), opened{tx, &address.Value})
		if i, ok := place[id]; ok {
			items[i].Addresses = append(items[i].Addresses, shownAddress(address))
		}
		return err
	}, "SELECT user_id, kind, address_env FROM messaging_user_address WHERE org_id = $1 AND user_id "+in(&a, wanted)+" ORDER BY user_id, position", a.args...)
	return items, err
}

// shownAddress is an address as staff see it. A device id is all that an unverified visitor proves who
// they are with: of it they see only enough to tell one from another.
func shownAddress(a message.Address) message.Address {
	if a.Kind == message.AddressDevice {
		letters := []rune(a.Value)
		a.Value = string(letters[:min(6, len(letters)/4)]) + "…"
	}
	return a
}
