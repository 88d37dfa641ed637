"""Make, change and end programs (R13.1)."""

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
from attendance.rules.catalogue.closure_plans import ClosurePlan
from attendance.rules.catalogue.terms import Terms, first_concerned
from attendance.rules.organization.permissions import Viewer
from db import models
from db.calendar.history import keep_what_held
from db.catalogue.locking import fetch_in
from db.catalogue.offerings_concerned import have_met_in_program, meeting_in_program, offerings_of_program
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
    """Rename the program at once, or give it another blackout schedule, or plan this from a later date on. What is
    closed before the date of the change stays so, and nothing else is closed there. A later plan replaces an earlier
    one, and the schedule that holds now takes a plan back.

    values -- `name` and `blackout_schedule_id`, as far as they change

    Raises NothingFound, ImportIsRunning, PermissionDenied, PastIsFixed, MarksInTheWay and NotPossible.
    """
    await begin_change(uow, viewer, terms)
    program = await require_row(uow, models.Program, program_id)
    if (name := values.get("name", program.name)) != program.name:
        await require_free_name(uow, models.Program, name, program_id)
        await change_row(uow, models.Program, program_id, name=name)
    today = await earliest_today(uow, now)
    held = _plan_of(program).settled(today)
    wanted = held
    if "blackout_schedule_id" in values:
        wanted = held.after(values["blackout_schedule_id"], terms.since, today)
    if wanted == held:
        return CatalogueChanged(program_id)
    if wanted.blackout_schedule_id is not None:
        await require_row(uow, models.BlackoutSchedule, wanted.blackout_schedule_id)
    return await _change_closures(uow, viewer, program_id, (held, wanted), terms, today=today, now=now)


async def _change_closures(
    uow: UnitOfWork,
    viewer: Viewer,
    program_id: UUID,
    plans: tuple[ClosurePlan, ClosurePlan],
    terms: Terms,
    *,
    today: date,
    now: datetime,
) -> CatalogueChanged:
    """Go from one plan to another. What a plan that gives way would have closed is put back first."""
    held, wanted = plans
    before, given = held.present_id, wanted.blackout_schedule_id
    firsts = [each.blackout_schedule_from for each in plans if each.blackout_schedule_from is not None]
    if wanted.blackout_schedule_from is not None or given == before:
        terms = replace(terms, since=min(firsts))
    first = first_concerned(terms, today)
    offerings = await offerings_of_program(uow, program_id, since=first)
    if given != before:
        ended = await have_met_in_program(uow, program_id, offerings, since=first)
        await keep_what_held(fetch_in(uow.connection), uow.organization_id, dict.fromkeys(ended, first))
    async with timetables_changed(uow, viewer, offerings, terms, now=now) as change:
        if (since := held.blackout_schedule_from) is not None:
            await _set(uow, program_id, ClosurePlan(before))
            await reschedule(uow, dict.fromkeys(offerings, since), None, closures=True)
        if given != before:
            since = wanted.blackout_schedule_from
            dates = {id_: max(day, since) if since else day for id_, day in change.dates.items()}
            await keep_what_held(fetch_in(uow.connection), uow.organization_id, dates)
            await _set(uow, program_id, wanted)
            await reschedule(uow, dates, None, closures=True)
    return CatalogueChanged(program_id, change.effect)


async def _set(uow: UnitOfWork, program_id: UUID, plan: ClosurePlan) -> None:
    await change_row(uow, models.Program, program_id, **asdict(plan))


def _plan_of(program: Row[Any]) -> ClosurePlan:
    return ClosurePlan(
        program.blackout_schedule_id, program.former_blackout_schedule_id, program.blackout_schedule_from
    )


async def end_program(uow: UnitOfWork, viewer: Viewer, program_id: UUID, *, now: datetime) -> CatalogueChanged:
    """End a program of which nothing meets any more. Tokens and past classes still refer to it.

    Raises NothingFound, ImportIsRunning, and StillUsed while offerings of it meet from today on.
    """
    await begin_change(uow, viewer, Terms())
    await require_row(uow, models.Program, program_id)
    if used := await meeting_in_program(uow, program_id, since=await earliest_today(uow, now)):
        raise StillUsed(len(used), "Offerings of this program still meet. End them or move them first.")
    await change_row(uow, models.Program, program_id, deleted_at=now)
    return CatalogueChanged(program_id)
