"""Input fields that several mutations on enrollments share, with their checks."""

from datetime import date
from uuid import UUID

from attendance.rules.calendar.timeslots import CALENDAR
from gql.fields.global_ids import decode_id
from gql.protocol.errors import BadInput


def checked_date(given: date, argument: str) -> date:
    """Return the date. Raises BadInput for a date on which nothing can meet."""
    if given not in CALENDAR:
        raise BadInput(f"{argument} is {given}. It must be from {CALENDAR.starts_on} to {CALENDAR.ends_on}.")
    return given


def checked_dates(starts_on: date, drop_on: date | None) -> tuple[date, date | None]:
    """Return both dates. `drop_on` may be left out or null, and is then None, which means that the enrollment has no
    end. Raises BadInput for an end before the start.
    """
    checked_date(starts_on, "input.startsOn")
    if drop_on is None:
        return starts_on, None
    if checked_date(drop_on, "input.dropOn") < starts_on:
        raise BadInput("input.dropOn is before input.startsOn.")
    return starts_on, drop_on


def checked_timeslot(given: str | None) -> UUID | None:
    """Return the timeslot's id, or None for all timeslots when it was left out or null. Raises BadInput."""
    return None if given is None else decode_id(given, "Timeslot", "input.timeslotId")
