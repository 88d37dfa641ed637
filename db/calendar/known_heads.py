"""Remembers the occurrences that were made of rows, for as long as equal rows are read (decision 85).

Each roll sheet, act and event reads its occurrence. Making it, and finding out what follows from it, takes longer than
comparing the row. A row has everything that an occurrence consists of, so an equal row gives an equal occurrence.
"""

from collections import OrderedDict
from datetime import date
from typing import Any
from uuid import UUID

from attendance.rules.calendar.occurrences import OccurrenceHead
from db.calendar.occurrences import head_of

_REMEMBERED = 1024
_FIRST_COLUMN, _LAST_COLUMN = "timeslot_id", "last_names"

_known: OrderedDict[tuple[UUID, date], tuple[tuple[Any, ...], OccurrenceHead]] = OrderedDict()


def known_head_of(row: Any) -> OccurrenceHead | None:
    """Return what `head_of` returns.

    row -- has the columns of `heads_of`, one after the other
    """
    names = row._fields
    values, place = row[names.index(_FIRST_COLUMN) : names.index(_LAST_COLUMN) + 1], (row.timeslot_id, row.held_on)
    head = _known_as(values, row, place) or head_of(row)
    if head is not None:
        _known[place] = values, head
        _known.move_to_end(place)
        if len(_known) > _REMEMBERED:
            _known.popitem(last=False)
    return head


def _known_as(values: tuple[Any, ...], row: Any, place: tuple[UUID, date]) -> OccurrenceHead | None:
    known = _known.get(place)
    if known is None:
        return None
    before, head = known
    if before == values:
        return head
    number = row._fields.index("revision") - row._fields.index(_FIRST_COLUMN)
    is_same = before[:number] == values[:number] and before[number + 1 :] == values[number + 1 :]
    return head.at_revision(row.revision) if is_same else None
