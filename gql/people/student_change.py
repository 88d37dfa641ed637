"""The event that subscribers to a student receive."""

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
from db.enrollments.place_offers import read_offers_to
from gql.fields.context import Reading
from gql.fields.pagination import Cursors
from gql.fields.visible import find_students
from gql.marks.student_attendance import StudentAttendance, show_marked
from gql.people.student import Student
from gql.people.student_day import StudentDay, read_days
from gql.people.vocabulary import NEXT_TOLD, StudentChangeKind
from gql.tokens.makeup_token import MakeupToken, ShownTokens, read_shown_tokens, show_token

# The identity of the history follows the fingerprint of the tokens, and the fingerprint of the offers that of the
# schedule: release 0.1.0 reads cursors of three parts.
CURSORS = Cursors("studentChanged", (int, str, str))


@strawberry.type(
    description="A change of a student's data, as one event. `today` and `tokens` are complete lists at the time of "
    "sending, so replace what you have with them. `marks` lists only the changed marks."
)
class StudentChanged:
    cursor: str = strawberry.field(
        description="An opaque cursor. Pass the last one that you received as `after`, to continue after this event."
    )
    changed_at: datetime = strawberry.field(
        description="When the change was committed. For a SNAPSHOT, when the state was read."
    )
    kinds: list[StudentChangeKind] = strawberry.field(
        description="What changed, in the order of the enumeration. SNAPSHOT is never combined with another kind."
    )
    student: Student = strawberry.field(description="The student at the time of sending.")
    today: list[StudentAttendance] = strawberry.field(
        description="The student's occurrences of today, at their locations, ordered by start, each with the current "
        "mark."
    )
    marks: list[StudentAttendance] = strawberry.field(
        description="For MARKS: the occurrences at which the student's mark changed, today's or others, each with the "
        "mark after the change, in the order of the changes. Guardians see only the status of a mark and whether it "
        "was defaulted. Empty for a SNAPSHOT."
    )
    tokens: list[MakeupToken] = strawberry.field(
        description="The student's makeup tokens that the viewer may see: for staff all; for guardians those from the "
        "issue date on, except revoked and deleted ones, and expired ones only while the setting familiesSeeExpired "
        "is on. Ordered by expiration date."
    )


@dataclass(frozen=True, slots=True)
class StudentState:
    """Everything about the student that events show to one viewer.

    Two states have equal `tokens` exactly if the viewer sees the same tokens in both, equal `schedule` exactly if the
    viewer sees the same coming occurrences, and equal `offers` exactly if the student has the same offers of places.
    """

    student: Student
    shown: ShownTokens
    visible: list[TokenFacts]
    day: StudentDay
    now: datetime
    tokens: str
    schedule: str
    offers: str

    @property
    def zones(self) -> set[ZoneInfo]:
        """The zones in which a new day may change what is shown."""
        return {head.zone for head in self.day.sheets.heads.values()} | {
            zone for token in self.visible for zone in (*token.zones, token.class_zone) if zone is not None
        }


@dataclass(frozen=True, slots=True)
class MarkAsOf:
    key: OccurrenceKey
    mark: MarkFacts | None


async def read_student_state(
    source: Reading, student_id: UUID, now: datetime, marked: frozenset[OccurrenceKey] = frozenset()
) -> StudentState | None:
    """Return the student's state, or None when the viewer may see no such student. This executes eight statements.

    marked -- further occurrences to read, for the marks that an event shows
    """
    student = (await find_students(source, [student_id])).get(student_id)
    if student is None:
        return None
    (shown,) = await read_shown_tokens(source, [student_id])
    day = (await read_days(source, [student_id], now, marked))[student_id]
    offers = await read_offers_to(source.connection, source.viewer.caller.organization_id, student_id)
    visible = shown.visible(now)
    return StudentState(
        student=student,
        shown=shown,
        visible=visible,
        day=day,
        now=now,
        tokens=fingerprint(_token(each, shown, now) for each in visible),
        schedule=fingerprint([[_occurrence(day, key) for key in keys] for keys in (day.today, day.coming[:NEXT_TOLD])]),
        offers=fingerprint(
            (str(offer.id), offer.state.value, offer.starts_on.isoformat(), offer.holds_until.isoformat())
            for offer in offers
        ),
    )


def show_student_change(
    state: StudentState,
    viewer: Viewer,
    *,
    position: int,
    history: str,
    changed_at: datetime,
    kinds: Collection[StudentChangeKind],
    marks: Sequence[MarkAsOf],
) -> StudentChanged:
    sheets = replace(state.day.sheets, viewer=viewer)
    student_id, now = state.day.student_id, state.now
    return StudentChanged(
        cursor=CURSORS.encode(position, f"{state.tokens}@{history}", f"{state.schedule}@{state.offers}"),
        changed_at=changed_at,
        kinds=[kind for kind in StudentChangeKind if kind in kinds],
        student=state.student,
        today=replace(state.day, sheets=sheets).show_today(now),
        marks=[show_marked(sheets, each.key, student_id, each.mark, now) for each in marks],
        tokens=[show_token(token, state.student, state.shown, now) for token in state.visible],
    )


def _token(token: TokenFacts, shown: ShownTokens, now: datetime) -> tuple[object, ...]:
    """Return the parts of the token that are shown."""
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
