"""The enumerations of the schema that several capabilities use, with a description of each value."""

from attendance.rules.vocabulary import Permission, Portal, SecurityEventKind, Source
from gql.fields.described import described

__all__ = ["Permission", "Portal", "SecurityEventKind", "Source"]

described(
    Source,
    "Where a mark, a makeup token or a change came from. It is derived from the credential of the caller.",
    {
        Source.OFFICE: "Staff, in the Office Portal.",
        Source.STAFF: "Staff, in the Staff Portal.",
        Source.KIOSK: "A check-in kiosk.",
        Source.GUARDIAN: "A guardian, in the Customer Portal.",
        Source.SYSTEM: "The system, such as for defaulted absences and automatic makeup tokens.",
    },
)
described(
    Portal,
    "The portal for which a credential was issued. It decides which permissions count, and the source of what its "
    "holder records.",
    {
        Portal.OFFICE: "The Office Portal, for staff with at least one Office permission.",
        Portal.STAFF: "The Staff Portal, for all staff.",
        Portal.CUSTOMER: "The Customer Portal, for guardians.",
        Portal.KIOSK: "A kiosk, which is a check-in device. Nobody signs in to it; staff launch it.",
    },
)
described(
    Permission,
    "A permission of a staff member. Permissions are granted to people and to groups, and they add up. Each "
    "permission counts only in the portals named here. Descriptions use short names for those that exist once for "
    'each portal. "Attendance VIEW" means OFFICE_ATTENDANCE_VIEW or OFFICE_ATTENDANCE_FULL in the Office Portal, and '
    'STAFF_ATTENDANCE_VIEW or STAFF_ATTENDANCE_FULL in the Staff Portal. "Attendance FULL" means '
    'OFFICE_ATTENDANCE_FULL or STAFF_ATTENDANCE_FULL, and "SEE_ALL" means OFFICE_SEE_ALL or STAFF_SEE_ALL.',
    {
        Permission.OWNER: "Everything, in the Office Portal and the Staff Portal.",
        Permission.OFFICE_ATTENDANCE_VIEW: "See attendance in the Office Portal.",
        Permission.OFFICE_ATTENDANCE_FULL: "See and record attendance in the Office Portal.",
        Permission.OFFICE_SEE_ALL: "See every occurrence in the Office Portal. Without it, a staff member sees only "
        "those that they teach or substitute.",
        Permission.STAFF_ATTENDANCE_VIEW: "See attendance in the Staff Portal.",
        Permission.STAFF_ATTENDANCE_FULL: "See and record attendance in the Staff Portal.",
        Permission.STAFF_SEE_ALL: "See every occurrence in the Staff Portal. Without it, a staff member sees only "
        "those that they teach or substitute.",
        Permission.EXCUSE_ABSENCES: "Set EXCUSED_ABSENCE in the Staff Portal. In the Office Portal, whoever may "
        "record attendance may do so.",
        Permission.CREATE_MAKEUP_TOKENS: "Create, edit and reset makeup tokens, and approve makeups, in both portals.",
        Permission.DELETE_MAKEUP_TOKENS: "Delete makeup tokens, in both portals.",
        Permission.MAKEUPS_WITHOUT_TOKENS: "Book a makeup without a makeup token, in both portals.",
        Permission.CANCEL_OCCURRENCES: "Cancel and restore occurrences, in both portals.",
        Permission.MANAGE_ENROLLMENTS: "Enroll, drop and transfer students, in both portals.",
        Permission.MANAGE_PEOPLE: "Register, change and merge families, guardians and students, in both portals.",
        Permission.MANAGE_STAFF: "Create, change, invite and end staff, grant what one holds oneself, mark staff "
        "absent and assign substitutes, in both portals.",
        Permission.MANAGE_SETTINGS: "Change the organization's settings, in both portals.",
        Permission.MANAGE_CATALOGUE: "Make, change and end locations, programs, sessions, blackouts, offerings and "
        "timeslots, in both portals.",
        Permission.LAUNCH_KIOSK: "Launch and revoke kiosks, in both portals.",
        Permission.SEE_BALANCES: "See what a family owes, in both portals. In the Staff Portal, a setting must also "
        "allow it.",
        Permission.SEND_STATEMENTS: "Send statements to families, in both portals. SEE_BALANCES is needed too.",
        Permission.SEE_MEDICAL: "See the text of medical alerts, in both portals.",
        Permission.SEE_REPORTS: "See reports over all classes, students and staff, in both portals.",
    },
)
described(
    SecurityEventKind,
    "What matters to the safety of accounts.",
    {
        SecurityEventKind.SIGNED_IN: "Somebody signed in.",
        SecurityEventKind.SIGN_IN_REFUSED: "Signing in to this account was refused; `detail` is a SignInRefusedReason.",
        SecurityEventKind.SIGN_IN_LIMITED: "Signing in to this account failed too often, and was not tried again.",
        SecurityEventKind.REFRESH_REFUSED: "A session was not continued, because it had ended or expired.",
        SecurityEventKind.REFRESH_REUSED: "A refresh token came back that had been used: somebody else may have it. "
        "The session ended.",
        SecurityEventKind.SESSION_ENDED: "Somebody signed out; `detail` is `everywhere` for all sessions.",
        SecurityEventKind.PERMISSION_DENIED: "Somebody was refused for want of a permission; `detail` is the field.",
        SecurityEventKind.KIOSK_LAUNCHED: "A kiosk was launched.",
        SecurityEventKind.KIOSK_REVOKED: "A kiosk was revoked.",
        SecurityEventKind.KIOSK_LIMITED: "A kiosk looked up families too often.",
        SecurityEventKind.FAMILY_ERASED: "A family or a student was erased; `detail` is the key of the family.",
        SecurityEventKind.FAMILY_EXPORTED: "The data of a family was exported; `detail` is the key of the family.",
        SecurityEventKind.ORGANIZATION_FOUNDED: "An operator founded the organization; the actor is its first owner.",
        SecurityEventKind.INVITED: "Somebody was invited; `detail` is the key of the person.",
        SecurityEventKind.INVITATION_REVOKED: "An invitation was revoked; `detail` is the key of the person.",
        SecurityEventKind.INVITATION_ACCEPTED: "Somebody accepted an invitation and chose a password.",
        SecurityEventKind.PASSWORD_RESET_REQUESTED: "A reset of the password was requested for this account; `detail` "
        "is the key of the person when somebody else requested it.",
        SecurityEventKind.PASSWORD_RESET_LIMITED: "A reset was requested too often, and no e-mail was sent.",
        SecurityEventKind.PASSWORD_RESET: "Somebody chose another password with the link of a reset.",
        SecurityEventKind.PASSWORD_CHANGED: "Somebody changed the password, giving the present one.",
        SecurityEventKind.LINK_REFUSED: "The link of an invitation or of a reset was not valid any more; `detail` says "
        "why.",
        SecurityEventKind.SECOND_FACTOR_ADDED: "Somebody set up a second factor, or made new recovery codes.",
        SecurityEventKind.SECOND_FACTOR_REMOVED: "A second factor was removed; `detail` is the key of the person when "
        "an owner did it.",
        SecurityEventKind.SECOND_FACTOR_REFUSED: "A code of the second factor was wrong, after the right password.",
        SecurityEventKind.RECOVERY_CODE_USED: "Somebody signed in with a recovery code.",
        SecurityEventKind.STAFF_CREATED: "A staff member was created; `detail` is the key of the person.",
        SecurityEventKind.STAFF_UPDATED: "A staff member's name or address was changed; `detail` is the key of the "
        "person.",
        SecurityEventKind.STAFF_END_PLANNED: "The end of a staff member's access was planned, or its date was moved; "
        "`detail` is the key of the person.",
        SecurityEventKind.STAFF_ENDED: "A staff member's access was ended; `detail` is the key of the person. Nobody "
        "is the actor when a planned end has come.",
        SecurityEventKind.STAFF_RESTORED: "A staff member was let in again, or a planned end was taken back; "
        "`detail` is the key of the person.",
        SecurityEventKind.PERMISSIONS_CHANGED: "The permissions or groups of a staff member were changed; `detail` is "
        "the key of the person.",
        SecurityEventKind.PERMISSION_GROUP_CHANGED: "A permission group was created, changed or deleted; `detail` is "
        "the key of the group.",
    },
)
