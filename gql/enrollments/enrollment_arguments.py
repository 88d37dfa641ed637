"""Inputs that the mutations on enrollments share, checked."""

from datetime import date
from typing import Any
from uuid import UUID

from strawberry import UNSET

from attendance.rules.calendar.timeslots import CALENDAR
from gql.fields.global_ids import decode_id
from gql.protocol.errors import BadInput


def checked_date(given: date, argument: str) -> date:
    """Raises BadInput for one on which nothing can meet."""
    if given not in CALENDAR:
        raise BadInput(f"{argument} is {given}; dates from {CALENDAR.starts_on} to {CALENDAR.ends_on} are possible.")
    return given


def checked_dates(starts_on: date, drop_on: Any) -> tuple[date, date | None]:
    """`drop_on` may be left out or null: open. Raises BadInput for an end before the start."""
    checked_date(starts_on, "input.startsOn")
    if drop_on is UNSET or drop_on is None:
        return starts_on, None
    if checked_date(drop_on, "input.dropOn") < starts_on:
        raise BadInput("input.dropOn is before input.startsOn.")
    return starts_on, drop_on


def checked_timeslot(given: Any) -> UUID | None:
    """Left out or null: all timeslots. Raises BadInput."""
    return None if given is UNSET or given is None else decode_id(given, "Timeslot", "input.timeslotId")
