"""R4.9, R7.9: who reads the clock first and gets the lock last writes the later time, on changes and in the ledger."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from sqlalchemy import text

from attendance.actions.marks.record_marks import Submission
from attendance.actions.marks.submit_attendance import submit_attendance
from attendance.rules.marks.marks import WantedMark
from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.vocabulary import ChangeKind, MakeupTokenAct, Permission, Source
from db import models
from db.engine import Database
from db.marks.changes import SYSTEM, record_change
from db.roster.roster_changes import lock_occurrences, number_changes
from db.tokens.token_ledger import read_ledgers
from db.unit_of_work import UnitOfWork, unit_of_work
from tests.support.at_once import at_once
from tests.support.factories import World
from tests.support.sizes import SIZES
from tests.support.token_sheet import ABSENT, DURING_CLASS, END_OF_DAY, END_OF_DAY_AT, PRESENT, TokenSheet, new_sheet
from tests.support.viewers import staff_viewer

SECOND = timedelta(seconds=1)
Write = Callable[[UnitOfWork, TokenSheet, datetime], Awaitable[object]]


class Ticking:
    """A clock that goes on by a second whenever it is read."""

    def __init__(self) -> None:
        self.now = DURING_CLASS

    def __call__(self) -> datetime:
        self.now += SECOND
        return self.now


@pytest.fixture
async def sheet(world: World, crowded: Database) -> TokenSheet:
    sheet = await new_sheet(world, crowded)
    for _ in range(3):
        await sheet.add_student()
    return sheet


async def submit(uow: UnitOfWork, sheet: TokenSheet, now: datetime, student: UUID | None = None) -> object:
    viewer = staff_viewer(sheet.world, await sheet.world.staff(Permission.OWNER))
    marks = {student or next(iter(sheet.enrollments)): WantedMark(PRESENT)}
    return await submit_attendance(uow, viewer, Submission(sheet.occurrence, marks), now=now)


async def touch(uow: UnitOfWork, sheet: TokenSheet, now: datetime) -> object:
    await lock_occurrences(uow, [sheet.occurrence])
    return await record_change(uow, sheet.occurrence, ChangeKind.TOKENS, SYSTEM, now=now, students=sheet.enrollments)


async def enroll(uow: UnitOfWork, sheet: TokenSheet, now: datetime) -> object:
    await lock_occurrences(uow, [sheet.occurrence])
    rows = {(sheet.occurrence, student): False for student in sheet.enrollments}
    return await number_changes(uow, ChangeKind.ROSTER, rows, SYSTEM, now)


async def times(sheet: TokenSheet) -> list[datetime]:
    """Of the changes, by revision."""
    found = await sheet.world.owner.execute(
        text("SELECT changed_at FROM change WHERE timeslot_id = :slot ORDER BY revision").bindparams(
            slot=sheet.lesson.timeslot_id
        )
    )
    return list(found.scalars())


@pytest.mark.parametrize("write", [submit, touch, enroll])
async def test_R4_9_the_time_is_read_under_the_lock(sheet: TokenSheet, crowded: Database, write: Write) -> None:
    clock, organization_id = Ticking(), sheet.world.organization_id
    asked = clock()
    waiting = asyncio.Event()

    async def late() -> None:
        async with unit_of_work(crowded, organization_id, sheet.announcer, clock) as uow:
            waiting.set()
            await write(uow, sheet, asked)

    async with unit_of_work(crowded, organization_id, sheet.announcer, clock) as uow:
        await lock_occurrences(uow, [sheet.occurrence])
        waiter = asyncio.create_task(late())
        await waiting.wait()
        await touch(uow, sheet, clock())
    async with asyncio.timeout(10):
        await waiter
    first, second = await times(sheet)
    assert asked < first < second
    if write is submit:
        (mark,) = await sheet.world.rows(models.Mark)
        assert mark.marked_at == second


@pytest.mark.parametrize("write", [submit, touch, enroll])
async def test_R4_9_a_clock_that_is_behind_keeps_the_order(sheet: TokenSheet, crowded: Database, write: Write) -> None:
    for each, now in ((touch, DURING_CLASS + SECOND), (write, DURING_CLASS)):
        async with unit_of_work(crowded, sheet.world.organization_id, sheet.announcer) as uow:
            await each(uow, sheet, now)
    assert await times(sheet) == [DURING_CLASS + SECOND] * 2


async def test_R4_9_writers_at_once_leave_the_times_in_order(sheet: TokenSheet, crowded: Database) -> None:
    clock = Ticking()

    def act(write: Write) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            now = clock()
            async with unit_of_work(crowded, sheet.world.organization_id, sheet.announcer, clock) as uow:
                await write(uow, sheet, now)

        return run

    for _ in range(SIZES.long_race_rounds):
        await at_once(*map(act, (touch, enroll) * 3))
    found = await times(sheet)
    assert len(found) == 6 * SIZES.long_race_rounds
    assert all(before <= after for before, after in pairwise(found))


async def test_R7_9_a_token_is_revoked_after_it_was_issued_whoever_read_the_clock_first(
    sheet: TokenSheet, database: Database
) -> None:
    """The mark's transaction read the clock before the run did, and got the lock after it."""
    student = next(iter(sheet.enrollments))
    await sheet.set_mark(student, ABSENT, Source.KIOSK)
    await sheet.arm()
    await sheet.run(END_OF_DAY, now=END_OF_DAY_AT)
    await sheet.set_mark(student, PRESENT)
    await sheet.reconcile(student, now=END_OF_DAY_AT - 3 * SECOND)
    (token,) = await sheet.tokens()
    assert token.revoked_at >= token.issued_at
    async with database.read(sheet.world.organization_id) as connection:
        steps = (await read_ledgers(connection, sheet.world.organization_id, [token.id]))[token.id]
    assert [step.act for step in steps] == [MakeupTokenAct.ISSUED, MakeupTokenAct.REVOKED]
    assert [step.entered_at for step in steps] == [END_OF_DAY_AT] * 2
    assert steps[0].number < steps[1].number


async def test_R7_9_a_skip_and_the_later_token_are_in_order(sheet: TokenSheet) -> None:
    """A skip has no token: what orders the two is the student at the occurrence."""
    student = next(iter(sheet.enrollments))
    await sheet.set_mark(student, ABSENT)
    await sheet.reconcile(student, settings=MakeupTokenSettings(token_limit=0), now=DURING_CLASS)
    await sheet.reconcile(student, now=DURING_CLASS - SECOND)
    found = await sheet.world.owner.execute(
        text("SELECT act, entered_at FROM makeup_token_entry WHERE student_id = :student ORDER BY number").bindparams(
            student=student
        )
    )
    assert [tuple(row) for row in found] == [("SKIPPED", DURING_CLASS), ("ISSUED", DURING_CLASS)]
