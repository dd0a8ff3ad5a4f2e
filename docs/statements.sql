-- Every fixed statement of the PostgreSQL adapter, as psycopg sends it, with the names of its parameters.
-- Lists have one statement for each combination of filters and sort order; a few stand here as examples.
-- Written by tests/postgres/test_statements.py, which compares it with the program.

-- audit.PRUNE
DELETE FROM audit_events WHERE (audit_events.user_id, audit_events.id) IN (SELECT audit_events.user_id, audit_events.id
FROM audit_events
WHERE audit_events.kept_until <= statement_timestamp()
 LIMIT :max_rows::BIGINT) RETURNING audit_events.id;

-- feed.PAGE, access check: session
SELECT revisions.revision, revisions.horizon, page.change, page.deleted, page.id, page.version, page.title, page.description, page.completed_at, page.priority, page.due_date, page.due_time, page.due_timezone, page.due_at, page.tags, page.list_id, page.parent_id, page.position, page.series, page.created_at, page.updated_at, page.deleted_at, page.deleted_with, page.lists_id, page.lists_version, page.lists_name, page.lists_color, page.lists_inbox, page.lists_position, page.lists_created_at, page.lists_updated_at, page.number, page.following
FROM (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access JOIN revisions ON revisions.user_id = access.user_id LEFT OUTER JOIN (SELECT numbered.change AS change, numbered.deleted AS deleted, numbered.id AS id, numbered.version AS version, numbered.title AS title, numbered.description AS description, numbered.completed_at AS completed_at, numbered.priority AS priority, numbered.due_date AS due_date, numbered.due_time AS due_time, numbered.due_timezone AS due_timezone, numbered.due_at AS due_at, numbered.tags AS tags, numbered.list_id AS list_id, numbered.parent_id AS parent_id, numbered.position AS position, numbered.series AS series, numbered.created_at AS created_at, numbered.updated_at AS updated_at, numbered.deleted_at AS deleted_at, numbered.deleted_with AS deleted_with, numbered.lists_id AS lists_id, numbered.lists_version AS lists_version, numbered.lists_name AS lists_name, numbered.lists_color AS lists_color, numbered.lists_inbox AS lists_inbox, numbered.lists_position AS lists_position, numbered.lists_created_at AS lists_created_at, numbered.lists_updated_at AS lists_updated_at, numbered.number AS number, numbered.following AS following
FROM (SELECT changed.change AS change, changed.deleted AS deleted, changed.id AS id, changed.version AS version, changed.title AS title, changed.description AS description, changed.completed_at AS completed_at, changed.priority AS priority, changed.due_date AS due_date, changed.due_time AS due_time, changed.due_timezone AS due_timezone, changed.due_at AS due_at, changed.tags AS tags, changed.list_id AS list_id, changed.parent_id AS parent_id, changed.position AS position, changed.series AS series, changed.created_at AS created_at, changed.updated_at AS updated_at, changed.deleted_at AS deleted_at, changed.deleted_with AS deleted_with, changed.lists_id AS lists_id, changed.lists_version AS lists_version, changed.lists_name AS lists_name, changed.lists_color AS lists_color, changed.lists_inbox AS lists_inbox, changed.lists_position AS lists_position, changed.lists_created_at AS lists_created_at, changed.lists_updated_at AS lists_updated_at, row_number() OVER (ORDER BY changed.change ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS number, lead(1) OVER (ORDER BY changed.change ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS following, sum(CASE WHEN changed.deleted THEN :param_1::INTEGER ELSE coalesce(octet_length(changed.title) + octet_length(changed.description) + octet_length(array_to_string(changed.tags, :array_to_string_1::VARCHAR)), :coalesce_1::INTEGER) END) OVER (ORDER BY changed.change ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS together
FROM ((SELECT tasks.version AS change, tasks.deleted_at IS NOT NULL AS deleted, tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.series AS series, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with, CAST(NULL AS UUID) AS lists_id, CAST(NULL AS BIGINT) AS lists_version, CAST(NULL AS TEXT) AS lists_name, CAST(NULL AS TEXT) AS lists_color, CAST(NULL AS BOOLEAN) AS lists_inbox, CAST(NULL AS TEXT) COLLATE "C" AS lists_position, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS lists_created_at, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS lists_updated_at
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.version > :position::BIGINT AND (tasks.deleted_at IS NULL OR tasks.version > :base::BIGINT) ORDER BY tasks.version
 LIMIT :max_rows::BIGINT) UNION ALL (SELECT lists.version AS change, lists.deleted_at IS NOT NULL AS deleted, CAST(NULL AS UUID) AS id, CAST(NULL AS BIGINT) AS version, CAST(NULL AS TEXT) AS title, CAST(NULL AS TEXT) AS description, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS completed_at, CAST(NULL AS SMALLINT) AS priority, CAST(NULL AS DATE) AS due_date, CAST(NULL AS TIME(0) WITHOUT TIME ZONE) AS due_time, CAST(NULL AS TEXT) AS due_timezone, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS due_at, CAST(NULL AS TEXT[]) COLLATE "C" AS tags, CAST(NULL AS UUID) AS list_id, CAST(NULL AS UUID) AS parent_id, CAST(NULL AS TEXT) COLLATE "C" AS position, CAST(NULL AS JSONB) AS series, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS created_at, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS updated_at, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS deleted_at, CAST(NULL AS UUID) AS deleted_with, lists.id AS lists_id, lists.version AS lists_version, lists.name AS lists_name, lists.color AS lists_color, lists.id = lists.user_id AS lists_inbox, lists.position AS lists_position, lists.created_at AS lists_created_at, lists.updated_at AS lists_updated_at
FROM lists
WHERE lists.user_id = :user::UUID AND lists.version > :position::BIGINT AND (lists.deleted_at IS NULL OR lists.version > :base::BIGINT) ORDER BY lists.version
 LIMIT :max_rows::BIGINT)) AS changed) AS numbered
WHERE numbered.number <= :limit AND (numbered.number = :number_1::INTEGER OR numbered.together <= :together_1::INTEGER)) AS page ON true ORDER BY page.number;

-- feed.PAGE, access check: identity
SELECT revisions.revision, revisions.horizon, page.change, page.deleted, page.id, page.version, page.title, page.description, page.completed_at, page.priority, page.due_date, page.due_time, page.due_timezone, page.due_at, page.tags, page.list_id, page.parent_id, page.position, page.series, page.created_at, page.updated_at, page.deleted_at, page.deleted_with, page.lists_id, page.lists_version, page.lists_name, page.lists_color, page.lists_inbox, page.lists_position, page.lists_created_at, page.lists_updated_at, page.number, page.following
FROM (SELECT users.id AS user_id
FROM users JOIN identities ON identities.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND identities.issuer = :issuer::VARCHAR COLLATE "C" AND identities.subject = :subject::VARCHAR COLLATE "C" AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE)) AS access JOIN revisions ON revisions.user_id = access.user_id LEFT OUTER JOIN (SELECT numbered.change AS change, numbered.deleted AS deleted, numbered.id AS id, numbered.version AS version, numbered.title AS title, numbered.description AS description, numbered.completed_at AS completed_at, numbered.priority AS priority, numbered.due_date AS due_date, numbered.due_time AS due_time, numbered.due_timezone AS due_timezone, numbered.due_at AS due_at, numbered.tags AS tags, numbered.list_id AS list_id, numbered.parent_id AS parent_id, numbered.position AS position, numbered.series AS series, numbered.created_at AS created_at, numbered.updated_at AS updated_at, numbered.deleted_at AS deleted_at, numbered.deleted_with AS deleted_with, numbered.lists_id AS lists_id, numbered.lists_version AS lists_version, numbered.lists_name AS lists_name, numbered.lists_color AS lists_color, numbered.lists_inbox AS lists_inbox, numbered.lists_position AS lists_position, numbered.lists_created_at AS lists_created_at, numbered.lists_updated_at AS lists_updated_at, numbered.number AS number, numbered.following AS following
FROM (SELECT changed.change AS change, changed.deleted AS deleted, changed.id AS id, changed.version AS version, changed.title AS title, changed.description AS description, changed.completed_at AS completed_at, changed.priority AS priority, changed.due_date AS due_date, changed.due_time AS due_time, changed.due_timezone AS due_timezone, changed.due_at AS due_at, changed.tags AS tags, changed.list_id AS list_id, changed.parent_id AS parent_id, changed.position AS position, changed.series AS series, changed.created_at AS created_at, changed.updated_at AS updated_at, changed.deleted_at AS deleted_at, changed.deleted_with AS deleted_with, changed.lists_id AS lists_id, changed.lists_version AS lists_version, changed.lists_name AS lists_name, changed.lists_color AS lists_color, changed.lists_inbox AS lists_inbox, changed.lists_position AS lists_position, changed.lists_created_at AS lists_created_at, changed.lists_updated_at AS lists_updated_at, row_number() OVER (ORDER BY changed.change ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS number, lead(1) OVER (ORDER BY changed.change ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS following, sum(CASE WHEN changed.deleted THEN :param_1::INTEGER ELSE coalesce(octet_length(changed.title) + octet_length(changed.description) + octet_length(array_to_string(changed.tags, :array_to_string_1::VARCHAR)), :coalesce_1::INTEGER) END) OVER (ORDER BY changed.change ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS together
FROM ((SELECT tasks.version AS change, tasks.deleted_at IS NOT NULL AS deleted, tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.series AS series, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with, CAST(NULL AS UUID) AS lists_id, CAST(NULL AS BIGINT) AS lists_version, CAST(NULL AS TEXT) AS lists_name, CAST(NULL AS TEXT) AS lists_color, CAST(NULL AS BOOLEAN) AS lists_inbox, CAST(NULL AS TEXT) COLLATE "C" AS lists_position, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS lists_created_at, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS lists_updated_at
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.version > :position::BIGINT AND (tasks.deleted_at IS NULL OR tasks.version > :base::BIGINT) ORDER BY tasks.version
 LIMIT :max_rows::BIGINT) UNION ALL (SELECT lists.version AS change, lists.deleted_at IS NOT NULL AS deleted, CAST(NULL AS UUID) AS id, CAST(NULL AS BIGINT) AS version, CAST(NULL AS TEXT) AS title, CAST(NULL AS TEXT) AS description, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS completed_at, CAST(NULL AS SMALLINT) AS priority, CAST(NULL AS DATE) AS due_date, CAST(NULL AS TIME(0) WITHOUT TIME ZONE) AS due_time, CAST(NULL AS TEXT) AS due_timezone, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS due_at, CAST(NULL AS TEXT[]) COLLATE "C" AS tags, CAST(NULL AS UUID) AS list_id, CAST(NULL AS UUID) AS parent_id, CAST(NULL AS TEXT) COLLATE "C" AS position, CAST(NULL AS JSONB) AS series, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS created_at, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS updated_at, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS deleted_at, CAST(NULL AS UUID) AS deleted_with, lists.id AS lists_id, lists.version AS lists_version, lists.name AS lists_name, lists.color AS lists_color, lists.id = lists.user_id AS lists_inbox, lists.position AS lists_position, lists.created_at AS lists_created_at, lists.updated_at AS lists_updated_at
FROM lists
WHERE lists.user_id = :user::UUID AND lists.version > :position::BIGINT AND (lists.deleted_at IS NULL OR lists.version > :base::BIGINT) ORDER BY lists.version
 LIMIT :max_rows::BIGINT)) AS changed) AS numbered
WHERE numbered.number <= :limit AND (numbered.number = :number_1::INTEGER OR numbered.together <= :together_1::INTEGER)) AS page ON true ORDER BY page.number;

-- feed.PAGE, access check: personal token
SELECT revisions.revision, revisions.horizon, page.change, page.deleted, page.id, page.version, page.title, page.description, page.completed_at, page.priority, page.due_date, page.due_time, page.due_timezone, page.due_at, page.tags, page.list_id, page.parent_id, page.position, page.series, page.created_at, page.updated_at, page.deleted_at, page.deleted_with, page.lists_id, page.lists_version, page.lists_name, page.lists_color, page.lists_inbox, page.lists_position, page.lists_created_at, page.lists_updated_at, page.number, page.following
FROM (SELECT users.id AS user_id
FROM users JOIN personal_tokens ON personal_tokens.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND personal_tokens.id = :token::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access JOIN revisions ON revisions.user_id = access.user_id LEFT OUTER JOIN (SELECT numbered.change AS change, numbered.deleted AS deleted, numbered.id AS id, numbered.version AS version, numbered.title AS title, numbered.description AS description, numbered.completed_at AS completed_at, numbered.priority AS priority, numbered.due_date AS due_date, numbered.due_time AS due_time, numbered.due_timezone AS due_timezone, numbered.due_at AS due_at, numbered.tags AS tags, numbered.list_id AS list_id, numbered.parent_id AS parent_id, numbered.position AS position, numbered.series AS series, numbered.created_at AS created_at, numbered.updated_at AS updated_at, numbered.deleted_at AS deleted_at, numbered.deleted_with AS deleted_with, numbered.lists_id AS lists_id, numbered.lists_version AS lists_version, numbered.lists_name AS lists_name, numbered.lists_color AS lists_color, numbered.lists_inbox AS lists_inbox, numbered.lists_position AS lists_position, numbered.lists_created_at AS lists_created_at, numbered.lists_updated_at AS lists_updated_at, numbered.number AS number, numbered.following AS following
FROM (SELECT changed.change AS change, changed.deleted AS deleted, changed.id AS id, changed.version AS version, changed.title AS title, changed.description AS description, changed.completed_at AS completed_at, changed.priority AS priority, changed.due_date AS due_date, changed.due_time AS due_time, changed.due_timezone AS due_timezone, changed.due_at AS due_at, changed.tags AS tags, changed.list_id AS list_id, changed.parent_id AS parent_id, changed.position AS position, changed.series AS series, changed.created_at AS created_at, changed.updated_at AS updated_at, changed.deleted_at AS deleted_at, changed.deleted_with AS deleted_with, changed.lists_id AS lists_id, changed.lists_version AS lists_version, changed.lists_name AS lists_name, changed.lists_color AS lists_color, changed.lists_inbox AS lists_inbox, changed.lists_position AS lists_position, changed.lists_created_at AS lists_created_at, changed.lists_updated_at AS lists_updated_at, row_number() OVER (ORDER BY changed.change ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS number, lead(1) OVER (ORDER BY changed.change ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS following, sum(CASE WHEN changed.deleted THEN :param_1::INTEGER ELSE coalesce(octet_length(changed.title) + octet_length(changed.description) + octet_length(array_to_string(changed.tags, :array_to_string_1::VARCHAR)), :coalesce_1::INTEGER) END) OVER (ORDER BY changed.change ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS together
FROM ((SELECT tasks.version AS change, tasks.deleted_at IS NOT NULL AS deleted, tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.series AS series, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with, CAST(NULL AS UUID) AS lists_id, CAST(NULL AS BIGINT) AS lists_version, CAST(NULL AS TEXT) AS lists_name, CAST(NULL AS TEXT) AS lists_color, CAST(NULL AS BOOLEAN) AS lists_inbox, CAST(NULL AS TEXT) COLLATE "C" AS lists_position, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS lists_created_at, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS lists_updated_at
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.version > :position::BIGINT AND (tasks.deleted_at IS NULL OR tasks.version > :base::BIGINT) ORDER BY tasks.version
 LIMIT :max_rows::BIGINT) UNION ALL (SELECT lists.version AS change, lists.deleted_at IS NOT NULL AS deleted, CAST(NULL AS UUID) AS id, CAST(NULL AS BIGINT) AS version, CAST(NULL AS TEXT) AS title, CAST(NULL AS TEXT) AS description, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS completed_at, CAST(NULL AS SMALLINT) AS priority, CAST(NULL AS DATE) AS due_date, CAST(NULL AS TIME(0) WITHOUT TIME ZONE) AS due_time, CAST(NULL AS TEXT) AS due_timezone, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS due_at, CAST(NULL AS TEXT[]) COLLATE "C" AS tags, CAST(NULL AS UUID) AS list_id, CAST(NULL AS UUID) AS parent_id, CAST(NULL AS TEXT) COLLATE "C" AS position, CAST(NULL AS JSONB) AS series, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS created_at, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS updated_at, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS deleted_at, CAST(NULL AS UUID) AS deleted_with, lists.id AS lists_id, lists.version AS lists_version, lists.name AS lists_name, lists.color AS lists_color, lists.id = lists.user_id AS lists_inbox, lists.position AS lists_position, lists.created_at AS lists_created_at, lists.updated_at AS lists_updated_at
FROM lists
WHERE lists.user_id = :user::UUID AND lists.version > :position::BIGINT AND (lists.deleted_at IS NULL OR lists.version > :base::BIGINT) ORDER BY lists.version
 LIMIT :max_rows::BIGINT)) AS changed) AS numbered
WHERE numbered.number <= :limit AND (numbered.number = :number_1::INTEGER OR numbered.together <= :together_1::INTEGER)) AS page ON true ORDER BY page.number;

-- feed.PAGE, access check: locked
SELECT revisions.revision, revisions.horizon, page.change, page.deleted, page.id, page.version, page.title, page.description, page.completed_at, page.priority, page.due_date, page.due_time, page.due_timezone, page.due_at, page.tags, page.list_id, page.parent_id, page.position, page.series, page.created_at, page.updated_at, page.deleted_at, page.deleted_with, page.lists_id, page.lists_version, page.lists_name, page.lists_color, page.lists_inbox, page.lists_position, page.lists_created_at, page.lists_updated_at, page.number, page.following
FROM (SELECT users.id AS user_id
FROM users
WHERE users.id = :user::UUID) AS access JOIN revisions ON revisions.user_id = access.user_id LEFT OUTER JOIN (SELECT numbered.change AS change, numbered.deleted AS deleted, numbered.id AS id, numbered.version AS version, numbered.title AS title, numbered.description AS description, numbered.completed_at AS completed_at, numbered.priority AS priority, numbered.due_date AS due_date, numbered.due_time AS due_time, numbered.due_timezone AS due_timezone, numbered.due_at AS due_at, numbered.tags AS tags, numbered.list_id AS list_id, numbered.parent_id AS parent_id, numbered.position AS position, numbered.series AS series, numbered.created_at AS created_at, numbered.updated_at AS updated_at, numbered.deleted_at AS deleted_at, numbered.deleted_with AS deleted_with, numbered.lists_id AS lists_id, numbered.lists_version AS lists_version, numbered.lists_name AS lists_name, numbered.lists_color AS lists_color, numbered.lists_inbox AS lists_inbox, numbered.lists_position AS lists_position, numbered.lists_created_at AS lists_created_at, numbered.lists_updated_at AS lists_updated_at, numbered.number AS number, numbered.following AS following
FROM (SELECT changed.change AS change, changed.deleted AS deleted, changed.id AS id, changed.version AS version, changed.title AS title, changed.description AS description, changed.completed_at AS completed_at, changed.priority AS priority, changed.due_date AS due_date, changed.due_time AS due_time, changed.due_timezone AS due_timezone, changed.due_at AS due_at, changed.tags AS tags, changed.list_id AS list_id, changed.parent_id AS parent_id, changed.position AS position, changed.series AS series, changed.created_at AS created_at, changed.updated_at AS updated_at, changed.deleted_at AS deleted_at, changed.deleted_with AS deleted_with, changed.lists_id AS lists_id, changed.lists_version AS lists_version, changed.lists_name AS lists_name, changed.lists_color AS lists_color, changed.lists_inbox AS lists_inbox, changed.lists_position AS lists_position, changed.lists_created_at AS lists_created_at, changed.lists_updated_at AS lists_updated_at, row_number() OVER (ORDER BY changed.change ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS number, lead(1) OVER (ORDER BY changed.change ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS following, sum(CASE WHEN changed.deleted THEN :param_1::INTEGER ELSE coalesce(octet_length(changed.title) + octet_length(changed.description) + octet_length(array_to_string(changed.tags, :array_to_string_1::VARCHAR)), :coalesce_1::INTEGER) END) OVER (ORDER BY changed.change ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS together
FROM ((SELECT tasks.version AS change, tasks.deleted_at IS NOT NULL AS deleted, tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.series AS series, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with, CAST(NULL AS UUID) AS lists_id, CAST(NULL AS BIGINT) AS lists_version, CAST(NULL AS TEXT) AS lists_name, CAST(NULL AS TEXT) AS lists_color, CAST(NULL AS BOOLEAN) AS lists_inbox, CAST(NULL AS TEXT) COLLATE "C" AS lists_position, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS lists_created_at, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS lists_updated_at
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.version > :position::BIGINT AND (tasks.deleted_at IS NULL OR tasks.version > :base::BIGINT) ORDER BY tasks.version
 LIMIT :max_rows::BIGINT) UNION ALL (SELECT lists.version AS change, lists.deleted_at IS NOT NULL AS deleted, CAST(NULL AS UUID) AS id, CAST(NULL AS BIGINT) AS version, CAST(NULL AS TEXT) AS title, CAST(NULL AS TEXT) AS description, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS completed_at, CAST(NULL AS SMALLINT) AS priority, CAST(NULL AS DATE) AS due_date, CAST(NULL AS TIME(0) WITHOUT TIME ZONE) AS due_time, CAST(NULL AS TEXT) AS due_timezone, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS due_at, CAST(NULL AS TEXT[]) COLLATE "C" AS tags, CAST(NULL AS UUID) AS list_id, CAST(NULL AS UUID) AS parent_id, CAST(NULL AS TEXT) COLLATE "C" AS position, CAST(NULL AS JSONB) AS series, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS created_at, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS updated_at, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS deleted_at, CAST(NULL AS UUID) AS deleted_with, lists.id AS lists_id, lists.version AS lists_version, lists.name AS lists_name, lists.color AS lists_color, lists.id = lists.user_id AS lists_inbox, lists.position AS lists_position, lists.created_at AS lists_created_at, lists.updated_at AS lists_updated_at
FROM lists
WHERE lists.user_id = :user::UUID AND lists.version > :position::BIGINT AND (lists.deleted_at IS NULL OR lists.version > :base::BIGINT) ORDER BY lists.version
 LIMIT :max_rows::BIGINT)) AS changed) AS numbered
WHERE numbered.number <= :limit AND (numbered.number = :number_1::INTEGER OR numbered.together <= :together_1::INTEGER)) AS page ON true ORDER BY page.number;

-- feed.REVISION, access check: session
SELECT revisions.revision
FROM revisions JOIN (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access ON access.user_id = revisions.user_id;

-- feed.REVISION, access check: identity
SELECT revisions.revision
FROM revisions JOIN (SELECT users.id AS user_id
FROM users JOIN identities ON identities.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND identities.issuer = :issuer::VARCHAR COLLATE "C" AND identities.subject = :subject::VARCHAR COLLATE "C" AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE)) AS access ON access.user_id = revisions.user_id;

-- feed.REVISION, access check: personal token
SELECT revisions.revision
FROM revisions JOIN (SELECT users.id AS user_id
FROM users JOIN personal_tokens ON personal_tokens.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND personal_tokens.id = :token::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access ON access.user_id = revisions.user_id;

-- feed.REVISION, access check: locked
SELECT revisions.revision
FROM revisions JOIN (SELECT users.id AS user_id
FROM users
WHERE users.id = :user::UUID) AS access ON access.user_id = revisions.user_id;

-- grouped_writing.CHANGE_TASK, access check: session
WITH locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks, revisions.revision AS revision
FROM revisions
WHERE revisions.user_id = :user::UUID AND revisions.revision = :seen::BIGINT FOR NO KEY UPDATE),
alive AS
(SELECT locked.user_id AS user_id, locked.live_tasks AS live_tasks, locked.revision AS revision
FROM locked JOIN users ON users.id = locked.user_id JOIN sessions ON sessions.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE FOR SHARE OF sessions, users),
revision AS
(UPDATE revisions SET revision=:version::BIGINT, live_tasks=(revisions.live_tasks + :added::INTEGER) FROM alive WHERE revisions.user_id = alive.user_id RETURNING revisions.user_id)
 UPDATE tasks SET version=:version::BIGINT, title=:title::VARCHAR, description=:description::VARCHAR, completed_at=:completed_at::TIMESTAMP WITH TIME ZONE, priority=:priority::SMALLINT, due_date=:due_date::DATE, due_time=:due_time::TIME WITHOUT TIME ZONE, due_timezone=:due_timezone::VARCHAR, due_at=:due_at::TIMESTAMP WITH TIME ZONE, tags=:tags::TEXT[] COLLATE "C", list_id=:list_id::UUID, parent_id=:parent_id::UUID, position=:position::VARCHAR COLLATE "C", series=:series::JSONB, created_at=:created_at::TIMESTAMP WITH TIME ZONE, updated_at=:updated_at::TIMESTAMP WITH TIME ZONE, deleted_at=:deleted_at::TIMESTAMP WITH TIME ZONE, deleted_with=:deleted_with::UUID, due_key=:due_key::BIGINT, title_key=:title_key::VARCHAR COLLATE "C", search_key=:search_key::VARCHAR COLLATE "C" FROM revision WHERE tasks.user_id = revision.user_id AND tasks.id = :id::UUID RETURNING tasks.id;

-- grouped_writing.CHANGE_TASK, access check: identity
WITH locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks, revisions.revision AS revision
FROM revisions
WHERE revisions.user_id = :user::UUID AND revisions.revision = :seen::BIGINT FOR NO KEY UPDATE),
alive AS
(SELECT locked.user_id AS user_id, locked.live_tasks AS live_tasks, locked.revision AS revision
FROM locked JOIN users ON users.id = locked.user_id JOIN identities ON identities.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND identities.issuer = :issuer::VARCHAR COLLATE "C" AND identities.subject = :subject::VARCHAR COLLATE "C" AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE) FOR SHARE OF identities, users),
revision AS
(UPDATE revisions SET revision=:version::BIGINT, live_tasks=(revisions.live_tasks + :added::INTEGER) FROM alive WHERE revisions.user_id = alive.user_id RETURNING revisions.user_id)
 UPDATE tasks SET version=:version::BIGINT, title=:title::VARCHAR, description=:description::VARCHAR, completed_at=:completed_at::TIMESTAMP WITH TIME ZONE, priority=:priority::SMALLINT, due_date=:due_date::DATE, due_time=:due_time::TIME WITHOUT TIME ZONE, due_timezone=:due_timezone::VARCHAR, due_at=:due_at::TIMESTAMP WITH TIME ZONE, tags=:tags::TEXT[] COLLATE "C", list_id=:list_id::UUID, parent_id=:parent_id::UUID, position=:position::VARCHAR COLLATE "C", series=:series::JSONB, created_at=:created_at::TIMESTAMP WITH TIME ZONE, updated_at=:updated_at::TIMESTAMP WITH TIME ZONE, deleted_at=:deleted_at::TIMESTAMP WITH TIME ZONE, deleted_with=:deleted_with::UUID, due_key=:due_key::BIGINT, title_key=:title_key::VARCHAR COLLATE "C", search_key=:search_key::VARCHAR COLLATE "C" FROM revision WHERE tasks.user_id = revision.user_id AND tasks.id = :id::UUID RETURNING tasks.id;

-- grouped_writing.CHANGE_TASK, access check: personal token
WITH locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks, revisions.revision AS revision
FROM revisions
WHERE revisions.user_id = :user::UUID AND revisions.revision = :seen::BIGINT FOR NO KEY UPDATE),
alive AS
(SELECT locked.user_id AS user_id, locked.live_tasks AS live_tasks, locked.revision AS revision
FROM locked JOIN users ON users.id = locked.user_id JOIN personal_tokens ON personal_tokens.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND personal_tokens.id = :token::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE FOR SHARE OF personal_tokens, users),
revision AS
(UPDATE revisions SET revision=:version::BIGINT, live_tasks=(revisions.live_tasks + :added::INTEGER) FROM alive WHERE revisions.user_id = alive.user_id RETURNING revisions.user_id)
 UPDATE tasks SET version=:version::BIGINT, title=:title::VARCHAR, description=:description::VARCHAR, completed_at=:completed_at::TIMESTAMP WITH TIME ZONE, priority=:priority::SMALLINT, due_date=:due_date::DATE, due_time=:due_time::TIME WITHOUT TIME ZONE, due_timezone=:due_timezone::VARCHAR, due_at=:due_at::TIMESTAMP WITH TIME ZONE, tags=:tags::TEXT[] COLLATE "C", list_id=:list_id::UUID, parent_id=:parent_id::UUID, position=:position::VARCHAR COLLATE "C", series=:series::JSONB, created_at=:created_at::TIMESTAMP WITH TIME ZONE, updated_at=:updated_at::TIMESTAMP WITH TIME ZONE, deleted_at=:deleted_at::TIMESTAMP WITH TIME ZONE, deleted_with=:deleted_with::UUID, due_key=:due_key::BIGINT, title_key=:title_key::VARCHAR COLLATE "C", search_key=:search_key::VARCHAR COLLATE "C" FROM revision WHERE tasks.user_id = revision.user_id AND tasks.id = :id::UUID RETURNING tasks.id;

-- grouped_writing.CHANGE_TASK_AT_ONCE, access check: session
WITH locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks, revisions.revision AS revision
FROM revisions
WHERE revisions.user_id = :user::UUID AND revisions.revision = :seen::BIGINT FOR NO KEY UPDATE SKIP LOCKED),
alive AS
(SELECT locked.user_id AS user_id, locked.live_tasks AS live_tasks, locked.revision AS revision
FROM locked JOIN users ON users.id = locked.user_id JOIN sessions ON sessions.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE FOR SHARE OF sessions, users),
revision AS
(UPDATE revisions SET revision=:version::BIGINT, live_tasks=(revisions.live_tasks + :added::INTEGER) FROM alive WHERE revisions.user_id = alive.user_id RETURNING revisions.user_id)
 UPDATE tasks SET version=:version::BIGINT, title=:title::VARCHAR, description=:description::VARCHAR, completed_at=:completed_at::TIMESTAMP WITH TIME ZONE, priority=:priority::SMALLINT, due_date=:due_date::DATE, due_time=:due_time::TIME WITHOUT TIME ZONE, due_timezone=:due_timezone::VARCHAR, due_at=:due_at::TIMESTAMP WITH TIME ZONE, tags=:tags::TEXT[] COLLATE "C", list_id=:list_id::UUID, parent_id=:parent_id::UUID, position=:position::VARCHAR COLLATE "C", series=:series::JSONB, created_at=:created_at::TIMESTAMP WITH TIME ZONE, updated_at=:updated_at::TIMESTAMP WITH TIME ZONE, deleted_at=:deleted_at::TIMESTAMP WITH TIME ZONE, deleted_with=:deleted_with::UUID, due_key=:due_key::BIGINT, title_key=:title_key::VARCHAR COLLATE "C", search_key=:search_key::VARCHAR COLLATE "C" FROM revision WHERE tasks.user_id = revision.user_id AND tasks.id = :id::UUID RETURNING tasks.id;

-- grouped_writing.CHANGE_TASK_AT_ONCE, access check: identity
WITH locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks, revisions.revision AS revision
FROM revisions
WHERE revisions.user_id = :user::UUID AND revisions.revision = :seen::BIGINT FOR NO KEY UPDATE SKIP LOCKED),
alive AS
(SELECT locked.user_id AS user_id, locked.live_tasks AS live_tasks, locked.revision AS revision
FROM locked JOIN users ON users.id = locked.user_id JOIN identities ON identities.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND identities.issuer = :issuer::VARCHAR COLLATE "C" AND identities.subject = :subject::VARCHAR COLLATE "C" AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE) FOR SHARE OF identities, users),
revision AS
(UPDATE revisions SET revision=:version::BIGINT, live_tasks=(revisions.live_tasks + :added::INTEGER) FROM alive WHERE revisions.user_id = alive.user_id RETURNING revisions.user_id)
 UPDATE tasks SET version=:version::BIGINT, title=:title::VARCHAR, description=:description::VARCHAR, completed_at=:completed_at::TIMESTAMP WITH TIME ZONE, priority=:priority::SMALLINT, due_date=:due_date::DATE, due_time=:due_time::TIME WITHOUT TIME ZONE, due_timezone=:due_timezone::VARCHAR, due_at=:due_at::TIMESTAMP WITH TIME ZONE, tags=:tags::TEXT[] COLLATE "C", list_id=:list_id::UUID, parent_id=:parent_id::UUID, position=:position::VARCHAR COLLATE "C", series=:series::JSONB, created_at=:created_at::TIMESTAMP WITH TIME ZONE, updated_at=:updated_at::TIMESTAMP WITH TIME ZONE, deleted_at=:deleted_at::TIMESTAMP WITH TIME ZONE, deleted_with=:deleted_with::UUID, due_key=:due_key::BIGINT, title_key=:title_key::VARCHAR COLLATE "C", search_key=:search_key::VARCHAR COLLATE "C" FROM revision WHERE tasks.user_id = revision.user_id AND tasks.id = :id::UUID RETURNING tasks.id;

-- grouped_writing.CHANGE_TASK_AT_ONCE, access check: personal token
WITH locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks, revisions.revision AS revision
FROM revisions
WHERE revisions.user_id = :user::UUID AND revisions.revision = :seen::BIGINT FOR NO KEY UPDATE SKIP LOCKED),
alive AS
(SELECT locked.user_id AS user_id, locked.live_tasks AS live_tasks, locked.revision AS revision
FROM locked JOIN users ON users.id = locked.user_id JOIN personal_tokens ON personal_tokens.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND personal_tokens.id = :token::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE FOR SHARE OF personal_tokens, users),
revision AS
(UPDATE revisions SET revision=:version::BIGINT, live_tasks=(revisions.live_tasks + :added::INTEGER) FROM alive WHERE revisions.user_id = alive.user_id RETURNING revisions.user_id)
 UPDATE tasks SET version=:version::BIGINT, title=:title::VARCHAR, description=:description::VARCHAR, completed_at=:completed_at::TIMESTAMP WITH TIME ZONE, priority=:priority::SMALLINT, due_date=:due_date::DATE, due_time=:due_time::TIME WITHOUT TIME ZONE, due_timezone=:due_timezone::VARCHAR, due_at=:due_at::TIMESTAMP WITH TIME ZONE, tags=:tags::TEXT[] COLLATE "C", list_id=:list_id::UUID, parent_id=:parent_id::UUID, position=:position::VARCHAR COLLATE "C", series=:series::JSONB, created_at=:created_at::TIMESTAMP WITH TIME ZONE, updated_at=:updated_at::TIMESTAMP WITH TIME ZONE, deleted_at=:deleted_at::TIMESTAMP WITH TIME ZONE, deleted_with=:deleted_with::UUID, due_key=:due_key::BIGINT, title_key=:title_key::VARCHAR COLLATE "C", search_key=:search_key::VARCHAR COLLATE "C" FROM revision WHERE tasks.user_id = revision.user_id AND tasks.id = :id::UUID RETURNING tasks.id;

-- grouped_writing.CREATE_TASK, access check: session
WITH locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks, revisions.revision AS revision
FROM revisions
WHERE revisions.user_id = :user::UUID AND revisions.live_tasks < :max_tasks::INTEGER FOR NO KEY UPDATE),
alive AS
(SELECT locked.user_id AS user_id, locked.live_tasks AS live_tasks, locked.revision AS revision
FROM locked JOIN users ON users.id = locked.user_id JOIN sessions ON sessions.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE FOR SHARE OF sessions, users),
revision AS
(UPDATE revisions SET revision=(revisions.revision + :revision_1::BIGINT), live_tasks=(revisions.live_tasks + :live_tasks_1::INTEGER) FROM alive WHERE revisions.user_id = alive.user_id RETURNING revisions.user_id, revisions.revision, concat(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3521614606208) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 56800235584) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 916132832) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 14776336) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 238328) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3844) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 62) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 1) % 62 AS INTEGER) + 1, 1)) AS "end")
 INSERT INTO tasks (user_id, id, version, title, description, completed_at, priority, due_date, due_time, due_timezone, due_at, tags, list_id, parent_id, position, series, created_at, updated_at, deleted_at, deleted_with, purged_at, due_key, title_key, search_key) SELECT revision.user_id, :id::UUID AS anon_1, revision.revision, :title::VARCHAR AS anon_2, :description::VARCHAR AS anon_3, :completed_at::TIMESTAMP WITH TIME ZONE AS anon_4, :priority::SMALLINT AS anon_5, :due_date::DATE AS anon_6, :due_time::TIME WITHOUT TIME ZONE AS anon_7, :due_timezone::VARCHAR AS anon_8, :due_at::TIMESTAMP WITH TIME ZONE AS anon_9, :tags::TEXT[] COLLATE "C" AS anon_10, :list_id::UUID AS anon_11, :parent_id::UUID AS anon_12, CASE WHEN (:position::VARCHAR COLLATE "C" = :param_1::VARCHAR COLLATE "C") THEN revision."end" ELSE :position::VARCHAR COLLATE "C" END AS anon_13, :series::JSONB AS anon_14, :created_at::TIMESTAMP WITH TIME ZONE AS anon_15, :updated_at::TIMESTAMP WITH TIME ZONE AS anon_16, :deleted_at::TIMESTAMP WITH TIME ZONE AS anon_17, :deleted_with::UUID AS anon_18, NULL AS anon_19, :due_key::BIGINT AS anon_20, :title_key::VARCHAR COLLATE "C" AS anon_21, :search_key::VARCHAR COLLATE "C" AS anon_22
