"""R7.4 to R7.9 against the database: each row of the table, from what rows to what rows."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.vocabulary import (
    EnrollmentType,
    ExpiryAnchor,
    ExpiryUnit,
    MakeupTokenOrigin,
    OfferingKind,
    Source,
    TokenTrigger,
)
from db import models
from db.engine import Database
from db.marks.changes import Author
from tests.support.each_statement import counting
from tests.support.factories import MONDAY, World
from tests.support.token_sheet import ABSENT, DURING_CLASS, EXCUSED, PRESENT, TokenSheet, new_sheet

YESTERDAY, TOMORROW = MONDAY - timedelta(days=1), MONDAY + timedelta(days=1)


@pytest.fixture
async def sheet(world: World, database: Database) -> TokenSheet:
    return await new_sheet(world, database)


@pytest.fixture
async def ann(sheet: TokenSheet) -> UUID:
    return await sheet.add_student()


async def test_R7_4_qualifies_and_none_issues(sheet: TokenSheet, ann: UUID) -> None:
    program = await sheet.world.program()
    lesson = (await new_sheet(sheet.world, sheet.database, program_id=program)).lesson
    sheet = TokenSheet(sheet.world, sheet.database, lesson)
    ann = await sheet.add_student()
    person = await sheet.world.staff()
    await sheet.world.mark(
        ann,
        lesson.timeslot_id,
        status=ABSENT,
        source=Source.STAFF,
        marked_by_id=person,
        enrollment_id=sheet.enrollments[ann],
    )
    outcome = await sheet.reconcile(ann)
    (token,) = await sheet.tokens()
    assert (outcome.issued, outcome.student_ids) == ({ann: token.id}, frozenset({ann}))
    assert token.origin is MakeupTokenOrigin.ABSENCE
    assert (token.timeslot_id, token.held_on) == (lesson.timeslot_id, MONDAY)
    assert (token.location_id, token.program_id) == (sheet.world.location_id, program)
    assert (token.enrollment_id, token.source, token.issued_by_id) == (sheet.enrollments[ann], Source.STAFF, person)
    assert (token.issued_at, token.issued_on, token.expires_on) == (DURING_CLASS, MONDAY, MONDAY + timedelta(days=90))
    assert (token.revoked_at, token.deleted_at, token.needs_review) == (None, None, False)
    assert await sheet.ledger(ann) == [("ISSUED", None)]


async def test_R7_4_qualifies_and_unused_keeps(sheet: TokenSheet, ann: UUID) -> None:
    await sheet.set_mark(ann, ABSENT)
    await sheet.reconcile(ann)
    before = await sheet.tokens()
    assert (await sheet.reconcile(ann)).student_ids == frozenset()
    assert await sheet.tokens() == before
    assert await sheet.ledger(ann) == [("ISSUED", None)]


async def test_R7_4_no_longer_qualifies_and_unused_revokes_then_the_same_token_is_reinstated(
    sheet: TokenSheet, ann: UUID
) -> None:
    await sheet.set_mark(ann, ABSENT)
    token_id = (await sheet.reconcile(ann)).issued[ann]
    await sheet.set_mark(ann, PRESENT)
    revoked = await sheet.reconcile(ann, may_create=False)
    assert (revoked.revoked, revoked.student_ids) == ({ann: token_id}, frozenset({ann}))
    (token,) = await sheet.tokens()
    assert (token.id, token.revoked_at) == (token_id, DURING_CLASS)
    assert (await sheet.reconcile(ann)).student_ids == frozenset()

    await sheet.set_mark(ann, EXCUSED)
    assert (await sheet.reconcile(ann, may_create=False)).student_ids == frozenset()
    later = DURING_CLASS + timedelta(days=3)
    reinstated = await sheet.reconcile(ann, now=later)
    assert (reinstated.reinstated, reinstated.issued) == ({ann: token_id}, {})
    (token,) = await sheet.tokens()
    assert (token.id, token.revoked_at) == (token_id, None)
    assert (token.issued_on, token.expires_on) == (MONDAY, MONDAY + timedelta(days=90))
    assert await sheet.ledger(ann) == [("ISSUED", None), ("REVOKED", "NOT_ABSENT"), ("REINSTATED", None)]


async def test_R7_4_a_cleared_mark_revokes(sheet: TokenSheet, ann: UUID) -> None:
    await sheet.set_mark(ann, ABSENT)
    token_id = (await sheet.reconcile(ann)).issued[ann]
    await sheet.set_mark(ann, None)
    assert (await sheet.reconcile(may_create=False)).revoked == {ann: token_id}
    assert (await sheet.ledger(ann))[-1] == ("REVOKED", "NOT_MARKED")


@pytest.mark.parametrize("makeup_on", [YESTERDAY, TOMORROW], ids=["spent", "pending"])
async def test_R7_4_no_longer_qualifies_and_tied_is_left_and_flagged_once(
    sheet: TokenSheet, ann: UUID, makeup_on: date
) -> None:
    await sheet.set_mark(ann, ABSENT)
    token_id = (await sheet.reconcile(ann)).issued[ann]
    await sheet.tie_to_makeup(token_id, makeup_on)
    await sheet.set_mark(ann, PRESENT)
    assert (await sheet.reconcile(ann)).flagged == {ann: token_id}
    (token,) = await sheet.tokens()
    assert (token.needs_review, token.revoked_at) == (True, None)
    assert (await sheet.reconcile(ann)).student_ids == frozenset()

    await sheet.set_mark(ann, ABSENT)
    assert (await sheet.reconcile(ann)).unflagged == {ann: token_id}
    assert [token.needs_review for token in await sheet.tokens()] == [False]
    assert await sheet.ledger(ann) == [("ISSUED", None), ("FLAGGED", "NOT_ABSENT"), ("UNFLAGGED", None)]


async def test_R7_4_no_longer_qualifies_and_expired_is_left(sheet: TokenSheet, ann: UUID) -> None:
    await sheet.set_mark(ann, ABSENT)
    await sheet.reconcile(ann)
    await sheet.set_mark(ann, PRESENT)
    before = await sheet.tokens()
    assert (await sheet.reconcile(ann, now=DURING_CLASS + timedelta(days=91))).student_ids == frozenset()
    assert await sheet.tokens() == before
    # Good through its last local day: then it is still unused, and goes.
    last_minute = datetime(2027, 2, 15, 5, 59, tzinfo=UTC)
    assert set((await sheet.reconcile(ann, now=last_minute)).revoked) == {ann}


@pytest.mark.parametrize("status", [ABSENT, PRESENT])
async def test_R7_4_deleted_by_hand_stays_deleted(sheet: TokenSheet, ann: UUID, status: object) -> None:
    await sheet.set_mark(ann, ABSENT)
    token_id = (await sheet.reconcile(ann)).issued[ann]
    await sheet.world.change(models.MakeupToken, token_id, deleted_at=DURING_CLASS)
    await sheet.set_mark(ann, PRESENT if status is PRESENT else ABSENT)
    before = await sheet.tokens()
    assert (await sheet.reconcile(ann)).student_ids == frozenset()
    assert await sheet.tokens() == before
    assert await sheet.ledger(ann) == [("ISSUED", None)]


async def test_R7_3_a_deferred_mark_issues_nothing_and_enters_nothing(sheet: TokenSheet, ann: UUID) -> None:
    await sheet.set_mark(ann, ABSENT)
    assert (await sheet.reconcile(ann, may_create=False)).student_ids == frozenset()
    assert (await sheet.tokens(), await sheet.ledger()) == ([], [])


@pytest.mark.parametrize(
    ("settings", "cause"),
    [
        (MakeupTokenSettings(tokens_enabled=False), "TOKENS_OFF"),
        (MakeupTokenSettings(token_trigger=TokenTrigger.EXCUSED_ONLY), "NOT_EXCUSED"),
        (MakeupTokenSettings(earning_types=frozenset({EnrollmentType.TRIAL})), "TYPE_DOES_NOT_EARN"),
        (MakeupTokenSettings(token_limit=0), "OVER_LIMIT"),
    ],
)
async def test_R7_9_a_skip_is_entered_with_its_cause_once_until_something_changes(
    sheet: TokenSheet, ann: UUID, settings: MakeupTokenSettings, cause: str
) -> None:
    await sheet.set_mark(ann, ABSENT)
    for _ in range(3):
        assert (await sheet.reconcile(ann, settings=settings)).student_ids == frozenset()
    assert (await sheet.tokens(), await sheet.ledger(ann)) == ([], [("SKIPPED", cause)])
    await sheet.reconcile(ann)
    assert await sheet.ledger(ann) == [("SKIPPED", cause), ("ISSUED", None)]


async def test_R7_9_the_ledger_says_who_and_on_what_mark(sheet: TokenSheet, ann: UUID) -> None:
    person = await sheet.world.staff()
    await sheet.set_mark(ann, EXCUSED)
    await sheet.reconcile(ann, author=Author(Source.OFFICE, person))
    entry = models.MakeupTokenEntry
    found = await sheet.world.owner.execute(select(entry.__table__).where(entry.student_id == ann))
    (row,) = found.all()
    (token,) = await sheet.tokens()
    assert (row.makeup_token_id, row.timeslot_id, row.held_on) == (token.id, sheet.lesson.timeslot_id, MONDAY)
    assert (row.source, row.actor_id, row.entered_at) == (Source.OFFICE, person, DURING_CLASS)
    assert row.facts == {"status": "EXCUSED_ABSENCE"}


@pytest.mark.parametrize("type_", [EnrollmentType.TRIAL, EnrollmentType.MAKEUP, EnrollmentType.SINGLE_DAY])
async def test_R7_2_other_enrollment_types_earn_by_setting_alone(sheet: TokenSheet, type_: EnrollmentType) -> None:
    one_day = {} if type_ is EnrollmentType.TRIAL else {"drop_on": MONDAY, "timeslot_id": sheet.lesson.timeslot_id}
    ben = await sheet.add_student(type=type_, starts_on=MONDAY, **one_day)
    await sheet.set_mark(ben, ABSENT)
    await sheet.reconcile(ben)
    assert (await sheet.tokens(), await sheet.ledger(ben)) == ([], [("SKIPPED", "TYPE_DOES_NOT_EARN")])
    await sheet.reconcile(ben, settings=MakeupTokenSettings(earning_types=frozenset({type_})))
    assert await sheet.live_tokens() == [ben]


@pytest.mark.parametrize("kind", [OfferingKind.CAMP, OfferingKind.APPOINTMENT])
async def test_R7_1_camps_and_appointments_earn_nothing(world: World, database: Database, kind: OfferingKind) -> None:
    sheet = await new_sheet(world, database, kind=kind)
    ann = await sheet.add_student()
    await sheet.set_mark(ann, EXCUSED)
    assert (await sheet.reconcile(ann)).student_ids == frozenset()
    assert (await sheet.tokens(), await sheet.ledger(ann)) == ([], [("SKIPPED", "NOT_A_CLASS")])


async def test_R7_4_a_cancelled_class_takes_unused_tokens_back_and_a_restored_one_gives_them_again(
    sheet: TokenSheet, ann: UUID
) -> None:
    await sheet.set_mark(ann, ABSENT)
    token_id = (await sheet.reconcile(ann)).issued[ann]
    await sheet.cancel()
    assert (await sheet.reconcile()).revoked == {ann: token_id}
    await sheet.cancel(at=None)
    assert (await sheet.reconcile()).reinstated == {ann: token_id}
    assert (await sheet.ledger(ann))[1] == ("REVOKED", "OCCURRENCE_CANCELLED")


async def test_R9_2_an_absence_token_does_not_return_beside_that_of_the_cancellation(
    sheet: TokenSheet, ann: UUID
) -> None:
    await sheet.set_mark(ann, ABSENT)
    token_id = (await sheet.reconcile(ann)).issued[ann]
    await sheet.world.change(models.MakeupToken, token_id, revoked_at=DURING_CLASS)
    given: dict[str, Any] = {"timeslot_id": sheet.lesson.timeslot_id, "held_on": MONDAY}
    await sheet.world.makeup_token(ann, origin=MakeupTokenOrigin.CANCELLATION, **given)
    assert (await sheet.reconcile(ann)).student_ids == frozenset()
    assert [token.origin for token in await sheet.tokens() if token.revoked_at is None] == [
        MakeupTokenOrigin.CANCELLATION
    ]


async def test_R7_5_a_second_automatic_token_breaks_a_constraint(sheet: TokenSheet, ann: UUID) -> None:
    await sheet.set_mark(ann, ABSENT)
    token_id = (await sheet.reconcile(ann)).issued[ann]
    given: dict[str, Any] = {"timeslot_id": sheet.lesson.timeslot_id, "held_on": MONDAY}
    for revoked_at in (None, DURING_CLASS):
        await sheet.world.change(models.MakeupToken, token_id, revoked_at=revoked_at)
        with pytest.raises(IntegrityError, match="makeup_token_one_automatic"):
            await sheet.world.makeup_token(ann, origin=MakeupTokenOrigin.ABSENCE, **given)


@pytest.mark.parametrize(
    ("unit", "anchor", "expires_on"),
    [
        (ExpiryUnit.NEVER, ExpiryAnchor.ISSUE, None),
        (ExpiryUnit.DAYS, ExpiryAnchor.ISSUE, date(2026, 11, 22)),
        (ExpiryUnit.WEEKS, ExpiryAnchor.MISSED_CLASS, date(2026, 11, 30)),
        (ExpiryUnit.MONTHS, ExpiryAnchor.ISSUE, date(2027, 1, 20)),
        (ExpiryUnit.END_OF_SESSION, ExpiryAnchor.ISSUE, date(2026, 12, 18)),
    ],
)
async def test_R7_7_expiry_is_fixed_at_the_issue_and_later_settings_leave_it(
    sheet: TokenSheet, ann: UUID, unit: ExpiryUnit, anchor: ExpiryAnchor, expires_on: date | None
) -> None:
    offerings = [sheet.lesson.offering_id]
    await sheet.world.session(date(2026, 9, 1), date(2026, 12, 18), offerings=offerings)
    await sheet.world.session(date(2026, 12, 19), date(2027, 6, 1), offerings=offerings, name="Spring")
    settings = MakeupTokenSettings(expiry_unit=unit, expiry_count=2, expiry_anchor=anchor)
    await sheet.set_mark(ann, ABSENT)
    # 23:10 on 19 November in UTC-6 is the 20th in UTC: the issue date is the local one.
    await sheet.reconcile(ann, settings=settings, now=datetime(2026, 11, 21, 5, 10, tzinfo=UTC))
    (token,) = await sheet.tokens()
    assert (token.issued_on, token.expires_on) == (date(2026, 11, 20), expires_on)
    await sheet.reconcile(ann, settings=replace(settings, expiry_count=9))
    assert [token.expires_on for token in await sheet.tokens()] == [expires_on]


@pytest.mark.parametrize(
    ("ends", "expires_on"),
    [
        # The session that begins last is not always the one that ends last.
        ([date(2026, 12, 18), date(2026, 11, 30)], date(2026, 12, 18)),
        ([date(2026, 11, 30), date(2026, 12, 18)], date(2026, 12, 18)),
        ([date(2026, 12, 18), None], None),
        ([None, date(2026, 12, 18)], None),
        ([date(2026, 12, 18), date(2026, 11, 15)], date(2026, 12, 18)),
    ],
)
async def test_R7_7_the_latest_end_of_the_sessions_that_cover_the_date_counts(
    sheet: TokenSheet, ann: UUID, ends: list[date | None], expires_on: date | None
) -> None:
    for month, ends_on in enumerate(ends, 9):
        starts_on = date(2026, month, 1)
        await sheet.world.session(starts_on, ends_on, offerings=[sheet.lesson.offering_id], name=f"From {month}")
    await sheet.set_mark(ann, ABSENT)
    await sheet.reconcile(ann, settings=MakeupTokenSettings(expiry_unit=ExpiryUnit.END_OF_SESSION))
    assert [token.expires_on for token in await sheet.tokens()] == [expires_on]


async def test_R7_7_an_absence_recorded_long_after_may_earn_an_expired_token(sheet: TokenSheet, ann: UUID) -> None:
    settings = MakeupTokenSettings(expiry_unit=ExpiryUnit.DAYS, expiry_count=5, expiry_anchor=ExpiryAnchor.MISSED_CLASS)
    await sheet.set_mark(ann, ABSENT)
    await sheet.reconcile(ann, settings=settings, now=DURING_CLASS + timedelta(days=60))
    assert [token.expires_on for token in await sheet.tokens()] == [MONDAY + timedelta(days=5)]


async def test_R7_4_one_class_touches_neither_others_nor_those_not_named(sheet: TokenSheet, ann: UUID) -> None:
    ben = await sheet.add_student()
    other = TokenSheet(sheet.world, sheet.database, (await new_sheet(sheet.world, sheet.database)).lesson)
    other.enrollments[ann] = await sheet.world.enroll(ann, other.lesson.offering_id)
    for each, student in ((sheet, ann), (sheet, ben), (other, ann)):
        await each.set_mark(student, ABSENT)
    assert set((await sheet.reconcile(ann)).issued) == {ann}
    assert [(token.student_id, token.timeslot_id) for token in await sheet.tokens()] == [
        (ann, sheet.lesson.timeslot_id)
    ]


async def test_R7_4_as_many_statements_for_twenty_students_as_for_one(world: World, database: Database) -> None:
    counts = []
    for size in (1, 20):
        sheet = await new_sheet(world, database)
        for _ in range(size):
            await sheet.set_mark(await sheet.add_student(), ABSENT)
        statements: list[str] = []
        with counting(database, statements):
            issued = await sheet.reconcile(settings=MakeupTokenSettings(token_limit=5))
        assert len(issued.issued) == size
        counts.append(len(statements))
    assert counts == [10, 10]
