"""Make, change and end blackout schedules and the closures in them (R2.5, R13.1)."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from attendance.actions.catalogue.changed import CatalogueChanged
from attendance.actions.catalogue.steps.find import earliest_today, latest_today, require_row
from attendance.actions.catalogue.steps.follow_dates import dates_changed
from attendance.actions.catalogue.steps.free_names import require_free_name
from attendance.actions.catalogue.steps.timetables_changed import begin_change
from attendance.rules.calendar.recordability import closing_scopes
from attendance.rules.calendar.timeslots import DateSpan
from attendance.rules.catalogue.catalogue_refusals import NotPossible, StillUsed
from attendance.rules.catalogue.spans import changed_dates
from attendance.rules.catalogue.terms import Terms
from attendance.rules.organization.permissions import Viewer
from attendance.rules.vocabulary import BlackoutScope, OfferingKind
from db import models
from db.calendar.history import keep_what_held
from db.catalogue.locking import fetch_in
from db.catalogue.offerings_concerned import count_programs_of, have_met_beside, offerings_of_blackouts
from db.catalogue.rows import (
    add_row,
    change_row,
    remove_blackout_date,
    remove_blackout_schedule,
)
from db.unit_of_work import UnitOfWork

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Closure:
    """What is closed on which inclusive dates."""

    starts_on: date
    ends_on: date
    scope: BlackoutScope
    label: str | None

    @property
    def span(self) -> DateSpan:
        return DateSpan(self.starts_on, self.ends_on)


async def create_blackout_schedule(uow: UnitOfWork, viewer: Viewer, name: str) -> CatalogueChanged:
    """Make an empty blackout schedule. Raises ImportIsRunning and NotPossible."""
    await begin_change(uow, viewer, Terms())
    await require_free_name(uow, models.BlackoutSchedule, name)
    return CatalogueChanged(await add_row(uow, models.BlackoutSchedule, name=name))


async def update_blackout_schedule(uow: UnitOfWork, viewer: Viewer, schedule_id: UUID, name: str) -> CatalogueChanged:
    """Rename the blackout schedule. Raises NothingFound, ImportIsRunning and NotPossible."""
    await begin_change(uow, viewer, Terms())
    schedule = await require_row(uow, models.BlackoutSchedule, schedule_id)
    if name != schedule.name:
        await require_free_name(uow, models.BlackoutSchedule, name, schedule_id)
    await change_row(uow, models.BlackoutSchedule, schedule_id, name=name)
    return CatalogueChanged(schedule_id)


async def end_blackout_schedule(
    uow: UnitOfWork, viewer: Viewer, schedule_id: UUID, *, now: datetime
) -> CatalogueChanged:
    """Delete a blackout schedule that no program has. What its closures closed in the past stays closed.

    Raises NothingFound, ImportIsRunning, and StillUsed while a program has it or is planned to have it.
    """
    await begin_change(uow, viewer, Terms())
    await require_row(uow, models.BlackoutSchedule, schedule_id)
    today = await earliest_today(uow, now)
    if used := await count_programs_of(uow, schedule_id, today):
        raise StillUsed(used, "Programs still have this blackout schedule. Give them another one or none first.")
    ended = await have_met_beside(uow, schedule_id, since=today)
    await keep_what_held(fetch_in(uow.connection), uow.organization_id, dict.fromkeys(ended, today))
    await remove_blackout_schedule(uow, schedule_id)
    return CatalogueChanged(schedule_id)


async def create_blackout_date(
    uow: UnitOfWork, viewer: Viewer, schedule_id: UUID, closure: Closure, terms: Terms, *, now: datetime
) -> CatalogueChanged:
    """Close these dates for the programs that have the blackout schedule.

    Makeups on them are given back; marks, tokens and enrollments stay. A class of today that has begun takes place.

    Raises NothingFound, NotPossible, ImportIsRunning, PermissionDenied, PastIsFixed and MarksInTheWay.
    """
    await begin_change(uow, viewer, terms)
    await require_row(uow, models.BlackoutSchedule, schedule_id)
    _check_order(closure)
    offerings = await _offerings(uow, schedule_id, {closure.scope}, closure.starts_on)
    terms = replace(terms, since=closure.starts_on)
    async with dates_changed(uow, viewer, offerings, terms, closure.ends_on, closures=True, now=now) as change:
        row_id = await add_row(uow, models.BlackoutDate, blackout_schedule_id=schedule_id, **_values(closure))
    return CatalogueChanged(row_id, change.effect)


async def update_blackout_date(
    uow: UnitOfWork, viewer: Viewer, closure_id: UUID, values: dict[str, Any], terms: Terms, *, now: datetime
) -> CatalogueChanged:
    """Give a closure other dates, another scope or another label.

    values -- fields of `Closure`, as far as they change

    Raises NothingFound, NotPossible, ImportIsRunning, PermissionDenied, PastIsFixed and MarksInTheWay.
    """
    await begin_change(uow, viewer, terms)
    row = await require_row(uow, models.BlackoutDate, closure_id)
    after = replace(_closure(row), **values)
    _check_order(after)
    return await _change(uow, viewer, row, after, terms=terms, now=now)


async def end_blackout_date(
    uow: UnitOfWork, viewer: Viewer, closure_id: UUID, terms: Terms, *, now: datetime
) -> CatalogueChanged:
    """Open again from `terms.since`, or from today. A closure that has not begun by then is deleted.

    Raises NothingFound, ImportIsRunning, PermissionDenied, PastIsFixed and MarksInTheWay.
    """
    await begin_change(uow, viewer, terms)
    row = await require_row(uow, models.BlackoutDate, closure_id)
    since = terms.since or await latest_today(uow, now)
    if row.starts_on >= since:
        return await _change(uow, viewer, row, None, terms=terms, now=now)
    after = replace(_closure(row), ends_on=min(row.ends_on, since - _DAY))
    return await _change(uow, viewer, row, after, terms=terms, now=now)


async def _change(
    uow: UnitOfWork, viewer: Viewer, row: Row[Any], after: Closure | None, *, terms: Terms, now: datetime
) -> CatalogueChanged:
    before = _closure(row)
    if after is None or after.scope is before.scope:
        changed = changed_dates(before.span, None if after is None else after.span)
    else:
        changed = DateSpan(min(before.starts_on, after.starts_on), max(before.ends_on, after.ends_on))
    scopes = {before.scope} if after is None else {before.scope, after.scope}
    if changed is None or changed.starts_on is None:
        await _write(uow, row.id, after)
        return CatalogueChanged(row.id)
    offerings = await _offerings(uow, row.blackout_schedule_id, scopes, changed.starts_on)
    terms = replace(terms, since=changed.starts_on)
    async with dates_changed(uow, viewer, offerings, terms, changed.ends_on, closures=True, now=now) as change:
        await _write(uow, row.id, after)
    return CatalogueChanged(row.id, change.effect)


async def _write(uow: UnitOfWork, row_id: UUID, after: Closure | None) -> None:
    if after is None:
        await remove_blackout_date(uow, row_id)
    else:
        await change_row(uow, models.BlackoutDate, row_id, **_values(after))


async def _offerings(uow: UnitOfWork, schedule_id: UUID, scopes: set[BlackoutScope], since: date) -> list[UUID]:
    kinds = [kind for kind in OfferingKind if not scopes.isdisjoint(closing_scopes(kind))]
    return await offerings_of_blackouts(uow, schedule_id, kinds, since=since) if kinds else []


def _closure(row: Row[Any]) -> Closure:
    return Closure(row.starts_on, row.ends_on, BlackoutScope(row.scope), row.label)


def _values(closure: Closure) -> dict[str, Any]:
    return {
        "starts_on": closure.starts_on,
        "ends_on": closure.ends_on,
        "scope": closure.scope,
        "label": closure.label,
    }


def _check_order(closure: Closure) -> None:
    if closure.ends_on < closure.starts_on:
        raise NotPossible(f"A closure that starts on {closure.starts_on} cannot end on {closure.ends_on}.")
