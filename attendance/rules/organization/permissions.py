"""Who the caller is and what the caller may do (section 11, R1.1): pure values and questions about them.

Grants are stored for all portals, but each counts in one portal. `effective` keeps those that count in the portal for
which the credential was issued, so no other question has to look at the portal again.
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
    """What a credential says whose signature and dates were checked. Only the database knows whether its holder still
    exists.

    Exactly one of `person_id`, `email` (external identity providers do not know our ids) and `kiosk_id` is set.
    `sign_in_id` belongs to `person_id`. `expires_at` is an aware instant in UTC.
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
        """The holder, which is equal for all credentials of one sign-in or kiosk, or of one person of an external
        provider.
        """
        return (self.organization_id, self.portal, self.sign_in_id, self.kiosk_id, self.email)

    @property
    def tenant(self) -> UUID:
        return self.organization_id


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts, as signed credentials say, checked against the database in the same transaction.

    It is a person (staff or guardian) or a kiosk: exactly one of `person_id` and `kiosk_id` is set. Guardians have
    their `family_id`, and kiosks their `location_id`. `permissions` are those that count in the portal.
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
        """The id of the person or the kiosk."""
        found = self.person_id or self.kiosk_id
        if found is None:
            raise ValueError("a caller is a person or a kiosk")
        return found

    @property
    def source(self) -> Source:
        """The source of what the caller does (R1.1)."""
        return self.portal.source


@dataclass(frozen=True, slots=True)
class Place:
    """The location of a kiosk. `time_zone` is an IANA name."""

    name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """A caller with what its screens and the rules need to know of the organization, read in one statement.

    A kiosk has its name in `first_name`, has no `last_name`, and is the only viewer with a `place`. `sign_in_id` is
    None for kiosks and for tokens of an external identity provider. `access` is the number of the organization's last
    change of access; while it stays the same, so does everything that was read here about a person, except the names
    and the currency. `ends_at`: the planned end of the person's access, or None.
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
    ends_at: datetime | None = None

    def has_ended(self, now: datetime) -> bool:
        """Return whether the planned end of the person's access has come."""
        return self.ends_at is not None and self.ends_at <= now


def effective(portal: Portal, *grants: Iterable[str]) -> frozenset[Permission]:
    """Return the permissions that the grants of a person and its groups give in a portal.

    They add up, and the least restrictive wins (R11.1). FULL includes VIEW, and an owner has all permissions. Grants
    that this version does not know have no effect.
    """
    return held(*grants) & _COUNTING[portal]


def held(*grants: Iterable[str]) -> frozenset[Permission]:
    """Return the permissions that the grants give in any portal, as `effective` does for one."""
    found = {Permission[name] for granted in grants for name in granted if name in Permission.__members__}
    for permission, included in _INCLUDES.items():
        if permission in found:
            found |= included
    return frozenset(found)


def counting(portal: Portal) -> frozenset[Permission]:
    """Return the permissions that can count in the portal, whoever has them."""
    return _COUNTING[portal]


class MayNotEnter(Exception):
    """The person is signed in, but may not use the portal any more, for example without a permission for it."""

    def __init__(self, portal: Portal) -> None:
        super().__init__(portal)
        self.portal = portal


def may_enter(portal: Portal, kind: PersonKind, permissions: Iterable[Permission]) -> bool:
    """Return whether a person of this kind, with these permissions, may use the portal.

    Guardians can only use the Customer Portal. Staff can use the Staff Portal and, with a permission for it or as
    owner, the Office Portal.
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
    """Return the kind of person for whom the portal is, or None when it is for devices."""
    if portal is Portal.KIOSK:
        return None
    return PersonKind.GUARDIAN if portal is Portal.CUSTOMER else PersonKind.STAFF


def may(caller: Caller, permission: Permission) -> bool:
    return permission in caller.permissions


def may_any(caller: Caller, permissions: Iterable[Permission]) -> bool:
    """Return whether the caller has at least one of the permissions."""
    return not caller.permissions.isdisjoint(permissions)


def may_see_attendance(caller: Caller) -> bool:
    """Return whether the caller has VIEW or FULL in its portal. `sees_all_occurrences` says for which occurrences."""
    return may_any(caller, SEE_ATTENDANCE)


def may_record_attendance(caller: Caller) -> bool:
    """Return whether the caller has FULL in its portal."""
    return may_any(caller, RECORD_ATTENDANCE)


def sees_all_occurrences(caller: Caller) -> bool:
    """Return whether the caller sees all occurrences, and not only those that it teaches or substitutes."""
    return may_any(caller, SEE_ALL)


def may_excuse(caller: Caller) -> bool:
    """Return whether the caller may set EXCUSED_ABSENCE. In the Office Portal, everybody who may record may do so; the
    Staff Portal has a permission for it.
    """
    return may_record_attendance(caller) and (
        caller.portal is not Portal.STAFF or may(caller, Permission.EXCUSE_ABSENCES)
    )


def sees_medical(caller: Caller) -> bool:
    """Return whether the caller may see the text of medical alerts (R3.4)."""
    return may(caller, Permission.SEE_MEDICAL)


def sees_balances(caller: Caller, settings: StaffPortalSettings) -> bool:
    """Return whether the caller may see what a family owes (R3.4). This needs a permission and, in the Staff Portal,
    also a setting.
    """
    return may(caller, Permission.SEE_BALANCES) and (caller.portal is not Portal.STAFF or settings.staff_sees_balances)
