"""How a root field declares who may use it, and how the declaration is enforced.

Each field of Query, Mutation and Subscription carries an `Access` as `metadata=requires(...)`, `signed_in(...)` or
`open_to_all()`; a test in tests/architecture checks that all do. `reading`, `changing` and `Context` enforce it once
for each root field, in the transaction that serves it. A field below the root is served to whoever may see its parent,
unless its resolver hides it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from strawberry.types.field import StrawberryField

from attendance.rules.organization.permissions import Caller, counting, may_any
from attendance.rules.refusals import PermissionDenied
from gql.fields.vocabulary import Permission, Portal
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
    """Who may use a root field.

    is_open -- everybody may use it, also without a credential.
    portals -- the portals from which it can be used.
    permissions -- the caller must hold at least one of these in the portal; when there are none, no permission is
        needed.
    by_name -- further portals from which it can be used without any permission.
    """

    portals: frozenset[Portal] = frozenset()
    permissions: frozenset[Permission] = frozenset()
    is_open: bool = False
    by_name: frozenset[Portal] = frozenset()


def open_to_all() -> Mapping[str, Access]:
    """Declare a field for everybody, also without a credential, such as signing in."""
    return {_KEY: Access(is_open=True)}


def signed_in(*portals: Portal) -> Mapping[str, Access]:
    """Declare a field for every signed-in viewer, or only for viewers in the given portals."""
    return {_KEY: Access(frozenset(portals or Portal))}


def requires(
    permissions: Iterable[Permission], *portals: Portal, by_name: Iterable[Portal] = ()
) -> Mapping[str, Access]:
    """Declare a field for callers who hold one of the permissions in their portal.

    portals -- the portals from which it can be used. When none is given, these are the two portals of staff.
    by_name -- further portals, in which nobody holds permissions, from which it can be used without any.
    """
    held_in = frozenset(portals or (Portal.OFFICE, Portal.STAFF))
    return {_KEY: Access(held_in, frozenset(permissions), by_name=frozenset(by_name))}


def access_of(field: StrawberryField) -> Access:
    """Return the access that a field declares. Raises LookupError when it declares none; nobody may then use the
    field.
    """
    declared: Mapping[Any, Any] = field.metadata
    access = declared.get(_KEY)
    if not isinstance(access, Access):
        raise LookupError(f"{field.python_name} declares no access")
    return access


def check_to_see(access: Access, caller: Caller) -> None:
    """Raise Forbidden, with a message that names what is missing, when the caller may not read."""
    _check_portal(access, caller)
    if _lacks_permission(access, caller):
        raise Forbidden(f"This needs {_one_of(access, caller)}.")


def check_to_change(access: Access, caller: Caller) -> None:
    """Raise Forbidden when the act does not exist in the caller's portal, and the refusal PermissionDenied when the
    caller lacks a permission.
    """
    _check_portal(access, caller)
    if _lacks_permission(access, caller):
        lacking = min(access.permissions & counting(caller.portal) or access.permissions)
        raise PermissionDenied(lacking, f"This needs {_one_of(access, caller)}.")


def exists_in(access: Access, portal: Portal) -> bool:
    """Return whether the field can be used in the portal, by those who hold the permission."""
    return access.is_open or portal in access.portals or portal in access.by_name


def _check_portal(access: Access, caller: Caller) -> None:
    if not exists_in(access, caller.portal):
        raise Forbidden(f"This cannot be done from {PORTALS[caller.portal]}.")


def _lacks_permission(access: Access, caller: Caller) -> bool:
    if caller.portal in access.by_name or not access.permissions:
        return False
    return not may_any(caller, access.permissions)


def _one_of(access: Access, caller: Caller) -> str:
    names = sorted(access.permissions & counting(caller.portal) or access.permissions)
    return f"the permission {' or '.join(names)}"
