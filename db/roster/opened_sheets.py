"""Reads an occurrence and its roster in one query, for a roll sheet that somebody opens (decision 85)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import CALENDAR, OccurrenceKey
from attendance.rules.roster.roster_rows import RosterCandidate, RosterParts
from db.calendar.known_heads import known_head_of
from db.calendar.occurrences import HEADS_QUERY
from db.driver import Beside, row_maker
from db.roster.known_rosters import KnownRoster, known_rosters
from db.roster.rosters import candidate_of, roster_query
from pace import is_over, turn

_Make: TypeAlias = Callable[[Sequence[Any]], Any]

NAMED = """(
        SELECT asked.timeslot_id, asked.held_on, t.offering_id
        FROM unnest(CAST(:timeslot_ids AS uuid[]), CAST(:dates AS date[])) AS asked (timeslot_id, held_on)
        JOIN timeslot t ON t.organization_id = :organization_id AND t.id = asked.timeslot_id
    ) named"""
_FIRST_OF_ROSTER = "student_id"
# Rows that are read before it is asked whether the turn is over.
_AT_ONCE = 16


def sheet_beside(key: OccurrenceKey, parts: RosterParts, now: datetime) -> Beside | None:
    """Return the query of an occurrence and of its roster, for statements of its organization; None when the date
    cannot be read. `sheet_found` understands what it finds in a `Snapshot`.

    now -- when places count as held
    """
    if key.held_on not in CALENDAR:
        return None
    given = {"timeslot_ids": [key.timeslot_id], "dates": [key.held_on], "student_ids": None, "now": now}
    return Beside(_query(parts), given)


@cache
def _query(parts: RosterParts) -> str:
    """Return the query. Each of its rows is the occurrence, or a row of the roster, and null in the other columns."""
    roster = roster_query(parts, NAMED, of_one=True)
    return f"SELECT head.*, roster.* FROM ({HEADS_QUERY}) head FULL JOIN ({roster}) roster ON false"  # noqa: S608


async def sheet_found(read: Beside, key: OccurrenceKey) -> tuple[OccurrenceHead, KnownRoster] | None:
    """Return the occurrence and its roster, or None when the organization has no such timeslot or it does not fall on
    the date.
    """
    first, (head_row, roster_row) = read.skipped, _shapes(read.columns, read.skipped)
    width = read.columns.index(_FIRST_OF_ROSTER)
    found = read.rows or ()
    heads = [row[first:width] for row in found if row[width] is None and row[first] is not None]
    head = known_head_of(head_row(heads[-1])) if heads else None
    if head is None:
        return None
    rows = [row[width:] for row in found if row[width] is not None]
    place = (read.query, key)
    before = known_rosters.find(place)
    if rows == before.rows:
        return head, before
    candidates: list[RosterCandidate] = []
    for number, row in enumerate(rows):
        if number % _AT_ONCE == 0 and is_over():
            await turn()
        candidates.append(before.candidate(number, row) or candidate_of(roster_row(row)))
    made = KnownRoster(rows, candidates)
    known_rosters.remember(place, made)
    return head, made


@cache
def _shapes(columns: tuple[str, ...], first: int) -> tuple[_Make, _Make]:
    """Return what makes named tuples of the columns of an occurrence, which begin with `first`, and of a row of the
    roster.
    """
    width = columns.index(_FIRST_OF_ROSTER)
    return row_maker(columns[first:width]), row_maker(columns[width:])
