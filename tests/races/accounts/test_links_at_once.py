"""R12.2: a link that is used twice at once, and a sign-in while the password is reset."""

from functools import partial
from uuid import UUID

import pytest

from attendance.rules.accounts.account_links import LIFETIMES
from attendance.rules.vocabulary import AccountLinkPurpose, Permission
from db import models
from db.accounts.account_links import NewLink, add_link
from db.engine import Database
from db.ids import new_id
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from tests.api.organization.sign_in_client import NOON, PASSWORD, PASSWORD_HASH, Client, sign_in_client
from tests.support.at_once import at_once
from tests.support.factories import World
from tests.support.sizes import SIZES

pytestmark = pytest.mark.emptied_database

RESET = AccountLinkPurpose.PASSWORD_RESET


async def new_link(client: Client, database: Database, world: World, person_id: UUID) -> str:
    token = client.services.link_terms.token(world.organization_id, new_id())
    async with unit_of_work(database, world.organization_id, Announcer()) as uow:
        await add_link(uow, NewLink(token, person_id, RESET, NOON + LIFETIMES[RESET]), now=NOON)
    return token.encode()


async def test_R12_2_one_of_two_passwords_is_chosen(crowded: Database, redis_url: str, world: World) -> None:
    sam = await world.staff(Permission.OWNER, email="sam@gym.example", password_hash=PASSWORD_HASH)
    async with sign_in_client(crowded, redis_url) as client:
        for number in range(SIZES.long_race_rounds):
            token = await new_link(client, crowded, world, sam)
            passwords = [f"otter {number} number {each}" for each in range(3)]
            answers = await at_once(
                *(partial(client.act, "resetPassword", token=token, password=each) for each in passwords)
            )
            chosen = [each for each, answer in zip(passwords, answers, strict=True) if "linkReason" not in answer]
            assert len(chosen) == 1
            assert sum(answer.get("linkReason") == "USED" for answer in answers) == 2
            assert (await client.sign_in("sam@gym.example", chosen[0]))["__typename"] == "SignInSuccess"


async def test_R12_2_no_session_of_the_old_password_outlives_a_reset(
    crowded: Database, redis_url: str, world: World
) -> None:
    sam = await world.staff(Permission.OWNER, email="sam@gym.example", password_hash=PASSWORD_HASH)
    async with sign_in_client(crowded, redis_url) as client:
        password = PASSWORD
        for number in range(SIZES.long_race_rounds):
            token = await new_link(client, crowded, world, sam)
            following = f"the next otter {number}"
            await at_once(
                partial(client.act, "resetPassword", token=token, password=following),
                *[partial(client.sign_in, "sam@gym.example", password)] * 3,
            )
            assert [row for row in await world.rows(models.SignIn) if row.ended_at is None] == []
            password = following
