"""The mutation endStaff ends a staff member's access (R12.6)."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.accounts.end_staff import AccessChanged, end_staff
from gql.accounts.account_refusals import LastOwner
from gql.accounts.staff_account import StaffAccount, show_accounts
from gql.catalogue.catalogue_refusals import PastIsFixed
from gql.enrollments.enrollment_arguments import checked_date
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission


@strawberry.input(description="The staff member whose access ends.")
class EndStaffInput:
    staff_member_id: strawberry.ID = strawberry.field(description="The id of the staff member.")
    from_on: date | None = strawberry.field(
        name="from",
        default=None,
        description="The first date without access. Null, and a date that has begun at every location, end the access "
        "at once. A later date plans the end and replaces a date that was planned before; until that date has begun at "
        "every location, the person works as before. A past date is refused.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(
    description="The staff member's access has ended, or its end is planned. This is also the answer when it had ended "
    "before; then a later date changes nothing."
)
class EndStaffSuccess:
    staff: StaffAccount = strawberry.field(description="The staff member after the change.")


EndStaffResult: TypeAlias = Annotated[
    EndStaffSuccess | LastOwner | PastIsFixed | PermissionDenied,
    strawberry.union("EndStaffResult", description="The staff member, or the reason why nothing was changed."),
]


async def resolve(
    info: Info, input: Annotated[EndStaffInput, strawberry.argument(description="The staff member whose access ends.")]
) -> EndStaffResult | None:
    person_id = decode_id(input.staff_member_id, "StaffMember", "input.staffMemberId")
    from_on = None if input.from_on is None else checked_date(input.from_on, "input.from")
    async with act_once(
        info, input, AccessChanged, lambda uow, viewer, now: end_staff(uow, viewer, person_id, from_on, now=now)
    ) as done:
        (staff,) = await show_accounts(done.uow, [person_id], now=done.now)
    if done.outcome.event is not None:
        info.context.tell(done.outcome.event, done.viewer.caller, str(person_id))
    return EndStaffSuccess(staff=staff)


field = strawberry.mutation(
    resolver=resolve,
    description="End a staff member's access, at once or from a date on: sessions, live streams within seconds, "
    "invitations and resets. What the person did stays, and `restoreStaff` takes an end and a planned end back. Needs "
    "MANAGE_STAFF and every permission that the person holds. The last owner whose end is not planned "
    "cannot be ended. A staff member who does not exist is NOT_FOUND.",
    metadata=requires([Permission.MANAGE_STAFF]),
)
