"""The mutation createFamily, which registers a family."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.people.create_family import FamilyKept, create_family
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.visible import find_families
from gql.fields.vocabulary import Permission
from gql.people.people_arguments import FamilyInput
from gql.people.student import Family


@strawberry.input(description="The family to register.")
class CreateFamilyInput(FamilyInput):
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The family is registered.")
class CreateFamilySuccess:
    family: Family = strawberry.field(description="The new family.")


CreateFamilyResult: TypeAlias = Annotated[
    CreateFamilySuccess | PermissionDenied,
    strawberry.union("CreateFamilyResult", description="The family, or the reason why it was not registered."),
]


async def resolve(
    info: Info, input: Annotated[CreateFamilyInput, strawberry.argument(description="The family to register.")]
) -> CreateFamilyResult | None:
    new = input.checked("input")
    async with act_once(
        info, input, FamilyKept, lambda uow, viewer, now: create_family(uow, viewer, new, now=now)
    ) as done:
        family_id = done.outcome.family_id
        return CreateFamilySuccess(family=(await find_families(done.reading, [family_id]))[family_id])


field = strawberry.mutation(
    resolver=resolve,
    description="Register a family, at first without guardians and students. `registerFamily` does all at once. Needs "
    "MANAGE_PEOPLE together with attendance VIEW and SEE_ALL, in the Office Portal or the Staff Portal.",
    metadata=requires([Permission.MANAGE_PEOPLE]),
)
