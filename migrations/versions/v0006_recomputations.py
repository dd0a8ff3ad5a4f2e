"""How far the stored instants of due dates follow the rules of time zones."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("""
CREATE TABLE recomputations (
  id integer PRIMARY KEY,
  release integer[] NOT NULL,
  passes_left integer NOT NULL,
  starts_at timestamptz NOT NULL,
  after uuid,
  CONSTRAINT recomputations_id CHECK (id = 1))""")


def downgrade() -> None:
    op.execute("DROP TABLE recomputations")
