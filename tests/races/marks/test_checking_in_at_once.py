"""R4.6: first check-ins at once, by office, Staff Portal and kiosk mixed, on real connections, many rounds."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import insert, select, text

from attendance.actions.enrollments.steps.default_newcomer import default_newcomer
from attendance.actions.marks.check_in import check_in
from attendance.actions.marks.clear_mark import clear_mark
from attendance.actions.marks.mark_attendance import StudentMark, mark_attendance
from attendance.actions.marks.mark_everybody_absent import mark_everybody_absent
from attendance.actions.marks.record_marks import Submission
from attendance.actions.marks.save_marks import Recorded
from attendance.actions.marks.submit_attendance import submit_attendance
from attendance.actions.marks.undo_kiosk_check_in import undo_kiosk_check_in
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.marks import WantedMark
from attendance.rules.organization.permissions import Viewer
from attendance.rules.organization.settings import ClassSettings, OrganizationSettings, StaffPortalSettings
from attendance.rules.vocabulary import AttendanceStatus, Permission, Portal
from db import models
from db.engine import Database
from db.unit_of_work import UnitOfWork, unit_of_work
from db.wake_ups import Announcer
from tests.support.factories import MONDAY, World
from tests.support.sizes import SIZES
from tests.support.token_sheet import END_OF_DAY_AT
from tests.support.viewers import DURING_CLASS, kiosk_viewer, staff_viewer

ROUNDS = SIZES.race_rounds
LONG_ROUNDS = SIZES.long_race_rounds
BOTH_ON = OrganizationSettings(
    classes=ClassSettings(office_check_in_mode=True), staff_portal=StaffPortalSettings(staff_check_in_mode=True)
)
PRESENT, ABSENT = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT
HISTORY = text(
    "SELECT c.revision, c.source, e.student_id, e.before_status, e.after_status, e.after_is_defaulted"
    " FROM change c LEFT JOIN changed_entry e USING (organization_id, timeslot_id, held_on, revision)"
    " WHERE c.timeslot_id = :slot AND c.kind = 'MARKS' ORDER BY c.revision, e.student_id"
)

Act = Callable[[UnitOfWork], Awaitable[Recorded]]


class Door:
    """A class and its students, and whoever may check them in."""

    def __init__(self, world: World, database: Database, office: Viewer, staff: Viewer, kiosk: Viewer) -> None:
        self.world, self.database, self.announcer = world, database, Announcer()
        self.office, self.staff, self.kiosk = office, staff, kiosk
        self.students: list[UUID] = []
        self.rounds = 0
        self.key = OccurrenceKey(UUID(int=0), MONDAY)

    async def next_round(self) -> None:
        """Another class of the same students; in every second round something happened to the occurrence before."""
        lesson = await self.world.weekly_class()
        for student in self.students:
            await self.world.enroll(student, lesson.offering_id)
        self.key = lesson.key()
        self.rounds += 1
        if self.rounds % 2 == 0:
            await self.world.occurrence(lesson.timeslot_id)

    def checks_in(self, viewer: Viewer, student: UUID) -> Act:
        return lambda uow: check_in(uow, viewer, self.key, student, now=DURING_CLASS)

    def marks(self, viewer: Viewer, student: UUID, status: AttendanceStatus) -> Act:
        asked = StudentMark(self.key, student, WantedMark(status))
        return lambda uow: mark_attendance(uow, viewer, asked, now=DURING_CLASS)

    def submits(self, viewer: Viewer, student: UUID, status: AttendanceStatus) -> Act:
        submission = Submission(self.key, {student: WantedMark(status)})
        return lambda uow: submit_attendance(uow, viewer, submission, now=DURING_CLASS)

    def clears(self, viewer: Viewer, student: UUID) -> Act:
        return lambda uow: clear_mark(uow, viewer, self.key, student, now=DURING_CLASS)

    def undoes(self, student: UUID) -> Act:
        return lambda uow: undo_kiosk_check_in(uow, self.kiosk, self.key, student, now=DURING_CLASS)

    def day_ends(self) -> Act:
        return lambda uow: mark_everybody_absent(uow, self.key, now=END_OF_DAY_AT)

    async def at_once(self, *acts: Act) -> list[Recorded]:
        """All begin together, each in a transaction and on a connection of its own."""
        barrier = asyncio.Barrier(len(acts))

        async def begin(act: Act) -> Recorded:
            async with unit_of_work(self.database, self.world.organization_id, self.announcer) as uow:
                await barrier.wait()
                return await act(uow)

        async with asyncio.timeout(20):
            return await asyncio.gather(*map(begin, acts))

    async def sheet(self) -> dict[UUID, tuple[str, bool, str]]:
        found = await self.world.rows(models.Mark, timeslot_id=self.key.timeslot_id)
        return {row.student_id: (row.status, row.is_defaulted, row.source) for row in found}

    async def armed(self) -> int:
        """How many runs wait."""
        count = text("SELECT count(*) FROM token_run WHERE timeslot_id = :slot AND state = 'ARMED'")
        found: int = (await self.world.owner.execute(count.bindparams(slot=self.key.timeslot_id))).scalar_one()
        return found

    async def changes(self) -> list[tuple[int, str, dict[UUID, tuple[str | None, str | None, bool]]]]:
        """Of each revision the source, and each student's status before and after, and whether it was defaulted."""
        found: dict[tuple[int, str], dict[UUID, tuple[str | None, str | None, bool]]] = {}
        for row in await self.world.owner.execute(HISTORY.bindparams(slot=self.key.timeslot_id)):
            entries = found.setdefault((row.revision, row.source), {})
            entries[row.student_id] = (row.before_status, row.after_status, bool(row.after_is_defaulted))
        return [(revision, source, entries) for (revision, source), entries in found.items()]