FROM revision RETURNING tasks.version, tasks.position;

-- grouped_writing.CREATE_TASK, access check: identity
WITH locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks, revisions.revision AS revision
FROM revisions
WHERE revisions.user_id = :user::UUID AND revisions.live_tasks < :max_tasks::INTEGER FOR NO KEY UPDATE),
alive AS
(SELECT locked.user_id AS user_id, locked.live_tasks AS live_tasks, locked.revision AS revision
FROM locked JOIN users ON users.id = locked.user_id JOIN identities ON identities.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND identities.issuer = :issuer::VARCHAR COLLATE "C" AND identities.subject = :subject::VARCHAR COLLATE "C" AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE) FOR SHARE OF identities, users),
revision AS
(UPDATE revisions SET revision=(revisions.revision + :revision_1::BIGINT), live_tasks=(revisions.live_tasks + :live_tasks_1::INTEGER) FROM alive WHERE revisions.user_id = alive.user_id RETURNING revisions.user_id, revisions.revision, concat(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3521614606208) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 56800235584) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 916132832) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 14776336) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 238328) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3844) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 62) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 1) % 62 AS INTEGER) + 1, 1)) AS "end")
 INSERT INTO tasks (user_id, id, version, title, description, completed_at, priority, due_date, due_time, due_timezone, due_at, tags, list_id, parent_id, position, series, created_at, updated_at, deleted_at, deleted_with, purged_at, due_key, title_key, search_key) SELECT revision.user_id, :id::UUID AS anon_1, revision.revision, :title::VARCHAR AS anon_2, :description::VARCHAR AS anon_3, :completed_at::TIMESTAMP WITH TIME ZONE AS anon_4, :priority::SMALLINT AS anon_5, :due_date::DATE AS anon_6, :due_time::TIME WITHOUT TIME ZONE AS anon_7, :due_timezone::VARCHAR AS anon_8, :due_at::TIMESTAMP WITH TIME ZONE AS anon_9, :tags::TEXT[] COLLATE "C" AS anon_10, :list_id::UUID AS anon_11, :parent_id::UUID AS anon_12, CASE WHEN (:position::VARCHAR COLLATE "C" = :param_1::VARCHAR COLLATE "C") THEN revision."end" ELSE :position::VARCHAR COLLATE "C" END AS anon_13, :series::JSONB AS anon_14, :created_at::TIMESTAMP WITH TIME ZONE AS anon_15, :updated_at::TIMESTAMP WITH TIME ZONE AS anon_16, :deleted_at::TIMESTAMP WITH TIME ZONE AS anon_17, :deleted_with::UUID AS anon_18, NULL AS anon_19, :due_key::BIGINT AS anon_20, :title_key::VARCHAR COLLATE "C" AS anon_21, :search_key::VARCHAR COLLATE "C" AS anon_22
FROM revision RETURNING tasks.version, tasks.position;

-- grouped_writing.CREATE_TASK, access check: personal token
WITH locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks, revisions.revision AS revision
FROM revisions
WHERE revisions.user_id = :user::UUID AND revisions.live_tasks < :max_tasks::INTEGER FOR NO KEY UPDATE),
alive AS
(SELECT locked.user_id AS user_id, locked.live_tasks AS live_tasks, locked.revision AS revision
FROM locked JOIN users ON users.id = locked.user_id JOIN personal_tokens ON personal_tokens.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND personal_tokens.id = :token::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE FOR SHARE OF personal_tokens, users),
revision AS
(UPDATE revisions SET revision=(revisions.revision + :revision_1::BIGINT), live_tasks=(revisions.live_tasks + :live_tasks_1::INTEGER) FROM alive WHERE revisions.user_id = alive.user_id RETURNING revisions.user_id, revisions.revision, concat(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3521614606208) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 56800235584) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 916132832) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 14776336) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 238328) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3844) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 62) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 1) % 62 AS INTEGER) + 1, 1)) AS "end")
 INSERT INTO tasks (user_id, id, version, title, description, completed_at, priority, due_date, due_time, due_timezone, due_at, tags, list_id, parent_id, position, series, created_at, updated_at, deleted_at, deleted_with, purged_at, due_key, title_key, search_key) SELECT revision.user_id, :id::UUID AS anon_1, revision.revision, :title::VARCHAR AS anon_2, :description::VARCHAR AS anon_3, :completed_at::TIMESTAMP WITH TIME ZONE AS anon_4, :priority::SMALLINT AS anon_5, :due_date::DATE AS anon_6, :due_time::TIME WITHOUT TIME ZONE AS anon_7, :due_timezone::VARCHAR AS anon_8, :due_at::TIMESTAMP WITH TIME ZONE AS anon_9, :tags::TEXT[] COLLATE "C" AS anon_10, :list_id::UUID AS anon_11, :parent_id::UUID AS anon_12, CASE WHEN (:position::VARCHAR COLLATE "C" = :param_1::VARCHAR COLLATE "C") THEN revision."end" ELSE :position::VARCHAR COLLATE "C" END AS anon_13, :series::JSONB AS anon_14, :created_at::TIMESTAMP WITH TIME ZONE AS anon_15, :updated_at::TIMESTAMP WITH TIME ZONE AS anon_16, :deleted_at::TIMESTAMP WITH TIME ZONE AS anon_17, :deleted_with::UUID AS anon_18, NULL AS anon_19, :due_key::BIGINT AS anon_20, :title_key::VARCHAR COLLATE "C" AS anon_21, :search_key::VARCHAR COLLATE "C" AS anon_22
