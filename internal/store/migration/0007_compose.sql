-- +goose Up
-- What helps to write: drafts that follow their author, quick texts that know where they fit, and
-- notifications of notes that name a colleague.

-- What a user began and has not sent, one for each conversation and mode (reply, note). content_env is
-- its text, its files and what it answers, as JSON. version is the time of the change in microseconds,
-- so that it rises over removals, too. Kept for 30 days.
CREATE TABLE draft (
  org_id uuid NOT NULL, user_id uuid NOT NULL, conversation_id uuid NOT NULL, mode text NOT NULL,
  content_env bytea NOT NULL, device text NOT NULL, version bigint NOT NULL,
  PRIMARY KEY (org_id, user_id, conversation_id, mode)
);
CREATE INDEX draft_version ON draft (version);
-- Uploads that a draft holds are not swept.
CREATE TABLE draft_file (
  org_id uuid NOT NULL, file_id uuid NOT NULL, user_id uuid NOT NULL, conversation_id uuid NOT NULL, mode text NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (org_id, file_id, user_id, conversation_id, mode)
);
CREATE INDEX draft_file_of ON draft_file (org_id, user_id, conversation_id, mode);
CREATE INDEX draft_file_at ON draft_file (at);

ALTER TABLE quick_text ADD COLUMN folder text NOT NULL DEFAULT '';
-- The queues whose conversations a quick text is for; without any it is for all.
CREATE TABLE quick_text_queue (
  org_id uuid NOT NULL, quick_text_id uuid NOT NULL, queue_id uuid NOT NULL,
  PRIMARY KEY (org_id, quick_text_id, queue_id)
);
CREATE INDEX quick_text_queue_of ON quick_text_queue (org_id, queue_id);
-- What one user does with a quick text: how often they sent it, and whether it is a favourite.
CREATE TABLE quick_text_use (
  org_id uuid NOT NULL, user_id uuid NOT NULL, quick_text_id uuid NOT NULL,
  uses bigint NOT NULL, last_at bigint, favourite boolean NOT NULL,
  PRIMARY KEY (org_id, user_id, quick_text_id)
);
CREATE INDEX quick_text_use_of ON quick_text_use (org_id, quick_text_id);

-- What a user is told apart from their conversations. It holds ids: what it shows is read anew, by
-- what the user may see then. Kept for 30 days.
CREATE TABLE notification (
  org_id uuid NOT NULL, user_id uuid NOT NULL, id uuid NOT NULL, kind text NOT NULL,
  conversation_id uuid NOT NULL, entry_seq bigint NOT NULL, actor_id uuid NOT NULL,
  created_at bigint NOT NULL, read_at bigint,
  PRIMARY KEY (org_id, user_id, id)
);
CREATE INDEX notification_unread ON notification (org_id, user_id, id) WHERE read_at IS NULL;
CREATE INDEX notification_at ON notification (created_at);

-- +goose Down
SELECT 1;
