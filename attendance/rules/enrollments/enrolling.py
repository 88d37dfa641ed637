"""May this student have this place, may this place end or move (R3.1, R8.6): refusals with their facts."""

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
    """What a drop does. `drop_on` None: the enrollment is deleted, for it never begins. `lost_from` is the first date
    on which the student has the place no more.
    """

    drop_on: date | None
    lost_from: date


def require_given_here(type: EnrollmentType) -> None:
    """Raises EnrollmentTypeNotAllowed."""
    if type is EnrollmentType.MAKEUP:
        raise EnrollmentTypeNotAllowed(
            type, "A makeup is booked by redeeming a makeup token; enroll as ACTIVE, TRIAL, SINGLE_DAY or WAITLIST."
        )


def require_meeting(timetable: Timetable, place: Place) -> None:
    """Raises NothingFound for a timeslot that the offering does not have, and OfferingDoesNotMeet."""
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
    """Who waits may be given a place; nobody has two at a time, or waits for one that they have.

    Raises AlreadyEnrolled.
    """
    for each in others:
        is_no_bar = each.type is _WAITING and type is not _WAITING
        if each.student_id == student_id and not is_no_bar and overlaps(place, each):
            end = f" to {each.drop_on}" if each.drop_on else " on"
            raise AlreadyEnrolled(
                each.id, f"The student is enrolled there from {each.starts_on}{end} as {each.type.value} already."
            )


def require_opening(
    timetable: Timetable,
    place: Place,
    today: date,
    taken: Sequence[RosterEnrollment],
    absences: Mapping[UUID, Sequence[ExpectedAbsence]],
) -> None:
    """R8.6 on each date that the place covers, from today on: nobody is turned away from a day that is over. Raises
    OfferingFull.
    """
    if place.drop_on is not None and place.drop_on < today:
        return
    ahead = replace(place, starts_on=max(place.starts_on, today))
    full = first_full(timetable, ahead, taken, absences)
    if full is not None:
        raise no_place_left(timetable.offering, full)


def plan_drop(enrollment: RosterEnrollment, drop_on: date) -> Ending:
    """A drop takes effect at the end of its day (R3.1). A date before the enrollment begins takes it back whole.

    Raises EnrollmentEnded.
    """
    require_not_over(enrollment)
    if drop_on < enrollment.starts_on:
        return Ending(None, enrollment.starts_on)
    if enrollment.drop_on is not None and drop_on > enrollment.drop_on:
        raise EnrollmentEnded(enrollment.drop_on, f"The enrollment ends on {enrollment.drop_on} already.")
    if enrollment.type in _ONE_DAY:
        raise EnrollmentEnded(
            enrollment.drop_on, "A place for one day ends with it; pass an earlier date to take the place back."
        )
    return Ending(drop_on, drop_on + _DAY)


def require_not_over(enrollment: RosterEnrollment) -> None:
    """Raises EnrollmentEnded for one that was deleted or transferred."""
    if enrollment.is_deleted:
        raise EnrollmentEnded(enrollment.drop_on, "The enrollment was deleted.")
    if enrollment.end_cause is EnrollmentEnd.TRANSFERRED:
        raise EnrollmentEnded(enrollment.drop_on, "The enrollment was transferred; change the one that it became.")


def plan_transfer(enrollment: RosterEnrollment, starts_on: date) -> date:
    """The last day of the source: the one before the new start.

    Raises EnrollmentEnded, EnrollmentTypeNotAllowed, OfferingDoesNotMeet.
    """
    require_not_over(enrollment)
    if enrollment.type not in _TRANSFERABLE:
        raise EnrollmentTypeNotAllowed(enrollment.type, "Only ACTIVE and TRIAL enrollments can be transferred.")
    if starts_on <= enrollment.starts_on:
        raise OfferingDoesNotMeet(
            starts_on,
            None,
            f"The enrollment begins on {enrollment.starts_on}, and a transfer takes effect later; to begin in the "
            "other class, drop it and enroll there.",
        )
    last_day = starts_on - _DAY
    if enrollment.drop_on is not None and enrollment.drop_on < last_day:
        raise EnrollmentEnded(enrollment.drop_on, f"The enrollment ends on {enrollment.drop_on} already.")
    return last_day
