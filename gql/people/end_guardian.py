"""The mutation endGuardian, which ends a guardian's access."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.people.create_guardian import GuardianKept
from attendance.actions.people.update_guardian import end_guardian
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.people.kept_guardian import show_kept_guardian
from gql.people.people import Guardian


@strawberry.input(description="The guardian whose access ends.")
class EndGuardianInput:
    guardian_id: strawberry.ID = strawberry.field(description="The id of the guardian.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The guardian has no access any more. This is also the answer when it had ended before.")
class EndGuardianSuccess:
    guardian: Guardian = strawberry.field(description="The guardian after the change.")


EndGuardianResult: TypeAlias = Annotated[
    EndGuardianSuccess | PermissionDenied,
    strawberry.union("EndGuardianResult", description="The guardian, or the reason why nothing was changed."),
]


async def resolve(
    info: Info, input: Annotated[EndGuardianInput, strawberry.argument(description="The guardian whose access ends.")]
) -> EndGuardianResult | None:
    guardian_id = decode_id(input.guardian_id, "Guardian", "input.guardianId")
    async with act_once(
        info, input, GuardianKept, lambda uow, viewer, now: end_guardian(uow, viewer, guardian_id, now=now)
    ) as done:
        return EndGuardianSuccess(guardian=await show_kept_guardian(done.uow, done.outcome.guardian_id))


field = strawberry.mutation(
    resolver=resolve,
    description="End a guardian's access to the family: sessions end at once, and the guardian's numbers identify the "
    "family no more. What the guardian did stays. An import does not bring the guardian back. Needs MANAGE_PEOPLE "
    "together with attendance VIEW and SEE_ALL, in the Office Portal or the Staff Portal. A guardian who does not "
    "exist is NOT_FOUND.",
    metadata=requires([Permission.MANAGE_PEOPLE]),
)
