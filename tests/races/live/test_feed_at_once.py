"""The feed gives every transaction one position: no gap, none twice, in the order of the commits (R10.2, R10.3)."""

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import ProgrammingError

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import ChangeKind
from db import models
from db.engine import Database
from db.ids import new_id
from db.marks.changes import SYSTEM, lock_occurrence, record_change
from db.unit_of_work import UnitOfWork, unit_of_work
from db.wake_ups import Announcer
from tests.support.factories import LONG_AGO, MONDAY, World, new_world

NOW = datetime(2026, 11, 16, 23, tzinfo=UTC)


async def positions(world: World) -> list[int]:
    found = await world.owner.scalars(
        text("SELECT position FROM feed WHERE organization_id = :own ORDER BY number").bindparams(
            own=world.organization_id
        )
    )
    return list(found)


async def items(world: World) -> list[tuple[Any, ...]]:
    """Position, timeslot, revision and student of each, in order."""
    found = await world.owner.execute(
        text(
            "SELECT f.position, i.timeslot_id, i.revision, i.student_id FROM feed f "
            "JOIN feed_item i USING (organization_id, number) WHERE f.organization_id = :own "
            "ORDER BY f.position, i.item"
        ).bindparams(own=world.organization_id)
    )
    return [tuple(row) for row in found]


async def change(uow: UnitOfWork, timeslot_id: UUID, students: Sequence[UUID] = ()) -> int:
    key = OccurrenceKey(timeslot_id, MONDAY)
    await lock_occurrence(uow, key)
    return (await record_change(uow, key, ChangeKind.ROSTER, SYSTEM, now=NOW, students=students)).revision


def new_token(world: World, student_id: UUID) -> dict[str, Any]:
    return {
        "organization_id": world.organization_id,
        "id": new_id(),
        "student_id": student_id,
        "origin": "MANUAL",
        "source": "OFFICE",
        "issued_at": LONG_AGO,
        "issued_on": MONDAY,
    }


async def test_R10_2_a_transaction_has_one_position_whatever_it_does(world: World, database: Database) -> None:
    lessons = [await world.weekly_class(name=name) for name in ("One", "Two")]
    ann, ben = await world.student(), await world.student()
    async with unit_of_work(database, world.organization_id, Announcer()) as uow:
        for lesson in lessons:
            await change(uow, lesson.timeslot_id, [ann])
        await uow.connection.execute(insert(models.MakeupToken), [new_token(world, ann), new_token(world, ben)])
    assert await items(world) == [(1, each.timeslot_id, 1, None) for each in lessons] + [
        (1, None, None, each) for each in sorted([ann, ben])
    ]


async def test_R10_2_what_is_rolled_back_takes_no_position(world: World, database: Database) -> None:
    lesson = await world.weekly_class()
    for is_kept in (True, False, True):
        with pytest.raises(LookupError) if not is_kept else nullcontext():
            async with unit_of_work(database, world.organization_id, Announcer()) as uow:
                await change(uow, lesson.timeslot_id)
                if not is_kept:
                    raise LookupError
    assert await items(world) == [(1, lesson.timeslot_id, 1, None), (2, lesson.timeslot_id, 2, None)]


async def test_R10_2_a_rollback_to_a_savepoint_loses_nothing_else(world: World, database: Database) -> None:
    lesson, ann = await world.weekly_class(), await world.student()
    async with unit_of_work(database, world.organization_id, Announcer()) as uow:
        with suppress(LookupError):
            async with uow.connection.begin_nested():
                await change(uow, lesson.timeslot_id)
                raise LookupError
        await uow.connection.execute(insert(models.MakeupToken), [new_token(world, ann)])
    assert await items(world) == [(1, None, None, ann)]


async def test_R10_2_positions_have_no_gap_and_come_in_the_order_of_commits(world: World, database: Database) -> None:
    slots = [(await world.weekly_class(name=str(number))).timeslot_id for number in range(4)]
    students = [await world.student() for _ in range(4)]
    random, done, seen = Random(7), asyncio.Event(), list[list[int]]()

    async def write(count: int) -> int:
        committed = 0
        for _ in range(count):
            with suppress(LookupError):
                async with unit_of_work(database, world.organization_id, Announcer()) as uow:
                    for timeslot_id in sorted(random.sample(slots, random.choice((1, 1, 2)))):
                        await change(uow, timeslot_id)
                    await uow.connection.execute(
                        insert(models.MakeupToken), [new_token(world, random.choice(students))]
                    )
                    await asyncio.sleep(random.random() / 100)
                    if random.random() < 0.2:
                        raise LookupError
                committed += 1
        return committed

    async def watch() -> None:
        """What a reader sees at each moment: were one committed before a lower one, there would be a gap."""
        while not done.is_set():
            async with database.read(world.organization_id) as connection:
                found = await connection.scalars(text("SELECT position FROM feed ORDER BY position"))
                seen.append(list(found))

    watching = asyncio.create_task(watch())
    committed = sum(await asyncio.gather(*(write(25) for _ in range(6))))
    done.set()
    await watching
    assert sorted(await positions(world)) == list(range(1, committed + 1))
    assert len(seen) > 20
    assert [each for each in seen if each != list(range(1, len(each) + 1))] == []


