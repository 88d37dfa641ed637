"""Adds two permissions: to mark staff absent and assign substitutes, and to send statements."""

from db.migration_steps import allow_permissions

revision: str = "0015"
down_revision: str | None = "0014"
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
    "MANAGE_STAFF",
    "MANAGE_SETTINGS",
    "LAUNCH_KIOSK",
    "SEE_BALANCES",
    "SEND_STATEMENTS",
    "SEE_MEDICAL",
)


def upgrade() -> None:
    allow_permissions(KNOWN)
