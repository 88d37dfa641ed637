"""The mutation `endBlackoutDate`, with its preview."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.catalogue.blackouts import end_blackout_date
from attendance.actions.catalogue.changed import CatalogueChanged
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
from gql.catalogue.blackout import BlackoutDate
from gql.catalogue.catalogue_refusals import MarksInTheWay, PastIsFixed
from gql.catalogue.effect import PREVIEW_DESCRIPTION, CatalogueEffect, CataloguePreview, show_effect
from gql.catalogue.shown import blackout_date_of
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.people.erasure_refusals import ImportIsRunning


@strawberry.input(description="The closure to end.")
class EndBlackoutDateInput:
    blackout_date_id: strawberry.ID = strawberry.field(description="The id of the closure.")
    since_on: date | None = strawberry.field(name="from", default=None, description=FROM_DESCRIPTION)
    corrects_past: bool = strawberry.field(default=False, description=CORRECTS_PAST_DESCRIPTION)
    notify_families: bool = strawberry.field(default=False, description=NOTIFY_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The closure was ended.")
class EndBlackoutDateSuccess:
    blackout_date: BlackoutDate | None = strawberry.field(
        description="The closure after the change. Null when it was deleted."
    )
    effect: CatalogueEffect = strawberry.field(description="What the change did to occurrences.")


EndBlackoutDateResult: TypeAlias = Annotated[
    EndBlackoutDateSuccess | PastIsFixed | MarksInTheWay | ImportIsRunning | PermissionDenied,
    strawberry.union("EndBlackoutDateResult", description="What was done, or the reason why nothing was changed."),
]


def _act(input: EndBlackoutDateInput) -> Act:
    closure_id = decode_id(input.blackout_date_id, "BlackoutDate", "input.blackoutDateId")
    terms = checked_terms(input.since_on, corrects_past=input.corrects_past, notifies=input.notify_families)
    return lambda uow, viewer, now: end_blackout_date(uow, viewer, closure_id, terms, now=now)


async def resolve(
    info: Info, input: Annotated[EndBlackoutDateInput, strawberry.argument(description="The closure to end.")]
) -> EndBlackoutDateResult | None:
    async with act_once(info, input, CatalogueChanged, _act(input)) as done:
        return EndBlackoutDateSuccess(
            blackout_date=await blackout_date_of(done), effect=show_effect(done.outcome.effect)
        )


async def resolve_preview(
    info: Info, input: Annotated[EndBlackoutDateInput, strawberry.argument(description="The closure to end.")]
) -> CataloguePreview:
    return await rehearsed(info, _act(input))


field = strawberry.mutation(
    resolver=resolve,
    description="Open again from a date on. A closure that has not begun by then is deleted. " + NEEDS,
    metadata=MANAGES,
)
preview = strawberry.field(
    resolver=resolve_preview,
    description="What `endBlackoutDate` would do. " + PREVIEW_DESCRIPTION,
    metadata=MANAGES,
)
