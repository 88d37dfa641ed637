"""Cancelling and restoring one occurrence: tokens, rows, makeups and e-mails (R9.1 to R9.3)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from attendance.actions.cancelling.create_cancellation_tokens import create_cancellation_tokens
from attendance.rules.cancelling.cancellation_refusals import OccurrenceNotCancellable, OccurrenceNotCancelled
from attendance.rules.cancelling.cancelling import CancellationOptions, CancellationTokens
from attendance.rules.refusals import OccurrenceNotFound
from attendance.rules.tokens.makeup_tokens import TokenCause, TokenStep
from attendance.rules.vocabulary import EnrollmentType, LimitPeriod, OccurrenceState, OfferingKind, Source
from db import models
from db.engine import Database
from db.marks.changes import SYSTEM
from db.organization.settings import read_settings
from tests.actions.cancelling import ABSENCE, WITH_TOKENS, CancelDesk, new_cancel_desk
from tests.support.each_statement import counting
from tests.support.factories import LONG_AGO, MONDAY, World
from tests.support.token_sheet import ABSENT, AFTER_CLASS, DURING_CLASS, END_OF_DAY_AT, EXCUSED, PRESENT

WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
NOTHING = CancellationOptions()
LATER = DURING_CLASS + timedelta(minutes=1)


@pytest.fixture
async def desk(world: World, database: Database) -> CancelDesk:
    return await new_cancel_desk(world, database)


async def mark(desk: CancelDesk, student: UUID, status: Any, source: Source = Source.OFFICE) -> None:
    await desk.set_mark(student, status, source)
    await desk.reconcile(student)


async def test_R9_2_active_students_get_a_token_and_others_do_not(desk: CancelDesk) -> None:
    ann, ben = await desk.add_student(), await desk.add_student()
    trial = await desk.add_student(type=EnrollmentType.TRIAL)
    await desk.add_student(type=EnrollmentType.WAITLIST)
    await desk.add_student(type=EnrollmentType.SINGLE_DAY, starts_on=MONDAY, drop_on=MONDAY)
    await desk.add_student(drop_on=MONDAY - DAY)
    done = await desk.cancel()
    assert (
        await desk.live() == {ann: "CANCELLATION", ben: "CANCELLATION"} == dict.fromkeys(done.token_ids, "CANCELLATION")
    )
    token = await desk.token_of(ann)
    assert (token.location_id, token.program_id) == (desk.world.location_id, None)
    assert (token.source, token.issued_by_id, token.enrollment_id) == (
        Source.OFFICE,
        desk.manager,
        desk.enrollments[ann],
    )
    assert (token.issued_on, token.expires_on) == (MONDAY, MONDAY + timedelta(days=90))
    assert await desk.ledger(ann) == [("ISSUED", None)]
    assert await desk.ledger(trial) == [("SKIPPED", "TYPE_DOES_NOT_EARN")]


@pytest.mark.parametrize(
    ("tokens", "expires_on"),
    [
        (CancellationTokens(never_expires=True), None),
        (CancellationTokens(expires_on=date(2027, 1, 31)), date(2027, 1, 31)),
        (CancellationTokens(), MONDAY + timedelta(days=90)),
    ],
)
async def test_R9_1_tokens_expire_as_the_option_says(
    desk: CancelDesk, tokens: CancellationTokens, expires_on: date | None
) -> None:
    ann = await desk.add_student()
    await desk.cancel(CancellationOptions(tokens=tokens))
    assert (await desk.token_of(ann)).expires_on == expires_on


@pytest.mark.parametrize("kind", [OfferingKind.CAMP, OfferingKind.APPOINTMENT])
async def test_R7_1_only_classes_bring_tokens(world: World, database: Database, kind: OfferingKind) -> None:
    desk = await new_cancel_desk(world, database, kind=kind)
    await desk.add_student()
    await desk.cancel()
    assert (await desk.live(), await desk.ledger()) == ({}, [])


async def test_R9_1_without_the_option_nobody_gets_a_token_and_absences_lose_theirs(desk: CancelDesk) -> None:
    ann, ben = await desk.add_student(), await desk.add_student()
    await mark(desk, ann, ABSENT)
    await desk.cancel(NOTHING)
    assert await desk.live() == {}
    assert await desk.ledger(ann) == [("ISSUED", None), ("REVOKED", "OCCURRENCE_CANCELLED")]
    assert await desk.ledger(ben) == []


@pytest.mark.parametrize("status", [ABSENT, EXCUSED, PRESENT, None])
async def test_R9_2_whatever_the_mark_says_there_is_one_token_that_of_the_cancellation(
    desk: CancelDesk, status: Any
) -> None:
    ann = await desk.add_student()
    await mark(desk, ann, status)
    await desk.cancel()
    assert await desk.live() == {ann: "CANCELLATION"}


@pytest.mark.parametrize(("makeup_on", "today"), [(MONDAY + WEEK, DURING_CLASS), (MONDAY, DURING_CLASS + 3 * WEEK)])
async def test_R9_2_an_absence_token_in_use_stays_without_a_flag_and_is_the_only_one(
    desk: CancelDesk, makeup_on: date, today: Any
) -> None:
    ann = await desk.add_student()
    await mark(desk, ann, ABSENT)
    await desk.tie_to_makeup((await desk.token_of(ann, ABSENCE)).id, makeup_on)
    # The makeup is in the same class: where it is on the date itself, it is given back before anything else.
    plan = (await desk.cancel(now=today)).plan
    (outcome,) = plan.outcomes
    if makeup_on == MONDAY:
        assert await desk.live() == {ann: "CANCELLATION"}
        return
    assert (outcome.absence.step, outcome.token.cause) == (TokenStep.NOTHING, TokenCause.HAS_TOKEN)
    assert await desk.live() == {ann: "ABSENCE"}
    assert not (await desk.token_of(ann, ABSENCE)).needs_review
    assert await desk.ledger(ann) == [("ISSUED", None), ("SKIPPED", "HAS_TOKEN")]


async def test_R7_4_without_tokens_an_absence_token_in_use_is_flagged(desk: CancelDesk) -> None:
    ann = await desk.add_student()
    await mark(desk, ann, ABSENT)
    await desk.tie_to_makeup((await desk.token_of(ann, ABSENCE)).id, MONDAY + WEEK)
    await desk.cancel(NOTHING)
    assert (await desk.token_of(ann, ABSENCE)).needs_review
    assert (await desk.ledger(ann))[-1] == ("FLAGGED", "OCCURRENCE_CANCELLED")


async def test_R7_4_a_cancellation_token_deleted_by_hand_stays_deleted(desk: CancelDesk) -> None:
    ann = await desk.add_student()
    await desk.cancel()
    await desk.world.change(models.MakeupToken, (await desk.token_of(ann)).id, deleted_at=LONG_AGO)
    await desk.restore()
    await desk.cancel(now=LATER)
    assert await desk.live() == {}
    assert (await desk.ledger(ann))[-1] == ("SKIPPED", "DELETED_BY_HAND")


async def test_R9_2_tokens_that_staff_give_by_cancelling_are_not_switched_off(desk: CancelDesk) -> None:
    ann = await desk.add_student()
    await desk.world.change_settings(tokens_enabled=False)
    await desk.cancel()
    assert (await desk.live(), await desk.ledger(ann)) == ({ann: "CANCELLATION"}, [("ISSUED", None)])


async def test_R9_2_the_enrollment_types_that_earn_get_a_token(desk: CancelDesk) -> None:
    await desk.world.change_settings(earning_types=["TRIAL", "SINGLE_DAY"])
    ann, trial = await desk.add_student(), await desk.add_student(type=EnrollmentType.TRIAL)
    day = await desk.add_student(type=EnrollmentType.SINGLE_DAY, starts_on=MONDAY, drop_on=MONDAY)
    await desk.cancel()
    assert await desk.live() == {trial: "CANCELLATION", day: "CANCELLATION"}
    assert await desk.ledger(ann) == [("SKIPPED", "TYPE_DOES_NOT_EARN")]


async def test_R9_2_a_run_of_the_cancelled_class_leaves_the_standing_token(desk: CancelDesk) -> None:
    ann, there = await desk.add_student(), replace(desk, held_on=MONDAY + WEEK)
    await mark(desk, ann, ABSENT)
    token = (await desk.token_of(ann, ABSENCE)).id
    await desk.makeup(ann, token, there.held_on)
    await desk.cancel()
    await there.cancel(NOTHING)
    await desk.reconcile(ann, now=END_OF_DAY_AT)
    assert await desk.live() == {ann: "ABSENCE"}
    assert (await desk.token_of(ann, ABSENCE)).makeup_enrollment_id is None


@pytest.mark.parametrize("period", list(LimitPeriod))
async def test_R9_1_who_is_over_the_limit_is_left_out_unless_that_is_overridden(
    desk: CancelDesk, period: LimitPeriod
) -> None:
    ann, ben = await desk.add_student(), await desk.add_student()
    await desk.world.change_settings(token_limit=1, token_limit_period=period)
    earlier = replace(desk, held_on=MONDAY - WEEK)
    await mark(earlier, ann, ABSENT)
    done = await desk.cancel()
    assert await desk.live() == {ben: "CANCELLATION"}
    assert [each.student.student_id for each in done.plan.outcomes if each.is_over_limit] == [ann]
    assert (await desk.ledger(ann))[-1] == ("SKIPPED", "OVER_LIMIT")
    await desk.restore()
    await desk.cancel(CancellationOptions(tokens=CancellationTokens(override_limit=True)), now=LATER)
    assert await desk.live() == {ann: "CANCELLATION", ben: "CANCELLATION"}


async def test_R7_6_the_token_that_gives_way_and_those_of_cancellations_do_not_count(desk: CancelDesk) -> None:
    ann = await desk.add_student()
    await desk.world.change_settings(token_limit=1)
    await replace(desk, held_on=MONDAY - WEEK).cancel()
    await mark(desk, ann, ABSENT)
    await desk.cancel()
    assert await desk.live() == {ann: "CANCELLATION"}


async def test_R9_2_a_makeup_gets_its_own_token_back_without_any_option(desk: CancelDesk) -> None:
    ann, ben = await desk.add_student(), await desk.world.student(first_name="Ben")
    token = await desk.world.makeup_token(ben)
    place = await desk.makeup(ben, token)
    done = await desk.cancel(NOTHING)
    (back,) = [each for each in await desk.tokens() if each.id == token]
    assert (back.makeup_enrollment_id, back.revoked_at) == (None, None)
    assert [len(each.given_back) for each in done.plan.outcomes if each.student.student_id == ben] == [1]
    assert await desk.live() == {}
    assert await desk.ledger(ben) == [("RESET", "OCCURRENCE_CANCELLED")]
    assert await desk.changes() == [("CANCELLED", {ann}, {ben}), ("TOKENS", {ben}, set())]
    assert (await desk.restore()).makeup_ids == (place,)


async def test_R9_2_a_spent_makeup_is_given_back_too_and_its_row_stays_with_its_mark(desk: CancelDesk) -> None:
    ben = await desk.world.student(first_name="Ben")
    token = await desk.world.makeup_token(ben)
    desk.enrollments[ben] = await desk.makeup(ben, token)
    await desk.set_mark(ben, PRESENT)
    await desk.cancel(now=DURING_CLASS + WEEK)
    assert [each.makeup_enrollment_id for each in await desk.tokens()] == [None]
    assert await desk.changes() == [("CANCELLED", {ben}, set()), ("TOKENS", {ben}, set())]


async def test_R9_2_rows_and_tokens_are_told_in_two_changes(desk: CancelDesk) -> None:
    ann, ben = await desk.add_student(), await desk.add_student(type=EnrollmentType.TRIAL)
    await desk.cancel()
    assert await desk.changes() == [("CANCELLED", {ann, ben}, set()), ("TOKENS", {ann}, set())]
    await desk.restore()
    assert (await desk.changes())[2:] == [("RESTORED", {ann, ben}, set()), ("TOKENS", {ann}, set())]


async def test_R10_1_a_flagged_token_that_is_given_back_is_told_where_it_was_earned(desk: CancelDesk) -> None:
    ann, ben = await desk.add_student(), await desk.add_student()
    for student in (ann, ben):
        await mark(desk, student, ABSENT)
        await desk.tie_to_makeup((await desk.token_of(student, ABSENCE)).id, MONDAY + WEEK)
    # Ann's makeup has lost its ground (R7.4), so her token is revoked; Ben's is free again, which no row shows.
    await mark(desk, ann, PRESENT)
    before = len(await desk.changes())
    await desk.cancel(NOTHING, held_on=MONDAY + WEEK)
    assert await desk.live() == {ben: "ABSENCE"}
    assert not (await desk.token_of(ann, ABSENCE)).needs_review
    assert (await desk.changes())[before:] == [("TOKENS", {ann}, set())]


async def test_R9_1_what_is_cancelled_closed_or_not_scheduled_cannot_be_cancelled(desk: CancelDesk) -> None:
    await desk.add_student()
    await desk.cancel()
    before = await desk.changes()
    with pytest.raises(OccurrenceNotCancellable) as refusal:
        await desk.cancel()
    assert (refusal.value.state, str(refusal.value)) == (
        OccurrenceState.CANCELLED,
        "Class is already cancelled on this date.",
    )
    assert await desk.changes() == before
    await desk.world.session(MONDAY, MONDAY, offerings=[desk.lesson.offering_id])
    with pytest.raises(OccurrenceNotCancellable) as refusal:
        await desk.cancel(held_on=MONDAY + WEEK)
    assert refusal.value.state is OccurrenceState.NOT_SCHEDULED
    with pytest.raises(OccurrenceNotFound):
        await desk.cancel(held_on=MONDAY + DAY)


async def test_R9_3_what_is_not_cancelled_cannot_be_restored(desk: CancelDesk) -> None:
    await desk.add_student()
    with pytest.raises(OccurrenceNotCancelled):
        await desk.restore()
    assert await desk.changes() == []


async def test_R9_3_restoring_revokes_unused_tokens_and_tells_the_used_ones(desk: CancelDesk) -> None:
    ann, ben, cas, dan = [await desk.add_student() for _ in range(4)]
    await desk.cancel()
    tokens = {student: (await desk.token_of(student)).id for student in (ann, ben, cas, dan)}
    await desk.tie_to_makeup(tokens[ben], MONDAY + WEEK)
    await desk.tie_to_makeup(tokens[cas], MONDAY - WEEK)
    await desk.world.change(models.MakeupToken, tokens[dan], expires_on=MONDAY - DAY)
    done = await desk.restore()
    assert set(done.revoked_tokens) == {tokens[ann], tokens[dan]}
    assert set(done.used_tokens) == {tokens[ben], tokens[cas]}
    assert await desk.live() == {ben: "CANCELLATION", cas: "CANCELLATION"}
    assert [(await desk.token_of(each)).needs_review for each in (ann, ben, cas)] == [False, True, True]
    assert (await desk.ledger(ann))[-1] == ("REVOKED", "OCCURRENCE_RESTORED")
    assert (await desk.ledger(ben))[-1] == ("FLAGGED", "OCCURRENCE_RESTORED")


async def test_R9_3_cancelled_again_the_same_token_comes_back_on_the_new_terms(desk: CancelDesk) -> None:
    ann, ben = await desk.add_student(), await desk.add_student()
    await desk.cancel()
    first = await desk.token_of(ann)
    await desk.tie_to_makeup((await desk.token_of(ben)).id, MONDAY + WEEK)
    await desk.restore()
    await desk.cancel(CancellationOptions(tokens=CancellationTokens(never_expires=True)), now=DURING_CLASS + DAY)
    again = await desk.token_of(ann)
    assert (again.id, again.expires_on, again.issued_on) == (first.id, None, MONDAY + DAY)
    assert await desk.live() == {ann: "CANCELLATION", ben: "CANCELLATION"}
    assert not (await desk.token_of(ben)).needs_review
    assert [act for act, _ in await desk.ledger(ann)] == ["ISSUED", "REVOKED", "REINSTATED"]
    assert [act for act, _ in await desk.ledger(ben)] == ["ISSUED", "FLAGGED", "UNFLAGGED"]


async def test_R9_3_absences_get_their_own_tokens_back(desk: CancelDesk) -> None:
    ann = await desk.add_student()
    await mark(desk, ann, ABSENT)
    await desk.cancel()
    done = await desk.restore()
    assert await desk.live() == {ann: "ABSENCE"}
    assert done.returned_tokens == ((await desk.token_of(ann, ABSENCE)).id,)
    assert [act for act, _ in await desk.ledger(ann)] == ["ISSUED", "REVOKED", "ISSUED", "REVOKED", "REINSTATED"]


async def test_R9_3_a_used_cancellation_token_stands_for_the_absence(desk: CancelDesk) -> None:
    ann = await desk.add_student()
    await mark(desk, ann, ABSENT)
    await desk.cancel()
    token = (await desk.token_of(ann)).id
    await desk.tie_to_makeup(token, MONDAY + WEEK)
    assert (await desk.restore()).used_tokens == (token,)
    assert await desk.live() == {ann: "CANCELLATION"}
    assert not (await desk.token_of(ann)).needs_review
    # Its makeup is cancelled too, and the token is there again; once the absence is gone, so is the token.
    await desk.cancel(NOTHING, held_on=MONDAY + WEEK)
    assert await desk.live() == {ann: "CANCELLATION"}
    await mark(desk, ann, PRESENT)
    assert await desk.live() == {}
    assert (await desk.ledger(ann))[-1] == ("REVOKED", "OCCURRENCE_RESTORED")


async def test_R7_4_a_flagged_absence_token_is_unflagged_by_the_restoration(desk: CancelDesk) -> None:
    ann = await desk.add_student()
    await mark(desk, ann, ABSENT)
    await desk.tie_to_makeup((await desk.token_of(ann, ABSENCE)).id, MONDAY + WEEK)
    await desk.cancel()
    await desk.restore()
    assert not (await desk.token_of(ann, ABSENCE)).needs_review
    assert await desk.live() == {ann: "ABSENCE"}


@pytest.mark.parametrize("source", [Source.KIOSK, Source.SYSTEM])
async def test_R7_3_deferred_marks_wait_for_their_runs_after_a_restoration_too(
    desk: CancelDesk, source: Source
) -> None:
    ann, ben = await desk.add_student(), await desk.add_student()
    await desk.set_mark(ann, ABSENT, source)
    await desk.set_mark(ben, ABSENT, Source.OFFICE)
    await desk.cancel(NOTHING)
    await desk.restore()
    assert await desk.live() == {ben: "ABSENCE"}
    assert await desk.runs() == {"AFTER_CLASS": "ARMED", "END_OF_DAY": "ARMED"}


async def test_R7_10_runs_that_came_while_it_was_cancelled_are_armed_again(desk: CancelDesk) -> None:
    ann = await desk.add_student()
    await desk.set_mark(ann, ABSENT, Source.KIOSK)
    await desk.arm()
    await desk.cancel()
    await desk.run(AFTER_CLASS, now=END_OF_DAY_AT)
    assert await desk.live() == {ann: "CANCELLATION"}
    await desk.restore(now=END_OF_DAY_AT + DAY)
    assert (await desk.live(), (await desk.runs())["END_OF_DAY"]) == ({}, "ARMED")


async def test_R9_3_a_deferred_absence_that_had_its_token_gets_it_back_at_once(desk: CancelDesk) -> None:
    ann = await desk.add_student()
    await desk.set_mark(ann, ABSENT, Source.KIOSK)
    await desk.arm()
    await desk.run(AFTER_CLASS, now=END_OF_DAY_AT)
    await desk.cancel(now=END_OF_DAY_AT)
    await desk.restore(now=END_OF_DAY_AT)
    assert await desk.live() == {ann: "ABSENCE"}


async def test_R4_14_a_cancelled_class_counts_neither_way_for_absences_in_a_row(desk: CancelDesk) -> None:
    ann = await desk.add_student()
    await desk.world.owner.execute(text("UPDATE family SET email = 'baker@example.org'"))
    await desk.world.change_settings(consecutive_absences_notice=2)
    for number, status in enumerate((PRESENT, ABSENT, PRESENT, ABSENT)):
        await replace(desk, held_on=MONDAY + (number - 3) * WEEK).set_mark(ann, status)
    between = replace(desk, held_on=MONDAY - WEEK)

    async def told() -> list[str]:
        return [email.state for email in await desk.world.emails()]

    await between.cancel(NOTHING)
    assert await told() == ["QUEUED"]
    await between.restore()
    assert await told() == ["WITHDRAWN"]
    await between.cancel(NOTHING)
    await desk.cancel(NOTHING)
    assert await told() == ["WITHDRAWN"]
    await desk.restore()
    assert await told() == ["QUEUED"]


async def test_R9_2_cancelling_takes_the_same_statements_however_many_students(desk: CancelDesk) -> None:
    taken = []
    for week in range(3):
        for _ in range(4 * week):
            ann = await desk.add_student()
            token = await desk.world.makeup_token(await desk.world.student())
            found = next(each for each in await desk.tokens() if each.id == token)
            await desk.makeup(found.student_id, token, MONDAY + (week + 1) * WEEK)
            await mark(replace(desk, held_on=MONDAY + (week + 1) * WEEK), ann, ABSENT)
        await desk.world.change_settings(token_limit=50)
        here = replace(desk, held_on=MONDAY + (week + 1) * WEEK)
        statements: list[str] = []
        with counting(desk.database, statements):
            await here.cancel(replace(WITH_TOKENS, notify=True))
        taken.append(len(statements))
    assert taken[1] == taken[2]
    assert taken[2] < 45, taken


async def test_R9_2_creating_tokens_later_takes_the_same_statements_however_many_students(desk: CancelDesk) -> None:
    taken = []
    for week in (1, 2):
        for _ in range(6 * week):
            await desk.add_student()
        here = replace(desk, held_on=MONDAY + week * WEEK)
        await here.cancel(NOTHING)
        statements: list[str] = []
        async with here.transaction() as uow:
            settings = await read_settings(uow.connection, uow.organization_id)
            with counting(desk.database, statements):
                await create_cancellation_tokens(
                    uow,
                    here.occurrence,
                    CancellationTokens(send_emails=True),
                    author=SYSTEM,
                    settings=settings,
                    now=DURING_CLASS,
                )
        taken.append(len(statements))
        assert len(await here.live()) == len(desk.enrollments)
    assert taken[0] == taken[1]


async def test_R9_1_the_dry_run_is_what_happens_whatever_the_order_does_to_the_limit(desk: CancelDesk) -> None:
    ann = await desk.add_student()
    await desk.world.change_settings(token_limit=1, token_limit_period=LimitPeriod.YEAR)
    first, second = (replace(desk, held_on=MONDAY + n * WEEK) for n in (-1, 0))
    await mark(first, ann, ABSENT)
    plans = await desk.preview(second.held_on, first.held_on)
    done = [(await each.cancel()).plan for each in (second, first)]
    assert [plan.outcomes[0].token for plan in plans] == [plan.outcomes[0].token for plan in done]
    assert plans[0].outcomes[0].is_over_limit
    assert plans[1].outcomes[0].gets_token
