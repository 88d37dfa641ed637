"""Decides whether a student may make up a class in an occurrence, with a makeup token or without (R8.6,
R8.9, R8.10).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from attendance.rules.calendar.occurrences import OccurrenceHead, OfferingFacts
from attendance.rules.calendar.timeslots import CALENDAR, OccurrenceKey, local_date
from attendance.rules.enrollments.enrollment_refusals import AlreadyEnrolled
from attendance.rules.enrollments.places import no_place_left
from attendance.rules.makeups.makeup_refusals import (
    MakeupAtOtherLocation,
    MakeupBegun,
    MakeupBeyondHorizon,
    MakeupInOtherProgram,
    MakeupNotAClass,
    MakeupNotHeld,
    MakeupProgramDeleted,
    MakeupTokenExpired,
    MakeupTokenNotUsable,
    MakeupTokenNotYetIssued,
    MakeupTooLate,
    StudentAgeUnknown,
    StudentGenderNotAdmitted,
    StudentTooOld,
    StudentTooYoung,
)
from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.refusals import Refusal
from attendance.rules.tokens.student_tokens import TokenFacts
from attendance.rules.vocabulary import MakeupTokenState, OccurrenceState, OfferingKind

_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class MakeupStudent:
    """The student who would make up a class. A field is None when it is not known."""

    birth_on: date | None
    gender: str | None


@dataclass(frozen=True, slots=True)
class MakeupOccasion:
    """The occurrence in which to make up.

    places_taken -- the number of students on the roster, except those who are expected to be absent (R6.3)
    enrollment_id -- the enrollment through which the student is on the roster already; None when the student is not on
        it
    """

    key: OccurrenceKey
    offering: OfferingFacts
    starts_at: datetime
    state: OccurrenceState
    places_taken: int
    enrollment_id: UUID | None = None

    @classmethod
    def of(cls, head: OccurrenceHead, places_taken: int, enrollment_id: UUID | None) -> "MakeupOccasion":
        return cls(head.key, head.offering, head.starts_at, head.state, places_taken, enrollment_id)


def require_makeup(
    occasion: MakeupOccasion,
    student: MakeupStudent,
    token: TokenFacts | None,
    settings: MakeupTokenSettings,
    *,
    now: datetime,
    is_approval: bool = False,
) -> None:
    """Raise the first of `obstacles_to`, if there is any."""
    for obstacle in obstacles_to(occasion, student, token, settings, now=now, is_approval=is_approval):
        raise obstacle


def obstacles_to(
    occasion: MakeupOccasion,
    student: MakeupStudent,
    token: TokenFacts | None,
    settings: MakeupTokenSettings,
    *,
    now: datetime,
    is_approval: bool = False,
) -> Iterator[Refusal]:
    """Yield all obstacles of R8.6 to the makeup, for families and staff alike. Without any, it can be booked.

    Obstacles that hold in every class come first. They are computed one by one, because most callers only need the
    first.

    token -- None for a makeup without a token (R8.10), to which no rule about tokens applies
    is_approval -- whether a family's request with this token is being approved. The request was made in time, so what
        has passed since is no obstacle: the token's last day, the horizon, and the latest booking time (R8.6b)
    """
    here = ZoneInfo(occasion.offering.location.time_zone)
    yield from token_obstacles(token and token.at(here), now=now, is_approval=is_approval)
    yield from class_obstacles(occasion.offering, token, settings)
    yield from _time_obstacles(occasion, settings, now, is_approval=is_approval)
    yield from _student_obstacles(occasion.offering, student, occasion.key.held_on)
    yield from _place_obstacles(occasion)


def token_obstacles(token: TokenFacts | None, *, now: datetime, is_approval: bool = False) -> Iterator[Refusal]:
    """Yield what prevents the token from being redeemed.

    The token must be redeemed by its last day. The class may be later than that. A token without a location must be
    given as it is at the location of the class (`TokenFacts.at`); otherwise, the result holds for all classes.
    """
    if token is None:
        return
    state = (_as_requested(token) if is_approval else token).state(now)
    if state is MakeupTokenState.SCHEDULED:
        yield MakeupTokenNotYetIssued(token.dates.issued_on)
    elif state is MakeupTokenState.EXPIRED:
        yield MakeupTokenExpired(token.dates.good_through)
    elif state is not MakeupTokenState.AVAILABLE:
        yield MakeupTokenNotUsable(state)
    if token.program is not None and token.program.is_deleted:
        yield MakeupProgramDeleted(token.program)


def _as_requested(token: TokenFacts) -> TokenFacts:
    """Return the token as it was when the makeup was requested: free, and not expired."""
    return replace(token, dates=replace(token.dates, requested_on=None, expires_on=None, lapses_on=None))


def class_obstacles(
    offering: OfferingFacts, token: TokenFacts | None, settings: MakeupTokenSettings
) -> Iterator[Refusal]:
    """Yield the obstacles that hold on every date of the offering."""
    if token is not None:
        lock = None if settings.ignore_location_lock else token.location
        if lock is not None and lock.id != offering.location.id:
            yield MakeupAtOtherLocation(lock)
        program = token.program
        is_other = program is not None and (offering.program is None or offering.program.id != program.id)
        if program is not None and is_other and not program.is_deleted:
            yield MakeupInOtherProgram(program)
    if offering.kind is not OfferingKind.CLASS:
        yield MakeupNotAClass(offering.kind)


def age_in_months(birth_on: date, on_date: date) -> int:
    """Return an age in whole months. A person born on the 29th to 31st becomes a month older on the last day of a
    shorter month, for example on 28 February in common years (R3.4).
    """
    months = (on_date.year - birth_on.year) * _MONTHS_A_YEAR + on_date.month - birth_on.month
    is_last_of_month = (on_date + timedelta(days=1)).month != on_date.month
    return months if on_date.day >= birth_on.day or is_last_of_month else months - 1


def _time_obstacles(
    occasion: MakeupOccasion, settings: MakeupTokenSettings, now: datetime, *, is_approval: bool
) -> Iterator[Refusal]:
    """Yield the obstacles of time. Both limits are inclusive: the last minute before the start, and the last date of
    the horizon, in the zone of the class.
    """
    if occasion.state is not OccurrenceState.SCHEDULED:
        yield MakeupNotHeld(occasion.key.held_on, occasion.state)
    if occasion.starts_at <= now:
        yield MakeupBegun(occasion.starts_at)
    if is_approval:
        return
    minutes = settings.makeup_latest_booking_minutes
    latest_at = occasion.starts_at - timedelta(minutes=minutes)
    if latest_at < now < occasion.starts_at:
        yield MakeupTooLate(latest_at, minutes)
    latest_on = horizon(settings, local_date(now, ZoneInfo(occasion.offering.location.time_zone)))
    if occasion.key.held_on > latest_on:
        yield MakeupBeyondHorizon(latest_on, settings.makeup_horizon_days)


def horizon(settings: MakeupTokenSettings, today: date) -> date:
    """Return the last date that can be booked."""
    last = CALENDAR.ends_on or date.max
    return today + timedelta(days=min(settings.makeup_horizon_days, (last - today).days))


def _student_obstacles(offering: OfferingFacts, student: MakeupStudent, held_on: date) -> Iterator[Refusal]:
    """Yield the obstacles of age and gender. The age on the date of the class counts; limits are inclusive. An unknown
    value does not meet a limit.
    """
    least, most = offering.min_age_months, offering.max_age_months
    if least is not None or most is not None:
        if student.birth_on is None:
            yield StudentAgeUnknown(least, most)
        else:
            months = age_in_months(student.birth_on, held_on)
            if least is not None and months < least:
                yield StudentTooYoung(least, most, months)
            if most is not None and months > most:
                yield StudentTooOld(least, most, months)
    if offering.gender is not None and _word(offering.gender) != _word(student.gender or ""):
        yield StudentGenderNotAdmitted(offering.gender, student.gender)


def _word(gender: str) -> str:
    return gender.strip().casefold()


def _place_obstacles(occasion: MakeupOccasion) -> Iterator[Refusal]:
    """Yield the obstacles of the roster. A student who has a place already is told so, and not that all places are
    taken.
    """
    key, offering = occasion.key, occasion.offering
    if occasion.enrollment_id is not None:
        yield AlreadyEnrolled(occasion.enrollment_id, f"The student is already on the roster of {key.held_on}.")
    elif offering.capacity is not None and occasion.places_taken >= offering.capacity:
        yield no_place_left(offering, key, offering.capacity)