async def test_R10_2_each_organization_has_its_own_positions(world: World, database: Database) -> None:
    other = await new_world(world.owner, name="Other Gym")
    for place in (world, other, world):
        lesson = await place.weekly_class()
        async with unit_of_work(database, place.organization_id, Announcer()) as uow:
            await change(uow, lesson.timeslot_id)
    assert (await positions(world), await positions(other)) == ([1, 2], [1])
    async with database.read(other.organization_id) as connection:
        assert list(await connection.scalars(text("SELECT position FROM feed"))) == [1]
        assert list(await connection.scalars(text("SELECT position FROM feed_position"))) == [1]
        assert list(await connection.scalars(text("SELECT count(*) FROM feed_item"))) == [1]


@pytest.mark.parametrize("table", ["feed", "feed_item", "feed_position"])
async def test_the_application_cannot_write_the_feed(world: World, database: Database, table: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with unit_of_work(database, world.organization_id, Announcer()) as uow:
            await uow.connection.execute(text(f"DELETE FROM {table}"))


async def test_R10_3_a_token_that_is_written_as_it_was_is_no_change(world: World, database: Database) -> None:
    ann, token = await world.student(), models.MakeupToken
    await world.makeup_token(ann)
    before = await positions(world)
    for comment in ("Sorry", "Sorry", None):
        async with unit_of_work(database, world.organization_id, Announcer()) as uow:
            await uow.connection.execute(update(token).values(comment=comment))
    assert len(await positions(world)) == len(before) + 2


async def test_R10_5_thousands_of_rows_in_a_statement_are_one_item(world: World, database: Database) -> None:
    ann, ben = await world.student(), await world.student()
    async with unit_of_work(database, world.organization_id, Announcer()) as uow:
        await uow.connection.execute(insert(models.MakeupToken), [new_token(world, ann) for _ in range(1200)])
        await uow.connection.execute(insert(models.MakeupToken), [new_token(world, ben)])
    assert {row[3] for row in await items(world)} == {ann, ben}
    lesson = await world.weekly_class()
    await world.occurrence(lesson.timeslot_id, revision=2001)
    await world.owner.execute(
        text(
            "INSERT INTO change (organization_id, timeslot_id, held_on, revision, kind, source, changed_at) "
            "SELECT :own, :slot, :day, n, 'MARKS', 'OFFICE', now() FROM generate_series(1, 2001) n"
        ).bindparams(own=world.organization_id, slot=lesson.timeslot_id, day=MONDAY)
    )
    assert (await items(world))[-1] == (2, None, None, None)


async def test_R10_2_a_commit_that_waits_for_another_lock_holds_up_no_feed(world: World, database: Database) -> None:
    lessons = [await world.weekly_class(name=str(number)) for number in range(2)]
    person = update(models.Person).where(models.Person.id == await world.staff())
    await world.owner.execute(person.values(permissions=["MANAGE_SETTINGS"]))

    async def act_on_both() -> None:
        async with unit_of_work(database, world.organization_id, Announcer()) as uow:
            await change(uow, lessons[0].timeslot_id)
            await uow.connection.execute(person.values(permissions=[]))

    async with unit_of_work(database, world.organization_id, Announcer()) as uow:
        await uow.connection.execute(text("SELECT FROM access_epoch FOR UPDATE"))
        waiting = asyncio.create_task(act_on_both())
        await asyncio.sleep(1)
        async with asyncio.timeout(5), unit_of_work(database, world.organization_id, Announcer()) as other:
            await change(other, lessons[1].timeslot_id)
        assert not waiting.done()
    await waiting
    assert [row[:2] for row in await items(world)] == [(1, lessons[1].timeslot_id), (2, lessons[0].timeslot_id)]
