"""Rules of expected absences: what can be recorded, and what the organization's settings make of a family's request
(R6.1, R6.2).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from attendance.rules.absences.expected_absence_refusals import (
    AbsenceAlreadyReported,
    ExpectedAbsenceNotPossible,
    ExpectedAbsenceSettled,
)
from attendance.rules.absences.expected_absences import ExpectedAbsence, covers, includes
from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey, Timeslot, dates, local_date, starts_at
from attendance.rules.organization.permissions import SEE_ALL, Caller, counting, sees_all_occurrences
from attendance.rules.organization.settings import AbsenceSettings
from attendance.rules.organization.settings_changes import MINUTES_OF_A_DAY
from attendance.rules.people.students import EnrollmentFacts
from attendance.rules.refusals import PermissionDenied
from attendance.rules.roster.roster import RosterEnrollment, speaking
from attendance.rules.roster.roster import covers as is_on_roster
from attendance.rules.vocabulary import (
    ExpectedAbsenceNotPossibleReason,
    ExpectedAbsenceState,
    PersonKind,
    Portal,
    Source,
)

MOST_DAYS = 92
MOST_DAYS_AHEAD = 400
MOST_OPEN = 100
MOST_ENROLLMENTS = 50
COMMENT_LIMIT = 500

_DAY = timedelta(days=1)
# No local date on earth is earlier than that of the time zone 12 hours behind UTC.
_LATEST_ZONE = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class OpenAbsence:
    """An absence that is requested or approved."""

    id: UUID
    state: ExpectedAbsenceState
    told: ExpectedAbsence


@dataclass(frozen=True, slots=True)
class ToldAbsence:
    """An expected absence with its history: who announced it, and what was decided. Roll sheets show `told` while
    the state is APPROVED.
    """

    id: UUID
    student_id: UUID
    told: ExpectedAbsence
    state: ExpectedAbsenceState
    is_late: bool
    source: Source
    requested_by: tuple[PersonKind, PersonFacts] | None
    requested_at: datetime
    decided_by: PersonFacts | None
    decided_at: datetime | None
    withdrawn_by: tuple[PersonKind, PersonFacts] | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Decision:
    state: ExpectedAbsenceState
    is_excused: bool


def decide_request(settings: AbsenceSettings, *, is_late: bool) -> Decision:
    """Return what a family's request becomes at once (R6.2).

    Nothing is excused before it is approved, and a late request is never excused automatically.
    """
    if not settings.auto_approve_absences:
        return Decision(ExpectedAbsenceState.REQUESTED, is_excused=False)
    return Decision(ExpectedAbsenceState.APPROVED, is_excused=settings.auto_excuse_absences and not is_late)


def notice_ends_at(slot: Timeslot, on_date: date, zone: ZoneInfo, settings: AbsenceSettings) -> datetime:
    """Return the last instant at which an absence from the occurrence can be announced in time (R6.2).

    A notice of whole days counts days of the location's calendar: two days before Monday 17:00 is Saturday 17:00 by the
    wall clock, also across a clock change. Any other notice is elapsed time, and so are whole days where the setting
    `absence_notice_in_hours` is on.
    """
    days, rest = divmod(settings.absence_notice_minutes, MINUTES_OF_A_DAY)
    if rest or settings.absence_notice_in_hours:
        return starts_at(slot, on_date, zone) - timedelta(minutes=settings.absence_notice_minutes)
    return starts_at(slot, on_date - timedelta(days=days), zone)


def earliest_today(now: datetime, zones: Iterable[ZoneInfo]) -> date:
    """Return the earliest of the local dates in the time zones. A date before it is over in all of the student's
    classes. Without classes, it is the earliest date on earth.
    """
    return min((local_date(now, zone) for zone in zones), default=(now.astimezone(UTC) - _LATEST_ZONE).date())


def require_possible(told: ExpectedAbsence, today: date, open_absences: int) -> None:
    """Raise ExpectedAbsenceNotPossible when the dates are over, too many or too far ahead, or the student has too many
    absences.

    open_absences -- how many of the student's absences are requested or approved, and not over.
    """
    reason = _impossible(told, today, open_absences)
    if reason is not None:
        raise _not_possible(reason, today)


def require_not_reported(
    told: ExpectedAbsence, open_absences: Iterable[OpenAbsence], places: Sequence[EnrollmentFacts]
) -> None:
    """Raise AbsenceAlreadyReported when one of the student's open absences includes what a family reports, and covers
    all occurrences that it covers. A window covers one more when an occurrence of the day before runs past midnight.
    """
    hits = set(hit_keys(told, places))
    for each in open_absences:
        if includes(each.told, told) and hits <= set(hit_keys(each.told, places)):
            raise AbsenceAlreadyReported(each.id, each.state)


def require_not_over(told: ExpectedAbsence, today: date) -> None:
    """Raise ExpectedAbsenceNotPossible when the absence is over. It applies to families, who cannot withdraw a past
    absence.
    """
    if told.ends_on < today:
        raise _not_possible(_Reason.IN_THE_PAST, today)


def require_own_classes(
    caller: Caller, told: ExpectedAbsence, places: Iterable[EnrollmentFacts], taught: Collection[UUID]
) -> None:
    """Raise PermissionDenied when staff without SEE_ALL record or decide an absence that is not limited to offerings
    that they teach (section 11).

    taught -- the offerings that the caller teaches.
    """
    if sees_all_occurrences(caller) or caller.portal is Portal.CUSTOMER:
        return
    offerings = {place.enrollment.id: place.place.offering.id for place in places}
    wanted = told.enrollment_ids
    if wanted is None or any(offerings.get(each) not in taught for each in wanted):
        raise PermissionDenied(
            min(SEE_ALL & counting(caller.portal)),
            "This absence is for classes that you do not teach. Choose enrollments in your own classes.",
        )


def require_open(absence: ToldAbsence, *states: ExpectedAbsenceState) -> None:
    """Raise ExpectedAbsenceSettled unless the absence is in one of the states."""
    if absence.state not in states:
        raise ExpectedAbsenceSettled(
            absence.id,
            absence.state,
            absence.withdrawn_at or absence.decided_at,
            f"This expected absence is already {absence.state.lower()}.",
        )


def hit_keys(told: ExpectedAbsence, places: Iterable[EnrollmentFacts]) -> list[OccurrenceKey]:
    """Return the occurrences that the absence covers among all in which the student has a place, earliest start first.

    It does not check whether each is held. As on the roll sheet, when there are several enrollments, the first by type
    decides.
    """
    found: dict[OccurrenceKey, list[RosterEnrollment]] = defaultdict(list)
    slots: dict[OccurrenceKey, tuple[Timeslot, ZoneInfo]] = {}
    span = DateSpan(told.starts_on - _DAY, told.ends_on)
    for place in places:
        zone = ZoneInfo(place.place.offering.location.time_zone)
        for slot in place.place.live_timeslots:
            for on_date in dates(slot, span):
                key = OccurrenceKey(slot.id, on_date)
                slots[key] = (slot, zone)
                if is_on_roster(place.enrollment, key):
                    found[key].append(place.enrollment)
    hits = [key for key, enrollments in found.items() if _hits(told, key, slots[key][0], enrollments)]
    return sorted(
        hits,
        key=lambda key: (starts_at(slots[key][0], key.held_on, slots[key][1]), key.timeslot_id),
    )


def _hits(told: ExpectedAbsence, key: OccurrenceKey, slot: Timeslot, enrollments: Iterable[RosterEnrollment]) -> bool:
    enrollment = speaking(enrollments)
    return enrollment is not None and covers(told, key.held_on, slot.start_time, slot.duration_minutes, enrollment.id)


_Reason = ExpectedAbsenceNotPossibleReason
_SENTENCES = {
    _Reason.IN_THE_PAST: "The date is over. Absences can be announced from {first} on. Record past absences on the "
    "roll sheet.",
    _Reason.TOO_MANY_DAYS: f"The absence has more than {MOST_DAYS} days. Split it into shorter ones.",
    _Reason.TOO_FAR_AHEAD: "Absences can be announced until {last}.",
    _Reason.TOO_MANY: f"The student already has {MOST_OPEN} expected absences that are not over. Withdraw some first.",
}


def _impossible(told: ExpectedAbsence, today: date, open_absences: int) -> ExpectedAbsenceNotPossibleReason | None:
    if told.starts_on < today:
        return _Reason.IN_THE_PAST
    if (told.ends_on - told.starts_on).days >= MOST_DAYS:
        return _Reason.TOO_MANY_DAYS
    if told.ends_on > _last(today):
        return _Reason.TOO_FAR_AHEAD
    return _Reason.TOO_MANY if open_absences >= MOST_OPEN else None


def _not_possible(reason: ExpectedAbsenceNotPossibleReason, today: date) -> ExpectedAbsenceNotPossible:
    return ExpectedAbsenceNotPossible(
        reason,
        earliest_on=today,
        latest_on=_last(today),
        most_days=MOST_DAYS,
        most=MOST_OPEN,
        message=_SENTENCES[reason].format(first=today, last=_last(today)),
    )


def _last(today: date) -> date:
    return today + timedelta(days=MOST_DAYS_AHEAD)
