"""R4.14: which absences are in a row, and of which streak a family is told."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.consecutive_absences import Attended, notice_due_at, notice_reason, open_streak, plan_notice
from attendance.rules.vocabulary import AttendanceStatus

SLOT = UUID(int=1)
LETTERS = {
    "A": AttendanceStatus.ABSENT,
    "E": AttendanceStatus.EXCUSED_ABSENCE,
    "P": AttendanceStatus.PRESENT,
    "T": AttendanceStatus.TARDY,
    "L": AttendanceStatus.LEFT_EARLY,
    "B": AttendanceStatus.TARDY_AND_LEFT_EARLY,
}


def key(place: int | None) -> OccurrenceKey | None:
    return None if place is None else OccurrenceKey(SLOT, date(2026, 1, 5) + timedelta(7 * place))


def marks(letters: str) -> list[Attended]:
    """A letter a week; a point is an occurrence without a mark."""
    return [Attended(key(n), LETTERS[letter]) for n, letter in enumerate(letters) if letter != "."]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("letters", "since", "absences"),
    [
        ("", None, []),
        ("A", None, [0]),
        ("AAA", None, [0, 1, 2]),
        ("PAA", 0, [1, 2]),
        ("AAP", 2, []),
        ("AAT", 2, []),
        ("AAL", 2, []),
        ("AAB", 2, []),
        ("APAA", 1, [2, 3]),
        ("PAEA", 0, [1, 3]),
        ("EE", None, []),
        ("PA.A", 0, [1, 3]),
    ],
)
def test_R4_14_a_present_family_mark_resets_and_an_excused_absence_neither_counts_nor_resets(
    letters: str, since: int | None, absences: list[int]
) -> None:
    found = open_streak(marks(letters))
    assert (found.since, list(found.absences)) == (key(since), [key(place) for place in absences])


@pytest.mark.parametrize(
    ("letters", "changed", "due_since", "void"),
    [
        ("PAA", 2, "none", [0, 2]),
        ("PAAA", 3, 0, [3]),
        ("AAA", 2, None, [2]),
        # Told once: the streak keeps its name while it grows.
        ("PAAAA", 4, 0, [4]),
        # The student came: the notice of the streak before is void.
        ("PAAAP", 4, "none", [0, 4]),
        # Corrected within the open streak.
        ("PAPA", 2, "none", [2, 0]),
        ("PAEA", 2, "none", [0, 2]),
        # Two streaks joined: the name of the later one is void.
        ("PAAAA", 2, 0, [2]),
        # A streak that ended long ago is not told of.
        ("AAAP", 1, "none", [3, 1, None]),
    ],
)
def test_R4_14_of_which_streak_a_change_tells(
    letters: str, changed: int, due_since: int | str | None, void: list[int | None]
) -> None:
    place = key(changed)
    assert place is not None
    plan = plan_notice(marks(letters), place, 3)
    assert (plan.due is None) == (due_since == "none")
    if plan.due is not None:
        assert plan.due.since == key(due_since)  # type: ignore[arg-type]
    assert plan.void == {key(each) for each in void}


def test_R4_14_a_streak_has_one_reason() -> None:
    student, offering = UUID(int=7), UUID(int=8)
    assert notice_reason(student, offering, None) == f"consecutive-absences/{student}/{offering}/start"
    assert notice_reason(student, offering, key(0)) == f"consecutive-absences/{student}/{offering}/{SLOT}/2026-01-05"


def test_R4_14_the_notice_waits_until_nobody_can_come_any_more() -> None:
    ends = datetime(2026, 11, 16, 23, 45, tzinfo=UTC)
    during, after = ends - timedelta(minutes=20), ends + timedelta(hours=3)
    assert (notice_due_at(ends, during), notice_due_at(ends, after)) == (ends + timedelta(minutes=30), after)
