"""Who may give and take which permissions (R12.6): nobody grants what they do not hold."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.rules.organization.permissions import held
from attendance.rules.refusals import PermissionDenied
from attendance.rules.vocabulary import Permission

LONGEST_NAME = 200
MOST_GROUPS_OF_PERSON = 50


@dataclass(frozen=True, slots=True)
class Grants:
    """What a staff member was granted: permissions of its own, and those of each of its groups. `email` is that of the
    account. `ends_at`: the planned end of the access, or None.
    """

    person_id: UUID
    email: str | None
    own: frozenset[str]
    groups: dict[UUID, frozenset[str]]
    ended_at: datetime | None
    ends_at: datetime | None = None

    @property
    def held(self) -> frozenset[Permission]:
        """All permissions of the person, whatever the portal in which they count."""
        return held(self.own, *self.groups.values())


def require_may_grant(granter: frozenset[Permission], permissions: Iterable[str]) -> None:
    """Raise PermissionDenied unless the granter holds all of these permissions, which are given or taken."""
    named = {Permission(each) for each in permissions}
    lacking = (named - granter) or (held(named) - granter)
    if lacking:
        raise PermissionDenied(_first(lacking), "You can give and take only permissions that you hold yourself.")


def require_may_change(granter: frozenset[Permission], person: Grants) -> None:
    """Raise PermissionDenied unless the granter holds all that the person holds. Changing the address of an account
    makes it possible to take the account over, renaming it makes people mistake one person for another, and ending it
    takes all of its permissions.
    """
    lacking = person.held - granter
    if lacking:
        raise PermissionDenied(_first(lacking), "This person holds permissions that you do not hold.")


def _first(lacking: Collection[Permission]) -> Permission:
    """Return the permission that a refusal names: OWNER, which includes all others, or the first by name."""
    return Permission.OWNER if Permission.OWNER in lacking else min(lacking)
