"""R7.3, R7.10: arming a run, and what carrying it out does, once."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from attendance.actions.tokens.run_tokens import run_tokens
from attendance.actions.tokens.steps.arm_token_runs import arm_token_runs
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.tokens.token_runs import DueRun, run_times
from attendance.rules.vocabulary import ChangeKind, Source, TokenRunPhase
from db import models
from db.engine import Database
from db.ids import new_id
from db.unit_of_work import unit_of_work
from db.wake_ups import RollSheetChanged, TokenRunArmed
from tests.support.factories import MONDAY, World, new_world
from tests.support.token_sheet import (
    ABSENT,
    AFTER_CLASS,
    AFTER_CLASS_AT,
    DURING_CLASS,
    END_OF_DAY,
    END_OF_DAY_AT,
    PRESENT,
    RUNS,
    TokenSheet,
    new_sheet,
)

ARMED, DONE = "ARMED", "DONE"


@pytest.fixture
async def sheet(world: World, database: Database) -> TokenSheet:
    return await new_sheet(world, database)


@pytest.fixture
async def ann(sheet: TokenSheet) -> UUID:
    student = await sheet.add_student()
    await sheet.set_mark(student, ABSENT, Source.KIOSK)
    return student


def wake_up(sheet: TokenSheet, run: DueRun) -> TokenRunArmed:
    return TokenRunArmed(sheet.world.organization_id, sheet.lesson.timeslot_id, MONDAY, run.phase, run.due_at)


async def test_R7_3_arming_is_a_row_and_a_wake_up_and_repeating_it_is_neither(sheet: TokenSheet) -> None:
    assert await sheet.arm() == [wake_up(sheet, run) for run in RUNS]
    assert await sheet.arm(now=DURING_CLASS + timedelta(minutes=1)) == []
    found = await sheet.world.owner.execute(select(models.TokenRun.__table__).order_by(models.TokenRun.due_at))
    rows = found.all()
    assert [(row.phase, row.due_at, row.state, row.armed_at, row.done_at) for row in rows] == [
        (AFTER_CLASS, AFTER_CLASS_AT, ARMED, DURING_CLASS, None),
        (END_OF_DAY, END_OF_DAY_AT, ARMED, DURING_CLASS, None),
    ]


async def test_R7_3_nothing_to_arm_is_nothing(sheet: TokenSheet) -> None:
    async with unit_of_work(sheet.database, sheet.world.organization_id, sheet.announcer) as uow:
        await arm_token_runs(uow, sheet.occurrence, (), now=DURING_CLASS)
        assert uow.wake_ups == []
    assert await sheet.runs() == {}


async def test_R7_3_a_done_run_is_armed_again_and_runs_again(sheet: TokenSheet, ann: UUID) -> None:
    await sheet.arm()
    await sheet.run(AFTER_CLASS, now=AFTER_CLASS_AT)
    await sheet.run(END_OF_DAY, now=END_OF_DAY_AT)
    assert await sheet.runs() == {"AFTER_CLASS": DONE, "END_OF_DAY": DONE}
    ben = await sheet.add_student()
    await sheet.set_mark(ben, ABSENT, Source.KIOSK)
    late = END_OF_DAY_AT + timedelta(seconds=20)
    assert await sheet.arm(RUNS[1], now=late) == [wake_up(sheet, RUNS[1])]
    assert await sheet.runs() == {"AFTER_CLASS": DONE, "END_OF_DAY": ARMED}
    outcome = await sheet.run(END_OF_DAY, now=late)
    assert outcome is not None
    assert set(outcome.issued) == {ben}
    assert sorted(await sheet.live_tokens()) == sorted([ann, ben])


async def test_R7_3_the_runs_issue_what_the_marks_have_earned_by_then(sheet: TokenSheet, ann: UUID) -> None:
    ben, cleo = await sheet.add_student(), await sheet.add_student()
    await sheet.set_mark(ben, ABSENT, Source.KIOSK)
    await sheet.set_mark(cleo, PRESENT, Source.KIOSK)
    await sheet.arm()
    # Ben comes late, before the run: nothing is ever issued for him.
    await sheet.set_mark(ben, PRESENT, Source.KIOSK)
    first = await sheet.run(AFTER_CLASS, now=AFTER_CLASS_AT)
    assert first is not None
    assert set(first.issued) == {ann}
    # Cleo's mark is corrected in the evening: "again at the end of the day, to capture any changes".
    await sheet.set_mark(cleo, ABSENT)
    second = await sheet.run(END_OF_DAY, now=END_OF_DAY_AT)
    assert second is not None
    assert set(second.issued) == {cleo}
    assert sorted(await sheet.live_tokens()) == sorted([ann, cleo])
    found = await sheet.world.owner.execute(
        select(
            models.TokenRun.state, models.TokenRun.done_at, models.TokenRun.issued, models.TokenRun.revoked
        ).order_by(models.TokenRun.due_at)
    )
    assert [tuple(row) for row in found] == [(DONE, AFTER_CLASS_AT, 1, 0), (DONE, END_OF_DAY_AT, 1, 0)]


async def test_R7_10_a_run_that_is_not_due_or_not_armed_does_nothing(sheet: TokenSheet, ann: UUID) -> None:
    assert await sheet.run(AFTER_CLASS, now=AFTER_CLASS_AT) is None
    await sheet.arm()
    assert await sheet.run(AFTER_CLASS, now=AFTER_CLASS_AT - timedelta(microseconds=1)) is None
    assert await sheet.run(END_OF_DAY, now=AFTER_CLASS_AT) is None
    assert (await sheet.tokens(), await sheet.runs()) == ([], {"AFTER_CLASS": ARMED, "END_OF_DAY": ARMED})
    assert await sheet.run(AFTER_CLASS, now=AFTER_CLASS_AT) is not None
    assert await sheet.run(AFTER_CLASS, now=AFTER_CLASS_AT) is None
    assert await sheet.live_tokens() == [ann]


async def test_R7_10_a_run_of_an_unknown_occurrence_leaves_no_trace(sheet: TokenSheet) -> None:
    unknown = OccurrenceKey(new_id(), MONDAY)
    async with unit_of_work(sheet.database, sheet.world.organization_id, sheet.announcer) as uow:
        assert await run_tokens(uow, unknown, END_OF_DAY, now=END_OF_DAY_AT) is None
    found = await sheet.world.owner.execute(select(models.Occurrence.timeslot_id))
    assert found.all() == []


async def test_R10_1_a_run_that_changed_tokens_is_a_numbered_change_and_one_that_did_not_is_none(
    sheet: TokenSheet, ann: UUID
) -> None:
    await sheet.arm()
    async with unit_of_work(sheet.database, sheet.world.organization_id, sheet.announcer) as uow:
        await run_tokens(uow, sheet.occurrence, AFTER_CLASS, now=AFTER_CLASS_AT)
        assert uow.wake_ups == [
            RollSheetChanged(sheet.world.organization_id, sheet.lesson.timeslot_id, MONDAY, revision=2)
        ]
    change, entry = models.Change, models.ChangedEntry
    (numbered,) = (await sheet.world.owner.execute(select(change.__table__))).all()
    assert (numbered.revision, numbered.kind, numbered.source) == (2, ChangeKind.TOKENS, Source.SYSTEM)
    assert (numbered.actor_id, numbered.changed_at) == (None, AFTER_CLASS_AT)
    entries = await sheet.world.owner.execute(select(entry.revision, entry.student_id))
    assert [tuple(row) for row in entries] == [(2, ann)]

    await sheet.run(END_OF_DAY, now=END_OF_DAY_AT)
    assert len((await sheet.world.owner.execute(select(change.revision))).all()) == 1


async def test_R7_9_the_ledger_names_the_run(sheet: TokenSheet, ann: UUID) -> None:
    await sheet.arm()
    await sheet.run(AFTER_CLASS, now=AFTER_CLASS_AT)
    entry = models.MakeupTokenEntry
    found = await sheet.world.owner.execute(select(entry.source, entry.actor_id, entry.facts))
    assert [tuple(row) for row in found] == [(Source.SYSTEM, None, {"status": "ABSENT", "phase": "AFTER_CLASS"})]


async def test_R7_2_a_run_goes_by_the_settings_of_its_time(sheet: TokenSheet, ann: UUID) -> None:
    await sheet.arm()
    await sheet.world.change_settings(token_trigger="EXCUSED_ONLY")
    await sheet.run(AFTER_CLASS, now=AFTER_CLASS_AT)
    assert (await sheet.tokens(), await sheet.ledger(ann)) == ([], [("SKIPPED", "NOT_EXCUSED")])
    await sheet.world.change_settings(token_trigger="ALL_ABSENCES", token_limit=1)
    await sheet.run(END_OF_DAY, now=END_OF_DAY_AT)
    assert await sheet.live_tokens() == [ann]


async def test_R7_3_a_run_a_day_late_issues_with_the_date_of_its_doing(sheet: TokenSheet, ann: UUID) -> None:
    await sheet.arm()
    late = END_OF_DAY_AT + timedelta(days=1, hours=3)
    await sheet.run(AFTER_CLASS, now=late)
    await sheet.run(END_OF_DAY, now=late)
    (token,) = await sheet.tokens()
    assert (token.student_id, token.held_on, token.issued_on) == (ann, MONDAY, MONDAY + timedelta(days=2))


async def test_R7_3_a_class_past_midnight_issues_nothing_while_it_runs(world: World, database: Database) -> None:
    sheet = await new_sheet(world, database, start_time=time(23), duration_minutes=120)
    ann, ben = await sheet.add_student(), await sheet.add_student()
    await sheet.set_mark(ann, ABSENT, Source.KIOSK)
    await sheet.set_mark(ben, ABSENT, Source.KIOSK)
    ends_at = datetime(2026, 11, 17, 7, 0, tzinfo=UTC)
    after_class, end_of_day = run_times(ends_at, ZoneInfo("America/Chicago"))
    await sheet.arm(after_class, end_of_day)
    for phase in (TokenRunPhase.AFTER_CLASS, TokenRunPhase.END_OF_DAY):
        await sheet.run(phase, now=ends_at)
    assert await sheet.tokens() == []
    await sheet.run(TokenRunPhase.AFTER_CLASS, now=after_class.due_at)
    assert sorted(await sheet.live_tokens()) == sorted((ann, ben))
    # Ben's mark is corrected afterwards: his token goes at once.
    await sheet.set_mark(ben, PRESENT, Source.KIOSK)
    assert set((await sheet.reconcile(ben, may_create=False, now=after_class.due_at)).revoked) == {ben}
    await sheet.run(TokenRunPhase.END_OF_DAY, now=end_of_day.due_at)
    assert await sheet.live_tokens() == [ann]
    assert {token.issued_on for token in await sheet.tokens()} == {MONDAY + timedelta(days=1)}


@pytest.mark.own_database
async def test_R7_10_a_fault_in_a_run_leaves_it_armed_and_nothing_done(sheet: TokenSheet, ann: UUID) -> None:
    await sheet.arm()
    owner = sheet.world.owner
    await owner.exec_driver_sql(
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'disk full'; END $$"
    )
    await owner.exec_driver_sql("CREATE TRIGGER fail BEFORE UPDATE ON token_run EXECUTE FUNCTION fail()")
    with pytest.raises(DBAPIError, match="disk full"):
        await sheet.run(AFTER_CLASS, now=AFTER_CLASS_AT)
    assert (await sheet.tokens(), await sheet.ledger()) == ([], [])
    assert await sheet.runs() == {"AFTER_CLASS": ARMED, "END_OF_DAY": ARMED}

    await owner.exec_driver_sql("DROP TRIGGER fail ON token_run")
    await sheet.run(AFTER_CLASS, now=AFTER_CLASS_AT)
    assert await sheet.live_tokens() == [ann]


async def test_another_organizations_run_cannot_be_carried_out(sheet: TokenSheet, ann: UUID, world: World) -> None:
    await sheet.arm()
    stranger = replace(sheet, world=await new_world(world.owner, name="Other"))
    assert await stranger.run(AFTER_CLASS, now=AFTER_CLASS_AT) is None
    assert await sheet.tokens() == []
