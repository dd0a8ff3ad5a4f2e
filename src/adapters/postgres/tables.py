"""The tables. `migrations` makes them; `alembic check` and `tests/migrations` hold the two together.

Whatever belongs to a user has `user_id` first in its primary key and foreign keys. SQL compares numbers and bytes only:
what it sorts or searches by is computed by the core, kept in a `…_key` column, and collated "C".
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIME

metadata = sa.MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_name)s_key",
    }
)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _owner() -> sa.Column[object]:
    return sa.Column("user_id", sa.Uuid, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)


def _key(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text(collation="C"), nullable=nullable)


users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("email", sa.Text),
    _key("email_key", nullable=True),
    sa.Column("password_hash", sa.Text),
    _instant("password_changed_at", nullable=True),
    sa.Column("display_name", sa.Text),
    sa.Column("timezone", sa.Text, nullable=False),
    _instant("created_at"),
    _instant("disabled_at", nullable=True),
    sa.UniqueConstraint("email_key"),
    sa.CheckConstraint("(email IS NULL) = (email_key IS NULL)", name="users_email"),
    sa.CheckConstraint("password_hash IS NULL OR email IS NOT NULL", name="users_password"),
)

revisions = sa.Table(
    "revisions",
    metadata,
    _owner(),
    sa.Column("revision", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    sa.Column("horizon", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    sa.Column("live_tasks", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.CheckConstraint("horizon <= revision", name="revisions_horizon"),
    sa.CheckConstraint("live_tasks >= 0", name="revisions_live_tasks"),
    postgresql_with={"fillfactor": "50"},
)
"""One row per user, which is also the user's lock. `revision` numbers the user's changes; `horizon` is the highest
revision whose tombstone is purged. Half of each page is left free, so that updates touch no index (HOT)."""

sessions = sa.Table(
    "sessions",
    metadata,
    _owner(),
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("generation", sa.BigInteger, nullable=False),
    _instant("created_at"),
    _instant("used_at"),
    _instant("expires_at"),
    _instant("ends_at"),
    sa.Column("address", sa.Text),
    sa.Column("user_agent", sa.Text, nullable=False),
    sa.CheckConstraint("expires_at <= ends_at", name="sessions_end"),
)
sa.Index("sessions_expired", sessions.c.expires_at)

identities = sa.Table(
    "identities",
    metadata,
    sa.Column("issuer", sa.Text(collation="C"), primary_key=True),
    sa.Column("subject", sa.Text(collation="C"), primary_key=True),
    sa.Column("user_id", sa.Uuid, sa.ForeignKey("users.id", ondelete="SET NULL")),
    _instant("refused_before", nullable=True),
)
"""Whose the identities of external issuers are. A row outlives its user, for as long as a token that was issued
before `refused_before` could live: it must not bring the account back."""
sa.Index("identities_user", identities.c.user_id)

personal_tokens = sa.Table(
    "personal_tokens",
    metadata,
    _owner(),
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("scopes", ARRAY(sa.Text(collation="C")), nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("hint", sa.Text, nullable=False),
    _instant("created_at"),
    _instant("expires_at"),
    _instant("last_used_at", nullable=True),
    sa.CheckConstraint("cardinality(scopes) > 0", name="personal_tokens_scopes"),
)
sa.Index("personal_tokens_id", personal_tokens.c.id, unique=True)
sa.Index("personal_tokens_digest", personal_tokens.c.digest, unique=True)
sa.Index("personal_tokens_expired", personal_tokens.c.expires_at)

lists = sa.Table(
    "lists",
    metadata,
    _owner(),
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("color", sa.Text),
    _key("position"),
    _instant("created_at"),
    _instant("updated_at"),
    _instant("deleted_at", nullable=True),
    sa.CheckConstraint("version > 0", name="lists_version"),
    sa.CheckConstraint("char_length(name) BETWEEN 1 AND 100 OR deleted_at IS NOT NULL", name="lists_name"),
    sa.CheckConstraint("color ~ '^#[0-9a-f]{6}$'", name="lists_color"),
    sa.CheckConstraint("deleted_at IS NULL OR id <> user_id", name="lists_inbox"),
)
"""The inbox has the id of its user. A deleted list is a tombstone without content."""
sa.Index("lists_id", lists.c.id, unique=True)
sa.Index("lists_changes", lists.c.user_id, lists.c.version, unique=True)
sa.Index("lists_to_drop", lists.c.deleted_at, postgresql_where=lists.c.deleted_at.is_not(None))

tasks = sa.Table(
    "tasks",
    metadata,
    _owner(),
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    _instant("completed_at", nullable=True),
    sa.Column("priority", sa.SmallInteger, nullable=False),
    sa.Column("due_date", sa.Date),
    sa.Column("due_time", TIME(precision=0)),
    sa.Column("due_timezone", sa.Text),
    _instant("due_at", nullable=True),
    sa.Column("tags", ARRAY(sa.Text(collation="C")), nullable=False),
    sa.Column("list_id", sa.Uuid),
    sa.Column("parent_id", sa.Uuid),
    _key("position", nullable=True),
    sa.Column("series", JSONB),
    _instant("created_at"),
    _instant("updated_at"),
    _instant("deleted_at", nullable=True),
    sa.Column("deleted_with", sa.Uuid),
    _instant("purged_at", nullable=True),
    sa.Column("due_key", sa.BigInteger, nullable=False),
    _key("title_key"),
    _key("search_key"),
    sa.CheckConstraint("version > 0", name="tasks_version"),
    sa.CheckConstraint("char_length(title) BETWEEN 1 AND 500 OR purged_at IS NOT NULL", name="tasks_title"),
    sa.CheckConstraint("char_length(description) <= 16384", name="tasks_description"),
    sa.CheckConstraint("priority BETWEEN 0 AND 3", name="tasks_priority"),
    sa.CheckConstraint("cardinality(tags) <= 100", name="tasks_tags"),
    sa.CheckConstraint("due_time IS NULL OR due_date IS NOT NULL", name="tasks_due_time"),
    sa.CheckConstraint("due_timezone IS NULL OR due_time IS NOT NULL", name="tasks_due_timezone"),
    sa.CheckConstraint("(due_at IS NULL) = (due_timezone IS NULL)", name="tasks_due_at"),
    sa.CheckConstraint("list_id IS NOT NULL AND position IS NOT NULL", name="tasks_place"),
    sa.CheckConstraint("parent_id <> id", name="tasks_parent"),
    sa.CheckConstraint("series IS NULL OR due_date IS NOT NULL", name="tasks_series"),
    sa.CheckConstraint("purged_at IS NULL OR deleted_at IS NOT NULL", name="tasks_purged"),
    sa.CheckConstraint(
        "(deleted_with IS NOT NULL) = (deleted_at IS NOT NULL AND purged_at IS NULL)", name="tasks_deleted_with"
    ),
    sa.ForeignKeyConstraint(
        ["user_id", "list_id"], ["lists.user_id", "lists.id"], ondelete="CASCADE", name="tasks_list_id_fkey"
    ),
    sa.ForeignKeyConstraint(
        ["user_id", "parent_id"],
        ["tasks.user_id", "tasks.id"],
        name="tasks_parent_id_fkey",
        deferrable=True,
        initially="DEFERRED",
    ),
)
"""`due_at`: the instant of a fixed due date. `deleted_with`: the task whose deletion brought this one to the trash.
`purged_at`: the content is erased, a tombstone is left. Parents are checked at the end of a transaction: a subtask in
the trash may be of another list, and lists may go in any order."""

LIVE = tasks.c.deleted_at.is_(None)
TRASHED = tasks.c.deleted_at.is_not(None) & tasks.c.purged_at.is_(None)
ERASED = tasks.c.purged_at.is_not(None)

# Look-up by id across users: for 403, and for ids that are taken.
sa.Index("tasks_id", tasks.c.id, unique=True)
sa.Index("tasks_changes", tasks.c.user_id, tasks.c.version, unique=True)
# Lists, as far as measurement asks for an index: every change writes each of them.
sa.Index("tasks_created", tasks.c.user_id, tasks.c.created_at, tasks.c.id, postgresql_where=LIVE)
sa.Index("tasks_updated", tasks.c.user_id, tasks.c.updated_at, tasks.c.id, postgresql_where=LIVE)
sa.Index("tasks_due", tasks.c.user_id, tasks.c.due_key, tasks.c.id, postgresql_where=LIVE)
sa.Index("tasks_position", tasks.c.user_id, tasks.c.list_id, tasks.c.position, tasks.c.id, postgresql_where=LIVE)
sa.Index(
    "tasks_subtasks",
    tasks.c.user_id,
    tasks.c.parent_id,
    tasks.c.position,
    tasks.c.id,
    postgresql_where=tasks.c.parent_id.is_not(None),
)
sa.Index("tasks_trash", tasks.c.user_id, tasks.c.deleted_at, tasks.c.id, postgresql_where=TRASHED)
# These find users with something to purge.
sa.Index("tasks_to_erase", tasks.c.deleted_at, postgresql_where=TRASHED)
sa.Index("tasks_to_drop", tasks.c.deleted_at, postgresql_where=ERASED)

occurrences = sa.Table(
    "occurrences",
    metadata,
    _owner(),
    sa.Column("task_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.BigInteger, primary_key=True),
    sa.Column("due_date", sa.Date, nullable=False),
    sa.Column("due_time", TIME(precision=0)),
    sa.Column("due_timezone", sa.Text),
    _instant("due_at", nullable=True),
    sa.Column("place", sa.Date, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    _instant("at"),
    sa.Column("missed", sa.Integer, nullable=False),
    sa.CheckConstraint("outcome IN ('completed', 'skipped')", name="occurrences_outcome"),
    sa.CheckConstraint("missed >= 0", name="occurrences_missed"),
    sa.ForeignKeyConstraint(
        ["user_id", "task_id"], ["tasks.user_id", "tasks.id"], ondelete="CASCADE", name="occurrences_task_id_fkey"
    ),
)
"""Past occurrences of repeating tasks; `version` is that of the task after it."""

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    _owner(),
    sa.Column("key", sa.Text(collation="C"), primary_key=True),
    sa.Column("fingerprint", sa.LargeBinary, nullable=False),
    sa.Column("task", JSONB),
    sa.Column("list", JSONB),
    _instant("created_at"),
    sa.CheckConstraint("num_nonnulls(task, list) = 1", name="idempotency_keys_result"),
)
sa.Index("idempotency_keys_old", idempotency_keys.c.created_at)

audit_events = sa.Table(
    "audit_events",
    metadata,
    sa.Column("user_id", sa.Uuid, primary_key=True),
    sa.Column("id", sa.Uuid, primary_key=True),
    _instant("at"),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("session_id", sa.Uuid),
    sa.Column("address", sa.Text),
    sa.Column("request_id", sa.Text),
    _instant("kept_until"),
    sa.Column("personal_token_id", sa.Uuid),
)
"""Append only: triggers of the migration refuse to change a row, and to delete one before `kept_until`. It outlives the
accounts that it speaks of, so it has opaque ids and no foreign key."""
sa.Index("audit_events_at", audit_events.c.at, audit_events.c.id)
sa.Index("audit_events_old", audit_events.c.kept_until)

recomputations = sa.Table(
    "recomputations",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("release", ARRAY(sa.Integer), nullable=False),
    sa.Column("passes_left", sa.Integer, nullable=False),
    _instant("starts_at"),
    sa.Column("after", sa.Uuid),
    sa.CheckConstraint("id = 1", name="recomputations_id"),
)
"""One row: how far `tasks.due_at` follows the rules of time zones (`todo_core.recomputation`)."""

rate_limits = sa.Table(
    "rate_limits",
    metadata,
    sa.Column("key", sa.LargeBinary, primary_key=True),
    _instant("ends_at"),
    sa.Column("count", sa.Integer, nullable=False),
    postgresql_with={"fillfactor": "50"},
)
"""Counters of requests; `key` is a digest, so no personal data is stored."""
sa.Index("rate_limits_ended", rate_limits.c.ends_at)
