"""Statements that read the recorded changes of roll sheets for subscribers, and the current revision of each sheet.

The statements are text, like those of db/roster/rosters.py, because they run for every change to which somebody
subscribes.
"""

from collections.abc import Collection, Iterable
from dataclasses import field
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.quickly_made import quickly_made
from attendance.rules.roster.roster import AttendanceTally
from attendance.rules.roster.roster_rows import KioskFacts, MarkFacts
from attendance.rules.vocabulary import ChangeKind, PersonKind, Source
from db.calendar.occurrence_listings import tallies_of, tally_in
from db.calendar.occurrences import KEY, KEYS
from db.driver import HotStatement
from db.roster.rosters import PERSONS, SOURCES, STATUSES


# `latest` is the student's last change up to the entry's revision that touched the mark. Revisions have no gaps, so a
# bound on revisions bounds the number of changes, however many entries each has.
def _changes(sheets: str, tally: str = "") -> str:
    return f"""
WITH asked AS MATERIALIZED ({sheets})
SELECT c.timeslot_id, c.held_on, c.revision, c.kind, c.changed_at, c.source AS author_source,
       p.id AS author_id, p.kind AS author_kind, p.first_name AS author_first_name, p.last_name AS author_last_name,
       z.id AS author_kiosk_id, z.name AS author_kiosk_name,
       (SELECT x.epoch FROM access_epoch x WHERE x.organization_id = c.organization_id) AS access,
       entry.student_id, entry.left_roster,
       latest.revision AS mark_revision, latest.status, latest.note, latest.is_defaulted, latest.source,
       latest.marked_at,
       w.id AS marker_id, w.kind AS marker_kind, w.first_name, w.last_name, d.id AS kiosk_id, d.name AS kiosk_name
       {tally}
FROM asked
JOIN change c ON c.organization_id = :organization_id AND c.timeslot_id = asked.timeslot_id
    AND c.held_on = asked.held_on
    AND c.revision > :after AND c.revision <= :up_to
LEFT JOIN person p ON p.organization_id = c.organization_id AND p.id = c.actor_id
LEFT JOIN kiosk z ON z.organization_id = c.organization_id AND z.id = c.kiosk_id
LEFT JOIN changed_entry entry ON entry.organization_id = c.organization_id AND entry.timeslot_id = c.timeslot_id
    AND entry.held_on = c.held_on AND entry.revision = c.revision
LEFT JOIN LATERAL (
    SELECT b.revision, b.after_status AS status, b.after_note AS note, b.after_is_defaulted AS is_defaulted,
           b.after_source AS source, a.changed_at AS marked_at, a.actor_id, a.kiosk_id
    FROM changed_entry b
    JOIN change a ON a.organization_id = b.organization_id AND a.timeslot_id = b.timeslot_id
        AND a.held_on = b.held_on AND a.revision = b.revision
    WHERE b.organization_id = entry.organization_id AND b.timeslot_id = entry.timeslot_id AND b.held_on = entry.held_on
      AND b.student_id = entry.student_id AND b.revision <= entry.revision
      AND (a.kind = 'MARKS' OR (b.before_status, b.before_note, b.before_is_defaulted)
           IS DISTINCT FROM (b.after_status, b.after_note, b.after_is_defaulted))
    ORDER BY b.revision DESC
    LIMIT 1
) latest ON true
LEFT JOIN person w ON w.organization_id = c.organization_id AND w.id = latest.actor_id
LEFT JOIN kiosk d ON d.organization_id = c.organization_id AND d.id = latest.kiosk_id
ORDER BY c.timeslot_id, c.held_on, c.revision, entry.student_id
"""  # noqa: S608 - constants


_TALLY = ", asked.statuses, asked.counts, asked.unmarked"
CHANGES_OF_ONE = _changes(tallies_of(f"(VALUES ({KEY}))"), _TALLY)
_CHANGES = HotStatement(_changes(f"SELECT * FROM unnest({KEYS}) AS k (timeslot_id, held_on)"))  # noqa: S608 - a constant
_CHANGES_AND_TALLY = HotStatement(_changes(tallies_of(f"unnest({KEYS})"), _TALLY))
_REVISIONS = HotStatement("""
SELECT organization_id, timeslot_id, held_on, revision
FROM revisions_of(CAST(:organization_ids AS uuid[]), CAST(:timeslot_ids AS uuid[]), CAST(:dates AS date[]))
""")

_LARGEST_REVISION = 2**31 - 1
# Looking a value up is four times as fast as calling its enumeration.
_KINDS = {each.value: each for each in ChangeKind}


class RollSheet(NamedTuple):
    """The roll sheet of one occurrence, identified across all organizations."""

    organization_id: UUID
    key: OccurrenceKey


@quickly_made
class EntryAsOf:
    """A row that a change touched, with its mark as the change left it.

    mark -- None when the student is not marked, or when `has_history` is false. Its `needs_review` is not part of the
        history and always False here.
    has_history -- whether any change up to this one recorded this student's mark.
    """

    student_id: UUID
    left_roster: bool
    has_history: bool
    mark: MarkFacts | None


