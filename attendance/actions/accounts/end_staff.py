"""End the access of staff members, at once or from a date on, and take the end back (R12.6)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from attendance.actions.accounts.staff import find_grants
from attendance.actions.accounts.steps.granting import granting
from attendance.rules.accounts.ending_staff import end_of_access
from attendance.rules.accounts.granting import require_may_change
from attendance.rules.organization.permissions import Viewer
from attendance.rules.vocabulary import SecurityEventKind
from db.accounts.account_links import revoke_links
from db.accounts.staff import change_person, lock_granting, read_grants, read_zones
from db.organization.security_events import Counted, Happening, add_security_events
from db.organization.sign_ins import end_all_sign_ins
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AccessChanged:
    """What was done to a staff member's access. `event` is None when nothing was changed."""

    person_id: UUID
    event: SecurityEventKind | None


async def end_staff(
    uow: UnitOfWork, viewer: Viewer, person_id: UUID, from_on: date | None, *, now: datetime
) -> AccessChanged:
    """End the staff member's access: sign-ins and links end, and the person can sign in no more. What the person did
    stays. Ending somebody again changes nothing.

    from_on -- the first date without access. None, and a date that has begun at every location, end it at once. A later
    date plans the end, and replaces a date that was planned before; until then the person works as before.

    Raises StaffMemberNotFound, PermissionDenied, PastIsFixed and LastOwner.
    """
    async with granting(uow, viewer) as holding:
        person = await find_grants(uow, person_id)
        if person.ended_at is not None:
            return AccessChanged(person_id, None)
        require_may_change(holding, person)
        ends_at = end_of_access(from_on, await read_zones(uow), now)
        if ends_at <= now:
            await _end(uow, person_id, now)
            return AccessChanged(person_id, SecurityEventKind.STAFF_ENDED)
        if ends_at == person.ends_at:
            return AccessChanged(person_id, None)
        await change_person(uow, person_id, ends_on=from_on, ends_at=ends_at)
        return AccessChanged(person_id, SecurityEventKind.STAFF_END_PLANNED)


async def restore_staff(uow: UnitOfWork, viewer: Viewer, person_id: UUID) -> AccessChanged:
    """Let somebody in again whose access was ended, with the permissions and the password of before, or take back a
    planned end.

    Raises StaffMemberNotFound and PermissionDenied.
    """
    async with granting(uow, viewer) as holding:
        person = await find_grants(uow, person_id)
        if person.ended_at is None and person.ends_at is None:
            return AccessChanged(person_id, None)
        require_may_change(holding, person)
        await change_person(uow, person_id, ended_at=None, ends_on=None, ends_at=None)
        return AccessChanged(person_id, SecurityEventKind.STAFF_RESTORED)


async def end_as_planned(uow: UnitOfWork, person_id: UUID, *, now: datetime) -> bool:
    """End the staff member's access if its planned end has come, and record the security event, which has no actor.
    Return False when it was ended, moved or taken back meanwhile.
    """
    await lock_granting(uow)
    person = (await read_grants(uow, [person_id])).get(person_id)
    if person is None or person.ended_at is not None or person.ends_at is None or person.ends_at > now:
        return False
    await _end(uow, person_id, now)
    happening = Happening(SecurityEventKind.STAFF_ENDED, detail=str(person_id))
    await add_security_events(uow, [(happening, Counted(1, now, now))])
    return True


async def _end(uow: UnitOfWork, person_id: UUID, now: datetime) -> None:
    await change_person(uow, person_id, ended_at=now)
    await revoke_links(uow, person_id, now=now)
    await end_all_sign_ins(uow, person_id, now=now)
