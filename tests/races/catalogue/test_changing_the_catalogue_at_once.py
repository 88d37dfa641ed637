"""The catalogue changes while roll sheets are taken and makeups booked, on real connections, many times over."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from attendance.actions.catalogue.blackouts import Closure, create_blackout_date
from attendance.actions.catalogue.carry_over import CarryingOver, carry_offering
from attendance.actions.catalogue.end_offering import end_offering
from attendance.actions.catalogue.locations import carry_out_planned_zone, update_location
from attendance.actions.catalogue.programs import create_program
from attendance.actions.catalogue.timeslots import update_timeslot
from attendance.rules.catalogue.catalogue_refusals import NotPossible
from attendance.rules.catalogue.terms import Terms
from attendance.rules.vocabulary import BlackoutScope
from db import models
from db.calendar.occurrences import find_head
from db.engine import Database
from db.marks.changes import SYSTEM
from db.unit_of_work import UnitOfWork
from tests.races.makeups.makeup_race import AHEAD, ROUNDS, Race, kinds, new_race
from tests.support.at_once import Act
from tests.support.factories import MONDAY, Lesson, World
from tests.support.viewers import DURING_CLASS

BEFORE_CLASS = DURING_CLASS - timedelta(hours=2)


@pytest.fixture
async def race(world: World, crowded: Database) -> Race:
    """With a connection for each of those who race."""
    return await new_race(world, crowded)


def move(race: Race, lesson: Lesson, weekday: int) -> Act:
    values = {"weekday": weekday, "start_time": time(16)}
    return lambda uow: update_timeslot(uow, race.office, lesson.timeslot_id, values, Terms(), now=BEFORE_CLASS)


def close(race: Race, schedule_id: UUID, day: date) -> Act:
    closure = Closure(day, day, BlackoutScope.BOTH, None)
    return lambda uow: create_blackout_date(uow, race.office, schedule_id, closure, Terms(), now=BEFORE_CLASS)


async def is_held(race: Race, lesson: Lesson, day: date) -> bool:
    async with race.database.read(race.world.organization_id) as connection:
        head = await find_head(connection, race.world.organization_id, lesson.key(day))
    return head is not None and head.is_held


async def test_R2_10_a_sheet_is_taken_or_its_class_is_moved_away(race: Race) -> None:
    seen = set()
    for _ in range(ROUNDS):
        lesson = await race.world.weekly_class()
        await race.world.enroll(race.ann, lesson.offering_id)
        moved, marked = await race.together(move(race, lesson, 3), race.mark_present(lesson))
        assert moved is None
        assert kinds([marked]) in (["-"], ["OccurrenceNotFound"])
        assert await is_held(race, lesson, MONDAY) == (marked is None)
        assert await is_held(race, lesson, MONDAY + timedelta(days=2))
        seen.add(marked is None)
    assert seen, "each round went one way"


async def test_R8_6b_a_makeup_is_given_back_or_never_booked(race: Race) -> None:
    schedule = await race.world.add(models.BlackoutSchedule, name="Holidays")
    program = await race.world.add(models.Program, name="Swim", blackout_schedule_id=schedule)
    for _ in range(ROUNDS):
        lesson, token = await race.world.weekly_class(program_id=program), await race.token()
        changed, booked = await race.together(
            close(race, schedule, AHEAD), race.redeem(token, lesson, now=BEFORE_CLASS)
        )
        assert changed is None
        assert not await is_held(race, lesson, AHEAD)
        kept = await race.kept(token)
        assert (kept.is_tied, kept.has_place) == (False, False)
        assert kept.acts == (["REDEEMED", "RESET"] if booked is None else None)


async def test_R13_2_a_planned_zone_comes_or_is_moved_to_a_later_date(race: Race) -> None:
    location, begun = race.world.location_id, datetime.combine(MONDAY + timedelta(days=1), time(12), UTC)
    values, later = {"time_zone": "America/Denver"}, Terms(MONDAY + timedelta(days=7))
    for _ in range(ROUNDS // 4):
        plan = {"next_zone": "America/Denver", "next_zone_on": begun.date()}
        await race.world.change(models.Location, location, time_zone="America/Chicago", **plan)
        came: list[bool] = []

        async def come(uow: UnitOfWork, came: list[bool] = came) -> None:
            came.append(await carry_out_planned_zone(uow, location, now=begun))

        await race.together(
            come, lambda uow: update_location(uow, race.office, location, values, later, now=BEFORE_CLASS)
        )
        (row,) = await race.world.rows(models.Location, id=location)
        moved = ("America/Chicago", "America/Denver", later.since)
        assert (row.time_zone, row.next_zone, row.next_zone_on) == (
            ("America/Denver", None, None) if came[0] else moved
        )


async def test_R13_2_changes_of_one_catalogue_take_turns(race: Race) -> None:
    schedule = await race.world.add(models.BlackoutSchedule, name="Holidays")
    program = await race.world.add(models.Program, name="Swim", blackout_schedule_id=schedule)
    for number in range(ROUNDS // 4):
        lessons = [await race.world.weekly_class(program_id=program) for _ in range(2)]
        for lesson in lessons:
            await race.world.enroll(race.ann, lesson.offering_id)
        day = AHEAD + timedelta(days=7 * number)
        ending = lessons[1].offering_id
        refused = await race.together(
            move(race, lessons[0], 2),
            close(race, schedule, day),
            lambda uow, it=ending: end_offering(uow, race.office, it, Terms(since=AHEAD), now=BEFORE_CLASS),  # type: ignore[misc]
            move(race, lessons[1], 4),
            race.mark_present(lessons[0]),
        )
        assert refused[:4] == [None] * 4
        assert not await is_held(race, lessons[0], day)
        assert not await is_held(race, lessons[1], AHEAD + timedelta(days=3))


async def test_R13_5_a_class_is_carried_over_once(race: Race) -> None:
    for number in range(ROUNDS // 4):
        lesson = await race.world.weekly_class(capacity=1, name=f"Swim {number}")
        await race.world.enroll(race.ann, lesson.offering_id)
        source = await race.world.session(MONDAY, AHEAD, offerings=[lesson.offering_id])
        carrying = CarryingOver(source, await race.world.session(AHEAD + timedelta(days=7), None), True)

        def carry(it: UUID = lesson.offering_id, how: CarryingOver = carrying) -> Act:
            return lambda uow: carry_offering(uow, it, how, author=SYSTEM, now=BEFORE_CLASS)

        assert await race.together(*(carry() for _ in range(4))) == [None] * 4
        (made,) = await race.world.rows(models.CarriedOffering, offering_id=lesson.offering_id)
        assert len(await race.world.rows(models.Enrollment, offering_id=made.made_offering_id)) == 1
        assert len(await race.world.rows(models.Offering, name=f"Swim {number}")) == 2


async def test_R13_1_one_of_two_gets_the_name(race: Race) -> None:
    for number in range(ROUNDS // 4):
        refused = await race.together(
            lambda uow, it=f"Gym {number}": create_program(uow, race.office, it, None),  # type: ignore[misc]
            lambda uow, it=f"GYM {number}": create_program(uow, race.office, it, None),  # type: ignore[misc]
        )
        assert [type(each) for each in refused].count(NotPossible) == 1, refused
        assert refused.count(None) == 1
