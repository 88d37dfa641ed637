"""The steps around every change of a family: find it, and tell the roll sheets on which its students are (R10.1)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from attendance.actions.roster.steps.roster_changed import rosters_changed
from attendance.rules.refusals import NothingFound
from db.calendar.timetables import lock_offerings
from db.marks.changes import Author
from db.people.household_changes import find_family_offerings, lock_live_family
from db.unit_of_work import UnitOfWork


async def require_family(uow: UnitOfWork, family_id: UUID) -> None:
    """Raise NothingFound when the family does not exist or is deleted. It stays until the transaction ends."""
    if not await lock_live_family(uow, family_id):
        raise NothingFound("There is no such family.")


@asynccontextmanager
async def family_changed(uow: UnitOfWork, family_id: UUID, *, author: Author, now: datetime) -> AsyncIterator[None]:
    """Number a roster change on every near or opened roll sheet on which the block changes the row of a student of the
    family. On entry the offerings and occurrences are locked, and then the family. Raises NothingFound.
    """
    students, offerings = await find_family_offerings(uow, family_id)
    await lock_offerings(uow, offerings)
    async with rosters_changed(uow, students, offerings, author=author, now=now):
        await require_family(uow, family_id)
        yield
