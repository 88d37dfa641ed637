"""R9.1 to R9.3: cancelling at the same time as anything else, on real connections, each race many times over."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import text

from attendance.actions.makeups.redeem_makeup_token import redeem_makeup_token
from attendance.actions.marks.mark_attendance import StudentMark, mark_attendance
from attendance.actions.marks.record_marks import Submission
from attendance.actions.marks.submit_attendance import submit_attendance
from attendance.rules.cancelling.cancellation_refusals import OccurrenceNotCancellable, OccurrenceNotCancelled
from attendance.rules.cancelling.cancelling import CancellationOptions, CancellationTokens
from attendance.rules.makeups.makeup_refusals import MakeupNotHeld, MakeupTokenNotUsable
from attendance.rules.marks.attendance_refusals import AttendanceNotRecordable
from attendance.rules.marks.marks import WantedMark
from attendance.rules.organization.settings import ClassSettings, OrganizationSettings
from attendance.rules.refusals import Refusal
from attendance.rules.vocabulary import AttendanceStatus, MakeupTokenOrigin, Source
from db import models
from db.engine import Database
from db.unit_of_work import unit_of_work
from tests.actions.cancelling import CancelDesk, new_cancel_desk
from tests.support.at_once import tried_at_once
from tests.support.factories import MONDAY, World
from tests.support.sizes import SIZES
from tests.support.token_sheet import ABSENT, AFTER_CLASS, AFTER_CLASS_AT, DURING_CLASS, PRESENT

ROUNDS = SIZES.race_rounds
LONG_ROUNDS = SIZES.long_race_rounds
_ADDRESSES = text("UPDATE family SET email = 'baker@example.org'")
TOLD = CancellationOptions(notify=True, tokens=CancellationTokens(override_limit=True))


@pytest.fixture
async def desk(world: World, crowded: Database) -> CancelDesk:
    desk = await new_cancel_desk(world, crowded)
    for _ in range(3):
        await desk.add_student()
    return desk


def weeks(desk: CancelDesk, rounds: int = ROUNDS) -> list[CancelDesk]:
    """A round each: past Mondays, on which marks are taken."""
    return [replace(desk, held_on=MONDAY - timedelta(weeks=number)) for number in range(rounds)]


def refused(outcomes: Sequence[object]) -> list[type]:
    return [type(each) for each in outcomes if isinstance(each, Refusal)]


async def submit(desk: CancelDesk, status: AttendanceStatus) -> object:
    wanted = Submission(desk.occurrence, {student: WantedMark(status) for student in desk.enrollments})
    async with unit_of_work(desk.database, desk.world.organization_id, desk.announcer) as uow:
        return await submit_attendance(uow, desk.viewer(OrganizationSettings()), wanted, now=DURING_CLASS)


async def check_in(desk: CancelDesk, student: UUID) -> object:
    settings = OrganizationSettings(classes=ClassSettings(office_check_in_mode=True))
    wanted = StudentMark(desk.occurrence, student, WantedMark(PRESENT))
    async with unit_of_work(desk.database, desk.world.organization_id, desk.announcer) as uow:
        return await mark_attendance(uow, desk.viewer(settings), wanted, now=DURING_CLASS)


async def redeem(desk: CancelDesk, token_id: UUID, there: CancelDesk, held_on: date) -> object:
    where = replace(there, held_on=held_on)
    async with unit_of_work(desk.database, desk.world.organization_id, desk.announcer) as uow:
        return await redeem_makeup_token(
            uow, desk.viewer(OrganizationSettings()), token_id, where.occurrence, now=DURING_CLASS
        )


def all_of(desk: CancelDesk) -> dict[UUID, str]:
    return dict.fromkeys(desk.enrollments, "CANCELLATION")


@pytest.mark.parametrize("status", [ABSENT, PRESENT])
async def test_R9_2_marks_come_before_the_cancellation_or_not_at_all(
    desk: CancelDesk, status: AttendanceStatus
) -> None:
    for week in weeks(desk):
        outcomes = await tried_at_once(week.cancel, partial(submit, week, status))
        assert refused(outcomes) in ([], [AttendanceNotRecordable])
        assert await week.live() == all_of(week)
        kinds = [kind for kind, _, _ in await week.changes()]
        assert kinds[:1] == (["CANCELLED"] if refused(outcomes) else ["MARKS"])
        assert kinds.count("CANCELLED") == 1


async def test_R9_2_a_check_in_comes_before_the_cancellation_or_not_at_all(desk: CancelDesk) -> None:
    ann = next(iter(desk.enrollments))
    for week in weeks(desk):
        outcomes = await tried_at_once(partial(check_in, week, ann), week.cancel)
        assert refused(outcomes) in ([], [AttendanceNotRecordable])
        assert await week.live() == all_of(week)


async def test_R9_2_a_token_run_leaves_the_cancellations_tokens_alone(desk: CancelDesk) -> None:
    here = weeks(desk)[0]
    for student in desk.enrollments:
        await here.set_mark(student, ABSENT, Source.KIOSK)
    for number in range(LONG_ROUNDS):
        await here.arm(now=DURING_CLASS)
        now = AFTER_CLASS_AT + timedelta(seconds=number)
        await tried_at_once(partial(here.run, AFTER_CLASS, now=now), partial(here.cancel, now=now))
        assert await here.live() == all_of(here)
        await here.restore(now=now)


async def test_R9_3_cancel_and_restore_leave_it_one_way_or_the_other(desk: CancelDesk) -> None:
    ann = next(iter(desk.enrollments))
    for week in weeks(desk):
        await week.set_mark(ann, ABSENT)
        await week.reconcile()
        await week.cancel()
        outcomes = await tried_at_once(partial(week.restore), partial(week.cancel))
        if refused(outcomes):
            assert refused(outcomes) == [OccurrenceNotCancellable]
            assert await week.live() == {ann: "ABSENCE"}
        else:
            assert await week.live() == all_of(week)


async def test_R9_1_cancelled_three_times_at_once_it_is_cancelled_once(desk: CancelDesk) -> None:
    await desk.world.owner.execute(_ADDRESSES)
    for number, week in enumerate(weeks(desk), start=1):
        outcomes = await tried_at_once(*[partial(week.cancel, TOLD)] * 3)
        assert refused(outcomes) == [OccurrenceNotCancellable] * 2
        assert await week.live() == all_of(week)
        assert [kind for kind, _, _ in await week.changes()] == ["CANCELLED", "TOKENS"]
        assert len(await week.world.emails()) == 3 * number


async def test_R9_2_tokens_created_later_three_times_at_once_are_created_once(desk: CancelDesk) -> None:
    await desk.world.owner.execute(_ADDRESSES)
    for number, week in enumerate(weeks(desk), start=1):
        await week.cancel(CancellationOptions())
        assert refused(await tried_at_once(*[week.create_tokens] * 3)) == []
        assert await week.live() == all_of(week)
        assert [kind for kind, _, _ in await week.changes()] == ["CANCELLED", "TOKENS"]
        assert len(await week.world.emails()) == 3 * number


async def test_R9_3_tokens_created_later_come_before_the_restoration_or_not_at_all(desk: CancelDesk) -> None:
    for week in weeks(desk):
        await week.cancel(CancellationOptions())
        assert refused(await tried_at_once(week.create_tokens, week.restore)) in (
            [],
            [OccurrenceNotCancelled],
        )
        assert await week.live() == {}


async def test_R9_3_restored_twice_at_once_it_is_restored_once(desk: CancelDesk) -> None:
    for week in weeks(desk):
        await week.cancel()
        assert refused(await tried_at_once(*[week.restore] * 2)) == [OccurrenceNotCancelled]
        assert await week.live() == {}


async def test_R9_1_many_classes_of_the_same_students_at_once(desk: CancelDesk) -> None:
    await desk.world.change_settings(token_limit=1, consecutive_absences_notice=1)
    for week in weeks(desk, LONG_ROUNDS):
        for student in desk.enrollments:
            await week.set_mark(student, ABSENT)
    assert refused(await tried_at_once(*(partial(week.cancel, TOLD) for week in weeks(desk, 10)))) == []
    for week in weeks(desk, 10):
        assert await week.live() == all_of(week)


async def test_R9_2_a_token_is_used_or_gives_way(desk: CancelDesk) -> None:
    ann = next(iter(desk.enrollments))
    there = await new_cancel_desk(desk.world, desk.database)
    for number, week in enumerate(weeks(desk)):
        await week.set_mark(ann, ABSENT)
        await week.reconcile()
        token = next(each for each in await week.tokens() if each.held_on == week.held_on)
        next_monday = MONDAY + timedelta(weeks=1 + number % 8)
        outcomes = await tried_at_once(partial(redeem, week, token.id, there, next_monday), week.cancel)
        if refused(outcomes):
            assert refused(outcomes) == [MakeupTokenNotUsable]
            assert await week.live() == all_of(week)
        else:
            assert await week.live() == all_of(week) | {ann: "ABSENCE"}
        await replace(there, held_on=next_monday).cancel(CancellationOptions())
        await replace(there, held_on=next_monday).restore()


async def test_R9_2_a_makeup_in_it_is_given_back_or_never_booked(desk: CancelDesk) -> None:
    ben = await desk.world.student(first_name="Ben")
    token = await desk.world.makeup_token(ben)
    here = replace(desk, held_on=MONDAY + timedelta(weeks=1))
    for _ in range(ROUNDS):
        outcomes = await tried_at_once(partial(redeem, desk, token, desk, here.held_on), here.cancel)
        assert refused(outcomes) in ([], [MakeupNotHeld])
        (own,) = [each for each in await desk.tokens() if each.id == token]
        assert (own.makeup_enrollment_id, own.revoked_at) == (None, None)
        await here.restore()


async def test_classes_whose_makeups_were_missed_in_each_other_are_cancelled_at_once(desk: CancelDesk) -> None:
    """Each holds the other's roll sheet too, where a flagged token that it gives back is told (R10.1)."""
    ann, ben, _ = desk.enrollments
    for one, other in zip(weeks(desk, LONG_ROUNDS)[::2], weeks(desk, LONG_ROUNDS)[1::2], strict=True):
        for student, missed, makeup in ((ann, one, other), (ben, other, one)):
            await desk.world.occurrence(desk.lesson.timeslot_id, missed.held_on)
            token = await desk.world.makeup_token(
                student,
                origin=MakeupTokenOrigin.ABSENCE,
                timeslot_id=desk.lesson.timeslot_id,
                held_on=missed.held_on,
            )
            await desk.tie_to_makeup(token, makeup.held_on)
            await desk.world.change(models.MakeupToken, token, needs_review=True)
        nothing = CancellationOptions()
        assert refused(await tried_at_once(partial(one.cancel, nothing), partial(other.cancel, nothing))) == []
        assert ("TOKENS", {ann}, set()) in await one.changes()
        assert ("TOKENS", {ben}, set()) in await other.changes()
