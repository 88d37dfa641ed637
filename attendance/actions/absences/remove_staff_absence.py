"""The action that removes a staff absence: the staff member teaches again, without substitutes (R9.9)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from attendance.actions.absences.steps.lock_staff_absence import earliest_today, lock_staff_absence
from attendance.actions.absences.steps.tell_substitutes import Act, tell_released
from attendance.rules.absences.substitutes import require_not_over
from db.absences.staff_absences import delete_absence, end_absence, read_staff
from db.absences.substitutions import take_back
from db.calendar.occurrences import read_heads
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RemovedAbsence:
    """What the action did.

    is_shortened -- whether the absence had begun, so that it now ends yesterday and was not deleted.
    released_count -- the number of occurrences that had a substitute.
    """

    is_shortened: bool
    released_count: int
    email_count: int


async def remove_staff_absence(
    uow: UnitOfWork, absence_id: UUID, *, email_substitutes: bool, now: datetime
) -> RemovedAbsence:
    """Remove the absence from today on. Past occurrences keep the people who taught them.

    Raises NothingFound, and StaffAbsenceNotPossible when the absence is over.
    """
    absence = (await lock_staff_absence(uow, absence_id)).facts
    today = await earliest_today(uow, now)
    starts_on, ends_on = absence.span.starts_on or today, absence.span.ends_on or today
    require_not_over(ends_on, today)
    before = {each.key: each.substitute_id for each in await take_back(uow, absence_id, today)}
    if is_shortened := starts_on < today:
        await end_absence(uow, absence_id, today - timedelta(days=1))
    else:
        await delete_absence(uow, absence_id)
    covered = {key: substitute_id for key, substitute_id in before.items() if substitute_id is not None}
    heads = await read_heads(uow.connection, uow.organization_id, covered)
    staff = await read_staff(uow.connection, uow.organization_id, set(covered.values()))
    act = Act(absence.person, staff, now)
    coming = [(head, covered[head.key]) for head in heads if head.ends_at > now]
    told = await tell_released(uow, act, coming, is_told=email_substitutes)
    return RemovedAbsence(is_shortened, len(covered), told)
