"""What the two mutations that tell an absence are given, checked."""

import re
from datetime import date, time
from typing import Any
from uuid import UUID

import strawberry
from strawberry import UNSET

from attendance.rules.absences.absence_requests import COMMENT_LIMIT, MOST_DAYS, MOST_DAYS_AHEAD, MOST_ENROLLMENTS
from attendance.rules.absences.expected_absences import ExpectedAbsence
from attendance.rules.calendar.timeslots import CALENDAR
from gql.fields.global_ids import decode_id, decode_ids
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.protocol.errors import BadInput

_WALL_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


@strawberry.input
class TellAbsence:
    """The fields that both inputs have."""

    student_id: strawberry.ID = strawberry.field(description="Who will be absent.")
    starts_on: date = strawberry.field(
        description="The first local date: today or later, where the student's classes are."
    )
    ends_on: date | None = strawberry.field(
        default=UNSET,
        description=f"The last local date, inclusive: at most {MOST_DAYS} days in all, and at most {MOST_DAYS_AHEAD} "
        "days ahead. Left out or null: the first is the only one.",
    )
    window_starts: str | None = strawberry.field(
        default=UNSET,
        description="With `windowEnds`: on each of the dates only what overlaps this window, in local wall time "
        "`HH:MM`, is hit. 11:00 to 11:30 does not hit what starts at 11:30. Left out or null: all day.",
    )
    window_ends: str | None = strawberry.field(
        default=UNSET, description="Where the window ends, after its start, `HH:MM`; midnight is not in any window."
    )
    enrollment_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET,
        description=f"Only for these enrollments of the student, 1 to {MOST_ENROLLMENTS}. Left out or null: for all of "
        "its classes, those of later enrollments too.",
    )
    comment: str | None = strawberry.field(
        default=UNSET,
        description=f"A remark for the roll sheet, at most {COMMENT_LIMIT} characters. Left out, null or blank: none.",
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=KEY_DESCRIPTION)


def checked_absence(given: TellAbsence, *, is_excused: bool) -> tuple[UUID, ExpectedAbsence]:
    """The student and what is told. Raises BadInput for what is no absence at all."""
    student_id = decode_id(given.student_id, "Student", "input.studentId")
    ends_on = given.ends_on or given.starts_on
    if ends_on < given.starts_on:
        raise BadInput(f"input.endsOn ({ends_on}) is before input.startsOn ({given.starts_on}).")
    if given.starts_on not in CALENDAR or ends_on not in CALENDAR:
        raise BadInput(f"input.startsOn and input.endsOn lie between {CALENDAR.starts_on} and {CALENDAR.ends_on}.")
    window_start, window_end = _window(given)
    told = ExpectedAbsence(
        starts_on=given.starts_on,
        ends_on=ends_on,
        is_excused=is_excused,
        comment=_comment(given.comment),
        window_start=window_start,
        window_end=window_end,
        enrollment_ids=_enrollments(given.enrollment_ids),
    )
    return student_id, told


def _window(given: TellAbsence) -> tuple[time, time] | tuple[None, None]:
    starts, ends = (
        _time(given.window_starts, "input.windowStarts"),
        _time(given.window_ends, "input.windowEnds"),
    )
    if starts is None and ends is None:
        return None, None
    if starts is None or ends is None:
        raise BadInput("input.windowStarts and input.windowEnds go together: give both, or neither for all day.")
    if starts >= ends:
        raise BadInput("input.windowEnds is not after input.windowStarts.")
    return starts, ends


def _time(given: Any, place: str) -> time | None:
    if given is UNSET or given is None:
        return None
    if _WALL_TIME.fullmatch(given) is None:
        raise BadInput(f"{place} is not a wall time: write hours and minutes, such as '09:30'.")
    return time.fromisoformat(given)


def _comment(given: Any) -> str | None:
    text = (given or "").strip() or None
    if text is not None and len(text) > COMMENT_LIMIT:
        raise BadInput(f"input.comment has {len(text)} characters; at most {COMMENT_LIMIT} are allowed.")
    return text


def _enrollments(given: Any) -> frozenset[UUID] | None:
    if given is UNSET or given is None:
        return None
    if not given:
        raise BadInput("input.enrollmentIds is empty; leave it out for all classes of the student.")
    return frozenset(decode_ids(given, "Enrollment", "input.enrollmentIds", at_most=MOST_ENROLLMENTS))
