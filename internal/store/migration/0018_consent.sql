-- +goose Up
-- Rules of consent: keywords, texts, languages, as JSON. NULL is the organisation's for a channel, and what is
-- built in for an organisation.
ALTER TABLE channel ADD COLUMN consent_rules text;
ALTER TABLE channel ADD COLUMN consent_version bigint NOT NULL DEFAULT 1;
ALTER TABLE org ADD COLUMN consent_rules text;
ALTER TABLE org ADD COLUMN consent_version bigint NOT NULL DEFAULT 1;

-- consent_blocked: opted out by blocking the brand, until they write. consent_at: since when the level holds.
-- consent_seq: number of the person's last line in the ledger.
ALTER TABLE messaging_user ADD COLUMN consent_blocked boolean NOT NULL DEFAULT FALSE;
ALTER TABLE messaging_user ADD COLUMN consent_at bigint;
ALTER TABLE messaging_user ADD COLUMN consent_seq bigint NOT NULL DEFAULT 0;

-- The ledger: every change of somebody's consent, numbered 1, 2, 3 … for each person. The last line's level_after
-- is messaging_user.consent.
CREATE TABLE consent_event (
  org_id uuid NOT NULL, user_id uuid NOT NULL, seq bigint NOT NULL, channel_id uuid NOT NULL,
  level_before text NOT NULL, level_after text NOT NULL, cause text NOT NULL,
  keyword text NOT NULL, language text NOT NULL, entry_id uuid, -- of the message that said it
  agent_id uuid, agent_env bytea, source text NOT NULL, note_env bytea,
  said_at bigint, recorded_at bigint NOT NULL,
  PRIMARY KEY (org_id, user_id, seq)
);
CREATE INDEX consent_event_at ON consent_event (org_id, recorded_at, user_id, seq);

-- When somebody was answered by the house, and when they last gave a reason to be: one row for each answer.
CREATE TABLE consent_answer (
  org_id uuid NOT NULL, user_id uuid NOT NULL, answer text NOT NULL, at bigint NOT NULL, asked_at bigint NOT NULL,
  PRIMARY KEY (org_id, user_id, answer)
);

-- What is known from before: the level, and not since when.
INSERT INTO consent_event (org_id, user_id, seq, channel_id, level_before, level_after, cause, keyword, language, source, recorded_at)
SELECT org_id, id, 1, channel_id, 'none', consent, 'earlier', '', '', '', created_at FROM messaging_user WHERE consent <> 'none';
UPDATE messaging_user SET consent_seq = 1 WHERE consent <> 'none';

UPDATE permission_set SET permissions = REPLACE(permissions, '"conversation.read"', '"consent.change","conversation.read"')
WHERE built_in AND permissions NOT LIKE '%"consent.change"%';

-- +goose Down
SELECT 1;
