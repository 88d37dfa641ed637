"""Whoever wants to know at the same time whether rights have changed shares one statement (R10.4)."""

import asyncio
from uuid import uuid4

import pytest

from db.engine import Database
from gql.live.access_watch import AccessWatch
from tests.support.each_statement import counting
from tests.support.factories import World


async def test_R10_4_all_who_ask_in_one_turn_share_a_statement(database: Database, world: World) -> None:
    watch, statements, elsewhere = AccessWatch(database), list[str](), uuid4()
    await world.change_settings(tokens_enabled=False)
    with counting(database, statements):
        numbers = await asyncio.gather(watch.epochs([world.organization_id]), watch.epochs([elsewhere]))
    assert len(statements) == 1
    assert numbers[0] == numbers[1]
    assert numbers[0][world.organization_id] > 0
    assert elsewhere not in numbers[0]


async def test_R10_4_whoever_asks_later_learns_of_what_changed_meanwhile(database: Database, world: World) -> None:
    watch = AccessWatch(database)
    before = await watch.epochs([world.organization_id])
    await world.change_settings(tokens_enabled=False)
    after = await watch.epochs([world.organization_id])
    assert after[world.organization_id] > before[world.organization_id]


async def test_R10_4_one_who_leaves_takes_the_answer_from_nobody(database: Database, world: World) -> None:
    watch = AccessWatch(database)
    await world.change_settings(tokens_enabled=False)
    leaving, staying = (asyncio.create_task(watch.epochs([world.organization_id])) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert (await staying)[world.organization_id] > 0
