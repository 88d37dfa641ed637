"""A story of two classes of one day, told to the product act by act, on real connections, with crashes in it."""

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from attendance.actions.cancelling.cancel_occurrence import cancel_occurrence
from attendance.actions.cancelling.restore_occurrence import restore_occurrence
from attendance.actions.makeups.redeem_makeup_token import redeem_makeup_token
from attendance.actions.marks.check_in import check_in
from attendance.actions.marks.record_marks import Submission
from attendance.actions.marks.submit_attendance import submit_attendance
from attendance.actions.tokens.delete_makeup_token import delete_makeup_token
from attendance.actions.tokens.reset_makeup_token import reset_makeup_token
from attendance.rules.cancelling.cancelling import CancellationOptions, CancellationTokens
from attendance.rules.marks.marks import WantedMark
from attendance.rules.organization.permissions import Viewer
from attendance.rules.refusals import Refusal
from attendance.rules.vocabulary import AttendanceStatus, EnrollmentType, Permission, Portal
from db.engine import Database
from db.marks.changes import Author
from db.organization.settings import read_settings
from db.tokens.token_runs import DueTokenRun
from db.unit_of_work import UnitOfWork, unit_of_work
from tests.support.each_statement import each_statement
from tests.support.factories import MONDAY, Lesson, World
from tests.support.token_sheet import AFTER_CLASS, END_OF_DAY, RUNS, TokenSheet, new_sheet
from tests.support.viewers import kiosk_viewer, staff_viewer
from workers.context import WorkerContext
from workers.jobs.run_tokens import carry_out
from workers.jobs.sweep_token_runs import sweep

STARTS = datetime(2026, 11, 16, 22, 50, tzinfo=UTC)
"""Ten minutes before both classes; they end at 17:45 in Chicago."""
MOMENTS = (
    STARTS,
    STARTS + timedelta(minutes=30),
    STARTS + timedelta(hours=2),
    STARTS + timedelta(hours=8),
    STARTS + timedelta(days=1),
)
MAKEUP_ON = MONDAY + timedelta(days=2)
NAMES = {"Ann": EnrollmentType.ACTIVE, "Ben": EnrollmentType.ACTIVE, "Cas": EnrollmentType.TRIAL}


class Crash(Exception):
    """The process is gone."""


