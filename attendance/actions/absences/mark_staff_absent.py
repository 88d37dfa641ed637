"""The action that marks a staff member absent for a range of dates (R9.9)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.actions.absences.steps.lock_staff_absence import earliest_today
from attendance.rules.absences.substitutes import NO_SUCH_STAFF, reason_prefix, require_span
from attendance.rules.calendar.listings import expand
from attendance.rules.calendar.timeslots import DateSpan
from attendance.rules.organization.permissions import Caller
from attendance.rules.refusals import NothingFound
from db.absences.staff_absences import absences_of, add_absence, lock_staff
from db.absences.substitutions import add_missed, step_back, withdraw_notices
from db.calendar.listing_filter import ListingFilter
from db.calendar.occurrence_listings import read_slots
from db.ids import new_id
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class MarkedAbsent:
    """What the action did.

    missed_count -- the number of occurrences that the person teaches on these dates.
    stood_in_count -- the number of occurrences at which the person was to substitute; they have no substitute now.
    """

    staff_absence_id: UUID
    missed_count: int
    stood_in_count: int


async def mark_staff_absent(
    uow: UnitOfWork, caller: Caller, person_id: UUID, span: DateSpan, comment: str | None, *, now: datetime
) -> MarkedAbsent:
    """Record the absence. The occurrences that the person teaches on these dates have no substitute yet.

    Raises NothingFound and StaffAbsenceNotPossible.
    """
    if person_id not in await lock_staff(uow, [person_id]):
        raise NothingFound(NO_SUCH_STAFF)
    today = await earliest_today(uow, now)
    known = (await absences_of(uow.connection, uow.organization_id, [person_id], span)).get(person_id, [])
    require_span(span, today, known[0][0] if known else None)
    absence_id = new_id()
    await add_absence(
        uow, absence_id, person_id, span, comment=comment, recorded_by_id=caller.person_id, recorded_at=now
    )
    listed = ListingFilter(within=span, include_not_scheduled=False, visible_to=person_id)
    slots = [slot for slot in await read_slots(uow.connection, uow.organization_id, listed) if slot.only_on is None]
    missed = [each.key for each in expand(slots, span, include_not_scheduled=False)]
    await add_missed(uow, absence_id, person_id, missed)
    coming = span.clip(DateSpan(today, None))
    stood_in = await step_back(uow, person_id, coming)
    await withdraw_notices(uow, [reason_prefix(each.key, each.absent_id) for each in stood_in])
    return MarkedAbsent(absence_id, len(missed), len(stood_in))
