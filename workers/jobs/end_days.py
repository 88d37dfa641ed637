"""The end of each location's day: who never checked in is absent, where the organization says so (R4.13)."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any

import structlog

from attendance.actions.marks.mark_everybody_absent import mark_everybody_absent
from attendance.rules.calendar.days import ended_days
from attendance.rules.calendar.timeslots import OccurrenceKey
from db.calendar.days import LocationBehind, locations_behind, settle_days, unattended_occurrences
from db.organization.settings import read_settings
from db.unit_of_work import unit_of_work
from workers.context import WorkerContext, context_of

AT_A_TIME = 4

log = structlog.get_logger(__name__)


async def end_days_of_locations(ctx: Mapping[Any, Any]) -> None:
    """arq's job."""
    await end_days(context_of(ctx))


async def end_days(context: WorkerContext) -> int:
    """See to every day that has ended at any location, late ones too; the answer counts the occurrences marked.

    A day is settled when all of its occurrences are, each in a transaction of its own; should this be cut short, the
    next call goes on, and finds those done that are. What fails is logged and left to the next call; it holds up
    neither other occurrences nor other locations.
    """
    limit = asyncio.Semaphore(AT_A_TIME)

    async def attempt(location: LocationBehind) -> int:
        async with limit:
            try:
                return await _end_days_of(context, location)
            except Exception:
                log.exception("ends_of_days_failed", location_id=str(location.location_id))
                return 0

    async with context.database.engine.connect() as connection:
        behind = await locations_behind(connection, context.clock())
    async with asyncio.TaskGroup() as group:
        attempts = [group.create_task(attempt(location)) for location in behind]
    return sum(task.result() for task in attempts)


async def _end_days_of(context: WorkerContext, location: LocationBehind) -> int:
    days = ended_days(location.settled_through_on, context.clock(), location.zone)
    marked, is_settled = 0, True
    for day in days:
        if context.stop.is_set():
            break
        outcomes = [await _mark(context, location, key) for key in await _unattended(context, location, day)]
        marked += outcomes.count(True)
        # A day that was left open must come again, and with it all that follow.
        is_settled = is_settled and None not in outcomes
        if is_settled:
            async with unit_of_work(context.database, location.organization_id, context.announcer) as uow:
                await settle_days(uow.connection, location.location_id, day)
    return marked


async def _unattended(context: WorkerContext, location: LocationBehind, day: date) -> list[OccurrenceKey]:
    organization_id = location.organization_id
    async with context.database.read(organization_id) as connection:
        settings = await read_settings(connection, organization_id)
        if not settings.classes.mark_absent_when_nobody_checks_in:
            return []
        return await unattended_occurrences(connection, organization_id, location.location_id, day)


async def _mark(context: WorkerContext, location: LocationBehind, key: OccurrenceKey) -> bool | None:
    """Whether anybody was marked; None: it failed."""
    facts = {
        "organization_id": str(location.organization_id),
        "timeslot_id": str(key.timeslot_id),
        "held_on": key.held_on.isoformat(),
    }
    try:
        async with unit_of_work(context.database, location.organization_id, context.announcer) as uow:
            done = await mark_everybody_absent(uow, key, now=context.clock())
    except Exception:
        log.exception("end_of_day_failed", **facts)
        return None
    if done.changed_students:
        log.info("nobody_checked_in", **facts, absent=len(done.changed_students))
    return bool(done.changed_students)
