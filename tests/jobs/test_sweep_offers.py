"""Offers whose time is over are ended by the clock, and places that anything has freed are offered."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import EnrollmentType
from db.engine import Database
from db.enrollments.place_offers import lines_to_offer, offerings_with_offers_over
from db.wake_ups import Announcer
from tests.support.audit import assert_sound
from tests.support.factories import LONG_AGO, MONDAY, World
from tests.support.viewers import DURING_CLASS
from workers.context import WorkerContext
from workers.jobs.sweep_offers import end_offers_over, offer_free_places, sweep
from workers.schedule import TIMETABLE

pytestmark = pytest.mark.emptied_database

DAY, HOUR, WEEK = timedelta(days=1), timedelta(hours=1), timedelta(days=7)
OFFERS = text(
    "SELECT s.first_name, p.state, p.holds_until, p.settled_by_id, e.drop_on FROM place_offer p"
    " JOIN enrollment e ON e.organization_id = p.organization_id AND e.id = p.enrollment_id"
    " JOIN student s ON s.organization_id = e.organization_id AND s.id = e.student_id"
    " WHERE p.organization_id = :own ORDER BY p.offered_at, p.id"
)
MAILS = text("SELECT template, facts ->> 'student' FROM email WHERE organization_id = :own ORDER BY created_at, reason")


@pytest.fixture
def at(database: Database) -> Callable[[datetime], WorkerContext]:
    return lambda now: WorkerContext(database, Announcer(), lambda: now)


async def waiting(world: World, offering: UUID, name: str, number: int) -> UUID:
    student = await world.student(first_name=name, family_id=await world.family(email=f"{name}@example.org"))
    return await world.enroll(
        student,
        offering,
        type=EnrollmentType.WAITLIST,
        starts_on=MONDAY - WEEK,
        created_at=LONG_AGO + number * DAY,
    )


async def test_an_offer_that_nobody_answers_is_over_and_goes_on(
    world: World, at: Callable[[datetime], WorkerContext]
) -> None:
    offering = (await world.weekly_class(capacity=1)).offering_id
    ann, _ = [await waiting(world, offering, name, number) for number, name in enumerate(("Ann", "Ben"))]
    await world.place_offer(ann, holds_until=DURING_CLASS)

    async def offers() -> list[tuple[object, ...]]:
        return [tuple(row) for row in await world.owner.execute(OFFERS, {"own": world.organization_id})]

    assert await sweep(at(DURING_CLASS - timedelta(seconds=1)), offerings_with_offers_over) == 0
    assert await sweep(at(DURING_CLASS), offerings_with_offers_over) == 1
    over = ("Ann", "OVER", DURING_CLASS, None, MONDAY - DAY)
    assert await offers() == [over]
    assert await sweep(at(DURING_CLASS), lines_to_offer) == 0
    await world.change_settings(place_offer_hours=2)
    assert await sweep(at(DURING_CLASS), lines_to_offer) == 1
    assert await offers() == [over, ("Ben", "OPEN", DURING_CLASS + 2 * HOUR, None, None)]
    assert await sweep(at(DURING_CLASS), lines_to_offer) == 0
    mails = [tuple(row) for row in await world.owner.execute(MAILS, {"own": world.organization_id})]
    assert mails == [("place_offer_ended", "Ann"), ("place_offered", "Ben")]
    await assert_sound(world, now=DURING_CLASS)


def test_both_sweeps_are_in_the_timetable() -> None:
    named = {line.name: line for line in TIMETABLE}
    assert (named["end_offers_over"].minute, named["end_offers_over"].second) == (None, 20)
    assert named["offer_free_places"].minute == {5, 15, 25, 35, 45, 55}
    assert end_offers_over is not offer_free_places
