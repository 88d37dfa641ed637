"""The mutation restoreStaff takes the end of a staff member's access back (R12.6)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.accounts.end_staff import AccessChanged, restore_staff
from gql.accounts.staff_account import StaffAccount, show_accounts
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission


@strawberry.input(description="The staff member to let in again.")
class RestoreStaffInput:
    staff_member_id: strawberry.ID = strawberry.field(description="The id of the staff member.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(
    description="The staff member is active. This is also the answer when the access had not ended and no end "
    "was planned."
)
class RestoreStaffSuccess:
    staff: StaffAccount = strawberry.field(description="The staff member after the change.")


RestoreStaffResult: TypeAlias = Annotated[
    RestoreStaffSuccess | PermissionDenied,
    strawberry.union("RestoreStaffResult", description="The staff member, or the reason why nothing was changed."),
]


async def resolve(
    info: Info,
    input: Annotated[RestoreStaffInput, strawberry.argument(description="The staff member to let in again.")],
) -> RestoreStaffResult | None:
    person_id = decode_id(input.staff_member_id, "StaffMember", "input.staffMemberId")
    async with act_once(
        info, input, AccessChanged, lambda uow, viewer, now: restore_staff(uow, viewer, person_id)
    ) as done:
        (staff,) = await show_accounts(done.uow, [person_id], now=done.now)
    if done.outcome.event is not None:
        info.context.tell(done.outcome.event, done.viewer.caller, str(person_id))
    return RestoreStaffSuccess(staff=staff)


field = strawberry.mutation(
    resolver=resolve,
    description="Let a staff member in again whose access was ended, with the permissions and the password of before, "
    "or take back a planned end. Needs MANAGE_STAFF and every permission that the person holds. "
    "A staff member who does not exist is NOT_FOUND.",
    metadata=requires([Permission.MANAGE_STAFF]),
)
