"""The mutation `endTimeslot`, with its preview."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.catalogue.changed import CatalogueChanged
from attendance.actions.catalogue.timeslots import end_timeslot
from gql.calendar.offering import Timeslot
from gql.catalogue.acting import (
    CORRECTS_PAST_DESCRIPTION,
    FROM_DESCRIPTION,
    MANAGES,
    NEEDS,
    NOTIFY_DESCRIPTION,
    Act,
    checked_terms,
    rehearsed,
)
from gql.catalogue.catalogue_refusals import MarksInTheWay, PastIsFixed
from gql.catalogue.effect import PREVIEW_DESCRIPTION, CatalogueEffect, CataloguePreview, show_effect
from gql.catalogue.shown import timeslot_of
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.people.erasure_refusals import ImportIsRunning


@strawberry.input(description="The timeslot to end.")
class EndTimeslotInput:
    timeslot_id: strawberry.ID = strawberry.field(description="The id of the timeslot.")
    since_on: date | None = strawberry.field(name="from", default=None, description=FROM_DESCRIPTION)
    corrects_past: bool = strawberry.field(default=False, description=CORRECTS_PAST_DESCRIPTION)
    notify_families: bool = strawberry.field(default=False, description=NOTIFY_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The timeslot was ended.")
class EndTimeslotSuccess:
    timeslot: Timeslot | None = strawberry.field(description="The timeslot after the change. Null when it was deleted.")
    effect: CatalogueEffect = strawberry.field(description="What the change did to occurrences.")


EndTimeslotResult: TypeAlias = Annotated[
    EndTimeslotSuccess | PastIsFixed | MarksInTheWay | ImportIsRunning | PermissionDenied,
    strawberry.union("EndTimeslotResult", description="What was done, or the reason why nothing was changed."),
]


def _act(input: EndTimeslotInput) -> Act:
    timeslot_id = decode_id(input.timeslot_id, "Timeslot", "input.timeslotId")
    terms = checked_terms(input.since_on, corrects_past=input.corrects_past, notifies=input.notify_families)
    return lambda uow, viewer, now: end_timeslot(uow, viewer, timeslot_id, terms, now=now)


async def resolve(
    info: Info, input: Annotated[EndTimeslotInput, strawberry.argument(description="The timeslot to end.")]
) -> EndTimeslotResult | None:
    async with act_once(info, input, CatalogueChanged, _act(input)) as done:
        return EndTimeslotSuccess(timeslot=await timeslot_of(done), effect=show_effect(done.outcome.effect))


async def resolve_preview(
    info: Info, input: Annotated[EndTimeslotInput, strawberry.argument(description="The timeslot to end.")]
) -> CataloguePreview:
    return await rehearsed(info, _act(input))


field = strawberry.mutation(
    resolver=resolve,
    description="Let a timeslot meet no more from a date on. One that has not met by then is deleted. "
    "Enrollments stay; makeups on its dates are given back. " + NEEDS,
    metadata=MANAGES,
)
preview = strawberry.field(
    resolver=resolve_preview,
    description="What `endTimeslot` would do. " + PREVIEW_DESCRIPTION,
    metadata=MANAGES,
)
