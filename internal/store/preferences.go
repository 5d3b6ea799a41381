package store

import (
	"context"

	"switchboard/internal/feed"
	"switchboard/internal/message"
	"switchboard/internal/staff"
)

func preferencesOf(tx *Tx, user message.UserID, lock string) (p staff.Preferences, version int64, err error) {
	p = staff.UsualPreferences()
	_, err = one(tx, []any{jsonColumn{&p}, &version}, "SELECT data, version FROM staff_preferences WHERE org_id = $1 AND user_id = $2"+lock, tx.org, user)
	return p, version, err
}

// Preferences of a user, locked; the usual ones with version 0 when nothing was chosen.
func (tx *Tx) Preferences(user message.UserID) (staff.Preferences, int64, error) {
	return preferencesOf(tx, user, tx.db.dialect.forUpdate)
}

// SavePreferences keeps a user's choices and tells their other screens.
func (tx *Tx) SavePreferences(user message.UserID, p staff.Preferences, version int64) error {
	if err := tx.exec(`INSERT INTO staff_preferences (org_id, user_id, data, version) VALUES ($1, $2, $3, $4)
 ON CONFLICT (org_id, user_id) DO UPDATE SET data = excluded.data, version = excluded.version`, tx.org, user, asJSON(p), version); err != nil {
		return err
	}
	return tx.Change(Change{Type: feed.PreferencesUpdated, Agent: user})
}

// Preferences of a user, as they are committed.
func (db *DB) Preferences(ctx context.Context, org message.OrgID, user message.UserID) (staff.Preferences, int64, error) {
	p, version, err := preferencesOf(db.reader(ctx, org), user, "")
	return p, version, asFault(err)
}
