"""The mutation `createLocation`."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.catalogue.changed import CatalogueChanged
from attendance.actions.catalogue.locations import create_location
from gql.calendar.offering import Location
from gql.catalogue.acting import MANAGES, NAME_LENGTH, NEEDS, Act, checked_zone
from gql.catalogue.catalogue_refusals import NotPossible
from gql.catalogue.effect import CatalogueEffect, show_effect
from gql.catalogue.shown import location_of
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.names import checked_name
from gql.fields.user_errors import PermissionDenied
from gql.people.erasure_refusals import ImportIsRunning


@strawberry.input(description="The new location.")
class CreateLocationInput:
    name: str = strawberry.field(description=f"The name, from 1 to {NAME_LENGTH} characters.")
    time_zone: str = strawberry.field(description="The IANA name of the time zone, such as America/Chicago.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The location was made.")
class CreateLocationSuccess:
    location: Location = strawberry.field(description="The new location.")
    effect: CatalogueEffect = strawberry.field(description="What the change did to occurrences.")


CreateLocationResult: TypeAlias = Annotated[
    CreateLocationSuccess | NotPossible | ImportIsRunning | PermissionDenied,
    strawberry.union("CreateLocationResult", description="What was done, or the reason why nothing was changed."),
]


def _act(input: CreateLocationInput) -> Act:
    name, zone = checked_name(input.name, "input.name", NAME_LENGTH), checked_zone(input.time_zone)
    return lambda uow, viewer, now: create_location(uow, viewer, name, zone)


async def resolve(
    info: Info, input: Annotated[CreateLocationInput, strawberry.argument(description="The new location.")]
) -> CreateLocationResult | None:
    async with act_once(info, input, CatalogueChanged, _act(input)) as done:
        return CreateLocationSuccess(location=await location_of(done), effect=show_effect(done.outcome.effect))


field = strawberry.mutation(
    resolver=resolve,
    description="Make a location. No two locations have the same name. " + NEEDS,
    metadata=MANAGES,
)
