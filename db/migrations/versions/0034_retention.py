"""Data that is not needed any more is deleted by its age, class by class (R16.5)."""

from alembic import op

from db.migration_steps import create_index

revision: str = "0034"
down_revision: str | None = "0033"
branch_labels: str | None = None
depends_on: str | None = None

# Each deletes the oldest rows of all organizations and gives their number, like forget_answers.
FORGET = """
CREATE OR REPLACE FUNCTION forget_{name}(older_than timestamptz, at_most integer) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH old AS (
        SELECT {key} FROM {table} x
        WHERE {condition} ORDER BY {order} LIMIT at_most FOR UPDATE SKIP LOCKED
    ), forgotten AS (
        DELETE FROM {table} x USING old WHERE ({key}) = ({old_key})
        RETURNING 1
    )
    SELECT count(*)::integer FROM forgotten
$$
"""
RIGHTS = (
    "REVOKE ALL ON FUNCTION forget_{name}(timestamptz, integer) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION forget_{name}(timestamptz, integer) TO rollbook_app",
)
# name: table, key, condition, order
CLASSES = {
    "sign_ins": ("sign_in", ("id",), "x.expires_at < older_than", "x.expires_at"),
    "emails": (
        "email",
        ("id",),
        "x.created_at < older_than AND x.state NOT IN ('QUEUED', 'SENDING') AND NOT x.is_withheld",
        "x.created_at",
    ),
    "security_events": ("security_event", ("id",), "x.first_at < older_than", "x.first_at"),
    "medical_reads": (
        "medical_read",
        ("read_on", "person_id", "student_id"),
        "x.read_on < (older_than AT TIME ZONE 'UTC')::date",
        "x.read_on",
    ),
}


def upgrade() -> None:
    for name, (table, columns, condition, order) in CLASSES.items():
        keys = ("organization_id", *columns)
        op.execute(
            FORGET.format(
                name=name,
                table=table,
                key=", ".join(f"x.{key}" for key in keys),
                old_key=", ".join(f"old.{key}" for key in keys),
                condition=condition,
                order=order,
            )
        )
        for statement in RIGHTS:
            op.execute(statement.format(name=name))
    create_index("sign_in_expires_ix", "sign_in (expires_at)")
    create_index("email_created_ix", "email (created_at)")
