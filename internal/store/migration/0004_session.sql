-- +goose Up
-- Transfers, flags, errors that repeat and erased entries of sessions; where work goes that one agent
-- alone is asked about.

-- transfer_env: the transfer that is pending (conversation.Transfer as JSON); none: nobody is handed it.
ALTER TABLE session ADD COLUMN transfer_env bytea;
ALTER TABLE session ADD COLUMN flagged_at bigint;
ALTER TABLE session ADD COLUMN flagged_by uuid;
-- How often a session failed for the same cause, and when it did last.
ALTER TABLE session ADD COLUMN error_count integer NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN error_at bigint;
CREATE INDEX session_flagged ON session (org_id, last_activity_at, id) WHERE flagged_at IS NOT NULL;

-- An erased entry keeps its number and its kind; its content is gone.
ALTER TABLE entry ADD COLUMN erased_at bigint;

-- giver_id: who hands it over and is asked last. fallback: asked of one agent, it goes elsewhere when
-- they don't take it. by_channel: its route is the channel's, and follows when that changes. position: of a
-- web customer in the queue, as they were told last.
ALTER TABLE work_item ADD COLUMN giver_id uuid;
ALTER TABLE work_item ADD COLUMN fallback boolean NOT NULL DEFAULT FALSE;
ALTER TABLE work_item ADD COLUMN by_channel boolean NOT NULL DEFAULT TRUE;
ALTER TABLE work_item ADD COLUMN position integer NOT NULL DEFAULT 0;
CREATE INDEX work_item_waiting ON work_item (org_id, queue_id, waiting_since, session_id) WHERE state IN ('waiting', 'offered');
CREATE INDEX work_item_channel ON work_item (org_id, channel_id) WHERE state IN ('waiting', 'offered');

-- When an agent took work last: the least recently worked of equals is asked first.
ALTER TABLE presence ADD COLUMN last_work_at bigint;

UPDATE permission_set SET permissions = REPLACE(permissions, '"session.end"', '"session.delete","session.end"')
 WHERE built_in AND api_name IN ('supervisor', 'admin');

-- +goose Down
SELECT 1;
