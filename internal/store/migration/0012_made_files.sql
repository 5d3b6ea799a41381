-- +goose Up
-- A file that was made from another one, such as a picture encoded anew for a channel, goes when that one goes.
ALTER TABLE file ADD COLUMN made_from uuid;
CREATE INDEX file_made_from ON file (org_id, made_from) WHERE made_from IS NOT NULL;

-- +goose Down
SELECT 1;
