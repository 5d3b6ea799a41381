-- +goose Up
-- The first schema. One text for SQLite and PostgreSQL: types that SQLite doesn't know keep their
-- values as they are (uuid and bytea hold blobs there, booleans 0 and 1). Lines between
-- "-- only postgres" or "-- only sqlite" and "-- both" belong to one of them.
--
-- Times are microseconds since 1970 UTC. Columns named *_env are envelopes (privacy.Envelope).
-- Every table of an organisation begins with org_id.

CREATE TABLE org (
  id uuid PRIMARY KEY, key text NOT NULL UNIQUE, name text NOT NULL,
  time_zone text NOT NULL, language text NOT NULL,
  last_session_number bigint NOT NULL DEFAULT 0, -- SQLite only: PostgreSQL has a sequence for each organisation
  created_at bigint NOT NULL, version bigint NOT NULL
);

-- A login is a person in the installation; a staff_user is what they are in one organisation.
CREATE TABLE login (
  id uuid PRIMARY KEY, email text NOT NULL UNIQUE, password_hash text, created_at bigint NOT NULL
);

CREATE TABLE permission_set (
  org_id uuid NOT NULL, id uuid NOT NULL, api_name text NOT NULL, name text NOT NULL,
  built_in boolean NOT NULL, permissions text NOT NULL, version bigint NOT NULL,
  PRIMARY KEY (org_id, id), UNIQUE (org_id, api_name)
);

CREATE TABLE staff_user (
  org_id uuid NOT NULL, id uuid NOT NULL, login_id uuid NOT NULL, name text NOT NULL,
  permission_set_id uuid NOT NULL, capacity integer NOT NULL, active boolean NOT NULL,
  joined_at bigint, -- when the invitation was taken
  created_at bigint NOT NULL, version bigint NOT NULL,
  PRIMARY KEY (org_id, id), UNIQUE (login_id, org_id)
);

-- Tokens are stored as their SHA-256. purpose: session (signed in), invite, reset.
CREATE TABLE staff_token (
  token_hash bytea PRIMARY KEY, org_id uuid NOT NULL, user_id uuid NOT NULL, purpose text NOT NULL,
  csrf text NOT NULL, created_at bigint NOT NULL, expires_at bigint NOT NULL, ip text, user_agent text
);
CREATE INDEX staff_token_user ON staff_token (org_id, user_id, purpose);
CREATE INDEX staff_token_end ON staff_token (expires_at);

CREATE TABLE api_key (
  org_id uuid NOT NULL, id uuid NOT NULL, name text NOT NULL, prefix text NOT NULL,
  key_hash bytea NOT NULL UNIQUE, scopes text NOT NULL, created_by uuid,
  created_at bigint NOT NULL, last_used_at bigint, revoked_at bigint,
  PRIMARY KEY (org_id, id)
);

CREATE TABLE channel (
  org_id uuid NOT NULL, id uuid NOT NULL, type text NOT NULL, provider text NOT NULL, name text NOT NULL,
  api_name text NOT NULL, address text NOT NULL, active boolean NOT NULL, sandbox boolean NOT NULL,
  settings text NOT NULL, secrets_env bytea, required_consent text NOT NULL,
  routing text NOT NULL, queue_id uuid, created_at bigint NOT NULL, version bigint NOT NULL,
  PRIMARY KEY (org_id, id), UNIQUE (org_id, api_name)
);
-- An address is active in one organisation at a time (CH-22).
CREATE UNIQUE INDEX channel_address ON channel (type, address) WHERE active AND address <> '';
CREATE UNIQUE INDEX channel_by_id ON channel (id);

CREATE TABLE deployment (
  org_id uuid NOT NULL, id uuid NOT NULL, name text NOT NULL, api_name text NOT NULL, kind text NOT NULL,
  channel_id uuid NOT NULL, draft text NOT NULL, published text, published_at bigint, version bigint NOT NULL,
  PRIMARY KEY (org_id, id), UNIQUE (org_id, api_name)
);

