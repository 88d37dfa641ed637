"""Where and what: locations, programs, offerings and when they meet."""

from datetime import date
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from attendance.rules.calendar.occurrences import LocationFacts, OfferingFacts, ProgramFacts
from attendance.rules.calendar.timeslots import Timeslot as SlotFacts
from attendance.rules.organization.permissions import SEE_ATTENDANCE
from attendance.rules.vocabulary import OfferingKind
from gql.fields import vocabulary  # noqa: F401 - describes the enumerations that all these types speak
from gql.fields.access import requires
from gql.fields.context import Info
from gql.fields.global_ids import encode_id
from gql.fields.listing_arguments import AFTER, FIRST, FROM, NOT_SCHEDULED, TO
from gql.fields.node import Node
from gql.fields.pagination import Connection

if TYPE_CHECKING:
    from gql.calendar.occurrence import Occurrence


@strawberry.type(description="A site of the organization.")
class Location(Node):
    name: str = strawberry.field(description="Its name.")
    time_zone: str = strawberry.field(
        description="IANA name, such as America/Chicago. Dates and clock rules of what happens here are in this zone."
    )


@strawberry.type(description='A family of offerings, such as "Swim".')
class Program(Node):
    name: str = strawberry.field(description="Its name.")
    is_deleted: bool = strawberry.field(description="Whether it was deleted; past classes and tokens go on naming it.")


@strawberry.type(description="When an offering meets: weekly, or on every date of a range.")
class Timeslot(Node):
    weekday: int | None = strawberry.field(
        description="ISO weekday, 1 (Monday) to 7 (Sunday); null: it meets on the dates from startsOn to endsOn."
    )
    starts_on: date | None = strawberry.field(description="First date of the range; null: it meets weekly.")
    ends_on: date | None = strawberry.field(description="Last date of the range, inclusive; null: it meets weekly.")
    start_time: str = strawberry.field(description="Local wall time at the location, `HH:MM`.")
    duration_minutes: int = strawberry.field(description="Elapsed minutes, 1 to 1440; it may run past midnight.")


@strawberry.type(description="A class, an appointment or a camp.")
class Offering(Node):
    kind: OfferingKind = strawberry.field(description="Class, appointment or camp.")
    name: str = strawberry.field(description="Its name.")
    location: Location = strawberry.field(description="Where it meets.")
    program: Program | None = strawberry.field(description="The family it belongs to; null: none.")
    capacity: int | None = strawberry.field(description="How many students have a place; null: unlimited.")
    starts_on: date | None = strawberry.field(
        description="It does not meet before this date, whatever its sessions say; null: no such bound."
    )
    ends_on: date | None = strawberry.field(
        description="It does not meet after this date (inclusive); null: no such bound."
    )
    min_age_months: int | None = strawberry.field(description="Youngest age admitted, in months; null: no bound.")
    max_age_months: int | None = strawberry.field(description="Oldest age admitted, in months; null: no bound.")
    gender: str | None = strawberry.field(description="The gender admitted, as the organization words it; null: any.")
    timeslots: list[Timeslot] = strawberry.field(description="When it meets, earliest first; deleted ones left out.")
    key: strawberry.Private[UUID]

    @strawberry.field(
        description="Its occurrences in a range of dates, by start. Needs attendance VIEW; without SEE_ALL only what "
        "one teaches or substitutes is listed.",
        metadata=requires(SEE_ATTENDANCE),
    )
    async def occurrences(  # noqa: PLR0917 - Strawberry passes arguments by name
        self,
        info: Info,
        from_on: Annotated[date, FROM],
        to: Annotated[date, TO],
        include_not_scheduled: Annotated[bool | None, NOT_SCHEDULED] = strawberry.UNSET,
        first: Annotated[int | None, FIRST] = strawberry.UNSET,
        after: Annotated[str | None, AFTER] = strawberry.UNSET,
    ) -> Connection[Annotated["Occurrence", strawberry.lazy("gql.calendar.occurrence")]]:
        from gql.calendar.offering_occurrences import OccurrenceRange, occurrences_of  # noqa: PLC0415 - occurrences show this

        given = OccurrenceRange(from_on, to, include_not_scheduled, first, after)
        return await occurrences_of(info, given, self.key)


def show_location(facts: LocationFacts) -> Location:
    return Location(id=encode_id("Location", facts.id), name=facts.name, time_zone=facts.time_zone)


def show_program(facts: ProgramFacts) -> Program:
    return Program(id=encode_id("Program", facts.id), name=facts.name, is_deleted=facts.is_deleted)


def show_timeslot(facts: SlotFacts) -> Timeslot:
    return Timeslot(
        id=encode_id("Timeslot", facts.id),
        weekday=facts.weekday,
        starts_on=facts.span.starts_on,
        ends_on=facts.span.ends_on,
        start_time=f"{facts.start_time:%H:%M}",
        duration_minutes=facts.duration_minutes,
    )


def show_offering(facts: OfferingFacts, timeslots: tuple[SlotFacts, ...]) -> Offering:
    """`timeslots` are those that were not deleted."""
    by_start = sorted(timeslots, key=lambda slot: (slot.weekday or 0, slot.span.starts_on or date.min, slot.start_time))
    return Offering(
        id=encode_id("Offering", facts.id),
        kind=facts.kind,
        name=facts.name,
        location=show_location(facts.location),
        program=None if facts.program is None else show_program(facts.program),
        capacity=facts.capacity,
        starts_on=facts.starts_on,
        ends_on=facts.ends_on,
        min_age_months=facts.min_age_months,
        max_age_months=facts.max_age_months,
        gender=facts.gender,
        timeslots=[show_timeslot(slot) for slot in by_start],
        key=facts.id,
    )