@dataclass
class Story:
    """`students` by name, in both classes. Wake-ups reach nobody: whoever hears of a run finds its row."""

    sheets: tuple[TokenSheet, TokenSheet]
    makeup: Lesson
    students: dict[str, UUID]
    person_id: UUID
    kiosk_id: UUID
    earning: tuple[str, ...] = ("ABSENT", "EXCUSED_ABSENCE")
    now: datetime = STARTS
    told: list[Any] = field(default_factory=list)

    @property
    def worker(self) -> WorkerContext:
        return WorkerContext(self.sheets[0].database, self.sheets[0].announcer, lambda: self.now)

    async def viewer(self, portal: Portal) -> Viewer:
        """With the settings of now."""
        sheet = self.sheets[0]
        organization_id = sheet.world.organization_id
        async with sheet.database.read(organization_id) as connection:
            settings = await read_settings(connection, organization_id)
        if portal is Portal.KIOSK:
            return kiosk_viewer(sheet.world, self.kiosk_id, settings=settings)
        return staff_viewer(sheet.world, self.person_id, portal=portal, settings=settings)

    async def tell(self, act: str, which: int, name: str, given: Any, crash_at: int | None) -> None:
        """One act; with `crash_at` the process is gone before that statement of it, if it has so many."""
        acts: dict[str, Callable[[TokenSheet, str, Any], Coroutine[Any, Any, Any]]] = {
            "submit": self.submit,
            "check in": self.check_in,
            "run": self.run,
            "delete": self.delete,
            "redeem": self.redeem,
            "reset": self.reset,
            "cancel": self.cancel,
            "restore": self.restore,
        }
        self.told.append((act, which, name, given, crash_at))
        if act == "wait":
            self.now = next((at for at in MOMENTS if at > self.now), self.now)
        elif act == "switch":
            await self.sheets[0].world.change_settings(**{given: name == "Ann"})
        elif act == "sweep":
            await sweep(self.worker)
        else:
            with crashing(self.sheets[0], crash_at):
                await acts[act](self.sheets[which], name, given)

    async def submit(self, sheet: TokenSheet, name: str, given: tuple[Portal, str | None, str | None]) -> None:
        portal, status, rest = given
        wanted = WantedMark(None if status is None else AttendanceStatus(status))
        submission = Submission(
            sheet.occurrence, {self.students[name]: wanted}, None if rest is None else AttendanceStatus(rest)
        )
        viewer = await self.viewer(portal)
        async with unit_of_work(sheet.database, sheet.world.organization_id, sheet.announcer) as uow:
            await submit_attendance(uow, viewer, submission, now=self.now)

    async def check_in(self, sheet: TokenSheet, name: str, given: None) -> None:
        viewer = await self.viewer(Portal.KIOSK)
        async with unit_of_work(sheet.database, sheet.world.organization_id, sheet.announcer) as uow:
            await check_in(uow, viewer, sheet.occurrence, self.students[name], now=self.now)

    async def run(self, sheet: TokenSheet, name: str, given: str) -> None:
        """As a worker does that was woken: rightly, too early, or for the second time."""
        phase = AFTER_CLASS if given == "AFTER_CLASS" else END_OF_DAY
        await carry_out(self.worker, DueTokenRun(sheet.world.organization_id, sheet.occurrence, phase))

    async def delete(self, sheet: TokenSheet, name: str, given: None) -> None:
        await self._by_hand(sheet, name, delete_makeup_token)

    async def reset(self, sheet: TokenSheet, name: str, given: None) -> None:
        await self._by_hand(sheet, name, reset_makeup_token)

    async def redeem(self, sheet: TokenSheet, name: str, given: None) -> None:
        """For the class that everybody makes up in."""
        makeup = self.makeup.key(MAKEUP_ON)

        async def redeem(uow: UnitOfWork, viewer: Viewer, token_id: UUID, *, now: datetime) -> object:
            return await redeem_makeup_token(uow, viewer, token_id, makeup, now=now)

        await self._by_hand(sheet, name, redeem)

    async def _by_hand(self, sheet: TokenSheet, name: str, act: Callable[..., Coroutine[Any, Any, object]]) -> None:
        """Of the student's token of this class, if there is one."""
        found = [
            token.id
            for token in await sheet.tokens()
            if token.student_id == self.students[name]
            and token.timeslot_id == sheet.lesson.timeslot_id
            and token.origin == "ABSENCE"
        ]
        viewer = await self.viewer(Portal.OFFICE)
        for token_id in found:
            async with unit_of_work(sheet.database, sheet.world.organization_id, sheet.announcer) as uow:
                await act(uow, viewer, token_id, now=self.now)

    async def cancel(self, sheet: TokenSheet, name: str, given: bool) -> None:
        """With tokens for all, or without."""
        options = CancellationOptions(tokens=CancellationTokens() if given else None)
        viewer = await self.viewer(Portal.OFFICE)
        author = Author.of(viewer.caller)
        async with unit_of_work(sheet.database, sheet.world.organization_id, sheet.announcer) as uow:
            await cancel_occurrence(
                uow, sheet.occurrence, options, author=author, settings=viewer.settings, now=self.now
            )

    async def restore(self, sheet: TokenSheet, name: str, given: None) -> None:
        viewer = await self.viewer(Portal.OFFICE)
        async with unit_of_work(sheet.database, sheet.world.organization_id, sheet.announcer) as uow:
            await restore_occurrence(uow, viewer, sheet.occurrence, now=self.now)

    async def end(self) -> None:
        """The next afternoon: what is armed happens, late."""
        self.now = MOMENTS[-1]
        await sweep(self.worker)

    async def run_all(self, *, backwards: bool) -> None:
        for sheet in self.sheets[::-1] if backwards else self.sheets:
            await sheet.arm(RUNS[1], now=self.now)
            await self.run(sheet, "", "END_OF_DAY")

    async def tokens(self, sheet: TokenSheet) -> dict[str, str]:
        """What each student's absence token of the class is. Staff can delete a revoked one too, and it is deleted then
        (R8.3).
        """
        names = {student: name for name, student in self.students.items()}
        found = {}
        for token in await sheet.tokens():
            is_of_class = token.timeslot_id == sheet.lesson.timeslot_id and token.origin == "ABSENCE"
            if is_of_class and (token.revoked_at is None or token.deleted_at is not None):
                used = "tied" if token.makeup_enrollment_id is not None else "unused"
                found[names[token.student_id]] = used if token.deleted_at is None else "deleted"
        return found


