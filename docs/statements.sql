-- Every fixed statement of the PostgreSQL adapter, as psycopg sends it, with the names of its parameters.
-- Lists have one statement for each combination of filters and sort order; a few stand here as examples.
-- Written by tests/postgres/test_statements.py, which compares it with the program.

-- audit.PRUNE
DELETE FROM audit_events WHERE (audit_events.user_id, audit_events.id) IN (SELECT audit_events.user_id, audit_events.id
FROM audit_events
WHERE audit_events.kept_until <= statement_timestamp()
 LIMIT :max_rows::BIGINT) RETURNING audit_events.id;

-- health.REVISION
SELECT version_num, current_setting('transaction_read_only') = 'off' AS writable FROM alembic_version;

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
SELECT idempotency_keys.fingerprint, idempotency_keys.task, idempotency_keys.created_at
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
 LIMIT :param_2::INTEGER) UNION (SELECT idempotency_keys.user_id
FROM idempotency_keys
WHERE idempotency_keys.created_at < :results::TIMESTAMP WITH TIME ZONE
 LIMIT :param_3::INTEGER) UNION (SELECT sessions.user_id
FROM sessions
WHERE sessions.expires_at <= :sessions::TIMESTAMP WITH TIME ZONE
 LIMIT :param_4::INTEGER) UNION (SELECT personal_tokens.user_id
FROM personal_tokens
WHERE personal_tokens.expires_at <= :personal_tokens::TIMESTAMP WITH TIME ZONE
 LIMIT :param_5::INTEGER)
 LIMIT :max_rows::BIGINT;

-- writing.LOCK
SELECT revisions.user_id, revisions.live_tasks
FROM revisions
WHERE revisions.user_id = :user::UUID FOR NO KEY UPDATE;

-- writing.LOCK_AND_CHECK, access check: session
WITH locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks
FROM revisions
WHERE revisions.user_id = :user::UUID FOR NO KEY UPDATE)
 SELECT locked.user_id, locked.live_tasks
FROM locked JOIN users ON users.id = locked.user_id JOIN sessions ON sessions.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE FOR SHARE OF sessions, users;

-- writing.LOCK_AND_CHECK, access check: identity
WITH locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks
FROM revisions
WHERE revisions.user_id = :user::UUID FOR NO KEY UPDATE)
 SELECT locked.user_id, locked.live_tasks
FROM locked JOIN users ON users.id = locked.user_id JOIN identities ON identities.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND identities.issuer = :issuer::VARCHAR COLLATE "C" AND identities.subject = :subject::VARCHAR COLLATE "C" AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE) FOR SHARE OF identities, users;

-- writing.LOCK_AND_CHECK, access check: personal token
WITH locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks
FROM revisions
WHERE revisions.user_id = :user::UUID FOR NO KEY UPDATE)
 SELECT locked.user_id, locked.live_tasks
FROM locked JOIN users ON users.id = locked.user_id JOIN personal_tokens ON personal_tokens.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND personal_tokens.id = :token::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE FOR SHARE OF personal_tokens, users;

-- writing.ADD_TASK
WITH revision AS
(UPDATE revisions SET revision=(revisions.revision + :revision_1::BIGINT), live_tasks=(revisions.live_tasks + :live::INTEGER) WHERE revisions.user_id = :user::UUID RETURNING revisions.revision, revisions.live_tasks)
 INSERT INTO tasks (user_id, id, version, title, description, completed_at, priority, due_date, due_time, due_timezone, due_at, tags, created_at, updated_at, deleted_at, purged_at, due_key, title_key, search_key) VALUES (:user::UUID, :id::UUID, (SELECT revision.revision
FROM revision), :title::VARCHAR, :description::VARCHAR, :completed_at::TIMESTAMP WITH TIME ZONE, :priority::SMALLINT, :due_date::DATE, :due_time::TIME WITHOUT TIME ZONE, :due_timezone::VARCHAR, :due_at::TIMESTAMP WITH TIME ZONE, :tags::TEXT[] COLLATE "C", :created_at::TIMESTAMP WITH TIME ZONE, :updated_at::TIMESTAMP WITH TIME ZONE, :deleted_at::TIMESTAMP WITH TIME ZONE, :purged_at::TIMESTAMP WITH TIME ZONE, :due_key::BIGINT, :title_key::VARCHAR COLLATE "C", :search_key::VARCHAR COLLATE "C") RETURNING tasks.version, (SELECT revision.live_tasks
FROM revision) AS anon_1;