FROM revision RETURNING tasks.version, tasks.position;

-- grouped_writing.CREATE_TASK_AT_ONCE, access check: session
WITH locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks, revisions.revision AS revision
FROM revisions
WHERE revisions.user_id = :user::UUID AND revisions.live_tasks < :max_tasks::INTEGER FOR NO KEY UPDATE SKIP LOCKED),
alive AS
(SELECT locked.user_id AS user_id, locked.live_tasks AS live_tasks, locked.revision AS revision
FROM locked JOIN users ON users.id = locked.user_id JOIN sessions ON sessions.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE FOR SHARE OF sessions, users),
revision AS
(UPDATE revisions SET revision=(revisions.revision + :revision_1::BIGINT), live_tasks=(revisions.live_tasks + :live_tasks_1::INTEGER) FROM alive WHERE revisions.user_id = alive.user_id RETURNING revisions.user_id, revisions.revision, concat(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3521614606208) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 56800235584) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 916132832) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 14776336) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 238328) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3844) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 62) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 1) % 62 AS INTEGER) + 1, 1)) AS "end")
 INSERT INTO tasks (user_id, id, version, title, description, completed_at, priority, due_date, due_time, due_timezone, due_at, tags, list_id, parent_id, position, series, created_at, updated_at, deleted_at, deleted_with, purged_at, due_key, title_key, search_key) SELECT revision.user_id, :id::UUID AS anon_1, revision.revision, :title::VARCHAR AS anon_2, :description::VARCHAR AS anon_3, :completed_at::TIMESTAMP WITH TIME ZONE AS anon_4, :priority::SMALLINT AS anon_5, :due_date::DATE AS anon_6, :due_time::TIME WITHOUT TIME ZONE AS anon_7, :due_timezone::VARCHAR AS anon_8, :due_at::TIMESTAMP WITH TIME ZONE AS anon_9, :tags::TEXT[] COLLATE "C" AS anon_10, :list_id::UUID AS anon_11, :parent_id::UUID AS anon_12, CASE WHEN (:position::VARCHAR COLLATE "C" = :param_1::VARCHAR COLLATE "C") THEN revision."end" ELSE :position::VARCHAR COLLATE "C" END AS anon_13, :series::JSONB AS anon_14, :created_at::TIMESTAMP WITH TIME ZONE AS anon_15, :updated_at::TIMESTAMP WITH TIME ZONE AS anon_16, :deleted_at::TIMESTAMP WITH TIME ZONE AS anon_17, :deleted_with::UUID AS anon_18, NULL AS anon_19, :due_key::BIGINT AS anon_20, :title_key::VARCHAR COLLATE "C" AS anon_21, :search_key::VARCHAR COLLATE "C" AS anon_22
FROM revision RETURNING tasks.version, tasks.position;

-- grouped_writing.CREATE_TASK_AT_ONCE, access check: identity
WITH locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks, revisions.revision AS revision
FROM revisions
WHERE revisions.user_id = :user::UUID AND revisions.live_tasks < :max_tasks::INTEGER FOR NO KEY UPDATE SKIP LOCKED),
alive AS
(SELECT locked.user_id AS user_id, locked.live_tasks AS live_tasks, locked.revision AS revision
FROM locked JOIN users ON users.id = locked.user_id JOIN identities ON identities.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND identities.issuer = :issuer::VARCHAR COLLATE "C" AND identities.subject = :subject::VARCHAR COLLATE "C" AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE) FOR SHARE OF identities, users),
revision AS
(UPDATE revisions SET revision=(revisions.revision + :revision_1::BIGINT), live_tasks=(revisions.live_tasks + :live_tasks_1::INTEGER) FROM alive WHERE revisions.user_id = alive.user_id RETURNING revisions.user_id, revisions.revision, concat(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3521614606208) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 56800235584) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 916132832) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 14776336) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 238328) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3844) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 62) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 1) % 62 AS INTEGER) + 1, 1)) AS "end")
 INSERT INTO tasks (user_id, id, version, title, description, completed_at, priority, due_date, due_time, due_timezone, due_at, tags, list_id, parent_id, position, series, created_at, updated_at, deleted_at, deleted_with, purged_at, due_key, title_key, search_key) SELECT revision.user_id, :id::UUID AS anon_1, revision.revision, :title::VARCHAR AS anon_2, :description::VARCHAR AS anon_3, :completed_at::TIMESTAMP WITH TIME ZONE AS anon_4, :priority::SMALLINT AS anon_5, :due_date::DATE AS anon_6, :due_time::TIME WITHOUT TIME ZONE AS anon_7, :due_timezone::VARCHAR AS anon_8, :due_at::TIMESTAMP WITH TIME ZONE AS anon_9, :tags::TEXT[] COLLATE "C" AS anon_10, :list_id::UUID AS anon_11, :parent_id::UUID AS anon_12, CASE WHEN (:position::VARCHAR COLLATE "C" = :param_1::VARCHAR COLLATE "C") THEN revision."end" ELSE :position::VARCHAR COLLATE "C" END AS anon_13, :series::JSONB AS anon_14, :created_at::TIMESTAMP WITH TIME ZONE AS anon_15, :updated_at::TIMESTAMP WITH TIME ZONE AS anon_16, :deleted_at::TIMESTAMP WITH TIME ZONE AS anon_17, :deleted_with::UUID AS anon_18, NULL AS anon_19, :due_key::BIGINT AS anon_20, :title_key::VARCHAR COLLATE "C" AS anon_21, :search_key::VARCHAR COLLATE "C" AS anon_22
FROM revision RETURNING tasks.version, tasks.position;

-- grouped_writing.CREATE_TASK_AT_ONCE, access check: personal token
WITH locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks, revisions.revision AS revision
FROM revisions
WHERE revisions.user_id = :user::UUID AND revisions.live_tasks < :max_tasks::INTEGER FOR NO KEY UPDATE SKIP LOCKED),
alive AS
(SELECT locked.user_id AS user_id, locked.live_tasks AS live_tasks, locked.revision AS revision
FROM locked JOIN users ON users.id = locked.user_id JOIN personal_tokens ON personal_tokens.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND personal_tokens.id = :token::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE FOR SHARE OF personal_tokens, users),
revision AS
(UPDATE revisions SET revision=(revisions.revision + :revision_1::BIGINT), live_tasks=(revisions.live_tasks + :live_tasks_1::INTEGER) FROM alive WHERE revisions.user_id = alive.user_id RETURNING revisions.user_id, revisions.revision, concat(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3521614606208) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 56800235584) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 916132832) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 14776336) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 238328) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3844) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 62) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 1) % 62 AS INTEGER) + 1, 1)) AS "end")
 INSERT INTO tasks (user_id, id, version, title, description, completed_at, priority, due_date, due_time, due_timezone, due_at, tags, list_id, parent_id, position, series, created_at, updated_at, deleted_at, deleted_with, purged_at, due_key, title_key, search_key) SELECT revision.user_id, :id::UUID AS anon_1, revision.revision, :title::VARCHAR AS anon_2, :description::VARCHAR AS anon_3, :completed_at::TIMESTAMP WITH TIME ZONE AS anon_4, :priority::SMALLINT AS anon_5, :due_date::DATE AS anon_6, :due_time::TIME WITHOUT TIME ZONE AS anon_7, :due_timezone::VARCHAR AS anon_8, :due_at::TIMESTAMP WITH TIME ZONE AS anon_9, :tags::TEXT[] COLLATE "C" AS anon_10, :list_id::UUID AS anon_11, :parent_id::UUID AS anon_12, CASE WHEN (:position::VARCHAR COLLATE "C" = :param_1::VARCHAR COLLATE "C") THEN revision."end" ELSE :position::VARCHAR COLLATE "C" END AS anon_13, :series::JSONB AS anon_14, :created_at::TIMESTAMP WITH TIME ZONE AS anon_15, :updated_at::TIMESTAMP WITH TIME ZONE AS anon_16, :deleted_at::TIMESTAMP WITH TIME ZONE AS anon_17, :deleted_with::UUID AS anon_18, NULL AS anon_19, :due_key::BIGINT AS anon_20, :title_key::VARCHAR COLLATE "C" AS anon_21, :search_key::VARCHAR COLLATE "C" AS anon_22
FROM revision RETURNING tasks.version, tasks.position;

-- grouped_writing.CREATE_TASKS, access check: session
WITH requests AS
(SELECT anon_1.number AS number, anon_1."user" AS "user", anon_1.max_tasks AS max_tasks, anon_1.session AS session, anon_1.now AS now, anon_1.id AS id, anon_1.title AS title, anon_1.description AS description, anon_1.completed_at AS completed_at, anon_1.priority AS priority, anon_1.due_date AS due_date, anon_1.due_time AS due_time, anon_1.due_timezone AS due_timezone, anon_1.due_at AS due_at, anon_1.tags AS tags, anon_1.list_id AS list_id, anon_1.parent_id AS parent_id, anon_1.position AS position, anon_1.series AS series, anon_1.created_at AS created_at, anon_1.updated_at AS updated_at, anon_1.deleted_at AS deleted_at, anon_1.deleted_with AS deleted_with, anon_1.due_key AS due_key, anon_1.title_key AS title_key, anon_1.search_key AS search_key
FROM json_to_recordset(:requests::JSON) AS anon_1(number INTEGER, "user" UUID, max_tasks INTEGER, session UUID, now TIMESTAMP WITH TIME ZONE, id UUID, title TEXT, description TEXT, completed_at TIMESTAMP WITH TIME ZONE, priority SMALLINT, due_date DATE, due_time TIME(0) WITHOUT TIME ZONE, due_timezone TEXT, due_at TIMESTAMP WITH TIME ZONE, tags TEXT[] COLLATE "C", list_id UUID, parent_id UUID, position TEXT COLLATE "C", series JSONB, created_at TIMESTAMP WITH TIME ZONE, updated_at TIMESTAMP WITH TIME ZONE, deleted_at TIMESTAMP WITH TIME ZONE, deleted_with UUID, due_key BIGINT, title_key TEXT COLLATE "C", search_key TEXT COLLATE "C")),
locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks, revisions.revision AS revision
FROM revisions
WHERE revisions.user_id = ANY (:users::UUID[]) FOR NO KEY UPDATE SKIP LOCKED),
alive AS
(SELECT requests.number AS number, locked.user_id AS user_id, locked.live_tasks AS live_tasks, locked.revision AS revision
FROM requests JOIN locked ON locked.user_id = requests."user" JOIN users ON users.id = locked.user_id JOIN sessions ON sessions.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND sessions.id = requests.session AND sessions.expires_at > requests.now FOR SHARE OF sessions, users),
within AS
(SELECT placed.number AS number, placed.user_id AS user_id, placed.revision + placed.place AS version
FROM (SELECT alive.number AS number, alive.user_id AS user_id, alive.live_tasks AS live_tasks, alive.revision AS revision, row_number() OVER (PARTITION BY alive.user_id ORDER BY alive.number) AS place
FROM alive) AS placed JOIN requests ON requests.number = placed.number
WHERE placed.live_tasks + placed.place <= requests.max_tasks),
taken AS
(UPDATE revisions SET revision=(revisions.revision + added.tasks), live_tasks=(revisions.live_tasks + added.tasks) FROM (SELECT within.user_id AS user_id, count(*) AS tasks
FROM within GROUP BY within.user_id) AS added WHERE revisions.user_id = added.user_id),
written AS
(INSERT INTO tasks (id, title, description, completed_at, priority, due_date, due_time, due_timezone, due_at, tags, list_id, parent_id, position, series, created_at, updated_at, deleted_at, deleted_with, due_key, title_key, search_key, user_id, version, purged_at) SELECT requests.id AS id, requests.title AS title, requests.description AS description, requests.completed_at AS completed_at, requests.priority AS priority, requests.due_date AS due_date, requests.due_time AS due_time, requests.due_timezone AS due_timezone, requests.due_at AS due_at, requests.tags AS tags, requests.list_id AS list_id, requests.parent_id AS parent_id, CASE WHEN (requests.position = :position_1::VARCHAR COLLATE "C") THEN concat(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((within.version + 109170052792448) / 3521614606208) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((within.version + 109170052792448) / 56800235584) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((within.version + 109170052792448) / 916132832) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((within.version + 109170052792448) / 14776336) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((within.version + 109170052792448) / 238328) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((within.version + 109170052792448) / 3844) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((within.version + 109170052792448) / 62) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((within.version + 109170052792448) / 1) % 62 AS INTEGER) + 1, 1)) ELSE requests.position END AS anon_2, requests.series AS series, requests.created_at AS created_at, requests.updated_at AS updated_at, requests.deleted_at AS deleted_at, requests.deleted_with AS deleted_with, requests.due_key AS due_key, requests.title_key AS title_key, requests.search_key AS search_key, within.user_id AS user_id, within.version AS version, NULL AS anon_3
FROM within JOIN requests ON requests.number = within.number RETURNING tasks.user_id, tasks.id, tasks.version, tasks.position)
 SELECT requests.number, written.version, written.position
FROM requests JOIN locked ON locked.user_id = requests."user" LEFT OUTER JOIN written ON written.user_id = requests."user" AND written.id = requests.id;

-- grouped_writing.CREATE_TASKS, access check: identity
WITH requests AS
(SELECT anon_1.number AS number, anon_1."user" AS "user", anon_1.max_tasks AS max_tasks, anon_1.issuer AS issuer, anon_1.subject AS subject, anon_1.issued_at AS issued_at, anon_1.id AS id, anon_1.title AS title, anon_1.description AS description, anon_1.completed_at AS completed_at, anon_1.priority AS priority, anon_1.due_date AS due_date, anon_1.due_time AS due_time, anon_1.due_timezone AS due_timezone, anon_1.due_at AS due_at, anon_1.tags AS tags, anon_1.list_id AS list_id, anon_1.parent_id AS parent_id, anon_1.position AS position, anon_1.series AS series, anon_1.created_at AS created_at, anon_1.updated_at AS updated_at, anon_1.deleted_at AS deleted_at, anon_1.deleted_with AS deleted_with, anon_1.due_key AS due_key, anon_1.title_key AS title_key, anon_1.search_key AS search_key
FROM json_to_recordset(:requests::JSON) AS anon_1(number INTEGER, "user" UUID, max_tasks INTEGER, issuer TEXT COLLATE "C", subject TEXT COLLATE "C", issued_at TIMESTAMP WITH TIME ZONE, id UUID, title TEXT, description TEXT, completed_at TIMESTAMP WITH TIME ZONE, priority SMALLINT, due_date DATE, due_time TIME(0) WITHOUT TIME ZONE, due_timezone TEXT, due_at TIMESTAMP WITH TIME ZONE, tags TEXT[] COLLATE "C", list_id UUID, parent_id UUID, position TEXT COLLATE "C", series JSONB, created_at TIMESTAMP WITH TIME ZONE, updated_at TIMESTAMP WITH TIME ZONE, deleted_at TIMESTAMP WITH TIME ZONE, deleted_with UUID, due_key BIGINT, title_key TEXT COLLATE "C", search_key TEXT COLLATE "C")),
locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks, revisions.revision AS revision
FROM revisions
WHERE revisions.user_id = ANY (:users::UUID[]) FOR NO KEY UPDATE SKIP LOCKED),
alive AS
(SELECT requests.number AS number, locked.user_id AS user_id, locked.live_tasks AS live_tasks, locked.revision AS revision
FROM requests JOIN locked ON locked.user_id = requests."user" JOIN users ON users.id = locked.user_id JOIN identities ON identities.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND identities.issuer = requests.issuer AND identities.subject = requests.subject AND (identities.refused_before IS NULL OR identities.refused_before <= requests.issued_at) FOR SHARE OF identities, users),
within AS
(SELECT placed.number AS number, placed.user_id AS user_id, placed.revision + placed.place AS version
FROM (SELECT alive.number AS number, alive.user_id AS user_id, alive.live_tasks AS live_tasks, alive.revision AS revision, row_number() OVER (PARTITION BY alive.user_id ORDER BY alive.number) AS place
FROM alive) AS placed JOIN requests ON requests.number = placed.number
WHERE placed.live_tasks + placed.place <= requests.max_tasks),
taken AS
(UPDATE revisions SET revision=(revisions.revision + added.tasks), live_tasks=(revisions.live_tasks + added.tasks) FROM (SELECT within.user_id AS user_id, count(*) AS tasks
FROM within GROUP BY within.user_id) AS added WHERE revisions.user_id = added.user_id),
written AS
(INSERT INTO tasks (id, title, description, completed_at, priority, due_date, due_time, due_timezone, due_at, tags, list_id, parent_id, position, series, created_at, updated_at, deleted_at, deleted_with, due_key, title_key, search_key, user_id, version, purged_at) SELECT requests.id AS id, requests.title AS title, requests.description AS description, requests.completed_at AS completed_at, requests.priority AS priority, requests.due_date AS due_date, requests.due_time AS due_time, requests.due_timezone AS due_timezone, requests.due_at AS due_at, requests.tags AS tags, requests.list_id AS list_id, requests.parent_id AS parent_id, CASE WHEN (requests.position = :position_1::VARCHAR COLLATE "C") THEN concat(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((within.version + 109170052792448) / 3521614606208) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((within.version + 109170052792448) / 56800235584) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((within.version + 109170052792448) / 916132832) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((within.version + 109170052792448) / 14776336) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((within.version + 109170052792448) / 238328) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((within.version + 109170052792448) / 3844) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((within.version + 109170052792448) / 62) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((within.version + 109170052792448) / 1) % 62 AS INTEGER) + 1, 1)) ELSE requests.position END AS anon_2, requests.series AS series, requests.created_at AS created_at, requests.updated_at AS updated_at, requests.deleted_at AS deleted_at, requests.deleted_with AS deleted_with, requests.due_key AS due_key, requests.title_key AS title_key, requests.search_key AS search_key, within.user_id AS user_id, within.version AS version, NULL AS anon_3
FROM within JOIN requests ON requests.number = within.number RETURNING tasks.user_id, tasks.id, tasks.version, tasks.position)
 SELECT requests.number, written.version, written.position
FROM requests JOIN locked ON locked.user_id = requests."user" LEFT OUTER JOIN written ON written.user_id = requests."user" AND written.id = requests.id;

