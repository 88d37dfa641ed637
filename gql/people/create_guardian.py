"""The mutation createGuardian, which adds a guardian to a family."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.people.create_guardian import GuardianKept, create_guardian
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.people.kept_guardian import show_kept_guardian
from gql.people.people import Guardian
from gql.people.people_arguments import GuardianInput
from gql.people.people_refusals import GuardianEmailTaken


@strawberry.input(description="The guardian to add.")
class CreateGuardianInput(GuardianInput):
    family_id: strawberry.ID = strawberry.field(description="The id of the family.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The guardian was added.")
class CreateGuardianSuccess:
    guardian: Guardian = strawberry.field(description="The new guardian.")


CreateGuardianResult: TypeAlias = Annotated[
    CreateGuardianSuccess | GuardianEmailTaken | PermissionDenied,
    strawberry.union("CreateGuardianResult", description="The guardian, or the reason why nobody was added."),
]


async def resolve(
    info: Info, input: Annotated[CreateGuardianInput, strawberry.argument(description="The guardian to add.")]
) -> CreateGuardianResult | None:
    family_id = decode_id(input.family_id, "Family", "input.familyId")
    new = input.checked("input")
    async with act_once(
        info, input, GuardianKept, lambda uow, viewer, now: create_guardian(uow, viewer, family_id, new, now=now)
    ) as done:
        return CreateGuardianSuccess(guardian=await show_kept_guardian(done.uow, done.outcome.guardian_id))


field = strawberry.mutation(
    resolver=resolve,
    description="Add a guardian to a family. A kiosk finds the family by the guardian's numbers at once. Needs "
    "MANAGE_PEOPLE together with attendance VIEW and SEE_ALL, in the Office Portal or the Staff Portal. A family that "
    "does not exist is NOT_FOUND.",
    metadata=requires([Permission.MANAGE_PEOPLE]),
)
