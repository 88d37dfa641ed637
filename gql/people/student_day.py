"""A student's day, as families and staff see it: today's occurrences with their marks, and the next occurrences."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import OccurrenceKey, local_date
from attendance.rules.marks.student_attendance import COMING_DAYS, around_today
from attendance.rules.organization.permissions import sees_all_occurrences
from db.marks.student_attendance import StudentPlaces, read_student_places
from gql.calendar.occurrence import Occurrence, show_occurrence
from gql.calendar.vocabulary import OccurrenceState
from gql.fields.access import signed_in
from gql.fields.context import Info, Reading
from gql.fields.loaders import load
from gql.fields.vocabulary import Portal
from gql.marks.student_attendance import StudentAttendance, StudentSheets, read_sheets, show_attendance
from gql.people.student import Student
from gql.protocol.errors import BadInput

MOST_NEXT = 20
_NEAR = 60
_TOLD = frozenset({OccurrenceState.SCHEDULED, OccurrenceState.CANCELLED})


@dataclass(frozen=True, slots=True)
class StudentDay:
    """Today's occurrences and the next ones, ordered by start, at a given instant.

    Dates on which an offering does not meet are left out. Cancelled occurrences are included.
    """

    student_id: UUID
    today: tuple[OccurrenceKey, ...]
    coming: tuple[OccurrenceKey, ...]
    sheets: StudentSheets

    def show_today(self, now: datetime) -> list[StudentAttendance]:
        return [show_attendance(self.sheets, key, self.student_id, now) for key in self.today]

    def show_coming(self, first: int, now: datetime) -> list[Occurrence]:
        return [show_occurrence(self.sheets.heads[key], now) for key in self.coming[:first]]


async def read_days(
    source: Reading, student_ids: Collection[UUID], now: datetime, others: Collection[OccurrenceKey] = ()
) -> dict[UUID, StudentDay]:
    """Return the day of each of the students, whom the viewer is known to be allowed to see.

    This executes four statements for all students.

    others -- further occurrences to read into the sheets
    """
    viewer = source.viewer
    is_guardian = viewer.caller.portal is Portal.CUSTOMER
    places = await read_student_places(
        source.connection,
        viewer.caller.organization_id,
        set(student_ids),
        with_cancelled=True,
        visible_to=None if is_guardian or sees_all_occurrences(viewer.caller) else viewer.caller.person_id,
    )
    near = {student_id: _near(places[student_id], now) for student_id in student_ids}
    soon = now.date() + timedelta(days=1)
    keys = {key for keys in near.values() for key in keys} | set(others)
    sheets = await read_sheets(source, student_ids, keys, lambda key: key.held_on <= soon)
    return {student_id: _day(student_id, keys, sheets, now) for student_id, keys in near.items()}


async def today_of(info: Info, student_id: UUID) -> list[StudentAttendance]:
    now = info.context.clock()
    return (await load(info, _Asked(student_id, now), _read)).show_today(now)


async def next_occurrences_of(info: Info, student_id: UUID, first: int) -> list[Occurrence]:
    """Return the student's next occurrences. Raises BadInput."""
    if not 0 <= first <= MOST_NEXT:
        raise BadInput(f'Argument "first" is {first}; it must be from 0 to {MOST_NEXT}.')
    now = info.context.clock()
    return (await load(info, _Asked(student_id, now), _read)).show_coming(first, now)


@dataclass(frozen=True, slots=True)
class _Asked:
    student_id: UUID
    now: datetime


async def _read(source: Reading, asked: list[_Asked]) -> list[StudentDay]:
    days = await read_days(source, {each.student_id for each in asked}, max(each.now for each in asked))
    return [days[each.student_id] for each in asked]


def _near(places: StudentPlaces, now: datetime) -> list[OccurrenceKey]:
    return [position.key for position in islice(around_today(places.slots, places.strays, now), _NEAR)]


def _day(student_id: UUID, keys: Sequence[OccurrenceKey], sheets: StudentSheets, now: datetime) -> StudentDay:
    heads = [sheets.heads[key] for key in keys if key in sheets.heads]
    today = tuple(head.key for head in heads if _is_today(head, student_id, sheets, now))
    coming = tuple(head.key for head in heads if head.starts_at > now and head.state in _TOLD)
    return StudentDay(student_id, today, coming[:MOST_NEXT], sheets)


def _is_today(head: OccurrenceHead, student_id: UUID, sheets: StudentSheets, now: datetime) -> bool:
    """Return whether the occurrence belongs to today's list. An occurrence with a mark does, even if its offering does
    not meet then.
    """
    row = sheets.rows.get((head.key, student_id))
    is_told = row is not None and (head.state in _TOLD or row.mark is not None)
    return is_told and head.key.held_on == local_date(now, head.zone)


async def _today(self: Student, info: Info) -> list[StudentAttendance]:
    return await today_of(info, self.facts.id)


async def _next_occurrences(
    self: Student,
    info: Info,
    first: Annotated[int, strawberry.argument(description="How many occurrences to return, 0 to 20.")] = 5,
) -> list[Occurrence]:
    return await next_occurrences_of(info, self.facts.id, first)


today = strawberry.field(
    resolver=_today,
    description="The student's occurrences of today, at the location, ordered by start, each with the student's mark. "
    "Cancelled occurrences are included. Staff without SEE_ALL see the occurrences that they teach or substitute.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)


next_occurrences = strawberry.field(
    resolver=_next_occurrences,
    description=f"The student's next occurrences, which start after now and within {COMING_DAYS} days, ordered by "
    "start. Cancelled occurrences are included; their state says so. Staff without SEE_ALL see the occurrences that "
    "they teach or substitute.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
