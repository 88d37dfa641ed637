"""The mutation `endOffering`, with its preview."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.catalogue.changed import CatalogueChanged
from attendance.actions.catalogue.end_offering import end_offering
from gql.calendar.offering import Offering
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
from gql.catalogue.shown import offering_of
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.people.erasure_refusals import ImportIsRunning


@strawberry.input(description="The offering to end.")
class EndOfferingInput:
    offering_id: strawberry.ID = strawberry.field(description="The id of the offering.")
    since_on: date | None = strawberry.field(name="from", default=None, description=FROM_DESCRIPTION)
    corrects_past: bool = strawberry.field(default=False, description=CORRECTS_PAST_DESCRIPTION)
    notify_families: bool = strawberry.field(default=False, description=NOTIFY_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The offering was ended.")
class EndOfferingSuccess:
    offering: Offering = strawberry.field(description="The offering after the change.")
    effect: CatalogueEffect = strawberry.field(description="What the change did to occurrences.")


EndOfferingResult: TypeAlias = Annotated[
    EndOfferingSuccess | PastIsFixed | MarksInTheWay | ImportIsRunning | PermissionDenied,
    strawberry.union("EndOfferingResult", description="What was done, or the reason why nothing was changed."),
]


def _act(input: EndOfferingInput) -> Act:
    offering_id = decode_id(input.offering_id, "Offering", "input.offeringId")
    terms = checked_terms(input.since_on, corrects_past=input.corrects_past, notifies=input.notify_families)
    return lambda uow, viewer, now: end_offering(uow, viewer, offering_id, terms, now=now)


async def resolve(
    info: Info, input: Annotated[EndOfferingInput, strawberry.argument(description="The offering to end.")]
) -> EndOfferingResult | None:
    async with act_once(info, input, CatalogueChanged, _act(input)) as done:
        return EndOfferingSuccess(offering=await offering_of(done), effect=show_effect(done.outcome.effect))


async def resolve_preview(
    info: Info, input: Annotated[EndOfferingInput, strawberry.argument(description="The offering to end.")]
) -> CataloguePreview:
    return await rehearsed(info, _act(input))


field = strawberry.mutation(
    resolver=resolve,
    description="Let an offering meet no more from a date on. Its enrollments end on the day before, and makeups "
    "in it are given back. What took place stays; an offering that never met is deleted. " + NEEDS,
    metadata=MANAGES,
)
preview = strawberry.field(
    resolver=resolve_preview,
    description="What `endOffering` would do. " + PREVIEW_DESCRIPTION,
    metadata=MANAGES,
)
