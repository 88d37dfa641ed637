"""R3.4: the eleven indicators, with their edges."""

import calendar
import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from attendance.rules.absences.expected_absences import ExpectedAbsence
from attendance.rules.calendar.neighbours import Neighbours
from attendance.rules.roster.birthdays import Birthday, birthday_near
from attendance.rules.roster.indicators import (
    LABELS,
    BalanceDueFacts,
    BirthdayFacts,
    DropFacts,
    ExpectedAbsentFacts,
    FirstDayFacts,
    Indicator,
    IndicatorInput,
    MakeupFacts,
    NotesFacts,
    Sight,
    TransferDirection,
    TransferFacts,
    indicators,
)
from attendance.rules.roster.roster import RosterEnrollment
from attendance.rules.vocabulary import EnrollmentEnd, EnrollmentType, IndicatorKind, NoteLevel

MONDAY = date(2026, 11, 16)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
ALL = Sight(sees_medical=True, sees_balances=True)
ENROLLMENT = RosterEnrollment(UUID(int=1), UUID(int=2), EnrollmentType.ACTIVE, MONDAY - 5 * WEEK)
PLAIN = IndicatorInput(
    on_date=MONDAY,
    birth_on=None,
    medical_alert=None,
    roll_sheet_comment=None,
    open_notes=0,
    has_critical_note=False,
    balance=Decimal(0),
    currency="USD",
    enrollment=ENROLLMENT,
    is_subdued=False,
    expected_absence=None,
    around=Neighbours(MONDAY - WEEK, MONDAY + WEEK),
    is_held=True,
)


def raised(sight: Sight = ALL, **facts: Any) -> tuple[Indicator, ...]:
    return indicators(replace(PLAIN, **facts), sight)


def enrolled(**facts: Any) -> RosterEnrollment:
    return replace(ENROLLMENT, **facts)


def only(sight: Sight = ALL, **facts: Any) -> Indicator:
    (indicator,) = raised(sight, **facts)
    return indicator


def test_R3_4_there_are_exactly_eleven_named_as_on_the_sheet() -> None:
    assert list(LABELS) == list(IndicatorKind)
    assert list(LABELS.values()) == [
        "Medical Alert",
        "Birthday",
        "Roll Sheet Comment",
        "Notes",
        "Makeup",
        "Balance Due",
        "Trial Enrollment",
        "Expected Absent",
        "Drop",
        "Transfer",
        "First Day",
    ]


def test_R3_4_a_plain_row_raises_none() -> None:
    assert raised() == ()


@pytest.mark.parametrize(
    "text",
    [None, "", "  ", "none", "None", "NONE.", "n/a", "N/A.", "na", "NA.", "no", "No.", "nil", "-", " none ", "-."],
)
def test_R3_4_medical_words_for_nothing_are_blank(text: str | None) -> None:
    assert raised(medical_alert=text) == ()


@pytest.mark.parametrize("text", ["Nuts", "none known", "no nuts", "asthma.", "--"])
def test_R3_4_medical_alert_shows_the_text_to_those_who_may_see_it(text: str) -> None:
    assert only(medical_alert=text) == Indicator(IndicatorKind.MEDICAL_ALERT, text)
    assert only(Sight(False, True), medical_alert=text) == Indicator(IndicatorKind.MEDICAL_ALERT)


@pytest.mark.parametrize(
    ("birth_on", "on_date", "window", "expected"),
    [
        (date(2018, 11, 16), MONDAY, 3, Birthday(MONDAY, 8)),
        (date(2018, 11, 19), MONDAY, 3, Birthday(date(2026, 11, 19), 8)),
        (date(2018, 11, 13), MONDAY, 3, Birthday(date(2026, 11, 13), 8)),
        (date(2018, 11, 20), MONDAY, 3, None),
        (date(2018, 11, 12), MONDAY, 3, None),
        (date(2018, 11, 17), MONDAY, 0, None),
        (date(2018, 11, 16), MONDAY, 0, Birthday(MONDAY, 8)),
        (date(2018, 1, 1), date(2026, 12, 30), 3, Birthday(date(2027, 1, 1), 9)),
        (date(2018, 12, 30), date(2026, 1, 1), 3, Birthday(date(2025, 12, 30), 7)),
        (date(2020, 2, 29), date(2026, 2, 28), 0, Birthday(date(2026, 2, 28), 6)),
        (date(2020, 2, 29), date(2026, 3, 1), 0, None),
        (date(2020, 2, 29), date(2028, 2, 29), 0, Birthday(date(2028, 2, 29), 8)),
        (date(2020, 2, 29), date(2028, 2, 28), 0, None),
        (date(2020, 2, 29), date(2026, 3, 3), 3, Birthday(date(2026, 2, 28), 6)),
        (MONDAY, MONDAY, 3, None),
        (date(2026, 11, 18), MONDAY, 3, None),
        (date(2025, 11, 18), MONDAY, 3, Birthday(date(2026, 11, 18), 1)),
        (date(2018, 5, 18), MONDAY, 183, Birthday(date(2026, 5, 18), 8)),
    ],
)
def test_R3_4_birthday_window(birth_on: date, on_date: date, window: int, expected: Birthday | None) -> None:
    assert birthday_near(birth_on, on_date, window) == expected


