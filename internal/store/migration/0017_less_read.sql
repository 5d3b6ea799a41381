-- +goose Up
-- How many messages a customer has written, and how many of them each reader has behind them: what is unread
-- is a difference, however much was said.
ALTER TABLE conversation ADD COLUMN customer_count bigint NOT NULL DEFAULT 0;
ALTER TABLE read_marker ADD COLUMN customer_count bigint NOT NULL DEFAULT 0;
UPDATE conversation SET customer_count = (SELECT count(*) FROM entry e WHERE e.org_id = conversation.org_id AND e.conversation_id = conversation.id
 AND e.author_type = 'customer' AND e.kind = 'message' AND e.erased_at IS NULL);
UPDATE read_marker SET customer_count = (SELECT count(*) FROM entry e WHERE e.org_id = read_marker.org_id AND e.conversation_id = read_marker.conversation_id
 AND e.seq <= read_marker.seq AND e.author_type = 'customer' AND e.kind = 'message' AND e.erased_at IS NULL);

-- The request that wrote a message, whose trace its sending belongs to. Until now it was looked for on the feed, by
-- time; nothing else asks the feed by time from anywhere but its oldest line.
ALTER TABLE outbox ADD COLUMN trace text NOT NULL DEFAULT '';
DROP INDEX change_at;

-- A member's queues are read from the index alone: without that SQLite prefers to read all members.
DROP INDEX queue_member_user;
CREATE INDEX queue_member_user ON queue_member (org_id, user_id, queue_id);
DROP INDEX search_doc_subject; -- the same, where a document is taken out of the index
CREATE INDEX search_doc_subject ON search_doc (org_id, subject_id, seq, flags);

-- +goose Down
SELECT 1;
