"""How a root field declares who may use it, and how that is held.

Each field of Query, Mutation and Subscription carries an `Access` as `metadata=requires(...)`, `signed_in(...)` or
`open_to_all()`; tests/architecture walks them. `reading`, `changing` and `Context` enforce it once for each root
field, in the transaction that serves it: a field below the root is served to whoever may see its parent, unless its
resolver masks it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from strawberry.types.field import StrawberryField

from attendance.rules.organization.permissions import Caller, counting, may_any
from attendance.rules.refusals import PermissionDenied
from attendance.rules.vocabulary import Permission, Portal
from gql.protocol.errors import Forbidden

_KEY = "rollbook.access"
PORTALS = {
    Portal.OFFICE: "the Office Portal",
    Portal.STAFF: "the Staff Portal",
    Portal.CUSTOMER: "the Customer Portal",
    Portal.KIOSK: "a kiosk",
}


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use a root field: everybody (`is_open`, also without a credential), or callers from one of the portals
    that hold at least one of the permissions; no permissions: none is needed. Whoever comes from a portal in `by_name`
    needs none either.
    """

    portals: frozenset[Portal] = frozenset()
    permissions: frozenset[Permission] = frozenset()
    is_open: bool = False
    by_name: frozenset[Portal] = frozenset()


def open_to_all() -> Mapping[str, Access]:
    """For those who are about to sign in."""
    return {_KEY: Access(is_open=True)}


def signed_in(*portals: Portal) -> Mapping[str, Access]:
    """For every viewer, or for those of the portals."""
    return {_KEY: Access(frozenset(portals or Portal))}


def requires(
    permissions: Iterable[Permission], *portals: Portal, by_name: Iterable[Portal] = ()
) -> Mapping[str, Access]:
    """For callers that hold one of the permissions in their portal, by default staff in both of theirs; and for those
    of the portals `by_name`, in which nobody holds any.
    """
    held_in = frozenset(portals or (Portal.OFFICE, Portal.STAFF))
    return {_KEY: Access(held_in, frozenset(permissions), by_name=frozenset(by_name))}


def access_of(field: StrawberryField) -> Access:
    """Raises LookupError for a field that declares nothing: nobody may use it."""
    declared: Mapping[Any, Any] = field.metadata
    access = declared.get(_KEY)
    if not isinstance(access, Access):
        raise LookupError(f"{field.python_name} declares no access")
    return access


def check_to_see(access: Access, caller: Caller) -> None:
    """Raises Forbidden, whose message says what is missing."""
    _check_portal(access, caller)
    if _lacks_permission(access, caller):
        raise Forbidden(f"This needs {_one_of(access, caller)}.")


def check_to_change(access: Access, caller: Caller) -> None:
    """Raises Forbidden for a portal that has no such act, and the refusal PermissionDenied for a missing permission."""
    _check_portal(access, caller)
    if _lacks_permission(access, caller):
        lacking = min(access.permissions & counting(caller.portal) or access.permissions)
        raise PermissionDenied(lacking, f"This needs {_one_of(access, caller)}.")


def _check_portal(access: Access, caller: Caller) -> None:
    if not access.is_open and caller.portal not in access.portals | access.by_name:
        raise Forbidden(f"This cannot be done from {PORTALS[caller.portal]}.")


def _lacks_permission(access: Access, caller: Caller) -> bool:
    if caller.portal in access.by_name or not access.permissions:
        return False
    return not may_any(caller, access.permissions)


def _one_of(access: Access, caller: Caller) -> str:
    names = sorted(access.permissions & counting(caller.portal) or access.permissions)
    return f"the permission {' or '.join(names)}"
