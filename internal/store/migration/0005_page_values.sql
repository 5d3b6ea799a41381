-- +goose Up
-- What a customer's page says of them, kept with the session.
ALTER TABLE session ADD COLUMN page_env bytea;
