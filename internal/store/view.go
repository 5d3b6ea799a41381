package store

import (
	"context"
	"encoding/json"
	"errors"

	"switchboard/internal/channel"
	"switchboard/internal/fault"
	"switchboard/internal/inbox"
	"switchboard/internal/message"
	"switchboard/internal/resource"
)

// Views read what people look at: resources as the staff API and the realtime feed show them. Each
// read asks inbox.Sight whether the viewer may, and says fault.NotFound if not.
type Views struct {
	db           *DB
	capabilities func(channelType, provider string) channel.Capabilities
	sign         func(org message.OrgID, f *message.File)
}

// NewViews takes the capability matrix, for windows, and what fills a file's URL with a signed link.
func NewViews(db *DB, capabilities func(channelType, provider string) channel.Capabilities, sign func(message.OrgID, *message.File)) *Views {
	return &Views{db: db, capabilities: capabilities, sign: sign}
}

// Sight loads what a viewer may see. It holds until queues or memberships change.
func (v *Views) Sight(ctx context.Context, org message.OrgID, viewer resource.Viewer) (inbox.Sight, error) {
	s := inbox.Sight{Viewer: viewer, Queues: map[message.QueueID]struct{}{}}
	err := v.db.reader(ctx, org).query(func(r row) error {
		var q message.QueueID
		err := r.Scan(&q)
		s.Queues[q] = struct{}{}
		return err
	}, "SELECT queue_id FROM queue_member WHERE org_id = $1 AND user_id = $2", org, viewer.User)
	return s, asFault(err)
}

// opened is envelope for what is only looked at: text whose key was shredded reads as empty.
type opened struct {
	tx *Tx
	to *string
}

func (o opened) Scan(src any) error {
	err := envelope(o).Scan(src)
	if fault.CodeOf(err) == fault.NotFound {
		return nil
	}
	return err
}

// What is shown for people and queues that are no longer there.
const (
	removedUser  = "Removed user"
	removedQueue = "Removed queue"
)

// userNames finds the names of users by id; those who are gone are left out.
func (tx *Tx) userNames(users []message.UserID) (map[message.UserID]string, error) {
	names := map[message.UserID]string{}
	if len(users) == 0 {
		return names, nil
	}
	a := tx.ids(tx.org)
	err := tx.query(func(r row) error {
		var id message.UserID
		var name string
		err := r.Scan(&id, &name)
		names[id] = name
		return err
	}, "SELECT id, name FROM staff_user WHERE org_id = $1 AND id "+in(&a, users), a.args...)
	return names, err
}

// UserNames finds the names of users by id; those who are gone are left out.
func (v *Views) UserNames(ctx context.Context, org message.OrgID, users []message.UserID) (map[message.UserID]string, error) {
	names, err := v.db.reader(ctx, org).userNames(users)
	return names, asFault(err)
}

func agentRef(id message.UserID, names map[message.UserID]string) *resource.AgentRef {
	if id.IsZero() {
		return nil
	}
	name, ok := names[id]
	if !ok {
		name = removedUser
	}
	return &resource.AgentRef{ID: id, Name: name}
}

func queueRef(id message.QueueID, name string) *resource.QueueRef {
	if id.IsZero() {
		return nil
	}
	if name == "" {
		name = removedQueue
	}
	return &resource.QueueRef{ID: id, Name: name}
}

// channelBrief is what lists need to know of each channel of an organisation.
type channelBrief struct {
	ID       message.ChannelID
	Type     string
	Everyone bool
}

func (tx *Tx) channelBriefs() ([]channelBrief, error) {
	return list(tx, func(r row, c *channelBrief) error {
		var routing channelRouting
		err := r.Scan(&c.ID, &c.Type, jsonColumn{&routing})
		c.Everyone = routing.Mode == routingEveryone
		return err
	}, "SELECT id, type, routing FROM channel WHERE org_id = $1", tx.org)
}

// routingEveryone is the channel routing of RT-18.
const routingEveryone = "everyone"

// readJSON reads what we stored ourselves, leaving the value alone when there is nothing.
func readJSON(text string, to any) error {
	if text == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), to); err != nil {
		return errors.Join(errors.New("a stored value can't be read"), err)
	}
	return nil
}
