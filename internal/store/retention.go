package store

import (
	"context"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/message"
)

// Sweep removes what has outlived its purpose: idempotency keys after 24 hours, tokens after their end,
// quarantine after 7 days, drafts, notifications, the error log, the log of what rules for sensitive data took out
// and the providers' ids after 30 days, whom
// a business account reached and counts of refused calls after two. The change feed has its own
// PurgeChanges.
func (db *DB) Sweep(ctx context.Context, now time.Time) error {
	const day = 24 * time.Hour
	for _, s := range []struct {
		query string
		keep  time.Duration
	}{
		{"DELETE FROM idempotency WHERE created_at < $1", idempotencyLife},
		{"DELETE FROM staff_token WHERE expires_at < $1", 0},
		{"DELETE FROM customer_token WHERE expires_at < $1", 0},
		{"DELETE FROM draft WHERE version < $1", conversation.DraftLife},
		{"DELETE FROM draft_file WHERE at < $1", conversation.DraftLife},
		{"DELETE FROM notification WHERE created_at < $1", conversation.NotificationLife},
		{"DELETE FROM quarantine WHERE at < $1", 7 * day},
		{"DELETE FROM delivery_error WHERE at < $1", 30 * day},
		{"DELETE FROM provider_message WHERE at < $1", 30 * day},
		{"DELETE FROM reached WHERE bucket < $1", 2 * day},
		{"DELETE FROM reached_bucket WHERE bucket < $1", 2 * day},
		{"DELETE FROM sensitive_block WHERE at < $1", 30 * day},
		{"DELETE FROM channel_refused WHERE hour < $1", 2 * day},
	} {
		err := db.Write(ctx, message.OrgID{}, func(tx *Tx) error { return tx.exec(s.query, us(now.Add(-s.keep))) })
		if err != nil {
			return err
		}
	}
	return nil
}
