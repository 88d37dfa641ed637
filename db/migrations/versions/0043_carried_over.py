"""Classes are carried over to another session, each once (R13.5)."""

from alembic import op

from db.migration_steps import allow_task_kinds, has_table

revision: str = "0043"
down_revision: str | None = "0042"
branch_labels: str | None = None
depends_on: str | None = None

KINDS = (
    "CANCEL_OCCURRENCES",
    "CREATE_CANCELLATION_TOKENS",
    "CREATE_MAKEUP_TOKENS",
    "ASSIGN_SUBSTITUTES",
    "SEND_STATEMENTS",
    "CARRY_OVER",
)
OFFERINGS = """
CREATE TABLE carried_offering (
    organization_id uuid NOT NULL,
    offering_id uuid NOT NULL,
    session_id uuid NOT NULL,
    made_offering_id uuid NOT NULL,
    CONSTRAINT carried_offering_pk PRIMARY KEY (organization_id, offering_id, session_id),
    CONSTRAINT carried_offering_offering_id_fk FOREIGN KEY (organization_id, offering_id)
        REFERENCES offering (organization_id, id),
    CONSTRAINT carried_offering_session_id_fk FOREIGN KEY (organization_id, session_id)
        REFERENCES session (organization_id, id),
    CONSTRAINT carried_offering_made_offering_id_fk FOREIGN KEY (organization_id, made_offering_id)
        REFERENCES offering (organization_id, id)
)
"""
ENROLLMENTS = """
CREATE TABLE carried_enrollment (
    organization_id uuid NOT NULL,
    enrollment_id uuid NOT NULL,
    session_id uuid NOT NULL,
    made_enrollment_id uuid NOT NULL,
    CONSTRAINT carried_enrollment_pk PRIMARY KEY (organization_id, enrollment_id, session_id),
    CONSTRAINT carried_enrollment_enrollment_id_fk FOREIGN KEY (organization_id, enrollment_id)
        REFERENCES enrollment (organization_id, id),
    CONSTRAINT carried_enrollment_session_id_fk FOREIGN KEY (organization_id, session_id)
        REFERENCES session (organization_id, id),
    CONSTRAINT carried_enrollment_made_enrollment_id_fk FOREIGN KEY (organization_id, made_enrollment_id)
        REFERENCES enrollment (organization_id, id)
)
"""
POLICY = """
CREATE POLICY tenant ON {table} USING (organization_id =
    (SELECT nullif(current_setting('rollbook.organization_id', true), '')::uuid))
"""


def upgrade() -> None:
    allow_task_kinds(KINDS)
    if has_table("carried_offering"):
        return
    op.execute(OFFERINGS)
    op.execute(ENROLLMENTS)
    for table in ("carried_offering", "carried_enrollment"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(POLICY.format(table=table))
