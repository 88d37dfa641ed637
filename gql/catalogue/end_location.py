"""The mutation `endLocation`."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.catalogue.changed import CatalogueChanged
from attendance.actions.catalogue.locations import end_location
from gql.calendar.offering import Location
from gql.catalogue.acting import MANAGES, NEEDS, Act
from gql.catalogue.catalogue_refusals import StillUsed
from gql.catalogue.effect import CatalogueEffect, show_effect
from gql.catalogue.shown import location_of
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.people.erasure_refusals import ImportIsRunning


@strawberry.input(description="The location to end.")
class EndLocationInput:
    location_id: strawberry.ID = strawberry.field(description="The id of the location.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The location was ended.")
class EndLocationSuccess:
    location: Location = strawberry.field(description="The location, which is not listed any more.")
    effect: CatalogueEffect = strawberry.field(description="What the change did to occurrences.")


EndLocationResult: TypeAlias = Annotated[
    EndLocationSuccess | StillUsed | ImportIsRunning | PermissionDenied,
    strawberry.union("EndLocationResult", description="What was done, or the reason why nothing was changed."),
]


def _act(input: EndLocationInput) -> Act:
    location_id = decode_id(input.location_id, "Location", "input.locationId")
    return lambda uow, viewer, now: end_location(uow, viewer, location_id, now=now)


async def resolve(
    info: Info, input: Annotated[EndLocationInput, strawberry.argument(description="The location to end.")]
) -> EndLocationResult | None:
    async with act_once(info, input, CatalogueChanged, _act(input)) as done:
        return EndLocationSuccess(location=await location_of(done), effect=show_effect(done.outcome.effect))


field = strawberry.mutation(
    resolver=resolve,
    description="End a location at which nothing meets any more. What took place there stays. " + NEEDS,
    metadata=MANAGES,
)
