"""The mutation `createProgram`."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.catalogue.changed import CatalogueChanged
from attendance.actions.catalogue.programs import create_program
from gql.calendar.offering import Program
from gql.catalogue.acting import MANAGES, NAME_LENGTH, NEEDS, Act
from gql.catalogue.catalogue_refusals import NotPossible
from gql.catalogue.effect import CatalogueEffect, show_effect
from gql.catalogue.shown import program_of
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.names import checked_name
from gql.fields.user_errors import PermissionDenied
from gql.people.erasure_refusals import ImportIsRunning


@strawberry.input(description="The new program.")
class CreateProgramInput:
    name: str = strawberry.field(description=f"The name, from 1 to {NAME_LENGTH} characters.")
    blackout_schedule_id: strawberry.ID | None = strawberry.field(
        default=None, description="The id of its blackout schedule. When left out or null, it has none."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The program was made.")
class CreateProgramSuccess:
    program: Program = strawberry.field(description="The new program.")
    effect: CatalogueEffect = strawberry.field(description="What the change did to occurrences.")


CreateProgramResult: TypeAlias = Annotated[
    CreateProgramSuccess | NotPossible | ImportIsRunning | PermissionDenied,
    strawberry.union("CreateProgramResult", description="What was done, or the reason why nothing was changed."),
]


def _act(input: CreateProgramInput) -> Act:
    name, given = checked_name(input.name, "input.name", NAME_LENGTH), input.blackout_schedule_id
    schedule_id = None if given is None else decode_id(given, "BlackoutSchedule", "input.blackoutScheduleId")
    return lambda uow, viewer, now: create_program(uow, viewer, name, schedule_id)


async def resolve(
    info: Info, input: Annotated[CreateProgramInput, strawberry.argument(description="The new program.")]
) -> CreateProgramResult | None:
    async with act_once(info, input, CatalogueChanged, _act(input)) as done:
        return CreateProgramSuccess(program=await program_of(done), effect=show_effect(done.outcome.effect))


field = strawberry.mutation(
    resolver=resolve,
    description="Make a program. No two programs have the same name, in whatever case. " + NEEDS,
    metadata=MANAGES,
)
