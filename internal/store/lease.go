package store

import (
	"context"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// nodeDead is how long a node's row (Heartbeat) may be silent until its leases are anybody's.
const nodeDead = 5 * time.Second

// AcquireLease takes a lease that is free, expired, already the holder's own, or a dead node's, by the
// database's clock. A new holder gets a higher epoch. ok is false while somebody else has it.
func (db *DB) AcquireLease(ctx context.Context, name string, holder message.RowID, ttl time.Duration) (epoch int64, ok bool, err error) {
	err = db.Write(ctx, message.OrgID{}, func(tx *Tx) error {
		now := tx.db.dialect.now
		ok, err = one(tx, []any{&epoch}, `INSERT INTO lease (name, holder, epoch, expires_at) VALUES ($1, $2, 1, `+now+` + $3)
 ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at,
 epoch = CASE WHEN lease.holder = excluded.holder AND lease.expires_at > `+now+` THEN lease.epoch ELSE lease.epoch + 1 END
 WHERE lease.holder = excluded.holder OR lease.expires_at <= `+now+`
 OR EXISTS (SELECT 1 FROM node n WHERE n.id = lease.holder AND n.seen_at <= `+now+` - $4) RETURNING epoch`,
			name, holder, ttl.Microseconds(), nodeDead.Microseconds())
		return err
	})
	return epoch, ok, err
}

// ReleaseLease lets others have it at once.
func (db *DB) ReleaseLease(ctx context.Context, name string, holder message.RowID) error {
	return db.Write(ctx, message.OrgID{}, func(tx *Tx) error {
		return tx.exec("UPDATE lease SET expires_at = 0 WHERE name = $1 AND holder = $2", name, holder)
	})
}

// HoldLease makes the transaction fail unless the lease is still held in this epoch: what a holder
// writes after it has lost the lease never commits.
func (tx *Tx) HoldLease(name string, holder message.RowID, epoch int64) error {
	var ok int
	found, err := one(tx, []any{&ok}, "SELECT 1 FROM lease WHERE name = $1 AND holder = $2 AND epoch = $3 AND expires_at > "+
		tx.db.dialect.now+tx.db.dialect.forShare, name, holder, epoch)
	if err == nil && !found {
		return fault.New(fault.Conflict, "The lease %s is lost.", name)
	}
	return err
}
