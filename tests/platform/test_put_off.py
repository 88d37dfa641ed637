"""Statements that are put off until the next one of their transaction, or until its commit."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from db.driver import HotStatement
from db.engine import Database
from db.put_off import waiting
from db.unit_of_work import UnitOfWork, rehearsal, unit_of_work
from db.wake_ups import Announcer
from tests.support.databases import pooled
from tests.support.factories import World

NOW = datetime(2026, 11, 16, 18, 0, 0, 123456, tzinfo=UTC)
KEEP = HotStatement("""
INSERT INTO idempotency_key (organization_id, caller_id, key, mutation, fingerprint, answer, used_at)
VALUES (:organization_id, :caller_id, :key, :mutation, :fingerprint, CAST(:answer AS jsonb), :used_at)
""")
KEYS = HotStatement("SELECT i.key FROM idempotency_key i WHERE i.organization_id = :organization_id ORDER BY i.key")
AWKWARD = ("it's", "''", "a\\' OR 1 = 1; --", "$1 :key %s", 'Ünï "quoted"\n', "\\", "", "日本")


@pytest.fixture
async def narrow(database_url: str) -> AsyncIterator[Database]:
    """Of one connection, so that what one transaction leaves would be found by the next."""
    async with pooled(database_url, 1) as database:
        yield database


def given(uow: UnitOfWork, key: str, **other: object) -> dict[str, object]:
    row = {"organization_id": uow.organization_id, "caller_id": UUID(int=7), "key": key, "mutation": "m"}
    return row | {"fingerprint": "f", "answer": None, "used_at": NOW} | other


async def kept(world: World) -> list[str]:
    return [row.key for row in await world.owner.execute(text("SELECT key FROM idempotency_key ORDER BY key"))]


def working(database: Database, world: World) -> Any:
    return unit_of_work(database, world.organization_id, Announcer())


async def test_it_is_executed_with_the_commit_and_values_arrive_as_they_are(narrow: Database, world: World) -> None:
    for number, awkward in enumerate(AWKWARD):
        async with working(narrow, world) as uow:
            for key in (awkward, f"{number} too"):
                answer = '{"a": "it\'s"}' if number % 2 else None
                await uow.put_off(KEEP, given(uow, key, fingerprint=awkward, answer=answer))
            assert len(waiting) == 1
        assert waiting == {}
    rows = (await world.owner.execute(text("SELECT * FROM idempotency_key ORDER BY used_at"))).all()
    assert {row.key for row in rows} == {*AWKWARD, *(f"{number} too" for number in range(len(AWKWARD)))}
    assert {row.fingerprint for row in rows} == set(AWKWARD)
    assert {row.used_at for row in rows} == {NOW}
    assert {row.caller_id for row in rows} == {UUID(int=7)}
    assert [row.answer for row in rows].count({"a": "it's"}) == len(AWKWARD)


async def test_every_type_of_value_is_what_the_driver_would_have_sent(narrow: Database, world: World) -> None:
    values: dict[str, object] = {"truth": True, "lie": False, "number": -7, "day": date(2026, 2, 28), "nothing": None}
    report = HotStatement("""
        INSERT INTO idempotency_key (organization_id, caller_id, key, mutation, fingerprint, answer, used_at)
        SELECT :organization_id, :caller_id, :key, :mutation, :fingerprint, jsonb_build_array(
            CAST(:truth AS boolean), CAST(:lie AS boolean), CAST(:number AS integer), CAST(:day AS date),
            CAST(:nothing AS text)), :used_at
    """)
    async with working(narrow, world) as uow:
        await uow.put_off(report, given(uow, "types") | values)
    answer = await world.owner.scalar(text("SELECT answer FROM idempotency_key"))
    assert answer == [True, False, -7, "2026-02-28", None]


@pytest.mark.parametrize("by_driver", [True, False])
async def test_the_next_statement_finds_it_executed(narrow: Database, world: World, by_driver: bool) -> None:
    async with working(narrow, world) as uow:
        await uow.put_off(KEEP, given(uow, "one"))
        organization = {"organization_id": uow.organization_id}
        if by_driver:
            found = [row.key for row in await KEYS.rows(uow.connection, organization)]
        else:
            query = text("SELECT i.key FROM idempotency_key i WHERE i.organization_id = :organization_id")
            found = list(await uow.connection.scalars(query, organization))
        assert found == ["one"]
        await uow.put_off(KEEP, given(uow, "two"))
    assert await kept(world) == ["one", "two"]


async def test_what_fails_leaves_nothing_to_whoever_uses_the_connection_next(narrow: Database, world: World) -> None:
    with suppress(LookupError):
        async with working(narrow, world) as uow:
            await uow.put_off(KEEP, given(uow, "failed"))
            raise LookupError
    assert waiting == {}
    with suppress(asyncio.CancelledError):
        async with working(narrow, world) as uow:
            await uow.put_off(KEEP, given(uow, "cancelled"))
            raise asyncio.CancelledError
    assert waiting == {}
    async with working(narrow, world) as uow:
        await uow.put_off(KEEP, given(uow, "kept"))
    assert await kept(world) == ["kept"]


@pytest.mark.parametrize("ends", ["with the commit", "by the driver", "by SQLAlchemy"])
async def test_a_fault_rolls_back_and_shows_no_values(narrow: Database, world: World, ends: str) -> None:
    secret = "key of somebody"

    async def fail() -> None:
        async with working(narrow, world) as uow:
            for key in ("first", secret, secret):
                await uow.put_off(KEEP, given(uow, key))
            if ends == "by the driver":
                await KEYS.rows(uow.connection, {"organization_id": uow.organization_id})
            elif ends == "by SQLAlchemy":
                await uow.connection.execute(text("SELECT 1"))

    with pytest.raises(DBAPIError) as caught:
        await fail()
    assert getattr(caught.value.orig, "constraint_name", None) == "idempotency_key_pk"
    assert secret not in str(caught.value).split("[SQL:")[-1]
    assert waiting == {}
    assert await kept(world) == []
    async with working(narrow, world) as uow:
        await uow.put_off(KEEP, given(uow, "after"))
    assert await kept(world) == ["after"]


async def test_a_value_of_another_type_is_refused_before_anything_is_sent(narrow: Database, world: World) -> None:
    with pytest.raises(TypeError, match="list cannot be put off"):
        async with working(narrow, world) as uow:
            await uow.put_off(KEEP, given(uow, "key", fingerprint=["a"]))
    assert await kept(world) == []


async def test_nothing_is_put_off_where_no_commit_of_ours_follows(narrow: Database, world: World) -> None:
    async with rehearsal(narrow, world.organization_id) as uow:
        await uow.connection.execute(text("SELECT 1"))
        await uow.put_off(KEEP, given(uow, str(uuid4())))
        assert waiting == {}
        found = await KEYS.rows(uow.connection, {"organization_id": uow.organization_id})
        assert len(found) == 1
    assert await kept(world) == []