-- grouped_writing.CREATE_TASKS, access check: personal token
WITH requests AS
(SELECT anon_1.number AS number, anon_1."user" AS "user", anon_1.max_tasks AS max_tasks, anon_1.token AS token, anon_1.now AS now, anon_1.id AS id, anon_1.title AS title, anon_1.description AS description, anon_1.completed_at AS completed_at, anon_1.priority AS priority, anon_1.due_date AS due_date, anon_1.due_time AS due_time, anon_1.due_timezone AS due_timezone, anon_1.due_at AS due_at, anon_1.tags AS tags, anon_1.list_id AS list_id, anon_1.parent_id AS parent_id, anon_1.position AS position, anon_1.series AS series, anon_1.created_at AS created_at, anon_1.updated_at AS updated_at, anon_1.deleted_at AS deleted_at, anon_1.deleted_with AS deleted_with, anon_1.due_key AS due_key, anon_1.title_key AS title_key, anon_1.search_key AS search_key
FROM json_to_recordset(:requests::JSON) AS anon_1(number INTEGER, "user" UUID, max_tasks INTEGER, token UUID, now TIMESTAMP WITH TIME ZONE, id UUID, title TEXT, description TEXT, completed_at TIMESTAMP WITH TIME ZONE, priority SMALLINT, due_date DATE, due_time TIME(0) WITHOUT TIME ZONE, due_timezone TEXT, due_at TIMESTAMP WITH TIME ZONE, tags TEXT[] COLLATE "C", list_id UUID, parent_id UUID, position TEXT COLLATE "C", series JSONB, created_at TIMESTAMP WITH TIME ZONE, updated_at TIMESTAMP WITH TIME ZONE, deleted_at TIMESTAMP WITH TIME ZONE, deleted_with UUID, due_key BIGINT, title_key TEXT COLLATE "C", search_key TEXT COLLATE "C")),
locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks, revisions.revision AS revision
FROM revisions
WHERE revisions.user_id = ANY (:users::UUID[]) FOR NO KEY UPDATE SKIP LOCKED),
alive AS
(SELECT requests.number AS number, locked.user_id AS user_id, locked.live_tasks AS live_tasks, locked.revision AS revision
FROM requests JOIN locked ON locked.user_id = requests."user" JOIN users ON users.id = locked.user_id JOIN personal_tokens ON personal_tokens.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND personal_tokens.id = requests.token AND personal_tokens.expires_at > requests.now FOR SHARE OF personal_tokens, users),
within AS
(SELECT placed.number AS number, placed.user_id AS user_id, placed.revision + placed.place AS version
FROM (SELECT alive.number AS number, alive.user_id AS user_id, alive.live_tasks AS live_tasks, alive.revision AS revision, row_number() OVER (PARTITION BY alive.user_id ORDER BY alive.number) AS place
FROM alive) AS placed JOIN requests ON requests.number = placed.number
WHERE placed.live_tasks + placed.place <= requests.max_tasks),
taken AS
(UPDATE revisions SET revision=(revisions.revision + added.tasks), live_tasks=(revisions.live_tasks + added.tasks) FROM (SELECT within.user_id AS user_id, count(*) AS tasks
FROM within GROUP BY within.user_id) AS added WHERE revisions.user_id = added.user_id),
written AS
(INSERT INTO tasks (id, title, description, completed_at, priority, due_date, due_time, due_timezone, due_at, tags, list_id, parent_id, position, series, created_at, updated_at, deleted_at, deleted_with, due_key, title_key, search_key, user_id, version, purged_at) SELECT requests.id AS id, requests.title AS title, requests.description AS description, requests.completed_at AS completed_at, requests.priority AS priority, requests.due_date AS due_date, requests.due_time AS due_time, requests.due_timezone AS due_timezone, requests.due_at AS due_at, requests.tags AS tags, requests.list_id AS list_id, requests.parent_id AS parent_id, CASE WHEN (requests.position = :position_1::VARCHAR COLLATE "C") THEN concat(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((within.version + 109170052792448) / 3521614606208) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((within.version + 109170052792448) / 56800235584) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((within.version + 109170052792448) / 916132832) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((within.version + 109170052792448) / 14776336) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((within.version + 109170052792448) / 238328) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((within.version + 109170052792448) / 3844) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((within.version + 109170052792448) / 62) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((within.version + 109170052792448) / 1) % 62 AS INTEGER) + 1, 1)) ELSE requests.position END AS anon_2, requests.series AS series, requests.created_at AS created_at, requests.updated_at AS updated_at, requests.deleted_at AS deleted_at, requests.deleted_with AS deleted_with, requests.due_key AS due_key, requests.title_key AS title_key, requests.search_key AS search_key, within.user_id AS user_id, within.version AS version, NULL AS anon_3
FROM within JOIN requests ON requests.number = within.number RETURNING tasks.user_id, tasks.id, tasks.version, tasks.position)
 SELECT requests.number, written.version, written.position
FROM requests JOIN locked ON locked.user_id = requests."user" LEFT OUTER JOIN written ON written.user_id = requests."user" AND written.id = requests.id;

-- grouped_writing.CHANGE_TASKS, access check: session
WITH requests AS
(SELECT anon_1.number AS number, anon_1."user" AS "user", anon_1.seen AS seen, anon_1.session AS session, anon_1.now AS now, anon_1.version AS version, anon_1.added AS added, anon_1.title AS title, anon_1.description AS description, anon_1.completed_at AS completed_at, anon_1.priority AS priority, anon_1.due_date AS due_date, anon_1.due_time AS due_time, anon_1.due_timezone AS due_timezone, anon_1.due_at AS due_at, anon_1.tags AS tags, anon_1.list_id AS list_id, anon_1.parent_id AS parent_id, anon_1.position AS position, anon_1.series AS series, anon_1.created_at AS created_at, anon_1.updated_at AS updated_at, anon_1.deleted_at AS deleted_at, anon_1.deleted_with AS deleted_with, anon_1.due_key AS due_key, anon_1.title_key AS title_key, anon_1.search_key AS search_key, anon_1.id AS id
FROM json_to_recordset(:requests::JSON) AS anon_1(number INTEGER, "user" UUID, seen BIGINT, session UUID, now TIMESTAMP WITH TIME ZONE, version BIGINT, added INTEGER, title TEXT, description TEXT, completed_at TIMESTAMP WITH TIME ZONE, priority SMALLINT, due_date DATE, due_time TIME(0) WITHOUT TIME ZONE, due_timezone TEXT, due_at TIMESTAMP WITH TIME ZONE, tags TEXT[] COLLATE "C", list_id UUID, parent_id UUID, position TEXT COLLATE "C", series JSONB, created_at TIMESTAMP WITH TIME ZONE, updated_at TIMESTAMP WITH TIME ZONE, deleted_at TIMESTAMP WITH TIME ZONE, deleted_with UUID, due_key BIGINT, title_key TEXT COLLATE "C", search_key TEXT COLLATE "C", id UUID)),
locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks, revisions.revision AS revision
FROM revisions
WHERE revisions.user_id = ANY (:users::UUID[]) FOR NO KEY UPDATE SKIP LOCKED),
alive AS
(SELECT requests.number AS number, locked.user_id AS user_id, locked.live_tasks AS live_tasks, locked.revision AS revision
FROM requests JOIN locked ON locked.user_id = requests."user" JOIN users ON users.id = locked.user_id JOIN sessions ON sessions.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND sessions.id = requests.session AND sessions.expires_at > requests.now AND locked.revision = requests.seen FOR SHARE OF sessions, users),
taken AS
(UPDATE revisions SET revision=requests.version, live_tasks=(revisions.live_tasks + requests.added) FROM alive, requests WHERE alive.number = requests.number AND revisions.user_id = alive.user_id),
written AS
(UPDATE tasks SET version=requests.version, title=requests.title, description=requests.description, completed_at=requests.completed_at, priority=requests.priority, due_date=requests.due_date, due_time=requests.due_time, due_timezone=requests.due_timezone, due_at=requests.due_at, tags=requests.tags, list_id=requests.list_id, parent_id=requests.parent_id, position=requests.position, series=requests.series, created_at=requests.created_at, updated_at=requests.updated_at, deleted_at=requests.deleted_at, deleted_with=requests.deleted_with, due_key=requests.due_key, title_key=requests.title_key, search_key=requests.search_key FROM alive, requests WHERE alive.number = requests.number AND tasks.user_id = alive.user_id AND tasks.id = requests.id RETURNING tasks.user_id, tasks.id)
 SELECT requests.number, written.id
FROM requests JOIN locked ON locked.user_id = requests."user" LEFT OUTER JOIN written ON written.user_id = requests."user" AND written.id = requests.id;

-- grouped_writing.CHANGE_TASKS, access check: identity
WITH requests AS
(SELECT anon_1.number AS number, anon_1."user" AS "user", anon_1.seen AS seen, anon_1.issuer AS issuer, anon_1.subject AS subject, anon_1.issued_at AS issued_at, anon_1.version AS version, anon_1.added AS added, anon_1.title AS title, anon_1.description AS description, anon_1.completed_at AS completed_at, anon_1.priority AS priority, anon_1.due_date AS due_date, anon_1.due_time AS due_time, anon_1.due_timezone AS due_timezone, anon_1.due_at AS due_at, anon_1.tags AS tags, anon_1.list_id AS list_id, anon_1.parent_id AS parent_id, anon_1.position AS position, anon_1.series AS series, anon_1.created_at AS created_at, anon_1.updated_at AS updated_at, anon_1.deleted_at AS deleted_at, anon_1.deleted_with AS deleted_with, anon_1.due_key AS due_key, anon_1.title_key AS title_key, anon_1.search_key AS search_key, anon_1.id AS id
FROM json_to_recordset(:requests::JSON) AS anon_1(number INTEGER, "user" UUID, seen BIGINT, issuer TEXT COLLATE "C", subject TEXT COLLATE "C", issued_at TIMESTAMP WITH TIME ZONE, version BIGINT, added INTEGER, title TEXT, description TEXT, completed_at TIMESTAMP WITH TIME ZONE, priority SMALLINT, due_date DATE, due_time TIME(0) WITHOUT TIME ZONE, due_timezone TEXT, due_at TIMESTAMP WITH TIME ZONE, tags TEXT[] COLLATE "C", list_id UUID, parent_id UUID, position TEXT COLLATE "C", series JSONB, created_at TIMESTAMP WITH TIME ZONE, updated_at TIMESTAMP WITH TIME ZONE, deleted_at TIMESTAMP WITH TIME ZONE, deleted_with UUID, due_key BIGINT, title_key TEXT COLLATE "C", search_key TEXT COLLATE "C", id UUID)),
locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks, revisions.revision AS revision
FROM revisions
WHERE revisions.user_id = ANY (:users::UUID[]) FOR NO KEY UPDATE SKIP LOCKED),
alive AS
(SELECT requests.number AS number, locked.user_id AS user_id, locked.live_tasks AS live_tasks, locked.revision AS revision
FROM requests JOIN locked ON locked.user_id = requests."user" JOIN users ON users.id = locked.user_id JOIN identities ON identities.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND identities.issuer = requests.issuer AND identities.subject = requests.subject AND (identities.refused_before IS NULL OR identities.refused_before <= requests.issued_at) AND locked.revision = requests.seen FOR SHARE OF identities, users),
taken AS
(UPDATE revisions SET revision=requests.version, live_tasks=(revisions.live_tasks + requests.added) FROM alive, requests WHERE alive.number = requests.number AND revisions.user_id = alive.user_id),
written AS
(UPDATE tasks SET version=requests.version, title=requests.title, description=requests.description, completed_at=requests.completed_at, priority=requests.priority, due_date=requests.due_date, due_time=requests.due_time, due_timezone=requests.due_timezone, due_at=requests.due_at, tags=requests.tags, list_id=requests.list_id, parent_id=requests.parent_id, position=requests.position, series=requests.series, created_at=requests.created_at, updated_at=requests.updated_at, deleted_at=requests.deleted_at, deleted_with=requests.deleted_with, due_key=requests.due_key, title_key=requests.title_key, search_key=requests.search_key FROM alive, requests WHERE alive.number = requests.number AND tasks.user_id = alive.user_id AND tasks.id = requests.id RETURNING tasks.user_id, tasks.id)
 SELECT requests.number, written.id
FROM requests JOIN locked ON locked.user_id = requests."user" LEFT OUTER JOIN written ON written.user_id = requests."user" AND written.id = requests.id;

-- grouped_writing.CHANGE_TASKS, access check: personal token
WITH requests AS
(SELECT anon_1.number AS number, anon_1."user" AS "user", anon_1.seen AS seen, anon_1.token AS token, anon_1.now AS now, anon_1.version AS version, anon_1.added AS added, anon_1.title AS title, anon_1.description AS description, anon_1.completed_at AS completed_at, anon_1.priority AS priority, anon_1.due_date AS due_date, anon_1.due_time AS due_time, anon_1.due_timezone AS due_timezone, anon_1.due_at AS due_at, anon_1.tags AS tags, anon_1.list_id AS list_id, anon_1.parent_id AS parent_id, anon_1.position AS position, anon_1.series AS series, anon_1.created_at AS created_at, anon_1.updated_at AS updated_at, anon_1.deleted_at AS deleted_at, anon_1.deleted_with AS deleted_with, anon_1.due_key AS due_key, anon_1.title_key AS title_key, anon_1.search_key AS search_key, anon_1.id AS id
FROM json_to_recordset(:requests::JSON) AS anon_1(number INTEGER, "user" UUID, seen BIGINT, token UUID, now TIMESTAMP WITH TIME ZONE, version BIGINT, added INTEGER, title TEXT, description TEXT, completed_at TIMESTAMP WITH TIME ZONE, priority SMALLINT, due_date DATE, due_time TIME(0) WITHOUT TIME ZONE, due_timezone TEXT, due_at TIMESTAMP WITH TIME ZONE, tags TEXT[] COLLATE "C", list_id UUID, parent_id UUID, position TEXT COLLATE "C", series JSONB, created_at TIMESTAMP WITH TIME ZONE, updated_at TIMESTAMP WITH TIME ZONE, deleted_at TIMESTAMP WITH TIME ZONE, deleted_with UUID, due_key BIGINT, title_key TEXT COLLATE "C", search_key TEXT COLLATE "C", id UUID)),
locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks, revisions.revision AS revision
FROM revisions
WHERE revisions.user_id = ANY (:users::UUID[]) FOR NO KEY UPDATE SKIP LOCKED),
alive AS
(SELECT requests.number AS number, locked.user_id AS user_id, locked.live_tasks AS live_tasks, locked.revision AS revision
FROM requests JOIN locked ON locked.user_id = requests."user" JOIN users ON users.id = locked.user_id JOIN personal_tokens ON personal_tokens.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND personal_tokens.id = requests.token AND personal_tokens.expires_at > requests.now AND locked.revision = requests.seen FOR SHARE OF personal_tokens, users),
taken AS
(UPDATE revisions SET revision=requests.version, live_tasks=(revisions.live_tasks + requests.added) FROM alive, requests WHERE alive.number = requests.number AND revisions.user_id = alive.user_id),
written AS
(UPDATE tasks SET version=requests.version, title=requests.title, description=requests.description, completed_at=requests.completed_at, priority=requests.priority, due_date=requests.due_date, due_time=requests.due_time, due_timezone=requests.due_timezone, due_at=requests.due_at, tags=requests.tags, list_id=requests.list_id, parent_id=requests.parent_id, position=requests.position, series=requests.series, created_at=requests.created_at, updated_at=requests.updated_at, deleted_at=requests.deleted_at, deleted_with=requests.deleted_with, due_key=requests.due_key, title_key=requests.title_key, search_key=requests.search_key FROM alive, requests WHERE alive.number = requests.number AND tasks.user_id = alive.user_id AND tasks.id = requests.id RETURNING tasks.user_id, tasks.id)
 SELECT requests.number, written.id
FROM requests JOIN locked ON locked.user_id = requests."user" LEFT OUTER JOIN written ON written.user_id = requests."user" AND written.id = requests.id;

-- health.REVISION
SELECT version_num, current_setting('transaction_read_only') = 'off' AS writable FROM alembic_version;

-- health.ROOM
CREATE TEMPORARY TABLE room ON COMMIT DROP AS SELECT 1 AS taken;

-- lists.ONE, access check: session
SELECT access.user_id, found.id, found.version, found.name, found.color, found.inbox, found.position, found.created_at, found.updated_at
FROM (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access LEFT OUTER JOIN (SELECT lists.id AS id, lists.version AS version, lists.name AS name, lists.color AS color, lists.id = lists.user_id AS inbox, lists.position AS position, lists.created_at AS created_at, lists.updated_at AS updated_at
FROM lists
WHERE lists.user_id = :user::UUID AND lists.deleted_at IS NULL AND lists.id = :list::UUID) AS found ON true;

-- lists.ONE, access check: identity
SELECT access.user_id, found.id, found.version, found.name, found.color, found.inbox, found.position, found.created_at, found.updated_at
FROM (SELECT users.id AS user_id
FROM users JOIN identities ON identities.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND identities.issuer = :issuer::VARCHAR COLLATE "C" AND identities.subject = :subject::VARCHAR COLLATE "C" AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE)) AS access LEFT OUTER JOIN (SELECT lists.id AS id, lists.version AS version, lists.name AS name, lists.color AS color, lists.id = lists.user_id AS inbox, lists.position AS position, lists.created_at AS created_at, lists.updated_at AS updated_at
FROM lists
WHERE lists.user_id = :user::UUID AND lists.deleted_at IS NULL AND lists.id = :list::UUID) AS found ON true;

-- lists.ONE, access check: personal token
SELECT access.user_id, found.id, found.version, found.name, found.color, found.inbox, found.position, found.created_at, found.updated_at
FROM (SELECT users.id AS user_id
FROM users JOIN personal_tokens ON personal_tokens.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND personal_tokens.id = :token::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access LEFT OUTER JOIN (SELECT lists.id AS id, lists.version AS version, lists.name AS name, lists.color AS color, lists.id = lists.user_id AS inbox, lists.position AS position, lists.created_at AS created_at, lists.updated_at AS updated_at
FROM lists
WHERE lists.user_id = :user::UUID AND lists.deleted_at IS NULL AND lists.id = :list::UUID) AS found ON true;

-- lists.ONE, access check: locked
SELECT access.user_id, found.id, found.version, found.name, found.color, found.inbox, found.position, found.created_at, found.updated_at
FROM (SELECT users.id AS user_id
FROM users
WHERE users.id = :user::UUID) AS access LEFT OUTER JOIN (SELECT lists.id AS id, lists.version AS version, lists.name AS name, lists.color AS color, lists.id = lists.user_id AS inbox, lists.position AS position, lists.created_at AS created_at, lists.updated_at AS updated_at
FROM lists
WHERE lists.user_id = :user::UUID AND lists.deleted_at IS NULL AND lists.id = :list::UUID) AS found ON true;

-- lists.ALL, access check: session
SELECT access.user_id, found.id, found.version, found.name, found.color, found.inbox, found.position, found.created_at, found.updated_at
FROM (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access LEFT OUTER JOIN (SELECT lists.id AS id, lists.version AS version, lists.name AS name, lists.color AS color, lists.id = lists.user_id AS inbox, lists.position AS position, lists.created_at AS created_at, lists.updated_at AS updated_at
FROM lists
WHERE lists.user_id = :user::UUID AND lists.deleted_at IS NULL) AS found ON true ORDER BY found.position;

-- lists.ALL, access check: identity
SELECT access.user_id, found.id, found.version, found.name, found.color, found.inbox, found.position, found.created_at, found.updated_at
FROM (SELECT users.id AS user_id
FROM users JOIN identities ON identities.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND identities.issuer = :issuer::VARCHAR COLLATE "C" AND identities.subject = :subject::VARCHAR COLLATE "C" AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE)) AS access LEFT OUTER JOIN (SELECT lists.id AS id, lists.version AS version, lists.name AS name, lists.color AS color, lists.id = lists.user_id AS inbox, lists.position AS position, lists.created_at AS created_at, lists.updated_at AS updated_at
FROM lists
WHERE lists.user_id = :user::UUID AND lists.deleted_at IS NULL) AS found ON true ORDER BY found.position;

-- lists.ALL, access check: personal token
SELECT access.user_id, found.id, found.version, found.name, found.color, found.inbox, found.position, found.created_at, found.updated_at
FROM (SELECT users.id AS user_id
FROM users JOIN personal_tokens ON personal_tokens.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND personal_tokens.id = :token::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access LEFT OUTER JOIN (SELECT lists.id AS id, lists.version AS version, lists.name AS name, lists.color AS color, lists.id = lists.user_id AS inbox, lists.position AS position, lists.created_at AS created_at, lists.updated_at AS updated_at
FROM lists
WHERE lists.user_id = :user::UUID AND lists.deleted_at IS NULL) AS found ON true ORDER BY found.position;

-- lists.ALL, access check: locked
SELECT access.user_id, found.id, found.version, found.name, found.color, found.inbox, found.position, found.created_at, found.updated_at
FROM (SELECT users.id AS user_id
FROM users
WHERE users.id = :user::UUID) AS access LEFT OUTER JOIN (SELECT lists.id AS id, lists.version AS version, lists.name AS name, lists.color AS color, lists.id = lists.user_id AS inbox, lists.position AS position, lists.created_at AS created_at, lists.updated_at AS updated_at
FROM lists
WHERE lists.user_id = :user::UUID AND lists.deleted_at IS NULL) AS found ON true ORDER BY found.position;

-- lists.ADD
WITH revision AS
(UPDATE revisions SET revision=(revisions.revision + :revision_1::BIGINT), live_tasks=(revisions.live_tasks + :live_tasks_1::INTEGER) WHERE revisions.user_id = :user::UUID RETURNING revisions.revision, revisions.live_tasks, concat(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3521614606208) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 56800235584) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 916132832) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 14776336) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 238328) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3844) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 62) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 1) % 62 AS INTEGER) + 1, 1)) AS "end")
 INSERT INTO lists (user_id, id, version, name, color, position, created_at, updated_at, deleted_at) VALUES (:user::UUID, :id::UUID, (SELECT revision.revision
FROM revision), :name::VARCHAR, :color::VARCHAR, CASE WHEN (:position::VARCHAR COLLATE "C" = :param_1::VARCHAR COLLATE "C") THEN (SELECT revision."end"
FROM revision) ELSE :position::VARCHAR COLLATE "C" END, :created_at::TIMESTAMP WITH TIME ZONE, :updated_at::TIMESTAMP WITH TIME ZONE, :deleted_at::TIMESTAMP WITH TIME ZONE) RETURNING lists.version, lists.position, (SELECT revision.live_tasks
FROM revision) AS anon_1;

-- lists.REPLACE
WITH revision AS
(UPDATE revisions SET revision=(revisions.revision + :revision_1::BIGINT), live_tasks=(revisions.live_tasks + :live_tasks_1::INTEGER) WHERE revisions.user_id = :user::UUID RETURNING revisions.revision, revisions.live_tasks, concat(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3521614606208) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 56800235584) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 916132832) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 14776336) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 238328) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3844) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 62) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 1) % 62 AS INTEGER) + 1, 1)) AS "end")
 UPDATE lists SET version=(SELECT revision.revision
FROM revision), name=:name::VARCHAR, color=:color::VARCHAR, position=CASE WHEN (:position::VARCHAR COLLATE "C" = :param_1::VARCHAR COLLATE "C") THEN (SELECT revision."end"
FROM revision) ELSE :position::VARCHAR COLLATE "C" END, created_at=:created_at::TIMESTAMP WITH TIME ZONE, updated_at=:updated_at::TIMESTAMP WITH TIME ZONE WHERE lists.user_id = :user::UUID AND lists.id = :id::UUID RETURNING lists.version, lists.position, (SELECT revision.live_tasks
FROM revision) AS anon_1;

