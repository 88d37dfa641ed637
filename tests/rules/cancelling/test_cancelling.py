"""R9.1, R9.2: what one cancellation, or several after one another, come to, as a rule."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey
from attendance.rules.cancelling.cancellation_exceptions import (
    DELETED_BY_HAND,
    HAS_TOKEN,
    NO_ADDRESS,
    NOT_A_CLASS,
    WITHOUT_GROUND,
    exceptions_of,
)
from attendance.rules.cancelling.cancellation_plans import limits_to_count, plan_cancellations
from attendance.rules.cancelling.cancelling import (
    CancellationOptions,
    CancellationPlan,
    CancellationTokens,
    CancelledPlace,
    CancelledSheet,
    CancelledStudent,
    KnownToken,
    StudentOutcome,
)
from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.tokens.makeup_tokens import TokenCause, TokenDates, TokenStep
from attendance.rules.vocabulary import EnrollmentType, ExpiryUnit, LimitPeriod, MakeupTokenOrigin, OfferingKind

TODAY = date(2026, 11, 16)
WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
SLOT = UUID(int=7)
ANN, BEN, FAMILY, PLACE = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)
ASKED = CancellationOptions(tokens=CancellationTokens())
ABSENCE, CANCELLATION, MANUAL = MakeupTokenOrigin
LIVE = TokenDates(TODAY - WEEK, None)


def token(number: int = 10, origin: MakeupTokenOrigin = ABSENCE, **dates: Any) -> KnownToken:
    return KnownToken(UUID(int=number), origin, replace(LIVE, **dates), TODAY, PLACE)


def student(
    student_id: UUID = ANN, type: EnrollmentType | None = EnrollmentType.ACTIVE, **given: Any
) -> CancelledStudent:
    place = None if type is None else CancelledPlace(PLACE, type, DateSpan(TODAY - 9 * WEEK, None))
    who: dict[str, Any] = {
        "first_name": "Ann",
        "last_name": "Baker",
        "sort_key": "baker ann",
        "family_id": FAMILY,
        "email": "a@example.org",
    }
    return CancelledStudent(student_id, place=place, **who | given)


def sheet(
    *students: CancelledStudent, held_on: date = TODAY, kind: OfferingKind = OfferingKind.CLASS
) -> CancelledSheet:
    session = DateSpan(TODAY - WEEK, TODAY + WEEK)
    return CancelledSheet(OccurrenceKey(SLOT, held_on), kind, TODAY, session, session.ends_on, students)


def plan(
    *sheets: CancelledSheet,
    options: CancellationOptions = ASKED,
    counts: int | None = None,
    **settings: Any,
) -> list[CancellationPlan]:
    values = MakeupTokenSettings(**settings)
    limits = dict(limits_to_count(sheets, options, values))
    return list(plan_cancellations(sheets, options, values, dict.fromkeys(limits, counts or 0)))


def outcome(one: CancelledStudent, **given: Any) -> StudentOutcome:
    ((found,),) = [each.outcomes for each in plan(sheet(one), **given)]
    return found


@pytest.mark.parametrize("type", [EnrollmentType.TRIAL, EnrollmentType.SINGLE_DAY, EnrollmentType.MAKEUP])
def test_R9_2_the_setting_says_which_enrollments_earn_a_cancellations_token(type: EnrollmentType) -> None:
    assert outcome(student(type=type), earning_types=frozenset({type})).gets_token
    left_out = outcome(student(), earning_types=frozenset({type}))
    assert (left_out.gets_token, left_out.token.cause) == (False, TokenCause.TYPE_DOES_NOT_EARN)


def test_R9_2_a_makeup_gets_its_own_token_back_and_no_second_one() -> None:
    one = student(
        type=EnrollmentType.MAKEUP, makeups=(token(11, makeup_on=TODAY),), absence=token(makeup_on=TODAY + DAY)
    )
    found = outcome(one, earning_types=frozenset({EnrollmentType.MAKEUP}))
    assert (len(found.given_back), found.gets_token, found.stands) == (1, False, False)
    assert found.absence.step is TokenStep.FLAG


def test_R9_2_tokens_that_staff_give_are_not_switched_off() -> None:
    assert outcome(student(), tokens_enabled=False).gets_token
    over = outcome(student(), tokens_enabled=False, token_limit=1, counts=1)
    assert over.is_over_limit


@pytest.mark.parametrize(
    ("one", "step", "cause"),
    [
        (student(), TokenStep.ISSUE, None),
        (student(type=EnrollmentType.TRIAL), TokenStep.SKIP, TokenCause.TYPE_DOES_NOT_EARN),
        (student(type=EnrollmentType.SINGLE_DAY), TokenStep.SKIP, TokenCause.TYPE_DOES_NOT_EARN),
        (student(type=EnrollmentType.MAKEUP), TokenStep.SKIP, TokenCause.TYPE_DOES_NOT_EARN),
        (student(type=EnrollmentType.MAKEUP, makeups=(token(makeup_on=TODAY),)), TokenStep.NOTHING, None),
        (student(type=None, absence=token()), TokenStep.NOTHING, None),
        (student(absence=token()), TokenStep.ISSUE, None),
        (student(absence=token(requested_on=TODAY)), TokenStep.ISSUE, None),
        (student(absence=token(is_revoked=True)), TokenStep.ISSUE, None),
        (student(absence=token(is_deleted=True)), TokenStep.ISSUE, None),
        (student(absence=token(makeup_on=TODAY)), TokenStep.SKIP, TokenCause.HAS_TOKEN),
        (student(absence=token(makeup_on=TODAY - DAY)), TokenStep.SKIP, TokenCause.HAS_TOKEN),
        (student(absence=token(expires_on=TODAY - DAY)), TokenStep.ISSUE, None),
        (student(cancellation=token(origin=CANCELLATION, is_revoked=True)), TokenStep.REINSTATE, None),
        (student(cancellation=token(origin=CANCELLATION, is_deleted=True)), TokenStep.SKIP, TokenCause.DELETED_BY_HAND),
        (student(cancellation=token(origin=CANCELLATION, makeup_on=TODAY)), TokenStep.NOTHING, None),
        (
            student(cancellation=replace(token(origin=CANCELLATION, makeup_on=TODAY), needs_review=True)),
            TokenStep.UNFLAG,
            None,
        ),
    ],
)
def test_R9_2_who_gets_the_cancellations_token(
    one: CancelledStudent, step: TokenStep, cause: TokenCause | None
) -> None:
    found = outcome(one).token
    assert (found.step, found.cause) == (step, cause)


def test_R9_1_without_the_option_nobody_does() -> None:
    assert outcome(student(), options=CancellationOptions()).token.step is TokenStep.NOTHING


@pytest.mark.parametrize("kind", [OfferingKind.CAMP, OfferingKind.APPOINTMENT])
def test_R7_1_camps_and_appointments_bring_no_tokens(kind: OfferingKind) -> None:
    (found,) = plan(sheet(student(), kind=kind))
    assert found.outcomes[0].token.step is TokenStep.NOTHING


@pytest.mark.parametrize(
    ("held", "step"),
    [
        (token(), TokenStep.REVOKE),
        (token(requested_on=TODAY), TokenStep.REVOKE),
        (token(issued_on=TODAY + DAY), TokenStep.REVOKE),
        (token(makeup_on=TODAY), TokenStep.FLAG),
        (replace(token(makeup_on=TODAY), needs_review=True), TokenStep.NOTHING),
        (token(expires_on=TODAY - DAY), TokenStep.NOTHING),
        (token(is_revoked=True), TokenStep.NOTHING),
        (token(is_deleted=True), TokenStep.NOTHING),
        (None, TokenStep.NOTHING),
    ],
)
def test_R7_4_what_becomes_of_the_absence_token_when_none_is_given(held: KnownToken | None, step: TokenStep) -> None:
    found = outcome(student(absence=held), options=CancellationOptions())
    assert (found.absence.step, found.stands) == (step, False)


USED = token(makeup_on=TODAY)
FLAGGED = replace(USED, needs_review=True)


@pytest.mark.parametrize(
    ("one", "step", "stands"),
    [
        (student(absence=token()), TokenStep.REVOKE, False),
        (student(absence=token(requested_on=TODAY)), TokenStep.REVOKE, False),
        (student(absence=token(issued_on=TODAY + DAY)), TokenStep.REVOKE, False),
        (student(absence=token(expires_on=TODAY - DAY)), TokenStep.REVOKE, False),
        (student(absence=USED), TokenStep.NOTHING, True),
        (student(absence=token(makeup_on=TODAY - DAY)), TokenStep.NOTHING, True),
        (student(absence=FLAGGED), TokenStep.UNFLAG, True),
        # Who gets no token of the cancellation keeps the absence's, so that nobody is left with none.
        (student(type=EnrollmentType.TRIAL, absence=token()), TokenStep.NOTHING, True),
        (student(type=EnrollmentType.TRIAL, absence=FLAGGED), TokenStep.NOTHING, False),
        (student(type=None, absence=token()), TokenStep.NOTHING, True),
        (student(type=None, absence=FLAGGED), TokenStep.NOTHING, False),
        (student(absence=token(), cancellation=token(9, CANCELLATION, is_deleted=True)), TokenStep.NOTHING, True),
        (student(absence=token(is_revoked=True)), TokenStep.NOTHING, False),
        (student(absence=token(is_deleted=True)), TokenStep.NOTHING, False),
    ],
)
def test_R9_2_an_absence_token_gives_way_to_that_of_the_cancellation_or_stands_for_it(
    one: CancelledStudent, step: TokenStep, stands: bool
) -> None:
    found = outcome(one)
    assert (found.absence.step, found.stands) == (step, stands)


def test_R9_2_the_limit_takes_no_token_away() -> None:
    found = outcome(student(absence=token()), counts=5, token_limit=1)
    assert (found.absence.step, found.gets_token) == (TokenStep.REVOKE, True)


def test_R9_2_two_cancellations_leave_nobody_with_nothing() -> None:
    used = token(makeup_on=TODAY + DAY)
    here, there = (
        sheet(student(absence=used)),
        sheet(student(type=EnrollmentType.MAKEUP, makeups=(used,)), held_on=TODAY + DAY),
    )
    for options in (ASKED, CancellationOptions()):
        _, after = plan(here, there, options=options)
        assert [each.id for each in after.outcomes[0].given_back] == [used.id]


@pytest.mark.parametrize(("counted", "is_over"), [(0, False), (1, False), (2, True), (3, True)])
def test_R7_6_the_limit_decides_who_is_over_it(counted: int, is_over: bool) -> None:
    found = outcome(student(), counts=counted, token_limit=2)
    assert (found.is_over_limit, found.gets_token, found.counted) == (is_over, not is_over, counted)
    override = CancellationOptions(tokens=CancellationTokens(override_limit=True))
    assert outcome(student(), options=override, counts=counted, token_limit=2).gets_token


def test_R7_6_the_token_that_gives_way_does_not_count() -> None:
    assert outcome(student(absence=token()), counts=1, token_limit=1).gets_token


def test_R9_1_what_an_earlier_cancellation_takes_away_does_not_count_for_a_later_one() -> None:
    first, second = sheet(student(absence=token())), sheet(student(), held_on=TODAY + DAY)
    for order, gets in (((first, second), [True, True]), ((second, first), [False, True])):
        plans = plan(*order, counts=1, token_limit=1, token_limit_period=LimitPeriod.YEAR)
        assert [each.outcomes[0].gets_token for each in plans] == gets


def test_R9_1_a_makeup_that_is_given_back_is_outstanding_again_for_a_later_one() -> None:
    used = replace(token(makeup_on=TODAY), missed_on=TODAY - WEEK)
    first = sheet(student(type=EnrollmentType.MAKEUP, makeups=(used,)))
    second = sheet(student(), held_on=TODAY + DAY)
    for period, gets in ((LimitPeriod.OUTSTANDING, False), (LimitPeriod.YEAR, True)):
        plans = plan(first, second, token_limit=1, token_limit_period=period)
        assert plans[1].outcomes[0].gets_token is gets


def test_R9_2_a_token_given_back_by_one_gives_way_in_the_class_that_it_is_for() -> None:
    used = token(makeup_on=TODAY + DAY)
    there = sheet(student(type=EnrollmentType.MAKEUP, makeups=(used,)), held_on=TODAY + DAY)
    here = sheet(student(absence=used))
    _, after = plan(there, here)
    assert (after.outcomes[0].absence.step, after.outcomes[0].token.step) == (TokenStep.REVOKE, TokenStep.ISSUE)
    before, kept = plan(here, there)
    assert (before.outcomes[0].absence.step, before.outcomes[0].stands) == (TokenStep.NOTHING, True)
    assert [each.id for each in kept.outcomes[0].given_back] == [used.id]


@pytest.mark.parametrize(
    ("tokens", "expires_on"),
    [
        (CancellationTokens(never_expires=True), None),
        (CancellationTokens(expires_on=TODAY), TODAY),
        (CancellationTokens(), TODAY + WEEK),
    ],
)
def test_R7_7_until_when_they_are_good(tokens: CancellationTokens, expires_on: date | None) -> None:
    (found,) = plan(sheet(student()), options=CancellationOptions(tokens=tokens), expiry_unit=ExpiryUnit.END_OF_SESSION)
    assert found.expires_on == expires_on


def test_R9_8_one_letter_a_family_and_none_without_an_address() -> None:
    family: dict[str, Any] = {"family_id": UUID(int=99), "email": None}
    students = (
        student(BEN, first_name="zoe"),
        student(ANN, first_name="Ann"),
        student(UUID(int=5), **family),
        student(UUID(int=6), type=None, absence=token()),
    )
    (found,) = plan(sheet(*students), options=CancellationOptions(notify=True))
    ((letter),) = found.letters
    assert (letter.family_id, letter.recipient) == (FAMILY, "a@example.org")
    assert [each.student.student_id for each in letter.outcomes] == [ANN, BEN]
    assert [each.student.student_id for each in found.unreachable] == [UUID(int=5)]


def test_R9_4_staff_are_told_of_each_student() -> None:
    used = replace(token(11, MANUAL, makeup_on=TODAY), needs_review=True)
    late = replace(token(12, MANUAL, makeup_on=TODAY), dates=replace(LIVE, expires_on=TODAY - DAY, makeup_on=TODAY))
    students = (
        student(UUID(int=21), absence=token(makeup_on=TODAY)),
        student(UUID(int=22), cancellation=token(origin=CANCELLATION, is_deleted=True)),
        student(UUID(int=23), type=EnrollmentType.MAKEUP, makeups=(used,)),
        student(UUID(int=24), type=EnrollmentType.MAKEUP, makeups=(late,)),
        student(UUID(int=25), email=None),
    )
    options = CancellationOptions(notify=True, tokens=CancellationTokens())
    (found,) = plan(sheet(*students), options=options, counts=4, token_limit=5)
    assert exceptions_of(found, MakeupTokenSettings(token_limit=5)) == [
        (UUID(int=21), HAS_TOKEN),
        (UUID(int=22), DELETED_BY_HAND),
        (UUID(int=23), WITHOUT_GROUND),
        (UUID(int=25), NO_ADDRESS),
    ]
    (over,) = plan(sheet(student()), counts=5, token_limit=5)
    told = exceptions_of(over, MakeupTokenSettings(token_limit=5))
    assert told == [(ANN, "No makeup token was created: the limit of 5 is reached (5 counted).")]
    (trial,) = plan(sheet(student(type=EnrollmentType.TRIAL)))
    told = exceptions_of(trial, MakeupTokenSettings())
    assert told == [(ANN, "No makeup token was created: enrollments of type TRIAL earn none.")]
    (camp,) = plan(sheet(student(), student(BEN), kind=OfferingKind.CAMP))
    assert exceptions_of(camp, MakeupTokenSettings()) == [(None, NOT_A_CLASS)]
