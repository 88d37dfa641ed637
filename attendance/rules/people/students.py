"""What is stored about a student besides roll sheets: enrollments and notes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from attendance.rules.calendar.occurrences import OfferingFacts, PersonFacts
from attendance.rules.calendar.timeslots import Timeslot, local_date
from attendance.rules.roster.roster import RosterEnrollment
from attendance.rules.vocabulary import NoteLevel


@dataclass(frozen=True, slots=True)
class OfferingPlan:
    """An offering and when it meets: all of its timeslots, and those that were not deleted."""

    offering: OfferingFacts
    timeslots: tuple[Timeslot, ...]
    live_timeslots: tuple[Timeslot, ...]


@dataclass(frozen=True, slots=True)
class EnrollmentFacts:
    enrollment: RosterEnrollment
    place: OfferingPlan

    def is_past(self, now: datetime) -> bool:
        """Whether the enrollment ended before today, at the location."""
        today = local_date(now, ZoneInfo(self.place.offering.location.time_zone))
        return self.enrollment.drop_on is not None and self.enrollment.drop_on < today


@dataclass(frozen=True, slots=True)
class NoteFacts:
    """A note by staff. It is open until somebody closes it."""

    id: UUID
    level: NoteLevel
    body: str
    written_by: PersonFacts | None
    written_at: datetime
    closed_at: datetime | None
