"""The mutation `updateTimeslot`, with its preview."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry
from strawberry import Maybe

from attendance.actions.catalogue.changed import CatalogueChanged
from attendance.actions.catalogue.timeslots import update_timeslot
from gql.calendar.offering import Timeslot
from gql.catalogue.acting import (
    CORRECTS_PAST_DESCRIPTION,
    FROM_DESCRIPTION,
    MANAGES,
    NAME_LENGTH,
    NEEDS,
    NOTIFY_DESCRIPTION,
    Act,
    checked_terms,
    rehearsed,
)
from gql.catalogue.catalogue_refusals import MarksInTheWay, NotPossible, PastIsFixed
from gql.catalogue.effect import PREVIEW_DESCRIPTION, CatalogueEffect, CataloguePreview, show_effect
from gql.catalogue.offering_arguments import slot_values
from gql.catalogue.shown import timeslot_of
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.people.erasure_refusals import ImportIsRunning


@strawberry.input(description="The changes to a timeslot.")
class UpdateTimeslotInput:
    timeslot_id: strawberry.ID = strawberry.field(description="The id of the timeslot.")
    weekday: Maybe[int] = strawberry.field(
        default=None,
        description="The ISO weekday, from 1 (Monday) to 7 (Sunday). Leave it out to keep the present value.",
    )
    start_time: Maybe[str] = strawberry.field(
        default=None,
        description="When it starts, as `HH:MM` in the location's time zone. Leave it out to keep the present value.",
    )
    duration_minutes: Maybe[int] = strawberry.field(
        default=None,
        description="How long it lasts, from 1 to 1440 elapsed minutes. Leave it out to keep the present value.",
    )
    room: Maybe[str | None] = strawberry.field(
        default=None,
        description=f"The room, at most {NAME_LENGTH} characters; null or blank takes it away. Leave it out to keep "
        "the present value.",
    )
    starts_on: Maybe[date | None] = strawberry.field(
        default=None,
        description="The first date on which it meets. Dates before `from` stay as they are. Leave it out to "
        "keep the present value.",
    )
    ends_on: Maybe[date | None] = strawberry.field(
        default=None,
        description="The last date on which it meets, inclusive; null takes it away from a weekly one. Leave it out to "
        "keep the present value.",
    )
    since_on: date | None = strawberry.field(name="from", default=None, description=FROM_DESCRIPTION)
    corrects_past: bool = strawberry.field(default=False, description=CORRECTS_PAST_DESCRIPTION)
    notify_families: bool = strawberry.field(default=False, description=NOTIFY_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The timeslot has the requested values.")
class UpdateTimeslotSuccess:
    timeslot: Timeslot | None = strawberry.field(
        description="The timeslot after the change. Null when the request was a retry and it has been deleted since."
    )
    effect: CatalogueEffect = strawberry.field(description="What the change did to occurrences.")


UpdateTimeslotResult: TypeAlias = Annotated[
    UpdateTimeslotSuccess | NotPossible | PastIsFixed | MarksInTheWay | ImportIsRunning | PermissionDenied,
    strawberry.union("UpdateTimeslotResult", description="What was done, or the reason why nothing was changed."),
]


def _act(input: UpdateTimeslotInput) -> Act:
    timeslot_id = decode_id(input.timeslot_id, "Timeslot", "input.timeslotId")
    values = slot_values(input)
    terms = checked_terms(input.since_on, corrects_past=input.corrects_past, notifies=input.notify_families)
    return lambda uow, viewer, now: update_timeslot(uow, viewer, timeslot_id, values, terms, now=now)


async def resolve(
    info: Info, input: Annotated[UpdateTimeslotInput, strawberry.argument(description="The changes to a timeslot.")]
) -> UpdateTimeslotResult | None:
    async with act_once(info, input, CatalogueChanged, _act(input)) as done:
        return UpdateTimeslotSuccess(timeslot=await timeslot_of(done), effect=show_effect(done.outcome.effect))


async def resolve_preview(
    info: Info, input: Annotated[UpdateTimeslotInput, strawberry.argument(description="The changes to a timeslot.")]
) -> CataloguePreview:
    return await rehearsed(info, _act(input))


field = strawberry.mutation(
    resolver=resolve,
    description="Let a timeslot meet on another day, at another hour, for another time or in another room from a "
    "date on. It keeps its id, and what took place stays. Changes that were planned for later dates give "
    "way. Makeups on dates on which it is not held any more are given back. " + NEEDS,
    metadata=MANAGES,
)
preview = strawberry.field(
    resolver=resolve_preview,
    description="What `updateTimeslot` would do. " + PREVIEW_DESCRIPTION,
    metadata=MANAGES,
)
