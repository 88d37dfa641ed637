"""The schema says which code it serves, so that a process knows whether it can go on after a migration (R16.2)."""

from alembic import op

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.execute("ALTER TABLE alembic_version ADD COLUMN serves_code_from text NOT NULL DEFAULT '0029'")