-- writing.CREATE_TASK, access check: session
WITH locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks
FROM revisions
WHERE revisions.user_id = :user::UUID AND revisions.live_tasks < :max_tasks::INTEGER FOR NO KEY UPDATE),
alive AS
(SELECT locked.user_id AS user_id, locked.live_tasks AS live_tasks
FROM locked JOIN users ON users.id = locked.user_id JOIN sessions ON sessions.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE FOR SHARE OF sessions, users),
revision AS
(UPDATE revisions SET revision=(revisions.revision + :revision_1::BIGINT), live_tasks=(revisions.live_tasks + :live_tasks_1::INTEGER) FROM alive WHERE revisions.user_id = alive.user_id RETURNING revisions.user_id, revisions.revision)
 INSERT INTO tasks (user_id, id, version, title, description, completed_at, priority, due_date, due_time, due_timezone, due_at, tags, created_at, updated_at, deleted_at, purged_at, due_key, title_key, search_key) SELECT revision.user_id, :id::UUID AS anon_1, revision.revision, :title::VARCHAR AS anon_2, :description::VARCHAR AS anon_3, :completed_at::TIMESTAMP WITH TIME ZONE AS anon_4, :priority::SMALLINT AS anon_5, :due_date::DATE AS anon_6, :due_time::TIME WITHOUT TIME ZONE AS anon_7, :due_timezone::VARCHAR AS anon_8, :due_at::TIMESTAMP WITH TIME ZONE AS anon_9, :tags::TEXT[] COLLATE "C" AS anon_10, :created_at::TIMESTAMP WITH TIME ZONE AS anon_11, :updated_at::TIMESTAMP WITH TIME ZONE AS anon_12, :deleted_at::TIMESTAMP WITH TIME ZONE AS anon_13, NULL AS anon_14, :due_key::BIGINT AS anon_15, :title_key::VARCHAR COLLATE "C" AS anon_16, :search_key::VARCHAR COLLATE "C" AS anon_17
FROM revision RETURNING tasks.version;

-- writing.CREATE_TASK, access check: identity
WITH locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks
FROM revisions
WHERE revisions.user_id = :user::UUID AND revisions.live_tasks < :max_tasks::INTEGER FOR NO KEY UPDATE),
alive AS
(SELECT locked.user_id AS user_id, locked.live_tasks AS live_tasks
FROM locked JOIN users ON users.id = locked.user_id JOIN identities ON identities.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND identities.issuer = :issuer::VARCHAR COLLATE "C" AND identities.subject = :subject::VARCHAR COLLATE "C" AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE) FOR SHARE OF identities, users),
revision AS
(UPDATE revisions SET revision=(revisions.revision + :revision_1::BIGINT), live_tasks=(revisions.live_tasks + :live_tasks_1::INTEGER) FROM alive WHERE revisions.user_id = alive.user_id RETURNING revisions.user_id, revisions.revision)
 INSERT INTO tasks (user_id, id, version, title, description, completed_at, priority, due_date, due_time, due_timezone, due_at, tags, created_at, updated_at, deleted_at, purged_at, due_key, title_key, search_key) SELECT revision.user_id, :id::UUID AS anon_1, revision.revision, :title::VARCHAR AS anon_2, :description::VARCHAR AS anon_3, :completed_at::TIMESTAMP WITH TIME ZONE AS anon_4, :priority::SMALLINT AS anon_5, :due_date::DATE AS anon_6, :due_time::TIME WITHOUT TIME ZONE AS anon_7, :due_timezone::VARCHAR AS anon_8, :due_at::TIMESTAMP WITH TIME ZONE AS anon_9, :tags::TEXT[] COLLATE "C" AS anon_10, :created_at::TIMESTAMP WITH TIME ZONE AS anon_11, :updated_at::TIMESTAMP WITH TIME ZONE AS anon_12, :deleted_at::TIMESTAMP WITH TIME ZONE AS anon_13, NULL AS anon_14, :due_key::BIGINT AS anon_15, :title_key::VARCHAR COLLATE "C" AS anon_16, :search_key::VARCHAR COLLATE "C" AS anon_17
FROM revision RETURNING tasks.version;

-- writing.CREATE_TASK, access check: personal token
WITH locked AS
(SELECT revisions.user_id AS user_id, revisions.live_tasks AS live_tasks
FROM revisions
WHERE revisions.user_id = :user::UUID AND revisions.live_tasks < :max_tasks::INTEGER FOR NO KEY UPDATE),
alive AS
(SELECT locked.user_id AS user_id, locked.live_tasks AS live_tasks
FROM locked JOIN users ON users.id = locked.user_id JOIN personal_tokens ON personal_tokens.user_id = locked.user_id
WHERE users.disabled_at IS NULL AND personal_tokens.id = :token::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE FOR SHARE OF personal_tokens, users),
revision AS
(UPDATE revisions SET revision=(revisions.revision + :revision_1::BIGINT), live_tasks=(revisions.live_tasks + :live_tasks_1::INTEGER) FROM alive WHERE revisions.user_id = alive.user_id RETURNING revisions.user_id, revisions.revision)
 INSERT INTO tasks (user_id, id, version, title, description, completed_at, priority, due_date, due_time, due_timezone, due_at, tags, created_at, updated_at, deleted_at, purged_at, due_key, title_key, search_key) SELECT revision.user_id, :id::UUID AS anon_1, revision.revision, :title::VARCHAR AS anon_2, :description::VARCHAR AS anon_3, :completed_at::TIMESTAMP WITH TIME ZONE AS anon_4, :priority::SMALLINT AS anon_5, :due_date::DATE AS anon_6, :due_time::TIME WITHOUT TIME ZONE AS anon_7, :due_timezone::VARCHAR AS anon_8, :due_at::TIMESTAMP WITH TIME ZONE AS anon_9, :tags::TEXT[] COLLATE "C" AS anon_10, :created_at::TIMESTAMP WITH TIME ZONE AS anon_11, :updated_at::TIMESTAMP WITH TIME ZONE AS anon_12, :deleted_at::TIMESTAMP WITH TIME ZONE AS anon_13, NULL AS anon_14, :due_key::BIGINT AS anon_15, :title_key::VARCHAR COLLATE "C" AS anon_16, :search_key::VARCHAR COLLATE "C" AS anon_17
