"""Adds the setting that counts a notice of whole days in hours of elapsed time (R6.2)."""

from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.execute("ALTER TABLE settings ADD COLUMN absence_notice_in_hours boolean NOT NULL DEFAULT false")
