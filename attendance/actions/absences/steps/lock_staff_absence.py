"""The step that opens a staff absence for a change and locks its staff, so that what is read about them stays true
(R9.9).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from attendance.rules.absences.substitutes import NO_SUCH_ABSENCE, NO_SUCH_STAFF, StaffAbsenceFacts
from attendance.rules.calendar.timeslots import local_date
from attendance.rules.refusals import NothingFound
from db.absences.staff_absences import LockedStaff, lock_staff, read_absences
from db.tokens.tokens_by_hand import read_zones
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class LockedAbsence:
    """A staff absence that is about to be changed. `staff` holds the absent person, unless they have left, and the
    substitutes; all of them are locked.
    """

    facts: StaffAbsenceFacts
    staff: dict[UUID, LockedStaff]


async def lock_staff_absence(uow: UnitOfWork, absence_id: UUID, substitutes: Collection[UUID] = ()) -> LockedAbsence:
    """Lock the staff and return the absence, in three statements.

    Raises NothingFound when the absence does not exist (any more), and when a substitute does not work here.
    """
    absence = await _find(uow, absence_id)
    staff = await lock_staff(uow, {absence.person.id, *substitutes})
    if set(substitutes) - staff.keys():
        raise NothingFound(NO_SUCH_STAFF)
    return LockedAbsence(await _find(uow, absence_id), staff)


async def earliest_today(uow: UnitOfWork, now: datetime) -> date:
    """Return the earliest of the local dates at the organization's locations. A date before it is over at all of
    them.
    """
    zones = await read_zones(uow.connection, uow.organization_id)
    days = [local_date(now, zone) for zone in zones.of_locations.values()]
    return min(days, default=now.astimezone(UTC).date())


async def _find(uow: UnitOfWork, absence_id: UUID) -> StaffAbsenceFacts:
    found = await read_absences(uow.connection, uow.organization_id, [absence_id])
    if absence_id not in found:
        raise NothingFound(NO_SUCH_ABSENCE)
    return found[absence_id]
