"""Make, change and end sessions and rolling sessions (R13.1)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from attendance.actions.catalogue.changed import CatalogueChanged
from attendance.actions.catalogue.steps.find import latest_today, require_row
from attendance.actions.catalogue.steps.follow_dates import dates_changed
from attendance.actions.catalogue.steps.timetables_changed import begin_change
from attendance.rules.calendar.timeslots import DateSpan
from attendance.rules.catalogue.catalogue_refusals import NotPossible
from attendance.rules.catalogue.spans import changed_dates
from attendance.rules.catalogue.terms import Terms
from attendance.rules.organization.permissions import Viewer
from db import models
from db.catalogue.offerings_concerned import offerings_of_session
from db.catalogue.rows import add_row, change_row
from db.unit_of_work import UnitOfWork

_DAY = timedelta(days=1)


async def create_session(
    uow: UnitOfWork, viewer: Viewer, name: str, starts_on: date, ends_on: date | None
) -> CatalogueChanged:
    """Make a session, or a rolling one when `ends_on` is None. Raises NotPossible and ImportIsRunning."""
    await begin_change(uow, viewer, Terms())
    _check_order(starts_on, ends_on)
    return CatalogueChanged(await add_row(uow, models.Session, name=name, starts_on=starts_on, ends_on=ends_on))


async def update_session(
    uow: UnitOfWork, viewer: Viewer, session_id: UUID, values: dict[str, Any], terms: Terms, *, now: datetime
) -> CatalogueChanged:
    """Rename the session or give it other dates. Classes that are attached meet on the dates that are added, and no
    more on those that are taken away.

    values -- `name`, `starts_on` and `ends_on`, as far as they change

    Raises NothingFound, NotPossible, ImportIsRunning, PermissionDenied, PastIsFixed and MarksInTheWay.
    """
    await begin_change(uow, viewer, terms)
    session = await require_row(uow, models.Session, session_id)
    after = DateSpan(values.get("starts_on", session.starts_on), values.get("ends_on", session.ends_on))
    _check_order(after.starts_on, after.ends_on)
    return await _change(uow, viewer, session, after, values, terms=terms, now=now)


async def end_session(
    uow: UnitOfWork, viewer: Viewer, session_id: UUID, terms: Terms, *, now: datetime
) -> CatalogueChanged:
    """End the session on the day before `terms.since`, or before today. One that has not begun by then is deleted.

    Raises NothingFound, ImportIsRunning, PermissionDenied, PastIsFixed and MarksInTheWay.
    """
    await begin_change(uow, viewer, terms)
    session = await require_row(uow, models.Session, session_id)
    since = terms.since or await latest_today(uow, now)
    if session.starts_on >= since:
        return await _change(uow, viewer, session, None, {"deleted_at": now}, terms=terms, now=now)
    last = since - _DAY if session.ends_on is None else min(session.ends_on, since - _DAY)
    after = DateSpan(session.starts_on, last)
    return await _change(uow, viewer, session, after, {"ends_on": last}, terms=terms, now=now)


async def _change(
    uow: UnitOfWork,
    viewer: Viewer,
    session: Row[Any],
    after: DateSpan | None,
    values: dict[str, Any],
    *,
    terms: Terms,
    now: datetime,
) -> CatalogueChanged:
    changed = changed_dates(DateSpan(session.starts_on, session.ends_on), after)
    if changed is None:
        await change_row(uow, models.Session, session.id, **values)
        return CatalogueChanged(session.id)
    offerings = await offerings_of_session(uow, session.id, since=changed.starts_on or date.min)
    terms = replace(terms, since=changed.starts_on)
    async with dates_changed(uow, viewer, offerings, terms, changed.ends_on, closures=False, now=now) as change:
        await change_row(uow, models.Session, session.id, **values)
    return CatalogueChanged(session.id, change.effect)


def _check_order(starts_on: date | None, ends_on: date | None) -> None:
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise NotPossible(f"A session that starts on {starts_on} cannot end on {ends_on}.")
