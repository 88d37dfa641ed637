"""The mutation `updateOffering`, with its preview."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry
from strawberry import Maybe

from attendance.actions.catalogue.changed import CatalogueChanged
from attendance.actions.catalogue.offerings import OfferingChange, update_offering
from gql.calendar.offering import Offering
from gql.catalogue.acting import (
    CORRECTS_PAST_DESCRIPTION,
    FROM_DESCRIPTION,
    MANAGES,
    NAME_LENGTH,
    NEEDS,
    NOTIFY_DESCRIPTION,
    Act,
    checked_terms,
    given_values,
    rehearsed,
    required,
    with_name,
)
from gql.catalogue.catalogue_refusals import MarksInTheWay, NotPossible, PastIsFixed
from gql.catalogue.effect import PREVIEW_DESCRIPTION, CatalogueEffect, CataloguePreview, show_effect
from gql.catalogue.offering_arguments import checked_links, offering_values
from gql.catalogue.shown import offering_of
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.listing_arguments import MOST_IDS
from gql.fields.user_errors import PermissionDenied
from gql.people.erasure_refusals import ImportIsRunning


@strawberry.input(description="The changes to an offering.")
class UpdateOfferingInput:
    offering_id: strawberry.ID = strawberry.field(description="The id of the offering.")
    name: Maybe[str] = strawberry.field(
        default=None, description=f"The name, from 1 to {NAME_LENGTH} characters. Leave it out to keep the present one."
    )
    location_id: Maybe[strawberry.ID] = strawberry.field(
        default=None, description="The id of the location where it meets. Leave it out to keep the present one."
    )
    program_id: Maybe[strawberry.ID | None] = strawberry.field(
        default=None, description="The id of the program; null takes it away. Leave it out to keep the present value."
    )
    capacity: Maybe[int | None] = strawberry.field(
        default=None,
        description="The largest number of students that can have a place on a date; null takes the limit away. Leave "
        "it out to keep the present value.",
    )
    starts_on: Maybe[date | None] = strawberry.field(
        default=None,
        description="The first date on which it can meet, whatever its sessions say; null takes it away. Leave it out "
        "to keep the present value.",
    )
    ends_on: Maybe[date | None] = strawberry.field(
        default=None,
        description="The last date on which it can meet, inclusive, whatever its sessions say; null takes it away. "
        "Leave it out to keep the present value.",
    )
    min_age_months: Maybe[int | None] = strawberry.field(
        default=None,
        description="The lowest age that is admitted, in months; null takes it away. Leave it out to keep the present "
        "value.",
    )
    max_age_months: Maybe[int | None] = strawberry.field(
        default=None,
        description="The highest age that is admitted, in months; null takes it away. Leave it out to keep the present "
        "value.",
    )
    gender: Maybe[str | None] = strawberry.field(
        default=None,
        description="The gender that is admitted, in the organization's own words; null admits everybody. Leave it out "
        "to keep the present value.",
    )
    session_ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description=f"The ids of all of its sessions, at most {MOST_IDS}. When the list is empty, it meets whatever "
        "the sessions are. When left out or null, they stay.",
    )
    instructor_ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description=f"The ids of all staff members who teach it, at most {MOST_IDS}. When left out or null, they stay.",
    )
    since_on: date | None = strawberry.field(name="from", default=None, description=FROM_DESCRIPTION)
    corrects_past: bool = strawberry.field(default=False, description=CORRECTS_PAST_DESCRIPTION)
    notify_families: bool = strawberry.field(default=False, description=NOTIFY_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The offering has the requested values.")
class UpdateOfferingSuccess:
    offering: Offering = strawberry.field(description="The offering after the change.")
    effect: CatalogueEffect = strawberry.field(description="What the change did to occurrences.")


UpdateOfferingResult: TypeAlias = Annotated[
    UpdateOfferingSuccess | NotPossible | PastIsFixed | MarksInTheWay | ImportIsRunning | PermissionDenied,
    strawberry.union("UpdateOfferingResult", description="What was done, or the reason why nothing was changed."),
]


def _act(input: UpdateOfferingInput) -> Act:
    offering_id = decode_id(input.offering_id, "Offering", "input.offeringId")
    values = offering_values(input) | required(with_name(given_values(name=input.name)))
    if input.location_id is not None:
        values["location_id"] = decode_id(input.location_id.value, "Location", "input.locationId")
    wanted = OfferingChange(values, *checked_links(input.session_ids, input.instructor_ids))
    terms = checked_terms(input.since_on, corrects_past=input.corrects_past, notifies=input.notify_families)
    return lambda uow, viewer, now: update_offering(uow, viewer, offering_id, wanted, terms, now=now)


async def resolve(
    info: Info, input: Annotated[UpdateOfferingInput, strawberry.argument(description="The changes to an offering.")]
) -> UpdateOfferingResult | None:
    async with act_once(info, input, CatalogueChanged, _act(input)) as done:
        return UpdateOfferingSuccess(offering=await offering_of(done), effect=show_effect(done.outcome.effect))


async def resolve_preview(
    info: Info, input: Annotated[UpdateOfferingInput, strawberry.argument(description="The changes to an offering.")]
) -> CataloguePreview:
    return await rehearsed(info, _act(input))


field = strawberry.mutation(
    resolver=resolve,
    description="Change an offering. Name, ages and gender change at once; location, program, places, dates, "
    "sessions and instructors change from `from` on. Makeups that are not held any more are given back. " + NEEDS,
    metadata=MANAGES,
)
preview = strawberry.field(
    resolver=resolve_preview,
    description="What `updateOffering` would do. " + PREVIEW_DESCRIPTION,
    metadata=MANAGES,
)
