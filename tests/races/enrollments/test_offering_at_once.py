"""Drops, offers and answers at the same moment, on real connections: one order, no place idle, none given twice."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from attendance.actions.enrollments.answer_offer import accept_place, decline_place
from attendance.actions.enrollments.drop_enrollment import drop_enrollment
from attendance.actions.enrollments.enroll_student import NewPlace, enroll_student
from attendance.actions.enrollments.offer_place import offer_place
from attendance.rules.enrollments.enrollment_refusals import OfferingFull
from attendance.rules.enrollments.waiting_refusals import (
    OfferOutOfOrder,
    PlaceAlreadyOffered,
    PlaceNotOffered,
    PlacesForWaitlist,
)
from attendance.rules.organization.permissions import Viewer
from attendance.rules.organization.settings import ClassSettings, OrganizationSettings
from attendance.rules.refusals import Refusal
from attendance.rules.vocabulary import EnrollmentType, Permission
from db.engine import Database
from db.passing import passes_after
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from tests.support.at_once import Act, committed_at_once, kinds_of
from tests.support.audit import assert_sound
from tests.support.factories import LONG_AGO, MONDAY, World
from tests.support.sizes import SEED, SIZES
from tests.support.viewers import DURING_CLASS, staff_viewer

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
AT_A_TIME = 6
OFFERS = text(
    "SELECT p.enrollment_id, p.state FROM place_offer p JOIN enrollment e"
    " ON (e.organization_id, e.id) = (p.organization_id, p.enrollment_id)"
    " WHERE e.offering_id = :it ORDER BY p.offered_at, p.id"
)
ACTIVE = text(
    "SELECT student_id FROM enrollment WHERE offering_id = :it AND type = 'ACTIVE' AND deleted_at IS NULL"
    " AND (drop_on IS NULL OR drop_on >= :day)"
)


@pytest.fixture
async def viewer(world: World) -> Viewer:
    return staff_viewer(world, await world.staff(Permission.OWNER))


async def carry_out(database: Database, world: World, acts: list[Act]) -> Counter[type[Refusal] | None]:
    """Each in a transaction of its own, some at a time, in whatever order they get the lock. Who waited too long for it
    tries again, as clients do.
    """
    limit, done = asyncio.Semaphore(AT_A_TIME), Counter[type[Refusal] | None]()

    async def run(act: Act) -> None:
        async with limit:
            while True:
                try:
                    async with unit_of_work(database, world.organization_id, Announcer()) as uow:
                        await act(uow)
                except Refusal as refusal:
                    done[type(refusal)] += 1
                except DBAPIError as fault:
                    if passes_after(fault) is None:
                        raise
                    continue
                else:
                    done[None] += 1
                return

    async with asyncio.TaskGroup() as group:
        for act in acts:
            group.create_task(run(act))
    return done


def on(action: Callable[..., Any], viewer: Viewer, *given: Any, **more: Any) -> Act:
    return lambda uow: action(uow, viewer, *given, now=DURING_CLASS, **more)


async def test_places_that_become_free_are_offered_in_one_order(
    database: Database, world: World, viewer: Viewer
) -> None:
    count, draw = SIZES.waitlist, Random(SEED or 1)
    settings = OrganizationSettings(classes=ClassSettings(place_offer_hours=24))
    office = replace(viewer, settings=settings)
    lesson = await world.weekly_class(capacity=count)
    it = lesson.offering_id
    held = [await world.enroll(await world.student(), it) for _ in range(count)]
    line = [
        await world.enroll(
            await world.student(), it, type=EnrollmentType.WAITLIST, created_at=LONG_AGO + number * SECOND
        )
        for number in range(2 * count)
    ]

    async def offers() -> list[tuple[UUID, str]]:
        return [tuple(row) for row in await world.owner.execute(OFFERS, {"it": it})]

    until = DURING_CLASS + DAY
    first = [on(drop_enrollment, office, each, MONDAY - DAY) for each in held]
    first += [on(offer_place, office, each, until=until, starts_on=None) for each in draw.sample(line, count)]
    draw.shuffle(first)
    refused = await carry_out(database, world, first)
    assert set(refused) <= {None, OfferingFull, OfferOutOfOrder, PlaceAlreadyOffered}
    assert await offers() == [(each, "OPEN") for each in line[:count]]

    answers = [on(draw.choice((accept_place, decline_place)), office, each) for each in line[:count] for _ in range(2)]
    newcomer = NewPlace(await world.student(), it, EnrollmentType.ACTIVE, MONDAY)
    answers += [on(enroll_student, office, newcomer) for _ in range(5)]
    draw.shuffle(answers)
    refused = await carry_out(database, world, answers)
    assert set(refused) <= {None, PlaceNotOffered, OfferingFull, PlacesForWaitlist}
    assert refused[None] == count
    states = Counter(state for _, state in await offers())
    # Each that was declined went on to the next at once: whatever is not taken is held.
    assert [each for each, _ in await offers()] == line[: count + states["DECLINED"]]
    active = list((await world.owner.execute(ACTIVE, {"it": it, "day": MONDAY})).scalars())
    assert len(active) == len(set(active)) == states["ACCEPTED"]
    assert states["ACCEPTED"] + states["OPEN"] == count
    await assert_sound(world, now=DURING_CLASS)


async def test_the_last_place_is_held_or_taken_and_an_offer_is_answered_once(
    database: Database, world: World, viewer: Viewer
) -> None:
    ann, ben, cid = [await world.student(first_name=name) for name in ("Ann", "Ben", "Cid")]
    for _ in range(SIZES.long_race_rounds):
        lesson = await world.weekly_class(capacity=1)
        wait = await world.enroll(ann, lesson.offering_id, type=EnrollmentType.WAITLIST)
        day = NewPlace(ben, lesson.offering_id, EnrollmentType.SINGLE_DAY, MONDAY, MONDAY)
        place = NewPlace(cid, lesson.offering_id, EnrollmentType.ACTIVE, MONDAY)
        offer = on(offer_place, viewer, wait, until=DURING_CLASS + DAY, starts_on=MONDAY)
        refused = kinds_of(
            await committed_at_once(
                database, world, offer, on(enroll_student, viewer, day), on(enroll_student, viewer, place), offer
            )
        )
        assert refused.count(None) == 1
        if None not in (refused[0], refused[3]):
            continue
        answers = kinds_of(
            await committed_at_once(
                database,
                world,
                on(accept_place, viewer, wait),
                on(decline_place, viewer, wait),
                on(accept_place, viewer, wait),
            )
        )
        assert (answers.count(None), answers.count(PlaceNotOffered)) == (1, 2)
