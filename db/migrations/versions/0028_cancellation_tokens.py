"""Adds the kind of background task that creates the tokens of cancelled occurrences (R9.1)."""

from alembic import op

from db.migration_steps import commit

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: str | None = None
depends_on: str | None = None

KINDS = (
    "CANCEL_OCCURRENCES",
    "CREATE_CANCELLATION_TOKENS",
    "CREATE_MAKEUP_TOKENS",
    "ASSIGN_SUBSTITUTES",
    "SEND_STATEMENTS",
)


def upgrade() -> None:
    kinds = ", ".join(f"'{kind}'::character varying" for kind in KINDS)
    op.execute(
        "ALTER TABLE background_task DROP CONSTRAINT IF EXISTS background_task_task_kind,"
        f" ADD CONSTRAINT background_task_task_kind CHECK (kind = ANY (ARRAY[{kinds}]::text[])) NOT VALID"
    )
    commit()
    op.execute("ALTER TABLE background_task VALIDATE CONSTRAINT background_task_task_kind")
