package store

import (
	"context"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/feed"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/routing"
	"switchboard/internal/staff"
)

// LoginByEmail finds an address of the installation.
func (tx *Tx) LoginByEmail(email string) (l staff.Login, found bool, err error) {
	found, err = one(tx, []any{&l.ID, &l.Email, &l.CreatedAt}, "SELECT id, email, created_at FROM login WHERE email = $1", email)
	return l, found, err
}

// InsertLogin adds an address. Of two that come with the same e-mail at once the second is refused.
func (tx *Tx) InsertLogin(l staff.Login) error {
	n, err := tx.affected("INSERT INTO login (id, email, created_at) VALUES ($1, $2, $3) ON CONFLICT (email) DO NOTHING",
		l.ID, l.Email, us(l.CreatedAt))
	return unlessTaken(n, err, "email", "This address was invited just now. Try again.")
}

// unlessTaken turns "nothing was inserted" into a conflict about a field.
func unlessTaken(n int64, err error, field, text string) error {
	if err != nil || n > 0 {
		return err
	}
	return fault.New(fault.Conflict, "%s", text).At(field)
}

// SetPassword with which a login opens this organisation.
func (tx *Tx) SetPassword(id message.UserID, hash string) error {
	return tx.exec("UPDATE staff_user SET password_hash = $3 WHERE org_id = $1 AND id = $2", tx.org, id, hash)
}

// Memberships of an address in which a user has joined, oldest first.
func (db *DB) Memberships(ctx context.Context, email string) ([]staff.Membership, error) {
	return list(db.reader(ctx, message.OrgID{}), func(r row, m *staff.Membership) error {
		return r.Scan(&m.Org, &m.OrgKey, &m.OrgName, &m.User, &m.Active, &m.PasswordHash)
	}, `SELECT o.id, o.key, o.name, u.id, u.active, u.password_hash FROM login l JOIN staff_user u ON u.login_id = l.id JOIN org o ON o.id = u.org_id
 WHERE l.email = $1 AND u.joined_at IS NOT NULL AND u.password_hash IS NOT NULL ORDER BY u.created_at, u.id`, email)
}

const userColumns = `u.id, u.login_id, l.email, u.name, u.permission_set_id, s.permissions, u.capacity, u.active, u.joined_at, u.created_at, u.version
 FROM staff_user u JOIN login l ON l.id = u.login_id JOIN permission_set s ON s.org_id = u.org_id AND s.id = u.permission_set_id`

func userDest(u *staff.User) []any {
	return []any{&u.ID, &u.Login, &u.Email, &u.Name, &u.PermissionSet, jsonColumn{&u.Permissions}, &u.Capacity, &u.Active, &u.JoinedAt, &u.CreatedAt, &u.Version}
}

// User with the permissions of their set, locked.
func (tx *Tx) User(id message.UserID) (u staff.User, err error) {
	lock := ""
	if tx.db.dialect.forUpdate != "" {
		lock = tx.db.dialect.forUpdate + " OF u"
	}
	found, err := one(tx, userDest(&u), "SELECT "+userColumns+" WHERE u.org_id = $1 AND u.id = $2"+lock, tx.org, id)
	return u, must(found, err, "user")
}

// UserByLogin finds what a person is in this organisation.
func (tx *Tx) UserByLogin(id message.LoginID) (u staff.User, found bool, err error) {
	found, err = one(tx, userDest(&u), "SELECT "+userColumns+" WHERE u.org_id = $1 AND u.login_id = $2", tx.org, id)
	return u, found, err
}

