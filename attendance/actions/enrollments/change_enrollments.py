"""What an import does around its own writing of enrollments (R4.7, R10.1)."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID

from attendance.actions.enrollments.steps.default_newcomer import default_newcomers_of
from attendance.actions.roster.steps.roster_changed import RostersChange, rosters_changed
from attendance.rules.calendar.timeslots import OccurrenceKey, local_date
from db.enrollments.enrollments import marked_among
from db.marks.changes import SYSTEM
from db.organization.settings import read_settings
from db.roster.roster_changes import DAYS_BACK
from db.unit_of_work import UnitOfWork


@asynccontextmanager
async def enrollments_changed(
    uow: UnitOfWork, student_ids: Collection[UUID], offering_ids: Collection[UUID], *, now: datetime
) -> AsyncIterator[None]:
    """Let the block write enrollments of these students in these offerings, as the system.

    Open roll sheets hear of every row that the block adds, removes or changes. A student who joins a sheet that has
    begun checking in gets a defaulted absence there, as one who is enrolled by hand does.

    The number of statements does not depend on the number of students. Each sheet that has begun and has newcomers
    takes a few more; an import has them on the sheets of the day alone.

    The offerings must be locked, and students and tokens must not be locked yet.
    """
    if not student_ids or not offering_ids:
        yield
        return
    async with rosters_changed(uow, student_ids, offering_ids, author=SYSTEM, now=now) as change:
        yield
    await _default_newcomers(uow, change, now)


async def _default_newcomers(uow: UnitOfWork, change: RostersChange, now: datetime) -> None:
    zones = {head.key: head.zone for head in change.heads}
    joined: dict[OccurrenceKey, list[UUID]] = defaultdict(list)
    for key, student_id in sorted(change.joined, key=lambda each: each[1]):
        if key.held_on >= local_date(now, zones[key]) - timedelta(DAYS_BACK):
            joined[key].append(student_id)
    marked = await marked_among(uow, joined)
    if not marked:
        return
    settings = await read_settings(uow.connection, uow.organization_id)
    for key in marked:
        await default_newcomers_of(uow, key, joined[key], author=SYSTEM, settings=settings, now=now)
