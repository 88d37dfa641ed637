"""Reads the next changes of a roll sheet, with the occurrence and the rows that they touch (decision 85)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import CALENDAR
from attendance.rules.roster.roster_rows import WHOLE, RosterCandidate
from db.calendar.known_heads import known_head_of
from db.calendar.occurrences import HEAD_QUERY
from db.driver import Snapshot, row_maker, snapshot
from db.roster.opened_sheets import NAMED
from db.roster.roll_sheet_changes import CHANGES_OF_ONE, RecordedChange, RollSheet, between, changes_of
from db.roster.rosters import candidate_of, roster_query

_Make: TypeAlias = Callable[[Sequence[Any]], Any]

_TOUCHED = """{student_id} IN (
        SELECT touched.student_id FROM changed_entry touched
        WHERE touched.organization_id = :organization_id AND touched.timeslot_id = k.timeslot_id
          AND touched.held_on = k.held_on AND touched.revision > :after AND touched.revision <= :up_to)"""
_LAST_OF_HEAD, _FIRST_OF_ROSTER = "last_names", "sheet_timeslot_id"
# After the first column, each row is the occurrence, or an entry of a change, or a row of the roster, and null in the
# other columns.
_EVENTS = f"""
    SELECT 1 AS is_row, head.*, changed.*, roster.*
    FROM ({HEAD_QUERY}) head
    FULL JOIN ({CHANGES_OF_ONE}) changed ON false
    FULL JOIN ({roster_query(WHOLE, NAMED, _TOUCHED)}) roster ON false
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class SheetEvents:
    """The next changes of a roll sheet, and the candidates of the rows that they touch."""

    head: OccurrenceHead
    changes: list[RecordedChange]
    candidates: list[RosterCandidate]


async def read_events(connection: AsyncConnection, sheet: RollSheet, after: int, at_most: int) -> SheetEvents | None:
    """Return the changes after a revision, with the tally, or None when there is no such occurrence.

    connection -- one of `Database.between_transactions`
    """
    key = sheet.key
    if key.held_on not in CALENDAR:
        return None
    given = {"organization_id": sheet.organization_id, "timeslot_id": key.timeslot_id, "held_on": key.held_on}
    statement = snapshot(_EVENTS)
    records = await statement.records(connection, sheet.organization_id, {**given, **between(after, at_most)})
    if not records:
        return None
    first, second, (head_row, change_row, roster_row) = _shapes(statement)
    head: OccurrenceHead | None = None
    entries, rows = [], []
    for each in records:
        if each[1] is not None:
            head = known_head_of(head_row(each[1:first]))
        elif each[first] is not None:
            entries.append(change_row(each[first:second]))
        else:
            rows.append(roster_row(each[second:]))
    if head is None:
        return None
    changes = changes_of(entries, with_tally=True)
    return SheetEvents(head, changes.get(key, []), [candidate_of(each) for each in rows])


@cache
def _shapes(statement: Snapshot) -> tuple[int, int, list[_Make]]:
    """Return the positions of the first column of a change and of a row of the roster, and what makes named tuples."""
    columns = statement.columns
    first, second = columns.index(_LAST_OF_HEAD) + 1, columns.index(_FIRST_OF_ROSTER)
    parts = columns[1:first], columns[first:second], columns[second:]
    return first, second, [row_maker(names) for names in parts]