CREATE TABLE messaging_user (
  org_id uuid NOT NULL, id uuid NOT NULL, channel_id uuid NOT NULL, name_env bytea,
  locale text NOT NULL, country text NOT NULL, picture text NOT NULL, consent text NOT NULL,
  event_seq bigint NOT NULL, -- last number of this person's stream (customer_event)
  created_at bigint NOT NULL, version bigint NOT NULL,
  PRIMARY KEY (org_id, id)
);

CREATE TABLE messaging_user_address (
  org_id uuid NOT NULL, channel_id uuid NOT NULL, address_key bytea NOT NULL, user_id uuid NOT NULL,
  kind text NOT NULL, address_env bytea NOT NULL, position integer NOT NULL,
  PRIMARY KEY (org_id, channel_id, address_key)
);
CREATE INDEX messaging_user_address_user ON messaging_user_address (org_id, user_id);

CREATE TABLE conversation (
  org_id uuid NOT NULL, id uuid NOT NULL, channel_id uuid NOT NULL, user_id uuid NOT NULL,
  thread_key text NOT NULL, session_id uuid, last_seq bigint NOT NULL,
  last_entry text, -- author, kind and status of the newest visible line, as JSON without its text
  last_preview_env bytea,
  customer_seq bigint NOT NULL, -- number of the customer's latest message, 0 for none
  customer_at bigint,           -- when it came: what windows count from
  last_activity_at bigint NOT NULL, last_agent_id uuid, last_agent_at bigint,
  created_at bigint NOT NULL, closed_at bigint, version bigint NOT NULL,
  PRIMARY KEY (org_id, id), UNIQUE (org_id, channel_id, user_id, thread_key)
);
CREATE INDEX conversation_user ON conversation (org_id, user_id);

CREATE TABLE session (
  org_id uuid NOT NULL, id uuid NOT NULL, number bigint NOT NULL, conversation_id uuid NOT NULL,
  channel_id uuid NOT NULL, channel_type text NOT NULL, user_id uuid NOT NULL,
  status text NOT NULL, latest boolean NOT NULL, origin text NOT NULL,
  agent_id uuid, agent_type text NOT NULL, queue_id uuid,
  started_at bigint NOT NULL, waiting_since bigint, accepted_at bigint, inactive_at bigint, ended_at bigint,
  last_activity_at bigint NOT NULL, ended_by text NOT NULL, end_reason text NOT NULL,
  error_code text NOT NULL, error_text text NOT NULL, agent_messages integer NOT NULL, customer_messages integer NOT NULL,
  prechat_env bytea, routing text NOT NULL, flagged text NOT NULL, modified_at bigint NOT NULL, version bigint NOT NULL,
  PRIMARY KEY (org_id, id), UNIQUE (org_id, number)
);
-- One open session in a conversation, whoever races.
CREATE UNIQUE INDEX session_open ON session (org_id, conversation_id) WHERE status NOT IN ('ended', 'error');
CREATE INDEX session_conversation ON session (org_id, conversation_id, started_at);
CREATE INDEX session_agent ON session (org_id, agent_id, status) WHERE latest;
CREATE INDEX session_waiting ON session (org_id, status, waiting_since) WHERE status = 'waiting';
-- Lists: open sessions by activity are few; closed ones are many and change no more, so each way to ask
-- for them has its own index.
CREATE INDEX session_open_activity ON session (org_id, last_activity_at, id) WHERE status NOT IN ('ended', 'error');
CREATE INDEX session_closed ON session (org_id, ended_at, id) WHERE status IN ('ended', 'error');
CREATE INDEX session_closed_agent ON session (org_id, agent_id, ended_at, id) WHERE status IN ('ended', 'error');
CREATE INDEX session_closed_queue ON session (org_id, queue_id, ended_at, id) WHERE status IN ('ended', 'error');
CREATE INDEX session_closed_channel ON session (org_id, channel_id, ended_at, id) WHERE status IN ('ended', 'error');

