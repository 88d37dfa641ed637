"""The mutation `updateLocation`, with its preview."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry
from strawberry import Maybe

from attendance.actions.catalogue.changed import CatalogueChanged
from attendance.actions.catalogue.locations import update_location
from gql.calendar.offering import Location
from gql.catalogue.acting import (
    CORRECTS_PAST_DESCRIPTION,
    FROM_DESCRIPTION,
    MANAGES,
    NAME_LENGTH,
    NEEDS,
    NOTIFY_DESCRIPTION,
    Act,
    checked_terms,
    checked_zone,
    given_values,
    rehearsed,
    required,
    with_name,
)
from gql.catalogue.catalogue_refusals import NotPossible, PastIsFixed
from gql.catalogue.effect import PREVIEW_DESCRIPTION, CatalogueEffect, CataloguePreview, show_effect
from gql.catalogue.shown import location_of
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.people.erasure_refusals import ImportIsRunning

_FROM = f"{FROM_DESCRIPTION} It is about the time zone; the name changes at once."


@strawberry.input(description="The changes to a location.")
class UpdateLocationInput:
    location_id: strawberry.ID = strawberry.field(description="The id of the location.")
    name: Maybe[str] = strawberry.field(
        default=None, description=f"The name, from 1 to {NAME_LENGTH} characters. Leave it out to keep the present one."
    )
    time_zone: Maybe[str] = strawberry.field(
        default=None,
        description="The IANA name of the time zone. Leave it out to keep the present one and a planned one.",
    )
    since_on: date | None = strawberry.field(name="from", default=None, description=_FROM)
    corrects_past: bool = strawberry.field(default=False, description=CORRECTS_PAST_DESCRIPTION)
    notify_families: bool = strawberry.field(default=False, description=NOTIFY_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The location has the requested values.")
class UpdateLocationSuccess:
    location: Location = strawberry.field(description="The location after the change.")
    effect: CatalogueEffect = strawberry.field(description="What the change did to occurrences.")


UpdateLocationResult: TypeAlias = Annotated[
    UpdateLocationSuccess | NotPossible | PastIsFixed | ImportIsRunning | PermissionDenied,
    strawberry.union("UpdateLocationResult", description="What was done, or the reason why nothing was changed."),
]


def _act(input: UpdateLocationInput) -> Act:
    location_id = decode_id(input.location_id, "Location", "input.locationId")
    values = required(with_name(given_values(name=input.name, time_zone=input.time_zone)), "time_zone")
    if "time_zone" in values:
        checked_zone(values["time_zone"])
    terms = checked_terms(input.since_on, corrects_past=input.corrects_past, notifies=input.notify_families)
    return lambda uow, viewer, now: update_location(uow, viewer, location_id, values, terms, now=now)


async def resolve(
    info: Info, input: Annotated[UpdateLocationInput, strawberry.argument(description="The changes to a location.")]
) -> UpdateLocationResult | None:
    async with act_once(info, input, CatalogueChanged, _act(input)) as done:
        return UpdateLocationSuccess(location=await location_of(done), effect=show_effect(done.outcome.effect))


async def resolve_preview(
    info: Info, input: Annotated[UpdateLocationInput, strawberry.argument(description="The changes to a location.")]
) -> CataloguePreview:
    return await rehearsed(info, _act(input))


field = strawberry.mutation(
    resolver=resolve,
    description="Rename a location, or put it into another time zone from a date on. Occurrences keep their local "
    "time; those before the date keep the zone that they had. A later date is a plan, which `plannedTimeZone` shows: "
    "what is today at the location follows when the date has come. Another date or time zone replaces the plan, and "
    "the time zone that the location has now takes it back. " + NEEDS,
    metadata=MANAGES,
)
preview = strawberry.field(
    resolver=resolve_preview,
    description="What `updateLocation` would do. " + PREVIEW_DESCRIPTION,
    metadata=MANAGES,
)
