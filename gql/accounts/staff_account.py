"""The type StaffAccount: a staff member as those see it who manage staff."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

import strawberry

from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.organization.permissions import held
from db.accounts.invitations import InvitationRow, invitations_of_staff
from db.accounts.staff import GroupRow, StaffRow, read_groups, read_staff
from db.unit_of_work import UnitOfWork
from gql.accounts.invitation import Invitation, show_invitation
from gql.accounts.permission_group import PermissionGroup, show_group, shown_permissions
from gql.fields.vocabulary import Permission
from gql.people.people import StaffMember, show_staff_member


@strawberry.type(description="A staff member with what the person may do. Only those who manage staff see it.")
class StaffAccount:
    staff_member: StaffMember = strawberry.field(description="The staff member.")
    email: str | None = strawberry.field(
        description="The e-mail address with which the person signs in. Null when there is none."
    )
    permissions: list[Permission] = strawberry.field(
        description="The permissions that were granted to the person itself, ordered by name."
    )
    groups: list[PermissionGroup] = strawberry.field(
        description="The permission groups in which the person is, at most 50, ordered by name."
    )
    held_permissions: list[Permission] = strawberry.field(
        description="All permissions that the person holds, by itself and through groups, ordered by name. Each counts "
        "in its portal alone."
    )
    has_password: bool = strawberry.field(description="Whether the person has chosen a password.")
    ended_at: datetime | None = strawberry.field(
        description="When the person's access was ended. Null for an active staff member."
    )
    ends_on: date | None = strawberry.field(
        description="The first date without access, when the end is planned: the access ends when that date has begun "
        "at every location. Null when no end is planned, and when the access has ended."
    )
    invitation: Invitation | None = strawberry.field(
        description="The invitation that the person can still accept. Null when there is none: nobody has sent one, it "
        "was accepted or taken back, its 72 hours have passed, or the person's access has ended."
    )


def show_account(row: StaffRow, groups: Mapping[UUID, GroupRow], invitation: InvitationRow | None) -> StaffAccount:
    mine = sorted((groups[id_] for id_ in row.group_ids), key=lambda group: (group.name.casefold(), group.id))
    return StaffAccount(
        staff_member=show_staff_member(PersonFacts(row.id, row.first_name, row.last_name)),
        email=row.email,
        permissions=shown_permissions(row.permissions),
        groups=[show_group(group) for group in mine],
        held_permissions=shown_permissions(held(row.permissions, *(group.permissions for group in mine))),
        has_password=row.has_password,
        ended_at=row.ended_at,
        ends_on=row.ends_on,
        invitation=None if invitation is None else show_invitation(invitation),
    )


async def show_accounts(uow: UnitOfWork, ids: Collection[UUID], *, now: datetime) -> list[StaffAccount]:
    """Return the accounts as the transaction sees them."""
    groups = await read_groups(uow.connection, uow.organization_id)
    invited = await invitations_of_staff(uow.connection, uow.organization_id, ids, now=now)
    found = await read_staff(uow.connection, uow.organization_id, ids)
    return [show_account(row, groups, invited.get(row.id)) for row in found]
