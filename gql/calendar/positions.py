"""Cursors of lists of occurrences. A cursor holds the place of an occurrence in its list."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from attendance.rules.calendar.listings import Position
from attendance.rules.calendar.timeslots import CALENDAR
from gql.fields.pagination import Cursors
from gql.protocol.errors import BadInput


def position_cursors(name: str) -> Cursors:
    # The release before this one had another sort value in cursors of the same names.
    return Cursors(f"{name} by name", (datetime, str, UUID, date))


def encode_position(cursors: Cursors, position: Position) -> str:
    return cursors.encode(position.starts_at, position.name, position.timeslot_id, position.held_on)


def read_position(values: tuple[Any, ...] | None, argument: str) -> Position | None:
    """Return the position that a cursor holds, or None when no cursor was sent.

    Raises BadInput for a position at which no occurrence can be.
    """
    if values is None:
        return None
    position = Position(*values)
    if position.starts_at.date() not in CALENDAR:
        raise BadInput(
            f'Argument "{argument}" is not a cursor of this list. Send a cursor exactly as this list returned it.'
        )
    return position
