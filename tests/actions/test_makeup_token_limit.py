"""R7.6 against the database: which tokens count, in which period, for whom."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.vocabulary import LimitPeriod, LimitScope, MakeupTokenOrigin
from db import models
from db.engine import Database
from tests.support.factories import MONDAY, World
from tests.support.token_sheet import ABSENT, DURING_CLASS, PRESENT, TokenSheet, new_sheet


@pytest.fixture
async def sheet(world: World, database: Database) -> TokenSheet:
    return await new_sheet(world, database)


@pytest.fixture
async def ann(sheet: TokenSheet) -> UUID:
    return await sheet.add_student()


def limited(period: LimitPeriod, limit: int = 1, scope: LimitScope = LimitScope.STUDENT) -> MakeupTokenSettings:
    return MakeupTokenSettings(token_limit=limit, token_limit_period=period, token_limit_scope=scope)


async def miss(sheet: TokenSheet, student: UUID, held_on: date, settings: MakeupTokenSettings) -> bool:
    """Whether missing the class of that date earned a token."""
    other = TokenSheet(sheet.world, sheet.database, sheet.lesson, held_on, sheet.enrollments)
    await other.set_mark(student, ABSENT)
    return student in (await other.reconcile(student, settings=settings)).issued


MONTH, YEAR = limited(LimitPeriod.MONTH), limited(LimitPeriod.YEAR)


@pytest.mark.parametrize(
    ("settings", "earlier", "later", "earns"),
    [
        (MONTH, date(2026, 11, 2), date(2026, 11, 30), False),
        (MONTH, date(2026, 10, 26), date(2026, 11, 2), True),
        (MONTH, date(2025, 11, 3), date(2026, 11, 2), True),
        (YEAR, date(2026, 1, 5), date(2026, 12, 28), False),
        (YEAR, date(2025, 12, 29), date(2026, 1, 5), True),
        (limited(LimitPeriod.MONTH, 2), date(2026, 11, 2), date(2026, 11, 9), True),
    ],
)
async def test_R7_6_the_period_goes_by_the_date_of_the_missed_class(
    sheet: TokenSheet, ann: UUID, settings: MakeupTokenSettings, earlier: date, later: date, earns: bool
) -> None:
    assert await miss(sheet, ann, earlier, settings)
    assert await miss(sheet, ann, later, settings) is earns


@pytest.mark.parametrize(("missed_on", "earns"), [(date(2026, 11, 9), True), (date(2026, 11, 23), False)])
async def test_R7_6_session(sheet: TokenSheet, ann: UUID, missed_on: date, earns: bool) -> None:
    offerings = [sheet.lesson.offering_id]
    await sheet.world.session(date(2026, 9, 1), date(2026, 11, 15), offerings=offerings)
    await sheet.world.session(date(2026, 11, 16), None, offerings=offerings, name="Winter")
    settings = limited(LimitPeriod.SESSION)
    assert await miss(sheet, ann, MONDAY, settings)
    assert await miss(sheet, ann, missed_on, settings) is earns


async def test_R7_6_enrollment_as_period_and_as_scope(sheet: TokenSheet, ann: UUID) -> None:
    other = await new_sheet(sheet.world, sheet.database)
    other.enrollments[ann] = await sheet.world.enroll(ann, other.lesson.offering_id, starts_on=MONDAY)
    first, second = MONDAY - timedelta(days=7), MONDAY
    by_student = limited(LimitPeriod.YEAR)
    by_enrollment = limited(LimitPeriod.YEAR, scope=LimitScope.ENROLLMENT)
    assert await miss(sheet, ann, first, by_student)
    assert not await miss(other, ann, second, by_student)
    assert await miss(other, ann, second, by_enrollment)
    assert not await miss(sheet, ann, second, by_enrollment)
    # The second enrollment began on MONDAY: the class missed before it is outside of its period.
    third = MONDAY + timedelta(days=7)
    assert await miss(other, ann, third, limited(LimitPeriod.ENROLLMENT, 2))
    assert not await miss(other, ann, third + timedelta(days=7), limited(LimitPeriod.ENROLLMENT, 2))


async def test_R7_6_manual_cancellation_and_revoked_ones_do_not_count(sheet: TokenSheet, ann: UUID) -> None:
    await sheet.world.makeup_token(ann)
    before = MONDAY - timedelta(days=7)
    await sheet.world.occurrence(sheet.lesson.timeslot_id, before)
    await sheet.world.makeup_token(
        ann, origin=MakeupTokenOrigin.CANCELLATION, timeslot_id=sheet.lesson.timeslot_id, held_on=before
    )
    assert await miss(sheet, ann, MONDAY, MONTH)
    (absence,) = [token for token in await sheet.tokens() if token.origin is MakeupTokenOrigin.ABSENCE]
    await sheet.world.change(models.MakeupToken, absence.id, revoked_at=DURING_CLASS)
    assert await miss(sheet, ann, MONDAY + timedelta(days=7), MONTH)


@pytest.mark.parametrize(
    ("fate", "counts"),
    [
        ({"expires_on": None}, True),
        ({"expires_on": MONDAY}, True),
        ({"expires_on": MONDAY - timedelta(days=1)}, False),
        ({"deleted_at": DURING_CLASS}, False),
        ({"revoked_at": DURING_CLASS}, False),
    ],
)
async def test_R7_6_outstanding_ones_are_those_that_can_still_be_used(
    sheet: TokenSheet, ann: UUID, fate: dict[str, object], counts: bool
) -> None:
    settings = limited(LimitPeriod.OUTSTANDING)
    assert await miss(sheet, ann, MONDAY - timedelta(days=7), settings)
    (token,) = await sheet.tokens()
    await sheet.world.change(models.MakeupToken, token.id, **fate)
    assert await miss(sheet, ann, MONDAY, settings) is not counts


async def test_R7_6_a_token_tied_to_a_makeup_is_not_outstanding(sheet: TokenSheet, ann: UUID) -> None:
    settings = limited(LimitPeriod.OUTSTANDING)
    assert await miss(sheet, ann, MONDAY - timedelta(days=7), settings)
    (token,) = await sheet.tokens()
    await sheet.tie_to_makeup(token.id, MONDAY + timedelta(days=7))
    assert await miss(sheet, ann, MONDAY, settings)


async def test_R7_6_a_reinstated_token_counts_like_a_new_one(sheet: TokenSheet, ann: UUID) -> None:
    await sheet.set_mark(ann, ABSENT)
    await sheet.reconcile(ann, settings=MONTH)
    await sheet.set_mark(ann, PRESENT)
    await sheet.reconcile(ann, settings=MONTH)
    assert await miss(sheet, ann, MONDAY + timedelta(days=7), MONTH)
    await sheet.set_mark(ann, ABSENT)
    assert (await sheet.reconcile(ann, settings=MONTH)).student_ids == frozenset()
    assert (await sheet.ledger(ann))[-1] == ("SKIPPED", "OVER_LIMIT")


async def test_R7_6_each_student_has_a_limit_of_their_own(sheet: TokenSheet, ann: UUID) -> None:
    ben = await sheet.add_student()
    assert await miss(sheet, ann, MONDAY, MONTH)
    assert await miss(sheet, ben, MONDAY, MONTH)
    before = TokenSheet(sheet.world, sheet.database, sheet.lesson, MONDAY - timedelta(days=7), sheet.enrollments)
    for student in (ann, ben):
        await before.set_mark(student, ABSENT)
    assert (await before.reconcile(settings=MONTH)).student_ids == frozenset()
    assert (await before.reconcile(settings=limited(LimitPeriod.MONTH, 2))).issued.keys() == {ann, ben}
