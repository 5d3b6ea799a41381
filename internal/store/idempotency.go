package store

import (
	"context"
	"time"

	"switchboard/internal/message"
	"switchboard/internal/once"
)

// idempotencyLife is how long a key answers with its first result.
const idempotencyLife = 24 * time.Hour

// claim takes a request's key in the transaction that does its work. Of two at the same time the
// second waits for the first's outcome, and ends with once.ErrTaken if that was a commit.
func (tx *Tx) claim(c *once.Claim) error {
	n, err := tx.affected(`INSERT INTO idempotency (org_id, credential, route, key, body_hash, status, created_at) VALUES ($1, $2, $3, $4, $5, 0, $6)
 ON CONFLICT (org_id, credential, route, key) DO UPDATE SET body_hash = excluded.body_hash, result_id = NULL, created_at = excluded.created_at
 WHERE idempotency.created_at < $7`,
		tx.org, message.RowID(c.Credential), c.Route, c.Key, c.BodyHash, us(tx.Now()), us(tx.Now().Add(-idempotencyLife)))
	if err == nil && n == 0 {
		err = once.ErrTaken
	}
	return err
}

// made tells a keyed request what it made: the first thing inserted counts.
func (tx *Tx) made(id [16]byte) {
	if tx.result == [16]byte{} {
		tx.result = id
	}
}

// settleClaim keeps with the claim what the transaction made.
func (tx *Tx) settleClaim(c *once.Claim) error {
	if tx.result == [16]byte{} {
		return nil
	}
	return tx.exec("UPDATE idempotency SET result_id = $5 WHERE org_id = $1 AND credential = $2 AND route = $3 AND key = $4",
		tx.org, message.RowID(c.Credential), c.Route, c.Key, message.RowID(tx.result))
}

// Claimed finds an earlier use of a key.
func (db *DB) Claimed(ctx context.Context, org message.OrgID, credential [16]byte, route, key string) (c once.Claim, found bool, err error) {
	c = once.Claim{Credential: credential, Route: route, Key: key, Committed: true}
	found, err = one(db.reader(ctx, org), []any{&c.BodyHash, (*message.RowID)(&c.Result)},
		"SELECT body_hash, result_id FROM idempotency WHERE org_id = $1 AND credential = $2 AND route = $3 AND key = $4 AND created_at >= $5",
		org, message.RowID(credential), route, key, us(db.clock().Add(-idempotencyLife)))
	return c, found, err
}