FROM revision RETURNING tasks.version;

-- writing.REPLACE_TASK
WITH revision AS
(UPDATE revisions SET revision=(revisions.revision + :revision_1::BIGINT), live_tasks=(revisions.live_tasks + (:live::INTEGER - CAST((SELECT count(*) AS count_1
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.id = :id::UUID AND tasks.deleted_at IS NULL) AS INTEGER))) WHERE revisions.user_id = :user::UUID RETURNING revisions.revision, revisions.live_tasks)
 UPDATE tasks SET version=(SELECT revision.revision
FROM revision), title=:title::VARCHAR, description=:description::VARCHAR, completed_at=:completed_at::TIMESTAMP WITH TIME ZONE, priority=:priority::SMALLINT, due_date=:due_date::DATE, due_time=:due_time::TIME WITHOUT TIME ZONE, due_timezone=:due_timezone::VARCHAR, due_at=:due_at::TIMESTAMP WITH TIME ZONE, tags=:tags::TEXT[] COLLATE "C", created_at=:created_at::TIMESTAMP WITH TIME ZONE, updated_at=:updated_at::TIMESTAMP WITH TIME ZONE, deleted_at=:deleted_at::TIMESTAMP WITH TIME ZONE, due_key=:due_key::BIGINT, title_key=:title_key::VARCHAR COLLATE "C", search_key=:search_key::VARCHAR COLLATE "C" WHERE tasks.user_id = :user::UUID AND tasks.id = :id::UUID RETURNING tasks.version, (SELECT revision.live_tasks
FROM revision) AS anon_1;

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
INSERT INTO idempotency_keys (user_id, key, fingerprint, task, created_at) VALUES (:user_id::UUID, :key::VARCHAR COLLATE "C", :fingerprint, :task::JSONB, :created_at::TIMESTAMP WITH TIME ZONE);

-- writing.ADD_EVENT
INSERT INTO audit_events (user_id, id, at, action, session_id, address, request_id, kept_until, personal_token_id) VALUES (:user_id::UUID, :id::UUID, :at::TIMESTAMP WITH TIME ZONE, :action::VARCHAR, :session_id::UUID, :address::VARCHAR, :request_id::VARCHAR, :kept_until::TIMESTAMP WITH TIME ZONE, :personal_token_id::UUID);

-- writing.ERASE_TASKS
UPDATE tasks SET title=:title::VARCHAR, description=:description::VARCHAR, completed_at=:completed_at::TIMESTAMP WITH TIME ZONE, priority=:priority::SMALLINT, due_date=:due_date::DATE, due_time=:due_time::TIME WITHOUT TIME ZONE, due_timezone=:due_timezone::VARCHAR, due_at=:due_at::TIMESTAMP WITH TIME ZONE, tags=:tags::TEXT[] COLLATE "C", purged_at=:now::TIMESTAMP WITH TIME ZONE, due_key=:due_key::BIGINT, title_key=:title_key::VARCHAR COLLATE "C", search_key=:search_key::VARCHAR COLLATE "C" WHERE tasks.user_id = :user::UUID AND tasks.id IN (SELECT tasks.id
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.deleted_at IS NOT NULL AND tasks.purged_at IS NULL AND tasks.deleted_at < :before::TIMESTAMP WITH TIME ZONE ORDER BY tasks.version
 LIMIT :max_rows::BIGINT);

-- writing.REMOVE_TOMBSTONES
WITH gone AS
(DELETE FROM tasks WHERE tasks.user_id = :user::UUID AND tasks.id IN (SELECT tasks.id
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.purged_at IS NOT NULL AND tasks.deleted_at < :before::TIMESTAMP WITH TIME ZONE ORDER BY tasks.version
 LIMIT :max_rows::BIGINT) RETURNING tasks.version)
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
new_clock AS
(INSERT INTO revisions (user_id) VALUES (:id::UUID))
 INSERT INTO audit_events (user_id, id, at, action, session_id, address, request_id, kept_until, personal_token_id) VALUES (:event_user_id::UUID, :event_id::UUID, :event_at::TIMESTAMP WITH TIME ZONE, :event_action::VARCHAR, :event_session_id::UUID, :event_address::VARCHAR, :event_request_id::VARCHAR, :event_kept_until::TIMESTAMP WITH TIME ZONE, :event_personal_token_id::UUID);

