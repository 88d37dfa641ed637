"""Carry one class over to another session (R13.5)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from attendance.actions.catalogue.steps.find import require_row
from attendance.actions.roster.steps.roster_changed import rosters_changed
from attendance.actions.tokens.steps.follow_leaving import follow_new_place
from attendance.rules.calendar.timeslots import local_date
from attendance.rules.catalogue.carrying import (
    ENDED_SINCE,
    NO_TIMESLOT,
    NOT_A_CLASS,
    THERE_ALREADY,
    CarriedClass,
    carry_places,
    slots_at,
)
from attendance.rules.catalogue.catalogue_refusals import NotPossible
from attendance.rules.catalogue.timeslot_versions import SlotFacts, Version
from attendance.rules.people.erasure_refusals import ImportIsRunning
from attendance.rules.vocabulary import OfferingKind
from db import models
from db.calendar.history import keep_plans
from db.calendar.timetables import lock_offerings
from db.catalogue.attachments import add_instructors, attach_sessions, sessions_of
from db.catalogue.carrying import (
    add_carried,
    find_made,
    places_taken,
    places_to_carry,
    remember_made,
    slots_of_made,
    students_with_lapsing_tokens,
    working_instructors,
)
from db.catalogue.locking import fetch_in, lock_catalogue
from db.catalogue.rows import add_row
from db.catalogue.slots import add_slots, read_versions
from db.marks.changes import Author
from db.people.erasing import keep_imports_out
from db.unit_of_work import UnitOfWork

_COPIED = ("name", "location_id", "program_id", "capacity", "min_age_months", "max_age_months", "gender")


@dataclass(frozen=True, slots=True)
class CarryingOver:
    """From which session to which. With enrollments, students whose place lasts until the end get one again."""

    from_session_id: UUID
    to_session_id: UUID
    with_enrollments: bool


async def carry_offering(
    uow: UnitOfWork, offering_id: UUID, carrying: CarryingOver, *, author: Author, now: datetime
) -> CarriedClass:
    """Make of a class one of the other session, with its timeslots and instructors as they are when its session ends.
    Doing it again makes nothing again, and adds students who were not carried over before.

    Raises NothingFound, ImportIsRunning, and NotPossible with the reason why nothing was made.
    """
    if not await keep_imports_out(uow):
        raise ImportIsRunning
    await lock_catalogue(uow)
    offering = await require_row(uow, models.Offering, offering_id)
    source = await require_row(uow, models.Session, carrying.from_session_id)
    target = await require_row(uow, models.Session, carrying.to_session_id)
    location = await require_row(uow, models.Location, offering.location_id)
    today = local_date(now, ZoneInfo(location.time_zone))
    last_on: date = source.ends_on or today
    starts_on: date = max(target.starts_on, today)
    made = await find_made(uow, offering_id, target.id, starts_on)
    if made is not None and made.has_ended:
        raise NotPossible(ENDED_SINCE)
    slots = slots_at(await read_versions(uow, [offering_id]), last_on)
    made_id = made.offering_id if made is not None else await _make(uow, offering, target.id, slots, starts_on)
    await keep_plans(fetch_in(uow.connection), uow.organization_id, now)
    made_slots = await slots_of_made(uow, made_id)
    done = CarriedClass(made is None, len(made_slots), starts_on)
    if not carrying.with_enrollments:
        return done
    await lock_offerings(uow, [offering_id, made_id])
    new_slots = _matching(slots, made_slots)
    places = await places_to_carry(uow, offering_id, target.id, last_on)
    taken = await places_taken(uow, made_id, starts_on, uow.time_under_lock(now))
    carried, left = carry_places(places, new_slots, taken, offering.capacity)
    students = [each.of.student_id for each in carried]
    async with rosters_changed(uow, set(students), [made_id], author=author, now=now):
        await add_carried(uow, made_id, target.id, carried, starts_on)
    for student_id in await students_with_lapsing_tokens(uow, students):
        await follow_new_place(uow, student_id, today=today)
    return replace(done, student_ids=tuple(students), left=tuple(left))


async def _make(
    uow: UnitOfWork, offering: Row[Any], session_id: UUID, slots: Mapping[UUID, SlotFacts], starts_on: date
) -> UUID:
    if OfferingKind(offering.kind) is not OfferingKind.CLASS:
        raise NotPossible(NOT_A_CLASS)
    if session_id in await sessions_of(uow, offering.id):
        raise NotPossible(THERE_ALREADY)
    if not slots:
        raise NotPossible(NO_TIMESLOT)
    values = {name: getattr(offering, name) for name in _COPIED}
    made_id = await add_row(uow, models.Offering, kind=OfferingKind.CLASS, **values)
    await attach_sessions(uow, made_id, [session_id])
    await add_slots(uow, made_id, [Version(facts, starts_on, None) for facts in slots.values()])
    await add_instructors(uow, made_id, await working_instructors(uow, offering.id), None)
    await remember_made(uow, offering.id, session_id, made_id)
    return made_id


def _matching(slots: Mapping[UUID, SlotFacts], made: list[Any]) -> dict[UUID, UUID]:
    """Return the new timeslot of each of the timeslots that is held at the same time of the week."""
    by_time = {(row.weekday, row.start_time): row.id for row in made}
    found = {id_: by_time.get((facts.weekday, facts.start_time)) for id_, facts in slots.items()}
    return {id_: new for id_, new in found.items() if new is not None}
