"""Make, change and end programs (R13.1)."""

from datetime import datetime
from typing import Any
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
from db.catalogue.offerings_concerned import offerings_of_program
from db.catalogue.rewriting import reschedule
from db.catalogue.rows import add_row, change_row
from db.unit_of_work import UnitOfWork


async def create_program(
    uow: UnitOfWork, viewer: Viewer, name: str, blackout_schedule_id: UUID | None
) -> CatalogueChanged:
    """Make a program, with a blackout schedule if one is given.

    Raises NothingFound, ImportIsRunning and NotPossible.
    """
    await begin_change(uow, viewer, Terms())
    await require_free_name(uow, models.Program, name)
    if blackout_schedule_id is not None:
        await require_row(uow, models.BlackoutSchedule, blackout_schedule_id)
    return CatalogueChanged(await add_row(uow, models.Program, name=name, blackout_schedule_id=blackout_schedule_id))


async def update_program(
    uow: UnitOfWork, viewer: Viewer, program_id: UUID, values: dict[str, Any], terms: Terms, *, now: datetime
) -> CatalogueChanged:
    """Rename the program at once, or give it another blackout schedule from a date on. What is closed before that date
    stays so, and nothing else is closed there.

    values -- `name` and `blackout_schedule_id`, as far as they change

    Raises NothingFound, ImportIsRunning, PermissionDenied, PastIsFixed, MarksInTheWay and NotPossible.
    """
    await begin_change(uow, viewer, terms)
    program = await require_row(uow, models.Program, program_id)
    if values.get("name", program.name) != program.name:
        await require_free_name(uow, models.Program, values["name"], program_id)
    schedule_id = values.get("blackout_schedule_id", program.blackout_schedule_id)
    if schedule_id == program.blackout_schedule_id:
        await change_row(uow, models.Program, program_id, **values)
        return CatalogueChanged(program_id)
    if schedule_id is not None:
        await require_row(uow, models.BlackoutSchedule, schedule_id)
    offerings = await offerings_of_program(uow, program_id, since=await first_concerned(uow, terms, now))
    async with timetables_changed(uow, viewer, offerings, terms, now=now) as change:
        await keep_what_held(fetch_in(uow.connection), uow.organization_id, change.dates)
        await change_row(uow, models.Program, program_id, **values)
        await reschedule(uow, change.dates, None, closures=True)
    return CatalogueChanged(program_id, change.effect)


async def end_program(uow: UnitOfWork, viewer: Viewer, program_id: UUID, *, now: datetime) -> CatalogueChanged:
    """End a program of which nothing meets any more. Tokens and past classes still refer to it.

    Raises NothingFound, ImportIsRunning, and StillUsed while offerings of it meet from today on.
    """
    await begin_change(uow, viewer, Terms())
    await require_row(uow, models.Program, program_id)
    if used := await offerings_of_program(uow, program_id, since=await earliest_today(uow, now)):
        raise StillUsed(len(used), "Offerings of this program still meet. End them or move them first.")
    await change_row(uow, models.Program, program_id, deleted_at=now)
    return CatalogueChanged(program_id)
