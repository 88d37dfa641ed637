"""What mutations of the catalogue show of the thing that they made, changed or ended."""

from attendance.actions.catalogue.changed import CatalogueChanged
from attendance.rules.calendar.timeslots import latest_versions
from db.calendar.offerings import read_locations, read_offerings, read_offerings_of_timeslots, read_programs
from gql.calendar.offering import (
    Location,
    Offering,
    Program,
    Timeslot,
    show_location,
    show_offering,
    show_program,
    show_timeslot,
)
from gql.catalogue.blackout import BlackoutDate, BlackoutSchedule, find_blackout_dates, find_blackout_schedules
from gql.catalogue.session import Session, find_sessions
from gql.fields.act_once import Acted


async def location_of(done: Acted[CatalogueChanged]) -> Location:
    (found,) = await read_locations(done.uow.connection, done.uow.organization_id, [done.outcome.id])
    return show_location(found)


async def program_of(done: Acted[CatalogueChanged]) -> Program:
    (found,) = await read_programs(done.uow.connection, done.uow.organization_id, [done.outcome.id])
    return show_program(found)


async def session_of(done: Acted[CatalogueChanged]) -> Session:
    found = await find_sessions(done.uow.connection, done.uow.organization_id, [done.outcome.id])
    return found[done.outcome.id]


async def blackout_schedule_of(done: Acted[CatalogueChanged]) -> BlackoutSchedule | None:
    """Return the schedule, or None when it was deleted."""
    found = await find_blackout_schedules(done.uow.connection, done.uow.organization_id, [done.outcome.id])
    return found.get(done.outcome.id)


async def blackout_date_of(done: Acted[CatalogueChanged]) -> BlackoutDate | None:
    """Return the closure, or None when it was deleted."""
    found = await find_blackout_dates(done.uow.connection, done.uow.organization_id, [done.outcome.id])
    return found.get(done.outcome.id)


async def offering_of(done: Acted[CatalogueChanged]) -> Offering:
    found = await read_offerings(done.uow.connection, done.uow.organization_id, [done.outcome.id])
    plan = found[done.outcome.id]
    return show_offering(plan.offering, plan.live_timeslots)


async def timeslot_of(done: Acted[CatalogueChanged]) -> Timeslot | None:
    """Return the timeslot, or None when it was deleted."""
    timeslot_id = done.outcome.id
    plans = await read_offerings_of_timeslots(done.uow.connection, done.uow.organization_id, [timeslot_id])
    slots = {slot.id: slot for plan in plans for slot in latest_versions(plan.live_timeslots)}
    return show_timeslot(slots[timeslot_id]) if timeslot_id in slots else None
