"""Who does what at which occurrence, and when: drawn beforehand, carried out by days.py."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from tests.simulation.timetable import CHICAGO, TUESDAY, Meeting

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OFFICE, STAFF, KIOSK = "office", "staff", "kiosk"
WAYS = ("kiosk",) * 7 + ("staff",) * 5 + ("office",) * 3 + ("mixed",) * 4 + ("nobody",)
CORRECTIONS = ("PRESENT", "TARDY", "LEFT_EARLY", "ABSENT", "ABSENT", "EXCUSED_ABSENCE", "EXCUSED_ABSENCE", None)
# The last class of Tuesday ends on Wednesday, and so its run at the end of the day is Wednesday's.
LAST_AT = datetime.combine(TUESDAY + 2 * DAY, datetime.min.time(), CHICAGO).astimezone(UTC)


@dataclass(frozen=True)
class Act:
    """Without `marks` the check-in of a student; with them a single mark or its clearing; without a student a sheet."""

    at: datetime
    who: str
    meeting: Meeting
    student: UUID | None = None
    marks: tuple[tuple[UUID, str | None], ...] | None = None
    rest: str | None = None


def script(meetings: list[Meeting], random: Random) -> list[Act]:
    """In the order of time."""
    acts = [act for meeting in meetings for act in _of(meeting, random)]
    return sorted(acts, key=lambda act: act.at)


def _of(meeting: Meeting, random: Random) -> Iterator[Act]:
    way = random.choice(WAYS)
    there = [student for student in meeting.students if random.random() < 0.7]
    sheet_at = meeting.starts_at + random.randint(5, 25) * MINUTE
    away = tuple((each, "ABSENT") for each in meeting.students if each not in there)
    if way == "kiosk":
        yield from _check_ins(meeting, KIOSK, there, random)
    elif way == "staff":
        yield Act(sheet_at, STAFF, meeting, marks=away, rest="PRESENT")
    elif way == "office":
        # A third of the sheets are taken on the next day.
        at = sheet_at if random.random() < 0.67 else min(sheet_at + DAY, LAST_AT)
        yield Act(at, OFFICE, meeting, marks=tuple((each, "PRESENT") for each in there), rest="ABSENT")
    elif way == "mixed":
        yield from _check_ins(meeting, KIOSK, there[:4], random)
        yield from _check_ins(meeting, STAFF, there[4:6], random)
        yield Act(sheet_at, random.choice((OFFICE, STAFF)), meeting, marks=tuple((each, "TARDY") for each in there[6:]))
    yield from _corrections(meeting, random)


def _check_ins(meeting: Meeting, who: str, students: list[UUID], random: Random) -> Iterator[Act]:
    for student in students:
        yield Act(meeting.starts_at + random.randint(-20, 25) * MINUTE, who, meeting, student)


def _corrections(meeting: Meeting, random: Random) -> Iterator[Act]:
    """Yield corrections of marks right after the meeting, hours later, on the next day or after both days. Some correct
    the same student twice.
    """
    for _ in range(random.choice((0, 0, 1, 2, 3))):
        student = random.choice(meeting.students)
        for _ in range(random.choice((1, 1, 2))):
            at = min(meeting.ends_at + random.choice((0, 1, 3, 16, 24, 40)) * HOUR, LAST_AT)
            who = random.choice((OFFICE, OFFICE, STAFF))
            yield Act(at, who, meeting, student, marks=((student, random.choice(CORRECTIONS)),))
