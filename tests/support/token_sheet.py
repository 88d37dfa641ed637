"""A class with students, for tests of makeup tokens: set marks as they stand, reconcile, read what came of
it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, update

from attendance.actions.tokens.run_tokens import run_tokens
from attendance.actions.tokens.steps.arm_token_runs import arm_token_runs
from attendance.actions.tokens.steps.reconcile_makeup_tokens import TokenOutcome, reconcile_makeup_tokens
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.tokens.token_runs import DueRun
from attendance.rules.vocabulary import AttendanceStatus, Source, TokenRunPhase
from db import models
from db.engine import Database
from db.marks.changes import Author, lock_occurrence
from db.unit_of_work import UnitOfWork, unit_of_work
from db.wake_ups import Announcer
from tests.support.factories import LONG_AGO, MONDAY, Lesson, World

ABSENT, EXCUSED = AttendanceStatus.ABSENT, AttendanceStatus.EXCUSED_ABSENCE
PRESENT = AttendanceStatus.PRESENT
AFTER_CLASS, END_OF_DAY = TokenRunPhase.AFTER_CLASS, TokenRunPhase.END_OF_DAY
# The class is on MONDAY, 17:00 to 17:45 in Chicago (UTC-6).
DURING_CLASS = datetime(2026, 11, 16, 23, 10, tzinfo=UTC)
AFTER_CLASS_AT = datetime(2026, 11, 17, 0, 15, tzinfo=UTC)
END_OF_DAY_AT = datetime(2026, 11, 17, 5, 59, tzinfo=UTC)
RUNS = (DueRun(AFTER_CLASS, AFTER_CLASS_AT), DueRun(END_OF_DAY, END_OF_DAY_AT))
OFFICE = Author(Source.OFFICE)


@dataclass
class TokenSheet:
    """One occurrence, its students (all ACTIVE unless enrolled otherwise) and the application's database."""

    world: World
    database: Database
    lesson: Lesson
    held_on: date = MONDAY
    enrollments: dict[UUID, UUID] = field(default_factory=dict)
    announcer: Announcer = field(default_factory=Announcer)

    @property
    def occurrence(self) -> OccurrenceKey:
        return self.lesson.key(self.held_on)

    async def add_student(self, **enrollment: Any) -> UUID:
        student = await self.world.student()
        self.enrollments[student] = await self.world.enroll(student, self.lesson.offering_id, **enrollment)
        return student

    async def set_mark(self, student: UUID, status: AttendanceStatus | None, source: Source = Source.OFFICE) -> None:
        """The mark as it stands from now on; None when it is cleared. The owner writes it, so no change is numbered."""
        of_student = (
            models.Mark.student_id == student,
            models.Mark.timeslot_id == self.lesson.timeslot_id,
            models.Mark.held_on == self.held_on,
        )
        owner = self.world.owner
        if status is None:
            await owner.execute(delete(models.Mark).where(*of_student))
            return
        changed = await owner.execute(update(models.Mark).where(*of_student).values(status=status, source=source))
        if changed.rowcount == 0:
            await self.world.mark(
                student,
                self.lesson.timeslot_id,
                held_on=self.held_on,
                status=status,
                source=source,
                enrollment_id=self.enrollments.get(student),
            )

    async def reconcile(
        self,
        *students: UUID,
        may_create: bool = True,
        now: datetime = DURING_CLASS,
        settings: MakeupTokenSettings | None = None,
        author: Author = OFFICE,
    ) -> TokenOutcome:
        """As a mark's transaction does it; of all students when none is named."""
        async with self.transaction() as uow:
            return await reconcile_makeup_tokens(
                uow,
                self.occurrence,
                student_ids=students or None,
                may_create=may_create,
                settings=settings or MakeupTokenSettings(),
                author=author,
                now=now,
            )

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[UnitOfWork]:
        """A unit of work that holds the occurrence's lock."""
        async with unit_of_work(self.database, self.world.organization_id, self.announcer) as uow:
            await lock_occurrence(uow, self.occurrence)
            yield uow

    async def arm(self, *runs: DueRun, now: datetime = DURING_CLASS) -> list[object]:
        """The wake-ups that this asked for."""
        async with self.transaction() as uow:
            await arm_token_runs(uow, self.occurrence, runs or RUNS, now=now)
            return list(uow.wake_ups)

    async def run(self, phase: TokenRunPhase, *, now: datetime) -> TokenOutcome | None:
        async with unit_of_work(self.database, self.world.organization_id, self.announcer) as uow:
            return await run_tokens(uow, self.occurrence, phase, now=now)

    async def tokens(self) -> list[Row[Any]]:
        """Every token of the organization, by student."""
        return sorted(await self.world.rows(models.MakeupToken), key=lambda token: (token.student_id, token.id))

    async def live_tokens(self) -> list[UUID]:
        """The students who have a token that is not revoked, once for each."""
        return [token.student_id for token in await self.tokens() if token.revoked_at is None]

    async def ledger(self, student: UUID | None = None) -> list[tuple[str, str | None]]:
        """Acts and causes in the order of their entry."""
        of_student = {} if student is None else {"student_id": student}
        return [(row.act.value, row.cause) for row in await self.world.rows(models.MakeupTokenEntry, **of_student)]

    async def runs(self) -> dict[str, str]:
        """State by phase."""
        runs = await self.world.rows(models.TokenRun, timeslot_id=self.lesson.timeslot_id)
        return {row.phase.value: row.state.value for row in runs}

    async def tie_to_makeup(self, token_id: UUID, makeup_on: date) -> None:
        """As if the token had been redeemed for the class on `makeup_on`."""
        (token,) = await self.world.rows(models.MakeupToken, id=token_id)
        await self.world.makeup(token.student_id, self.lesson, makeup_on, token_id=token_id)

    async def cancel(self, *, at: datetime | None = LONG_AGO) -> None:
        await self.world.occurrence(self.lesson.timeslot_id, self.held_on)
        await self.world.owner.execute(
            update(models.Occurrence)
            .where(models.Occurrence.timeslot_id == self.lesson.timeslot_id)
            .values(cancelled_at=at)
        )


async def new_sheet(world: World, database: Database, **lesson: Any) -> TokenSheet:
    given: dict[str, Any] = {"weekday": 1, "start_time": time(17), "duration_minutes": 45}
    return TokenSheet(world, database, await world.weekly_class(**{**given, **lesson}))
