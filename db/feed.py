"""Reads the feed of an organization for those who follow it (decision 21). Triggers write it.

The statements are text, like those of `db.roster.roll_sheet_changes`, because they run for each transaction that
somebody follows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.marks import MarkValue
from attendance.rules.roster.roster_rows import MarkFacts
from attendance.rules.vocabulary import AttendanceStatus, ChangeKind, Source
from db.driver import HotStatement
from db.engine import Database
from db.roster.roll_sheet_changes import ChangeAuthor, author_of

PAGE = 200

# With a student: that student's rows, and changes of an occurrence as a whole, whoever is on its roster.
_FEED = text("""
SELECT f.position, f.fed_at, i.item, i.timeslot_id, i.held_on, i.revision, i.student_id AS token_student_id,
       c.kind, c.changed_at, c.source AS author_source,
       p.id AS author_id, p.kind AS author_kind, p.first_name AS author_first_name, p.last_name AS author_last_name,
       z.id AS author_kiosk_id, z.name AS author_kiosk_name,
       e.student_id, e.left_roster, e.before_status, e.before_note, e.before_is_defaulted,
       e.after_status, e.after_note, e.after_is_defaulted, e.after_source
FROM feed f
JOIN feed_item i ON i.organization_id = f.organization_id AND i.number = f.number
LEFT JOIN change c ON c.organization_id = i.organization_id AND c.timeslot_id = i.timeslot_id
    AND c.held_on = i.held_on AND c.revision = i.revision
LEFT JOIN person p ON p.organization_id = c.organization_id AND p.id = c.actor_id
LEFT JOIN kiosk z ON z.organization_id = c.organization_id AND z.id = c.kiosk_id
LEFT JOIN changed_entry e ON e.organization_id = c.organization_id AND e.timeslot_id = c.timeslot_id
    AND e.held_on = c.held_on AND e.revision = c.revision
WHERE f.organization_id = :organization_id AND f.position > :after AND f.position <= :up_to
  AND (CAST(:student_id AS uuid) IS NULL OR :student_id IN (e.student_id, i.student_id)
       OR c.kind IN ('CANCELLED', 'RESTORED') OR (c.kind IS NULL AND i.student_id IS NULL))
  AND (CAST(:from_on AS date) IS NULL OR i.held_on BETWEEN :from_on AND :to_on OR c.kind IS NULL)
ORDER BY f.position, i.item, e.student_id
""")
_POSITION = text("""
SELECT coalesce((SELECT p.position FROM feed_position p WHERE p.organization_id = :organization_id), 0) AS position,
       EXISTS (SELECT FROM feed f WHERE f.organization_id = :organization_id AND f.position = :next) AS has_next
""")
_POSITIONS = HotStatement("SELECT organization_id, position FROM feed_positions(CAST(:organization_ids AS uuid[]))")
_FORGET = text("SELECT forget_feed(:fed_before, :at_most)")

_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class FedEntry:
    """What a change did to a student's row. `before` has no source, because the history does not keep it."""

    student_id: UUID
    left_roster: bool
    before: MarkValue | None
    after: MarkValue | None


@dataclass(frozen=True, slots=True)
class FedChange:
    """A numbered change of an occurrence, with its rows by student id."""

    key: OccurrenceKey
    revision: int
    kind: ChangeKind
    changed_at: datetime
    author: ChangeAuthor
    entries: tuple[FedEntry, ...]

    def mark(self, after: MarkValue | None) -> MarkFacts | None:
        """The mark after the change. Its `needs_review` is not part of the history and always False here."""
        if after is None:
            return None
        return MarkFacts(
            status=after.status,
            is_defaulted=after.is_defaulted,
            source=after.source,
            marked_by=None if after.is_defaulted else self.author.actor,
            marked_at=self.changed_at,
            note=after.note,
            revision=self.revision,
            needs_review=False,
        )


@dataclass(frozen=True, slots=True)
class Fed:
    """One transaction.

    token_students -- students whose tokens, makeup requests or offers of places it changed
    is_everything -- it changed so much, or so little of it is still stored, that followers must read the state
    """

    position: int
    fed_at: datetime
    changes: tuple[FedChange, ...]
    token_students: frozenset[UUID]
    is_everything: bool


@dataclass(frozen=True, slots=True)
class FeedFilter:
    """What a follower wants: changes of one student, or of occurrences in a range of dates; None means everything."""

    student_id: UUID | None = None
    from_on: date | None = None
    to_on: date | None = None


_ALL = FeedFilter()


async def read_feed(
    connection: AsyncConnection, organization_id: UUID, after: int, at_most: int, chosen: FeedFilter = _ALL
) -> list[Fed]:
    """Return what was committed at the next `at_most` positions, in order; with a filter, only transactions that
    match.
    """
    given = {
        "organization_id": organization_id,
        "after": after,
        "up_to": min(after + at_most, _LARGEST),
        "student_id": chosen.student_id,
        "from_on": chosen.from_on,
        "to_on": chosen.to_on,
    }
    rows = (await connection.execute(_FEED, given)).all()
    return [_fed(list(mine)) for _, mine in groupby(rows, key=lambda row: row.position)]


async def feed_position(connection: AsyncConnection, organization_id: UUID, after: int = 0) -> tuple[int, bool]:
    """Return the last position (0: none yet), and whether everything after `after` can still be read."""
    given = {"organization_id": organization_id, "next": min(after + 1, _LARGEST)}
    row = (await connection.execute(_POSITION, given)).one()
    return row.position, row.has_next or after == row.position


async def current_positions(connection: AsyncConnection, organization_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Return the last position of each feed, in one statement over all tenants."""
    known = dict.fromkeys(organization_ids, 0)
    for organization_id, position in await _POSITIONS.rows(connection, {"organization_ids": list(known)}):
        known[organization_id] = position
    return known


async def forget_feed(database: Database, *, fed_before: datetime, at_most: int) -> int:
    """Delete the oldest transactions of all organizations, committed, and return their number."""
    async with database.begin() as connection:
        found = await connection.execute(_FORGET, {"fed_before": fed_before, "at_most": at_most})
        forgotten: int = found.scalar_one()
    return forgotten


def _fed(rows: Sequence[Row[Any]]) -> Fed:
    changes: list[FedChange] = []
    tokens: set[UUID] = set()
    is_everything = False
    for _, mine in groupby(rows, key=lambda row: row.item):
        of_item = list(mine)
        head = of_item[0]
        if head.token_student_id is not None:
            tokens.add(head.token_student_id)
        elif head.kind is None:
            is_everything = True
        else:
            changes.append(_change(of_item))
    return Fed(rows[0].position, rows[0].fed_at, tuple(changes), frozenset(tokens), is_everything)


def _change(rows: Sequence[Row[Any]]) -> FedChange:
    head = rows[0]
    return FedChange(
        key=OccurrenceKey(head.timeslot_id, head.held_on),
        revision=head.revision,
        kind=ChangeKind(head.kind),
        changed_at=head.changed_at,
        author=author_of(head),
        entries=tuple(_entry(row) for row in rows if row.student_id is not None),
    )


def _entry(row: Row[Any]) -> FedEntry:
    before, after = None, None
    if row.before_status is not None:
        before = MarkValue(
            AttendanceStatus(row.before_status), row.before_note, bool(row.before_is_defaulted), Source.SYSTEM
        )
    if row.after_status is not None:
        after = MarkValue(
            AttendanceStatus(row.after_status), row.after_note, bool(row.after_is_defaulted), Source(row.after_source)
        )
    return FedEntry(row.student_id, row.left_roster, before, after)
