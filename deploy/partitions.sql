-- Puts the tasks into hash partitions by user, on a database with the newest schema: psql -v ON_ERROR_STOP=1 -f partitions.sql URL
-- Stop the servers first. docs/scaling.md says when this is worth it. A test runs the contract of the store on the result.
BEGIN;

-- The one key that is not the user's becomes a directory: whose task is it? Its name is what the server looks for.
CREATE TABLE task_owners (
  id uuid NOT NULL,
  user_id uuid NOT NULL
);
INSERT INTO task_owners SELECT id, user_id FROM tasks;

CREATE TEMP TABLE definitions ON COMMIT DROP AS
SELECT 1 AS step, pg_get_indexdef(indexrelid) AS statement FROM pg_index
  WHERE indrelid = 'tasks'::regclass AND NOT indisprimary AND indexrelid <> 'tasks_id'::regclass
UNION ALL
SELECT 2, format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
  WHERE contype = 'f' AND 'tasks'::regclass IN (conrelid, confrelid) AND conparentid = 0
UNION ALL
SELECT 3, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'tasks'::regclass AND NOT tgisinternal;

CREATE TABLE partitioned (LIKE tasks INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE)
  PARTITION BY HASH (user_id);
SELECT format('CREATE TABLE tasks_%s PARTITION OF partitioned FOR VALUES WITH (MODULUS 8, REMAINDER %s)', part, part)
  FROM generate_series(0, 7) AS part \gexec
INSERT INTO partitioned SELECT * FROM tasks;
DROP TABLE tasks CASCADE;
ALTER TABLE partitioned RENAME TO tasks;
ALTER TABLE tasks ADD CONSTRAINT tasks_pkey PRIMARY KEY (user_id, id);
ALTER TABLE task_owners ADD CONSTRAINT tasks_id PRIMARY KEY (id);
SELECT statement FROM definitions ORDER BY step \gexec

-- Each partition has an index by id, for the question whose a task is.
CREATE INDEX tasks_by_id ON tasks (id);

CREATE FUNCTION own_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO task_owners VALUES (NEW.id, NEW.user_id); -- before the row: an id that is taken violates `tasks_id`
  RETURN NEW;
END $$;
CREATE FUNCTION disown_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM task_owners WHERE id = OLD.id;
  RETURN NULL;
END $$;
CREATE TRIGGER tasks_owned BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION own_task();
CREATE TRIGGER tasks_disowned AFTER DELETE ON tasks FOR EACH ROW EXECUTE FUNCTION disown_task();

COMMIT;