-- lists.REMOVE
WITH revision AS
(UPDATE revisions SET revision=(revisions.revision + :revision_1::BIGINT), live_tasks=(revisions.live_tasks + :live_tasks_1::INTEGER) WHERE revisions.user_id = :user::UUID RETURNING revisions.revision, revisions.live_tasks, concat(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3521614606208) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 56800235584) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 916132832) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 14776336) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 238328) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3844) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 62) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 1) % 62 AS INTEGER) + 1, 1)) AS "end")
 UPDATE lists SET version=(SELECT revision.revision
FROM revision), name=:name::VARCHAR, color=:color::VARCHAR, position=CASE WHEN (:position::VARCHAR COLLATE "C" = :param_1::VARCHAR COLLATE "C") THEN (SELECT revision."end"
FROM revision) ELSE :position::VARCHAR COLLATE "C" END, updated_at=:now::TIMESTAMP WITH TIME ZONE, deleted_at=:now::TIMESTAMP WITH TIME ZONE WHERE lists.user_id = :user::UUID AND lists.id = :list::UUID RETURNING lists.version, lists.position, (SELECT revision.live_tasks
FROM revision) AS anon_1;

-- lists.REMOVE_TOMBSTONES
WITH gone AS
(DELETE FROM lists WHERE lists.user_id = :user::UUID AND lists.id IN (SELECT lists.id
FROM lists
WHERE lists.user_id = :user::UUID AND lists.deleted_at IS NOT NULL AND NOT (EXISTS (SELECT *
FROM tasks
WHERE tasks.user_id = lists.user_id AND tasks.list_id = lists.id)) AND lists.deleted_at < :before::TIMESTAMP WITH TIME ZONE ORDER BY lists.version
 LIMIT :max_rows::BIGINT) RETURNING lists.id, lists.version),
orphans AS
(UPDATE tasks SET parent_id=:param_1::UUID WHERE tasks.user_id = :user::UUID AND tasks.parent_id IN (SELECT gone.id
FROM gone))
 UPDATE revisions SET horizon=greatest(revisions.horizon, (SELECT max(gone.version) AS max_1
FROM gone)) WHERE revisions.user_id = :user::UUID RETURNING (SELECT count(*) AS count_1
FROM gone) AS anon_1;

-- lists.OWNER
SELECT lists.user_id
FROM lists
WHERE lists.id = :list::UUID;

-- occurrences.LIST, access check: session
SELECT access.user_id, found.due_date, found.due_time, found.due_timezone, found.due_at, found.place, found.outcome, found.at, found.missed, found.version
FROM (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access LEFT OUTER JOIN (SELECT occurrences.due_date AS due_date, occurrences.due_time AS due_time, occurrences.due_timezone AS due_timezone, occurrences.due_at AS due_at, occurrences.place AS place, occurrences.outcome AS outcome, occurrences.at AS at, occurrences.missed AS missed, occurrences.version AS version
FROM occurrences
WHERE occurrences.user_id = :user::UUID AND occurrences.task_id = :task_id::UUID AND occurrences.version < :before::BIGINT ORDER BY occurrences.version DESC
 LIMIT :max_rows::BIGINT) AS found ON true ORDER BY found.version DESC;

-- occurrences.LIST, access check: identity
SELECT access.user_id, found.due_date, found.due_time, found.due_timezone, found.due_at, found.place, found.outcome, found.at, found.missed, found.version
FROM (SELECT users.id AS user_id
FROM users JOIN identities ON identities.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND identities.issuer = :issuer::VARCHAR COLLATE "C" AND identities.subject = :subject::VARCHAR COLLATE "C" AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE)) AS access LEFT OUTER JOIN (SELECT occurrences.due_date AS due_date, occurrences.due_time AS due_time, occurrences.due_timezone AS due_timezone, occurrences.due_at AS due_at, occurrences.place AS place, occurrences.outcome AS outcome, occurrences.at AS at, occurrences.missed AS missed, occurrences.version AS version
FROM occurrences
WHERE occurrences.user_id = :user::UUID AND occurrences.task_id = :task_id::UUID AND occurrences.version < :before::BIGINT ORDER BY occurrences.version DESC
 LIMIT :max_rows::BIGINT) AS found ON true ORDER BY found.version DESC;

-- occurrences.LIST, access check: personal token
SELECT access.user_id, found.due_date, found.due_time, found.due_timezone, found.due_at, found.place, found.outcome, found.at, found.missed, found.version
FROM (SELECT users.id AS user_id
FROM users JOIN personal_tokens ON personal_tokens.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND personal_tokens.id = :token::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access LEFT OUTER JOIN (SELECT occurrences.due_date AS due_date, occurrences.due_time AS due_time, occurrences.due_timezone AS due_timezone, occurrences.due_at AS due_at, occurrences.place AS place, occurrences.outcome AS outcome, occurrences.at AS at, occurrences.missed AS missed, occurrences.version AS version
FROM occurrences
WHERE occurrences.user_id = :user::UUID AND occurrences.task_id = :task_id::UUID AND occurrences.version < :before::BIGINT ORDER BY occurrences.version DESC
 LIMIT :max_rows::BIGINT) AS found ON true ORDER BY found.version DESC;

-- occurrences.LIST, access check: locked
SELECT access.user_id, found.due_date, found.due_time, found.due_timezone, found.due_at, found.place, found.outcome, found.at, found.missed, found.version
FROM (SELECT users.id AS user_id
FROM users
WHERE users.id = :user::UUID) AS access LEFT OUTER JOIN (SELECT occurrences.due_date AS due_date, occurrences.due_time AS due_time, occurrences.due_timezone AS due_timezone, occurrences.due_at AS due_at, occurrences.place AS place, occurrences.outcome AS outcome, occurrences.at AS at, occurrences.missed AS missed, occurrences.version AS version
FROM occurrences
WHERE occurrences.user_id = :user::UUID AND occurrences.task_id = :task_id::UUID AND occurrences.version < :before::BIGINT ORDER BY occurrences.version DESC
 LIMIT :max_rows::BIGINT) AS found ON true ORDER BY found.version DESC;

-- occurrences.ADD
INSERT INTO occurrences (user_id, task_id, version, due_date, due_time, due_timezone, due_at, place, outcome, at, missed) VALUES (:user::UUID, :task_id::UUID, :version::BIGINT, :due_date::DATE, :due_time::TIME WITHOUT TIME ZONE, :due_timezone::VARCHAR, :due_at::TIMESTAMP WITH TIME ZONE, :place::DATE, :outcome::VARCHAR, :at::TIMESTAMP WITH TIME ZONE, :missed::INTEGER);

-- occurrences.REMOVE
DELETE FROM occurrences WHERE occurrences.user_id = :user::UUID AND occurrences.task_id = :task_id::UUID AND occurrences.version = :version::BIGINT;

-- optimistic.TASK_AT_REVISION, access check: session
SELECT revisions.revision, found.id, found.version, found.title, found.description, found.completed_at, found.priority, found.due_date, found.due_time, found.due_timezone, found.due_at, found.tags, found.list_id, found.parent_id, found.position, found.series, found.created_at, found.updated_at, found.deleted_at, found.deleted_with
FROM (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access JOIN revisions ON revisions.user_id = access.user_id LEFT OUTER JOIN (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.series AS series, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.id = :task::UUID AND tasks.purged_at IS NULL) AS found ON true;

-- optimistic.TASK_AT_REVISION, access check: identity
SELECT revisions.revision, found.id, found.version, found.title, found.description, found.completed_at, found.priority, found.due_date, found.due_time, found.due_timezone, found.due_at, found.tags, found.list_id, found.parent_id, found.position, found.series, found.created_at, found.updated_at, found.deleted_at, found.deleted_with
FROM (SELECT users.id AS user_id
FROM users JOIN identities ON identities.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND identities.issuer = :issuer::VARCHAR COLLATE "C" AND identities.subject = :subject::VARCHAR COLLATE "C" AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE)) AS access JOIN revisions ON revisions.user_id = access.user_id LEFT OUTER JOIN (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.series AS series, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.id = :task::UUID AND tasks.purged_at IS NULL) AS found ON true;

-- optimistic.TASK_AT_REVISION, access check: personal token
SELECT revisions.revision, found.id, found.version, found.title, found.description, found.completed_at, found.priority, found.due_date, found.due_time, found.due_timezone, found.due_at, found.tags, found.list_id, found.parent_id, found.position, found.series, found.created_at, found.updated_at, found.deleted_at, found.deleted_with
FROM (SELECT users.id AS user_id
FROM users JOIN personal_tokens ON personal_tokens.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND personal_tokens.id = :token::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access JOIN revisions ON revisions.user_id = access.user_id LEFT OUTER JOIN (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.series AS series, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.id = :task::UUID AND tasks.purged_at IS NULL) AS found ON true;

-- optimistic.BELOW
WITH RECURSIVE below(id, list_id, parent_id, position, completed_at, repeats, deleted_at, deleted_with, level) AS
(SELECT tasks.id AS id, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.completed_at AS completed_at, tasks.series IS NOT NULL AS repeats, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with, 1 AS level
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.parent_id = :task::UUID AND tasks.purged_at IS NULL UNION ALL SELECT tasks.id AS id, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.completed_at AS completed_at, tasks.series IS NOT NULL AS repeats, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with, below.level + :level_1::INTEGER AS anon_1
FROM tasks JOIN below ON tasks.parent_id = below.id
WHERE tasks.user_id = :user::UUID AND tasks.purged_at IS NULL)
 SELECT descendants.id, descendants.list_id, descendants.parent_id, descendants.position, descendants.completed_at, descendants.repeats, descendants.deleted_at, descendants.deleted_with, descendants.level
FROM (SELECT below.id AS id, below.list_id AS list_id, below.parent_id AS parent_id, below.position AS position, below.completed_at AS completed_at, below.repeats AS repeats, below.deleted_at AS deleted_at, below.deleted_with AS deleted_with, below.level AS level
FROM below) AS descendants ORDER BY descendants.level, descendants.position, descendants.id;

-- optimistic.BELOW_AT_REVISION, access check: session
WITH RECURSIVE below(id, list_id, parent_id, position, completed_at, repeats, deleted_at, deleted_with, level) AS
(SELECT tasks.id AS id, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.completed_at AS completed_at, tasks.series IS NOT NULL AS repeats, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with, 1 AS level
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.parent_id = :task::UUID AND tasks.purged_at IS NULL UNION ALL SELECT tasks.id AS id, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.completed_at AS completed_at, tasks.series IS NOT NULL AS repeats, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with, below.level + :level_1::INTEGER AS anon_1
FROM tasks JOIN below ON tasks.parent_id = below.id
WHERE tasks.user_id = :user::UUID AND tasks.purged_at IS NULL)
 SELECT revisions.revision, descendants.id, descendants.list_id, descendants.parent_id, descendants.position, descendants.completed_at, descendants.repeats, descendants.deleted_at, descendants.deleted_with, descendants.level
FROM (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access JOIN revisions ON revisions.user_id = access.user_id LEFT OUTER JOIN (SELECT below.id AS id, below.list_id AS list_id, below.parent_id AS parent_id, below.position AS position, below.completed_at AS completed_at, below.repeats AS repeats, below.deleted_at AS deleted_at, below.deleted_with AS deleted_with, below.level AS level
FROM below) AS descendants ON true ORDER BY descendants.level, descendants.position, descendants.id;

-- optimistic.BELOW_AT_REVISION, access check: identity
WITH RECURSIVE below(id, list_id, parent_id, position, completed_at, repeats, deleted_at, deleted_with, level) AS
(SELECT tasks.id AS id, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.completed_at AS completed_at, tasks.series IS NOT NULL AS repeats, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with, 1 AS level
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.parent_id = :task::UUID AND tasks.purged_at IS NULL UNION ALL SELECT tasks.id AS id, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.completed_at AS completed_at, tasks.series IS NOT NULL AS repeats, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with, below.level + :level_1::INTEGER AS anon_1
FROM tasks JOIN below ON tasks.parent_id = below.id
WHERE tasks.user_id = :user::UUID AND tasks.purged_at IS NULL)
 SELECT revisions.revision, descendants.id, descendants.list_id, descendants.parent_id, descendants.position, descendants.completed_at, descendants.repeats, descendants.deleted_at, descendants.deleted_with, descendants.level
FROM (SELECT users.id AS user_id
FROM users JOIN identities ON identities.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND identities.issuer = :issuer::VARCHAR COLLATE "C" AND identities.subject = :subject::VARCHAR COLLATE "C" AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE)) AS access JOIN revisions ON revisions.user_id = access.user_id LEFT OUTER JOIN (SELECT below.id AS id, below.list_id AS list_id, below.parent_id AS parent_id, below.position AS position, below.completed_at AS completed_at, below.repeats AS repeats, below.deleted_at AS deleted_at, below.deleted_with AS deleted_with, below.level AS level
FROM below) AS descendants ON true ORDER BY descendants.level, descendants.position, descendants.id;

-- optimistic.BELOW_AT_REVISION, access check: personal token
WITH RECURSIVE below(id, list_id, parent_id, position, completed_at, repeats, deleted_at, deleted_with, level) AS
(SELECT tasks.id AS id, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.completed_at AS completed_at, tasks.series IS NOT NULL AS repeats, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with, 1 AS level
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.parent_id = :task::UUID AND tasks.purged_at IS NULL UNION ALL SELECT tasks.id AS id, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.completed_at AS completed_at, tasks.series IS NOT NULL AS repeats, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with, below.level + :level_1::INTEGER AS anon_1
FROM tasks JOIN below ON tasks.parent_id = below.id
WHERE tasks.user_id = :user::UUID AND tasks.purged_at IS NULL)
 SELECT revisions.revision, descendants.id, descendants.list_id, descendants.parent_id, descendants.position, descendants.completed_at, descendants.repeats, descendants.deleted_at, descendants.deleted_with, descendants.level
FROM (SELECT users.id AS user_id
FROM users JOIN personal_tokens ON personal_tokens.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND personal_tokens.id = :token::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access JOIN revisions ON revisions.user_id = access.user_id LEFT OUTER JOIN (SELECT below.id AS id, below.list_id AS list_id, below.parent_id AS parent_id, below.position AS position, below.completed_at AS completed_at, below.repeats AS repeats, below.deleted_at AS deleted_at, below.deleted_with AS deleted_with, below.level AS level
FROM below) AS descendants ON true ORDER BY descendants.level, descendants.position, descendants.id;

-- optimistic.REPLACE_TASK
WITH revision AS
(UPDATE revisions SET revision=(revisions.revision + :revision_1::BIGINT), live_tasks=(revisions.live_tasks + (:live::INTEGER - CAST((SELECT count(*) AS count_1
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.id = :id::UUID AND tasks.deleted_at IS NULL) AS INTEGER))) WHERE revisions.user_id = :user::UUID RETURNING revisions.revision, revisions.live_tasks, concat(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3521614606208) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 56800235584) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 916132832) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 14776336) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 238328) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3844) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 62) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 1) % 62 AS INTEGER) + 1, 1)) AS "end")
 UPDATE tasks SET version=(SELECT revision.revision
FROM revision), title=:title::VARCHAR, description=:description::VARCHAR, completed_at=:completed_at::TIMESTAMP WITH TIME ZONE, priority=:priority::SMALLINT, due_date=:due_date::DATE, due_time=:due_time::TIME WITHOUT TIME ZONE, due_timezone=:due_timezone::VARCHAR, due_at=:due_at::TIMESTAMP WITH TIME ZONE, tags=:tags::TEXT[] COLLATE "C", list_id=:list_id::UUID, parent_id=:parent_id::UUID, position=CASE WHEN (:position::VARCHAR COLLATE "C" = :param_1::VARCHAR COLLATE "C") THEN (SELECT revision."end"
FROM revision) ELSE :position::VARCHAR COLLATE "C" END, series=:series::JSONB, created_at=:created_at::TIMESTAMP WITH TIME ZONE, updated_at=:updated_at::TIMESTAMP WITH TIME ZONE, deleted_at=:deleted_at::TIMESTAMP WITH TIME ZONE, deleted_with=:deleted_with::UUID, due_key=:due_key::BIGINT, title_key=:title_key::VARCHAR COLLATE "C", search_key=:search_key::VARCHAR COLLATE "C" WHERE tasks.user_id = :user::UUID AND tasks.id = :id::UUID RETURNING tasks.version, tasks.position, (SELECT revision.live_tasks
FROM revision) AS anon_1;

-- optimistic.TASK
SELECT access.user_id, found.id, found.version, found.title, found.description, found.completed_at, found.priority, found.due_date, found.due_time, found.due_timezone, found.due_at, found.tags, found.list_id, found.parent_id, found.position, found.series, found.created_at, found.updated_at, found.deleted_at, found.deleted_with
FROM (SELECT users.id AS user_id
FROM users
WHERE users.id = :user::UUID) AS access LEFT OUTER JOIN (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.series AS series, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.id = :task::UUID AND tasks.purged_at IS NULL) AS found ON true;

-- rate_limits.HIT
INSERT INTO rate_limits (key, ends_at, count) VALUES (:key, :ends_at::TIMESTAMP WITH TIME ZONE, :count::INTEGER) ON CONFLICT (key) DO UPDATE SET ends_at = CASE WHEN (rate_limits.ends_at <= :now::TIMESTAMP WITH TIME ZONE OR rate_limits.ends_at > :latest::TIMESTAMP WITH TIME ZONE) THEN excluded.ends_at ELSE rate_limits.ends_at END, count = CASE WHEN (rate_limits.ends_at <= :now::TIMESTAMP WITH TIME ZONE OR rate_limits.ends_at > :latest::TIMESTAMP WITH TIME ZONE) THEN :param_1::INTEGER ELSE rate_limits.count + :count_1::INTEGER END RETURNING rate_limits.count, rate_limits.ends_at;

-- rate_limits.PRUNE
DELETE FROM rate_limits WHERE rate_limits.ends_at <= :now::TIMESTAMP WITH TIME ZONE AND rate_limits.key IN (SELECT rate_limits.key
FROM rate_limits
WHERE rate_limits.ends_at <= :now::TIMESTAMP WITH TIME ZONE
 LIMIT :max_rows::BIGINT) RETURNING rate_limits.key;

-- reading.SESSION
SELECT sessions.user_id, sessions.id, sessions.generation, sessions.created_at, sessions.used_at, sessions.expires_at, sessions.ends_at, sessions.address, sessions.user_agent
FROM sessions
WHERE sessions.user_id = :user::UUID AND sessions.id = :id::UUID;

-- reading.STORED_RESULT
SELECT idempotency_keys.fingerprint, idempotency_keys.task, idempotency_keys.list, idempotency_keys.created_at
FROM idempotency_keys
WHERE idempotency_keys.user_id = :user::UUID AND idempotency_keys.key = :key::VARCHAR COLLATE "C";

-- reading.STORED_RESULT_COUNT
SELECT count(*) AS count_1
FROM idempotency_keys
WHERE idempotency_keys.user_id = :user::UUID;

-- reading.USER_BY_IDENTITY
SELECT identities.user_id
FROM identities
WHERE identities.issuer = :issuer::VARCHAR COLLATE "C" AND identities.subject = :subject::VARCHAR COLLATE "C" AND identities.user_id IS NOT NULL AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE);

-- reading.PERSONAL_TOKEN
SELECT personal_tokens.user_id, personal_tokens.id, personal_tokens.name, personal_tokens.scopes, personal_tokens.digest, personal_tokens.hint, personal_tokens.created_at, personal_tokens.expires_at, personal_tokens.last_used_at
FROM personal_tokens JOIN users ON users.id = personal_tokens.user_id
WHERE personal_tokens.digest = :digest AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE AND users.disabled_at IS NULL;

-- reading.PERSONAL_TOKEN_OWNER
SELECT personal_tokens.user_id
FROM personal_tokens
WHERE personal_tokens.id = :token::UUID;

-- reading.PERSONAL_TOKENS
SELECT personal_tokens.user_id, personal_tokens.id, personal_tokens.name, personal_tokens.scopes, personal_tokens.digest, personal_tokens.hint, personal_tokens.created_at, personal_tokens.expires_at, personal_tokens.last_used_at
FROM personal_tokens
WHERE personal_tokens.id > :after::UUID ORDER BY personal_tokens.id
 LIMIT :max_rows::BIGINT;

-- reading.PERSONAL_TOKENS_OF_USER
SELECT personal_tokens.user_id, personal_tokens.id, personal_tokens.name, personal_tokens.scopes, personal_tokens.digest, personal_tokens.hint, personal_tokens.created_at, personal_tokens.expires_at, personal_tokens.last_used_at
FROM personal_tokens
WHERE personal_tokens.user_id = :user::UUID AND personal_tokens.id > :after::UUID ORDER BY personal_tokens.id
 LIMIT :max_rows::BIGINT;

