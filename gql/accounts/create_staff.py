"""The mutation createStaff (R12.6)."""

from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from attendance.actions.accounts.staff import StaffDraft, create_staff
from attendance.rules.accounts.granting import LONGEST_NAME
from gql.accounts.account_refusals import EmailTaken
from gql.accounts.staff_account import StaffAccount, show_accounts
from gql.accounts.staff_arguments import (
    OF_EMAIL,
    OF_FIRST_NAME,
    OF_GROUPS,
    OF_LAST_NAME,
    OF_PERMISSIONS,
    checked_email,
    checked_groups,
    checked_permissions,
)
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.names import checked_name
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission, SecurityEventKind


@strawberry.input(description="The staff member to create.")
class CreateStaffInput:
    first_name: str = strawberry.field(description=OF_FIRST_NAME)
    last_name: str = strawberry.field(description=OF_LAST_NAME)
    email: str | None = strawberry.field(
        default=None, description=f"{OF_EMAIL} When left out or null, the person cannot sign in."
    )
    permissions: list[Permission] = strawberry.field(default_factory=list, description=OF_PERMISSIONS)
    permission_group_ids: list[strawberry.ID] = strawberry.field(default_factory=list, description=OF_GROUPS)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The staff member was created.")
class CreateStaffSuccess:
    staff: StaffAccount = strawberry.field(description="The new staff member.")


CreateStaffResult: TypeAlias = Annotated[
    CreateStaffSuccess | EmailTaken | PermissionDenied,
    strawberry.union("CreateStaffResult", description="The staff member, or the reason why nobody was created."),
]


def read_draft(input: CreateStaffInput, place: str = "input") -> StaffDraft:
    """Raises BadInput."""
    return StaffDraft(
        checked_name(input.first_name, f"{place}.firstName", LONGEST_NAME),
        checked_name(input.last_name, f"{place}.lastName", LONGEST_NAME, may_be_blank=True),
        checked_email(input.email, f"{place}.email"),
        checked_permissions(input.permissions, f"{place}.permissions"),
        checked_groups(input.permission_group_ids, f"{place}.permissionGroupIds"),
    )


async def resolve(
    info: Info, input: Annotated[CreateStaffInput, strawberry.argument(description="The staff member to create.")]
) -> CreateStaffResult | None:
    draft = read_draft(input)
    async with act_once(info, input, UUID, lambda uow, viewer, now: create_staff(uow, viewer, draft)) as done:
        (staff,) = await show_accounts(done.uow, [done.outcome], now=done.now)
    info.context.tell(SecurityEventKind.STAFF_CREATED, done.viewer.caller, str(done.outcome))
    return CreateStaffSuccess(staff=staff)


field = strawberry.mutation(
    resolver=resolve,
    description="Create a staff member. Nobody is told; `inviteStaff` sends the link with which the person chooses a "
    "password. Needs MANAGE_STAFF, and every permission that is granted.",
    metadata=requires([Permission.MANAGE_STAFF]),
)