// InsertUser adds a user.
func (tx *Tx) InsertUser(u staff.User) error {
	tx.made(u.ID)
	return tx.exec(`INSERT INTO staff_user (org_id, id, login_id, name, permission_set_id, capacity, active, joined_at, created_at, version)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, tx.org, u.ID, u.Login, u.Name, u.PermissionSet, u.Capacity, u.Active, us(u.JoinedAt), us(u.CreatedAt), u.Version)
}

// SaveUser writes what can change.
func (tx *Tx) SaveUser(u *staff.User) error {
	u.Version++
	return tx.exec(`UPDATE staff_user SET name = $3, permission_set_id = $4, capacity = $5, active = $6, joined_at = $7, version = $8
 WHERE org_id = $1 AND id = $2`, tx.org, u.ID, u.Name, u.PermissionSet, u.Capacity, u.Active, us(u.JoinedAt), u.Version)
}

// DeleteUser removes a user whom nothing names.
func (tx *Tx) DeleteUser(id message.UserID) error {
	var used bool
	if _, err := one(tx, []any{&used}, `SELECT EXISTS (SELECT 1 FROM session WHERE org_id = $1 AND agent_id = $2)
 OR EXISTS (SELECT 1 FROM entry WHERE org_id = $1 AND author_id = $2)
 OR EXISTS (SELECT 1 FROM offer WHERE org_id = $1 AND agent_id = $2)
 OR EXISTS (SELECT 1 FROM presence_history WHERE org_id = $1 AND user_id = $2)`, tx.org, id); err != nil {
		return err
	}
	if used {
		return fault.New(fault.InUse, "This user took part in conversations and stays in their history. Switch the user off instead.")
	}
	for _, query := range []string{
		"DELETE FROM presence WHERE org_id = $1 AND user_id = $2",
		"DELETE FROM read_marker WHERE org_id = $1 AND user_id = $2",
		"DELETE FROM draft WHERE org_id = $1 AND user_id = $2",
		"DELETE FROM draft_file WHERE org_id = $1 AND user_id = $2",
		"DELETE FROM notification WHERE org_id = $1 AND user_id = $2",
		"DELETE FROM quick_text_use WHERE org_id = $1 AND user_id = $2",
		"DELETE FROM staff_preferences WHERE org_id = $1 AND user_id = $2",
		"DELETE FROM push_subscription WHERE org_id = $1 AND user_id = $2",
		"DELETE FROM staff_user WHERE org_id = $1 AND id = $2",
	} {
		if err := tx.exec(query, tx.org, id); err != nil {
			return err
		}
	}
	return nil
}

// SetUserQueues replaces the queues that a user serves.
func (tx *Tx) SetUserQueues(id message.UserID, queues []message.QueueID) error {
	if err := tx.exec("DELETE FROM queue_member WHERE org_id = $1 AND user_id = $2", tx.org, id); err != nil {
		return err
	}
	for _, q := range queues {
		n, err := tx.affected(`INSERT INTO queue_member (org_id, queue_id, user_id) SELECT org_id, id, $3 FROM queue WHERE org_id = $1 AND id = $2
 ON CONFLICT (org_id, queue_id, user_id) DO NOTHING`, tx.org, q, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Invalid("queues", "There is no queue %s, or it is named twice.", q)
		}
	}
	return nil
}

// OtherManagers counts active users, except this one, who may manage users.
func (tx *Tx) OtherManagers(except message.UserID) (n int, err error) {
	_, err = one(tx, []any{&n}, `SELECT count(*) FROM staff_user u JOIN permission_set s ON s.org_id = u.org_id AND s.id = u.permission_set_id
 WHERE u.org_id = $1 AND u.id <> $2 AND u.active AND s.permissions LIKE '%"`+string(staff.UserManage)+`"%'`, tx.org, except)
	return n, err
}

// StopWork sets a user offline who was switched off, and has their sessions rerouted.
func (tx *Tx) StopWork(id message.UserID) error { return routing.StopWork(tx, id) }

// AgentChanged tells routing and screens about a user.
func (tx *Tx) AgentChanged(id message.UserID) error {
	return tx.Change(Change{Type: feed.AgentUpdated, Agent: id})
}

// AccessChanged wakes what remembers credentials.
func (tx *Tx) AccessChanged() { tx.Signal(message.WakeAccess(tx.org)) }

const userResource = `u.id, u.name, l.email, u.permission_set_id, s.api_name, u.capacity, u.active, u.joined_at IS NULL, u.last_seen_at, u.version
 FROM staff_user u JOIN login l ON l.id = u.login_id JOIN permission_set s ON s.org_id = u.org_id AND s.id = u.permission_set_id`

func scanUser(r row, u *resource.User) error {
	var seen time.Time
	err := r.Scan(&u.ID, &u.Name, &u.Email, &u.PermissionSet, &u.Role, &u.Capacity, &u.Active, &u.Invited, &seen, &u.Version)
	u.LastSeenAt = unlessZero(seen)
	return err
}

// Users is a page of the organisation's users by name.
func (db *DB) Users(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.User, string, error) {
	from, err := after(page)
	if err != nil {
		return nil, "", err
	}
	tx := db.reader(ctx, org)
	users, err := list(tx, scanUser, "SELECT "+userResource+" WHERE u.org_id = $1 AND (u.name, u.id) > ($2, $3) ORDER BY u.name, u.id LIMIT $4",
		org, from.Text, from.ID, page.Limit+1)
	if err != nil {
		return nil, "", err
	}
	users, next := paged(users, page.Limit, func(u resource.User) position { return position{u.Name, message.RowID(u.ID)} })
	return users, next, tx.fillQueues(users)
}

// UserByID for those who read.
func (db *DB) UserByID(ctx context.Context, org message.OrgID, id message.UserID) (resource.User, error) {
	tx := db.reader(ctx, org)
	users, err := list(tx, scanUser, "SELECT "+userResource+" WHERE u.org_id = $1 AND u.id = $2", org, id)
	if err := must(len(users) > 0, err, "user"); err != nil {
		return resource.User{}, err
	}
	return users[0], tx.fillQueues(users)
}

// fillQueues adds each user's queues.
func (tx *Tx) fillQueues(users []resource.User) error {
	place := make(map[message.UserID]int, len(users))
	for i := range users {
		place[users[i].ID], users[i].Queues = i, []message.QueueID{}
	}
	var first, last message.UserID
	for id := range place {
		if first.IsZero() || string(id[:]) < string(first[:]) {
			first = id
		}
		if string(id[:]) > string(last[:]) {
			last = id
		}
	}
	return tx.query(func(r row) error {
		var user message.UserID
		var queue message.QueueID
		if err := r.Scan(&user, &queue); err != nil {
			return err
		}
		if i, ok := place[user]; ok {
			users[i].Queues = append(users[i].Queues, queue)
		}
		return nil
	}, "SELECT user_id, queue_id FROM queue_member WHERE org_id = $1 AND user_id BETWEEN $2 AND $3 ORDER BY queue_id", tx.org, first, last)
}
