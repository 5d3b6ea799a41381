-- +goose Up
-- The search index (docs/decisions/011-search.md). A new document is one row of the tail; every 1024 of
-- them are folded into a segment. Words stand in envelopes only, and are looked up by keyed hashes.
DROP TABLE search_token;

-- A document: an entry (subject_id is its conversation, seq its number) or a messaging user (seq is 0).
CREATE TABLE search_tail (
  org_id uuid NOT NULL, id uuid NOT NULL, subject_id uuid NOT NULL, seq bigint NOT NULL,
  at bigint NOT NULL, flags integer NOT NULL, words_env bytea,
  PRIMARY KEY (org_id, id)
-- only sqlite
) WITHOUT ROWID;
-- only postgres
);
-- both

CREATE TABLE search_segment (
  org_id uuid NOT NULL, segment bigint NOT NULL, from_at bigint NOT NULL, to_at bigint NOT NULL,
  PRIMARY KEY (org_id, segment)
);

CREATE TABLE search_doc (
  org_id uuid NOT NULL, segment bigint NOT NULL, place integer NOT NULL, id uuid NOT NULL,
  subject_id uuid NOT NULL, seq bigint NOT NULL, at bigint NOT NULL, flags integer NOT NULL,
  PRIMARY KEY (org_id, segment, place)
-- only sqlite
) WITHOUT ROWID;
-- only postgres
);
-- both
CREATE INDEX search_doc_subject ON search_doc (org_id, subject_id, seq);

-- Words that begin the same, and the segment's documents that have them.
CREATE TABLE search_block (
  org_id uuid NOT NULL, bucket bytea NOT NULL, segment bigint NOT NULL, words_env bytea NOT NULL,
  PRIMARY KEY (org_id, bucket, segment)
-- only sqlite
) WITHOUT ROWID;
-- only postgres
);
-- both

-- New segments count up from next_segment; what was there before the index counts down from -1, the
-- newest first. entry_before and user_before are where that stands (inclusive), NULL when it is done.
CREATE TABLE search_head (
  org_id uuid PRIMARY KEY, next_segment bigint NOT NULL, old_segment bigint NOT NULL,
  entry_before uuid, user_before uuid, done bigint NOT NULL, total bigint NOT NULL
);
INSERT INTO search_head (org_id, next_segment, old_segment, entry_before, user_before, done, total)
SELECT o.id, 0, -1, (SELECT e.id FROM entry e WHERE e.org_id = o.id ORDER BY e.id DESC LIMIT 1),
  (SELECT u.id FROM messaging_user u WHERE u.org_id = o.id ORDER BY u.id DESC LIMIT 1), 0,
  (SELECT COUNT(*) FROM entry e WHERE e.org_id = o.id AND e.kind IN ('message', 'note')) + (SELECT COUNT(*) FROM messaging_user u WHERE u.org_id = o.id)
FROM org o;
INSERT INTO job (org_id, kind, key, due_at, attempts, payload, created_at)
SELECT o.id, 'search.rebuild', '', 0, 0, '', 0 FROM org o;

-- +goose Down
SELECT 1;