def test_R3_4_a_birthday_is_near_when_one_of_the_days_around_is_one() -> None:
    dice = random.Random(4)
    for _ in range(2000):
        year, month = dice.choice([2024, 2025, 2026, 2027, 2028]), dice.choice([1, 2, 3, 12])
        on_date, window = date(year, month, dice.randint(1, 28)), dice.randint(0, 5)
        birth_on = dice.choice([date(2020, 2, 29), date(2016, 2, 28), date(2016, 3, 1), on_date.replace(year=2019)])
        around = [on_date + timedelta(days=number) for number in range(-window, window + 1)]
        born = (birth_on.month, birth_on.day)
        celebrated = [
            day
            for day in around
            if born == (day.month, day.day)
            or (born == (2, 29) and (day.month, day.day) == (2, 28) and not calendar.isleap(day.year))
        ]
        found = birthday_near(birth_on, on_date, window)
        assert (found is None) == (not celebrated), (birth_on, on_date, window)
        assert found is None or found.on_date in celebrated


def test_R3_4_birthday_uses_the_setting_and_tells_date_and_age() -> None:
    born = date(2018, 11, 20)
    assert raised(birth_on=born) == ()
    assert only(replace(ALL, birthday_window_days=4), birth_on=born) == Indicator(
        IndicatorKind.BIRTHDAY, "Turns 8 on 2026-11-20", BirthdayFacts(date(2026, 11, 20), 8)
    )


def test_R3_4_roll_sheet_comment() -> None:
    assert only(roll_sheet_comment="Left-handed") == Indicator(IndicatorKind.ROLL_SHEET_COMMENT, "Left-handed")
    assert raised(roll_sheet_comment=" \n") == ()


def test_R3_4_notes_tell_count_and_highest_level() -> None:
    assert only(open_notes=1) == Indicator(IndicatorKind.NOTES, "1 open note", NotesFacts(1, NoteLevel.NORMAL))
    assert only(open_notes=3, has_critical_note=True) == Indicator(
        IndicatorKind.NOTES, "3 open notes, critical", NotesFacts(3, NoteLevel.CRITICAL)
    )


def test_R3_4_makeup_tells_the_class_missed_when_known() -> None:
    makeup = enrolled(type=EnrollmentType.MAKEUP)
    assert only(enrollment=makeup) == Indicator(IndicatorKind.MAKEUP, None, MakeupFacts(None, None))
    known = replace(makeup, missed="Swim 1", missed_on=MONDAY - WEEK)
    assert only(enrollment=known) == Indicator(
        IndicatorKind.MAKEUP, "For Swim 1 on 2026-11-09", MakeupFacts("Swim 1", MONDAY - WEEK)
    )


def test_R3_4_balance_due_hides_its_amount_from_those_who_may_not_see_it() -> None:
    due = Decimal("12.50")
    assert only(balance=due) == Indicator(IndicatorKind.BALANCE_DUE, "12.50 USD", BalanceDueFacts(due, "USD"))
    assert only(Sight(True, False), balance=due) == Indicator(IndicatorKind.BALANCE_DUE)
    assert raised(balance=Decimal(0)) == ()
    assert raised(balance=Decimal(-5)) == ()


def test_R3_4_trial() -> None:
    assert only(enrollment=enrolled(type=EnrollmentType.TRIAL)) == Indicator(IndicatorKind.TRIAL_ENROLLMENT)


def test_R3_4_expected_absent_tells_excused_and_comment() -> None:
    told = ExpectedAbsence(MONDAY, MONDAY, True, "Holiday")
    assert only(expected_absence=told) == Indicator(
        IndicatorKind.EXPECTED_ABSENT, "Excused: Holiday", ExpectedAbsentFacts(True, "Holiday")
    )
    assert only(expected_absence=replace(told, is_excused=False, comment=None)) == Indicator(
        IndicatorKind.EXPECTED_ABSENT, "Not excused", ExpectedAbsentFacts(False, None)
    )


