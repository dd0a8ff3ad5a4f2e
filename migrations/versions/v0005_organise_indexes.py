"""Indexes for the tasks of a list and of a parent, in their order."""

from alembic import op

revision = "0005"
down_revision = "0004"

INDEXES = {
    "tasks_position": "(user_id, list_id, position, id) WHERE deleted_at IS NULL",
    "tasks_subtasks": "(user_id, parent_id, position, id) WHERE parent_id IS NOT NULL",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")  # it waits for all older transactions, also a backup's, and blocks nobody
        for name, columns in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")  # one that was left half made is of no use
            op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON tasks {columns}")
        op.execute("SET lock_timeout = '2s'")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
