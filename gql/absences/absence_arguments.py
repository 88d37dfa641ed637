"""The input fields that recording and requesting an expected absence share, with their checks."""

import re
from datetime import date, time
from uuid import UUID

import strawberry

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

    student_id: strawberry.ID = strawberry.field(description="The id of the student who will be absent.")
    starts_on: date = strawberry.field(
        description="The first date of the absence, today or later, in the time zone of the student's classes."
    )
    ends_on: date | None = strawberry.field(
        default=None,
        description=f"The last date of the absence, inclusive. It can have at most {MOST_DAYS} days and end at most "
        f"{MOST_DAYS_AHEAD} days from today. When left out or null, the absence is on `startsOn` only.",
    )
    window_starts: str | None = strawberry.field(
        default=None,
        description="The start of a time window, as local time `HH:MM`; give it together with `windowEnds`. On each "
        "date, the absence then covers only occurrences that overlap the window. A window from 11:00 to 11:30 does "
        "not cover an occurrence that starts at 11:30. When left out or null, the absence is all day.",
    )
    window_ends: str | None = strawberry.field(
        default=None,
        description="The end of the time window, after its start, as local time `HH:MM`. A window cannot contain "
        "midnight.",
    )
    enrollment_ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description=f"The ids of the student's enrollments to which the absence is limited, 1 to {MOST_ENROLLMENTS}. "
        "When left out or null, it covers all of the student's classes, including those of later enrollments.",
    )
    comment: str | None = strawberry.field(
        default=None,
        description=f"A comment for the roll sheet, at most {COMMENT_LIMIT} characters. When left out, null or blank, "
        "there is none.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


def checked_absence(given: TellAbsence, *, is_excused: bool) -> tuple[UUID, ExpectedAbsence]:
    """Return the student and the absence. Raises BadInput when the fields do not describe an absence."""
    student_id = decode_id(given.student_id, "Student", "input.studentId")
    ends_on = given.ends_on or given.starts_on
    if ends_on < given.starts_on:
        raise BadInput(f"input.endsOn ({ends_on}) is before input.startsOn ({given.starts_on}).")
    if given.starts_on not in CALENDAR or ends_on not in CALENDAR:
        raise BadInput(f"input.startsOn and input.endsOn must lie between {CALENDAR.starts_on} and {CALENDAR.ends_on}.")
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
        raise BadInput("input.windowStarts and input.windowEnds belong together. Give both, or neither for all day.")
    if starts >= ends:
        raise BadInput("input.windowEnds must be after input.windowStarts.")
    return starts, ends


def _time(given: str | None, place: str) -> time | None:
    if given is None:
        return None
    if _WALL_TIME.fullmatch(given) is None:
        raise BadInput(f"{place} is not a local time. Write hours and minutes, such as '09:30'.")
    return time.fromisoformat(given)


def _comment(given: str | None) -> str | None:
    text = (given or "").strip() or None
    if text is not None and len(text) > COMMENT_LIMIT:
        raise BadInput(f"input.comment has {len(text)} characters; at most {COMMENT_LIMIT} are allowed.")
    return text


def _enrollments(given: list[strawberry.ID] | None) -> frozenset[UUID] | None:
    if given is None:
        return None
    if not given:
        raise BadInput("input.enrollmentIds is empty. Leave it out to cover all of the student's classes.")
    return frozenset(decode_ids(given, "Enrollment", "input.enrollmentIds", at_most=MOST_ENROLLMENTS))
