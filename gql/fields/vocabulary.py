"""The enumerations of the schema that several capabilities use, each value described."""

from attendance.rules.vocabulary import Permission, Portal, Source
from gql.fields.described import described

__all__ = ["Permission", "Portal", "Source"]

described(
    Source,
    "Where a mark or a makeup token came from, as told by the credentials of whoever made it.",
    {
        Source.OFFICE: "Staff in the Office Portal.",
        Source.STAFF: "Staff in the Staff Portal.",
        Source.KIOSK: "A check-in kiosk.",
        Source.GUARDIAN: "A guardian in the Customer Portal.",
        Source.SYSTEM: "The system: defaulted absences, automatic tokens.",
    },
)
described(
    Portal,
    "What a credential was issued for. It decides which permissions count, and the source of what its holder records.",
    {
        Portal.OFFICE: "The Office Portal: staff with at least one Office permission.",
        Portal.STAFF: "The Staff Portal: all staff.",
        Portal.CUSTOMER: "The Customer Portal: guardians.",
        Portal.KIOSK: "A check-in device. Nobody signs in to it: staff launch it.",
    },
)
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
