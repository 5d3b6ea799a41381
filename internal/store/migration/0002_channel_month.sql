-- +goose Up
-- How many messages a channel has sent and received in a calendar month (UTC), where its number has
-- limits (CH-4). Written in the transactions that take messages in and hand them to the provider, so
-- that nothing is ever counted by looking at messages. Shard 0 counts what leaves: one sender holds the
-- channel's lease, so nobody waits for the row. What comes in, by many calls at once, is spread over
-- shards 1 to 16 by conversation.
CREATE TABLE channel_month (
  org_id uuid NOT NULL, channel_id uuid NOT NULL, month integer NOT NULL, -- 202605
  shard integer NOT NULL, sent bigint NOT NULL, received bigint NOT NULL,
  PRIMARY KEY (org_id, channel_id, month, shard)
);

-- +goose Down
SELECT 1;