@contextmanager
def crashing(sheet: TokenSheet, crash_at: int | None) -> Iterator[None]:
    """A refusal is an answer, and a crash is none; both leave nothing behind."""
    statements = 0

    def count(_: str) -> None:
        nonlocal statements
        statements += 1
        if crash_at is not None and statements > crash_at:
            raise Crash

    with each_statement(sheet.database, count), suppress(Crash, Refusal):
        yield


async def new_story(world: World, database: Database, **settings: Any) -> Story:
    """Everybody is in both classes; only those with an ACTIVE place earn tokens."""
    if settings:
        await world.change_settings(**settings)
    first, second = [await new_sheet(world, database) for _ in range(2)]
    students = {}
    for name, type_ in NAMES.items():
        students[name] = await first.add_student(type=type_)
        second.enrollments[students[name]] = await world.enroll(students[name], second.lesson.offering_id, type=type_)
    person_id = await world.staff(Permission.OWNER)
    kiosk_id = await world.kiosk(person_id, name="Door")
    makeup = await world.weekly_class(weekday=MAKEUP_ON.isoweekday())
    story = Story((first, second), makeup, students, person_id, kiosk_id)
    if settings.get("token_trigger") == "EXCUSED_ONLY":
        story.earning = ("EXCUSED_ABSENCE",)
    return story


_COPIES = (
    """INSERT INTO mark (organization_id, timeslot_id, held_on, student_id, enrollment_id, status, is_defaulted, source,
        marked_at, revision)
       SELECT m.organization_id, :twin, m.held_on, m.student_id, e.id, m.status, m.is_defaulted, m.source,
        m.marked_at, 1
       FROM mark m JOIN enrollment e ON e.student_id = m.student_id AND e.offering_id = :offering
       WHERE m.timeslot_id = :slot""",
    """INSERT INTO makeup_token (organization_id, id, student_id, origin, timeslot_id, held_on, source, issued_at,
        issued_on, deleted_at)
       SELECT organization_id, gen_random_uuid(), student_id, origin, :twin, held_on, source, issued_at,
        issued_on, deleted_at
       FROM makeup_token WHERE timeslot_id = :slot AND deleted_at IS NOT NULL""",
    """UPDATE occurrence twin SET cancelled_at = o.cancelled_at
       FROM occurrence o WHERE twin.timeslot_id = :twin AND o.timeslot_id = :slot AND o.held_on = twin.held_on""",
)


async def tokens_of_one_run(story: Story, sheet: TokenSheet) -> dict[str, str]:
    """Of another class at which everybody has the same mark in the end, the same tokens were deleted by hand, and
    nothing happened before but one run.
    """
    twin = await new_sheet(sheet.world, sheet.database)
    for name, student in story.students.items():
        await sheet.world.enroll(student, twin.lesson.offering_id, type=NAMES[name])
    await sheet.world.occurrence(twin.lesson.timeslot_id)
    slots = {"twin": twin.lesson.timeslot_id, "slot": sheet.lesson.timeslot_id, "offering": twin.lesson.offering_id}
    for statement in _COPIES:
        given = {name: slot for name, slot in slots.items() if f":{name}" in statement}
        await sheet.world.owner.execute(text(statement).bindparams(**given))
    await twin.arm(RUNS[1])
    await story.run(twin, "", "END_OF_DAY")
    return await story.tokens(twin)
