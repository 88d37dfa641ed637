"""The mutation `updateBlackoutDate`, with its preview."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry
from strawberry import Maybe

from attendance.actions.catalogue.blackouts import update_blackout_date
from attendance.actions.catalogue.changed import CatalogueChanged
from gql.catalogue.acting import (
    CORRECTS_PAST_DESCRIPTION,
    MANAGES,
    NAME_LENGTH,
    NEEDS,
    NOTIFY_DESCRIPTION,
    Act,
    checked_terms,
    given_values,
    rehearsed,
    required,
    with_label,
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
from gql.fields.user_errors import PermissionDenied
from gql.people.erasure_refusals import ImportIsRunning


@strawberry.input(description="The changes to a closure.")
class UpdateBlackoutDateInput:
    blackout_date_id: strawberry.ID = strawberry.field(description="The id of the closure.")
    starts_on: Maybe[date] = strawberry.field(
        default=None, description="The first date to close. Leave it out to keep the present one."
    )
    ends_on: Maybe[date] = strawberry.field(
        default=None, description="The last date to close, inclusive. Leave it out to keep the present one."
    )
    scope: Maybe[BlackoutScope] = strawberry.field(
        default=None, description="What to close. Leave it out to keep the present scope."
    )
    label: Maybe[str | None] = strawberry.field(
        default=None,
        description=f"A name of at most {NAME_LENGTH} characters; null or blank removes it. Leave it out to keep "
        "the present one.",
    )
    corrects_past: bool = strawberry.field(default=False, description=CORRECTS_PAST_DESCRIPTION)
    notify_families: bool = strawberry.field(default=False, description=NOTIFY_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The closure has the requested values.")
class UpdateBlackoutDateSuccess:
    blackout_date: BlackoutDate | None = strawberry.field(
        description="The closure after the change. Null when the request was a retry and it has been deleted since."
    )
    effect: CatalogueEffect = strawberry.field(description="What the change did to occurrences.")


UpdateBlackoutDateResult: TypeAlias = Annotated[
    UpdateBlackoutDateSuccess | NotPossible | PastIsFixed | MarksInTheWay | ImportIsRunning | PermissionDenied,
    strawberry.union("UpdateBlackoutDateResult", description="What was done, or the reason why nothing was changed."),
]


def _act(input: UpdateBlackoutDateInput) -> Act:
    closure_id = decode_id(input.blackout_date_id, "BlackoutDate", "input.blackoutDateId")
    values = given_values(starts_on=input.starts_on, ends_on=input.ends_on, scope=input.scope, label=input.label)
    values = with_label(required(values, "starts_on", "ends_on", "scope"))
    for name, argument in (("starts_on", "input.startsOn"), ("ends_on", "input.endsOn")):
        if name in values:
            checked_date(values[name], argument)
    terms = checked_terms(None, corrects_past=input.corrects_past, notifies=input.notify_families)
    return lambda uow, viewer, now: update_blackout_date(uow, viewer, closure_id, values, terms, now=now)


async def resolve(
    info: Info, input: Annotated[UpdateBlackoutDateInput, strawberry.argument(description="The changes to a closure.")]
) -> UpdateBlackoutDateResult | None:
    async with act_once(info, input, CatalogueChanged, _act(input)) as done:
        return UpdateBlackoutDateSuccess(
            blackout_date=await blackout_date_of(done), effect=show_effect(done.outcome.effect)
        )


async def resolve_preview(
    info: Info, input: Annotated[UpdateBlackoutDateInput, strawberry.argument(description="The changes to a closure.")]
) -> CataloguePreview:
    return await rehearsed(info, _act(input))


field = strawberry.mutation(
    resolver=resolve,
    description="Give a closure other dates, another scope or another label. Dates that have passed need "
    "`correctsPast`. " + NEEDS,
    metadata=MANAGES,
)
preview = strawberry.field(
    resolver=resolve_preview,
    description="What `updateBlackoutDate` would do. " + PREVIEW_DESCRIPTION,
    metadata=MANAGES,
)
