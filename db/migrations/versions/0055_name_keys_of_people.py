"""Adds the keys by which guardians and staff are sorted and searched (R3.2). `db.missing_keys` fills them in batches after
the migrations, as those of students (migration 0027).
"""

from alembic import op

revision: str = "0055"
down_revision: str | None = "0054"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    keys = ", ".join(
        f"ADD COLUMN IF NOT EXISTS {key} text COLLATE \"C\" NOT NULL DEFAULT ''" for key in ("sort_key", "search_key")
    )
    op.execute(f"ALTER TABLE person {keys}")
