"""Keeps what a device said of itself when somebody signed in with it (R12.5)."""

from alembic import op

revision: str = "0041"
down_revision: str | None = "0040"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.execute("ALTER TABLE sign_in ADD COLUMN IF NOT EXISTS device text")
