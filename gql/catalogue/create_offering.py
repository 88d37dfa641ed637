"""The mutation `createOffering`, with its preview."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.catalogue.changed import CatalogueChanged
from attendance.actions.catalogue.offerings import OfferingDraft, create_offering
from gql.calendar.offering import Offering
from gql.calendar.vocabulary import OfferingKind
from gql.catalogue.acting import (
    CORRECTS_PAST_DESCRIPTION,
    FROM_DESCRIPTION,
    MANAGES,
    NAME_LENGTH,
    NEEDS,
    Act,
    checked_terms,
    rehearsed,
)
from gql.catalogue.catalogue_refusals import NotPossible, PastIsFixed
from gql.catalogue.effect import PREVIEW_DESCRIPTION, CatalogueEffect, CataloguePreview, show_effect
from gql.catalogue.offering_arguments import TimeslotInput, checked_links, checked_slots, offering_values
from gql.catalogue.shown import offering_of
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.listing_arguments import MOST_IDS
from gql.fields.names import checked_name
from gql.fields.user_errors import PermissionDenied
from gql.people.erasure_refusals import ImportIsRunning


@strawberry.input(description="The new offering.")
class CreateOfferingInput:
    kind: OfferingKind = strawberry.field(description="Whether it is a class, an appointment or a camp.")
    name: str = strawberry.field(description=f"The name, from 1 to {NAME_LENGTH} characters.")
    location_id: strawberry.ID = strawberry.field(description="The id of the location where it meets.")
    program_id: strawberry.ID | None = strawberry.field(
        default=None, description="The id of the program. When left out or null, it has none."
    )
    capacity: int | None = strawberry.field(
        default=None,
        description="The largest number of students that can have a place on a date. When left out or null, there is "
        "no limit.",
    )
    starts_on: date | None = strawberry.field(
        default=None,
        description="The first date on which it can meet, whatever its sessions say. When left out or null, there is "
        "no such date.",
    )
    ends_on: date | None = strawberry.field(
        default=None,
        description="The last date on which it can meet, inclusive, whatever its sessions say. When left out or null, "
        "there is no such date.",
    )
    min_age_months: int | None = strawberry.field(
        default=None,
        description="The lowest age that is admitted, in months. When left out or null, there is no lowest age.",
    )
    max_age_months: int | None = strawberry.field(
        default=None,
        description="The highest age that is admitted, in months. When left out or null, there is no highest age.",
    )
    gender: str | None = strawberry.field(
        default=None,
        description="The gender that is admitted, in the organization's own words. When left out or null, everybody is "
        "admitted.",
    )
    session_ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description=f"The ids of its sessions, at most {MOST_IDS}. When left out, null or empty, it meets whatever the "
        "sessions are.",
    )
    instructor_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"The ids of the staff members who teach it, at most {MOST_IDS}."
    )
    timeslots: list[TimeslotInput] = strawberry.field(
        default_factory=list, description="When it meets, at most 50 timeslots."
    )
    since_on: date | None = strawberry.field(name="from", default=None, description=FROM_DESCRIPTION)
    corrects_past: bool = strawberry.field(default=False, description=CORRECTS_PAST_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The offering was made.")
class CreateOfferingSuccess:
    offering: Offering = strawberry.field(description="The new offering.")
    effect: CatalogueEffect = strawberry.field(description="What the change did to occurrences.")


CreateOfferingResult: TypeAlias = Annotated[
    CreateOfferingSuccess | NotPossible | PastIsFixed | ImportIsRunning | PermissionDenied,
    strawberry.union("CreateOfferingResult", description="What was done, or the reason why nothing was changed."),
]


def _act(input: CreateOfferingInput) -> Act:
    values = offering_values(input) | {"name": checked_name(input.name, "input.name", NAME_LENGTH)}
    values["location_id"] = decode_id(input.location_id, "Location", "input.locationId")
    sessions, instructors = checked_links(input.session_ids, input.instructor_ids)
    draft = OfferingDraft(input.kind, values, sessions or (), instructors or (), checked_slots(input.timeslots))
    terms = checked_terms(input.since_on, corrects_past=input.corrects_past)
    return lambda uow, viewer, now: create_offering(uow, viewer, draft, terms, now=now)


async def resolve(
    info: Info, input: Annotated[CreateOfferingInput, strawberry.argument(description="The new offering.")]
) -> CreateOfferingResult | None:
    async with act_once(info, input, CatalogueChanged, _act(input)) as done:
        return CreateOfferingSuccess(offering=await offering_of(done), effect=show_effect(done.outcome.effect))


async def resolve_preview(
    info: Info, input: Annotated[CreateOfferingInput, strawberry.argument(description="The new offering.")]
) -> CataloguePreview:
    return await rehearsed(info, _act(input))


field = strawberry.mutation(
    resolver=resolve,
    description="Make a class, an appointment or a camp with its timeslots, sessions and instructors. Weekly "
    "timeslots meet from `from` on. " + NEEDS,
    metadata=MANAGES,
)
preview = strawberry.field(
    resolver=resolve_preview,
    description="What `createOffering` would do. " + PREVIEW_DESCRIPTION,
    metadata=MANAGES,
)
