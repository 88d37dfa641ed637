"""Who the caller is and what it may do (section 11, R1.1): pure values and questions about them.

Grants are held for all portals, but count in one: `effective` keeps those that count in the portal that the
credentials were issued for, so that no question below has to look at the portal's name again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.rules.organization.settings import OrganizationSettings, StaffPortalSettings
from attendance.rules.vocabulary import Permission, PersonKind, Portal, Source

_OFFICE_ALONE = frozenset(
    {Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_ATTENDANCE_FULL, Permission.OFFICE_SEE_ALL}
)
_STAFF_ALONE = frozenset(
    {
        Permission.STAFF_ATTENDANCE_VIEW,
        Permission.STAFF_ATTENDANCE_FULL,
        Permission.STAFF_SEE_ALL,
        Permission.EXCUSE_ABSENCES,
    }
)
_COUNTING = {
    Portal.OFFICE: frozenset(Permission) - _STAFF_ALONE,
    Portal.STAFF: frozenset(Permission) - _OFFICE_ALONE,
    Portal.CUSTOMER: frozenset[Permission](),
    Portal.KIOSK: frozenset[Permission](),
}
_INCLUDES = {
    Permission.OWNER: frozenset(Permission),
    Permission.OFFICE_ATTENDANCE_FULL: frozenset({Permission.OFFICE_ATTENDANCE_VIEW}),
    Permission.STAFF_ATTENDANCE_FULL: frozenset({Permission.STAFF_ATTENDANCE_VIEW}),
}
_OPENS_OFFICE = _OFFICE_ALONE | {Permission.OWNER}

SEE_ATTENDANCE = frozenset({Permission.OFFICE_ATTENDANCE_VIEW, Permission.STAFF_ATTENDANCE_VIEW})
RECORD_ATTENDANCE = frozenset({Permission.OFFICE_ATTENDANCE_FULL, Permission.STAFF_ATTENDANCE_FULL})
SEE_ALL = frozenset({Permission.OFFICE_SEE_ALL, Permission.STAFF_SEE_ALL})


@dataclass(frozen=True, slots=True)
class Claims:
    """What a credential says whose signature and dates were checked; whether its holder is still welcome, only the
    database knows.

    Of `person_id`, `email` (an external identity provider knows no ids of ours) and `kiosk_id` exactly one is set.
    `sign_in_id` goes with `person_id`. `expires_at` is an aware instant in UTC.
    """

    organization_id: UUID
    portal: Portal
    expires_at: datetime
    person_id: UUID | None = None
    email: str | None = None
    kiosk_id: UUID | None = None
    sign_in_id: UUID | None = None

    @property
    def holder(self) -> tuple[object, ...]:
        """Equal for all credentials of one sign-in or kiosk, or of one person known elsewhere."""
        return (self.organization_id, self.portal, self.sign_in_id, self.kiosk_id, self.email)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts, as told by signed credentials and checked against the database in the same transaction.

    A person (staff or guardian) or a kiosk: exactly one of `person_id` and `kiosk_id` is set. Guardians have their
    `family_id`, kiosks their `location_id`. `permissions` are those that count in the portal.
    """

    organization_id: UUID
    portal: Portal
    permissions: frozenset[Permission] = frozenset()
    person_id: UUID | None = None
    kiosk_id: UUID | None = None
    family_id: UUID | None = None
    location_id: UUID | None = None

    @property
    def id(self) -> UUID:
        """The person's or the kiosk's id."""
        found = self.person_id or self.kiosk_id
        if found is None:
            raise ValueError("a caller is a person or a kiosk")
        return found

    @property
    def source(self) -> Source:
        """R1.1."""
        return self.portal.source


@dataclass(frozen=True, slots=True)
class Place:
    """The location that a kiosk stands at; `time_zone` is an IANA name."""

    name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """A caller with what its screens and the rules need of the organization, read in one statement.

    A kiosk's name is its `first_name`; it has no `last_name`, and it alone has a `place`. `sign_in_id` is None for
    kiosks and for the tokens of an external identity provider. `access` numbers the last change of what anybody of the
    organization may do; while it stands, so does what was read here.
    """

    caller: Caller
    first_name: str
    last_name: str
    email: str | None
    organization_name: str
    currency: str
    settings: OrganizationSettings
    sign_in_id: UUID | None = None
    place: Place | None = None
    access: int = 0


def effective(portal: Portal, *grants: Iterable[str]) -> frozenset[Permission]:
    """What the grants of a person and of its groups are worth in the portal: they add up, and the least restrictive
    wins (R11.1). FULL includes VIEW; an owner holds everything. Grants unknown to this version are worth nothing.
    """
    held = {Permission[name] for granted in grants for name in granted if name in Permission.__members__}
    for permission, included in _INCLUDES.items():
        if permission in held:
            held |= included
    return frozenset(held) & _COUNTING[portal]


def counting(portal: Portal) -> frozenset[Permission]:
    """The permissions that count in the portal, whoever holds them."""
    return _COUNTING[portal]


def may_enter(portal: Portal, kind: PersonKind, permissions: Iterable[Permission]) -> bool:
    """May a person of this kind, holding these effective permissions, use the portal? Guardians have the Customer
    Portal alone. Staff have the Staff Portal, and the Office Portal with an Office permission (or as owner).
    """
    match portal:
        case Portal.CUSTOMER:
            return kind is PersonKind.GUARDIAN
        case Portal.STAFF:
            return kind is PersonKind.STAFF
        case Portal.OFFICE:
            return kind is PersonKind.STAFF and not _OPENS_OFFICE.isdisjoint(permissions)
        case Portal.KIOSK:
            return False


def kind_for(portal: Portal) -> PersonKind | None:
    """Whom the portal is for; None: for devices."""
    if portal is Portal.KIOSK:
        return None
    return PersonKind.GUARDIAN if portal is Portal.CUSTOMER else PersonKind.STAFF


def may(caller: Caller, permission: Permission) -> bool:
    return permission in caller.permissions


def may_any(caller: Caller, permissions: Iterable[Permission]) -> bool:
    """Holds the caller at least one of them?"""
    return not caller.permissions.isdisjoint(permissions)


def may_see_attendance(caller: Caller) -> bool:
    """VIEW or FULL in the caller's portal. Which occurrences: see `sees_all_occurrences`."""
    return may_any(caller, SEE_ATTENDANCE)


def may_record_attendance(caller: Caller) -> bool:
    """FULL in the caller's portal."""
    return may_any(caller, RECORD_ATTENDANCE)


def sees_all_occurrences(caller: Caller) -> bool:
    """False: only those that the caller teaches or substitutes."""
    return may_any(caller, SEE_ALL)


def may_excuse(caller: Caller) -> bool:
    """May the caller set EXCUSED_ABSENCE? In the Office Portal who may record may excuse; the Staff Portal has a
    permission for it.
    """
    return may_record_attendance(caller) and (
        caller.portal is not Portal.STAFF or may(caller, Permission.EXCUSE_ABSENCES)
    )


def sees_medical(caller: Caller) -> bool:
    """The text of a medical alert (R3.4)."""
    return may(caller, Permission.SEE_MEDICAL)


def sees_balances(caller: Caller, settings: StaffPortalSettings) -> bool:
    """The amount that a family owes (R3.4): a permission, and in the Staff Portal a setting besides."""
    return may(caller, Permission.SEE_BALANCES) and (caller.portal is not Portal.STAFF or settings.staff_sees_balances)
