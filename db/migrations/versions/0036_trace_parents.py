"""Work that is stored for later keeps the span that caused it, so that a trace leads from a request to its jobs (R16.6)."""

from alembic import op

from db.migration_steps import lock_tables

revision: str = "0036"
down_revision: str | None = "0035"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    lock_tables("email", "token_run", "background_task")
    for table in ("email", "token_run", "background_task"):
        # The default comes second: a column that is added with such a default would rewrite the table under the lock.
        op.execute(f"ALTER TABLE {table} ADD COLUMN trace_parent text")
        op.execute(
            f"ALTER TABLE {table} ALTER COLUMN trace_parent "
            "SET DEFAULT nullif(current_setting('rollbook.trace_parent', true), '')"
        )
