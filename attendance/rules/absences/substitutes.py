"""Rules of staff absences and substitutes (R9.9)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from attendance.rules.calendar.occurrences import OccurrenceHead, PersonFacts
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey, local_date
from attendance.rules.refusals import Refusal
from attendance.rules.vocabulary import (
    StaffAbsenceNotPossibleReason,
    SubstituteNotPossibleReason,
)

MOST_DAYS = 366
COMMENT_LENGTH = 500
AT_ONCE = 10
"""Up to this many occurrences get their substitutes in the mutation itself; more are assigned by a background task."""
MOST_ASSIGNMENTS = 2000

NO_SUCH_ABSENCE = "There is no such staff absence."
NO_SUCH_STAFF = "There is no such staff member."
NO_ADDRESS = "The substitute has no e-mail address and was not notified."


@dataclass(frozen=True, slots=True)
class StaffAbsenceFacts:
    """A staff member's absence on the dates of `span`, both ends inclusive. `recorded_by` is None when it is not
    known.
    """

    id: UUID
    person: PersonFacts
    span: DateSpan
    comment: str | None
    recorded_by: PersonFacts | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Assignment:
    """The substitute for the absent person at an occurrence, or None for no substitute."""

    key: OccurrenceKey
    substitute_id: UUID | None


@dataclass(frozen=True, slots=True)
class AssignmentOptions:
    """Who is notified by e-mail, and whether a substitute may teach something else at the same time."""

    email_substitutes: bool = False
    email_families: bool = False
    allow_same_time: bool = False


@dataclass(frozen=True, slots=True)
class Meeting:
    """An occurrence that somebody teaches, with the instants of its start and end."""

    key: OccurrenceKey
    starts_at: datetime
    ends_at: datetime


@dataclass(eq=False)
class StaffAbsenceNotPossible(Refusal):
    """A staff absence cannot be recorded or removed.

    earliest_on -- an absence that ends before this date is over.
    staff_absence_id -- the absence that it overlaps, or None.
    """

    reason: StaffAbsenceNotPossibleReason
    earliest_on: date
    most_days: int
    staff_absence_id: UUID | None
    message: str


@dataclass(eq=False)
class NoSubstituteNeeded(Refusal):
    """The occurrence does not need a substitute for this absence."""

    reason: SubstituteNotPossibleReason
    timeslot_id: UUID
    held_on: date
    message: str


@dataclass(eq=False)
class SubstituteNotPossible(Refusal):
    """The staff member cannot substitute. `other` is the occurrence that they teach at the same time, or None."""

    reason: SubstituteNotPossibleReason
    timeslot_id: UUID
    held_on: date
    substitute_id: UUID
    other: OccurrenceKey | None
    message: str


@dataclass(eq=False)
class NothingToSubstitute(Refusal):
    """The absence has no present or future occurrence, or none that the caller may see."""

    message: str = "This absence has no present or future occurrence."


def require_span(span: DateSpan, today: date, overlapping: UUID | None) -> None:
    """Raise StaffAbsenceNotPossible when the dates are too many, over, or overlap another absence.

    today -- the earliest of the local dates at the organization's locations.
    overlapping -- another absence of the staff member on these dates, or None.
    """
    first, last = span.starts_on or today, span.ends_on or today
    reason = StaffAbsenceNotPossibleReason
    if (last - first).days + 1 > MOST_DAYS:
        _refuse_absence(reason.RANGE_TOO_LONG, today, f"An absence can have at most {MOST_DAYS} days.")
    require_not_over(last, today)
    if overlapping is not None:
        message = (
            "The staff member is already marked absent on some of these dates. Remove that absence, or choose other "
            "dates."
        )
        _refuse_absence(reason.OVERLAPS, today, message, overlapping)


def require_not_over(ends_on: date, today: date) -> None:
    """Raise StaffAbsenceNotPossible when the absence is over."""
    if ends_on < today:
        message = f"The absence ended on {ends_on}. Past occurrences keep the people who taught them."
        _refuse_absence(StaffAbsenceNotPossibleReason.OVER, today, message)


def require_needed(head: OccurrenceHead, absence: StaffAbsenceFacts, *, is_known: bool, now: datetime) -> None:
    """Raise NoSubstituteNeeded when the occurrence cannot get a substitute for the absence.

    is_known -- whether a substitute, or none, was assigned to it for this absence before.
    """
    reason, name = SubstituteNotPossibleReason, _named(head)
    if head.key.held_on not in absence.span or not (is_known or absence.person.id in head.teacher_ids):
        _refuse_occurrence(reason.NOT_OF_ABSENCE, head, f"{name} is not part of this absence.")
    if head.key.held_on < local_date(now, head.zone):
        _refuse_occurrence(reason.OVER, head, f"{name} is over. Past occurrences keep the people who taught them.")
    if not head.is_held:
        _refuse_occurrence(reason.NOT_HELD, head, f"{name} does not take place, so it needs no substitute.")


def require_free(
    head: OccurrenceHead,
    absent_id: UUID,
    substitute: PersonFacts,
    away: Collection[DateSpan],
    meetings: Sequence[Meeting],
    *,
    allow_same_time: bool,
) -> None:
    """Raise SubstituteNotPossible when the substitute is not free.

    away -- the substitute's own absences.
    meetings -- what the substitute teaches at that time.
    """
    reason, name = SubstituteNotPossibleReason, f"{substitute.first_name} {substitute.last_name}"
    if substitute.id == absent_id:
        _refuse_substitute(reason.IS_ABSENT_PERSON, head, substitute, None, f"{name} is the absent person.")
    if any(head.key.held_on in span for span in away):
        _refuse_substitute(
            reason.IS_AWAY, head, substitute, None, f"{name} is also marked absent on {head.key.held_on}."
        )
    if substitute.id in head.teacher_ids:
        _refuse_substitute(reason.TEACHES_IT, head, substitute, None, f"{name} already teaches {_named(head)}.")
    for other in meetings:
        if other.key != head.key and other.starts_at < head.ends_at and head.starts_at < other.ends_at:
            if allow_same_time:
                return
            message = f"{name} teaches something else at the time of {_named(head)}."
            _refuse_substitute(reason.TEACHES_THEN, head, substitute, other.key, message)


def require_still_here(head: OccurrenceHead, substitute: PersonFacts, ends_on: date | None) -> None:
    """Raise SubstituteNotPossible when the substitute has left by the date of the occurrence.

    ends_on -- the first date without access, when it is planned; None when no end is planned
    """
    if ends_on is not None and ends_on <= head.key.held_on:
        name = f"{substitute.first_name} {substitute.last_name}"
        message = f"{name} works until the day before {ends_on}."
        _refuse_substitute(SubstituteNotPossibleReason.HAS_LEFT, head, substitute, None, message)


def reason_prefix(key: OccurrenceKey, absent_id: UUID) -> str:
    """Return the prefix of the reasons of all e-mails about the substitute of this person at an occurrence (R9.8)."""
    return f"substitution/{key.timeslot_id}/{key.held_on}/{absent_id}/"


def substitute_facts(head: OccurrenceHead, absent: PersonFacts, substitute: PersonFacts) -> dict[str, Any]:
    """Return the values for the e-mail templates."""
    return {
        "offering": head.offering.name,
        "location": head.offering.location.name,
        "room": head.room,
        "held_on": head.key.held_on.isoformat(),
        "start_time": head.slot.start_time.isoformat("minutes"),
        "absent": f"{absent.first_name} {absent.last_name}",
        "substitute": f"{substitute.first_name} {substitute.last_name}",
    }


def _named(head: OccurrenceHead) -> str:
    return f"{head.offering.name} on {head.key.held_on}"


def _refuse_absence(
    reason: StaffAbsenceNotPossibleReason, today: date, message: str, overlapping: UUID | None = None
) -> None:
    raise StaffAbsenceNotPossible(reason, today, MOST_DAYS, overlapping, message)


def _refuse_occurrence(reason: SubstituteNotPossibleReason, head: OccurrenceHead, message: str) -> None:
    raise NoSubstituteNeeded(reason, head.key.timeslot_id, head.key.held_on, message)


def _refuse_substitute(
    reason: SubstituteNotPossibleReason,
    head: OccurrenceHead,
    substitute: PersonFacts,
    other: OccurrenceKey | None,
    message: str,
) -> None:
    raise SubstituteNotPossible(reason, head.key.timeslot_id, head.key.held_on, substitute.id, other, message)