CREATE TABLE entry (
  org_id uuid NOT NULL, conversation_id uuid NOT NULL, seq bigint NOT NULL, id uuid NOT NULL,
  session_id uuid NOT NULL, kind text NOT NULL, author_type text NOT NULL, author_id uuid, author_env bytea,
  content_env bytea NOT NULL, status text NOT NULL, error_code text NOT NULL, error_detail text NOT NULL,
  provider_id text NOT NULL, client_id text NOT NULL, refers_to uuid,
  created_at bigint NOT NULL, sent_at bigint, delivered_at bigint, read_at bigint, attempt_at bigint,
  version bigint NOT NULL,
  PRIMARY KEY (org_id, conversation_id, seq)
);
CREATE UNIQUE INDEX entry_id ON entry (org_id, id);

-- Which conversations a word occurs in. A token is a keyed hash of the word; the word itself is nowhere.
CREATE TABLE search_token (
  org_id uuid NOT NULL, token bytea NOT NULL, conversation_id uuid NOT NULL,
  PRIMARY KEY (org_id, token, conversation_id)
);

-- What makes an inbound event once, and finds the entry of a receipt. A row may come from a receipt
-- that was faster than the answer to our send: conversation_id is then empty until the send settles.
CREATE TABLE provider_message (
  org_id uuid NOT NULL, channel_id uuid NOT NULL, provider_id text NOT NULL,
  conversation_id uuid, entry_seq bigint, at bigint NOT NULL,
  receipt_status text, receipt_at bigint, receipt_code text, receipt_detail text,
  PRIMARY KEY (org_id, channel_id, provider_id)
);
CREATE INDEX provider_message_at ON provider_message (at);

-- The change feed. Rows hold ids and versions, never content.
CREATE TABLE change (
  org_id uuid NOT NULL, seq bigint NOT NULL, at bigint NOT NULL, type text NOT NULL,
  conversation_id uuid, session_id uuid, entry_seq bigint, agent_id uuid, customer_id uuid, ref_id uuid,
  trace text NOT NULL DEFAULT '', -- of the request that caused it
  PRIMARY KEY (org_id, seq)
);
CREATE INDEX change_at ON change (at);
CREATE TABLE change_head ( org_id uuid PRIMARY KEY, seq bigint NOT NULL );
-- only postgres
CREATE TABLE change_pending (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  org_id uuid NOT NULL, at bigint NOT NULL, type text NOT NULL,
  conversation_id uuid, session_id uuid, entry_seq bigint, agent_id uuid, customer_id uuid, ref_id uuid, trace text NOT NULL
);
CREATE INDEX change_pending_org ON change_pending (org_id, id);
-- both

-- A customer's stream: what one messaging user may see, numbered without gaps per person.
CREATE TABLE customer_event (
  org_id uuid NOT NULL, user_id uuid NOT NULL, seq bigint NOT NULL, conversation_id uuid NOT NULL,
  type text NOT NULL, entry_seq bigint, detail text NOT NULL, at bigint NOT NULL,
  PRIMARY KEY (org_id, user_id, seq)
);

CREATE TABLE customer_token (
  token_hash bytea PRIMARY KEY, org_id uuid NOT NULL, user_id uuid NOT NULL, channel_id uuid NOT NULL,
  deployment_id uuid NOT NULL, created_at bigint NOT NULL, expires_at bigint NOT NULL, revoked_at bigint
);
CREATE INDEX customer_token_user ON customer_token (org_id, user_id);

-- The durable outbox: one row for each message on its way out; gone when it is settled.
CREATE TABLE outbox (
  org_id uuid NOT NULL, id uuid NOT NULL, channel_id uuid NOT NULL, conversation_id uuid NOT NULL,
  entry_seq bigint NOT NULL, entry_id uuid NOT NULL, class integer NOT NULL, state text NOT NULL,
  attempts integer NOT NULL, due_at bigint NOT NULL, deadline bigint NOT NULL, epoch bigint NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (org_id, id), UNIQUE (org_id, conversation_id, entry_seq)
);
CREATE INDEX outbox_due ON outbox (channel_id, state, class, id);

