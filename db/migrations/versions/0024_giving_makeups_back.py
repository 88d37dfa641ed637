"""Adds the setting that lets families give back makeups that are booked (R8.12)."""

from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.execute("ALTER TABLE settings ADD COLUMN families_may_give_back_makeups boolean NOT NULL DEFAULT true")
