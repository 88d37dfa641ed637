"""Create and change staff members (R12.6). A change takes effect within seconds on open streams."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from attendance.actions.accounts.steps.granting import granting
from attendance.rules.accounts.account_refusals import EmailTaken, PermissionGroupNotFound, StaffMemberNotFound
from attendance.rules.accounts.granting import Grants, require_may_change, require_may_grant
from attendance.rules.organization.permissions import Viewer
from attendance.rules.vocabulary import PersonKind
from db.accounts.staff import (
    add_staff,
    change_person,
    find_person_by_email,
    read_grants,
    read_groups,
    set_groups,
)
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class StaffDraft:
    """A staff member to be created. `email` is None for somebody who does not sign in."""

    first_name: str
    last_name: str
    email: str | None
    permissions: frozenset[str]
    group_ids: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class StaffChanges:
    """What to change about a staff member. None leaves it as it is; `has_email`: `email` is to be set, also to None."""

    first_name: str | None = None
    last_name: str | None = None
    has_email: bool = False
    email: str | None = None
    permissions: frozenset[str] | None = None
    group_ids: frozenset[UUID] | None = None

    @property
    def grants(self) -> bool:
        return self.permissions is not None or self.group_ids is not None


async def create_staff(uow: UnitOfWork, viewer: Viewer, draft: StaffDraft) -> UUID:
    """Create the staff member and return the id. Raises PermissionDenied, EmailTaken and PermissionGroupNotFound."""
    async with granting(uow, viewer) as holding:
        of_groups = await _of_groups(uow, draft.group_ids)
        require_may_grant(holding, draft.permissions | of_groups)
        await _require_free(uow, draft.email, None)
        person_id = await add_staff(
            uow,
            first_name=draft.first_name,
            last_name=draft.last_name,
            email=draft.email,
            permissions=draft.permissions,
        )
        await set_groups(uow, person_id, draft.group_ids)
    return person_id


async def update_staff(uow: UnitOfWork, viewer: Viewer, person_id: UUID, changes: StaffChanges) -> UUID:
    """Change the staff member and return the id. Another address ends the links to the old one, by a trigger.

    Raises StaffMemberNotFound, PermissionDenied, EmailTaken, PermissionGroupNotFound and LastOwner.
    """
    async with granting(uow, viewer) as holding:
        person = await find_grants(uow, person_id)
        values: dict[str, object] = {
            name: value
            for name, value in (("first_name", changes.first_name), ("last_name", changes.last_name))
            if value is not None
        }
        if values:
            require_may_change(holding, person)
        if changes.has_email and changes.email != person.email:
            require_may_change(holding, person)
            await _require_free(uow, changes.email, person_id)
            values["email"] = changes.email
        if changes.permissions is not None:
            require_may_grant(holding, changes.permissions ^ person.own)
            values["permissions"] = sorted(changes.permissions)
        if values:
            await change_person(uow, person_id, **values)
        if changes.group_ids is not None:
            moved = changes.group_ids ^ person.groups.keys()
            require_may_grant(holding, await _of_groups(uow, moved))
            await set_groups(uow, person_id, changes.group_ids)
    return person_id


async def find_grants(uow: UnitOfWork, person_id: UUID) -> Grants:
    """Return the grants of a staff member, read under the lock of `granting`. Raises StaffMemberNotFound."""
    found = (await read_grants(uow, [person_id])).get(person_id)
    if found is None:
        raise StaffMemberNotFound
    return found


async def _of_groups(uow: UnitOfWork, group_ids: Collection[UUID]) -> frozenset[str]:
    """Return the permissions of the groups. Raises PermissionGroupNotFound."""
    if not group_ids:
        return frozenset()
    groups = await read_groups(uow.connection, uow.organization_id)
    if not groups.keys() >= set(group_ids):
        raise PermissionGroupNotFound
    return frozenset(permission for id_ in group_ids for permission in groups[id_].permissions)


async def _require_free(uow: UnitOfWork, email: str | None, person_id: UUID | None) -> None:
    if email is None:
        return
    found = await find_person_by_email(uow, PersonKind.STAFF, email)
    if found is not None and found != person_id:
        raise EmailTaken(found)