CREATE TABLE attempt (
  org_id uuid NOT NULL, entry_id uuid NOT NULL, n integer NOT NULL, started_at bigint NOT NULL,
  ended_at bigint, outcome text NOT NULL, code text NOT NULL, detail text NOT NULL,
  PRIMARY KEY (org_id, entry_id, n)
);
CREATE INDEX attempt_at ON attempt (started_at);

-- The error log (TN-3).
CREATE TABLE delivery_error (
  org_id uuid NOT NULL, id uuid NOT NULL, at bigint NOT NULL, channel_id uuid NOT NULL, conversation_id uuid,
  entry_id uuid, code text NOT NULL, detail text NOT NULL,
  PRIMARY KEY (org_id, id)
);
CREATE INDEX delivery_error_at ON delivery_error (org_id, at);

CREATE TABLE queue (
  org_id uuid NOT NULL, id uuid NOT NULL, name text NOT NULL, routing_configuration_id uuid,
  overflow_queue_id uuid, overflow_after integer NOT NULL, version bigint NOT NULL,
  PRIMARY KEY (org_id, id), UNIQUE (org_id, name)
);
CREATE TABLE queue_member (
  org_id uuid NOT NULL, queue_id uuid NOT NULL, user_id uuid NOT NULL,
  PRIMARY KEY (org_id, queue_id, user_id)
);
CREATE INDEX queue_member_user ON queue_member (org_id, user_id);

CREATE TABLE routing_configuration (
  org_id uuid NOT NULL, id uuid NOT NULL, name text NOT NULL, model text NOT NULL, priority integer NOT NULL,
  size_units integer NOT NULL, size_percent integer NOT NULL, push_timeout integer NOT NULL,
  auto_accept boolean NOT NULL, version bigint NOT NULL,
  PRIMARY KEY (org_id, id), UNIQUE (org_id, name)
);

-- One row for each open session that routing knows of. state: waiting, offered, assigned, inactive.
CREATE TABLE work_item (
  org_id uuid NOT NULL, session_id uuid NOT NULL, conversation_id uuid NOT NULL, channel_id uuid NOT NULL,
  channel_type text NOT NULL, state text NOT NULL, queue_id uuid, direct_agent_id uuid, preferred_agent_id uuid,
  agent_id uuid, units integer NOT NULL, waiting_since bigint NOT NULL, version bigint NOT NULL,
  PRIMARY KEY (org_id, session_id)
);
CREATE INDEX work_item_agent ON work_item (org_id, agent_id);
CREATE INDEX work_item_queue ON work_item (org_id, queue_id);

CREATE TABLE offer (
  org_id uuid NOT NULL, id uuid NOT NULL, session_id uuid NOT NULL, agent_id uuid NOT NULL, state text NOT NULL,
  units integer NOT NULL, reason text NOT NULL, decline_reason text NOT NULL,
  created_at bigint NOT NULL, expires_at bigint, decided_at bigint,
  PRIMARY KEY (org_id, id)
);
CREATE INDEX offer_open ON offer (org_id, agent_id) WHERE state = 'open';
CREATE INDEX offer_session ON offer (org_id, session_id);

CREATE TABLE routing_decision (
  org_id uuid NOT NULL, id uuid NOT NULL, session_id uuid NOT NULL, at bigint NOT NULL,
  kind text NOT NULL, agent_id uuid, reason text NOT NULL,
  PRIMARY KEY (org_id, id)
);
CREATE INDEX routing_decision_session ON routing_decision (org_id, session_id, at);

CREATE TABLE presence_status (
  org_id uuid NOT NULL, id uuid NOT NULL, name text NOT NULL, kind text NOT NULL, channels text NOT NULL,
  position integer NOT NULL, version bigint NOT NULL,
  PRIMARY KEY (org_id, id), UNIQUE (org_id, name)
);
CREATE TABLE presence (
  org_id uuid NOT NULL, user_id uuid NOT NULL, status_id uuid NOT NULL, kind text NOT NULL, since bigint NOT NULL,
  version bigint NOT NULL,
  PRIMARY KEY (org_id, user_id)
);
CREATE TABLE presence_history (
  org_id uuid NOT NULL, id uuid NOT NULL, user_id uuid NOT NULL, status_id uuid NOT NULL, kind text NOT NULL,
  from_at bigint NOT NULL, to_at bigint,
  PRIMARY KEY (org_id, id)
);
CREATE INDEX presence_history_user ON presence_history (org_id, user_id, from_at);
CREATE TABLE agent_connection (
  org_id uuid NOT NULL, user_id uuid NOT NULL, id uuid NOT NULL, node_id uuid NOT NULL, since bigint NOT NULL,
  PRIMARY KEY (org_id, user_id, id)
);
CREATE INDEX agent_connection_node ON agent_connection (node_id);