@pytest.mark.parametrize(
    ("facts", "is_last"),
    [
        ({"drop_on": MONDAY}, True),
        ({"drop_on": MONDAY + WEEK - DAY}, True),
        ({"drop_on": MONDAY + WEEK}, False),
        ({"drop_on": MONDAY, "end_cause": EnrollmentEnd.DROPPED}, True),
        ({"drop_on": MONDAY, "end_cause": EnrollmentEnd.SESSION_ENDED}, None),
        ({"drop_on": MONDAY, "type": EnrollmentType.SINGLE_DAY}, None),
        ({"drop_on": None}, None),
    ],
)
def test_R3_4_drop(facts: dict[str, Any], is_last: bool | None) -> None:
    found = raised(enrollment=enrolled(**facts))
    if is_last is None:
        assert found == ()
    else:
        sentence = f"Drops on {facts['drop_on']}{', last day' if is_last else ''}"
        assert found == (Indicator(IndicatorKind.DROP, sentence, DropFacts(facts["drop_on"], is_last)),)


def test_R3_4_a_transfer_is_told_at_its_source_and_is_no_drop() -> None:
    source = enrolled(drop_on=MONDAY, end_cause=EnrollmentEnd.TRANSFERRED, transferred_to="Swim 2")
    assert only(enrollment=source) == Indicator(
        IndicatorKind.TRANSFER, "Transfers to Swim 2", TransferFacts(TransferDirection.OUTGOING, "Swim 2")
    )


def test_R3_4_a_transfer_is_told_at_its_target_on_the_first_occurrence_alone() -> None:
    target = enrolled(transferred_from="Swim 1", starts_on=MONDAY)
    assert raised(enrollment=target) == (
        Indicator(IndicatorKind.TRANSFER, "Transfers from Swim 1", TransferFacts(TransferDirection.INCOMING, "Swim 1")),
        Indicator(IndicatorKind.FIRST_DAY, "First day in this enrollment", FirstDayFacts(False)),
    )
    assert raised(enrollment=target, on_date=MONDAY + WEEK, around=Neighbours(MONDAY, None)) == ()


def test_R3_4_a_target_that_is_also_a_source_tells_what_is_ahead() -> None:
    both = enrolled(
        starts_on=MONDAY,
        drop_on=MONDAY + WEEK,
        end_cause=EnrollmentEnd.TRANSFERRED,
        transferred_from="Swim 1",
        transferred_to="Swim 2",
    )
    facts = [each.facts for each in raised(enrollment=both)]
    assert facts == [TransferFacts(TransferDirection.OUTGOING, "Swim 2"), FirstDayFacts(False)]


@pytest.mark.parametrize("is_first_ever", [True, False])
def test_R3_4_first_day(is_first_ever: bool) -> None:
    starting = enrolled(starts_on=MONDAY - DAY, is_first_ever=is_first_ever)
    assert only(enrollment=starting).facts == FirstDayFacts(is_first_ever)
    assert raised(enrollment=replace(starting, starts_on=MONDAY - WEEK)) == ()


def test_R3_4_an_occurrence_that_is_not_held_is_nobodys_first_day() -> None:
    assert raised(enrollment=enrolled(starts_on=MONDAY), is_held=False) == ()


def test_R3_4_a_subdued_row_has_no_drop_transfer_or_first_day() -> None:
    gone = enrolled(starts_on=MONDAY, drop_on=MONDAY, transferred_from="Swim 1")
    assert raised(enrollment=gone, is_subdued=True) == ()
    assert raised(enrollment=None, is_subdued=True) == ()


def test_R3_4_all_at_once_keep_the_order_of_the_sheet() -> None:
    row = replace(
        PLAIN,
        birth_on=date(2018, 11, 16),
        medical_alert="Nuts",
        roll_sheet_comment="Shy",
        open_notes=1,
        balance=Decimal(1),
        expected_absence=ExpectedAbsence(MONDAY, MONDAY, False),
        enrollment=enrolled(starts_on=MONDAY, drop_on=MONDAY, transferred_from="Swim 1"),
    )
    kinds = [each.kind for each in indicators(row, ALL)]
    assert kinds == [
        kind for kind in IndicatorKind if kind not in (IndicatorKind.MAKEUP, IndicatorKind.TRIAL_ENROLLMENT)
    ]
