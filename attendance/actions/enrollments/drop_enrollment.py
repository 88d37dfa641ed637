"""The action that ends a student's enrollment (R3.1)."""

from datetime import date, datetime
from uuid import UUID

from attendance.actions.enrollments.enroll_student import Enrolled
from attendance.actions.enrollments.steps.lock_places import lock_enrollment, today_of
from attendance.actions.enrollments.steps.offer_places import settle_and_offer, settle_offer
from attendance.actions.roster.steps.roster_changed import roster_changed
from attendance.actions.tokens.reset_makeup_token import give_up_makeup
from attendance.actions.tokens.steps.follow_leaving import follow_drop
from attendance.rules.calendar.timeslots import DateSpan
from attendance.rules.enrollments.enrolling import plan_drop
from attendance.rules.enrollments.leaving import keeps_tokens
from attendance.rules.organization.permissions import Viewer
from attendance.rules.vocabulary import EnrollmentEnd, EnrollmentType, PlaceOfferState
from db.enrollments.enrollments import delete_enrollment, end_enrollment
from db.makeups.makeup_releases import tied_makeups, tokens_of_makeups
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork


async def drop_enrollment(
    uow: UnitOfWork, viewer: Viewer, enrollment_id: UUID, drop_on: date, *, now: datetime
) -> Enrolled:
    """End the enrollment at the end of the day `drop_on`, or delete it when that is before its first day.

    Rows without a mark leave the roll sheets of later dates; rows with a mark stay as subdued rows. Dropping again with
    the same date changes nothing. When the student's last enrollment is dropped, unused makeup tokens begin to lapse
    (R8.11). The place is offered to the next student who waits if the organization has set `place_offer_hours`. An open
    offer to the enrollment itself is withdrawn. A dropped makeup gives its token back, as resetting the token does
    (R8.5).

    Raises NothingFound, EnrollmentEnded, MakeupAttended, and MakeupTokenNotChangeable when a makeup's day has passed.
    """
    enrollment, offering_id, timetables = await lock_enrollment(uow, viewer.caller, enrollment_id, since=drop_on)
    ending = plan_drop(enrollment, drop_on)
    tokens = await tokens_of_makeups(uow.connection, uow.organization_id, [enrollment_id])
    for makeup in await tied_makeups(uow.connection, uow.organization_id, tokens.values()):
        await give_up_makeup(uow, viewer, makeup, now)
        return Enrolled(enrollment_id)
    async with roster_changed(
        uow,
        enrollment.student_id,
        author=Author.of(viewer.caller),
        now=now,
        offering_ids=[offering_id],
        dates=DateSpan(ending.lost_from, enrollment.drop_on),
    ):
        if ending.drop_on is None:
            await delete_enrollment(uow, enrollment_id, now)
        else:
            await end_enrollment(uow, enrollment_id, ending.drop_on, EnrollmentEnd.DROPPED)
    if enrollment.type is EnrollmentType.WAITLIST:
        at = uow.time_under_lock(now)
        await settle_offer(uow, enrollment_id, PlaceOfferState.WITHDRAWN, by=viewer.caller.id, now=at)
    await settle_and_offer(uow, [offering_id], viewer.settings, now=now)
    is_again = (enrollment.drop_on, enrollment.end_cause) == (ending.drop_on, EnrollmentEnd.DROPPED)
    if keeps_tokens(enrollment.type) and not is_again:
        today = today_of(timetables[offering_id], now)
        await follow_drop(uow, enrollment.student_id, viewer.settings.makeup_tokens, today=today)
    return Enrolled(enrollment_id)
