"""Locations, programs, and offerings with the timeslots at which they meet."""

from datetime import date
from uuid import UUID

import strawberry

from attendance.rules.calendar.occurrences import LocationFacts, OfferingFacts, ProgramFacts
from attendance.rules.calendar.timeslots import Timeslot as SlotFacts
from attendance.rules.calendar.timeslots import latest_versions
from gql.calendar.vocabulary import OfferingKind
from gql.fields.global_ids import encode_id
from gql.fields.later import Later, with_later
from gql.fields.node import Node


@strawberry.type(description="A site of the organization where offerings take place.")
class Location(Node):
    name: str = strawberry.field(description="The name of the location.")
    time_zone: str = strawberry.field(
        description="The IANA name of the time zone, such as America/Chicago. Dates and times of everything that is "
        "held here are in this time zone. Occurrences from the first date of a planned time zone on are in that one."
    )


@strawberry.type(description='A family of offerings, such as "Swim".')
class Program(Node):
    name: str = strawberry.field(description="The name of the program.")
    is_deleted: bool = strawberry.field(
        description="Whether the program was deleted. Past classes and existing makeup tokens still refer to a "
        "deleted program."
    )


@strawberry.type(description="A time at which an offering meets: weekly on one weekday, or on every date of a range.")
class Timeslot(Node):
    weekday: int | None = strawberry.field(
        description="The ISO weekday, from 1 (Monday) to 7 (Sunday). Null when it meets on every date from startsOn "
        "to endsOn."
    )
    starts_on: date | None = strawberry.field(
        description="The first date on which it meets. Null when it meets weekly without a date range."
    )
    ends_on: date | None = strawberry.field(
        description="The last date on which it meets, inclusive. Null when it meets weekly without a date range."
    )
    start_time: str = strawberry.field(
        description="The time at which it starts, as `HH:MM` in the location's time zone."
    )
    duration_minutes: int = strawberry.field(
        description="The duration in elapsed minutes, from 1 to 1440. A timeslot can run past midnight."
    )


@strawberry.type(description="A class, an appointment or a camp.")
class Offering(Later, Node):
    kind: OfferingKind = strawberry.field(description="Whether it is a class, an appointment or a camp.")
    name: str = strawberry.field(description="The name of the offering.")
    location: Location = strawberry.field(description="The location where it meets.")
    program: Program | None = strawberry.field(
        description="The program to which it belongs. Null when it belongs to none."
    )
    capacity: int | None = strawberry.field(
        description="The largest number of students that can have a place on a date. Null when it is unlimited."
    )
    starts_on: date | None = strawberry.field(
        description="The first date on which it can meet, whatever its sessions say. Null when it has no first date "
        "of its own."
    )
    ends_on: date | None = strawberry.field(
        description="The last date on which it can meet, inclusive, whatever its sessions say. Null when it has no "
        "last date of its own."
    )
    min_age_months: int | None = strawberry.field(
        description="The lowest age that is admitted, in months. Null when there is no lower limit."
    )
    max_age_months: int | None = strawberry.field(
        description="The highest age that is admitted, in months. Null when there is no upper limit."
    )
    gender: str | None = strawberry.field(
        description="The gender that is admitted, in the organization's own words. Null when students of any gender "
        "are admitted."
    )
    timeslots: list[Timeslot] = strawberry.field(
        description="The timeslots at which it meets, ordered by weekday, first date and start time. Deleted "
        "timeslots are left out."
    )
    key: strawberry.Private[UUID]
    facts: strawberry.Private[OfferingFacts]
    slots: strawberry.Private[tuple[SlotFacts, ...]]


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
    """Show an offering with the latest version of each of its timeslots.

    timeslots -- the versions of the offering's timeslots that are not deleted.
    """
    return with_later(
        Offering,
        key=facts.id,
        facts=facts,
        slots=timeslots,
        kind=facts.kind,
        name=facts.name,
        capacity=facts.capacity,
        starts_on=facts.starts_on,
        ends_on=facts.ends_on,
        min_age_months=facts.min_age_months,
        max_age_months=facts.max_age_months,
        gender=facts.gender,
    )


def _show_timeslots(offering: Offering) -> list[Timeslot]:
    by_start = sorted(
        latest_versions(offering.slots),
        key=lambda slot: (slot.weekday or 0, slot.span.starts_on or date.min, slot.start_time),
    )
    return [show_timeslot(slot) for slot in by_start]


Offering.made_later = {
    "id": lambda offering: encode_id("Offering", offering.key),
    "location": lambda offering: show_location(offering.facts.location),
    "program": lambda offering: None if offering.facts.program is None else show_program(offering.facts.program),
    "timeslots": _show_timeslots,
}
