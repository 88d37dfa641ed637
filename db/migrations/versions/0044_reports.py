"""Adds a permission: to see reports (R15.1)."""

from db.migration_steps import allow_permissions, lock_tables

revision: str = "0044"
down_revision: str | None = "0043"
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
    "MANAGE_CATALOGUE",
    "LAUNCH_KIOSK",
    "SEE_BALANCES",
    "SEND_STATEMENTS",
    "SEE_MEDICAL",
    "SEE_REPORTS",
)


def upgrade() -> None:
    lock_tables("person", "permission_group")
    allow_permissions(KNOWN)