-- reading.USER_BY_EMAIL
SELECT users.id, users.email, users.display_name, users.timezone, users.created_at, users.password_hash, users.password_changed_at, users.disabled_at
FROM users
WHERE users.email_key = :email_key::VARCHAR COLLATE "C";

-- reading.FIRST_USERS
SELECT users.id, users.email, users.display_name, users.timezone, users.created_at, users.password_hash, users.password_changed_at, users.disabled_at
FROM users ORDER BY users.id
 LIMIT :max_rows::BIGINT;

-- reading.NEXT_USERS
SELECT users.id, users.email, users.display_name, users.timezone, users.created_at, users.password_hash, users.password_changed_at, users.disabled_at
FROM users
WHERE users.id > :after::UUID ORDER BY users.id
 LIMIT :max_rows::BIGINT;

-- reading.TASK_OWNER
SELECT tasks.user_id
FROM tasks
WHERE tasks.id = :task::UUID;

-- reading.USERS_TO_PURGE
(SELECT tasks.user_id
FROM tasks
WHERE tasks.deleted_at IS NOT NULL AND tasks.purged_at IS NULL AND tasks.deleted_at < :trash::TIMESTAMP WITH TIME ZONE
 LIMIT :param_1::INTEGER) UNION (SELECT tasks.user_id
FROM tasks
WHERE tasks.purged_at IS NOT NULL AND tasks.deleted_at < :tombstones::TIMESTAMP WITH TIME ZONE
 LIMIT :param_2::INTEGER) UNION (SELECT lists.user_id
FROM lists
WHERE lists.deleted_at < :tombstones::TIMESTAMP WITH TIME ZONE
 LIMIT :param_3::INTEGER) UNION (SELECT idempotency_keys.user_id
FROM idempotency_keys
WHERE idempotency_keys.created_at < :results::TIMESTAMP WITH TIME ZONE
 LIMIT :param_4::INTEGER) UNION (SELECT sessions.user_id
FROM sessions
WHERE sessions.expires_at <= :sessions::TIMESTAMP WITH TIME ZONE
 LIMIT :param_5::INTEGER) UNION (SELECT personal_tokens.user_id
FROM personal_tokens
WHERE personal_tokens.expires_at <= :personal_tokens::TIMESTAMP WITH TIME ZONE
 LIMIT :param_6::INTEGER)
 LIMIT :max_rows::BIGINT;

-- recomputation.KEPT
SELECT recomputations.release, recomputations.passes_left, recomputations.starts_at, recomputations.after
FROM recomputations;

-- recomputation.REPLACE
INSERT INTO recomputations (id, release, passes_left, starts_at, after) VALUES (1, :release::INTEGER[], :passes_left::INTEGER, :starts_at::TIMESTAMP WITH TIME ZONE, :after::UUID) ON CONFLICT (id) DO UPDATE SET release = excluded.release, passes_left = excluded.passes_left, starts_at = excluded.starts_at, after = excluded.after WHERE recomputations.release IS NOT DISTINCT FROM :old_release::INTEGER[] AND recomputations.passes_left IS NOT DISTINCT FROM :old_passes_left::INTEGER AND recomputations.starts_at IS NOT DISTINCT FROM :old_starts_at::TIMESTAMP WITH TIME ZONE AND recomputations.after IS NOT DISTINCT FROM :old_after::UUID RETURNING recomputations.id;

-- recomputation.USERS_BY_FIXED_DUES
SELECT "some".id, first.found IS NOT NULL AS anon_1
FROM (SELECT users.id AS id
FROM users
WHERE users.id > :after::UUID ORDER BY users.id
 LIMIT :max_rows::BIGINT) AS "some" LEFT OUTER JOIN LATERAL (SELECT true AS found
FROM tasks
WHERE tasks.user_id = "some".id AND tasks.due_at IS NOT NULL
 LIMIT 1) AS first ON true ORDER BY "some".id;

-- recomputation.FIXED_DUES
SELECT tasks.id, tasks.due_date, tasks.due_time, tasks.due_timezone, tasks.due_at
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.id > :after::UUID AND tasks.due_at IS NOT NULL ORDER BY tasks.id
 LIMIT :max_rows::BIGINT;

-- recomputation.REPLACE_INSTANTS
WITH taken AS
(UPDATE revisions SET revision=(revisions.revision + :revision_1::BIGINT) WHERE revisions.user_id = :user::UUID)
 UPDATE tasks SET due_at="new".at FROM unnest(:ids::UUID[], :instants::TIMESTAMP WITH TIME ZONE[]) AS "new"(id, at) WHERE tasks.user_id = :user::UUID AND tasks.id = "new".id;

-- tree.PATH
WITH RECURSIVE path(id, parent_id, level) AS
(SELECT tasks.id AS id, tasks.parent_id AS parent_id, 1 AS level
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.id = :task::UUID UNION ALL SELECT tasks.id AS id, tasks.parent_id AS parent_id, path.level + :level_1::INTEGER AS anon_1
FROM tasks JOIN path ON tasks.id = path.parent_id
WHERE tasks.user_id = :user::UUID)
 SELECT path.id
FROM path ORDER BY path.level;

-- tree.IN_LIST
SELECT tasks.id, tasks.list_id, tasks.parent_id, tasks.position, tasks.completed_at, tasks.series IS NOT NULL AS repeats, tasks.deleted_at, tasks.deleted_with
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.list_id = :list::UUID AND tasks.deleted_at IS NULL;

-- tree.ROOTS_AROUND
(SELECT tasks.id, tasks.list_id, tasks.parent_id, tasks.position, tasks.completed_at, tasks.series IS NOT NULL AS repeats, tasks.deleted_at, tasks.deleted_with, NULL AS after
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.list_id = :list::UUID AND tasks.parent_id IS NULL AND tasks.deleted_at IS NULL AND tasks.id != :besides::UUID AND tasks.position < :point::VARCHAR COLLATE "C" ORDER BY tasks.position DESC
 LIMIT :max_rows::BIGINT) UNION ALL (SELECT tasks.id, tasks.list_id, tasks.parent_id, tasks.position, tasks.completed_at, tasks.series IS NOT NULL AS repeats, tasks.deleted_at, tasks.deleted_with, true AS after
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.list_id = :list::UUID AND tasks.parent_id IS NULL AND tasks.deleted_at IS NULL AND tasks.id != :besides::UUID AND tasks.position >= :point::VARCHAR COLLATE "C" ORDER BY tasks.position
 LIMIT :max_rows::BIGINT);

-- tree.SUBTASKS_AROUND
(SELECT tasks.id, tasks.list_id, tasks.parent_id, tasks.position, tasks.completed_at, tasks.series IS NOT NULL AS repeats, tasks.deleted_at, tasks.deleted_with, NULL AS after
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.parent_id = :parent::UUID AND tasks.deleted_at IS NULL AND tasks.id != :besides::UUID AND tasks.position < :point::VARCHAR COLLATE "C" ORDER BY tasks.position DESC
 LIMIT :max_rows::BIGINT) UNION ALL (SELECT tasks.id, tasks.list_id, tasks.parent_id, tasks.position, tasks.completed_at, tasks.series IS NOT NULL AS repeats, tasks.deleted_at, tasks.deleted_with, true AS after
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.parent_id = :parent::UUID AND tasks.deleted_at IS NULL AND tasks.id != :besides::UUID AND tasks.position >= :point::VARCHAR COLLATE "C" ORDER BY tasks.position
 LIMIT :max_rows::BIGINT);

-- tree.UPDATE
WITH taken AS
(UPDATE revisions SET revision=(revisions.revision + cardinality(:ids::UUID[])), live_tasks=((revisions.live_tasks + :live::INTEGER) - CAST((SELECT count(*) AS count_1
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.id = ANY (:ids::UUID[]) AND tasks.deleted_at IS NULL) AS INTEGER)) WHERE revisions.user_id = :user::UUID RETURNING revisions.revision - cardinality(:ids::UUID[]) AS before, revisions.live_tasks)
 UPDATE tasks SET version=(taken.before + node.number), completed_at=node.completed_at, list_id=node.list_id, position=CASE WHEN (node.position = :position_1::VARCHAR COLLATE "C") THEN concat(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((taken.before + node.number + 109170052792448) / 3521614606208) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((taken.before + node.number + 109170052792448) / 56800235584) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((taken.before + node.number + 109170052792448) / 916132832) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((taken.before + node.number + 109170052792448) / 14776336) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((taken.before + node.number + 109170052792448) / 238328) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((taken.before + node.number + 109170052792448) / 3844) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((taken.before + node.number + 109170052792448) / 62) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((taken.before + node.number + 109170052792448) / 1) % 62 AS INTEGER) + 1, 1)) ELSE node.position END, updated_at=:now::TIMESTAMP WITH TIME ZONE, deleted_at=node.deleted_at, deleted_with=node.deleted_with FROM unnest(:ids::UUID[], :list_ids::UUID[], :positions::TEXT[] COLLATE "C", :completed_ats::TIMESTAMP WITH TIME ZONE[], :deleted_ats::TIMESTAMP WITH TIME ZONE[], :deleted_withs::UUID[]) WITH ORDINALITY AS node(id, list_id, position, completed_at, deleted_at, deleted_with, number), taken WHERE tasks.user_id = :user::UUID AND tasks.id = node.id RETURNING taken.live_tasks;

-- writing.LOCK
SELECT revisions.user_id, revisions.live_tasks
FROM revisions
WHERE revisions.user_id = :user::UUID FOR NO KEY UPDATE;

-- writing.LOCK_AND_CHECK, access check: session
WITH locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks, revisions.revision AS revision
FROM revisions
WHERE revisions.user_id = :user::UUID FOR NO KEY UPDATE)
 SELECT locked.user_id, locked.live_tasks, locked.revision
FROM locked JOIN users ON users.id = locked.user_id JOIN sessions ON sessions.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE FOR SHARE OF sessions, users;

-- writing.LOCK_AND_CHECK, access check: identity
WITH locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks, revisions.revision AS revision
FROM revisions
WHERE revisions.user_id = :user::UUID FOR NO KEY UPDATE)
 SELECT locked.user_id, locked.live_tasks, locked.revision
FROM locked JOIN users ON users.id = locked.user_id JOIN identities ON identities.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND identities.issuer = :issuer::VARCHAR COLLATE "C" AND identities.subject = :subject::VARCHAR COLLATE "C" AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE) FOR SHARE OF identities, users;

-- writing.LOCK_AND_CHECK, access check: personal token
WITH locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks, revisions.revision AS revision
FROM revisions
WHERE revisions.user_id = :user::UUID FOR NO KEY UPDATE)
 SELECT locked.user_id, locked.live_tasks, locked.revision
FROM locked JOIN users ON users.id = locked.user_id JOIN personal_tokens ON personal_tokens.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND personal_tokens.id = :token::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE FOR SHARE OF personal_tokens, users;

-- writing.ADD_TASK
WITH revision AS
(UPDATE revisions SET revision=(revisions.revision + :revision_1::BIGINT), live_tasks=(revisions.live_tasks + :live::INTEGER) WHERE revisions.user_id = :user::UUID RETURNING revisions.revision, revisions.live_tasks, concat(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3521614606208) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 56800235584) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 916132832) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 14776336) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 238328) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3844) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 62) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 1) % 62 AS INTEGER) + 1, 1)) AS "end")
 INSERT INTO tasks (user_id, id, version, title, description, completed_at, priority, due_date, due_time, due_timezone, due_at, tags, list_id, parent_id, position, series, created_at, updated_at, deleted_at, deleted_with, purged_at, due_key, title_key, search_key) VALUES (:user::UUID, :id::UUID, (SELECT revision.revision
FROM revision), :title::VARCHAR, :description::VARCHAR, :completed_at::TIMESTAMP WITH TIME ZONE, :priority::SMALLINT, :due_date::DATE, :due_time::TIME WITHOUT TIME ZONE, :due_timezone::VARCHAR, :due_at::TIMESTAMP WITH TIME ZONE, :tags::TEXT[] COLLATE "C", :list_id::UUID, :parent_id::UUID, CASE WHEN (:position::VARCHAR COLLATE "C" = :param_1::VARCHAR COLLATE "C") THEN (SELECT revision."end"
FROM revision) ELSE :position::VARCHAR COLLATE "C" END, :series::JSONB, :created_at::TIMESTAMP WITH TIME ZONE, :updated_at::TIMESTAMP WITH TIME ZONE, :deleted_at::TIMESTAMP WITH TIME ZONE, :deleted_with::UUID, :purged_at::TIMESTAMP WITH TIME ZONE, :due_key::BIGINT, :title_key::VARCHAR COLLATE "C", :search_key::VARCHAR COLLATE "C") RETURNING tasks.version, tasks.position, (SELECT revision.live_tasks
FROM revision) AS anon_1;

-- writing.CREATE_TASK_ONCE, access check: session
WITH locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks, revisions.revision AS revision
FROM revisions
WHERE revisions.user_id = :user::UUID AND revisions.live_tasks < :max_tasks::INTEGER FOR NO KEY UPDATE),
alive AS
(SELECT locked.user_id AS user_id, locked.live_tasks AS live_tasks, locked.revision AS revision
FROM locked JOIN users ON users.id = locked.user_id JOIN sessions ON sessions.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE FOR SHARE OF sessions, users),
kept AS
(INSERT INTO idempotency_keys (user_id, key, fingerprint, task, list, created_at) SELECT alive.user_id AS user_id, :result_key::VARCHAR COLLATE "C" AS anon_23, :result_fingerprint AS anon_24, :result_task::JSONB || jsonb_build_object('version', alive.revision + 1, 'position', CASE WHEN (:position::VARCHAR COLLATE "C" = :param_2::VARCHAR COLLATE "C") THEN concat(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((alive.revision + 1 + 109170052792448) / 3521614606208) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((alive.revision + 1 + 109170052792448) / 56800235584) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((alive.revision + 1 + 109170052792448) / 916132832) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((alive.revision + 1 + 109170052792448) / 14776336) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((alive.revision + 1 + 109170052792448) / 238328) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((alive.revision + 1 + 109170052792448) / 3844) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((alive.revision + 1 + 109170052792448) / 62) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((alive.revision + 1 + 109170052792448) / 1) % 62 AS INTEGER) + 1, 1)) ELSE :position::VARCHAR COLLATE "C" END) AS anon_25, :result_list::JSONB AS anon_26, :result_created_at::TIMESTAMP WITH TIME ZONE AS anon_27
FROM alive
WHERE (SELECT count(*) AS count_1
FROM (SELECT idempotency_keys.key AS key
FROM idempotency_keys
WHERE idempotency_keys.user_id = :user::UUID
 LIMIT :max_results::BIGINT) AS stored) < :max_results::BIGINT ON CONFLICT (user_id, key) DO NOTHING RETURNING idempotency_keys.user_id),
revision AS
(UPDATE revisions SET revision=(revisions.revision + :revision_1::BIGINT), live_tasks=(revisions.live_tasks + :live_tasks_1::INTEGER) FROM kept WHERE revisions.user_id = kept.user_id RETURNING revisions.user_id, revisions.revision, concat(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3521614606208) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 56800235584) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 916132832) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 14776336) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 238328) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3844) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 62) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 1) % 62 AS INTEGER) + 1, 1)) AS "end")
 INSERT INTO tasks (user_id, id, version, title, description, completed_at, priority, due_date, due_time, due_timezone, due_at, tags, list_id, parent_id, position, series, created_at, updated_at, deleted_at, deleted_with, purged_at, due_key, title_key, search_key) SELECT revision.user_id, :id::UUID AS anon_1, revision.revision, :title::VARCHAR AS anon_2, :description::VARCHAR AS anon_3, :completed_at::TIMESTAMP WITH TIME ZONE AS anon_4, :priority::SMALLINT AS anon_5, :due_date::DATE AS anon_6, :due_time::TIME WITHOUT TIME ZONE AS anon_7, :due_timezone::VARCHAR AS anon_8, :due_at::TIMESTAMP WITH TIME ZONE AS anon_9, :tags::TEXT[] COLLATE "C" AS anon_10, :list_id::UUID AS anon_11, :parent_id::UUID AS anon_12, CASE WHEN (:position::VARCHAR COLLATE "C" = :param_1::VARCHAR COLLATE "C") THEN revision."end" ELSE :position::VARCHAR COLLATE "C" END AS anon_13, :series::JSONB AS anon_14, :created_at::TIMESTAMP WITH TIME ZONE AS anon_15, :updated_at::TIMESTAMP WITH TIME ZONE AS anon_16, :deleted_at::TIMESTAMP WITH TIME ZONE AS anon_17, :deleted_with::UUID AS anon_18, NULL AS anon_19, :due_key::BIGINT AS anon_20, :title_key::VARCHAR COLLATE "C" AS anon_21, :search_key::VARCHAR COLLATE "C" AS anon_22
FROM revision RETURNING tasks.version, tasks.position;

-- writing.CREATE_TASK_ONCE, access check: identity
WITH locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks, revisions.revision AS revision
FROM revisions
WHERE revisions.user_id = :user::UUID AND revisions.live_tasks < :max_tasks::INTEGER FOR NO KEY UPDATE),
alive AS
(SELECT locked.user_id AS user_id, locked.live_tasks AS live_tasks, locked.revision AS revision
FROM locked JOIN users ON users.id = locked.user_id JOIN identities ON identities.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND identities.issuer = :issuer::VARCHAR COLLATE "C" AND identities.subject = :subject::VARCHAR COLLATE "C" AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE) FOR SHARE OF identities, users),
kept AS
(INSERT INTO idempotency_keys (user_id, key, fingerprint, task, list, created_at) SELECT alive.user_id AS user_id, :result_key::VARCHAR COLLATE "C" AS anon_23, :result_fingerprint AS anon_24, :result_task::JSONB || jsonb_build_object('version', alive.revision + 1, 'position', CASE WHEN (:position::VARCHAR COLLATE "C" = :param_2::VARCHAR COLLATE "C") THEN concat(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((alive.revision + 1 + 109170052792448) / 3521614606208) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((alive.revision + 1 + 109170052792448) / 56800235584) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((alive.revision + 1 + 109170052792448) / 916132832) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((alive.revision + 1 + 109170052792448) / 14776336) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((alive.revision + 1 + 109170052792448) / 238328) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((alive.revision + 1 + 109170052792448) / 3844) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((alive.revision + 1 + 109170052792448) / 62) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((alive.revision + 1 + 109170052792448) / 1) % 62 AS INTEGER) + 1, 1)) ELSE :position::VARCHAR COLLATE "C" END) AS anon_25, :result_list::JSONB AS anon_26, :result_created_at::TIMESTAMP WITH TIME ZONE AS anon_27
FROM alive
WHERE (SELECT count(*) AS count_1
FROM (SELECT idempotency_keys.key AS key
FROM idempotency_keys
WHERE idempotency_keys.user_id = :user::UUID
 LIMIT :max_results::BIGINT) AS stored) < :max_results::BIGINT ON CONFLICT (user_id, key) DO NOTHING RETURNING idempotency_keys.user_id),
revision AS
(UPDATE revisions SET revision=(revisions.revision + :revision_1::BIGINT), live_tasks=(revisions.live_tasks + :live_tasks_1::INTEGER) FROM kept WHERE revisions.user_id = kept.user_id RETURNING revisions.user_id, revisions.revision, concat(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3521614606208) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 56800235584) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 916132832) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 14776336) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 238328) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3844) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 62) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 1) % 62 AS INTEGER) + 1, 1)) AS "end")
 INSERT INTO tasks (user_id, id, version, title, description, completed_at, priority, due_date, due_time, due_timezone, due_at, tags, list_id, parent_id, position, series, created_at, updated_at, deleted_at, deleted_with, purged_at, due_key, title_key, search_key) SELECT revision.user_id, :id::UUID AS anon_1, revision.revision, :title::VARCHAR AS anon_2, :description::VARCHAR AS anon_3, :completed_at::TIMESTAMP WITH TIME ZONE AS anon_4, :priority::SMALLINT AS anon_5, :due_date::DATE AS anon_6, :due_time::TIME WITHOUT TIME ZONE AS anon_7, :due_timezone::VARCHAR AS anon_8, :due_at::TIMESTAMP WITH TIME ZONE AS anon_9, :tags::TEXT[] COLLATE "C" AS anon_10, :list_id::UUID AS anon_11, :parent_id::UUID AS anon_12, CASE WHEN (:position::VARCHAR COLLATE "C" = :param_1::VARCHAR COLLATE "C") THEN revision."end" ELSE :position::VARCHAR COLLATE "C" END AS anon_13, :series::JSONB AS anon_14, :created_at::TIMESTAMP WITH TIME ZONE AS anon_15, :updated_at::TIMESTAMP WITH TIME ZONE AS anon_16, :deleted_at::TIMESTAMP WITH TIME ZONE AS anon_17, :deleted_with::UUID AS anon_18, NULL AS anon_19, :due_key::BIGINT AS anon_20, :title_key::VARCHAR COLLATE "C" AS anon_21, :search_key::VARCHAR COLLATE "C" AS anon_22
