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
        for name, columns in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")  # one that was left half made is of no use
            op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON tasks {columns}")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
