-- +goose Up
-- What was last seen of a channel, in microseconds; 0 never. Each node notes it in memory and writes it
-- down every few seconds, so that a message costs nothing here: what a crash loses is some seconds of
-- knowing when, of nothing that was said.
CREATE TABLE channel_health (
  org_id uuid NOT NULL, channel_id uuid NOT NULL,
  received_at bigint NOT NULL, sent_at bigint NOT NULL, -- messages: a customer's, and one that its way out took
  called_at bigint NOT NULL, hook_at bigint NOT NULL, -- calls that went well: ours to the provider, the provider's to us
  limited_at bigint NOT NULL, -- the provider asked for a slower pace
  failed_at bigint NOT NULL, failed_code text NOT NULL, failed_detail text NOT NULL, -- our last call that the channel is to blame for
  PRIMARY KEY (org_id, channel_id)
);

-- Calls to a channel's webhook that its provider did not sign, by the hour, in microseconds; kept 2 days.
CREATE TABLE channel_refused (
  org_id uuid NOT NULL, channel_id uuid NOT NULL, hour bigint NOT NULL, calls bigint NOT NULL, last_at bigint NOT NULL,
  PRIMARY KEY (org_id, channel_id, hour)
);
CREATE INDEX channel_refused_hour ON channel_refused (hour);

-- What waits, failed, or could not be understood, of one channel: the newest are the end of an index.
CREATE INDEX outbox_waits ON outbox (channel_id, created_at);
CREATE INDEX delivery_error_channel ON delivery_error (org_id, channel_id, at);
CREATE INDEX quarantine_channel ON quarantine (org_id, channel_id, at);

-- +goose Down
SELECT 1;
