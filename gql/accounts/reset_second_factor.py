"""The mutation resetSecondFactor, for somebody who has lost the app and the recovery codes (R12.4)."""

from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from attendance.actions.accounts.second_factors import reset_second_factor
from gql.accounts.invitation import decode_person
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission, SecurityEventKind


@strawberry.input(description="The person who has lost the second factor.")
class ResetSecondFactorInput:
    person_id: strawberry.ID = strawberry.field(description="The id of a staff member or a guardian.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The person has no second factor any more. This is also the answer when there was none.")
class ResetSecondFactorSuccess:
    person_id: strawberry.ID = strawberry.field(description="The id of the person.")


ResetSecondFactorResult: TypeAlias = Annotated[
    ResetSecondFactorSuccess | PermissionDenied,
    strawberry.union("ResetSecondFactorResult", description="The removal, or the reason why the factor stays."),
]


async def resolve(
    info: Info, input: Annotated[ResetSecondFactorInput, strawberry.argument(description="The person.")]
) -> ResetSecondFactorResult | None:
    person_id = decode_person(input.person_id, "input.personId")
    async with act_once(
        info, input, UUID, lambda uow, viewer, now: reset_second_factor(uow, person_id, now=now)
    ) as done:
        pass
    info.context.tell(SecurityEventKind.SECOND_FACTOR_REMOVED, done.viewer.caller, str(person_id))
    return ResetSecondFactorSuccess(person_id=input.person_id)


field = strawberry.mutation(
    resolver=resolve,
    description="Remove the second factor of somebody who has lost it, and end the person's sessions. Make sure first "
    "that it is the person who asks. Needs OWNER. Somebody who does not exist is NOT_FOUND.",
    metadata=requires([Permission.OWNER]),
)
