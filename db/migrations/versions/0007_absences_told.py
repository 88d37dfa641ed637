"""Stores who recorded an expected absence, through which source, and who withdrew it (R6.1, R6.2)."""

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | None = None
depends_on: str | None = None

# Until now absences of guardians and of the office were distinguished by who requested them.
SOURCES = """
UPDATE expected_absence a SET source = CASE WHEN p.kind = 'GUARDIAN' THEN 'GUARDIAN' ELSE 'OFFICE' END
FROM expected_absence b
LEFT JOIN person p ON p.organization_id = b.organization_id AND p.id = b.requested_by_id
WHERE b.organization_id = a.organization_id AND b.id = a.id
"""


def upgrade() -> None:
    op.add_column("expected_absence", sa.Column("source", sa.String(length=32)))
    op.execute(SOURCES)
    op.alter_column("expected_absence", "source", nullable=False)
    op.create_check_constraint(
        op.f("expected_absence_people_tell_it"), "expected_absence", "source IN ('OFFICE', 'STAFF', 'GUARDIAN')"
    )
    op.add_column("expected_absence", sa.Column("withdrawn_by_id", sa.Uuid()))
    op.add_column("expected_absence", sa.Column("withdrawn_at", sa.DateTime(timezone=True)))
    op.create_foreign_key(
        op.f("expected_absence_withdrawn_by_id_fk"),
        "expected_absence",
        "person",
        ["organization_id", "withdrawn_by_id"],
        ["organization_id", "id"],
    )
    op.create_index("expected_absence_listed_ix", "expected_absence", ["organization_id", "starts_on", "id"])
