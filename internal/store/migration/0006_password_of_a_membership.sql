-- +goose Up
-- A password opens one organisation. While it was the login's, an administrator of any organisation could
-- set it for all of them, by inviting an address that somebody else had invited before.
ALTER TABLE staff_user ADD COLUMN password_hash text;
UPDATE staff_user SET password_hash = (SELECT l.password_hash FROM login l WHERE l.id = staff_user.login_id)
 WHERE joined_at IS NOT NULL;
ALTER TABLE login DROP COLUMN password_hash;
