"""Reading changes back: each row's mark as its revision left it, and how far the roll sheets have come."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.marks import MarkChange, MarkValue
from attendance.rules.roster.roster_rows import MarkFacts
from attendance.rules.vocabulary import AttendanceStatus, ChangeKind, PersonKind, Source
from db.engine import Database
from db.marks.changes import Author, lock_occurrence, record_change
from db.marks.marks import record_marks
from db.marks.sheets import lock_sheet
from db.roster.roll_sheet_changes import (
    ChangeAuthor,
    EntryAsOf,
    RecordedChange,
    RollSheet,
    changes_after,
    current_revisions,
)
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from gql.live.sheet_changes import SheetHub
from tests.support.each_statement import counting
from tests.support.factories import MONDAY, World, new_world

PRESENT, ABSENT = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT
NOON = datetime(2026, 11, 16, 18, tzinfo=UTC)


class Sheet:
    """A class with Ann and Ben, and Sam who marks them."""

    def __init__(self, world: World, database: Database, key: OccurrenceKey, people: tuple[UUID, UUID, UUID]) -> None:
        self.world, self.database, self.key = world, database, key
        self.ann, self.ben, self.sam = people
        self.enrollments: dict[UUID, UUID] = {}
        self.standing: dict[UUID, MarkValue] = {}

    @property
    def roll_sheet(self) -> RollSheet:
        return RollSheet(self.world.organization_id, self.key)

    async def mark(self, student: UUID, status: AttendanceStatus | None, **value: object) -> int:
        given = {"note": None, "is_defaulted": False, "source": Source.OFFICE, **value}
        after = None if status is None else MarkValue(status, **given)  # type: ignore[arg-type]
        change = MarkChange(student, self.enrollments[student], self.standing.get(student), after)
        author = Author(Source.OFFICE, self.sam)
        async with unit_of_work(self.database, self.world.organization_id, Announcer()) as uow:
            sheet = await lock_sheet(uow, self.key)
            assert sheet is not None
            numbered = await record_marks(uow, sheet, [change], author, now=NOON)
        self.standing.pop(student, None)
        if after is not None:
            self.standing[student] = after
        return numbered.revision

    async def touch(self, *students: UUID, leaving: tuple[UUID, ...] = ()) -> int:
        async with unit_of_work(self.database, self.world.organization_id, Announcer()) as uow:
            await lock_occurrence(uow, self.key)
            system = Author(Source.SYSTEM)
            numbered = await record_change(
                uow, self.key, ChangeKind.ROSTER, system, now=NOON, students=students, leaving=leaving
            )
        return numbered.revision

    async def changes(self, after: int = 0, at_most: int = 200) -> list[RecordedChange]:
        async with self.database.read(self.world.organization_id) as connection:
            return (await changes_after(connection, self.world.organization_id, [self.key], after, at_most))[self.key]


@pytest.fixture
async def sheet(database: Database, world: World) -> Sheet:
    lesson = await world.weekly_class()
    ann, ben = [await world.student(first_name=name) for name in ("Ann", "Ben")]
    sam = await world.staff(first_name="Sam", last_name="Staff")
    sheet = Sheet(world, database, lesson.key(), (ann, ben, sam))
    for student in (ann, ben):
        sheet.enrollments[student] = await world.enroll(student, lesson.offering_id)
    return sheet


def mark(sheet: Sheet, status: AttendanceStatus, revision: int, note: str | None = None) -> MarkFacts:
    by = (PersonKind.STAFF, PersonFacts(sheet.sam, "Sam", "Staff"))
    return MarkFacts(status, False, Source.OFFICE, by, NOON, note, revision, False)


async def test_R10_1_each_change_holds_the_mark_as_it_left_it(sheet: Sheet) -> None:
    await sheet.mark(sheet.ann, ABSENT, note="ill")
    await sheet.mark(sheet.ann, PRESENT)
    await sheet.mark(sheet.ann, None)
    sam = ChangeAuthor(Source.OFFICE, (PersonKind.STAFF, PersonFacts(sheet.sam, "Sam", "Staff")))
    left = [mark(sheet, ABSENT, 1, "ill"), mark(sheet, PRESENT, 2), None]
    assert await sheet.changes() == [
        RecordedChange(number, ChangeKind.MARKS, NOON, sam, (EntryAsOf(sheet.ann, False, True, each),))
        for number, each in enumerate(left, 1)
    ]


async def test_R10_1_a_change_to_the_roster_keeps_the_mark_that_stood(sheet: Sheet) -> None:
    await sheet.mark(sheet.ann, PRESENT)
    await sheet.touch(sheet.ann, sheet.ben)
    await sheet.mark(sheet.ann, ABSENT)
    await sheet.touch(leaving=(sheet.ben,))
    entries = {change.revision: {each.student_id: each for each in change.entries} for change in await sheet.changes()}
    assert entries[2][sheet.ann] == EntryAsOf(sheet.ann, False, True, mark(sheet, PRESENT, 1))
    assert entries[2][sheet.ben] == EntryAsOf(sheet.ben, False, False, None)
    assert entries[4] == {sheet.ben: EntryAsOf(sheet.ben, True, False, None)}


async def test_R4_9_marks_of_a_sheet_that_was_read_too_early_are_refused(sheet: Sheet) -> None:
    change = MarkChange(sheet.ann, sheet.enrollments[sheet.ann], None, MarkValue(PRESENT, None, False, Source.OFFICE))

    async def record_twice() -> None:
        async with unit_of_work(sheet.database, sheet.world.organization_id, Announcer()) as uow:
            early = await lock_sheet(uow, sheet.key)
            assert early is not None
            for _ in range(2):
                await record_marks(uow, early, [change], Author(Source.OFFICE, sheet.sam), now=NOON)

    with pytest.raises(DBAPIError, match="duplicate key"):
        await record_twice()
    assert await sheet.changes() == []


async def test_R4_9_a_change_by_a_clock_that_is_behind_has_the_time_of_the_change_before(sheet: Sheet) -> None:
    await sheet.mark(sheet.ann, PRESENT)
    change = MarkChange(sheet.ben, sheet.enrollments[sheet.ben], None, MarkValue(PRESENT, None, False, Source.OFFICE))
    async with unit_of_work(sheet.database, sheet.world.organization_id, Announcer()) as uow:
        found = await lock_sheet(uow, sheet.key)
        assert found is not None
        early = NOON - timedelta(minutes=1)
        told = await record_marks(uow, found, [change], Author(Source.OFFICE, sheet.sam), now=early)
    assert [(each.revision, each.changed_at) for each in await sheet.changes()] == [(1, NOON), (2, NOON)]
    assert (told.revision, told.changed_at) == (2, NOON)


async def test_R4_5_a_defaulted_mark_is_nobodys(sheet: Sheet) -> None:
    await sheet.mark(sheet.ann, ABSENT, is_defaulted=True, source=Source.SYSTEM)
    (change,) = await sheet.changes()
    assert change.entries[0].mark == MarkFacts(ABSENT, True, Source.SYSTEM, None, NOON, None, 1, False)


async def test_R10_2_changes_come_in_pages_of_whole_revisions(sheet: Sheet) -> None:
    for status in (PRESENT, ABSENT, PRESENT, ABSENT):
        await sheet.mark(sheet.ann, status)
    assert [change.revision for change in await sheet.changes(after=1, at_most=2)] == [2, 3]
    assert await sheet.changes(after=4) == []
    assert await sheet.changes(after=2**31 - 1) == []


async def test_a_change_that_touched_no_row_is_a_change(sheet: Sheet) -> None:
    await sheet.touch()
    assert await sheet.changes() == [RecordedChange(1, ChangeKind.ROSTER, NOON, ChangeAuthor(Source.SYSTEM, None), ())]


async def test_another_tenants_changes_do_not_exist(sheet: Sheet, owner: AsyncConnection) -> None:
    await sheet.mark(sheet.ann, PRESENT)
    other = await new_world(owner, name="Other Gym")
    async with sheet.database.read(other.organization_id) as connection:
        assert await changes_after(connection, other.organization_id, [sheet.key], 0, 200) == {sheet.key: []}


async def test_R10_2_one_statement_tells_the_revisions_of_all_tenants(sheet: Sheet, owner: AsyncConnection) -> None:
    await sheet.mark(sheet.ann, PRESENT)
    other = await new_world(owner, name="Other Gym")
    lesson = await other.weekly_class()
    await other.occurrence(lesson.timeslot_id, revision=7)
    others = RollSheet(other.organization_id, lesson.key())
    untouched = RollSheet(other.organization_id, lesson.key(MONDAY.replace(day=23)))
    mixed_up = RollSheet(other.organization_id, sheet.key)
    statements: list[str] = []
    with counting(sheet.database, statements):
        async with sheet.database.engine.connect() as connection:
            found = await current_revisions(connection, [sheet.roll_sheet, others, untouched, mixed_up])
    assert found == {sheet.roll_sheet: 1, others: 7, untouched: 0, mixed_up: 0}
    assert len(statements) == 1


async def test_R10_1_rows_come_with_the_marks_of_their_revision(sheet: Sheet) -> None:
    await sheet.mark(sheet.ann, ABSENT)
    await sheet.mark(sheet.ben, PRESENT)
    await sheet.mark(sheet.ann, PRESENT)
    changes = await SheetHub(sheet.database).read(sheet.roll_sheet, 0)
    told = [{each.student.first_name: each.mark and each.mark.status for each in one.candidates} for one in changes]
    assert told == [{"Ann": ABSENT}, {"Ben": PRESENT}, {"Ann": PRESENT}]
    assert [one.head.revision for one in changes] == [3, 3, 3]


async def test_R10_1_a_row_that_left_the_roster_is_touched_and_not_told(sheet: Sheet) -> None:
    await sheet.touch(leaving=(sheet.ben,))
    (change,) = await SheetHub(sheet.database).read(sheet.roll_sheet, 0)
    assert change.touched == {sheet.ben}
    assert change.candidates == ()


async def test_a_mark_older_than_the_history_stays_with_its_row(sheet: Sheet) -> None:
    await sheet.world.mark(sheet.ann, sheet.key.timeslot_id, status=ABSENT)
    await sheet.touch(sheet.ann)
    (change,) = await SheetHub(sheet.database).read(sheet.roll_sheet, 1)
    assert {each.mark and each.mark.status for each in change.candidates} == {ABSENT}
