"""R7.5, R7.6, R7.10: whatever happens at the same time, on real connections; each race many times over."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import delete, update

from attendance.actions.tokens.steps.reconcile_makeup_tokens import reconcile_makeup_tokens
from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.vocabulary import AttendanceStatus, Source
from db import models
from db.engine import Database
from db.marks.changes import lock_occurrence
from db.tokens.token_runs import DueTokenRun
from db.unit_of_work import unit_of_work
from tests.support.at_once import at_once
from tests.support.factories import MONDAY, World
from tests.support.sizes import SIZES
from tests.support.token_sheet import (
    ABSENT,
    AFTER_CLASS,
    DURING_CLASS,
    END_OF_DAY,
    END_OF_DAY_AT,
    OFFICE,
    PRESENT,
    TokenSheet,
    new_sheet,
)
from workers.context import WorkerContext
from workers.jobs.run_tokens import carry_out
from workers.jobs.sweep_token_runs import sweep

ROUNDS = SIZES.long_race_rounds


@pytest.fixture
async def sheet(world: World, crowded: Database) -> TokenSheet:
    sheet = await new_sheet(world, crowded)
    for _ in range(3):
        await sheet.add_student()
    return sheet


def of_week(sheet: TokenSheet, number: int) -> TokenSheet:
    """The same class, another week."""
    held_on = MONDAY + timedelta(weeks=number)
    return TokenSheet(sheet.world, sheet.database, sheet.lesson, held_on, sheet.enrollments)


def context_of(sheet: TokenSheet) -> WorkerContext:
    return WorkerContext(sheet.database, sheet.announcer, lambda: END_OF_DAY_AT)


async def test_R7_10_both_runs_twice_at_once_give_each_absence_one_token(sheet: TokenSheet) -> None:
    context = context_of(sheet)
    for number in range(ROUNDS):
        week = of_week(sheet, number)
        for student in sheet.enrollments:
            await week.set_mark(student, ABSENT, Source.KIOSK)
        await week.arm()
        phases = (AFTER_CLASS, END_OF_DAY, END_OF_DAY, AFTER_CLASS)
        runs = [DueTokenRun(sheet.world.organization_id, week.occurrence, phase) for phase in phases]
        done = await at_once(*(partial(carry_out, context, run) for run in runs))
        assert sorted(map(bool, done)) == [False, False, True, True]
    tokens = await sheet.tokens()
    assert len(tokens) == 3 * ROUNDS
    assert len({(token.student_id, token.held_on) for token in tokens}) == 3 * ROUNDS
    assert await sheet.ledger() == [("ISSUED", None)] * 3 * ROUNDS
    assert set((await sheet.runs()).values()) == {"DONE"}


@pytest.mark.emptied_database
async def test_R7_10_sweeps_of_three_workers_at_once_carry_out_each_run_once(sheet: TokenSheet) -> None:
    weeks = [of_week(sheet, number) for number in range(ROUNDS)]
    for week in weeks:
        for student in sheet.enrollments:
            await week.set_mark(student, ABSENT, Source.KIOSK)
        await week.arm()
    context = context_of(sheet)
    done = await at_once(*[partial(sweep, context)] * 3)
    assert sum(int(str(count)) for count in done) == 2 * ROUNDS
    assert len(await sheet.tokens()) == 3 * ROUNDS
    assert await sheet.ledger() == [("ISSUED", None)] * 3 * ROUNDS


async def test_R7_6_two_classes_missed_at_once_do_not_exceed_the_limit(sheet: TokenSheet, world: World) -> None:
    ann = next(iter(sheet.enrollments))
    other = await new_sheet(world, sheet.database)
    other.enrollments[ann] = await world.enroll(ann, other.lesson.offering_id)
    for each in (sheet, other):
        await each.set_mark(ann, ABSENT)
    settings = MakeupTokenSettings(token_limit=1)
    for _ in range(ROUNDS):
        await at_once(*(partial(each.reconcile, ann, settings=settings) for each in (sheet, other)))
        assert await sheet.live_tokens() == [ann]
        await world.owner.execute(delete(models.MakeupTokenEntry))
        await world.owner.execute(delete(models.MakeupToken))


async def test_R7_6_two_classes_with_the_same_students_do_not_deadlock(sheet: TokenSheet, world: World) -> None:
    other = await new_sheet(world, sheet.database)
    students = list(sheet.enrollments)
    for student in students:
        other.enrollments[student] = await world.enroll(student, other.lesson.offering_id)
    settings = MakeupTokenSettings(token_limit=100)
    for number in range(ROUNDS):
        one, two = of_week(sheet, number), of_week(other, number)
        for each in (one, two):
            for student in students:
                await each.set_mark(student, ABSENT)
        await at_once(
            partial(one.reconcile, *students, settings=settings),
            partial(two.reconcile, *reversed(students), settings=settings),
        )
    assert len(await sheet.tokens()) == 2 * 3 * ROUNDS


async def correct(sheet: TokenSheet, student: UUID, status: AttendanceStatus) -> None:
    """As a deferred mark does it: the mark and what it takes away in one transaction."""
    mark = models.Mark
    async with unit_of_work(sheet.database, sheet.world.organization_id, sheet.announcer) as uow:
        await lock_occurrence(uow, sheet.occurrence)
        of_student = (mark.student_id == student, mark.held_on == sheet.held_on)
        await uow.connection.execute(update(mark).where(*of_student).values(status=status))
        await reconcile_makeup_tokens(
            uow,
            sheet.occurrence,
            student_ids=[student],
            may_create=False,
            settings=MakeupTokenSettings(),
            author=OFFICE,
            now=DURING_CLASS,
        )


async def test_R7_4_a_correction_during_a_run_leaves_no_token_behind(sheet: TokenSheet) -> None:
    ann, ben, _ = sheet.enrollments
    for number in range(ROUNDS):
        week = of_week(sheet, number)
        for student in (ann, ben):
            await week.set_mark(student, ABSENT, Source.KIOSK)
        await week.arm()
        await at_once(
            partial(correct, week, ann, PRESENT),
            partial(week.run, END_OF_DAY, now=END_OF_DAY_AT),
        )
        of_ann = [token.revoked_at for token in await sheet.tokens() if token.student_id == ann]
        assert all(revoked_at is not None for revoked_at in of_ann)
    assert [token.student_id for token in await sheet.tokens() if token.revoked_at is None] == [ben] * ROUNDS
