"""R8.11: when a student has left, and how long the tokens that are left over are good."""

from datetime import date, timedelta

import pytest

from attendance.rules.enrollments.leaving import Stay, is_staying, keeps_tokens, left_on, tokens_lapse_on
from attendance.rules.tokens.makeup_tokens import TokenDates, token_state
from attendance.rules.vocabulary import EnrollmentEnd, EnrollmentType, MakeupTokenState

TODAY = date(2026, 11, 16)
DAY = timedelta(days=1)
DROPPED, MOVED, OVER = EnrollmentEnd.DROPPED, EnrollmentEnd.TRANSFERRED, EnrollmentEnd.SESSION_ENDED
ACTIVE, TRIAL, SINGLE_DAY = EnrollmentType.ACTIVE, EnrollmentType.TRIAL, EnrollmentType.SINGLE_DAY
MAKEUP, WAITLIST = EnrollmentType.MAKEUP, EnrollmentType.WAITLIST


def stay(days: int | None, cause: EnrollmentEnd | None = None, type: EnrollmentType = ACTIVE) -> Stay:
    """One that ends so many days from today."""
    return Stay(type, None if days is None else TODAY + days * DAY, cause)


@pytest.mark.parametrize(
    ("stays", "days"),
    [
        # The one that is dropped: today, from a later day on, or entered late.
        ([stay(0, DROPPED)], 0),
        ([stay(14, DROPPED)], 14),
        ([stay(-21, DROPPED)], 0),
        # It was taken back before it began, and there is no other.
        ([], 0),
        # There are others, which stay, were dropped too, or are over.
        ([stay(0, DROPPED), stay(None)], None),
        ([stay(0, DROPPED), stay(None, type=TRIAL)], None),
        ([stay(0, DROPPED), stay(30, DROPPED)], 30),
        ([stay(30, DROPPED), stay(0, DROPPED)], 30),
        ([stay(0, DROPPED), stay(-30), stay(-60, OVER), stay(-90, MOVED)], 0),
        # Others run out by themselves: on a later day, or no later than the dropped one.
        ([stay(0, DROPPED), stay(1)], None),
        ([stay(0, DROPPED), stay(30, OVER)], None),
        ([stay(0, DROPPED), stay(1, type=SINGLE_DAY)], None),
        ([stay(0, DROPPED), stay(0)], 0),
        ([stay(30, DROPPED), stay(30, OVER)], 30),
        ([stay(30, DROPPED), stay(29)], 30),
        # What it was transferred to was taken back: the source ends by an act too.
        ([stay(5, MOVED)], 5),
        ([stay(-5, MOVED)], 0),
        # A makeup is a token's own use, and waiting is no place.
        ([stay(0, DROPPED), stay(20, type=MAKEUP), stay(None, type=WAITLIST)], 0),
    ],
)
def test_R8_11_the_day_on_which_a_student_leaves(stays: list[Stay], days: int | None) -> None:
    assert left_on(stays, TODAY) == (None if days is None else TODAY + days * DAY)
    assert is_staying(stays, TODAY) is (days is None)


@pytest.mark.parametrize(
    ("type", "counts"), [(ACTIVE, True), (TRIAL, True), (SINGLE_DAY, True), (MAKEUP, False), (WAITLIST, False)]
)
def test_R8_11_what_counts_as_an_enrollment(type: EnrollmentType, counts: bool) -> None:
    assert keeps_tokens(type) is counts


@pytest.mark.parametrize(
    ("leaves_on", "wait_days", "known", "expected"),
    [
        (TODAY, 0, None, TODAY),
        (TODAY, 14, None, date(2026, 11, 30)),
        (date(2028, 2, 28), 1, None, date(2028, 2, 29)),
        (date(2026, 2, 28), 1, None, date(2026, 3, 1)),
        # A further drop moves the day forward, and never back.
        (TODAY, 14, date(2026, 11, 25), date(2026, 11, 25)),
        (TODAY, 3, date(2026, 11, 25), date(2026, 11, 19)),
        (date.max, 1, None, None),
        (date.max, 1, TODAY, TODAY),
    ],
)
def test_R8_11_the_wait_counts_from_the_day_of_leaving(
    leaves_on: date, wait_days: int, known: date | None, expected: date | None
) -> None:
    assert tokens_lapse_on(leaves_on, wait_days, known) == expected


@pytest.mark.parametrize(
    ("expires_on", "lapses_on", "good_through"),
    [
        (None, None, None),
        (TODAY, None, TODAY),
        (None, TODAY, TODAY),
        (TODAY, TODAY + DAY, TODAY),
        (TODAY + DAY, TODAY, TODAY),
    ],
)
def test_R8_11_a_token_is_good_through_the_earlier_of_the_two(
    expires_on: date | None, lapses_on: date | None, good_through: date | None
) -> None:
    token = TokenDates(TODAY - 9 * DAY, expires_on, lapses_on=lapses_on)
    assert token.good_through == good_through
    assert token_state(token, TODAY) is MakeupTokenState.AVAILABLE
    is_over = good_through is not None
    tomorrow = token_state(token, TODAY + DAY)
    assert tomorrow is (MakeupTokenState.EXPIRED if is_over else MakeupTokenState.AVAILABLE)


def test_R8_11_a_token_that_is_tied_does_not_lapse() -> None:
    gone = TokenDates(TODAY - 9 * DAY, None, lapses_on=TODAY - DAY, makeup_on=TODAY)
    assert token_state(gone, TODAY) is MakeupTokenState.PENDING
    assert token_state(gone, TODAY + DAY) is MakeupTokenState.SPENT
