"""Longer descriptions and more tags, so that every task of Todoist fits.

Rows are checked after the commit, when the table is no longer locked against readers and writers.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

WIDER = """
ALTER TABLE tasks
  -- squawk-ignore ban-drop-constraint
  DROP CONSTRAINT IF EXISTS tasks_description,
  -- squawk-ignore ban-drop-constraint
  DROP CONSTRAINT IF EXISTS tasks_tags,
  ADD CONSTRAINT tasks_description CHECK (char_length(description) <= {description}) NOT VALID,
  ADD CONSTRAINT tasks_tags CHECK (cardinality(tags) <= {tags}) NOT VALID;
"""
# What is dropped is in force again at once, with another number.


def limit(*, description: int, tags: int) -> None:
    op.execute(WIDER.format(description=description, tags=tags))
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE tasks VALIDATE CONSTRAINT tasks_description")
        op.execute("ALTER TABLE tasks VALIDATE CONSTRAINT tasks_tags")


def upgrade() -> None:
    limit(description=16_384, tags=100)


def downgrade() -> None:
    limit(description=10_000, tags=50)
