"""Make, change and end locations (R13.1)."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from attendance.actions.catalogue.changed import CatalogueChanged
from attendance.actions.catalogue.steps.find import earliest_today, require_row
from attendance.actions.catalogue.steps.free_names import require_free_name
from attendance.actions.catalogue.steps.timetables_changed import begin_change, timetables_changed
from attendance.rules.catalogue.catalogue_refusals import StillUsed
from attendance.rules.catalogue.terms import Terms, first_concerned
from attendance.rules.catalogue.zone_plans import ZonePlan
from attendance.rules.organization.permissions import Viewer
from db import models
from db.calendar.history import keep_what_held
from db.catalogue.locking import fetch_in, lock_catalogue
from db.catalogue.offerings_concerned import have_met_at, meeting_at, offerings_at
from db.catalogue.rewriting import Rewritten, rewrite_versions
from db.catalogue.rows import add_row, change_row, find_row
from db.people.erasing import keep_imports_out
from db.unit_of_work import UnitOfWork


async def create_location(uow: UnitOfWork, viewer: Viewer, name: str, time_zone: str) -> CatalogueChanged:
    """Make a location. `time_zone` is an IANA name. Raises ImportIsRunning and NotPossible."""
    await begin_change(uow, viewer, Terms())
    await require_free_name(uow, models.Location, name)
    return CatalogueChanged(await add_row(uow, models.Location, name=name, time_zone=time_zone))


async def update_location(
    uow: UnitOfWork,
    viewer: Viewer,
    location_id: UUID,
    values: dict[str, str],
    terms: Terms,
    *,
    now: datetime,
) -> CatalogueChanged:
    """Rename the location at once, or put it into another time zone, or plan this from a later date on. Occurrences
    before the date of the change keep the zone that they had. A later plan replaces an earlier one, and the zone that
    the location has now takes a plan back.

    values -- `name` and `time_zone`, as far as they change

    Raises NothingFound, ImportIsRunning, PermissionDenied, PastIsFixed and NotPossible.
    """
    await begin_change(uow, viewer, terms)
    location = await require_row(uow, models.Location, location_id)
    if (name := values.get("name", location.name)) != location.name:
        await require_free_name(uow, models.Location, name, location_id)
        await change_row(uow, models.Location, location_id, name=name)
    held = _plan_of(location).settled(now)
    if held.time_zone != location.time_zone:
        await _set(uow, location_id, held)
    wanted = held.after(values["time_zone"], terms.since, now) if "time_zone" in values else held
    if wanted == held:
        return CatalogueChanged(location_id)
    return await _change_zone(uow, viewer, location_id, (held, wanted), terms, now=now)


async def carry_out_planned_zone(uow: UnitOfWork, location_id: UUID, *, now: datetime) -> bool:
    """Put the location into its planned zone if the date has begun. Return False when it has not, when the plan was
    moved or taken back meanwhile, and while an import runs.
    """
    if not await keep_imports_out(uow):
        return False
    await lock_catalogue(uow)
    location = await find_row(uow, models.Location, location_id)
    if location is None or not (plan := _plan_of(location)).is_due(now):
        return False
    await _set(uow, location_id, plan.settled(now))
    return True


async def end_location(uow: UnitOfWork, viewer: Viewer, location_id: UUID, *, now: datetime) -> CatalogueChanged:
    """End a location at which nothing meets any more. Its past stays.

    Raises NothingFound, ImportIsRunning, and StillUsed while offerings meet there from today on.
    """
    await begin_change(uow, viewer, Terms())
    await require_row(uow, models.Location, location_id)
    if used := await meeting_at(uow, location_id, since=await earliest_today(uow, now)):
        raise StillUsed(len(used), "Offerings still meet at this location. End them or move them first.")
    await change_row(uow, models.Location, location_id, deleted_at=now)
    return CatalogueChanged(location_id)


async def _change_zone(
    uow: UnitOfWork,
    viewer: Viewer,
    location_id: UUID,
    plans: tuple[ZonePlan, ZonePlan],
    terms: Terms,
    *,
    now: datetime,
) -> CatalogueChanged:
    """Go from one plan to another. What a plan that gives way would have moved is put back first."""
    held, wanted = plans
    firsts = [each.next_zone_on for each in plans if each.next_zone_on is not None]
    if wanted.next_zone_on is not None or wanted.time_zone == held.time_zone:
        terms = replace(terms, since=min(firsts))
    first = first_concerned(terms, await earliest_today(uow, now))
    offerings = await offerings_at(uow, location_id, since=first)
    if (wanted.next_zone or wanted.time_zone) != held.time_zone:
        ended = await have_met_at(uow, location_id, offerings, since=first)
        await keep_what_held(fetch_in(uow.connection), uow.organization_id, dict.fromkeys(ended, first))
    async with timetables_changed(uow, viewer, offerings, terms, now=now) as change:
        if held.next_zone_on is not None:
            await _set(uow, location_id, ZonePlan(held.time_zone))
            await _rewrite(uow, location_id, dict.fromkeys(offerings, held.next_zone_on), held.time_zone)
        since = wanted.next_zone_on
        dates = {id_: max(day, since) if since else day for id_, day in change.dates.items()}
        zone = wanted.next_zone or wanted.time_zone
        if zone != held.time_zone:
            await keep_what_held(fetch_in(uow.connection), uow.organization_id, dates)
            await _set(uow, location_id, wanted)
            await _rewrite(uow, location_id, dates, zone)
    return CatalogueChanged(location_id, change.effect)


async def _set(uow: UnitOfWork, location_id: UUID, plan: ZonePlan) -> None:
    await change_row(uow, models.Location, location_id, **asdict(plan))


async def _rewrite(uow: UnitOfWork, location_id: UUID, dates: Mapping[UUID, date], zone: str) -> None:
    await rewrite_versions(uow, dates, Rewritten(only_at=location_id, time_zone=zone))


def _plan_of(location: Row[Any]) -> ZonePlan:
    return ZonePlan(location.time_zone, location.next_zone, location.next_zone_on)
