-- +goose Up
-- What an organisation has set in the country table. code is ISO 3166-1, or elsewhere; numbers and hours are
-- JSON, NULL for what is as built in. A row that was reset stays, so that its version goes on.
CREATE TABLE country (
  org_id uuid NOT NULL, code text NOT NULL, numbers text, hours text, version bigint NOT NULL,
  PRIMARY KEY (org_id, code)
);

-- +goose Down
SELECT 1;
