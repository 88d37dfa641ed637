"""Lets workers empty the e-mail outbox: adds states, and a function that finds the due messages of all tenants
(R9.8).
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | None = None
depends_on: str | None = None

STATES = "state IN ('QUEUED', 'SENDING', 'SENT', 'KEPT', 'FAILED', 'UNCERTAIN', 'WITHDRAWN')"

# A function that passes row-level security and returns only keys.
DUE_EMAILS = """
CREATE FUNCTION due_emails(due_by timestamptz, at_most integer)
RETURNS TABLE (organization_id uuid, email_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.organization_id, e.id
    FROM email e
    WHERE e.state IN ('QUEUED', 'SENDING') AND e.due_at <= due_by
    ORDER BY e.due_at, e.id
    LIMIT at_most
$$;
REVOKE ALL ON FUNCTION due_emails(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION due_emails(timestamptz, integer) TO rollbook_app;
"""


def upgrade() -> None:
    op.drop_constraint(op.f("email_email_state"), "email", type_="check")
    op.create_check_constraint(op.f("email_email_state"), "email", STATES)
    op.drop_index("email_due_ix", "email")
    op.create_index("email_due_ix", "email", ["due_at"], postgresql_where=sa.text("state IN ('QUEUED', 'SENDING')"))
    for statement in DUE_EMAILS.strip().split(";\n"):
        op.execute(statement)
