"""Lists, order, subtasks, recurrence.

Every user gets an inbox, and their tasks lie in it in the order in which they were made; earlier sync tokens expire.
The release before knows nothing of this: what it leaves out, triggers fill in. A later migration drops them.

Each step is committed by itself, so that nobody waits for more than one of them, and can be done again.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = """
CREATE TABLE IF NOT EXISTS lists (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  version bigint NOT NULL,
  name text NOT NULL,
  color text,
  position text COLLATE "C" NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  PRIMARY KEY (user_id, id),
  CONSTRAINT lists_version CHECK (version > 0),
  CONSTRAINT lists_name CHECK (char_length(name) BETWEEN 1 AND 100 OR deleted_at IS NOT NULL),
  CONSTRAINT lists_color CHECK (color ~ '^#[0-9a-f]{6}$'),
  CONSTRAINT lists_inbox CHECK (deleted_at IS NULL OR id <> user_id));
CREATE TABLE IF NOT EXISTS occurrences (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  task_id uuid NOT NULL,
  version bigint NOT NULL,
  due_date date NOT NULL,
  due_time time(0),
  due_timezone text,
  due_at timestamptz,
  place date NOT NULL,
  outcome text NOT NULL,
  at timestamptz NOT NULL,
  missed integer NOT NULL,
  PRIMARY KEY (user_id, task_id, version),
  CONSTRAINT occurrences_outcome CHECK (outcome IN ('completed', 'skipped')),
  CONSTRAINT occurrences_missed CHECK (missed >= 0),
  CONSTRAINT occurrences_task_id_fkey
    FOREIGN KEY (user_id, task_id) REFERENCES tasks (user_id, id) ON DELETE CASCADE);
"""

INDEXES = {
    "lists_id": ("UNIQUE INDEX", "(id)"),
    "lists_changes": ("UNIQUE INDEX", "(user_id, version)"),
    "lists_to_drop": ("INDEX", "(deleted_at) WHERE deleted_at IS NOT NULL"),
}


def position_at_end(number: str) -> str:
    """Return SQL for the position that comes with a number: the middle of all of eight digits in base 62, and it."""
    return f"""(
    SELECT string_agg(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
      mod((109170052792448 + {number}) / power, 62)::integer + 1, 1), '' ORDER BY power DESC)
    FROM unnest(ARRAY[1, 62, 3844, 238328, 14776336, 916132832, 56800235584, 3521614606208]::bigint[]) AS power)"""  # noqa: S608 - of our own words alone


FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION open_inbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE revisions SET revision = 1 WHERE user_id = NEW.user_id;
  INSERT INTO lists (user_id, id, version, name, position, created_at, updated_at)
  SELECT id, id, 1, 'Inbox', {position_at_end("1")}, created_at, created_at FROM users WHERE id = NEW.user_id;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION place_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.list_id := coalesce(NEW.list_id, NEW.user_id);
  NEW.position := coalesce(NEW.position, {position_at_end("NEW.version")});
  IF NEW.deleted_at IS NULL OR NEW.purged_at IS NOT NULL THEN
    NEW.deleted_with := NULL;
  ELSE
    NEW.deleted_with := coalesce(NEW.deleted_with, NEW.id);
  END IF;
  IF NEW.due_date IS NULL THEN
    NEW.series := NULL;
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION place_result() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.task := NEW.task || jsonb_build_object(
    'list_id', NEW.user_id, 'parent_id', NULL, 'series', NULL,
    'position', {position_at_end("(NEW.task ->> 'version')::bigint")});
  RETURN NEW;
END $$;
"""  # noqa: S608 - of our own words alone

COLUMNS = """
ALTER TABLE tasks
  ADD COLUMN IF NOT EXISTS list_id uuid,
  ADD COLUMN IF NOT EXISTS parent_id uuid,
  ADD COLUMN IF NOT EXISTS position text COLLATE "C",
  ADD COLUMN IF NOT EXISTS series jsonb,
  ADD COLUMN IF NOT EXISTS deleted_with uuid;
CREATE OR REPLACE TRIGGER tasks_placed BEFORE INSERT OR UPDATE ON tasks FOR EACH ROW WHEN (
    NEW.list_id IS NULL OR NEW.position IS NULL OR (NEW.series IS NOT NULL AND NEW.due_date IS NULL)
    OR (NEW.deleted_with IS NULL) <> (NEW.deleted_at IS NULL OR NEW.purged_at IS NOT NULL))
  EXECUTE FUNCTION place_task();
"""

RESULTS = """
-- squawk-ignore ban-drop-not-null, prefer-robust-stmts
ALTER TABLE idempotency_keys ALTER COLUMN task DROP NOT NULL, ADD COLUMN IF NOT EXISTS list jsonb;
CREATE OR REPLACE TRIGGER idempotency_keys_placed BEFORE INSERT OR UPDATE ON idempotency_keys
  FOR EACH ROW WHEN (NOT NEW.task ? 'list_id') EXECUTE FUNCTION place_result();
"""

