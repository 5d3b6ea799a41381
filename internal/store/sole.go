package store

import (
	"context"
	"errors"

	"switchboard/internal/message"
)

// TakeOver makes this process the only server of a SQLite file, until Close or its end: a second one is
// refused. What an earlier server held is then free at once, since it can't be running any more: its
// leases, which others would wait for, and its place among the nodes. On PostgreSQL there are many
// nodes, and it does nothing.
func (db *DB) TakeOver(ctx context.Context) error {
	engine, ok := db.engine.(*sqliteEngine)
	if !ok {
		return nil
	}
	lock, held, err := lockFile(engine.path + ".lock")
	if err != nil {
		return err
	}
	if !held {
		return errors.New("another server is running on this database")
	}
	engine.lock = lock
	return db.Write(ctx, message.OrgID{}, func(tx *Tx) error {
		if err := tx.exec("UPDATE lease SET expires_at = 0"); err != nil {
			return err
		}
		return tx.exec("DELETE FROM node")
	})
}
