"""What all mutations can answer in place of success."""

import strawberry

from attendance.rules.vocabulary import Permission
from gql.fields.described import described

described(
    Permission,
    "What a staff member may do. Permissions are given to people and to groups, and add up; each counts in the portals "
    "named with it.",
    {
        Permission.OWNER: "Everything, in both portals.",
        Permission.OFFICE_ATTENDANCE_VIEW: "See attendance in the Office Portal.",
        Permission.OFFICE_ATTENDANCE_FULL: "See and record attendance in the Office Portal.",
        Permission.OFFICE_SEE_ALL: "See every occurrence in the Office Portal; without it only those one teaches.",
        Permission.STAFF_ATTENDANCE_VIEW: "See attendance in the Staff Portal.",
        Permission.STAFF_ATTENDANCE_FULL: "See and record attendance in the Staff Portal.",
        Permission.STAFF_SEE_ALL: "See every occurrence in the Staff Portal; without it only those one teaches.",
        Permission.EXCUSE_ABSENCES: "Set EXCUSED_ABSENCE in the Staff Portal.",
        Permission.CREATE_MAKEUP_TOKENS: "Create, edit and reset makeup tokens, and approve makeups. Both portals.",
        Permission.DELETE_MAKEUP_TOKENS: "Delete makeup tokens. Both portals.",
        Permission.MAKEUPS_WITHOUT_TOKENS: "Book a makeup without a token. Both portals.",
        Permission.CANCEL_OCCURRENCES: "Cancel and restore occurrences. Both portals.",
        Permission.MANAGE_ENROLLMENTS: "Enroll, drop and transfer students. Both portals.",
        Permission.MANAGE_STAFF: "Mark staff absent and assign substitutes. Both portals.",
        Permission.MANAGE_SETTINGS: "Change the organization's settings. Both portals.",
        Permission.LAUNCH_KIOSK: "Launch and revoke kiosks. Both portals.",
        Permission.SEE_BALANCES: "See what a family owes; in the Staff Portal only where a setting allows it too.",
        Permission.SEND_STATEMENTS: "Send families statements, together with SEE_BALANCES. Both portals.",
        Permission.SEE_MEDICAL: "See the text of medical alerts. Both portals.",
    },
)


@strawberry.interface(
    description="A refusal by the business: the request was understood, nothing was changed, and the fields say why."
)
class UserError:
    message: str = strawberry.field(description="A sentence in English that can be shown to a person.")


@strawberry.type(
    description="The caller may see what it wanted to change, but not change it like this. Nothing was changed."
)
class PermissionDenied(UserError):
    permission: Permission = strawberry.field(description="A permission that would allow it in the caller's portal.")
