-- +goose Up
-- What administrators changed. Each line's code is over itself and the code of the line before.
CREATE TABLE audit (
	org_id uuid NOT NULL,
	seq bigint NOT NULL,
	at bigint NOT NULL,
	actor_type text NOT NULL,
	actor_id uuid,
	actor_name text NOT NULL,
	action text NOT NULL,
	noun text NOT NULL,
	target_id uuid,
	detail_env bytea,
	ip text NOT NULL,
	code bytea NOT NULL,
	PRIMARY KEY (org_id, seq)
);
CREATE INDEX audit_at ON audit (org_id, at);
CREATE INDEX audit_noun ON audit (org_id, noun, seq);
CREATE INDEX audit_actor ON audit (org_id, actor_id, seq);
CREATE INDEX audit_target ON audit (org_id, target_id, seq);
-- The newest line of each organisation; whoever writes the next one holds it until the commit.
CREATE TABLE audit_head (
	org_id uuid PRIMARY KEY,
	seq bigint NOT NULL,
	code bytea NOT NULL
);
UPDATE permission_set SET permissions = REPLACE(permissions, '"sandbox.use"', '"sandbox.use","audit.view"')
 WHERE built_in AND api_name = 'admin';

-- +goose Down
SELECT 1;