FROM revision RETURNING tasks.version, tasks.position;

-- writing.CREATE_TASK_ONCE, access check: personal token
WITH locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks, revisions.revision AS revision
FROM revisions
WHERE revisions.user_id = :user::UUID AND revisions.live_tasks < :max_tasks::INTEGER FOR NO KEY UPDATE),
alive AS
(SELECT locked.user_id AS user_id, locked.live_tasks AS live_tasks, locked.revision AS revision
FROM locked JOIN users ON users.id = locked.user_id JOIN personal_tokens ON personal_tokens.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND personal_tokens.id = :token::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE FOR SHARE OF personal_tokens, users),
kept AS
(INSERT INTO idempotency_keys (user_id, key, fingerprint, task, list, created_at) SELECT alive.user_id AS user_id, :result_key::VARCHAR COLLATE "C" AS anon_23, :result_fingerprint AS anon_24, :result_task::JSONB || jsonb_build_object('version', alive.revision + 1, 'position', CASE WHEN (:position::VARCHAR COLLATE "C" = :param_2::VARCHAR COLLATE "C") THEN concat(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((alive.revision + 1 + 109170052792448) / 3521614606208) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((alive.revision + 1 + 109170052792448) / 56800235584) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((alive.revision + 1 + 109170052792448) / 916132832) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((alive.revision + 1 + 109170052792448) / 14776336) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((alive.revision + 1 + 109170052792448) / 238328) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((alive.revision + 1 + 109170052792448) / 3844) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((alive.revision + 1 + 109170052792448) / 62) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((alive.revision + 1 + 109170052792448) / 1) % 62 AS INTEGER) + 1, 1)) ELSE :position::VARCHAR COLLATE "C" END) AS anon_25, :result_list::JSONB AS anon_26, :result_created_at::TIMESTAMP WITH TIME ZONE AS anon_27
FROM alive
WHERE (SELECT count(*) AS count_1
FROM (SELECT idempotency_keys.key AS key
FROM idempotency_keys
WHERE idempotency_keys.user_id = :user::UUID
 LIMIT :max_results::BIGINT) AS stored) < :max_results::BIGINT ON CONFLICT (user_id, key) DO NOTHING RETURNING idempotency_keys.user_id),
revision AS
(UPDATE revisions SET revision=(revisions.revision + :revision_1::BIGINT), live_tasks=(revisions.live_tasks + :live_tasks_1::INTEGER) FROM kept WHERE revisions.user_id = kept.user_id RETURNING revisions.user_id, revisions.revision, concat(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3521614606208) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 56800235584) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 916132832) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 14776336) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 238328) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 3844) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 62) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((revisions.revision + 109170052792448) / 1) % 62 AS INTEGER) + 1, 1)) AS "end")
 INSERT INTO tasks (user_id, id, version, title, description, completed_at, priority, due_date, due_time, due_timezone, due_at, tags, list_id, parent_id, position, series, created_at, updated_at, deleted_at, deleted_with, purged_at, due_key, title_key, search_key) SELECT revision.user_id, :id::UUID AS anon_1, revision.revision, :title::VARCHAR AS anon_2, :description::VARCHAR AS anon_3, :completed_at::TIMESTAMP WITH TIME ZONE AS anon_4, :priority::SMALLINT AS anon_5, :due_date::DATE AS anon_6, :due_time::TIME WITHOUT TIME ZONE AS anon_7, :due_timezone::VARCHAR AS anon_8, :due_at::TIMESTAMP WITH TIME ZONE AS anon_9, :tags::TEXT[] COLLATE "C" AS anon_10, :list_id::UUID AS anon_11, :parent_id::UUID AS anon_12, CASE WHEN (:position::VARCHAR COLLATE "C" = :param_1::VARCHAR COLLATE "C") THEN revision."end" ELSE :position::VARCHAR COLLATE "C" END AS anon_13, :series::JSONB AS anon_14, :created_at::TIMESTAMP WITH TIME ZONE AS anon_15, :updated_at::TIMESTAMP WITH TIME ZONE AS anon_16, :deleted_at::TIMESTAMP WITH TIME ZONE AS anon_17, :deleted_with::UUID AS anon_18, NULL AS anon_19, :due_key::BIGINT AS anon_20, :title_key::VARCHAR COLLATE "C" AS anon_21, :search_key::VARCHAR COLLATE "C" AS anon_22
FROM revision RETURNING tasks.version, tasks.position;

-- writing.REPLACE_USER
UPDATE users SET email=:email::VARCHAR, email_key=:email_key::VARCHAR COLLATE "C", password_hash=:password_hash::VARCHAR, password_changed_at=:password_changed_at::TIMESTAMP WITH TIME ZONE, display_name=:display_name::VARCHAR, timezone=:timezone::VARCHAR, created_at=:created_at::TIMESTAMP WITH TIME ZONE, disabled_at=:disabled_at::TIMESTAMP WITH TIME ZONE WHERE users.id = :id::UUID;

-- writing.REMOVE_USER
DELETE FROM users WHERE users.id = :user::UUID;

-- writing.SAVE_SESSION
INSERT INTO sessions (user_id, id, generation, created_at, used_at, expires_at, ends_at, address, user_agent) VALUES (:user_id::UUID, :id::UUID, :generation::BIGINT, :created_at::TIMESTAMP WITH TIME ZONE, :used_at::TIMESTAMP WITH TIME ZONE, :expires_at::TIMESTAMP WITH TIME ZONE, :ends_at::TIMESTAMP WITH TIME ZONE, :address::VARCHAR, :user_agent::VARCHAR) ON CONFLICT (user_id, id) DO UPDATE SET generation = excluded.generation, created_at = excluded.created_at, used_at = excluded.used_at, expires_at = excluded.expires_at, ends_at = excluded.ends_at, address = excluded.address, user_agent = excluded.user_agent;

-- writing.REMOVE_SESSION
DELETE FROM sessions WHERE sessions.user_id = :user::UUID AND sessions.id = :id::UUID;

-- writing.REMOVE_SESSIONS
DELETE FROM sessions WHERE sessions.user_id = :user::UUID;

-- writing.ADD_PERSONAL_TOKEN
INSERT INTO personal_tokens (user_id, id, name, scopes, digest, hint, created_at, expires_at, last_used_at) VALUES (:user_id::UUID, :id::UUID, :name::VARCHAR, :scopes::TEXT[] COLLATE "C", :digest, :hint::VARCHAR, :created_at::TIMESTAMP WITH TIME ZONE, :expires_at::TIMESTAMP WITH TIME ZONE, :last_used_at::TIMESTAMP WITH TIME ZONE);

-- writing.REMOVE_PERSONAL_TOKEN
DELETE FROM personal_tokens WHERE personal_tokens.user_id = :user::UUID AND personal_tokens.id = :id::UUID;

-- writing.REMOVE_EXPIRED_PERSONAL_TOKENS
DELETE FROM personal_tokens WHERE personal_tokens.user_id = :user::UUID AND personal_tokens.id IN (SELECT personal_tokens.id
FROM personal_tokens
WHERE personal_tokens.user_id = :user::UUID AND personal_tokens.expires_at <= :now::TIMESTAMP WITH TIME ZONE
 LIMIT :max_rows::BIGINT);

-- writing.NOTE_USE
UPDATE personal_tokens SET last_used_at=:now::TIMESTAMP WITH TIME ZONE WHERE personal_tokens.user_id = :user::UUID AND personal_tokens.id = :id::UUID;

-- writing.REFUSE_ISSUED_BEFORE
UPDATE identities SET refused_before=greatest(identities.refused_before, :instant) WHERE identities.user_id = :user::UUID;

-- writing.FORGET_IDENTITIES
DELETE FROM identities WHERE identities.user_id IS NULL AND (identities.refused_before IS NULL OR identities.refused_before <= :before::TIMESTAMP WITH TIME ZONE) RETURNING identities.subject;

-- writing.STORE_RESULT
INSERT INTO idempotency_keys (user_id, key, fingerprint, task, list, created_at) VALUES (:user_id::UUID, :key::VARCHAR COLLATE "C", :fingerprint, :task::JSONB, :list::JSONB, :created_at::TIMESTAMP WITH TIME ZONE);

-- writing.ADD_EVENT
INSERT INTO audit_events (user_id, id, at, action, session_id, address, request_id, kept_until, personal_token_id) VALUES (:user_id::UUID, :id::UUID, :at::TIMESTAMP WITH TIME ZONE, :action::VARCHAR, :session_id::UUID, :address::VARCHAR, :request_id::VARCHAR, :kept_until::TIMESTAMP WITH TIME ZONE, :personal_token_id::UUID);

-- writing.ERASE_TASKS
WITH "old" AS
(SELECT tasks.id AS id
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.deleted_at IS NOT NULL AND tasks.purged_at IS NULL AND tasks.deleted_at < :before::TIMESTAMP WITH TIME ZONE ORDER BY tasks.version
 LIMIT :max_rows::BIGINT),
history AS
(DELETE FROM occurrences WHERE occurrences.user_id = :user::UUID AND occurrences.task_id IN (SELECT "old".id
FROM "old"))
 UPDATE tasks SET title=:title::VARCHAR, description=:description::VARCHAR, completed_at=:completed_at::TIMESTAMP WITH TIME ZONE, priority=:priority::SMALLINT, due_date=:due_date::DATE, due_time=:due_time::TIME WITHOUT TIME ZONE, due_timezone=:due_timezone::VARCHAR, due_at=:due_at::TIMESTAMP WITH TIME ZONE, tags=:tags::TEXT[] COLLATE "C", list_id=tasks.user_id, parent_id=:parent_id::UUID, series=:series::JSONB, deleted_with=:deleted_with::UUID, purged_at=:now::TIMESTAMP WITH TIME ZONE, due_key=:due_key::BIGINT, title_key=:title_key::VARCHAR COLLATE "C", search_key=:search_key::VARCHAR COLLATE "C" WHERE tasks.user_id = :user::UUID AND tasks.id IN (SELECT "old".id
FROM "old");

-- writing.REMOVE_TOMBSTONES
WITH gone AS
(DELETE FROM tasks WHERE tasks.user_id = :user::UUID AND tasks.id IN (SELECT tasks.id
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.purged_at IS NOT NULL AND tasks.deleted_at < :before::TIMESTAMP WITH TIME ZONE ORDER BY tasks.version
 LIMIT :max_rows::BIGINT) RETURNING tasks.id, tasks.version),
orphans AS
(UPDATE tasks SET parent_id=:param_1::UUID WHERE tasks.user_id = :user::UUID AND tasks.parent_id IN (SELECT gone.id
FROM gone))
 UPDATE revisions SET horizon=greatest(revisions.horizon, (SELECT max(gone.version) AS max_1
FROM gone)) WHERE revisions.user_id = :user::UUID RETURNING (SELECT count(*) AS count_1
FROM gone) AS anon_1;

-- writing.REMOVE_RESULTS
DELETE FROM idempotency_keys WHERE idempotency_keys.user_id = :user::UUID AND idempotency_keys.key IN (SELECT idempotency_keys.key
FROM idempotency_keys
WHERE idempotency_keys.user_id = :user::UUID AND idempotency_keys.created_at < :before::TIMESTAMP WITH TIME ZONE
 LIMIT :max_rows::BIGINT);

-- writing.REMOVE_EXPIRED_SESSIONS
DELETE FROM sessions WHERE sessions.user_id = :user::UUID AND sessions.id IN (SELECT sessions.id
FROM sessions
WHERE sessions.user_id = :user::UUID AND sessions.expires_at <= :now::TIMESTAMP WITH TIME ZONE
 LIMIT :max_rows::BIGINT);

-- writing.REGISTER
WITH new_user AS
(INSERT INTO users (id, email, email_key, password_hash, password_changed_at, display_name, timezone, created_at, disabled_at) VALUES (:id::UUID, :email::VARCHAR, :email_key::VARCHAR COLLATE "C", :password_hash::VARCHAR, :password_changed_at::TIMESTAMP WITH TIME ZONE, :display_name::VARCHAR, :timezone::VARCHAR, :created_at::TIMESTAMP WITH TIME ZONE, :disabled_at::TIMESTAMP WITH TIME ZONE)),
new_revision AS
(INSERT INTO revisions (user_id, revision) VALUES (:id::UUID, :param_1::BIGINT)),
new_inbox AS
(INSERT INTO lists (user_id, id, version, name, color, position, created_at, updated_at, deleted_at) VALUES (:id::UUID, :inbox_id::UUID, :param_2::INTEGER, :inbox_name::VARCHAR, :inbox_color::VARCHAR, concat(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((1 + 109170052792448) / 3521614606208) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((1 + 109170052792448) / 56800235584) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((1 + 109170052792448) / 916132832) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((1 + 109170052792448) / 14776336) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((1 + 109170052792448) / 238328) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((1 + 109170052792448) / 3844) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((1 + 109170052792448) / 62) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((1 + 109170052792448) / 1) % 62 AS INTEGER) + 1, 1)), :inbox_created_at::TIMESTAMP WITH TIME ZONE, :inbox_updated_at::TIMESTAMP WITH TIME ZONE, NULL))
 INSERT INTO audit_events (user_id, id, at, action, session_id, address, request_id, kept_until, personal_token_id) VALUES (:event_user_id::UUID, :event_id::UUID, :event_at::TIMESTAMP WITH TIME ZONE, :event_action::VARCHAR, :event_session_id::UUID, :event_address::VARCHAR, :event_request_id::VARCHAR, :event_kept_until::TIMESTAMP WITH TIME ZONE, :event_personal_token_id::UUID);

-- writing.REGISTER_EXTERNAL
WITH taken AS
(INSERT INTO identities (issuer, subject, user_id) VALUES (:issuer::VARCHAR COLLATE "C", :subject::VARCHAR COLLATE "C", :id::UUID) ON CONFLICT (issuer, subject) DO UPDATE SET user_id = excluded.user_id WHERE identities.user_id IS NULL AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE) RETURNING identities.user_id),
new_user AS
(INSERT INTO users (id, email, email_key, password_hash, password_changed_at, display_name, timezone, created_at, disabled_at) SELECT :id::UUID AS anon_1, :email::VARCHAR AS anon_2, :email_key::VARCHAR COLLATE "C" AS anon_3, :password_hash::VARCHAR AS anon_4, :password_changed_at::TIMESTAMP WITH TIME ZONE AS anon_5, :display_name::VARCHAR AS anon_6, :timezone::VARCHAR AS anon_7, :created_at::TIMESTAMP WITH TIME ZONE AS anon_8, :disabled_at::TIMESTAMP WITH TIME ZONE AS anon_9
FROM taken),
new_revision AS
(INSERT INTO revisions (user_id, revision) SELECT taken.user_id AS user_id, :param_1::INTEGER AS anon_10
FROM taken),
new_inbox AS
(INSERT INTO lists (user_id, id, version, name, color, position, created_at, updated_at, deleted_at) SELECT taken.user_id AS user_id, :inbox_id::UUID AS anon_11, :param_2::INTEGER AS anon_12, :inbox_name::VARCHAR AS anon_13, :inbox_color::VARCHAR AS anon_14, concat(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((1 + 109170052792448) / 3521614606208) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((1 + 109170052792448) / 56800235584) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((1 + 109170052792448) / 916132832) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((1 + 109170052792448) / 14776336) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((1 + 109170052792448) / 238328) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((1 + 109170052792448) / 3844) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((1 + 109170052792448) / 62) % 62 AS INTEGER) + 1, 1), substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', CAST(((1 + 109170052792448) / 1) % 62 AS INTEGER) + 1, 1)) AS concat_1, :inbox_created_at::TIMESTAMP WITH TIME ZONE AS anon_15, :inbox_updated_at::TIMESTAMP WITH TIME ZONE AS anon_16, NULL AS anon_17
FROM taken),
new_event AS
(INSERT INTO audit_events (user_id, id, at, action, session_id, address, request_id, kept_until, personal_token_id) SELECT :event_user_id::UUID AS anon_18, :event_id::UUID AS anon_19, :event_at::TIMESTAMP WITH TIME ZONE AS anon_20, :event_action::VARCHAR AS anon_21, :event_session_id::UUID AS anon_22, :event_address::VARCHAR AS anon_23, :event_request_id::VARCHAR AS anon_24, :event_kept_until::TIMESTAMP WITH TIME ZONE AS anon_25, :event_personal_token_id::UUID AS anon_26
FROM taken)
 SELECT taken.user_id
FROM taken;

-- writing.ADVANCE_REVISIONS
UPDATE revisions SET revision=(revisions.revision + :by::BIGINT), horizon=(revisions.revision + :by::BIGINT);

