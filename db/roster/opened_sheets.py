"""Reads an occurrence and its roster in one query, for a roll sheet that somebody opens (decision 85).

PostgreSQL sends only what the process does not remember (decision 97).
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
from db.calendar.occurrences import HEAD_QUERY, KEY
from db.driver import Beside, row_maker
from db.roster.known_rosters import SEED, KnownRoster, known_rosters
from db.roster.rosters import candidate_of, roster_query
from pace import is_over, turn

_Make: TypeAlias = Callable[[Sequence[Any]], Any]

NAMED = f"""(
        SELECT asked.timeslot_id, asked.held_on, t.offering_id
        FROM (VALUES ({KEY})) AS asked (timeslot_id, held_on)
        JOIN timeslot t ON t.organization_id = :organization_id AND t.id = asked.timeslot_id
    ) named"""  # noqa: S608 - a constant
# The hash of a row of the table `found` as it would be sent to the process: values can be equal and look different, as
# 1.0 and 1.00.
ROW_HASH = "hash_record_extended(ROW(record_send(found)), CAST(:seed AS bigint))"
# Rows that are read before it is asked whether the turn is over.
_AT_ONCE = 16


@dataclass(slots=True, kw_only=True)
class Opening(Beside):
    """The query of an occurrence and of its roster.

    place -- where the roster is remembered
    known -- the one that was remembered there, which the query does not return
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
        "timeslot_id": key.timeslot_id,
        "held_on": key.held_on,
        "student_ids": None,
        "now": now,
        "seed": SEED,
        "known": known.hashes,
    }
    return Opening(query, given, place=place, known=known)


@cache
def _query(parts: RosterParts) -> str:
    """Return the query. One row says that the occurrence is there, with its hash and those of all rows of the roster,
    in their order; these are null if they are the known ones. The others are the occurrence and rows of the
    roster, each after its hash, and only those whose hash is not known. A row is null in the columns of the others.
    """
    roster = roster_query(parts, NAMED, of_one=True)
    return f"""
WITH head AS MATERIALIZED (
    SELECT {ROW_HASH} AS head_hash, found.* FROM ({HEAD_QUERY}) found
), roster AS MATERIALIZED (
    SELECT {ROW_HASH} AS row_hash, found.* FROM ({roster}) found
)
SELECT sheet.*, new_head.*, new_rows.*
FROM (
    SELECT true AS is_there, nullif(head.head_hash || complete.row_hashes, CAST(:known AS bigint[])) AS hashes
    FROM head CROSS JOIN (SELECT array_agg(roster.row_hash) AS row_hashes FROM roster) complete
) sheet
FULL JOIN (SELECT head.* FROM head WHERE head.head_hash <> ALL (CAST(:known AS bigint[]))) new_head ON false
FULL JOIN (SELECT roster.* FROM roster WHERE roster.row_hash <> ALL (CAST(:known AS bigint[]))) new_rows ON false
"""  # noqa: S608 - a constant


async def sheet_found(read: Opening) -> tuple[OccurrenceHead, KnownRoster] | None:
    """Return the occurrence and its roster, or None when the organization has no such timeslot or it does not fall on
    the date.
    """
    found = read.rows or ()
    hashes_at = read.skipped + 1
    sheet = next((row for row in found if row[read.skipped]), None)
    if sheet is None:
        return None
    roster = read.known if sheet[hashes_at] is None else await _made(read, sheet[hashes_at])
    if roster.head is None:
        return None
    known_rosters.remember(read.place, roster)
    return roster.head, roster


async def _made(read: Opening, hashes: Sequence[int]) -> KnownRoster:
    """Return the roster of these hashes, of what is known and what was returned. It has no occurrence when the timeslot
    does not fall on the date.
    """
    known, (head_at, rows_at, head_row, roster_row) = read.known, _shapes(read.columns)
    head, candidates = known.head, dict(zip(known.hashes[1:], known.candidates, strict=True))
    for number, row in enumerate(read.rows or ()):
        if number % _AT_ONCE == 0 and is_over():
            await turn()
        if row[rows_at] is not None:
            candidates[row[rows_at]] = candidate_of(roster_row(row[rows_at + 1 :]))
        elif row[head_at] is not None:
            head = known_head_of(head_row(row[head_at + 1 : rows_at]))
    return KnownRoster(hashes, [candidates[each] for each in hashes[1:]], head)


@cache
def _shapes(columns: tuple[str, ...]) -> tuple[int, int, _Make, _Make]:
    """Return the positions of the hashes of the occurrence and of a row of the roster, and what makes named tuples of
    the columns that follow each of them.
    """
    head_at, rows_at = columns.index("head_hash"), columns.index("row_hash")
    return head_at, rows_at, row_maker(columns[head_at + 1 : rows_at]), row_maker(columns[rows_at + 1 :])
