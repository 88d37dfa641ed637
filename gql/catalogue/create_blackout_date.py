"""The mutation `createBlackoutDate`, with its preview."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.catalogue.blackouts import Closure, create_blackout_date
from attendance.actions.catalogue.changed import CatalogueChanged
from gql.catalogue.acting import (
    CORRECTS_PAST_DESCRIPTION,
    MANAGES,
    NAME_LENGTH,
    NEEDS,
    NOTIFY_DESCRIPTION,
    Act,
    checked_terms,
    rehearsed,
)
from gql.catalogue.blackout import BlackoutDate
from gql.catalogue.catalogue_refusals import MarksInTheWay, NotPossible, PastIsFixed
from gql.catalogue.effect import PREVIEW_DESCRIPTION, CatalogueEffect, CataloguePreview, show_effect
from gql.catalogue.shown import blackout_date_of
from gql.catalogue.vocabulary import BlackoutScope
from gql.enrollments.enrollment_arguments import checked_date
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.names import optional_name
from gql.fields.user_errors import PermissionDenied
from gql.people.erasure_refusals import ImportIsRunning


@strawberry.input(description="The closure.")
class CreateBlackoutDateInput:
    blackout_schedule_id: strawberry.ID = strawberry.field(description="The id of the blackout schedule.")
    starts_on: date = strawberry.field(description="The first date to close.")
    ends_on: date = strawberry.field(description="The last date to close, inclusive.")
    scope: BlackoutScope = strawberry.field(description="What to close.")
    label: str | None = strawberry.field(
        default=None,
        description=f"A name of at most {NAME_LENGTH} characters, such as that of a holiday. When left out, null or "
        "blank, there is none.",
    )
    corrects_past: bool = strawberry.field(default=False, description=CORRECTS_PAST_DESCRIPTION)
    notify_families: bool = strawberry.field(default=False, description=NOTIFY_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The dates are closed.")
class CreateBlackoutDateSuccess:
    blackout_date: BlackoutDate | None = strawberry.field(
        description="The new closure. Null when the request was a retry and it has been deleted since."
    )
    effect: CatalogueEffect = strawberry.field(description="What the change did to occurrences.")


CreateBlackoutDateResult: TypeAlias = Annotated[
    CreateBlackoutDateSuccess | NotPossible | PastIsFixed | MarksInTheWay | ImportIsRunning | PermissionDenied,
    strawberry.union("CreateBlackoutDateResult", description="What was done, or the reason why nothing was changed."),
]


def _act(input: CreateBlackoutDateInput) -> Act:
    schedule_id = decode_id(input.blackout_schedule_id, "BlackoutSchedule", "input.blackoutScheduleId")
    starts_on, ends_on = checked_date(input.starts_on, "input.startsOn"), checked_date(input.ends_on, "input.endsOn")
    closure = Closure(starts_on, ends_on, input.scope, optional_name(input.label, "input.label", NAME_LENGTH))
    terms = checked_terms(None, corrects_past=input.corrects_past, notifies=input.notify_families)
    return lambda uow, viewer, now: create_blackout_date(uow, viewer, schedule_id, closure, terms, now=now)


async def resolve(
    info: Info, input: Annotated[CreateBlackoutDateInput, strawberry.argument(description="The closure.")]
) -> CreateBlackoutDateResult | None:
    async with act_once(info, input, CatalogueChanged, _act(input)) as done:
        return CreateBlackoutDateSuccess(
            blackout_date=await blackout_date_of(done), effect=show_effect(done.outcome.effect)
        )


async def resolve_preview(
    info: Info, input: Annotated[CreateBlackoutDateInput, strawberry.argument(description="The closure.")]
) -> CataloguePreview:
    return await rehearsed(info, _act(input))


field = strawberry.mutation(
    resolver=resolve,
    description="Close dates for the programs that have the blackout schedule. An occurrence of today that has "
    "begun or has a mark takes place. Makeups on these dates are given back. " + NEEDS,
    metadata=MANAGES,
)
preview = strawberry.field(
    resolver=resolve_preview,
    description="What `createBlackoutDate` would do. " + PREVIEW_DESCRIPTION,
    metadata=MANAGES,
)
