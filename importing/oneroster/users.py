"""Determines who the users are: students, guardians or staff, by users.csv (1.1) or roles.csv (1.2)."""

from collections.abc import Callable
from datetime import date

from attendance.rules.vocabulary import Permission
from importing.csv_rows import Record
from importing.oneroster.known import Known
from importing.oneroster.roster import Roster
from importing.report import Report

_OFFICE = frozenset(
    {
        Permission.OFFICE_ATTENDANCE_FULL,
        Permission.OFFICE_SEE_ALL,
        Permission.STAFF_ATTENDANCE_FULL,
        Permission.STAFF_SEE_ALL,
        Permission.EXCUSE_ABSENCES,
        Permission.CREATE_MAKEUP_TOKENS,
        Permission.CANCEL_OCCURRENCES,
        Permission.MANAGE_ENROLLMENTS,
        Permission.LAUNCH_KIOSK,
    }
)
# The permissions of new staff. Nobody becomes an owner by an import, or sees balances or medical text.
PERMISSIONS: dict[str, frozenset[Permission]] = {
    "teacher": frozenset({Permission.STAFF_ATTENDANCE_FULL}),
    "aide": frozenset({Permission.STAFF_ATTENDANCE_FULL}),
    "proctor": frozenset({Permission.STAFF_ATTENDANCE_VIEW}),
    "counselor": frozenset({Permission.STAFF_ATTENDANCE_VIEW, Permission.STAFF_SEE_ALL}),
    "administrator": _OFFICE,
    "principal": _OFFICE,
    "siteAdministrator": _OFFICE,
    "districtAdministrator": _OFFICE,
    "systemAdministrator": _OFFICE,
}
GUARDIANS = frozenset({"guardian", "parent", "relative"})


STUDENT, GUARDIAN, STAFF = "student", "guardian", "staff"


def first_name(user: Record) -> str:
    return str(user["preferredGivenName"] or user["givenName"])


def last_name(user: Record) -> str:
    return str(user["preferredFamilyName"] or user["familyName"])


def sort_users(roster: Roster, known: Known, today: date, report: Report) -> None:
    """Fill the roster's students, guardians and staff. A user without any role is left out and reported as an error. A
    user whose roles have ended, or have no meaning in Rollbook, is only counted.
    """
    users = roster.rows("users")
    roles = _roles(roster, today)
    kept = _kept_kinds(roster, known)
    without: set[int] = set()
    for user in users.live:
        held = {user["role"]} if roster.version == "1.1" else roles.get(user.id, set())
        kinds = _kinds(held) | kept(user.id)
        if not kinds and roster.version == "1.2" and user.id not in roles:
            has_file = "roles" in roster.files
            reason = "has no row in roles.csv" if has_file else "has no role: OneRoster 1.2 needs roles.csv, add it"
            report.error("users.csv", user.line, "sourcedId", user.id, reason)
            without.add(user.line)
        elif not kinds:
            report.rows("users.csv").unused += 1
        _place(roster, user, kinds, held)
    users.leave_out(without)


def _place(roster: Roster, user: Record, kinds: set[str], roles: set[str]) -> None:
    if STUDENT in kinds:
        roster.students[user.id] = user
    if GUARDIAN in kinds:
        roster.guardians[user.id] = user
    if STAFF in kinds:
        permissions: frozenset[Permission] = frozenset()
        for role in roles:
            permissions |= PERMISSIONS.get(role, frozenset())
        roster.staff[user.id] = (user, permissions)


def _kinds(roles: set[str]) -> set[str]:
    kinds = {STUDENT} if "student" in roles else set()
    if roles & GUARDIANS:
        kinds.add(GUARDIAN)
    return kinds | {STAFF} if roles & PERMISSIONS.keys() else kinds


def _roles(roster: Roster, today: date) -> dict[str, set[str]]:
    """Return the roles of each user with a row in roles.csv that is not to be deleted. Roles that have ended are left
    out.
    """
    roles: dict[str, set[str]] = {}
    for record in roster.rows("roles").live:
        held = roles.setdefault(record["userSourcedId"], set())
        if record["endDate"] is None or record["endDate"] >= today:
            held.add(record["role"])
    return roles


def _kept_kinds(roster: Roster, known: Known) -> Callable[[str], set[str]]:
    """Return the kinds that a user had already and that this bundle does not take away: delta files contain only
    changes.
    """
    if roster.version == "1.1" or roster.rows("roles").mode == "bulk":
        return lambda user: set()
    taken: dict[str, set[str]] = {}
    for record in roster.rows("roles").deleted:
        taken.setdefault(record["userSourcedId"] or "", set()).update(_kinds({record["role"] or ""}))
    known_as = ((STUDENT, known.students), (STAFF, known.staff), (GUARDIAN, known.guardians))

    def kept(user: str) -> set[str]:
        return {kind for kind, of_kind in known_as if user in of_kind} - taken.get(user, set())

    return kept
