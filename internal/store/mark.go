package store

import (
	"context"

	"switchboard/internal/message"
)

// Mark is what was set for a name in the installation's own table; empty when nothing was.
func (db *DB) Mark(ctx context.Context, name string) (value string, err error) {
	_, err = one(db.engine.read(ctx), []any{&value}, "SELECT value FROM installation WHERE name = $1", name)
	return value, asFault(err)
}

// SetMark keeps a value under a name.
func (db *DB) SetMark(ctx context.Context, name, value string) error {
	return db.Write(ctx, message.OrgID{}, func(tx *Tx) error {
		return tx.exec("INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value)
	})
}

// ClaimMark keeps a value under a name for the first transaction that commits with it.
func (tx *Tx) ClaimMark(name, value string) (first bool, err error) {
	n, err := tx.affected("INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", name, value)
	return n == 1, err
}
