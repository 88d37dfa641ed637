"""Substitutes assigned and absences marked at the same moment, on real connections (R9.9)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from attendance.actions.absences.assign_substitutes import assign_substitutes
from attendance.actions.absences.mark_staff_absent import MarkedAbsent, mark_staff_absent
from attendance.actions.absences.remove_staff_absence import remove_staff_absence
from attendance.rules.absences.substitutes import (
    Assignment,
    AssignmentOptions,
    StaffAbsenceNotPossible,
    SubstituteNotPossible,
)
from attendance.rules.calendar.timeslots import DateSpan
from attendance.rules.organization.permissions import Caller
from attendance.rules.refusals import NothingFound, Refusal
from attendance.rules.vocabulary import Portal
from db import models
from db.engine import Database
from db.unit_of_work import UnitOfWork, unit_of_work
from db.wake_ups import Announcer
from tests.support.factories import MONDAY, Lesson, World
from tests.support.sizes import SIZES

NOW = datetime(2026, 11, 16, 18, tzinfo=UTC)
ROUNDS = SIZES.race_rounds
LONG_ROUNDS = SIZES.long_race_rounds
ALL_DAY = DateSpan(MONDAY, MONDAY)
TOLD = AssignmentOptions(email_substitutes=True)


@dataclass
class Office:
    """Tom and Uma teach at one time; Sue may stand in for one of them."""

    database: Database
    world: World
    swim: Lesson
    dance: Lesson
    tom: UUID
    uma: UUID
    sue: UUID
    announcer: Announcer = field(default_factory=Announcer)

    async def act(self, act: Callable[[UnitOfWork], Awaitable[object]]) -> object:
        """What came of it, or the refusal."""
        try:
            async with unit_of_work(self.database, self.world.organization_id, self.announcer) as uow:
                return await act(uow)
        except Refusal as refusal:
            return refusal

    async def mark(self, person: UUID, span: DateSpan = ALL_DAY) -> object:
        caller = Caller(self.world.organization_id, Portal.OFFICE, person_id=self.uma)
        return await self.act(lambda uow: mark_staff_absent(uow, caller, person, span, None, now=NOW))

    async def absence(self, person: UUID, span: DateSpan = ALL_DAY) -> UUID:
        done = await self.mark(person, span)
        assert isinstance(done, MarkedAbsent)
        return done.staff_absence_id

    async def remove(self, absence: UUID) -> object:
        return await self.act(lambda uow: remove_staff_absence(uow, absence, email_substitutes=True, now=NOW))

    async def assign(self, absence: UUID, lesson: Lesson, who: UUID | None, day: date = MONDAY) -> object:
        wanted = [Assignment(lesson.key(day), who)]
        return await self.act(lambda uow: assign_substitutes(uow, absence, wanted, TOLD, now=NOW))

    async def standing_in(self) -> int:
        found = await self.world.owner.execute(text("SELECT count(substitute_id) FROM substitution"))
        count: int = found.scalar_one()
        return count

    async def clear(self) -> None:
        for table in ("email", "substitution", "staff_absence"):
            await self.world.owner.execute(text(f"DELETE FROM {table}"))


@pytest.fixture
async def office(database: Database, world: World) -> Office:
    swim, dance = await world.weekly_class(), await world.weekly_class(name="Dance")
    tom, uma = [await world.staff(teaches=[lesson.offering_id]) for lesson in (swim, dance)]
    return Office(database, world, swim, dance, tom, uma, await world.staff(email="sue@example.org"))


def refusals(done: list[object]) -> list[type]:
    return [type(each) for each in done if isinstance(each, Refusal)]


async def test_R9_9_nobody_is_given_two_classes_at_one_time(office: Office) -> None:
    for _ in range(ROUNDS):
        first, second = await office.absence(office.tom), await office.absence(office.uma)
        done = await asyncio.gather(
            office.assign(first, office.swim, office.sue), office.assign(second, office.dance, office.sue)
        )
        assert refusals(list(done)) == [SubstituteNotPossible]
        assert await office.standing_in() == 1
        await office.clear()


async def test_R9_9_assigned_twice_at_once_it_is_told_once(office: Office) -> None:
    for _ in range(ROUNDS):
        absence = await office.absence(office.tom)
        done = await asyncio.gather(*(office.assign(absence, office.swim, office.sue) for _ in range(3)))
        assert refusals(list(done)) == []
        assert (await office.standing_in(), await office.world.count(models.Email)) == (1, 1)
        await office.clear()


async def test_R9_9_who_is_marked_absent_while_assigned_stands_in_for_nobody(office: Office) -> None:
    for _ in range(ROUNDS):
        absence = await office.absence(office.tom)
        done = await asyncio.gather(office.assign(absence, office.swim, office.sue), office.mark(office.sue))
        assert refusals(list(done)) in ([], [SubstituteNotPossible])
        assert await office.standing_in() == 0
        await office.clear()


async def test_R9_9_marked_absent_twice_at_once_it_is_one_absence(office: Office) -> None:
    for _ in range(ROUNDS):
        done = await asyncio.gather(*(office.mark(office.tom) for _ in range(3)))
        assert refusals(list(done)) == [StaffAbsenceNotPossible] * 2
        await office.clear()


async def test_R9_9_taken_back_while_assigned_nobody_stands_in(office: Office) -> None:
    for _ in range(ROUNDS):
        absence = await office.absence(office.tom)
        done = await asyncio.gather(office.assign(absence, office.swim, office.sue), office.remove(absence))
        assert refusals(list(done)) in ([], [NothingFound])
        rows = await office.world.owner.execute(text("SELECT count(*) FROM substitution"))
        waiting = await office.world.owner.execute(text("SELECT count(*) FROM email WHERE state = 'QUEUED'"))
        assert (rows.scalar_one(), waiting.scalar_one()) == (0, 0)
        await office.clear()


async def test_R9_9_substitutes_exchanged_do_not_wait_in_a_circle(office: Office) -> None:
    """Each act holds its new substitute, and has a former one to tell who is the other's."""
    pia = await office.world.staff(email="pia@example.org")
    await office.world.owner.execute(
        text("UPDATE timeslot SET weekday = 2 WHERE id = :id").bindparams(id=office.dance.timeslot_id)
    )
    tuesday = MONDAY + timedelta(days=1)
    span = DateSpan(MONDAY, tuesday)
    toms, umas = await office.absence(office.tom, span), await office.absence(office.uma, span)
    for number in range(LONG_ROUNDS):
        one, other = (office.sue, pia) if number % 2 else (pia, office.sue)
        done = await asyncio.gather(
            office.assign(toms, office.swim, one), office.assign(umas, office.dance, other, tuesday)
        )
        assert refusals(list(done)) == []
        assert await office.standing_in() == 2
