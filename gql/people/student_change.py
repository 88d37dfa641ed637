"""What those receive who follow a student."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import strawberry

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.feed import fingerprint
from attendance.rules.organization.permissions import Viewer
from attendance.rules.roster.roster_rows import MarkFacts
from attendance.rules.tokens.student_tokens import TokenFacts
from gql.fields.context import Reading
from gql.fields.pagination import Cursors
from gql.fields.visible import find_students
from gql.marks.student_attendance import StudentAttendance, show_marked
from gql.people.student import Student
from gql.people.student_day import StudentDay, read_days
from gql.people.vocabulary import NEXT_TOLD, StudentChangeKind
from gql.tokens.makeup_token import MakeupToken, ShownTokens, read_shown_tokens, show_token

CURSORS = Cursors("studentChanged", (int, str, str))


@strawberry.type(
    description="What changed about a student at once. `today` and `tokens` are the whole state when the event was "
    "read: replace what you have by them. `marks` are the changes one by one."
)
class StudentChanged:
    cursor: str = strawberry.field(description="Pass the last one you have as `after` to go on from there. Opaque.")
    changed_at: datetime = strawberry.field(description="When it was committed; of a SNAPSHOT, when it was read.")
    kinds: list[StudentChangeKind] = strawberry.field(
        description="What changed, in the order of the enumeration; SNAPSHOT stands alone."
    )
    student: Student = strawberry.field(description="The student; what is asked of it is as it is now.")
    today: list[StudentAttendance] = strawberry.field(
        description="The student's occurrences of today, at their locations, by start, each with its present mark."
    )
    marks: list[StudentAttendance] = strawberry.field(
        description="Of MARKS, the occurrences at which the student's mark changed, of today or another day, with the "
        "mark that the change left, in the order of the changes. Guardians hear of status and defaulted alone. Empty "
        "for a SNAPSHOT."
    )
    tokens: list[MakeupToken] = strawberry.field(
        description="The student's makeup tokens as the viewer sees them: all for staff; for guardians those from "
        "their issue date on, without revoked and deleted ones. The first to expire comes first."
    )


@dataclass(frozen=True, slots=True)
class StudentState:
    """All that a viewer sees of the student that is told. `tokens` and `schedule` are equal in two states exactly if
    the viewer sees the same tokens and the same occurrences ahead.
    """

    student: Student
    shown: ShownTokens
    visible: list[TokenFacts]
    day: StudentDay
    now: datetime
    tokens: str
    schedule: str

    @property
    def zones(self) -> set[ZoneInfo]:
        """Where a new day may change what is shown."""
        return {head.zone for head in self.day.sheets.heads.values()} | {
            token.zone for token in self.visible if token.zone is not None
        }


@dataclass(frozen=True, slots=True)
class MarkAsOf:
    key: OccurrenceKey
    mark: MarkFacts | None


async def read_student_state(
    source: Reading, student_id: UUID, now: datetime, marked: frozenset[OccurrenceKey] = frozenset()
) -> StudentState | None:
    """None: no student whom the viewer may see. `marked` are occurrences to tell of besides. Seven statements."""
    student = (await find_students(source, [student_id])).get(student_id)
    if student is None:
        return None
    (shown,) = await read_shown_tokens(source, [student_id])
    day = (await read_days(source, [student_id], now, marked))[student_id]
    visible = shown.visible(now)
    return StudentState(
        student=student,
        shown=shown,
        visible=visible,
        day=day,
        now=now,
        tokens=fingerprint(_token(each, shown, now) for each in visible),
        schedule=fingerprint([[_occurrence(day, key) for key in keys] for keys in (day.today, day.coming[:NEXT_TOLD])]),
    )


def show_student_change(
    state: StudentState,
    viewer: Viewer,
    *,
    position: int,
    changed_at: datetime,
    kinds: Collection[StudentChangeKind],
    marks: Sequence[MarkAsOf],
) -> StudentChanged:
    sheets = replace(state.day.sheets, viewer=viewer)
    student_id, now = state.day.student_id, state.now
    return StudentChanged(
        cursor=CURSORS.encode(position, state.tokens, state.schedule),
        changed_at=changed_at,
        kinds=[kind for kind in StudentChangeKind if kind in kinds],
        student=state.student,
        today=replace(state.day, sheets=sheets).show_today(now),
        marks=[show_marked(sheets, each.key, student_id, each.mark, now) for each in marks],
        tokens=[show_token(token, state.student, state.shown, now) for token in state.visible],
    )


def _token(token: TokenFacts, shown: ShownTokens, now: datetime) -> tuple[object, ...]:
    """What is shown of it."""
    return (
        str(token.id),
        token.state(now).value,
        token.dates.issued_on.isoformat(),
        str(token.dates.good_through),
        str(token.location and token.location.id),
        str(token.program and token.program.id),
        token.comment if shown.sees_comments else None,
        str(token.makeup_enrollment_id),
    )


def _occurrence(day: StudentDay, key: OccurrenceKey) -> tuple[object, ...]:
    head = day.sheets.heads[key]
    cancelled = head.cancellation and (head.cancellation.cancelled_at.isoformat(), head.cancellation.comment)
    return (str(key.timeslot_id), key.held_on.isoformat(), head.state.value, cancelled)