-- Nodes renew their row every 2 s by the database's clock; leases name one holder at a time.
CREATE TABLE node ( id uuid PRIMARY KEY, started_at bigint NOT NULL, seen_at bigint NOT NULL );
CREATE TABLE lease (
  name text PRIMARY KEY, holder uuid NOT NULL, epoch bigint NOT NULL, expires_at bigint NOT NULL
);

-- Durable timers and jobs, made in the transaction of their cause; one per kind and key.
CREATE TABLE job (
  org_id uuid NOT NULL, kind text NOT NULL, key text NOT NULL, due_at bigint NOT NULL,
  attempts integer NOT NULL, payload text NOT NULL, created_at bigint NOT NULL,
  PRIMARY KEY (org_id, kind, key)
);
CREATE INDEX job_due ON job (due_at);

CREATE TABLE file (
  org_id uuid NOT NULL, id uuid NOT NULL, name_env bytea NOT NULL, type text NOT NULL, size bigint NOT NULL,
  width integer NOT NULL, height integer NOT NULL, sha256 bytea NOT NULL, blob text NOT NULL,
  user_id uuid, customer_id uuid, conversation_id uuid, created_at bigint NOT NULL,
  PRIMARY KEY (org_id, id)
);
CREATE INDEX file_unbound ON file (created_at) WHERE conversation_id IS NULL;

CREATE TABLE quick_text (
  org_id uuid NOT NULL, id uuid NOT NULL, name text NOT NULL, shortcut text NOT NULL, text text NOT NULL,
  language text NOT NULL, version bigint NOT NULL,
  PRIMARY KEY (org_id, id), UNIQUE (org_id, shortcut, language)
);

CREATE TABLE template (
  org_id uuid NOT NULL, id uuid NOT NULL, channel_id uuid NOT NULL, name text NOT NULL, language text NOT NULL,
  category text NOT NULL, status text NOT NULL, header text NOT NULL, body text NOT NULL, footer text NOT NULL,
  version bigint NOT NULL,
  PRIMARY KEY (org_id, id), UNIQUE (org_id, channel_id, name, language)
);

CREATE TABLE read_marker (
  org_id uuid NOT NULL, conversation_id uuid NOT NULL, user_id uuid NOT NULL, seq bigint NOT NULL,
  PRIMARY KEY (org_id, conversation_id, user_id)
);

CREATE TABLE idempotency (
  org_id uuid NOT NULL, credential uuid NOT NULL, route text NOT NULL, key text NOT NULL, body_hash bytea NOT NULL,
  status integer NOT NULL, result_id uuid, response_env bytea, created_at bigint NOT NULL,
  PRIMARY KEY (org_id, credential, route, key)
);
CREATE INDEX idempotency_at ON idempotency (created_at);

-- What came and could not be understood (kept 7 days), or came unreadable (hash, size, headers only).
CREATE TABLE quarantine (
  org_id uuid NOT NULL, id uuid NOT NULL, channel_id uuid NOT NULL, at bigint NOT NULL, reason text NOT NULL,
  sha256 bytea NOT NULL, size bigint NOT NULL, headers text NOT NULL, payload_env bytea,
  PRIMARY KEY (org_id, id)
);
CREATE INDEX quarantine_at ON quarantine (at);

-- One row each of what the whole installation must agree on: the feed's epoch, the schema's secret check.
CREATE TABLE installation ( name text PRIMARY KEY, value text NOT NULL );

-- +goose Down
SELECT 1;
