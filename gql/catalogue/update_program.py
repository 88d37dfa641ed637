"""The mutation `updateProgram`, with its preview."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry
from strawberry import Maybe

from attendance.actions.catalogue.changed import CatalogueChanged
from attendance.actions.catalogue.programs import update_program
from gql.calendar.offering import Program
from gql.catalogue.acting import (
    CORRECTS_PAST_DESCRIPTION,
    FROM_DESCRIPTION,
    MANAGES,
    NAME_LENGTH,
    NEEDS,
    NOTIFY_DESCRIPTION,
    Act,
    checked_terms,
    given_values,
    rehearsed,
    with_name,
)
from gql.catalogue.catalogue_refusals import MarksInTheWay, NotPossible, PastIsFixed
from gql.catalogue.effect import PREVIEW_DESCRIPTION, CatalogueEffect, CataloguePreview, show_effect
from gql.catalogue.shown import program_of
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.people.erasure_refusals import ImportIsRunning

_FROM = f"{FROM_DESCRIPTION} It is about the blackout schedule; the name changes at once."


@strawberry.input(description="The changes to a program.")
class UpdateProgramInput:
    program_id: strawberry.ID = strawberry.field(description="The id of the program.")
    name: Maybe[str] = strawberry.field(
        default=None, description=f"The name, from 1 to {NAME_LENGTH} characters. Leave it out to keep the present one."
    )
    blackout_schedule_id: Maybe[strawberry.ID | None] = strawberry.field(
        default=None,
        description="The id of its blackout schedule; null takes it away. Leave it out to keep the present one.",
    )
    since_on: date | None = strawberry.field(name="from", default=None, description=_FROM)
    corrects_past: bool = strawberry.field(default=False, description=CORRECTS_PAST_DESCRIPTION)
    notify_families: bool = strawberry.field(default=False, description=NOTIFY_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The program has the requested values.")
class UpdateProgramSuccess:
    program: Program = strawberry.field(description="The program after the change.")
    effect: CatalogueEffect = strawberry.field(description="What the change did to occurrences.")


UpdateProgramResult: TypeAlias = Annotated[
    UpdateProgramSuccess | PastIsFixed | MarksInTheWay | NotPossible | ImportIsRunning | PermissionDenied,
    strawberry.union("UpdateProgramResult", description="What was done, or the reason why nothing was changed."),
]


def _act(input: UpdateProgramInput) -> Act:
    program_id = decode_id(input.program_id, "Program", "input.programId")
    values = with_name(given_values(name=input.name, blackout_schedule_id=input.blackout_schedule_id))
    if (given := values.get("blackout_schedule_id")) is not None:
        values["blackout_schedule_id"] = decode_id(given, "BlackoutSchedule", "input.blackoutScheduleId")
    terms = checked_terms(input.since_on, corrects_past=input.corrects_past, notifies=input.notify_families)
    return lambda uow, viewer, now: update_program(uow, viewer, program_id, values, terms, now=now)


async def resolve(
    info: Info, input: Annotated[UpdateProgramInput, strawberry.argument(description="The changes to a program.")]
) -> UpdateProgramResult | None:
    async with act_once(info, input, CatalogueChanged, _act(input)) as done:
        return UpdateProgramSuccess(program=await program_of(done), effect=show_effect(done.outcome.effect))


async def resolve_preview(
    info: Info, input: Annotated[UpdateProgramInput, strawberry.argument(description="The changes to a program.")]
) -> CataloguePreview:
    return await rehearsed(info, _act(input))


field = strawberry.mutation(
    resolver=resolve,
    description="Rename a program, or give it another blackout schedule from a date on. Before that date, what is "
    "closed stays closed and nothing else is. A later date is a plan, which `plannedBlackoutSchedule` shows: another "
    "change replaces it, and the present schedule takes it back. Makeups on dates that are then closed are given "
    "back. " + NEEDS,
    metadata=MANAGES,
)
preview = strawberry.field(
    resolver=resolve_preview,
    description="What `updateProgram` would do. " + PREVIEW_DESCRIPTION,
    metadata=MANAGES,
)
