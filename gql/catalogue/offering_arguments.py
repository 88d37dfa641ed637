"""Inputs about offerings and timeslots, with their checks."""

import re
from datetime import date, time
from typing import Any
from uuid import UUID

import strawberry

from attendance.rules.catalogue.slots import SlotDraft
from gql.catalogue.acting import NAME_LENGTH
from gql.enrollments.enrollment_arguments import checked_date
from gql.fields.global_ids import decode_id, decode_ids
from gql.fields.listing_arguments import MOST_IDS
from gql.fields.names import optional_name
from gql.people.student_texts import optional_text
from gql.protocol.errors import BadInput

MOST_TIMESLOTS = 50
MOST_PLACES = 100_000
OLDEST = 1200
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_DAY = 24 * 60


@strawberry.input(
    description="A timeslot. It meets weekly when it has a weekday, as those of classes do, and otherwise on "
    "every date "
    "from `startsOn` to `endsOn`, as those of camps do; an appointment meets on one date."
)
class TimeslotInput:
    weekday: int | None = strawberry.field(
        default=None, description="The ISO weekday, from 1 (Monday) to 7 (Sunday). Null for dates."
    )
    start_time: str = strawberry.field(description="When it starts, as `HH:MM` in the location's time zone.")
    duration_minutes: int = strawberry.field(description="How long it lasts, from 1 to 1440 elapsed minutes.")
    room: str | None = strawberry.field(
        default=None,
        description=f"The room, at most {NAME_LENGTH} characters. When left out, null or blank, there is none.",
    )
    starts_on: date | None = strawberry.field(
        default=None,
        description="The first date on which it meets. When left out or null, a weekly one meets from the first date "
        "of the change on.",
    )
    ends_on: date | None = strawberry.field(
        default=None,
        description="The last date on which it meets, inclusive. When left out or null, a weekly one has no last date.",
    )


def checked_slot(given: TimeslotInput, place: str) -> SlotDraft:
    """Return the timeslot. Raises BadInput for values that no timeslot can have."""
    return SlotDraft(
        checked_weekday(given.weekday, place),
        checked_time(given.start_time, place),
        checked_minutes(given.duration_minutes, place),
        optional_name(given.room, f"{place}.room", NAME_LENGTH),
        None if given.starts_on is None else checked_date(given.starts_on, f"{place}.startsOn"),
        None if given.ends_on is None else checked_date(given.ends_on, f"{place}.endsOn"),
    )


def checked_slots(given: list[TimeslotInput]) -> list[SlotDraft]:
    if len(given) > MOST_TIMESLOTS:
        raise BadInput(f"input.timeslots has {len(given)} timeslots; at most {MOST_TIMESLOTS} are allowed.")
    return [checked_slot(each, f"input.timeslots.{index}") for index, each in enumerate(given)]


def checked_weekday(given: int | None, place: str) -> int | None:
    if given is not None and not 1 <= given <= 7:
        raise BadInput(f"{place}.weekday is {given}. It must be from 1 (Monday) to 7 (Sunday).")
    return given


def checked_time(given: str, place: str) -> time:
    found = _CLOCK.fullmatch(given)
    if found is None:
        raise BadInput(f"{place}.startTime is {given!r}. It must be a time of day such as 16:30.")
    return time(int(found[1]), int(found[2]))


def checked_minutes(given: int, place: str) -> int:
    if not 1 <= given <= _DAY:
        raise BadInput(f"{place}.durationMinutes is {given}. It must be from 1 to {_DAY}.")
    return given


def slot_values(input: Any) -> dict[str, Any]:
    """Return the fields of SlotDraft that an update names, checked. Raises BadInput."""
    values: dict[str, Any] = {}
    if input.weekday is not None:
        values["weekday"] = checked_weekday(input.weekday.value, "input")
    if input.start_time is not None:
        values["start_time"] = checked_time(input.start_time.value, "input")
    if input.duration_minutes is not None:
        values["minutes"] = checked_minutes(input.duration_minutes.value, "input")
    if input.room is not None:
        values["room"] = optional_name(input.room.value, "input.room", NAME_LENGTH)
    return values | _dates(input)


def offering_values(input: Any) -> dict[str, Any]:
    """Return the columns of an offering that an input names, checked. Raises BadInput."""
    values = _dates(input)
    for name in ("capacity", "min_age_months", "max_age_months"):
        given = _value(getattr(input, name))
        if given is not _LEFT_OUT:
            most = MOST_PLACES if name == "capacity" else OLDEST
            if given is not None and not 0 <= given <= most:
                raise BadInput(f"input.{_camel(name)} is {given}. It must be from 0 to {most}.")
            values[name] = given
    if (gender := _value(input.gender)) is not _LEFT_OUT:
        values["gender"] = optional_text(gender, "input.gender", NAME_LENGTH)
    if (program := _value(input.program_id)) is not _LEFT_OUT:
        values["program_id"] = None if program is None else decode_id(program, "Program", "input.programId")
    return values


def checked_links(session_ids: list[Any] | None, instructor_ids: list[Any] | None) -> tuple[Any, Any]:
    """Return the ids of sessions and of staff members; None where they were left out. Raises BadInput."""
    return _ids(session_ids, "Session", "sessionIds"), _ids(instructor_ids, "StaffMember", "instructorIds")


def _ids(given: list[Any] | None, type_name: str, name: str) -> list[UUID] | None:
    return None if given is None else decode_ids(given, type_name, f"input.{name}", at_most=MOST_IDS)


def _dates(input: Any) -> dict[str, Any]:
    values = {}
    for name in ("starts_on", "ends_on"):
        given = _value(getattr(input, name))
        if given is not _LEFT_OUT:
            values[name] = None if given is None else checked_date(given, f"input.{_camel(name)}")
    return values


_LEFT_OUT: Any = object()


def _value(given: Any) -> Any:
    """Return the value of an argument, or _LEFT_OUT when an update does not name it."""
    if given is None:
        return _LEFT_OUT
    return given.value if isinstance(given, strawberry.Some) else given


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
