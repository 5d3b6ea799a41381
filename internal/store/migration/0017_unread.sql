-- +goose Up
-- How many messages a customer has written, and how many of them each reader has behind them: what is unread
-- is a difference, however much was said.
ALTER TABLE conversation ADD COLUMN customer_count bigint NOT NULL DEFAULT 0;
ALTER TABLE read_marker ADD COLUMN customer_count bigint NOT NULL DEFAULT 0;
UPDATE conversation SET customer_count = (SELECT count(*) FROM entry e WHERE e.org_id = conversation.org_id AND e.conversation_id = conversation.id
 AND e.author_type = 'customer' AND e.kind = 'message' AND e.erased_at IS NULL);
UPDATE read_marker SET customer_count = (SELECT count(*) FROM entry e WHERE e.org_id = read_marker.org_id AND e.conversation_id = read_marker.conversation_id
 AND e.seq <= read_marker.seq AND e.author_type = 'customer' AND e.kind = 'message' AND e.erased_at IS NULL);

-- +goose Down
SELECT 1;
