-- +goose Up
-- What users chose for their console, and the devices that call them.

-- data is JSON; what it doesn't name is as usual.
CREATE TABLE staff_preferences (
  org_id uuid NOT NULL, user_id uuid NOT NULL, data text NOT NULL, version bigint NOT NULL,
  PRIMARY KEY (org_id, user_id)
);

-- Browsers that take push messages. target_env is the push service's address with the browser's keys, as
-- JSON: who has it can call the device. target_key is the hash by which the address is found again.
CREATE TABLE push_subscription (
  org_id uuid NOT NULL, user_id uuid NOT NULL, id uuid NOT NULL, target_key bytea NOT NULL, target_env bytea NOT NULL,
  device text NOT NULL, created_at bigint NOT NULL, used_at bigint,
  PRIMARY KEY (org_id, user_id, id)
);
CREATE UNIQUE INDEX push_subscription_target ON push_subscription (org_id, target_key);

-- Whether the page behind a connection is looked at. Who looks is not called elsewhere.
ALTER TABLE agent_connection ADD COLUMN visible boolean NOT NULL DEFAULT false;

-- +goose Down
SELECT 1;