-- reading.Reads.user, access check: session
SELECT users.id, users.email, users.display_name, users.timezone, users.created_at, users.password_hash, users.password_changed_at, users.disabled_at
FROM users JOIN (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access ON access.user_id = users.id;

-- reading.Reads.sessions, access check: session
SELECT access.user_id, live.user_id AS user_id_1, live.id, live.generation, live.created_at, live.used_at, live.expires_at, live.ends_at, live.address, live.user_agent
FROM (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access LEFT OUTER JOIN (SELECT sessions.user_id AS user_id, sessions.id AS id, sessions.generation AS generation, sessions.created_at AS created_at, sessions.used_at AS used_at, sessions.expires_at AS expires_at, sessions.ends_at AS ends_at, sessions.address AS address, sessions.user_agent AS user_agent
FROM sessions
WHERE sessions.user_id = :user::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS live ON true ORDER BY live.used_at DESC, live.id DESC;

-- reading.Reads.personal_tokens, access check: session
SELECT access.user_id, live.user_id AS user_id_1, live.id, live.name, live.scopes, live.digest, live.hint, live.created_at, live.expires_at, live.last_used_at
FROM (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access LEFT OUTER JOIN (SELECT personal_tokens.user_id AS user_id, personal_tokens.id AS id, personal_tokens.name AS name, personal_tokens.scopes AS scopes, personal_tokens.digest AS digest, personal_tokens.hint AS hint, personal_tokens.created_at AS created_at, personal_tokens.expires_at AS expires_at, personal_tokens.last_used_at AS last_used_at
FROM personal_tokens
WHERE personal_tokens.user_id = :user::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS live ON true ORDER BY live.created_at DESC, live.id DESC;

-- reading.Reads.task, access check: session
SELECT access.user_id, found.id, found.version, found.title, found.description, found.completed_at, found.priority, found.due_date, found.due_time, found.due_timezone, found.due_at, found.tags, found.list_id, found.parent_id, found.position, found.series, found.created_at, found.updated_at, found.deleted_at, found.deleted_with
FROM (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access LEFT OUTER JOIN (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.series AS series, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.id = :task::UUID AND tasks.purged_at IS NULL) AS found ON true;

-- reading.Reads.tags, access check: session
SELECT access.user_id, counted.tag, counted.open, counted.total
FROM (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access LEFT OUTER JOIN (SELECT tag, count(*) FILTER (WHERE tasks.completed_at IS NULL) AS open, count(*) AS total
FROM tasks, unnest(tasks.tags) AS tag
WHERE tasks.user_id = :user::UUID AND tasks.deleted_at IS NULL GROUP BY tag) AS counted ON true ORDER BY counted.tag COLLATE "C";

-- reading.Reads.user, access check: identity
SELECT users.id, users.email, users.display_name, users.timezone, users.created_at, users.password_hash, users.password_changed_at, users.disabled_at
FROM users JOIN (SELECT users.id AS user_id
FROM users JOIN identities ON identities.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND identities.issuer = :issuer::VARCHAR COLLATE "C" AND identities.subject = :subject::VARCHAR COLLATE "C" AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE)) AS access ON access.user_id = users.id;

-- reading.Reads.sessions, access check: identity
SELECT access.user_id, live.user_id AS user_id_1, live.id, live.generation, live.created_at, live.used_at, live.expires_at, live.ends_at, live.address, live.user_agent
FROM (SELECT users.id AS user_id
FROM users JOIN identities ON identities.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND identities.issuer = :issuer::VARCHAR COLLATE "C" AND identities.subject = :subject::VARCHAR COLLATE "C" AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE)) AS access LEFT OUTER JOIN (SELECT sessions.user_id AS user_id, sessions.id AS id, sessions.generation AS generation, sessions.created_at AS created_at, sessions.used_at AS used_at, sessions.expires_at AS expires_at, sessions.ends_at AS ends_at, sessions.address AS address, sessions.user_agent AS user_agent
FROM sessions
WHERE sessions.user_id = :user::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS live ON true ORDER BY live.used_at DESC, live.id DESC;

-- reading.Reads.personal_tokens, access check: identity
SELECT access.user_id, live.user_id AS user_id_1, live.id, live.name, live.scopes, live.digest, live.hint, live.created_at, live.expires_at, live.last_used_at
FROM (SELECT users.id AS user_id
FROM users JOIN identities ON identities.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND identities.issuer = :issuer::VARCHAR COLLATE "C" AND identities.subject = :subject::VARCHAR COLLATE "C" AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE)) AS access LEFT OUTER JOIN (SELECT personal_tokens.user_id AS user_id, personal_tokens.id AS id, personal_tokens.name AS name, personal_tokens.scopes AS scopes, personal_tokens.digest AS digest, personal_tokens.hint AS hint, personal_tokens.created_at AS created_at, personal_tokens.expires_at AS expires_at, personal_tokens.last_used_at AS last_used_at
FROM personal_tokens
WHERE personal_tokens.user_id = :user::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS live ON true ORDER BY live.created_at DESC, live.id DESC;

-- reading.Reads.task, access check: identity
SELECT access.user_id, found.id, found.version, found.title, found.description, found.completed_at, found.priority, found.due_date, found.due_time, found.due_timezone, found.due_at, found.tags, found.list_id, found.parent_id, found.position, found.series, found.created_at, found.updated_at, found.deleted_at, found.deleted_with
FROM (SELECT users.id AS user_id
FROM users JOIN identities ON identities.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND identities.issuer = :issuer::VARCHAR COLLATE "C" AND identities.subject = :subject::VARCHAR COLLATE "C" AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE)) AS access LEFT OUTER JOIN (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.series AS series, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.id = :task::UUID AND tasks.purged_at IS NULL) AS found ON true;

-- reading.Reads.tags, access check: identity
SELECT access.user_id, counted.tag, counted.open, counted.total
FROM (SELECT users.id AS user_id
FROM users JOIN identities ON identities.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND identities.issuer = :issuer::VARCHAR COLLATE "C" AND identities.subject = :subject::VARCHAR COLLATE "C" AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE)) AS access LEFT OUTER JOIN (SELECT tag, count(*) FILTER (WHERE tasks.completed_at IS NULL) AS open, count(*) AS total
FROM tasks, unnest(tasks.tags) AS tag
WHERE tasks.user_id = :user::UUID AND tasks.deleted_at IS NULL GROUP BY tag) AS counted ON true ORDER BY counted.tag COLLATE "C";

-- reading.Reads.user, access check: personal token
SELECT users.id, users.email, users.display_name, users.timezone, users.created_at, users.password_hash, users.password_changed_at, users.disabled_at
FROM users JOIN (SELECT users.id AS user_id
FROM users JOIN personal_tokens ON personal_tokens.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND personal_tokens.id = :token::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access ON access.user_id = users.id;

-- reading.Reads.sessions, access check: personal token
SELECT access.user_id, live.user_id AS user_id_1, live.id, live.generation, live.created_at, live.used_at, live.expires_at, live.ends_at, live.address, live.user_agent
FROM (SELECT users.id AS user_id
FROM users JOIN personal_tokens ON personal_tokens.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND personal_tokens.id = :token::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access LEFT OUTER JOIN (SELECT sessions.user_id AS user_id, sessions.id AS id, sessions.generation AS generation, sessions.created_at AS created_at, sessions.used_at AS used_at, sessions.expires_at AS expires_at, sessions.ends_at AS ends_at, sessions.address AS address, sessions.user_agent AS user_agent
FROM sessions
WHERE sessions.user_id = :user::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS live ON true ORDER BY live.used_at DESC, live.id DESC;

-- reading.Reads.personal_tokens, access check: personal token
SELECT access.user_id, live.user_id AS user_id_1, live.id, live.name, live.scopes, live.digest, live.hint, live.created_at, live.expires_at, live.last_used_at
FROM (SELECT users.id AS user_id
FROM users JOIN personal_tokens ON personal_tokens.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND personal_tokens.id = :token::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access LEFT OUTER JOIN (SELECT personal_tokens.user_id AS user_id, personal_tokens.id AS id, personal_tokens.name AS name, personal_tokens.scopes AS scopes, personal_tokens.digest AS digest, personal_tokens.hint AS hint, personal_tokens.created_at AS created_at, personal_tokens.expires_at AS expires_at, personal_tokens.last_used_at AS last_used_at
FROM personal_tokens
WHERE personal_tokens.user_id = :user::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS live ON true ORDER BY live.created_at DESC, live.id DESC;

-- reading.Reads.task, access check: personal token
SELECT access.user_id, found.id, found.version, found.title, found.description, found.completed_at, found.priority, found.due_date, found.due_time, found.due_timezone, found.due_at, found.tags, found.list_id, found.parent_id, found.position, found.series, found.created_at, found.updated_at, found.deleted_at, found.deleted_with
FROM (SELECT users.id AS user_id
FROM users JOIN personal_tokens ON personal_tokens.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND personal_tokens.id = :token::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access LEFT OUTER JOIN (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.series AS series, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.id = :task::UUID AND tasks.purged_at IS NULL) AS found ON true;

-- reading.Reads.tags, access check: personal token
SELECT access.user_id, counted.tag, counted.open, counted.total
FROM (SELECT users.id AS user_id
FROM users JOIN personal_tokens ON personal_tokens.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND personal_tokens.id = :token::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access LEFT OUTER JOIN (SELECT tag, count(*) FILTER (WHERE tasks.completed_at IS NULL) AS open, count(*) AS total
FROM tasks, unnest(tasks.tags) AS tag
WHERE tasks.user_id = :user::UUID AND tasks.deleted_at IS NULL GROUP BY tag) AS counted ON true ORDER BY counted.tag COLLATE "C";

-- reading.Reads.user, access check: locked
SELECT users.id, users.email, users.display_name, users.timezone, users.created_at, users.password_hash, users.password_changed_at, users.disabled_at
FROM users JOIN (SELECT users.id AS user_id
FROM users
WHERE users.id = :user::UUID) AS access ON access.user_id = users.id;

-- reading.Reads.sessions, access check: locked
SELECT access.user_id, live.user_id AS user_id_1, live.id, live.generation, live.created_at, live.used_at, live.expires_at, live.ends_at, live.address, live.user_agent
FROM (SELECT users.id AS user_id
FROM users
WHERE users.id = :user::UUID) AS access LEFT OUTER JOIN (SELECT sessions.user_id AS user_id, sessions.id AS id, sessions.generation AS generation, sessions.created_at AS created_at, sessions.used_at AS used_at, sessions.expires_at AS expires_at, sessions.ends_at AS ends_at, sessions.address AS address, sessions.user_agent AS user_agent
FROM sessions
WHERE sessions.user_id = :user::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS live ON true ORDER BY live.used_at DESC, live.id DESC;

-- reading.Reads.personal_tokens, access check: locked
SELECT access.user_id, live.user_id AS user_id_1, live.id, live.name, live.scopes, live.digest, live.hint, live.created_at, live.expires_at, live.last_used_at
FROM (SELECT users.id AS user_id
FROM users
WHERE users.id = :user::UUID) AS access LEFT OUTER JOIN (SELECT personal_tokens.user_id AS user_id, personal_tokens.id AS id, personal_tokens.name AS name, personal_tokens.scopes AS scopes, personal_tokens.digest AS digest, personal_tokens.hint AS hint, personal_tokens.created_at AS created_at, personal_tokens.expires_at AS expires_at, personal_tokens.last_used_at AS last_used_at
FROM personal_tokens
WHERE personal_tokens.user_id = :user::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS live ON true ORDER BY live.created_at DESC, live.id DESC;

-- reading.Reads.tags, access check: locked
SELECT access.user_id, counted.tag, counted.open, counted.total
FROM (SELECT users.id AS user_id
FROM users
WHERE users.id = :user::UUID) AS access LEFT OUTER JOIN (SELECT tag, count(*) FILTER (WHERE tasks.completed_at IS NULL) AS open, count(*) AS total
FROM tasks, unnest(tasks.tags) AS tag
WHERE tasks.user_id = :user::UUID AND tasks.deleted_at IS NULL GROUP BY tag) AS counted ON true ORDER BY counted.tag COLLATE "C";

-- queries.page: first page, newest first
SELECT revisions.revision, page.id, page.version, page.title, page.description, page.completed_at, page.priority, page.due_date, page.due_time, page.due_timezone, page.due_at, page.tags, page.list_id, page.parent_id, page.position, page.series, page.created_at, page.updated_at, page.deleted_at, page.deleted_with, page.number, page.following
FROM (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access JOIN revisions ON revisions.user_id = access.user_id LEFT OUTER JOIN (SELECT numbered.id AS id, numbered.version AS version, numbered.title AS title, numbered.description AS description, numbered.completed_at AS completed_at, numbered.priority AS priority, numbered.due_date AS due_date, numbered.due_time AS due_time, numbered.due_timezone AS due_timezone, numbered.due_at AS due_at, numbered.tags AS tags, numbered.list_id AS list_id, numbered.parent_id AS parent_id, numbered.position AS position, numbered.series AS series, numbered.created_at AS created_at, numbered.updated_at AS updated_at, numbered.deleted_at AS deleted_at, numbered.deleted_with AS deleted_with, numbered.number AS number, numbered.following AS following
FROM (SELECT listed.id AS id, listed.version AS version, listed.title AS title, listed.description AS description, listed.completed_at AS completed_at, listed.priority AS priority, listed.due_date AS due_date, listed.due_time AS due_time, listed.due_timezone AS due_timezone, listed.due_at AS due_at, listed.tags AS tags, listed.list_id AS list_id, listed.parent_id AS parent_id, listed.position AS position, listed.series AS series, listed.created_at AS created_at, listed.updated_at AS updated_at, listed.deleted_at AS deleted_at, listed.deleted_with AS deleted_with, row_number() OVER (ORDER BY listed.part, listed.sort_key DESC, listed.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS number, lead(1) OVER (ORDER BY listed.part, listed.sort_key DESC, listed.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS following, sum(octet_length(listed.title) + octet_length(listed.description) + octet_length(array_to_string(listed.tags, :array_to_string_1::VARCHAR))) OVER (ORDER BY listed.part, listed.sort_key DESC, listed.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS together
FROM (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.series AS series, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with, tasks.created_at AS sort_key, 0 AS part
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.deleted_at IS NULL ORDER BY tasks.created_at DESC, tasks.id DESC
 LIMIT 51) AS listed) AS numbered
WHERE numbered.number <= :limit AND (numbered.number = :number_1::INTEGER OR numbered.together <= :together_1::INTEGER)) AS page ON true ORDER BY page.number;

-- queries.page: next page, newest first
SELECT revisions.revision, page.id, page.version, page.title, page.description, page.completed_at, page.priority, page.due_date, page.due_time, page.due_timezone, page.due_at, page.tags, page.list_id, page.parent_id, page.position, page.series, page.created_at, page.updated_at, page.deleted_at, page.deleted_with, page.number, page.following
FROM (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access JOIN revisions ON revisions.user_id = access.user_id LEFT OUTER JOIN (SELECT numbered.id AS id, numbered.version AS version, numbered.title AS title, numbered.description AS description, numbered.completed_at AS completed_at, numbered.priority AS priority, numbered.due_date AS due_date, numbered.due_time AS due_time, numbered.due_timezone AS due_timezone, numbered.due_at AS due_at, numbered.tags AS tags, numbered.list_id AS list_id, numbered.parent_id AS parent_id, numbered.position AS position, numbered.series AS series, numbered.created_at AS created_at, numbered.updated_at AS updated_at, numbered.deleted_at AS deleted_at, numbered.deleted_with AS deleted_with, numbered.number AS number, numbered.following AS following
FROM (SELECT listed.id AS id, listed.version AS version, listed.title AS title, listed.description AS description, listed.completed_at AS completed_at, listed.priority AS priority, listed.due_date AS due_date, listed.due_time AS due_time, listed.due_timezone AS due_timezone, listed.due_at AS due_at, listed.tags AS tags, listed.list_id AS list_id, listed.parent_id AS parent_id, listed.position AS position, listed.series AS series, listed.created_at AS created_at, listed.updated_at AS updated_at, listed.deleted_at AS deleted_at, listed.deleted_with AS deleted_with, row_number() OVER (ORDER BY listed.part, listed.sort_key DESC, listed.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS number, lead(1) OVER (ORDER BY listed.part, listed.sort_key DESC, listed.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS following, sum(octet_length(listed.title) + octet_length(listed.description) + octet_length(array_to_string(listed.tags, :array_to_string_1::VARCHAR))) OVER (ORDER BY listed.part, listed.sort_key DESC, listed.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS together
FROM (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.series AS series, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with, tasks.created_at AS sort_key, 0 AS part
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.deleted_at IS NULL AND (tasks.created_at, tasks.id) < (:after_key::TIMESTAMP WITH TIME ZONE, :after_id::UUID) ORDER BY tasks.created_at DESC, tasks.id DESC
 LIMIT 51) AS listed) AS numbered
WHERE numbered.number <= :limit AND (numbered.number = :number_1::INTEGER OR numbered.together <= :together_1::INTEGER)) AS page ON true ORDER BY page.number;

-- queries.page: open, due today, by due date
SELECT revisions.revision, page.id, page.version, page.title, page.description, page.completed_at, page.priority, page.due_date, page.due_time, page.due_timezone, page.due_at, page.tags, page.list_id, page.parent_id, page.position, page.series, page.created_at, page.updated_at, page.deleted_at, page.deleted_with, page.number, page.following
FROM (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access JOIN revisions ON revisions.user_id = access.user_id LEFT OUTER JOIN (SELECT numbered.id AS id, numbered.version AS version, numbered.title AS title, numbered.description AS description, numbered.completed_at AS completed_at, numbered.priority AS priority, numbered.due_date AS due_date, numbered.due_time AS due_time, numbered.due_timezone AS due_timezone, numbered.due_at AS due_at, numbered.tags AS tags, numbered.list_id AS list_id, numbered.parent_id AS parent_id, numbered.position AS position, numbered.series AS series, numbered.created_at AS created_at, numbered.updated_at AS updated_at, numbered.deleted_at AS deleted_at, numbered.deleted_with AS deleted_with, numbered.number AS number, numbered.following AS following
FROM (SELECT listed.id AS id, listed.version AS version, listed.title AS title, listed.description AS description, listed.completed_at AS completed_at, listed.priority AS priority, listed.due_date AS due_date, listed.due_time AS due_time, listed.due_timezone AS due_timezone, listed.due_at AS due_at, listed.tags AS tags, listed.list_id AS list_id, listed.parent_id AS parent_id, listed.position AS position, listed.series AS series, listed.created_at AS created_at, listed.updated_at AS updated_at, listed.deleted_at AS deleted_at, listed.deleted_with AS deleted_with, row_number() OVER (ORDER BY listed.part, listed.sort_key, listed.id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS number, lead(1) OVER (ORDER BY listed.part, listed.sort_key, listed.id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS following, sum(octet_length(listed.title) + octet_length(listed.description) + octet_length(array_to_string(listed.tags, :array_to_string_1::VARCHAR))) OVER (ORDER BY listed.part, listed.sort_key, listed.id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS together
FROM (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.series AS series, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with, tasks.due_key AS sort_key, 0 AS part
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.deleted_at IS NULL AND tasks.completed_at IS NULL AND tasks.due_key BETWEEN :index_from::BIGINT AND :index_last::BIGINT AND (tasks.due_at IS NULL AND tasks.due_key BETWEEN :key_from::BIGINT AND :key_last::BIGINT OR tasks.due_at >= :due_from::TIMESTAMP WITH TIME ZONE AND tasks.due_at < :due_until::TIMESTAMP WITH TIME ZONE) ORDER BY tasks.due_key, tasks.id
 LIMIT 51) AS listed) AS numbered
WHERE numbered.number <= :limit AND (numbered.number = :number_1::INTEGER OR numbered.together <= :together_1::INTEGER)) AS page ON true ORDER BY page.number;

-- queries.page: first page, by due date descending
SELECT revisions.revision, page.id, page.version, page.title, page.description, page.completed_at, page.priority, page.due_date, page.due_time, page.due_timezone, page.due_at, page.tags, page.list_id, page.parent_id, page.position, page.series, page.created_at, page.updated_at, page.deleted_at, page.deleted_with, page.number, page.following
FROM (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access JOIN revisions ON revisions.user_id = access.user_id LEFT OUTER JOIN (SELECT numbered.id AS id, numbered.version AS version, numbered.title AS title, numbered.description AS description, numbered.completed_at AS completed_at, numbered.priority AS priority, numbered.due_date AS due_date, numbered.due_time AS due_time, numbered.due_timezone AS due_timezone, numbered.due_at AS due_at, numbered.tags AS tags, numbered.list_id AS list_id, numbered.parent_id AS parent_id, numbered.position AS position, numbered.series AS series, numbered.created_at AS created_at, numbered.updated_at AS updated_at, numbered.deleted_at AS deleted_at, numbered.deleted_with AS deleted_with, numbered.number AS number, numbered.following AS following
FROM (SELECT listed.id AS id, listed.version AS version, listed.title AS title, listed.description AS description, listed.completed_at AS completed_at, listed.priority AS priority, listed.due_date AS due_date, listed.due_time AS due_time, listed.due_timezone AS due_timezone, listed.due_at AS due_at, listed.tags AS tags, listed.list_id AS list_id, listed.parent_id AS parent_id, listed.position AS position, listed.series AS series, listed.created_at AS created_at, listed.updated_at AS updated_at, listed.deleted_at AS deleted_at, listed.deleted_with AS deleted_with, row_number() OVER (ORDER BY listed.part, listed.sort_key DESC, listed.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS number, lead(1) OVER (ORDER BY listed.part, listed.sort_key DESC, listed.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS following, sum(octet_length(listed.title) + octet_length(listed.description) + octet_length(array_to_string(listed.tags, :array_to_string_1::VARCHAR))) OVER (ORDER BY listed.part, listed.sort_key DESC, listed.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS together
FROM ((SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.series AS series, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with, tasks.due_key AS sort_key, 0 AS part
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.deleted_at IS NULL AND tasks.due_key < :due_key_1::BIGINT ORDER BY tasks.due_key DESC, tasks.id DESC
 LIMIT 51) UNION ALL (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.series AS series, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with, tasks.due_key AS sort_key, 1 AS part
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.deleted_at IS NULL AND tasks.due_key >= :due_key_2::BIGINT ORDER BY tasks.due_key DESC, tasks.id DESC
 LIMIT 51)) AS listed) AS numbered
WHERE numbered.number <= :limit AND (numbered.number = :number_1::INTEGER OR numbered.together <= :together_1::INTEGER)) AS page ON true ORDER BY page.number;

-- queries.page: search
SELECT revisions.revision, page.id, page.version, page.title, page.description, page.completed_at, page.priority, page.due_date, page.due_time, page.due_timezone, page.due_at, page.tags, page.list_id, page.parent_id, page.position, page.series, page.created_at, page.updated_at, page.deleted_at, page.deleted_with, page.number, page.following
FROM (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access JOIN revisions ON revisions.user_id = access.user_id LEFT OUTER JOIN (SELECT numbered.id AS id, numbered.version AS version, numbered.title AS title, numbered.description AS description, numbered.completed_at AS completed_at, numbered.priority AS priority, numbered.due_date AS due_date, numbered.due_time AS due_time, numbered.due_timezone AS due_timezone, numbered.due_at AS due_at, numbered.tags AS tags, numbered.list_id AS list_id, numbered.parent_id AS parent_id, numbered.position AS position, numbered.series AS series, numbered.created_at AS created_at, numbered.updated_at AS updated_at, numbered.deleted_at AS deleted_at, numbered.deleted_with AS deleted_with, numbered.number AS number, numbered.following AS following
FROM (SELECT listed.id AS id, listed.version AS version, listed.title AS title, listed.description AS description, listed.completed_at AS completed_at, listed.priority AS priority, listed.due_date AS due_date, listed.due_time AS due_time, listed.due_timezone AS due_timezone, listed.due_at AS due_at, listed.tags AS tags, listed.list_id AS list_id, listed.parent_id AS parent_id, listed.position AS position, listed.series AS series, listed.created_at AS created_at, listed.updated_at AS updated_at, listed.deleted_at AS deleted_at, listed.deleted_with AS deleted_with, row_number() OVER (ORDER BY listed.part, listed.sort_key DESC, listed.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS number, lead(1) OVER (ORDER BY listed.part, listed.sort_key DESC, listed.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS following, sum(octet_length(listed.title) + octet_length(listed.description) + octet_length(array_to_string(listed.tags, :array_to_string_1::VARCHAR))) OVER (ORDER BY listed.part, listed.sort_key DESC, listed.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS together
FROM (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.list_id AS list_id, tasks.parent_id AS parent_id, tasks.position AS position, tasks.series AS series, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at, tasks.deleted_with AS deleted_with, tasks.created_at AS sort_key, 0 AS part
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.deleted_at IS NULL AND strpos(tasks.search_key, :word_0::VARCHAR COLLATE "C") > :strpos_1::INTEGER AND strpos(tasks.search_key, :word_1::VARCHAR COLLATE "C") > :strpos_2::INTEGER ORDER BY tasks.created_at DESC, tasks.id DESC
 LIMIT 51) AS listed) AS numbered
WHERE numbered.number <= :limit AND (numbered.number = :number_1::INTEGER OR numbered.together <= :together_1::INTEGER)) AS page ON true ORDER BY page.number;

-- queries.count
SELECT access.user_id, counted.total
FROM (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access LEFT OUTER JOIN (SELECT count(*) AS total
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.deleted_at IS NULL) AS counted ON true;
