"""Adds what background tasks need: leases, exceptions by student, attempts, and functions that find work in all
tenants.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | None = None
depends_on: str | None = None

ITEM_STATES = "state IN ('WAITING', 'DONE', 'EXCEPTION', 'FAILED', 'SKIPPED')"
SOURCES = "source IN ('OFFICE', 'STAFF', 'KIOSK', 'GUARDIAN', 'SYSTEM')"

POLICY = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON {table} USING (organization_id =
    (SELECT nullif(current_setting('rollbook.organization_id', true), '')::uuid));
"""

# Functions that pass row-level security and return only keys and numbers.
DUE = """
CREATE FUNCTION due_background_tasks(at_most integer)
RETURNS TABLE (organization_id uuid, background_task_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.organization_id, l.background_task_id
    FROM background_task_lease l
    WHERE l.lease_until <= clock_timestamp()
    ORDER BY l.lease_until
    LIMIT at_most
$$;
REVOKE ALL ON FUNCTION due_background_tasks(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION due_background_tasks(integer) TO rollbook_app;
"""

REVISIONS = """
CREATE FUNCTION background_task_revisions(organizations uuid[], tasks uuid[])
RETURNS TABLE (organization_id uuid, background_task_id uuid, revision integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.organization_id, t.id, t.revision
    FROM unnest(organizations, tasks) AS w (organization_id, id)
    JOIN background_task t USING (organization_id, id)
$$;
REVOKE ALL ON FUNCTION background_task_revisions(uuid[], uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION background_task_revisions(uuid[], uuid[]) TO rollbook_app;
"""

FORGOTTEN = """
CREATE FUNCTION old_background_tasks(cancelled_by timestamptz, others_by timestamptz, at_most integer)
RETURNS TABLE (organization_id uuid, background_task_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.organization_id, t.id
    FROM background_task t
    WHERE t.ended_at <= CASE t.state WHEN 'CANCELLED' THEN cancelled_by ELSE others_by END
    ORDER BY t.ended_at
    LIMIT at_most
$$;
REVOKE ALL ON FUNCTION old_background_tasks(timestamptz, timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION old_background_tasks(timestamptz, timestamptz, integer) TO rollbook_app;
"""


def upgrade() -> None:
    change_tasks()
    change_items()
    create_leases()
    create_exceptions()
    op.create_index(
        "email_background_task_ix",
        "email",
        ["organization_id", "background_task_id"],
        postgresql_where=sa.text("background_task_id IS NOT NULL"),
    )
    for table in ("background_task_lease", "background_task_exception"):
        execute(POLICY.format(table=table))
    for function in (DUE, REVISIONS, FORGOTTEN):
        execute(function)


def change_tasks() -> None:
    op.drop_index("background_task_open_ix", "background_task")
    op.drop_column("background_task", "lease_until")
    op.drop_column("background_task", "leased_by")
    op.drop_constraint(op.f("background_task_progress_is_in_range"), "background_task", type_="check")
    op.alter_column("background_task", "total", nullable=True, server_default=None)
    op.add_column("background_task", sa.Column("exceptions", sa.Integer(), server_default="0", nullable=False))
    op.add_column("background_task", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    op.add_column("background_task", sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
    op.add_column("background_task", sa.Column("source", sa.String(32), server_default="SYSTEM", nullable=False))
    op.alter_column("background_task", "source", server_default=None)
    op.create_check_constraint(op.f("background_task_source"), "background_task", SOURCES)
    op.create_check_constraint(
        op.f("background_task_progress_is_in_range"), "background_task", "done BETWEEN 0 AND coalesce(total, 0)"
    )
    op.create_check_constraint(
        op.f("background_task_ended_has_an_instant"),
        "background_task",
        "(state IN ('COMPLETED', 'FAILED', 'CANCELLED')) = (ended_at IS NOT NULL)",
    )
    op.create_index(
        "background_task_ended_ix", "background_task", ["ended_at"], postgresql_where=sa.text("ended_at IS NOT NULL")
    )


def change_items() -> None:
    op.drop_column("background_task_item", "exception")
    op.add_column("background_task_item", sa.Column("title", sa.Text(), server_default="", nullable=False))
    op.alter_column("background_task_item", "title", server_default=None)
    op.add_column("background_task_item", sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
    op.add_column("background_task_item", sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f("background_task_item_task_item_state"), "background_task_item", type_="check")
    op.create_check_constraint(op.f("background_task_item_task_item_state"), "background_task_item", ITEM_STATES)


def create_leases() -> None:
    op.create_table(
        "background_task_lease",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("background_task_id", sa.Uuid(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "background_task_id"],
            ["background_task.organization_id", "background_task.id"],
            name=op.f("background_task_lease_background_task_id_fk"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "background_task_id", name=op.f("background_task_lease_pk")),
    )
    op.create_index("background_task_lease_until_ix", "background_task_lease", ["lease_until"])


def create_exceptions() -> None:
    op.create_table(
        "background_task_exception",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("background_task_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "background_task_id", "position"],
            [
                "background_task_item.organization_id",
                "background_task_item.background_task_id",
                "background_task_item.position",
            ],
            name=op.f("background_task_exception_background_task_id_position_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "student_id"],
            ["student.organization_id", "student.id"],
            name=op.f("background_task_exception_student_id_fk"),
        ),
        sa.PrimaryKeyConstraint(
            "organization_id",
            "background_task_id",
            "position",
            "number",
            name=op.f("background_task_exception_pk"),
        ),
    )


def execute(statements: str) -> None:
    for statement in statements.strip().split(";\n"):
        op.execute(statement)
