"""A cancelled task sends the e-mails of what is done, or keeps them back to be sent later (R9.5)."""

import sqlalchemy as sa
from alembic import op

from db.migration_steps import lock_tables

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: str | None = None
depends_on: str | None = None

# A cancelled task that keeps e-mails back stays as long as others, so that they can be sent.
OLD_TASKS = """
CREATE OR REPLACE FUNCTION old_background_tasks(cancelled_by timestamptz, others_by timestamptz, at_most integer)
RETURNS TABLE (organization_id uuid, background_task_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.organization_id, t.id
    FROM background_task t
    WHERE t.ended_at <= CASE WHEN t.state <> 'CANCELLED' THEN others_by
        WHEN EXISTS (SELECT FROM email e WHERE e.organization_id = t.organization_id
                     AND e.background_task_id = t.id AND e.is_withheld) THEN others_by
        ELSE cancelled_by END
    ORDER BY t.ended_at
    LIMIT at_most
$$
"""


def upgrade() -> None:
    lock_tables("background_task", "email")
    for table, column in (("background_task", "withholds_emails"), ("email", "is_withheld")):
        op.add_column(table, sa.Column(column, sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.execute(OLD_TASKS)