@pytest.fixture
async def door(world: World, crowded: Database) -> Door:
    first = await world.staff(Permission.OWNER)
    office, staff = [
        staff_viewer(world, await world.staff(Permission.OWNER), portal=portal, settings=BOTH_ON)
        for portal in (Portal.OFFICE, Portal.STAFF)
    ]
    kiosk_id = await world.kiosk(first)
    kiosk = kiosk_viewer(world, kiosk_id, settings=BOTH_ON)
    door = Door(world, crowded, office, staff, kiosk)
    door.students = [await world.student(first_name=f"S{place}") for place in range(6)]
    return door


@pytest.mark.parametrize(
    "pair", [("office", "staff"), ("office", "kiosk"), ("staff", "kiosk"), ("kiosk", "kiosk"), ("office", "office")]
)
async def test_R4_6_two_first_check_ins_leave_both_present_and_one_default_for_each_other(
    door: Door, pair: tuple[str, str]
) -> None:
    one, two = (getattr(door, each) for each in pair)
    for _ in range(ROUNDS):
        await door.next_round()
        ann, ben, *others = door.students
        await door.at_once(door.checks_in(one, ann), door.checks_in(two, ben))
        there = {ann: ("PRESENT", False, one.caller.source), ben: ("PRESENT", False, two.caller.source)}
        assert await door.sheet() == there | dict.fromkeys(others, ("ABSENT", True, "SYSTEM"))
        first, second = await door.changes()
        assert (first[0], second[0]) == (1, 2)
        winner, loser = (ann, ben) if ann in first[2] and not first[2][ann][2] else (ben, ann)
        by_default = (None, "ABSENT", True)
        assert first[2] == {winner: (None, "PRESENT", False)} | dict.fromkeys([loser, *others], by_default)
        assert second[2] == {loser: ("ABSENT", "PRESENT", False)}


async def test_R4_6_several_at_once_from_everywhere_lose_nobody(door: Door) -> None:
    for _ in range(ROUNDS):
        await door.next_round()
        ann, ben, cas, dee, *others = door.students
        await door.at_once(
            door.checks_in(door.kiosk, ann),
            door.checks_in(door.staff, ben),
            door.marks(door.office, cas, AttendanceStatus.TARDY),
            door.submits(door.staff, dee, AttendanceStatus.LEFT_EARLY),
            door.checks_in(door.kiosk, ann),
        )
        assert await door.sheet() == {
            ann: ("PRESENT", False, "KIOSK"),
            ben: ("PRESENT", False, "STAFF"),
            cas: ("TARDY", False, "OFFICE"),
            dee: ("LEFT_EARLY", False, "STAFF"),
        } | dict.fromkeys(others, ("ABSENT", True, "SYSTEM"))
        changes = await door.changes()
        assert [revision for revision, _, _ in changes] == [1, 2, 3, 4]
        defaults = [
            student for _, _, entries in changes for student, (_, _, is_defaulted) in entries.items() if is_defaulted
        ]
        assert len(defaults) == len(set(defaults)) == 5


async def test_R4_6_no_interleaving_overwrites_a_persons_absence_with_a_default(door: Door) -> None:
    for number in range(ROUNDS):
        await door.next_round()
        ann, ben, cas, *others = door.students
        status = (ABSENT, AttendanceStatus.EXCUSED_ABSENCE)[number % 2]
        await door.at_once(
            door.checks_in(door.kiosk, ann),
            door.marks(door.office, ben, status),
            door.submits(door.staff, cas, AttendanceStatus.TARDY),
        )
        assert await door.sheet() == {
            ann: ("PRESENT", False, "KIOSK"),
            ben: (status, False, "OFFICE"),
            cas: ("TARDY", False, "STAFF"),
        } | dict.fromkeys(others, ("ABSENT", True, "SYSTEM"))
        for _, source, entries in await door.changes():
            for student in set(entries) & {ann, ben, cas}:
                before, _, is_defaulted = entries[student]
                assert not (is_defaulted and before), (source, "a default took the place of a mark")


