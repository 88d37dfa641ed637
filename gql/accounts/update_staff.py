"""The mutation updateStaff (R12.6)."""

from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry
from strawberry import Maybe

from attendance.actions.accounts.staff import StaffChanges, update_staff
from attendance.rules.accounts.granting import LONGEST_NAME
from gql.accounts.account_refusals import EmailTaken, LastOwner
from gql.accounts.staff_account import StaffAccount, show_accounts
from gql.accounts.staff_arguments import (
    OF_EMAIL,
    OF_FIRST_NAME,
    OF_GROUPS,
    OF_LAST_NAME,
    checked_email,
    checked_groups,
    checked_permissions,
)
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.names import checked_name
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission, SecurityEventKind


@strawberry.input(description="The changes to a staff member. Fields that are left out or null stay unchanged.")
class UpdateStaffInput:
    staff_member_id: strawberry.ID = strawberry.field(description="The id of the staff member.")
    first_name: str | None = strawberry.field(default=None, description=OF_FIRST_NAME)
    last_name: str | None = strawberry.field(default=None, description=OF_LAST_NAME)
    email: Maybe[str | None] = strawberry.field(
        default=None,
        description=f"{OF_EMAIL} Null removes it. Needs every permission that the person holds, because whoever has "
        "the address can reset the password. Links that were sent to the old address end.",
    )
    permissions: list[Permission] | None = strawberry.field(
        default=None,
        description="All permissions of the person itself from now on, at most 100. The caller must hold each one that "
        "is given or taken.",
    )
    permission_group_ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description=f"All permission groups of the person from now on. {OF_GROUPS} This holds for the groups that are "
        "given or taken.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The staff member was changed.")
class UpdateStaffSuccess:
    staff: StaffAccount = strawberry.field(description="The staff member after the change.")


UpdateStaffResult: TypeAlias = Annotated[
    UpdateStaffSuccess | EmailTaken | LastOwner | PermissionDenied,
    strawberry.union("UpdateStaffResult", description="The staff member, or the reason why nothing was changed."),
]


def _changes(input: UpdateStaffInput) -> StaffChanges:
    groups, permissions = input.permission_group_ids, input.permissions
    last = input.last_name
    return StaffChanges(
        None if input.first_name is None else checked_name(input.first_name, "input.firstName", LONGEST_NAME),
        None if last is None else checked_name(last, "input.lastName", LONGEST_NAME, may_be_blank=True),
        has_email=input.email is not None,
        email=None if input.email is None else checked_email(input.email.value, "input.email"),
        permissions=None if permissions is None else checked_permissions(permissions, "input.permissions"),
        group_ids=None if groups is None else checked_groups(groups, "input.permissionGroupIds"),
    )


async def resolve(
    info: Info, input: Annotated[UpdateStaffInput, strawberry.argument(description="The changes.")]
) -> UpdateStaffResult | None:
    person_id = decode_id(input.staff_member_id, "StaffMember", "input.staffMemberId")
    changes = _changes(input)
    async with act_once(
        info, input, UUID, lambda uow, viewer, now: update_staff(uow, viewer, person_id, changes)
    ) as done:
        (staff,) = await show_accounts(done.uow, [done.outcome], now=done.now)
    kind = SecurityEventKind.PERMISSIONS_CHANGED if changes.grants else SecurityEventKind.STAFF_UPDATED
    info.context.tell(kind, done.viewer.caller, str(person_id))
    return UpdateStaffSuccess(staff=staff)


field = strawberry.mutation(
    resolver=resolve,
    description="Change a staff member's name, address, permissions or groups. Open streams follow within seconds. "
    "Callers can give and take only permissions that they hold, and can rename only staff members whose permissions "
    "they all hold. The last owner stays an owner. Needs MANAGE_STAFF. A staff member or group that does not exist is "
    "NOT_FOUND.",
    metadata=requires([Permission.MANAGE_STAFF]),
)
