"""The step that wraps a change of dates that many offerings share: those of a session or of a closure."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import date, datetime
from uuid import UUID

from attendance.actions.catalogue.steps.timetables_changed import TimetablesChange, timetables_changed
from attendance.rules.catalogue.terms import Terms
from attendance.rules.organization.permissions import Viewer
from db.calendar.history import keep_what_held
from db.catalogue.locking import fetch_in
from db.catalogue.rewriting import reschedule
from db.unit_of_work import UnitOfWork


@asynccontextmanager
async def dates_changed(
    uow: UnitOfWork,
    viewer: Viewer,
    offering_ids: Collection[UUID],
    terms: Terms,
    until: date | None,
    *,
    closures: bool,
    now: datetime,
) -> AsyncIterator[TimetablesChange]:
    """Let the block write dates that decide when these offerings meet from `terms.since` to `until`.

    A class of today that has begun keeps its day: what held for it is copied first. What was copied for later dates,
    because another change is planned, is copied anew.
    """
    async with timetables_changed(uow, viewer, offering_ids, terms, now=now) as change:
        begun = {each: on for each, on in change.dates.items() if terms.since is not None and on > terms.since}
        if begun:
            await keep_what_held(fetch_in(uow.connection), uow.organization_id, begun)
        yield change
        if change.dates:
            await reschedule(uow, change.dates, until, closures=closures)
