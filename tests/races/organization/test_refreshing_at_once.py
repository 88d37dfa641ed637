"""A refresh token used twice at once."""

import asyncio

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.vocabulary import Permission
from db import models
from db.engine import Database
from tests.api.organization.sign_in_client import PASSWORD_HASH, sign_in_client
from tests.support.factories import World
from tests.support.sizes import SIZES

pytestmark = pytest.mark.emptied_database

ROUNDS = SIZES.long_race_rounds


async def test_both_get_the_same_next_token_and_the_session_lives(
    database: Database, redis_url: str, world: World, owner: AsyncConnection
) -> None:
    await world.staff(Permission.OWNER, email="sam@gym.example", password_hash=PASSWORD_HASH)
    async with sign_in_client(database, redis_url) as client:
        token = (await client.sign_in("sam@gym.example"))["refreshToken"]
        for _ in range(ROUNDS):
            answers = await asyncio.gather(*(client.refresh(token) for _ in range(4)))
            assert len({answer["refreshToken"] for answer in answers}) == 1
            assert answers[0]["refreshToken"] != token
            token = answers[0]["refreshToken"]
        open_now = select(func.count()).select_from(models.SignIn).where(models.SignIn.ended_at.is_(None))
        assert await owner.scalar(open_now) == 1


async def test_signing_in_twice_at_once_with_one_key_makes_one_session(
    database: Database, redis_url: str, world: World, owner: AsyncConnection
) -> None:
    await world.staff(Permission.OWNER, email="sam@gym.example", password_hash=PASSWORD_HASH)
    async with sign_in_client(database, redis_url) as client:
        for number in range(ROUNDS):
            sign_ins = (client.sign_in("sam@gym.example", idempotencyKey=f"key {number}") for _ in range(3))
            answers = await asyncio.gather(*sign_ins)
            assert len({answer["refreshToken"] for answer in answers}) == 1
        assert await owner.scalar(select(func.count()).select_from(models.SignIn)) == ROUNDS
