package store

import (
	"context"
	"encoding/json"
	"time"

	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/setup"
	"switchboard/internal/staff"
)

const (
	idleAdmin = 30 * 24 * time.Hour
	idleKey   = 90 * 24 * time.Hour
	// subjectsMax bounds how many are named in one line of the checklist.
	subjectsMax = 20
)

// SecurityRows is what the security checklist asks about an organisation.
func (db *DB) SecurityRows(ctx context.Context, org message.OrgID, now time.Time) (rows setup.SecurityRows, err error) {
	tx := db.reader(ctx, org)
	const admins = ` FROM staff_user u JOIN permission_set s ON s.org_id = u.org_id AND s.id = u.permission_set_id
 WHERE u.org_id = $1 AND u.active AND u.joined_at IS NOT NULL AND s.permissions LIKE '%"` + string(staff.UserManage) + `"%'`
	if _, err = one(tx, []any{&rows.Admins}, "SELECT count(*)"+admins, org); err != nil {
		return rows, err
	}
	for _, q := range []struct {
		into  *[]resource.SecuritySubject
		query string
		args  []any
	}{
		{&rows.IdleAdmins, "SELECT u.id, u.name" + admins + " AND COALESCE(u.last_seen_at, u.joined_at) < $2 ORDER BY u.name, u.id LIMIT $3", []any{us(now.Add(-idleAdmin))}},
		{&rows.IdleKeys, `SELECT id, name FROM api_key WHERE org_id = $1 AND revoked_at IS NULL AND COALESCE(last_used_at, created_at) < $2
 ORDER BY name, id LIMIT $3`, []any{us(now.Add(-idleKey))}},
		{&rows.Sandboxes, "SELECT id, name FROM channel WHERE org_id = $1 AND sandbox = $2 AND active ORDER BY name, id LIMIT $3", []any{true}},
	} {
		*q.into, err = list(tx, func(r row, s *resource.SecuritySubject) error {
			var id message.RowID
			err := r.Scan(&id, &s.Name)
			s.ID = id.String()
			return err
		}, q.query, append(append([]any{org}, q.args...), subjectsMax)...)
		if err != nil {
			return rows, err
		}
	}
	rows.Deployments, err = list(tx, func(r row, d *setup.PublishedOrigins) error {
		var id message.RowID
		var published string
		if err := r.Scan(&id, &d.Name, &published); err != nil {
			return err
		}
		d.ID = id.String()
		return json.Unmarshal([]byte(published), &d.Settings)
	}, "SELECT id, name, published FROM deployment WHERE org_id = $1 AND published IS NOT NULL ORDER BY name, id", org)
	return rows, err
}

// Seen notes that a user is here.
func (tx *Tx) Seen(id message.UserID) error {
	return tx.exec("UPDATE staff_user SET last_seen_at = $3 WHERE org_id = $1 AND id = $2", tx.org, id, us(tx.Now()))
}

// SetupSkipped are the steps of the checklist that the organisation does without, locked.
func (tx *Tx) SetupSkipped() (keys []string, err error) {
	_, err = one(tx, []any{jsonColumn{&keys}}, "SELECT setup_skipped FROM org WHERE id = $1"+tx.db.dialect.forUpdate, tx.org)
	return keys, err
}

// SaveSetupSkipped writes them.
func (tx *Tx) SaveSetupSkipped(keys []string) error {
	return tx.exec("UPDATE org SET setup_skipped = $2 WHERE id = $1", tx.org, asJSON(keys))
}
