"""Families who follow their student hear of offers of places: when one is made, answered, withdrawn or over."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest

from attendance.actions.enrollments.sweep_line import sweep_line
from attendance.rules.vocabulary import EnrollmentType, Permission, Portal
from db.engine import Database
from db.unit_of_work import unit_of_work
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.factories import MONDAY, World
from tests.support.streams import Followed, following
from tests.support.viewers import DURING_CLASS

MINUTE, WEEK = timedelta(minutes=1), timedelta(days=7)
WATCH = """subscription($id: ID!, $after: String) { studentChanged(studentId: $id, after: $after) {
  cursor kinds student { enrollments(past: true) { type placeOffer { state } } } } }"""


class Waiting:
    """Ann and Ben of two families wait for a class with one place, and their guardians follow them."""

    def __init__(self, world: World, database: Database, api: Api) -> None:
        self.world, self.database, self.api = world, database, api
        self.given: dict[str, Any] = {}
        self.watchers = AsyncExitStack()

    async def join(self, office: Api) -> None:
        self.office, self.lesson = office, await self.world.weekly_class(capacity=1)
        for name in ("Ann", "Ben"):
            family = await self.world.family()
            student = await self.world.student(first_name=name, family_id=family)
            wait = await self.world.enroll(
                student, self.lesson.offering_id, type=EnrollmentType.WAITLIST, starts_on=MONDAY - WEEK
            )
            guardian = await self.api.signed_in(self.world, await self.world.guardian(family), Portal.CUSTOMER)
            self.given[name] = (encode_id("Student", student), encode_id("Enrollment", wait), guardian)

    async def watch(self, name: str, after: str | None = None) -> Followed:
        student, _, guardian = self.given[name]
        given = {"id": student} | ({} if after is None else {"after": after})
        return await self.watchers.enter_async_context(following(guardian, WATCH, **given))

    async def offer(self, name: str) -> None:
        until = (self.api.clock.now + 5 * MINUTE).isoformat()
        await self.act("offerPlace", name, until=until)

    async def act(self, verb: str, name: str, **more: Any) -> None:
        done = await self.office.act(verb, enrollmentId=self.given[name][1], **more)
        assert done["__typename"] == f"{verb[0].upper()}{verb[1:]}Success"

    async def let_it_run_out(self) -> None:
        self.api.clock.now += 5 * MINUTE
        async with unit_of_work(self.database, self.world.organization_id, self.api.services.announcer) as uow:
            await sweep_line(uow, self.lesson.offering_id, now=self.api.clock.now)


@pytest.fixture
async def waiting(world: World, database: Database, api: Api) -> AsyncIterator[Waiting]:
    api.clock.now = DURING_CLASS
    waiting = Waiting(world, database, api)
    await waiting.join(await api.as_staff(world, Permission.OWNER))
    async with waiting.watchers:
        yield waiting


async def told(stream: Followed) -> tuple[list[str], list[tuple[str, str | None]]]:
    event = await stream.next()
    enrollments = [(each["type"], (each["placeOffer"] or {}).get("state")) for each in event["student"]["enrollments"]]
    return event["kinds"], enrollments


async def test_R10_3_a_family_hears_of_each_act_on_an_offer_to_its_student_alone(waiting: Waiting) -> None:
    ann, ben = await waiting.watch("Ann"), await waiting.watch("Ben")
    assert await told(ann) == await told(ben) == (["SNAPSHOT"], [("WAITLIST", None)])
    await waiting.offer("Ann")
    assert await told(ann) == (["OFFERS"], [("WAITLIST", "OPEN")])
    cursor = ann.cursor
    await waiting.act("withdrawPlace", "Ann")
    assert await told(ann) == (["OFFERS"], [("WAITLIST", "WITHDRAWN")])
    # A client that comes back hears what it missed, and nothing twice.
    assert await told(await waiting.watch("Ann", cursor)) == (["OFFERS"], [("WAITLIST", "WITHDRAWN")])
    assert await (await waiting.watch("Ann", ann.cursor)).is_silent()
    await waiting.offer("Ann")
    assert (await told(ann))[0] == ["OFFERS"]
    await waiting.act("acceptPlace", "Ann")
    kinds, enrollments = await told(ann)
    assert (kinds, sorted(enrollments)) == (["SCHEDULE", "OFFERS"], [("ACTIVE", None), ("WAITLIST", "ACCEPTED")])
    assert await ben.is_silent()


async def test_R10_3_a_family_hears_that_nobody_answered_in_time(waiting: Waiting) -> None:
    await waiting.world.change_settings(place_offer_hours=1)
    await waiting.offer("Ann")
    ann, ben = await waiting.watch("Ann"), await waiting.watch("Ben")
    assert await told(ann) == (["SNAPSHOT"], [("WAITLIST", "OPEN")])
    assert await told(ben) == (["SNAPSHOT"], [("WAITLIST", None)])
    # The place goes on to the next by the setting, in the same transaction.
    await waiting.let_it_run_out()
    assert await told(ann) == (["OFFERS"], [("WAITLIST", "OVER")])
    assert await told(ben) == (["OFFERS"], [("WAITLIST", "OPEN")])
