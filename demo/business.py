"""A demo organization while it is being made: what later steps need to know about earlier ones."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from attendance.rules.calendar.timeslots import OccurrenceKey, Schedule, Timeslot, ends_at, starts_at
from attendance.rules.organization.settings import OrganizationSettings
from attendance.rules.roster.roster import RosterEnrollment, covers, speaking
from attendance.rules.vocabulary import EnrollmentEnd, EnrollmentType, OfferingKind
from db import models
from demo.catalogue import Part, Term
from demo.rows import Rows


@dataclass(frozen=True, slots=True)
class Site:
    """A location. `today` is the local date; the dates of two sites may differ by a day."""

    id: UUID
    zone: ZoneInfo
    today: date


@dataclass(eq=False)
class Course:
    """An offering with its enrollments. `instructor_ids` teach it; `takes_attendance_as` is one who may excuse
    absences.
    """

    id: UUID
    kind: OfferingKind
    name: str
    site: Site
    program: str
    program_id: UUID
    slots: tuple[Timeslot, ...]
    schedule: Schedule
    closed_on: frozenset[date]
    capacity: int
    ages: tuple[int, int]
    term: Term | None = None
    part: Part = Part.ORDINARY
    instructor_ids: list[UUID] = field(default_factory=list)
    enrollments: list[RosterEnrollment] = field(default_factory=list)
    cancelled: set[OccurrenceKey] = field(default_factory=set)

    @property
    def is_running(self) -> bool:
        return self.term in (Term.SEASON, Term.ROLLING)

    def is_held(self, slot: Timeslot, on_date: date) -> bool:
        """Tell whether the occurrence is scheduled and neither closed nor cancelled (R2.4)."""
        return (
            slot.falls_on(on_date)
            and on_date in self.schedule
            and on_date not in self.closed_on
            and OccurrenceKey(slot.id, on_date) not in self.cancelled
        )

    def roster(self, key: OccurrenceKey) -> dict[UUID, RosterEnrollment]:
        """Return the enrollment that counts for each student (R3.1, R3.2)."""
        places: dict[UUID, list[RosterEnrollment]] = {}
        for each in self.enrollments:
            if covers(each, key):
                places.setdefault(each.student_id, []).append(each)
        return {student: found for student, several in places.items() if (found := speaking(several))}


@dataclass(frozen=True, slots=True)
class Meeting:
    """An occurrence with its start and end."""

    course: Course
    slot: Timeslot
    held_on: date
    starts_at: datetime
    ends_at: datetime

    @property
    def key(self) -> OccurrenceKey:
        return OccurrenceKey(self.slot.id, self.held_on)


@dataclass(eq=False)
class Child:
    """A student: its row and its family's, which can still be changed, and a guardian who acts for it."""

    row: dict[str, Any]
    family: dict[str, Any]
    guardian: dict[str, Any]
    site: Site

    @property
    def id(self) -> UUID:
        return self.row["id"]  # type: ignore[no-any-return]


@dataclass
class Business:
    rows: Rows
    random: Random
    now: datetime
    settings: OrganizationSettings
    sites: list[Site] = field(default_factory=list)
    courses: list[Course] = field(default_factory=list)
    children: dict[UUID, Child] = field(default_factory=dict)
    staff: dict[str, UUID] = field(default_factory=dict)
    kiosks: dict[UUID, UUID] = field(default_factory=dict)
    _places: dict[UUID, dict[str, Any]] = field(default_factory=dict)

    def enroll(
        self,
        student_id: UUID,
        course: Course,
        starts_on: date,
        drop_on: date | None = None,
        *,
        type: EnrollmentType = EnrollmentType.ACTIVE,
        end_cause: EnrollmentEnd | None = None,
        timeslot_id: UUID | None = None,
        transferred_from_id: UUID | None = None,
        created_at: datetime | None = None,
    ) -> RosterEnrollment:
        """Enroll a student. Without `created_at`, it was done a week before the start, or yesterday if that is
        earlier.
        """
        place = RosterEnrollment(
            id=self.rows.id("enrollment", course.id, student_id, type, starts_on, drop_on),
            student_id=student_id,
            type=type,
            starts_on=starts_on,
            drop_on=drop_on,
            timeslot_id=timeslot_id,
            end_cause=end_cause,
        )
        course.enrollments.append(place)
        days_ago = max(1, (self.now.date() - starts_on).days + 7)
        self._places[place.id] = self.rows.add(
            models.Enrollment,
            id=place.id,
            student_id=student_id,
            offering_id=course.id,
            timeslot_id=timeslot_id,
            type=type,
            starts_on=starts_on,
            drop_on=drop_on,
            end_cause=end_cause,
            transferred_from_id=transferred_from_id,
            created_at=created_at or self.now - timedelta(days=days_ago),
            deleted_at=None,
        )
        return place

    def change_place(self, course: Course, place: RosterEnrollment, **changes: Any) -> RosterEnrollment:
        """Change the enrollment in memory and in its row, where `is_deleted` becomes `deleted_at`."""
        changed = replace(place, **changes)
        course.enrollments[course.enrollments.index(place)] = changed
        if changes.pop("is_deleted", False):
            changes["deleted_at"] = self.now
        self._places[place.id].update(changes)
        return changed

    def transfer(self, student_id: UUID, source: Course, target: Course, first_on: date) -> None:
        """End the student's enrollment in `source` on the day before `first_on`, on which the one in `target`
        starts.
        """
        old = next(place for place in source.enrollments if place.student_id == student_id)
        last_on = first_on - timedelta(days=1)
        self.change_place(source, old, drop_on=last_on, end_cause=EnrollmentEnd.TRANSFERRED)
        self.enroll(student_id, target, first_on, transferred_from_id=old.id, created_at=self.now - timedelta(days=6))

    def meetings(self, course: Course, first: date, last: date) -> Iterator[Meeting]:
        """Return the occurrences that are held, by date."""
        for number in range((last - first).days + 1):
            on_date = first + timedelta(days=number)
            for slot in course.slots:
                if course.is_held(slot, on_date):
                    zone = course.site.zone
                    yield Meeting(course, slot, on_date, starts_at(slot, on_date, zone), ends_at(slot, on_date, zone))
