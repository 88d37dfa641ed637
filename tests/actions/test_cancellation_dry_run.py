"""R9.1: the dry run says exactly what the cancellations then do, over random organizations."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from attendance.rules.cancelling.cancelling import CancellationOptions, CancellationPlan, CancellationTokens
from attendance.rules.tokens.makeup_tokens import TokenStep
from attendance.rules.vocabulary import AttendanceStatus, EnrollmentType, LimitPeriod, LimitScope
from db import models
from db.engine import Database
from tests.actions.cancelling import CancelDesk, new_cancel_desk
from tests.support.factories import MONDAY, World
from tests.support.token_sheet import DURING_CLASS

WEEKS = [MONDAY + timedelta(weeks=number) for number in range(-2, 2)]
COUNTS = text("""SELECT
    (SELECT count(*) FROM makeup_token WHERE origin = 'CANCELLATION' AND revoked_at IS NULL AND deleted_at IS NULL),
    (SELECT count(*) FROM makeup_token WHERE origin = 'ABSENCE' AND revoked_at IS NOT NULL),
    (SELECT count(*) FROM makeup_token WHERE makeup_enrollment_id IS NOT NULL),
    (SELECT count(*) FROM email), (SELECT count(*) FROM makeup_token_entry WHERE act = 'SKIPPED')""")


async def fill(desk: CancelDesk, dice: random.Random) -> None:
    """Students with and without an address, marks and absence tokens of past weeks, and an earlier cancellation."""
    await desk.world.change_settings(
        token_limit=dice.choice([None, 1, 2]),
        token_limit_period=dice.choice(list(LimitPeriod)),
        token_limit_scope=dice.choice(list(LimitScope)),
        tokens_enabled=dice.random() < 0.9,
    )
    families = [await desk.world.family(email=email) for email in ("a@example.org", "b@example.org", None)]
    for _ in range(6):
        student = await desk.world.student(family_id=dice.choice(families))
        type = dice.choice([EnrollmentType.ACTIVE, EnrollmentType.ACTIVE, EnrollmentType.TRIAL])
        desk.enrollments[student] = await desk.world.enroll(student, desk.lesson.offering_id, type=type)
    await desk.world.change_settings(token_limit=None)
    for week in WEEKS[:3]:
        here = replace(desk, held_on=week)
        for student in desk.enrollments:
            await here.set_mark(student, dice.choice([AttendanceStatus.ABSENT, AttendanceStatus.PRESENT, None]))
        await here.reconcile()
        if dice.random() < 0.3:
            await here.cancel()
            await here.restore()


async def book(desk: CancelDesk, there: CancelDesk, dice: random.Random) -> None:
    """Some tokens are used, in the other class, flagged or expired."""
    for token in await desk.tokens():
        fate = dice.choice(["used", "used", "flagged", "expired", "deleted", "", ""])
        if token.revoked_at is not None:
            continue
        if fate in ("used", "flagged"):
            await replace(there, held_on=dice.choice(WEEKS)).makeup(token.student_id, token.id)
            await desk.world.change(models.MakeupToken, token.id, needs_review=fate == "flagged")
        elif fate == "expired":
            await desk.world.change(models.MakeupToken, token.id, expires_on=MONDAY - timedelta(days=1))
        elif fate == "deleted":
            await desk.world.change(models.MakeupToken, token.id, deleted_at=DURING_CLASS)


def options_from(dice: random.Random) -> CancellationOptions:
    tokens = CancellationTokens(
        never_expires=dice.random() < 0.5, override_limit=dice.random() < 0.3, send_emails=dice.random() < 0.5
    )
    return CancellationOptions(notify=dice.random() < 0.5, tokens=tokens if dice.random() < 0.8 else None)


def said(plan: CancellationPlan) -> Any:
    outcomes = [
        (
            each.student.student_id,
            each.absence,
            each.stands,
            each.token,
            {(token.id, token.dates.good_through) for token in each.given_back},
            each.counted,
        )
        for each in plan.outcomes
    ]
    letters = [(letter.family_id, len(letter.outcomes)) for letter in plan.letters]
    return (plan.expires_on, outcomes, letters, [each.student.student_id for each in plan.unreachable])


@pytest.mark.parametrize("seed", range(20))
async def test_R9_1_the_dry_run_is_what_happens(world: World, database: Database, seed: int) -> None:
    dice = random.Random(seed)
    desk, there = [await new_cancel_desk(world, database) for _ in range(2)]
    for each, other in ((desk, there), (there, desk)):
        await fill(each, dice)
        await book(each, other, dice)
    await desk.world.change_settings(token_limit=dice.choice([None, 1, 2]))
    options = options_from(dice)
    keyed = [(each, week) for each in (desk, there) for week in WEEKS]
    dice.shuffle(keyed)
    chosen = {replace(each, held_on=week).occurrence: (each, week) for each, week in keyed[: dice.randint(1, 8)]}
    plans = await desk.preview_all(list(chosen), options)
    before = await counts(desk)
    done = [(await each.cancel(options, held_on=week)).plan for each, week in chosen.values()]
    assert list(map(said, plans)) == list(map(said, done))
    after = await counts(desk)
    steps = [outcome.token.step for plan in plans for outcome in plan.outcomes]
    absences = [outcome.absence.step for plan in plans for outcome in plan.outcomes]
    tied = {token.id for plan in plans for outcome in plan.outcomes for token in outcome.student.makeups}
    assert after["issued"] - before["issued"] == steps.count(TokenStep.ISSUE) + steps.count(TokenStep.REINSTATE)
    assert before["tied"] - after["tied"] == len(tied)
    assert after["emails"] == sum(len(plan.letters) for plan in plans)
    assert after["skips"] - before["skips"] == steps.count(TokenStep.SKIP)
    lost = _given_up(plans)
    assert after["revoked"] - before["revoked"] == absences.count(TokenStep.REVOKE) + len(lost)


def _given_up(plans: list[CancellationPlan]) -> set[UUID]:
    """Absence tokens that were freed without ground."""
    freed = {token.id: token for plan in plans for outcome in plan.outcomes for token in outcome.student.makeups}
    back = {token.id for plan in plans for outcome in plan.outcomes for token in outcome.given_back}
    return {each for each, token in freed.items() if each not in back and token.origin == "ABSENCE"}


async def counts(desk: CancelDesk) -> dict[str, int]:
    row = (await desk.world.owner.execute(COUNTS)).one()
    return dict(zip(("issued", "revoked", "tied", "emails", "skips"), row, strict=True))
