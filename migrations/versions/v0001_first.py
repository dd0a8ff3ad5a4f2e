"""Accounts, sessions, tasks, and what protects them."""

from alembic import op

revision = "0001"
down_revision = None

UP = """
CREATE TABLE users (
  id uuid PRIMARY KEY,
  email text,
  email_key text COLLATE "C" UNIQUE,
  password_hash text,
  password_changed_at timestamptz,
  display_name text,
  timezone text NOT NULL,
  created_at timestamptz NOT NULL,
  disabled_at timestamptz,
  CONSTRAINT users_email CHECK ((email IS NULL) = (email_key IS NULL)),
  CONSTRAINT users_password CHECK (password_hash IS NULL OR email IS NOT NULL));

CREATE TABLE revisions (
  user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  revision bigint NOT NULL DEFAULT 0,
  horizon bigint NOT NULL DEFAULT 0,
  live_tasks integer NOT NULL DEFAULT 0,
  CONSTRAINT revisions_horizon CHECK (horizon <= revision),
  CONSTRAINT revisions_live_tasks CHECK (live_tasks >= 0)) WITH (fillfactor = 50);

CREATE TABLE sessions (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  generation bigint NOT NULL,
  created_at timestamptz NOT NULL,
  used_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  address text,
  user_agent text NOT NULL,
  PRIMARY KEY (user_id, id),
  CONSTRAINT sessions_end CHECK (expires_at <= ends_at));
CREATE INDEX sessions_expired ON sessions (expires_at);

CREATE TABLE tasks (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  version bigint NOT NULL,
  title text NOT NULL,
  description text NOT NULL,
  completed_at timestamptz,
  priority smallint NOT NULL,
  due_date date,
  due_time time(0),
  due_timezone text,
  due_at timestamptz,
  tags text[] COLLATE "C" NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  purged_at timestamptz,
  due_key bigint NOT NULL,
  title_key text COLLATE "C" NOT NULL,
  search_key text COLLATE "C" NOT NULL,
  PRIMARY KEY (user_id, id),
  CONSTRAINT tasks_version CHECK (version > 0),
  CONSTRAINT tasks_title CHECK (char_length(title) BETWEEN 1 AND 500 OR purged_at IS NOT NULL),
  CONSTRAINT tasks_description CHECK (char_length(description) <= 10000),
  CONSTRAINT tasks_priority CHECK (priority BETWEEN 0 AND 3),
  CONSTRAINT tasks_tags CHECK (cardinality(tags) <= 50),
  CONSTRAINT tasks_due_time CHECK (due_time IS NULL OR due_date IS NOT NULL),
  CONSTRAINT tasks_due_timezone CHECK (due_timezone IS NULL OR due_time IS NOT NULL),
  CONSTRAINT tasks_due_at CHECK ((due_at IS NULL) = (due_timezone IS NULL)),
  CONSTRAINT tasks_purged CHECK (purged_at IS NULL OR deleted_at IS NOT NULL));
CREATE UNIQUE INDEX tasks_id ON tasks (id);
CREATE UNIQUE INDEX tasks_changes ON tasks (user_id, version);
CREATE INDEX tasks_created ON tasks (user_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_updated ON tasks (user_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_due ON tasks (user_id, due_key, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_trash ON tasks (user_id, deleted_at, id) WHERE deleted_at IS NOT NULL AND purged_at IS NULL;
CREATE INDEX tasks_to_erase ON tasks (deleted_at) WHERE deleted_at IS NOT NULL AND purged_at IS NULL;
CREATE INDEX tasks_to_drop ON tasks (deleted_at) WHERE purged_at IS NOT NULL;

CREATE TABLE idempotency_keys (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  key text COLLATE "C" NOT NULL,
  fingerprint bytea NOT NULL,
  task jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, key));
CREATE INDEX idempotency_keys_old ON idempotency_keys (created_at);

CREATE TABLE audit_events (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  at timestamptz NOT NULL,
  action text NOT NULL,
  session_id uuid,
  address text,
  request_id text,
  kept_until timestamptz NOT NULL,
  PRIMARY KEY (user_id, id));
CREATE INDEX audit_events_at ON audit_events (at, id);
CREATE INDEX audit_events_old ON audit_events (kept_until);

CREATE FUNCTION keep_audit_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.kept_until <= statement_timestamp() THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'audit events are never changed, and kept until their time' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_events_kept BEFORE UPDATE OR DELETE ON audit_events
  FOR EACH ROW EXECUTE FUNCTION keep_audit_events();
CREATE TRIGGER audit_events_never_truncated BEFORE TRUNCATE ON audit_events
  FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_events();

CREATE TABLE rate_limits (
  key bytea PRIMARY KEY,
  ends_at timestamptz NOT NULL,
  count integer NOT NULL) WITH (fillfactor = 50);
CREATE INDEX rate_limits_ended ON rate_limits (ends_at);
"""

DOWN = """
DROP TABLE rate_limits, audit_events, idempotency_keys, tasks, sessions, revisions, users;
DROP FUNCTION keep_audit_events();
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)
