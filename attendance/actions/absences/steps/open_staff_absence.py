"""A staff absence for whoever changes it (R9.9): its staff held, so that what is known of them stays."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from attendance.rules.absences.substitutes import NO_SUCH_ABSENCE, NO_SUCH_STAFF, StaffAbsenceFacts
from attendance.rules.calendar.timeslots import local_date
from attendance.rules.refusals import NothingFound
from db.absences.staff_absences import HeldStaff, hold_staff, read_absences
from db.tokens.tokens_by_hand import read_zones
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class OpenAbsence:
    """`staff` are the absent person, unless it has left, and those who are to stand in."""

    facts: StaffAbsenceFacts
    staff: dict[UUID, HeldStaff]


async def open_staff_absence(uow: UnitOfWork, absence_id: UUID, substitutes: Collection[UUID] = ()) -> OpenAbsence:
    """Three statements. Raises NothingFound for an absence that is not there (any more), and for somebody who does not
    work here.
    """
    absence = await _find(uow, absence_id)
    staff = await hold_staff(uow, {absence.person.id, *substitutes})
    if set(substitutes) - staff.keys():
        raise NothingFound(NO_SUCH_STAFF)
    return OpenAbsence(await _find(uow, absence_id), staff)


async def earliest_today(uow: UnitOfWork, now: datetime) -> date:
    """The local date at the location where it is earliest: what is over before it is over everywhere."""
    zones = await read_zones(uow.connection, uow.organization_id)
    days = [local_date(now, zone) for zone in zones.of_locations.values()]
    return min(days, default=now.astimezone(UTC).date())


async def _find(uow: UnitOfWork, absence_id: UUID) -> StaffAbsenceFacts:
    found = await read_absences(uow.connection, uow.organization_id, [absence_id])
    if absence_id not in found:
        raise NothingFound(NO_SUCH_ABSENCE)
    return found[absence_id]
