"""The mutation `createTimeslot`, with its preview."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.catalogue.changed import CatalogueChanged
from attendance.actions.catalogue.timeslots import create_timeslot
from gql.calendar.offering import Timeslot
from gql.catalogue.acting import (
    CORRECTS_PAST_DESCRIPTION,
    MANAGES,
    NEEDS,
    NOTIFY_DESCRIPTION,
    Act,
    checked_terms,
    rehearsed,
)
from gql.catalogue.catalogue_refusals import MarksInTheWay, NotPossible, PastIsFixed
from gql.catalogue.effect import PREVIEW_DESCRIPTION, CatalogueEffect, CataloguePreview, show_effect
from gql.catalogue.offering_arguments import TimeslotInput, checked_slot
from gql.catalogue.shown import timeslot_of
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.people.erasure_refusals import ImportIsRunning


@strawberry.input(description="The new timeslot.")
class CreateTimeslotInput:
    offering_id: strawberry.ID = strawberry.field(description="The id of the offering.")
    timeslot: TimeslotInput = strawberry.field(description="When it meets too.")
    corrects_past: bool = strawberry.field(default=False, description=CORRECTS_PAST_DESCRIPTION)
    notify_families: bool = strawberry.field(default=False, description=NOTIFY_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The timeslot was made.")
class CreateTimeslotSuccess:
    timeslot: Timeslot | None = strawberry.field(
        description="The new timeslot. Null when the request was a retry and it has been deleted since."
    )
    effect: CatalogueEffect = strawberry.field(description="What the change did to occurrences.")


CreateTimeslotResult: TypeAlias = Annotated[
    CreateTimeslotSuccess | NotPossible | PastIsFixed | MarksInTheWay | ImportIsRunning | PermissionDenied,
    strawberry.union("CreateTimeslotResult", description="What was done, or the reason why nothing was changed."),
]


def _act(input: CreateTimeslotInput) -> Act:
    offering_id = decode_id(input.offering_id, "Offering", "input.offeringId")
    draft = checked_slot(input.timeslot, "input.timeslot")
    terms = checked_terms(None, corrects_past=input.corrects_past, notifies=input.notify_families)
    return lambda uow, viewer, now: create_timeslot(uow, viewer, offering_id, draft, terms, now=now)


async def resolve(
    info: Info, input: Annotated[CreateTimeslotInput, strawberry.argument(description="The new timeslot.")]
) -> CreateTimeslotResult | None:
    async with act_once(info, input, CatalogueChanged, _act(input)) as done:
        return CreateTimeslotSuccess(timeslot=await timeslot_of(done), effect=show_effect(done.outcome.effect))


async def resolve_preview(
    info: Info, input: Annotated[CreateTimeslotInput, strawberry.argument(description="The new timeslot.")]
) -> CataloguePreview:
    return await rehearsed(info, _act(input))


field = strawberry.mutation(
    resolver=resolve,
    description="Let an offering meet at another time too. Students who are enrolled in all of its timeslots are "
    "on the new roll sheets. " + NEEDS,
    metadata=MANAGES,
)
preview = strawberry.field(
    resolver=resolve_preview,
    description="What `createTimeslot` would do. " + PREVIEW_DESCRIPTION,
    metadata=MANAGES,
)
