-- +goose Up
-- Public keys that customers' identity tokens are signed with (UV-1), as JWK. until_at is when a test key ends.
CREATE TABLE identity_key (
  org_id uuid NOT NULL, id uuid NOT NULL, name text NOT NULL, kid text NOT NULL, jwk text NOT NULL, active boolean NOT NULL,
  until_at bigint, created_at bigint NOT NULL, version bigint NOT NULL,
  PRIMARY KEY (org_id, id)
);
CREATE INDEX identity_key_name ON identity_key (org_id, name, id);

-- Whose tokens are believed. Access tokens that customers got before ends_before are over: a key was taken away.
CREATE TABLE keyset (
  org_id uuid NOT NULL, id uuid NOT NULL, name text NOT NULL, issuer text NOT NULL, type text NOT NULL, url text NOT NULL,
  ends_before bigint, created_at bigint NOT NULL, version bigint NOT NULL,
  PRIMARY KEY (org_id, id)
);
CREATE INDEX keyset_name ON keyset (org_id, name, id);
CREATE TABLE keyset_key (
  org_id uuid NOT NULL, keyset_id uuid NOT NULL, key_id uuid NOT NULL,
  PRIMARY KEY (org_id, keyset_id, key_id)
);
CREATE INDEX keyset_key_key ON keyset_key (org_id, key_id);

-- What a keyset's address answered last: its keys, and why a later call brought none (JSON, empty when it did).
CREATE TABLE keyset_fetch (
  org_id uuid NOT NULL, keyset_id uuid NOT NULL, url text NOT NULL, keys text NOT NULL,
  fetched_at bigint, tried_at bigint, problem text NOT NULL,
  PRIMARY KEY (org_id, keyset_id)
);

-- The keyset that customers of a channel must sign in with; NULL where nobody must.
ALTER TABLE channel ADD COLUMN keyset_id uuid;
ALTER TABLE channel ADD COLUMN join_unverified boolean NOT NULL DEFAULT false; -- what they wrote before joins what they write then
CREATE INDEX channel_keyset ON channel (org_id, keyset_id) WHERE keyset_id IS NOT NULL;

-- A customer's access token: the keyset that it was got with, and the device (hashed), whose tokens end together.
ALTER TABLE customer_token ADD COLUMN keyset_id uuid;
ALTER TABLE customer_token ADD COLUMN login bytea;

-- +goose Down
SELECT 1;
