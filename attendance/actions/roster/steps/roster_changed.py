"""What every act that may change a student's rows on roll sheets is wrapped in (R10.1)."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey
from attendance.rules.roster.indicators import Sight
from attendance.rules.roster.roster_rows import RosterRow, roster_rows
from attendance.rules.vocabulary import ChangeKind
from db.calendar.occurrences import read_heads
from db.marks.changes import Author
from db.roster.roster_changes import find_sheets, lock_occurrences, number_changes
from db.roster.rosters import read_rosters
from db.unit_of_work import UnitOfWork

# Whoever may see least still hears of a change that others see more of.
_ALL_SHOWN = Sight(sees_medical=True, sees_balances=True)


@dataclass(slots=True)
class RosterChange:
    """The roll sheets that are held. Known after the block: the new revision of each on which the row changed, and
    those that the student `joined`.
    """

    heads: tuple[OccurrenceHead, ...]
    revisions: dict[OccurrenceKey, int] = field(default_factory=dict)
    joined: frozenset[OccurrenceKey] = frozenset()


@asynccontextmanager
async def roster_changed(
    uow: UnitOfWork,
    student_id: UUID,
    *,
    author: Author,
    now: datetime,
    offering_ids: Collection[UUID] = (),
    dates: DateSpan | None = None,
    also: Collection[OccurrenceKey] = (),
) -> AsyncIterator[RosterChange]:
    """Write what changes the student's rows inside the block: an enrollment, an expected absence, a note, a text.

    async with roster_changed(uow, student_id, author=author, now=now): await write_it(...)

    On entry the occurrences are locked, so the block comes after the idempotency key (and after `lock_offerings` where
    places are given), and before students and tokens. On exit a change of kind ROSTER is numbered on each roll sheet
    on which the student's row came, went, or is not what it was: the student's rows near today
    (db/roster/roster_changes.py) wherever they are, and what `offering_ids` and `dates` add to them.

    offering_ids -- where the student may get a row, or lose one on a date that is not near.
    dates -- the dates on which that may be. Of those further back than near, sheets to which something happened.
    also -- other occurrences that the block changes, to be locked in the same order.

    Nine statements, however many roll sheets. An exception in the block goes through, and nothing is numbered.
    """
    keys = await find_sheets(uow, student_id, offering_ids, dates, now)
    await lock_occurrences(uow, {*keys, *also})
    heads = tuple(await read_heads(uow.connection, uow.organization_id, keys))
    change = RosterChange(heads)
    before = await _rows(uow, heads, student_id)
    yield change
    after = await _rows(uow, heads, student_id)
    changed = {key: after.get(key) is None for key in before | after if before.get(key) != after.get(key)}
    change.joined = frozenset(after.keys() - before.keys())
    rows = {(key, student_id): is_gone for key, is_gone in changed.items()}
    change.revisions = await number_changes(uow, ChangeKind.ROSTER, rows, author, now)


async def _rows(uow: UnitOfWork, heads: Collection[OccurrenceHead], student_id: UUID) -> dict[OccurrenceKey, RosterRow]:
    if not heads:
        return {}
    rosters = await read_rosters(uow.connection, uow.organization_id, heads, [student_id])
    found = ((head.key, roster_rows(rosters[head.key], head, _ALL_SHOWN)) for head in heads)
    return {key: _as_shown(rows[0]) for key, rows in found if rows}


def _as_shown(row: RosterRow) -> RosterRow:
    """Without the rate, which marks on other sheets change, and without what an indicator tells where it is told."""
    enrollment = None if row.enrollment is None else replace(row.enrollment, is_first_ever=False)
    return replace(row, attendance_rate=None, enrollment=enrollment, expected_absence=None)