-- writing.REGISTER_EXTERNAL
WITH taken AS
(INSERT INTO identities (issuer, subject, user_id) VALUES (:issuer::VARCHAR COLLATE "C", :subject::VARCHAR COLLATE "C", :id::UUID) ON CONFLICT (issuer, subject) DO UPDATE SET user_id = excluded.user_id WHERE identities.user_id IS NULL AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE) RETURNING identities.user_id),
new_user AS
(INSERT INTO users (id, email, email_key, password_hash, password_changed_at, display_name, timezone, created_at, disabled_at) SELECT :id::UUID AS anon_1, :email::VARCHAR AS anon_2, :email_key::VARCHAR COLLATE "C" AS anon_3, :password_hash::VARCHAR AS anon_4, :password_changed_at::TIMESTAMP WITH TIME ZONE AS anon_5, :display_name::VARCHAR AS anon_6, :timezone::VARCHAR AS anon_7, :created_at::TIMESTAMP WITH TIME ZONE AS anon_8, :disabled_at::TIMESTAMP WITH TIME ZONE AS anon_9
FROM taken),
new_revision AS
(INSERT INTO revisions (user_id) SELECT taken.user_id AS user_id
FROM taken),
new_event AS
(INSERT INTO audit_events (user_id, id, at, action, session_id, address, request_id, kept_until, personal_token_id) SELECT :event_user_id::UUID AS anon_10, :event_id::UUID AS anon_11, :event_at::TIMESTAMP WITH TIME ZONE AS anon_12, :event_action::VARCHAR AS anon_13, :event_session_id::UUID AS anon_14, :event_address::VARCHAR AS anon_15, :event_request_id::VARCHAR AS anon_16, :event_kept_until::TIMESTAMP WITH TIME ZONE AS anon_17, :event_personal_token_id::UUID AS anon_18
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
SELECT access.user_id, found.id, found.version, found.title, found.description, found.completed_at, found.priority, found.due_date, found.due_time, found.due_timezone, found.due_at, found.tags, found.created_at, found.updated_at, found.deleted_at
FROM (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access LEFT OUTER JOIN (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.id = :task::UUID AND tasks.purged_at IS NULL) AS found ON true;

-- reading.Reads.tags, access check: session
SELECT access.user_id, counted.tag, counted.open, counted.total
FROM (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access LEFT OUTER JOIN (SELECT tag, count(*) FILTER (WHERE tasks.completed_at IS NULL) AS open, count(*) AS total
FROM tasks, unnest(tasks.tags) AS tag
WHERE tasks.user_id = :user::UUID AND tasks.deleted_at IS NULL GROUP BY tag) AS counted ON true ORDER BY counted.tag COLLATE "C";

-- reading.Reads.changes, access check: session
SELECT revisions.revision, revisions.horizon, page.id, page.version, page.title, page.description, page.completed_at, page.priority, page.due_date, page.due_time, page.due_timezone, page.due_at, page.tags, page.created_at, page.updated_at, page.deleted_at, page.number, page.following
FROM (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access JOIN revisions ON revisions.user_id = access.user_id LEFT OUTER JOIN (SELECT numbered.id AS id, numbered.version AS version, numbered.title AS title, numbered.description AS description, numbered.completed_at AS completed_at, numbered.priority AS priority, numbered.due_date AS due_date, numbered.due_time AS due_time, numbered.due_timezone AS due_timezone, numbered.due_at AS due_at, numbered.tags AS tags, numbered.created_at AS created_at, numbered.updated_at AS updated_at, numbered.deleted_at AS deleted_at, numbered.number AS number, numbered.following AS following
FROM (SELECT changed.id AS id, changed.version AS version, changed.title AS title, changed.description AS description, changed.completed_at AS completed_at, changed.priority AS priority, changed.due_date AS due_date, changed.due_time AS due_time, changed.due_timezone AS due_timezone, changed.due_at AS due_at, changed.tags AS tags, changed.created_at AS created_at, changed.updated_at AS updated_at, changed.deleted_at AS deleted_at, row_number() OVER (ORDER BY changed.version ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS number, lead(1) OVER (ORDER BY changed.version ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS following, sum(CASE WHEN (changed.deleted_at IS NULL) THEN octet_length(changed.title) + octet_length(changed.description) + octet_length(array_to_string(changed.tags, :array_to_string_1::VARCHAR)) ELSE :param_1::INTEGER END) OVER (ORDER BY changed.version ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS together
FROM (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.version > :position::BIGINT AND (tasks.deleted_at IS NULL OR tasks.version > :base::BIGINT) ORDER BY tasks.version
 LIMIT :max_rows::BIGINT) AS changed) AS numbered
WHERE numbered.number <= :limit AND (numbered.number = :number_1::INTEGER OR numbered.together <= :together_1::INTEGER)) AS page ON true ORDER BY page.number;

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
SELECT access.user_id, found.id, found.version, found.title, found.description, found.completed_at, found.priority, found.due_date, found.due_time, found.due_timezone, found.due_at, found.tags, found.created_at, found.updated_at, found.deleted_at
FROM (SELECT users.id AS user_id
FROM users JOIN identities ON identities.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND identities.issuer = :issuer::VARCHAR COLLATE "C" AND identities.subject = :subject::VARCHAR COLLATE "C" AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE)) AS access LEFT OUTER JOIN (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.id = :task::UUID AND tasks.purged_at IS NULL) AS found ON true;

-- reading.Reads.tags, access check: identity
SELECT access.user_id, counted.tag, counted.open, counted.total
FROM (SELECT users.id AS user_id
FROM users JOIN identities ON identities.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND identities.issuer = :issuer::VARCHAR COLLATE "C" AND identities.subject = :subject::VARCHAR COLLATE "C" AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE)) AS access LEFT OUTER JOIN (SELECT tag, count(*) FILTER (WHERE tasks.completed_at IS NULL) AS open, count(*) AS total
FROM tasks, unnest(tasks.tags) AS tag
WHERE tasks.user_id = :user::UUID AND tasks.deleted_at IS NULL GROUP BY tag) AS counted ON true ORDER BY counted.tag COLLATE "C";

-- reading.Reads.changes, access check: identity
SELECT revisions.revision, revisions.horizon, page.id, page.version, page.title, page.description, page.completed_at, page.priority, page.due_date, page.due_time, page.due_timezone, page.due_at, page.tags, page.created_at, page.updated_at, page.deleted_at, page.number, page.following
FROM (SELECT users.id AS user_id
FROM users JOIN identities ON identities.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND identities.issuer = :issuer::VARCHAR COLLATE "C" AND identities.subject = :subject::VARCHAR COLLATE "C" AND (identities.refused_before IS NULL OR identities.refused_before <= :issued_at::TIMESTAMP WITH TIME ZONE)) AS access JOIN revisions ON revisions.user_id = access.user_id LEFT OUTER JOIN (SELECT numbered.id AS id, numbered.version AS version, numbered.title AS title, numbered.description AS description, numbered.completed_at AS completed_at, numbered.priority AS priority, numbered.due_date AS due_date, numbered.due_time AS due_time, numbered.due_timezone AS due_timezone, numbered.due_at AS due_at, numbered.tags AS tags, numbered.created_at AS created_at, numbered.updated_at AS updated_at, numbered.deleted_at AS deleted_at, numbered.number AS number, numbered.following AS following
FROM (SELECT changed.id AS id, changed.version AS version, changed.title AS title, changed.description AS description, changed.completed_at AS completed_at, changed.priority AS priority, changed.due_date AS due_date, changed.due_time AS due_time, changed.due_timezone AS due_timezone, changed.due_at AS due_at, changed.tags AS tags, changed.created_at AS created_at, changed.updated_at AS updated_at, changed.deleted_at AS deleted_at, row_number() OVER (ORDER BY changed.version ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS number, lead(1) OVER (ORDER BY changed.version ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS following, sum(CASE WHEN (changed.deleted_at IS NULL) THEN octet_length(changed.title) + octet_length(changed.description) + octet_length(array_to_string(changed.tags, :array_to_string_1::VARCHAR)) ELSE :param_1::INTEGER END) OVER (ORDER BY changed.version ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS together
FROM (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.version > :position::BIGINT AND (tasks.deleted_at IS NULL OR tasks.version > :base::BIGINT) ORDER BY tasks.version
 LIMIT :max_rows::BIGINT) AS changed) AS numbered
WHERE numbered.number <= :limit AND (numbered.number = :number_1::INTEGER OR numbered.together <= :together_1::INTEGER)) AS page ON true ORDER BY page.number;

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
SELECT access.user_id, found.id, found.version, found.title, found.description, found.completed_at, found.priority, found.due_date, found.due_time, found.due_timezone, found.due_at, found.tags, found.created_at, found.updated_at, found.deleted_at
FROM (SELECT users.id AS user_id
FROM users JOIN personal_tokens ON personal_tokens.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND personal_tokens.id = :token::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access LEFT OUTER JOIN (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.id = :task::UUID AND tasks.purged_at IS NULL) AS found ON true;

-- reading.Reads.tags, access check: personal token
SELECT access.user_id, counted.tag, counted.open, counted.total
FROM (SELECT users.id AS user_id
FROM users JOIN personal_tokens ON personal_tokens.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND personal_tokens.id = :token::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access LEFT OUTER JOIN (SELECT tag, count(*) FILTER (WHERE tasks.completed_at IS NULL) AS open, count(*) AS total
FROM tasks, unnest(tasks.tags) AS tag
WHERE tasks.user_id = :user::UUID AND tasks.deleted_at IS NULL GROUP BY tag) AS counted ON true ORDER BY counted.tag COLLATE "C";

-- reading.Reads.changes, access check: personal token
SELECT revisions.revision, revisions.horizon, page.id, page.version, page.title, page.description, page.completed_at, page.priority, page.due_date, page.due_time, page.due_timezone, page.due_at, page.tags, page.created_at, page.updated_at, page.deleted_at, page.number, page.following
FROM (SELECT users.id AS user_id
FROM users JOIN personal_tokens ON personal_tokens.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND personal_tokens.id = :token::UUID AND personal_tokens.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access JOIN revisions ON revisions.user_id = access.user_id LEFT OUTER JOIN (SELECT numbered.id AS id, numbered.version AS version, numbered.title AS title, numbered.description AS description, numbered.completed_at AS completed_at, numbered.priority AS priority, numbered.due_date AS due_date, numbered.due_time AS due_time, numbered.due_timezone AS due_timezone, numbered.due_at AS due_at, numbered.tags AS tags, numbered.created_at AS created_at, numbered.updated_at AS updated_at, numbered.deleted_at AS deleted_at, numbered.number AS number, numbered.following AS following
FROM (SELECT changed.id AS id, changed.version AS version, changed.title AS title, changed.description AS description, changed.completed_at AS completed_at, changed.priority AS priority, changed.due_date AS due_date, changed.due_time AS due_time, changed.due_timezone AS due_timezone, changed.due_at AS due_at, changed.tags AS tags, changed.created_at AS created_at, changed.updated_at AS updated_at, changed.deleted_at AS deleted_at, row_number() OVER (ORDER BY changed.version ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS number, lead(1) OVER (ORDER BY changed.version ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS following, sum(CASE WHEN (changed.deleted_at IS NULL) THEN octet_length(changed.title) + octet_length(changed.description) + octet_length(array_to_string(changed.tags, :array_to_string_1::VARCHAR)) ELSE :param_1::INTEGER END) OVER (ORDER BY changed.version ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS together
FROM (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.version > :position::BIGINT AND (tasks.deleted_at IS NULL OR tasks.version > :base::BIGINT) ORDER BY tasks.version
 LIMIT :max_rows::BIGINT) AS changed) AS numbered
WHERE numbered.number <= :limit AND (numbered.number = :number_1::INTEGER OR numbered.together <= :together_1::INTEGER)) AS page ON true ORDER BY page.number;

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

-- reading.Reads.task, access check: locked
SELECT access.user_id, found.id, found.version, found.title, found.description, found.completed_at, found.priority, found.due_date, found.due_time, found.due_timezone, found.due_at, found.tags, found.created_at, found.updated_at, found.deleted_at
FROM (SELECT users.id AS user_id
FROM users
WHERE users.id = :user::UUID) AS access LEFT OUTER JOIN (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.id = :task::UUID AND tasks.purged_at IS NULL) AS found ON true;

-- reading.Reads.tags, access check: locked
SELECT access.user_id, counted.tag, counted.open, counted.total
FROM (SELECT users.id AS user_id
FROM users
WHERE users.id = :user::UUID) AS access LEFT OUTER JOIN (SELECT tag, count(*) FILTER (WHERE tasks.completed_at IS NULL) AS open, count(*) AS total
FROM tasks, unnest(tasks.tags) AS tag
WHERE tasks.user_id = :user::UUID AND tasks.deleted_at IS NULL GROUP BY tag) AS counted ON true ORDER BY counted.tag COLLATE "C";

-- reading.Reads.changes, access check: locked
SELECT revisions.revision, revisions.horizon, page.id, page.version, page.title, page.description, page.completed_at, page.priority, page.due_date, page.due_time, page.due_timezone, page.due_at, page.tags, page.created_at, page.updated_at, page.deleted_at, page.number, page.following
FROM (SELECT users.id AS user_id
FROM users
WHERE users.id = :user::UUID) AS access JOIN revisions ON revisions.user_id = access.user_id LEFT OUTER JOIN (SELECT numbered.id AS id, numbered.version AS version, numbered.title AS title, numbered.description AS description, numbered.completed_at AS completed_at, numbered.priority AS priority, numbered.due_date AS due_date, numbered.due_time AS due_time, numbered.due_timezone AS due_timezone, numbered.due_at AS due_at, numbered.tags AS tags, numbered.created_at AS created_at, numbered.updated_at AS updated_at, numbered.deleted_at AS deleted_at, numbered.number AS number, numbered.following AS following
FROM (SELECT changed.id AS id, changed.version AS version, changed.title AS title, changed.description AS description, changed.completed_at AS completed_at, changed.priority AS priority, changed.due_date AS due_date, changed.due_time AS due_time, changed.due_timezone AS due_timezone, changed.due_at AS due_at, changed.tags AS tags, changed.created_at AS created_at, changed.updated_at AS updated_at, changed.deleted_at AS deleted_at, row_number() OVER (ORDER BY changed.version ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS number, lead(1) OVER (ORDER BY changed.version ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS following, sum(CASE WHEN (changed.deleted_at IS NULL) THEN octet_length(changed.title) + octet_length(changed.description) + octet_length(array_to_string(changed.tags, :array_to_string_1::VARCHAR)) ELSE :param_1::INTEGER END) OVER (ORDER BY changed.version ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS together
FROM (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.version > :position::BIGINT AND (tasks.deleted_at IS NULL OR tasks.version > :base::BIGINT) ORDER BY tasks.version
 LIMIT :max_rows::BIGINT) AS changed) AS numbered
WHERE numbered.number <= :limit AND (numbered.number = :number_1::INTEGER OR numbered.together <= :together_1::INTEGER)) AS page ON true ORDER BY page.number;

-- queries.page: first page, newest first
SELECT access.user_id, page.id, page.version, page.title, page.description, page.completed_at, page.priority, page.due_date, page.due_time, page.due_timezone, page.due_at, page.tags, page.created_at, page.updated_at, page.deleted_at, page.number, page.following
FROM (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access LEFT OUTER JOIN (SELECT numbered.id AS id, numbered.version AS version, numbered.title AS title, numbered.description AS description, numbered.completed_at AS completed_at, numbered.priority AS priority, numbered.due_date AS due_date, numbered.due_time AS due_time, numbered.due_timezone AS due_timezone, numbered.due_at AS due_at, numbered.tags AS tags, numbered.created_at AS created_at, numbered.updated_at AS updated_at, numbered.deleted_at AS deleted_at, numbered.number AS number, numbered.following AS following
FROM (SELECT listed.id AS id, listed.version AS version, listed.title AS title, listed.description AS description, listed.completed_at AS completed_at, listed.priority AS priority, listed.due_date AS due_date, listed.due_time AS due_time, listed.due_timezone AS due_timezone, listed.due_at AS due_at, listed.tags AS tags, listed.created_at AS created_at, listed.updated_at AS updated_at, listed.deleted_at AS deleted_at, row_number() OVER (ORDER BY listed.part, listed.sort_key DESC, listed.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS number, lead(1) OVER (ORDER BY listed.part, listed.sort_key DESC, listed.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS following, sum(octet_length(listed.title) + octet_length(listed.description) + octet_length(array_to_string(listed.tags, :array_to_string_1::VARCHAR))) OVER (ORDER BY listed.part, listed.sort_key DESC, listed.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS together
FROM (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at, tasks.created_at AS sort_key, 0 AS part
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.deleted_at IS NULL ORDER BY tasks.created_at DESC, tasks.id DESC
 LIMIT 51) AS listed) AS numbered
WHERE numbered.number <= :limit AND (numbered.number = :number_1::INTEGER OR numbered.together <= :together_1::INTEGER)) AS page ON true ORDER BY page.number;

-- queries.page: next page, newest first
SELECT access.user_id, page.id, page.version, page.title, page.description, page.completed_at, page.priority, page.due_date, page.due_time, page.due_timezone, page.due_at, page.tags, page.created_at, page.updated_at, page.deleted_at, page.number, page.following
FROM (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access LEFT OUTER JOIN (SELECT numbered.id AS id, numbered.version AS version, numbered.title AS title, numbered.description AS description, numbered.completed_at AS completed_at, numbered.priority AS priority, numbered.due_date AS due_date, numbered.due_time AS due_time, numbered.due_timezone AS due_timezone, numbered.due_at AS due_at, numbered.tags AS tags, numbered.created_at AS created_at, numbered.updated_at AS updated_at, numbered.deleted_at AS deleted_at, numbered.number AS number, numbered.following AS following
FROM (SELECT listed.id AS id, listed.version AS version, listed.title AS title, listed.description AS description, listed.completed_at AS completed_at, listed.priority AS priority, listed.due_date AS due_date, listed.due_time AS due_time, listed.due_timezone AS due_timezone, listed.due_at AS due_at, listed.tags AS tags, listed.created_at AS created_at, listed.updated_at AS updated_at, listed.deleted_at AS deleted_at, row_number() OVER (ORDER BY listed.part, listed.sort_key DESC, listed.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS number, lead(1) OVER (ORDER BY listed.part, listed.sort_key DESC, listed.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS following, sum(octet_length(listed.title) + octet_length(listed.description) + octet_length(array_to_string(listed.tags, :array_to_string_1::VARCHAR))) OVER (ORDER BY listed.part, listed.sort_key DESC, listed.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS together
FROM (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at, tasks.created_at AS sort_key, 0 AS part
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.deleted_at IS NULL AND (tasks.created_at, tasks.id) < (:after_key::TIMESTAMP WITH TIME ZONE, :after_id::UUID) ORDER BY tasks.created_at DESC, tasks.id DESC
 LIMIT 51) AS listed) AS numbered
WHERE numbered.number <= :limit AND (numbered.number = :number_1::INTEGER OR numbered.together <= :together_1::INTEGER)) AS page ON true ORDER BY page.number;

-- queries.page: open, due today, by due date
SELECT access.user_id, page.id, page.version, page.title, page.description, page.completed_at, page.priority, page.due_date, page.due_time, page.due_timezone, page.due_at, page.tags, page.created_at, page.updated_at, page.deleted_at, page.number, page.following
FROM (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access LEFT OUTER JOIN (SELECT numbered.id AS id, numbered.version AS version, numbered.title AS title, numbered.description AS description, numbered.completed_at AS completed_at, numbered.priority AS priority, numbered.due_date AS due_date, numbered.due_time AS due_time, numbered.due_timezone AS due_timezone, numbered.due_at AS due_at, numbered.tags AS tags, numbered.created_at AS created_at, numbered.updated_at AS updated_at, numbered.deleted_at AS deleted_at, numbered.number AS number, numbered.following AS following
FROM (SELECT listed.id AS id, listed.version AS version, listed.title AS title, listed.description AS description, listed.completed_at AS completed_at, listed.priority AS priority, listed.due_date AS due_date, listed.due_time AS due_time, listed.due_timezone AS due_timezone, listed.due_at AS due_at, listed.tags AS tags, listed.created_at AS created_at, listed.updated_at AS updated_at, listed.deleted_at AS deleted_at, row_number() OVER (ORDER BY listed.part, listed.sort_key, listed.id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS number, lead(1) OVER (ORDER BY listed.part, listed.sort_key, listed.id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS following, sum(octet_length(listed.title) + octet_length(listed.description) + octet_length(array_to_string(listed.tags, :array_to_string_1::VARCHAR))) OVER (ORDER BY listed.part, listed.sort_key, listed.id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS together
FROM (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at, tasks.due_key AS sort_key, 0 AS part
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.deleted_at IS NULL AND tasks.completed_at IS NULL AND tasks.due_key BETWEEN :index_from::BIGINT AND :index_last::BIGINT AND (tasks.due_at IS NULL AND tasks.due_key BETWEEN :key_from::BIGINT AND :key_last::BIGINT OR tasks.due_at >= :due_from::TIMESTAMP WITH TIME ZONE AND tasks.due_at < :due_until::TIMESTAMP WITH TIME ZONE) ORDER BY tasks.due_key, tasks.id
 LIMIT 51) AS listed) AS numbered
WHERE numbered.number <= :limit AND (numbered.number = :number_1::INTEGER OR numbered.together <= :together_1::INTEGER)) AS page ON true ORDER BY page.number;

-- queries.page: first page, by due date descending
SELECT access.user_id, page.id, page.version, page.title, page.description, page.completed_at, page.priority, page.due_date, page.due_time, page.due_timezone, page.due_at, page.tags, page.created_at, page.updated_at, page.deleted_at, page.number, page.following
FROM (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access LEFT OUTER JOIN (SELECT numbered.id AS id, numbered.version AS version, numbered.title AS title, numbered.description AS description, numbered.completed_at AS completed_at, numbered.priority AS priority, numbered.due_date AS due_date, numbered.due_time AS due_time, numbered.due_timezone AS due_timezone, numbered.due_at AS due_at, numbered.tags AS tags, numbered.created_at AS created_at, numbered.updated_at AS updated_at, numbered.deleted_at AS deleted_at, numbered.number AS number, numbered.following AS following
FROM (SELECT listed.id AS id, listed.version AS version, listed.title AS title, listed.description AS description, listed.completed_at AS completed_at, listed.priority AS priority, listed.due_date AS due_date, listed.due_time AS due_time, listed.due_timezone AS due_timezone, listed.due_at AS due_at, listed.tags AS tags, listed.created_at AS created_at, listed.updated_at AS updated_at, listed.deleted_at AS deleted_at, row_number() OVER (ORDER BY listed.part, listed.sort_key DESC, listed.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS number, lead(1) OVER (ORDER BY listed.part, listed.sort_key DESC, listed.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS following, sum(octet_length(listed.title) + octet_length(listed.description) + octet_length(array_to_string(listed.tags, :array_to_string_1::VARCHAR))) OVER (ORDER BY listed.part, listed.sort_key DESC, listed.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS together
FROM ((SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at, tasks.due_key AS sort_key, 0 AS part
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.deleted_at IS NULL AND tasks.due_key < :due_key_1::BIGINT ORDER BY tasks.due_key DESC, tasks.id DESC
 LIMIT 51) UNION ALL (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at, tasks.due_key AS sort_key, 1 AS part
FROM tasks
WHERE tasks.user_id = :user::UUID AND tasks.deleted_at IS NULL AND tasks.due_key >= :due_key_2::BIGINT ORDER BY tasks.due_key DESC, tasks.id DESC
 LIMIT 51)) AS listed) AS numbered
WHERE numbered.number <= :limit AND (numbered.number = :number_1::INTEGER OR numbered.together <= :together_1::INTEGER)) AS page ON true ORDER BY page.number;

-- queries.page: search
SELECT access.user_id, page.id, page.version, page.title, page.description, page.completed_at, page.priority, page.due_date, page.due_time, page.due_timezone, page.due_at, page.tags, page.created_at, page.updated_at, page.deleted_at, page.number, page.following
FROM (SELECT users.id AS user_id
FROM users JOIN sessions ON sessions.user_id = users.id
WHERE users.id = :user::UUID AND users.disabled_at IS NULL AND sessions.id = :session::UUID AND sessions.expires_at > :now::TIMESTAMP WITH TIME ZONE) AS access LEFT OUTER JOIN (SELECT numbered.id AS id, numbered.version AS version, numbered.title AS title, numbered.description AS description, numbered.completed_at AS completed_at, numbered.priority AS priority, numbered.due_date AS due_date, numbered.due_time AS due_time, numbered.due_timezone AS due_timezone, numbered.due_at AS due_at, numbered.tags AS tags, numbered.created_at AS created_at, numbered.updated_at AS updated_at, numbered.deleted_at AS deleted_at, numbered.number AS number, numbered.following AS following
FROM (SELECT listed.id AS id, listed.version AS version, listed.title AS title, listed.description AS description, listed.completed_at AS completed_at, listed.priority AS priority, listed.due_date AS due_date, listed.due_time AS due_time, listed.due_timezone AS due_timezone, listed.due_at AS due_at, listed.tags AS tags, listed.created_at AS created_at, listed.updated_at AS updated_at, listed.deleted_at AS deleted_at, row_number() OVER (ORDER BY listed.part, listed.sort_key DESC, listed.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS number, lead(1) OVER (ORDER BY listed.part, listed.sort_key DESC, listed.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS following, sum(octet_length(listed.title) + octet_length(listed.description) + octet_length(array_to_string(listed.tags, :array_to_string_1::VARCHAR))) OVER (ORDER BY listed.part, listed.sort_key DESC, listed.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS together
FROM (SELECT tasks.id AS id, tasks.version AS version, tasks.title AS title, tasks.description AS description, tasks.completed_at AS completed_at, tasks.priority AS priority, tasks.due_date AS due_date, tasks.due_time AS due_time, tasks.due_timezone AS due_timezone, tasks.due_at AS due_at, tasks.tags AS tags, tasks.created_at AS created_at, tasks.updated_at AS updated_at, tasks.deleted_at AS deleted_at, tasks.created_at AS sort_key, 0 AS part
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
