"""The steps that offer free places to students who wait, and settle offers whose time is over."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from attendance.actions.enrollments.steps.lock_places import today_of
from attendance.actions.enrollments.steps.tell_offers import tell_offered, tell_settled, untell_offered
from attendance.rules.absences.expected_absences import ExpectedAbsence
from attendance.rules.calendar.timeslots import DateSpan
from attendance.rules.enrollments.places import Timetable
from attendance.rules.enrollments.waiting import allot
from attendance.rules.organization.settings import OrganizationSettings
from attendance.rules.roster.roster import RosterEnrollment
from attendance.rules.vocabulary import PlaceOfferState
from db.calendar.timetables import read_timetables
from db.enrollments.enrollments import read_absences, read_places
from db.enrollments.place_offers import add_offers, end_waits, settle_offers_of, settle_over
from db.enrollments.waiting_lines import offerings_with_next, read_line
from db.unit_of_work import UnitOfWork

_DAY = timedelta(days=1)


async def settle_and_offer(
    uow: UnitOfWork, offering_ids: Collection[UUID], settings: OrganizationSettings, *, now: datetime
) -> None:
    """Settle the offers whose time is over. If the organization has set `place_offer_hours`, offer the free places to
    the students who wait, in their order. The caller holds the offerings' locks and has already written what frees a
    place.
    """
    if not offering_ids:
        return
    at = uow.time_under_lock(now)
    await end_over(uow, offering_ids, now=at)
    if settings.classes.place_offer_hours is not None:
        for offering_id in await offerings_with_next(uow, offering_ids, now=at):
            await _offer(uow, offering_id, timedelta(hours=settings.classes.place_offer_hours), now=at)


async def end_over(uow: UnitOfWork, offering_ids: Collection[UUID], *, now: datetime) -> None:
    """Settle the offerings' offers whose time is over, and those to enrollments that have ended. The WAITLIST
    enrollments of students whose offer is over end.
    """
    settled = await settle_over(uow, offering_ids, now=now)
    if over := settled[PlaceOfferState.OVER]:
        await end_waits(uow, [enrollment_id for _, enrollment_id in over], now=now)
        await tell_settled(uow, [offer_id for offer_id, _ in over], PlaceOfferState.OVER, now=now)
    await untell_offered(uow, [offer_id for offer_id, _ in settled[PlaceOfferState.WITHDRAWN]])


async def settle_offer(
    uow: UnitOfWork, enrollment_id: UUID, state: PlaceOfferState, *, by: UUID | None, now: datetime
) -> None:
    """Settle the open offer of the enrollment, if there is one."""
    offers = await settle_offers_of(uow, [enrollment_id], state, settled_by_id=by, now=now)
    if offers:
        await tell_settled(uow, offers, state, now=now)


async def read_occupied(
    uow: UnitOfWork, timetable: Timetable, *, now: datetime
) -> tuple[Sequence[RosterEnrollment], Mapping[UUID, Sequence[ExpectedAbsence]]]:
    """Return the places that are taken or held from today on, and the absences of those students, in two statements."""
    today = today_of(timetable, now)
    taken = await read_places(
        uow.connection, uow.organization_id, timetable.offering.id, dates=DateSpan(today), now=now
    )
    students = {each.student_id for each in taken}
    absences = await read_absences(uow.connection, uow.organization_id, students, since=today, until=None)
    return taken, absences


async def _offer(uow: UnitOfWork, offering_id: UUID, hold: timedelta, *, now: datetime) -> None:
    line = await read_line(uow, offering_id, now=now)
    since = now.date() - _DAY
    found = await read_timetables(uow.connection, uow.organization_id, [offering_id], since=since)
    timetable = found.get(offering_id)
    if timetable is None:
        return
    taken, absences = await read_occupied(uow, timetable, now=now)
    given = [
        (waiter.enrollment.id, starts_on)
        for waiter, starts_on in allot(timetable, line, today_of(timetable, now), taken, absences)
    ]
    if given:
        offers = await add_offers(uow, given, holds_until=now + hold, offered_by_id=None, now=now)
        await tell_offered(uow, offers, now=now)
