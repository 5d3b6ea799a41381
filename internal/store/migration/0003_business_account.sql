-- +goose Up
-- A provider's business account (CH-9): channels with the same account share its limits. The limits are
-- those that somebody set here (0: the usual ones); numbers_known and templates_known are what the
-- provider counted last, and *_told what it allows (0: it didn't say).
CREATE TABLE business_account (
  org_id uuid NOT NULL, provider text NOT NULL, account text NOT NULL,
  daily_limit bigint NOT NULL, -- unique customers within 24 hours; -1 no limit, 0 not known
  numbers_limit bigint NOT NULL, numbers_known bigint NOT NULL, numbers_told bigint NOT NULL,
  templates_limit bigint NOT NULL, templates_known bigint NOT NULL, templates_told bigint NOT NULL,
  PRIMARY KEY (org_id, provider, account)
);

-- How the provider saw a channel's number when it was last asked.
CREATE TABLE channel_standing (
  org_id uuid NOT NULL, channel_id uuid NOT NULL, standing text NOT NULL, problem text NOT NULL, read_at bigint NOT NULL,
  PRIMARY KEY (org_id, channel_id)
);

-- Whom an account reached last outside of the window, and when. A customer counts once within 24 hours,
-- so a row moves between the buckets below, whose sum is the count: no rows are scanned to know it.
CREATE TABLE reached (
  org_id uuid NOT NULL, provider text NOT NULL, account text NOT NULL, user_id uuid NOT NULL, bucket bigint NOT NULL,
  PRIMARY KEY (org_id, provider, account, user_id)
);
CREATE INDEX reached_at ON reached (bucket);
CREATE TABLE reached_bucket (
  org_id uuid NOT NULL, provider text NOT NULL, account text NOT NULL, bucket bigint NOT NULL, customers bigint NOT NULL,
  PRIMARY KEY (org_id, provider, account, bucket)
);
CREATE INDEX reached_bucket_at ON reached_bucket (bucket);

-- +goose Down
SELECT 1;
