"""Families are registered by the office: a permission, what it edited, and the order of families (R13.1, R13.9)."""

from alembic import op

from db.migration_steps import allow_permissions, create_index, lock_tables

revision: str = "0038"
down_revision: str | None = "0037"
branch_labels: str | None = None
depends_on: str | None = None

KNOWN = (
    "OWNER",
    "OFFICE_ATTENDANCE_VIEW",
    "OFFICE_ATTENDANCE_FULL",
    "OFFICE_SEE_ALL",
    "STAFF_ATTENDANCE_VIEW",
    "STAFF_ATTENDANCE_FULL",
    "STAFF_SEE_ALL",
    "EXCUSE_ABSENCES",
    "CREATE_MAKEUP_TOKENS",
    "DELETE_MAKEUP_TOKENS",
    "MAKEUPS_WITHOUT_TOKENS",
    "CANCEL_OCCURRENCES",
    "MANAGE_ENROLLMENTS",
    "MANAGE_PEOPLE",
    "MANAGE_STAFF",
    "MANAGE_SETTINGS",
    "LAUNCH_KIOSK",
    "SEE_BALANCES",
    "SEND_STATEMENTS",
    "SEE_MEDICAL",
)


def upgrade() -> None:
    lock_tables("student", "person", "permission_group")
    allow_permissions(KNOWN)
    for table in ("student", "person"):
        # A migration that runs again from its beginning finds the column there.
        op.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS office_fields text[] NOT NULL DEFAULT '{{}}'::text[]")
    create_index("family_sort_key_ix", "family (organization_id, sort_key, id)")