async def test_R4_6_the_same_student_at_two_doors_is_checked_in_once(door: Door) -> None:
    for _ in range(ROUNDS):
        await door.next_round()
        ann, *others = door.students
        await door.at_once(*(door.checks_in(viewer, ann) for viewer in (door.kiosk, door.office, door.staff)))
        sheet = await door.sheet()
        ((_, source, entries),) = await door.changes()
        assert sheet.pop(ann) == ("PRESENT", False, source)
        assert sheet == dict.fromkeys(others, ("ABSENT", True, "SYSTEM"))
        assert len(entries) == len(door.students)


async def test_R4_6_a_cleared_check_in_and_another_one_leave_the_other_present(door: Door) -> None:
    for _ in range(ROUNDS):
        await door.next_round()
        ann, ben, *others = door.students
        await door.at_once(door.checks_in(door.kiosk, ann))
        await door.at_once(door.clears(door.office, ann), door.checks_in(door.staff, ben))
        sheet = await door.sheet()
        # Cleared first, Ben's is the first check-in again, and Ann absent by default; cleared last, she is unmarked.
        assert sheet.pop(ann, None) in (None, ("ABSENT", True, "SYSTEM"))
        assert sheet.pop(ben) == ("PRESENT", False, "STAFF")
        assert sheet == dict.fromkeys(others, ("ABSENT", True, "SYSTEM"))


async def test_R4_5b_an_undo_and_another_check_in_leave_the_same_sheet_in_either_order(door: Door) -> None:
    for _ in range(ROUNDS):
        await door.next_round()
        ann, ben, cas, *others = door.students
        await door.at_once(door.checks_in(door.kiosk, ann))
        await door.at_once(door.undoes(ann), door.checks_in(door.staff, ben), door.checks_in(door.kiosk, cas))
        there = {ben: ("PRESENT", False, "STAFF"), cas: ("PRESENT", False, "KIOSK")}
        assert await door.sheet() == there | dict.fromkeys([ann, *others], ("ABSENT", True, "SYSTEM"))
        assert await door.armed() == 2


async def test_R4_5b_two_that_are_undone_at_once_leave_nothing(door: Door) -> None:
    for _ in range(ROUNDS):
        await door.next_round()
        ann, ben, *_ = door.students
        await door.at_once(door.checks_in(door.kiosk, ann), door.checks_in(door.kiosk, ben))
        await door.at_once(door.undoes(ann), door.undoes(ben))
        assert await door.sheet() == {}
        assert await door.armed() == 0
        assert [revision for revision, _, _ in await door.changes()] == [1, 2, 3, 4]


async def test_R4_7_who_enrolls_during_the_first_check_in_is_absent_by_default_either_way(door: Door) -> None:
    world = door.world

    async def enrolls(student: UUID, offering: UUID, uow: UnitOfWork) -> Recorded:
        await uow.connection.execute(
            insert(models.Enrollment).values(
                organization_id=world.organization_id,
                id=student,
                student_id=student,
                offering_id=offering,
                type="ACTIVE",
                starts_on=MONDAY,
            )
        )
        return await default_newcomer(uow, door.office, door.key, student, now=DURING_CLASS)

    for _ in range(LONG_ROUNDS):
        await door.next_round()
        newcomer = await world.student(first_name="New")
        slot = models.Timeslot
        offering = await world.owner.scalar(select(slot.offering_id).where(slot.id == door.key.timeslot_id))
        assert isinstance(offering, UUID)
        ann, *others = door.students
        await door.at_once(door.checks_in(door.kiosk, ann), partial(enrolls, newcomer, offering))
        assert await door.sheet() == {ann: ("PRESENT", False, "KIOSK")} | dict.fromkeys(
            [*others, newcomer], ("ABSENT", True, "SYSTEM")
        )


async def test_R4_13_the_end_of_the_day_and_a_late_check_in_leave_the_student_present(door: Door) -> None:
    await door.world.change_settings(mark_absent_when_nobody_checks_in=True)
    for _ in range(ROUNDS):
        await door.next_round()
        ann, *others = door.students
        await door.at_once(
            door.checks_in(door.office, ann),
            door.day_ends(),
            door.day_ends(),
        )
        assert await door.sheet() == {ann: ("PRESENT", False, "OFFICE")} | dict.fromkeys(
            others, ("ABSENT", True, "SYSTEM")
        )
