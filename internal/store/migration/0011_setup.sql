-- +goose Up
-- When somebody was here last, to the hour: from what is known of their sessions so far.
ALTER TABLE staff_user ADD COLUMN last_seen_at bigint;
UPDATE staff_user SET last_seen_at = (SELECT max(t.created_at) FROM staff_token t
 WHERE t.org_id = staff_user.org_id AND t.user_id = staff_user.id AND t.purpose = 'session');

-- Steps of the first-run checklist that this organisation does without, as a JSON array of their keys.
ALTER TABLE org ADD COLUMN setup_skipped text NOT NULL DEFAULT '[]';

-- +goose Down
SELECT 1;