INBOXES = f"""
WITH counted AS (
  UPDATE revisions SET revision = revision + 1, horizon = revision + 1
  WHERE NOT EXISTS (SELECT FROM lists WHERE lists.user_id = revisions.user_id)
  RETURNING user_id, revision)
INSERT INTO lists (user_id, id, version, name, position, created_at, updated_at)
SELECT id, id, revision, 'Inbox', {position_at_end("revision")}, created_at, now()
FROM counted JOIN users ON id = user_id;
"""  # noqa: S608 - of our own words alone

# One user after the other, each in a transaction: nobody waits for longer than it takes to place their own tasks.
PLACES = f"""
DO $$
DECLARE
  owner uuid;
BEGIN
  FOR owner IN SELECT DISTINCT user_id FROM tasks WHERE list_id IS NULL LOOP
    PERFORM FROM revisions WHERE user_id = owner FOR UPDATE;
    WITH placed AS (
      SELECT id, row_number() OVER (ORDER BY created_at, id) AS number FROM tasks WHERE user_id = owner)
    UPDATE tasks SET
      list_id = owner,
      position = {position_at_end("number")},
      deleted_with = CASE WHEN deleted_at IS NOT NULL AND purged_at IS NULL THEN tasks.id END
    FROM placed WHERE user_id = owner AND tasks.id = placed.id AND list_id IS NULL;
    COMMIT;
  END LOOP;
END $$;
"""  # noqa: S608 - of our own words alone

CONSTRAINTS = {
    "tasks_place": "CHECK (list_id IS NOT NULL AND position IS NOT NULL)",
    "tasks_parent": "CHECK (parent_id <> id)",
    "tasks_series": "CHECK (series IS NULL OR due_date IS NOT NULL)",
    "tasks_deleted_with": "CHECK ((deleted_with IS NOT NULL) = (deleted_at IS NOT NULL AND purged_at IS NULL))",
    "tasks_list_id_fkey": "FOREIGN KEY (user_id, list_id) REFERENCES lists (user_id, id) ON DELETE CASCADE",
    "tasks_parent_id_fkey": (
        "FOREIGN KEY (user_id, parent_id) REFERENCES tasks (user_id, id) DEFERRABLE INITIALLY DEFERRED"
    ),
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(TABLES)
        op.execute("SET lock_timeout = 0")  # it waits for all older transactions, also a backup's, and blocks nobody
        for name, (kind, columns) in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")  # one that was left half made is of no use
            op.execute(f"CREATE {kind} CONCURRENTLY IF NOT EXISTS {name} ON lists {columns}")
        op.execute("SET lock_timeout = '2s'")
        op.execute(FUNCTIONS)
        op.execute(
            "CREATE OR REPLACE TRIGGER revisions_inbox AFTER INSERT ON revisions"
            " FOR EACH ROW WHEN (NEW.revision = 0) EXECUTE FUNCTION open_inbox()"
        )
        op.execute(INBOXES)
        op.execute(COLUMNS)
        op.execute(RESULTS)
        op.execute("UPDATE idempotency_keys SET task = task WHERE NOT task ? 'list_id'")
        op.execute(PLACES)
        for name, rule in CONSTRAINTS.items():
            constrain("tasks", name, rule)
        constrain("idempotency_keys", "idempotency_keys_result", "CHECK (num_nonnulls(task, list) = 1)")


def constrain(table: str, name: str, rule: str) -> None:
    """Add a rule for new rows, then look whether the old ones keep it."""
    op.execute(
        f"ALTER TABLE {table}\n-- squawk-ignore ban-drop-constraint\nDROP CONSTRAINT IF EXISTS {name},"
        f" ADD CONSTRAINT {name} {rule} NOT VALID"
    )
    op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


DOWN = """
DROP TRIGGER idempotency_keys_placed ON idempotency_keys;
ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_result;
DELETE FROM idempotency_keys WHERE task IS NULL;
UPDATE idempotency_keys SET task = task - '{list_id,parent_id,position,series,deleted_with}'::text[];
ALTER TABLE idempotency_keys DROP COLUMN list, ALTER COLUMN task SET NOT NULL;
DROP TRIGGER tasks_placed ON tasks;
DROP TRIGGER revisions_inbox ON revisions;
DROP FUNCTION place_result, place_task, open_inbox;
DROP TABLE occurrences;
ALTER TABLE tasks
  DROP COLUMN list_id,
  DROP COLUMN parent_id,
  DROP COLUMN position,
  DROP COLUMN series,
  DROP COLUMN deleted_with;
DROP TABLE lists;
"""


def downgrade() -> None:
    op.execute(DOWN)
