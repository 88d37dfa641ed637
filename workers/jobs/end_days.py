"""Ends each location's day: marks absent whoever never checked in, where the organization's setting says so (R4.13)."""

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
from workers.context import WorkerContext, context_of
from workers.faults import tell

AT_A_TIME = 4

log = structlog.get_logger(__name__)


async def end_days_of_locations(ctx: Mapping[Any, Any]) -> None:
    """The arq job."""
    await end_days(context_of(ctx))


async def end_days(context: WorkerContext) -> int:
    """End every day that is over at any location, also late, and return the number of occurrences that were marked.

    A day is settled when all of its occurrences are, each in a transaction of its own. If the call is interrupted, the
    next one continues with the occurrences that are not done. A failure is logged and left to the next call; it does
    not block other occurrences or locations.
    """
    limit = asyncio.Semaphore(AT_A_TIME)

    async def attempt(location: LocationBehind) -> int:
        async with limit:
            try:
                return await _end_days_of(context, location)
            except Exception as fault:
                tell(log, "ends_of_days_failed", fault, location_id=str(location.location_id))
                return 0

    async with context.database.connect() as connection:
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
        # A day that was not settled must be tried again, and with it all later days.
        is_settled = is_settled and None not in outcomes
        if is_settled:
            async with context.unit_of_work(location.organization_id) as uow:
                await settle_days(uow, location.location_id, day)
    return marked


async def _unattended(context: WorkerContext, location: LocationBehind, day: date) -> list[OccurrenceKey]:
    organization_id = location.organization_id
    async with context.database.read(organization_id) as connection:
        settings = await read_settings(connection, organization_id)
        if not settings.classes.mark_absent_when_nobody_checks_in:
            return []
        return await unattended_occurrences(connection, organization_id, location.location_id, day)


async def _mark(context: WorkerContext, location: LocationBehind, key: OccurrenceKey) -> bool | None:
    """Return whether anybody was marked; None if it failed."""
    facts = {
        "organization_id": str(location.organization_id),
        "timeslot_id": str(key.timeslot_id),
        "held_on": key.held_on.isoformat(),
    }
    try:
        async with context.unit_of_work(location.organization_id) as uow:
            done = await mark_everybody_absent(uow, key, now=context.clock())
    except Exception as fault:
        tell(log, "end_of_day_failed", fault, **facts)
        return None
    if done.changed_students:
        log.info("nobody_checked_in", **facts, absent=len(done.changed_students))
    return bool(done.changed_students)
