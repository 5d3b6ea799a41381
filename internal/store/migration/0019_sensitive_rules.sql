-- +goose Up
-- What must not be kept, in whose texts. authors is a JSON list; the lowest priority is applied first.
CREATE TABLE sensitive_rule (
  org_id uuid NOT NULL, id uuid NOT NULL, name text NOT NULL, active boolean NOT NULL,
  preset text NOT NULL, pattern text NOT NULL, action text NOT NULL, replacement text NOT NULL, authors text NOT NULL,
  priority bigint NOT NULL, version bigint NOT NULL,
  PRIMARY KEY (org_id, id)
);

-- Each time that a rule took something out: where, of whom and when. What it was is nowhere. Kept 30 days.
CREATE TABLE sensitive_block (
  org_id uuid NOT NULL, rule_id uuid NOT NULL, at bigint NOT NULL, id uuid NOT NULL,
  rule_name text NOT NULL, author text NOT NULL, place text NOT NULL, unchecked boolean NOT NULL,
  conversation_id uuid, entry_seq bigint NOT NULL,
  PRIMARY KEY (org_id, rule_id, at, id)
);
CREATE INDEX sensitive_block_newest ON sensitive_block (org_id, at, id);
CREATE INDEX sensitive_block_at ON sensitive_block (at);

UPDATE permission_set SET permissions = REPLACE(permissions, '"presence.set"', '"presence.set","privacy.configure"')
 WHERE built_in AND api_name = 'admin' AND permissions NOT LIKE '%"privacy.configure"%';

-- +goose Down
SELECT 1;
