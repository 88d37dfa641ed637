"""Give a student the place of a makeup, as redeeming, approving and booking without a token do (R8.6)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.actions.enrollments.steps.lock_places import default_newcomers
from attendance.actions.makeups.steps.open_makeups import (
    WantedMakeup,
    enter_in_ledger,
    get_occasion,
    require_possible,
    reread_request,
)
from attendance.actions.roster.steps.roster_changed import RosterChange, roster_changed
from attendance.actions.tokens.steps.lock_makeup_token import lock_makeup_token
from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey
from attendance.rules.makeups.makeup_requests import require_not_settled
from attendance.rules.organization.permissions import Viewer
from attendance.rules.refusals import OccurrenceNotFound
from attendance.rules.vocabulary import EnrollmentType, MakeupRequestState, MakeupTokenAct
from db.calendar.timetables import lock_offerings
from db.enrollments.enrollments import add_enrollment
from db.makeups.makeup_bookings import tie_token
from db.makeups.makeup_requests import settle_makeup_request
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Booking:
    """The place to book.

    token_id -- None for a makeup without a token (R8.10)
    request_id -- the family's request that is being approved, or None
    """

    student_id: UUID
    occurrence: OccurrenceKey
    token_id: UUID | None = None
    request_id: UUID | None = None
    comment: str | None = None


async def book_place(uow: UnitOfWork, viewer: Viewer, booking: Booking, *, now: datetime) -> UUID:
    """Book the place and return the id of the new MAKEUP enrollment, for one day and timeslot, tied to the token.

    The offering and the roll sheets are locked, then the token, and everything is checked only then. So when two people
    want the last place, or the same token, one of them gets it; and nobody gets a place in a class that was cancelled
    meanwhile. The student joins the open roll sheet at once, as absent by default if early check-in has begun (R4.7).

    The caller has found the student, the token and the request. Raises OccurrenceNotFound, StudentNotFound, the
    refusals of attendance/rules/makeups/makeups.py and, for a request, MakeupRequestSettled.
    """
    key = booking.occurrence
    offering_id = (await get_occasion(uow, viewer.caller, key)).offering.id
    await lock_offerings(uow, [offering_id])
    async with roster_changed(
        uow,
        booking.student_id,
        author=Author.of(viewer.caller),
        now=now,
        offering_ids=[offering_id],
        dates=DateSpan(key.held_on, key.held_on),
    ) as change:
        enrollment_id = await _book(uow, viewer, booking, _held(change, key), now=now)
    await default_newcomers(uow, viewer, booking.student_id, change, now=now)
    return enrollment_id


async def _book(uow: UnitOfWork, viewer: Viewer, booking: Booking, head: OccurrenceHead, *, now: datetime) -> UUID:
    """Book the place. The caller has locked the offering and the occurrence."""
    author = Author.of(viewer.caller)
    request_id = booking.request_id
    token = None if booking.token_id is None else await lock_makeup_token(uow, booking.token_id)
    if request_id is not None:
        require_not_settled(await reread_request(uow, request_id, now))
    wanted = WantedMakeup(booking.student_id, head, token)
    await require_possible(uow, viewer, wanted, now=now, is_approval=request_id is not None)
    enrollment_id = await add_enrollment(
        uow,
        head.offering.id,
        booking.student_id,
        type=EnrollmentType.MAKEUP,
        starts_on=head.key.held_on,
        drop_on=head.key.held_on,
        timeslot_id=head.key.timeslot_id,
        now=now,
    )
    if token is not None:
        await tie_token(uow, token.id, enrollment_id)
        facts = {
            "enrollment_id": str(enrollment_id),
            "offering_id": str(head.offering.id),
            "makeup_on": head.key.held_on.isoformat(),
        }
        if request_id is not None:
            facts["request_id"] = str(request_id)
        await enter_in_ledger(uow, token, MakeupTokenAct.REDEEMED, facts, author=author, now=now)
    if request_id is not None:
        await settle_makeup_request(
            uow,
            request_id,
            MakeupRequestState.APPROVED,
            author,
            comment=booking.comment,
            makeup_enrollment_id=enrollment_id,
            now=now,
        )
    return enrollment_id


def _held(change: RosterChange, key: OccurrenceKey) -> OccurrenceHead:
    """Return the token after locking it."""
    for head in change.heads:
        if head.key == key:
            return head
    raise OccurrenceNotFound
