"""The types of schema.graphql that both Strawberry servers have."""

import datetime

import strawberry

from attendance.rules.vocabulary import (
    AttendanceState,
    AttendanceStatus,
    ChangeKind,
    EnrollmentType,
    IndicatorKind,
    OccurrenceState,
    Source,
)

for vocabulary in (
    AttendanceState,
    AttendanceStatus,
    ChangeKind,
    EnrollmentType,
    IndicatorKind,
    OccurrenceState,
    Source,
):
    strawberry.enum(vocabulary)


@strawberry.type
class Offering:
    name: str


@strawberry.type
class Location:
    name: str


@strawberry.type
class StaffMember:
    last_name: str


@strawberry.type
class Student:
    id: strawberry.ID
    first_name: str
    last_name: str


@strawberry.type
class Enrollment:
    id: strawberry.ID
    type: EnrollmentType


@strawberry.type
class Indicator:
    kind: IndicatorKind
    label: str
    detail: str | None


@strawberry.type
class AttendanceTally:
    present: int
    absent: int
    unmarked: int
    total: int


@strawberry.type
class Mark:
    status: AttendanceStatus
    is_defaulted: bool
    source: Source
    marked_at: datetime.datetime
    note: str | None
    revision: int


@strawberry.type
class PageInfo:
    has_next_page: bool


@strawberry.type
class StudentNotOnRoster:
    message: str


@strawberry.input
class CheckInInput:
    occurrence_id: strawberry.ID
    student_id: strawberry.ID


@strawberry.input
class OccurrenceFilter:
    from_: datetime.date = strawberry.field(name="from")
    to: datetime.date