@quickly_made
class ChangeAuthor:
    """Who made a change, and from which source. `actor` is None when the system made it."""

    source: Source
    actor: tuple[PersonKind, PersonFacts] | KioskFacts | None


@quickly_made
class RecordedChange:
    """A revision and the rows that it touched, ordered by student id.

    access -- the organization's access epoch when the change was read. It changes when anybody's rights change.
    tally -- the tally of the roll sheet when the change was read; None when it was not asked for
    """

    revision: int
    kind: ChangeKind
    changed_at: datetime
    author: ChangeAuthor
    entries: tuple[EntryAsOf, ...]
    access: int = field(default=0, compare=False)
    tally: AttendanceTally | None = field(default=None, compare=False)


async def changes_after(
    connection: AsyncConnection,
    organization_id: UUID,
    keys: Collection[OccurrenceKey],
    revision: int,
    at_most: int,
    *,
    with_tally: bool = False,
) -> dict[OccurrenceKey, list[RecordedChange]]:
    """Return each occurrence's next changes after `revision` in their order, at most `at_most` of each, in one
    statement (R10.2).

    Every row has its mark as the change left it, even when the change was to something other than the mark.
    """
    given = {
        "organization_id": organization_id,
        "timeslot_ids": [key.timeslot_id for key in keys],
        "dates": [key.held_on for key in keys],
        **between(revision, at_most),
    }
    rows = await (_CHANGES_AND_TALLY if with_tally else _CHANGES).rows(connection, given)
    return {key: [] for key in keys} | changes_of(rows, with_tally=with_tally)


def between(revision: int, at_most: int) -> dict[str, int]:
    """Return the parameters of the next changes after `revision`, at most `at_most`."""
    return {"after": revision, "up_to": min(revision + at_most, _LARGEST_REVISION)}


def changes_of(rows: Iterable[Any], *, with_tally: bool) -> dict[OccurrenceKey, list[RecordedChange]]:
    """Return the changes of rows of the statement, in their order."""
    found: dict[OccurrenceKey, list[RecordedChange]] = {}
    for (timeslot_id, held_on, number), (head, *rest) in groupby(rows, key=lambda row: row[:3]):
        entries = tuple(_entry(row) for row in (head, *rest) if row.student_id is not None)
        change = RecordedChange(
            number,
            _KINDS[head.kind],
            head.changed_at,
            author_of(head),
            entries,
            head.access or 0,
            tally_in(head) if with_tally else None,
        )
        found.setdefault(OccurrenceKey(timeslot_id, held_on), []).append(change)
    return found


async def current_revisions(connection: AsyncConnection, sheets: Iterable[RollSheet]) -> dict[RollSheet, int]:
    """Return the current revision of each roll sheet, in one statement across all tenants. 0 means that nothing has
    happened to it yet.
    """
    known = dict.fromkeys(sheets, 0)
    given = {
        "organization_ids": [sheet.organization_id for sheet in known],
        "timeslot_ids": [sheet.key.timeslot_id for sheet in known],
        "dates": [sheet.key.held_on for sheet in known],
    }
    for organization_id, timeslot_id, held_on, revision in await _REVISIONS.rows(connection, given):
        known[RollSheet(organization_id, OccurrenceKey(timeslot_id, held_on))] = revision
    return known


def author_of(row: Any) -> ChangeAuthor:
    """Return the author from a row's author_source, author_id, author_kind and so on, and author_kiosk_id and so on."""
    actor: tuple[PersonKind, PersonFacts] | KioskFacts | None = None
    if row.author_id is not None:
        person = PersonFacts(row.author_id, row.author_first_name, row.author_last_name)
        actor = (PERSONS[row.author_kind], person)
    elif row.author_kiosk_id is not None:
        actor = KioskFacts(row.author_kiosk_id, row.author_kiosk_name)
    return ChangeAuthor(SOURCES[row.author_source], actor)


def _entry(row: Any) -> EntryAsOf:
    mark = None
    if row.status is not None:
        mark = MarkFacts(
            status=STATUSES[row.status],
            is_defaulted=row.is_defaulted,
            source=SOURCES[row.source],
            marked_by=None if row.is_defaulted else _marker(row),
            marked_at=row.marked_at,
            note=row.note,
            revision=row.mark_revision,
            needs_review=False,
        )
    return EntryAsOf(row.student_id, row.left_roster, row.mark_revision is not None, mark)


def _marker(row: Any) -> tuple[PersonKind, PersonFacts] | KioskFacts | None:
    if row.marker_id is not None:
        return PERSONS[row.marker_kind], PersonFacts(row.marker_id, row.first_name, row.last_name)
    return KioskFacts(row.kiosk_id, row.kiosk_name) if row.kiosk_id is not None else None
