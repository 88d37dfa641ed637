"""Make, change and end locations (R13.1)."""

from datetime import datetime
from uuid import UUID

from attendance.actions.catalogue.changed import CatalogueChanged
from attendance.actions.catalogue.steps.find import earliest_today, first_concerned, require_row
from attendance.actions.catalogue.steps.free_names import require_free_name
from attendance.actions.catalogue.steps.timetables_changed import begin_change, timetables_changed
from attendance.rules.catalogue.catalogue_refusals import StillUsed
from attendance.rules.catalogue.terms import Terms
from attendance.rules.organization.permissions import Viewer
from db import models
from db.calendar.history import keep_what_held
from db.catalogue.locking import fetch_in
from db.catalogue.offerings_concerned import offerings_at
from db.catalogue.rewriting import Rewritten, rewrite_versions
from db.catalogue.rows import add_row, change_row
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
    """Rename the location at once, or put it into another time zone. Occurrences before the date of the change keep the
    zone that they had; the location's own clock follows at once.

    values -- `name` and `time_zone`, as far as they change

    Raises NothingFound, ImportIsRunning, PermissionDenied, PastIsFixed and NotPossible.
    """
    await begin_change(uow, viewer, terms)
    location = await require_row(uow, models.Location, location_id)
    if values.get("name", location.name) != location.name:
        await require_free_name(uow, models.Location, values["name"], location_id)
    if values.get("time_zone", location.time_zone) == location.time_zone:
        await change_row(uow, models.Location, location_id, **values)
        return CatalogueChanged(location_id)
    offerings = await offerings_at(uow, location_id, since=await first_concerned(uow, terms, now))
    async with timetables_changed(uow, viewer, offerings, terms, now=now) as change:
        await keep_what_held(fetch_in(uow.connection), uow.organization_id, change.dates)
        await change_row(uow, models.Location, location_id, **values)
        said = Rewritten(only_at=location_id, time_zone=values["time_zone"])
        await rewrite_versions(uow, change.dates, said)
    return CatalogueChanged(location_id, change.effect)


async def end_location(uow: UnitOfWork, viewer: Viewer, location_id: UUID, *, now: datetime) -> CatalogueChanged:
    """End a location at which nothing meets any more. Its past stays.

    Raises NothingFound, ImportIsRunning, and StillUsed while offerings meet there from today on.
    """
    await begin_change(uow, viewer, Terms())
    await require_row(uow, models.Location, location_id)
    if used := await offerings_at(uow, location_id, since=await earliest_today(uow, now)):
        raise StillUsed(len(used), "Offerings still meet at this location. End them or move them first.")
    await change_row(uow, models.Location, location_id, deleted_at=now)
    return CatalogueChanged(location_id)
