"""Rules that decide whether a student can have a place, and whether a place can end or move (R3.1, R8.6)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from attendance.rules.absences.expected_absences import ExpectedAbsence
from attendance.rules.enrollments.enrollment_refusals import (
    AlreadyEnrolled,
    EnrollmentEnded,
    EnrollmentTypeNotAllowed,
    OfferingDoesNotMeet,
)
from attendance.rules.enrollments.places import Place, Timetable, first_full, first_meeting, no_place_left, overlaps
from attendance.rules.refusals import NothingFound
from attendance.rules.roster.roster import RosterEnrollment
from attendance.rules.vocabulary import EnrollmentEnd, EnrollmentType

_DAY = timedelta(days=1)
_WAITING = EnrollmentType.WAITLIST
_ONE_DAY = frozenset({EnrollmentType.SINGLE_DAY, EnrollmentType.MAKEUP})
_TRANSFERABLE = frozenset({EnrollmentType.ACTIVE, EnrollmentType.TRIAL})


@dataclass(frozen=True, slots=True)
class Ending:
    """The effect of a drop.

    drop_on -- the last date. None when the enrollment is deleted, because it never begins.
    lost_from -- the first date on which the student no longer has the place.
    """

    drop_on: date | None
    lost_from: date


def require_given_here(type: EnrollmentType) -> None:
    """Raise EnrollmentTypeNotAllowed when the type cannot be given by enrolling."""
    if type is EnrollmentType.MAKEUP:
        raise EnrollmentTypeNotAllowed(
            type, "A makeup is booked by redeeming a makeup token. Enroll as ACTIVE, TRIAL, SINGLE_DAY or WAITLIST."
        )


def require_meeting(timetable: Timetable, place: Place) -> None:
    """Raise NothingFound when the offering does not have the timeslot, and OfferingDoesNotMeet when it does not meet
    on the dates.
    """
    if not timetable.slots(place.timeslot_id) and place.timeslot_id is not None:
        raise NothingFound("The offering has no such timeslot.")
    if first_meeting(timetable, place) is None:
        until = f" to {place.drop_on}" if place.drop_on else " on"
        raise OfferingDoesNotMeet(
            place.starts_on,
            place.drop_on,
            f"{timetable.offering.name} does not meet from {place.starts_on}{until}.",
        )


def require_not_enrolled(
    student_id: UUID, type: EnrollmentType, place: Place, others: Iterable[RosterEnrollment]
) -> None:
    """Raise AlreadyEnrolled when the student already has such an enrollment.

    A student on the waiting list can be given a place. Nobody has two places at a time, or waits for a place that they
    have.
    """
    for each in others:
        is_no_bar = each.type is _WAITING and type is not _WAITING
        if each.student_id == student_id and not is_no_bar and overlaps(place, each):
            end = f" to {each.drop_on}" if each.drop_on else " on"
            raise AlreadyEnrolled(
                each.id, f"The student is already enrolled there from {each.starts_on}{end} as {each.type.value}."
            )


def require_opening(
    timetable: Timetable,
    place: Place,
    today: date,
    taken: Sequence[RosterEnrollment],
    absences: Mapping[UUID, Sequence[ExpectedAbsence]],
) -> None:
    """Raise OfferingFull when a date of the place from today on has no open place (R8.6). Past dates are not
    checked.
    """
    if place.drop_on is not None and place.drop_on < today:
        return
    ahead = replace(place, starts_on=max(place.starts_on, today))
    full = first_full(timetable, ahead, taken, absences)
    if full is not None:
        raise no_place_left(timetable.offering, full, timetable.capacity_on(full.held_on))


def plan_drop(enrollment: RosterEnrollment, drop_on: date) -> Ending:
    """Return the effect of a drop at the end of the day `drop_on` (R3.1). A date before the enrollment begins deletes
    it.

    Raises EnrollmentEnded.
    """
    require_not_over(enrollment)
    if drop_on < enrollment.starts_on:
        return Ending(None, enrollment.starts_on)
    if enrollment.drop_on is not None and drop_on > enrollment.drop_on:
        raise EnrollmentEnded(enrollment.drop_on, f"The enrollment already ends on {enrollment.drop_on}.")
    if enrollment.type in _ONE_DAY:
        raise EnrollmentEnded(
            enrollment.drop_on, "A one-day enrollment ends with its day. Pass an earlier date to delete it."
        )
    return Ending(drop_on, drop_on + _DAY)


def require_not_over(enrollment: RosterEnrollment) -> None:
    """Raise EnrollmentEnded when the enrollment was deleted or transferred."""
    if enrollment.is_deleted:
        raise EnrollmentEnded(enrollment.drop_on, "The enrollment was deleted.")
    if enrollment.end_cause is EnrollmentEnd.TRANSFERRED:
        raise EnrollmentEnded(
            enrollment.drop_on, "The enrollment was transferred. Change the enrollment that it became."
        )


def plan_transfer(enrollment: RosterEnrollment, starts_on: date) -> date:
    """Return the last day of the old enrollment, which is the day before the new start.

    Raises EnrollmentEnded, EnrollmentTypeNotAllowed and OfferingDoesNotMeet.
    """
    require_not_over(enrollment)
    if enrollment.type not in _TRANSFERABLE:
        raise EnrollmentTypeNotAllowed(enrollment.type, "Only ACTIVE and TRIAL enrollments can be transferred.")
    if starts_on <= enrollment.starts_on:
        raise OfferingDoesNotMeet(
            starts_on,
            None,
            f"The enrollment begins on {enrollment.starts_on}, and a transfer must begin later. To begin in the other "
            "class, drop the enrollment and enroll the student there.",
        )
    last_day = starts_on - _DAY
    if enrollment.drop_on is not None and enrollment.drop_on < last_day:
        raise EnrollmentEnded(enrollment.drop_on, f"The enrollment already ends on {enrollment.drop_on}.")
    return last_day
