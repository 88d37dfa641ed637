"""The steps that wrap every action that may change a student's rows on roll sheets (R10.1)."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey
from attendance.rules.roster.indicators import Sight
from attendance.rules.roster.roster_rows import RosterParts, RosterRow, roster_rows
from attendance.rules.vocabulary import ChangeKind
from db.calendar.occurrences import read_heads
from db.marks.changes import Author
from db.roster.roster_changes import find_sheets, find_sheets_of, lock_occurrences, number_changes
from db.roster.rosters import read_rosters
from db.unit_of_work import UnitOfWork

# Rows are compared with everything visible, so that a change reaches every viewer, even one who sees less of it.
_COMPARED = RosterParts(rates=False)
_ALL_SHOWN = Sight(sees_medical=True, sees_balances=True)


@dataclass(slots=True)
class RosterChange:
    """The roll sheets that `roster_changed` has locked, and what changed on them.

    revisions -- the new revision of each sheet on which the student's row changed. It is filled when the block ends.
    joined -- the sheets on which the student had no row before the block. It is filled when the block ends.
    """

    heads: tuple[OccurrenceHead, ...]
    revisions: dict[OccurrenceKey, int] = field(default_factory=dict)
    joined: frozenset[OccurrenceKey] = frozenset()


@dataclass(slots=True)
class RostersChange:
    """The roll sheets that `rosters_changed` has locked.

    joined -- who had no row on which sheet before the block. It is filled when the block ends.
    """

    heads: tuple[OccurrenceHead, ...]
    joined: frozenset[tuple[OccurrenceKey, UUID]] = frozenset()


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
    """Number a roster change on every roll sheet on which the block changes the student's row.

    The block writes what changes the rows: an enrollment, an expected absence, a note or a text.

        async with roster_changed(uow, student_id, author=author, now=now):
            await write_it(...)

    On entry the occurrences are locked. The block therefore comes after the idempotency key (and after `lock_offerings`
    when places are given), and before students and tokens are locked. On exit a change of kind ROSTER is numbered on
    each roll sheet on which the student's row appeared, disappeared or differs. The sheets are all that have the
    student's rows near today (db/roster/roster_changes.py), and those that `offering_ids` and `dates` add.

    offering_ids -- the offerings in which the student may get or lose a row on a date that is not near.
    dates -- the dates on which that may happen. Past sheets that are not near are included only when something has
        happened to them.
    also -- other occurrences that the block changes; they are locked in the same order.

    It takes nine statements, however many roll sheets there are. An exception in the block is passed on, and nothing is
    numbered.
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


@asynccontextmanager
async def rosters_changed(
    uow: UnitOfWork,
    student_ids: Collection[UUID],
    offering_ids: Collection[UUID],
    *,
    author: Author,
    now: datetime,
) -> AsyncIterator[RostersChange]:
    """Do what `roster_changed` does for many students at once, on the sheets of these offerings that are near today or
    were opened.

    It takes the same locks and as many statements. The offerings must be locked. Of more than MOST_SHEETS_OF_MANY
    sheets, those nearest to today hear of the change.
    """
    keys = await find_sheets_of(uow, offering_ids, now)
    async with sheets_changed(uow, student_ids, keys, author=author, now=now) as change:
        yield change


@asynccontextmanager
async def sheets_changed(
    uow: UnitOfWork,
    student_ids: Collection[UUID],
    keys: Collection[OccurrenceKey],
    *,
    author: Author,
    now: datetime,
) -> AsyncIterator[RostersChange]:
    """Do what `rosters_changed` does, on the sheets with these keys.

    `find_sheets_of` must have been called in this transaction, so that no sheet far ahead is opened meanwhile.
    """
    await lock_occurrences(uow, keys)
    heads = tuple(await read_heads(uow.connection, uow.organization_id, keys))
    change = RostersChange(heads)
    before = await _rows_of(uow, heads, student_ids)
    yield change
    after = await _rows_of(uow, heads, student_ids)
    rows = {at: at not in after for at in before | after if before.get(at) != after.get(at)}
    change.joined = frozenset(after.keys() - before.keys())
    await number_changes(uow, ChangeKind.ROSTER, rows, author, now)


async def _rows(uow: UnitOfWork, heads: Collection[OccurrenceHead], student_id: UUID) -> dict[OccurrenceKey, RosterRow]:
    return {key: row for (key, _), row in (await _rows_of(uow, heads, [student_id])).items()}


async def _rows_of(
    uow: UnitOfWork, heads: Collection[OccurrenceHead], student_ids: Collection[UUID]
) -> dict[tuple[OccurrenceKey, UUID], RosterRow]:
    if not heads:
        return {}
    rosters = await read_rosters(uow.connection, uow.organization_id, heads, student_ids, _COMPARED)
    return {
        (head.key, row.student.id): _as_shown(row)
        for head in heads
        for row in roster_rows(rosters[head.key], head, _ALL_SHOWN, _COMPARED)
    }


def _as_shown(row: RosterRow) -> RosterRow:
    """Return the parts of a row that are compared to find out whether it changed. The rate is left out, because
    marks on other sheets change it, and so are facts that also show in an indicator.
    """
    enrollment = None if row.enrollment is None else replace(row.enrollment, is_first_ever=False)
    return replace(row, attendance_rate=None, enrollment=enrollment, expected_absence=None)
