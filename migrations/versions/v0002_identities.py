"""Identities of external issuers, and personal access tokens."""

from alembic import op

revision = "0002"
down_revision = "0001"

UP = """
CREATE TABLE identities (
  issuer text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  user_id uuid REFERENCES users (id) ON DELETE SET NULL,
  refused_before timestamptz,
  PRIMARY KEY (issuer, subject));
CREATE INDEX identities_user ON identities (user_id);

CREATE TABLE personal_tokens (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  name text NOT NULL,
  scopes text[] COLLATE "C" NOT NULL,
  digest bytea NOT NULL,
  hint text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  last_used_at timestamptz,
  PRIMARY KEY (user_id, id),
  CONSTRAINT personal_tokens_scopes CHECK (cardinality(scopes) > 0));
CREATE UNIQUE INDEX personal_tokens_id ON personal_tokens (id);
CREATE UNIQUE INDEX personal_tokens_digest ON personal_tokens (digest);
CREATE INDEX personal_tokens_expired ON personal_tokens (expires_at);

ALTER TABLE audit_events ADD COLUMN personal_token_id uuid;
"""

DOWN = """
ALTER TABLE audit_events DROP COLUMN personal_token_id;
DROP TABLE personal_tokens;
DROP TABLE identities;
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)
