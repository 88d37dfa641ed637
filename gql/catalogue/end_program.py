"""The mutation `endProgram`."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.catalogue.changed import CatalogueChanged
from attendance.actions.catalogue.programs import end_program
from gql.calendar.offering import Program
from gql.catalogue.acting import MANAGES, NEEDS, Act
from gql.catalogue.catalogue_refusals import StillUsed
from gql.catalogue.effect import CatalogueEffect, show_effect
from gql.catalogue.shown import program_of
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.people.erasure_refusals import ImportIsRunning


@strawberry.input(description="The program to end.")
class EndProgramInput:
    program_id: strawberry.ID = strawberry.field(description="The id of the program.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The program was ended.")
class EndProgramSuccess:
    program: Program = strawberry.field(description="The program, which is deleted.")
    effect: CatalogueEffect = strawberry.field(description="What the change did to occurrences.")


EndProgramResult: TypeAlias = Annotated[
    EndProgramSuccess | StillUsed | ImportIsRunning | PermissionDenied,
    strawberry.union("EndProgramResult", description="What was done, or the reason why nothing was changed."),
]


def _act(input: EndProgramInput) -> Act:
    program_id = decode_id(input.program_id, "Program", "input.programId")
    return lambda uow, viewer, now: end_program(uow, viewer, program_id, now=now)


async def resolve(
    info: Info, input: Annotated[EndProgramInput, strawberry.argument(description="The program to end.")]
) -> EndProgramResult | None:
    async with act_once(info, input, CatalogueChanged, _act(input)) as done:
        return EndProgramSuccess(program=await program_of(done), effect=show_effect(done.outcome.effect))


field = strawberry.mutation(
    resolver=resolve,
    description="End a program of which nothing meets any more. Past classes and makeup tokens still refer to it. "
    + NEEDS,
    metadata=MANAGES,
)
