"""Security events tell that the end of a staff member's access was planned, and that somebody was restored."""

from db.migration_steps import allow_security_events

revision: str = "0057"
down_revision: str | None = "0056"
branch_labels: str | None = None
depends_on: str | None = None

KINDS = (
    "SIGNED_IN",
    "SIGN_IN_REFUSED",
    "SIGN_IN_LIMITED",
    "REFRESH_REFUSED",
    "REFRESH_REUSED",
    "SESSION_ENDED",
    "PERMISSION_DENIED",
    "KIOSK_LAUNCHED",
    "KIOSK_REVOKED",
    "KIOSK_LIMITED",
    "FAMILY_ERASED",
    "FAMILY_EXPORTED",
    "ORGANIZATION_FOUNDED",
    "INVITED",
    "INVITATION_REVOKED",
    "INVITATION_ACCEPTED",
    "PASSWORD_RESET_REQUESTED",
    "PASSWORD_RESET_LIMITED",
    "PASSWORD_RESET",
    "PASSWORD_CHANGED",
    "LINK_REFUSED",
    "SECOND_FACTOR_ADDED",
    "SECOND_FACTOR_REMOVED",
    "SECOND_FACTOR_REFUSED",
    "RECOVERY_CODE_USED",
    "STAFF_CREATED",
    "STAFF_UPDATED",
    "STAFF_END_PLANNED",
    "STAFF_ENDED",
    "STAFF_RESTORED",
    "PERMISSIONS_CHANGED",
    "PERMISSION_GROUP_CHANGED",
)


def upgrade() -> None:
    allow_security_events(KINDS)
