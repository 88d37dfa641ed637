"""Reads an occurrence and its roster in one query, for a roll sheet that somebody opens (decision 85).

PostgreSQL sends only those rows of the roster that the process does not remember (decision 97).
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import CALENDAR, OccurrenceKey
from attendance.rules.roster.roster_rows import RosterParts
from db.calendar.known_heads import known_head_of
from db.calendar.occurrences import HEADS_QUERY
from db.driver import Beside, row_maker
from db.roster.known_rosters import SEED, KnownRoster, known_rosters
from db.roster.rosters import candidate_of, roster_query
from pace import is_over, turn

_Make: TypeAlias = Callable[[Sequence[Any]], Any]

NAMED = """(
        SELECT asked.timeslot_id, asked.held_on, t.offering_id
        FROM unnest(CAST(:timeslot_ids AS uuid[]), CAST(:dates AS date[])) AS asked (timeslot_id, held_on)
        JOIN timeslot t ON t.organization_id = :organization_id AND t.id = asked.timeslot_id
    ) named"""
# The hash of a row of the table `found` as it would be sent to the process: values can be equal and look different, as
# 1.0 and 1.00.
ROW_HASH = "hash_record_extended(ROW(record_send(found)), CAST(:seed AS bigint))"
# The column between those of the occurrence, and the hash and the columns of a row.
_HASHES = "row_hashes"
# Rows that are read before it is asked whether the turn is over.
_AT_ONCE = 16


@dataclass(slots=True, kw_only=True)
class Opening(Beside):
    """The query of an occurrence and of its roster.

    place -- where the roster is remembered
    known -- the one that was remembered there, whose rows the query does not return
    """

    place: Hashable
    known: KnownRoster


def sheet_beside(key: OccurrenceKey, parts: RosterParts, now: datetime) -> Opening | None:
    """Return the query of an occurrence and of its roster, for statements of its organization; None when the date
    cannot be read. `sheet_found` understands what it finds in a `Snapshot`.

    now -- when places count as held
    """
    if key.held_on not in CALENDAR:
        return None
    query = _query(parts)
    place = (query, key)
    known = known_rosters.find(place)
    given = {
        "timeslot_ids": [key.timeslot_id],
        "dates": [key.held_on],
        "student_ids": None,
        "now": now,
        "seed": SEED,
        "known": known.hashes,
    }
    return Opening(query, given, place=place, known=known)


@cache
def _query(parts: RosterParts) -> str:
    """Return the query. Each of its rows is the occurrence, or a row of the roster, and null in the other columns.

    After the occurrence come the hashes of all rows of the roster in their order, null if they are the known ones. Only
    the rows with other hashes are returned, each after its hash.
    """
    roster = roster_query(parts, NAMED, of_one=True)
    return f"""
WITH hashed AS MATERIALIZED (
    SELECT {ROW_HASH} AS row_hash, found.*
    FROM ({roster}) found
)
SELECT head.*, roster.*
FROM (
    SELECT one.*, nullif(complete.row_hashes, CAST(:known AS bigint[])) AS row_hashes
    FROM ({HEADS_QUERY}) one
    CROSS JOIN (SELECT coalesce(array_agg(hashed.row_hash), '{{}}') AS row_hashes FROM hashed) complete
) head
FULL JOIN (SELECT hashed.* FROM hashed WHERE hashed.row_hash <> ALL (CAST(:known AS bigint[]))) roster ON false
"""  # noqa: S608 - a constant


async def sheet_found(read: Opening) -> tuple[OccurrenceHead, KnownRoster] | None:
    """Return the occurrence and its roster, or None when the organization has no such timeslot or it does not fall on
    the date.
    """
    first, (head_row, roster_row) = read.skipped, _shapes(read.columns, read.skipped)
    hashes_at = read.columns.index(_HASHES)
    found = read.rows or ()
    head_values = next((row for row in found if row[first] is not None), None)
    head = None if head_values is None else known_head_of(head_row(head_values[first:hashes_at]))
    if head is None or head_values is None:
        return None
    roster, hashes = read.known, head_values[hashes_at]
    if hashes is not None:
        candidates = dict(zip(roster.hashes, roster.candidates, strict=True))
        new = [row for row in found if row[hashes_at + 1] is not None]
        for number, (row_hash, *values) in enumerate(row[hashes_at + 1 :] for row in new):
            if number % _AT_ONCE == 0 and is_over():
                await turn()
            candidates[row_hash] = candidate_of(roster_row(values))
        roster = KnownRoster(hashes, [candidates[each] for each in hashes])
    known_rosters.remember(read.place, roster)
    return head, roster


@cache
def _shapes(columns: tuple[str, ...], first: int) -> tuple[_Make, _Make]:
    """Return what makes named tuples of the columns of an occurrence, which begin with `first`, and of a row of the
    roster.
    """
    hashes_at = columns.index(_HASHES)
    return row_maker(columns[first:hashes_at]), row_maker(columns[hashes_at + 2 :])
