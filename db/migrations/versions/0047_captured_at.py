"""A change keeps when a client that was offline captured it (R14.2)."""

from alembic import op

from db.migration_steps import lock_tables

revision: str = "0047"
down_revision: str | None = "0046"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    lock_tables("change")
    op.execute("ALTER TABLE change ADD COLUMN captured_at timestamptz")
