"""`rollbook.py token`: its tokens are like those of somebody who signed in."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.vocabulary import Permission, Portal
from commands.fault import Fault
from commands.token import make_token, print_token
from db import models
from db.engine import Database
from settings import Settings
from tests.api.organization.sign_in_client import NOON, VIEWER, Client, sign_in_client
from tests.support.api import SECRET, settings_with
from tests.support.factories import LONG_AGO, World, new_world

pytestmark = pytest.mark.emptied_database

HOUR = timedelta(hours=1)


@pytest.fixture
def settings(database_url: str) -> Settings:
    return settings_with(database_url=database_url, test_clock=NOON)


@pytest.fixture
async def client(database: Database, redis_url: str) -> AsyncIterator[Client]:
    async with sign_in_client(database, redis_url) as client:
        yield client


async def test_for_an_address_or_an_id(client: Client, world: World, settings: Settings) -> None:
    sam = await world.staff(Permission.OWNER, email="sam@gym.example")
    for person in ("Sam@Gym.example", str(sam), sam.hex):
        token = await make_token(settings, person, Portal.OFFICE, HOUR)
        viewer = await client.having(token).viewer()
        assert (viewer["name"], viewer["portal"]) == ("Sam Staff", "OFFICE")


async def test_it_lives_as_long_as_it_is_told(client: Client, world: World, settings: Settings) -> None:
    await world.staff(Permission.OWNER, email="sam@gym.example")
    claims = client.services.access_tokens.check(
        await make_token(settings, "sam@gym.example", Portal.STAFF, timedelta(days=2))
    )
    assert abs(claims.expires_at - (NOON + timedelta(days=2))) < timedelta(seconds=60)


async def test_it_ends_with_its_session(
    client: Client, world: World, settings: Settings, owner: AsyncConnection
) -> None:
    await world.staff(Permission.OWNER, email="sam@gym.example")
    token = await make_token(settings, "sam@gym.example", Portal.OFFICE, HOUR)
    await owner.execute(update(models.SignIn).values(ended_at=datetime.now(UTC)))
    assert await client.having(token).code(VIEWER) == "UNAUTHENTICATED"


async def test_the_one_of_several_organizations(
    client: Client, world: World, settings: Settings, owner: AsyncConnection
) -> None:
    other = await new_world(owner, name="Another Gym")
    for each in (world, other):
        await each.staff(Permission.OWNER, email="sam@gym.example")
    with pytest.raises(Fault, match="2 organizations"):
        await make_token(settings, "sam@gym.example", Portal.OFFICE, HOUR)
    for name in ("another gym", str(other.organization_id)):
        token = await make_token(settings, "sam@gym.example", Portal.OFFICE, HOUR, name)
        assert (await client.having(token).viewer())["organization"]["name"] == "Another Gym"


@pytest.mark.parametrize(
    ("person", "portal", "sentence"),
    [
        ("nobody@gym.example", Portal.OFFICE, "There is no staff"),
        ("sam@gym.example", Portal.CUSTOMER, "There is no guardian"),
        ("tom@gym.example", Portal.OFFICE, "may not use the portal OFFICE"),
        ("gone@gym.example", Portal.STAFF, "There is no staff"),
        ("sam@gym.example", Portal.KIOSK, "staff launch a kiosk"),
    ],
)
async def test_what_it_cannot_be_made_for(
    world: World, settings: Settings, owner: AsyncConnection, person: str, portal: Portal, sentence: str
) -> None:
    await world.staff(Permission.OWNER, email="sam@gym.example")
    await world.staff(Permission.STAFF_ATTENDANCE_FULL, email="tom@gym.example")
    await world.staff(Permission.OWNER, email="gone@gym.example", ended_at=LONG_AGO)
    with pytest.raises(Fault, match=sentence):
        await make_token(settings, person, portal, HOUR)
    assert (await owner.execute(select(models.SignIn.id))).all() == []


def test_it_is_refused_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "ROLLBOOK_ENV": "production",
        "ROLLBOOK_SECRET": SECRET,
        "DATABASE_URL": "postgresql://127.0.0.1:1/x",
        "REDIS_URL": "redis://127.0.0.1:1",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Fault, match="in production"):
        print_token("sam@gym.example", portal="OFFICE", lifetime=HOUR, organization=None)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [("postgresql://127.0.0.1:1/rollbook", "does not answer"), ("{server}/nowhere", "cannot be read")],
)
async def test_a_database_that_cannot_be_used(database_url: str, url: str, sentence: str) -> None:
    settings = settings_with(database_url=url.format(server=database_url.rpartition("/")[0]))
    with pytest.raises(Fault, match=sentence):
        await make_token(settings, "sam@gym.example", Portal.OFFICE, HOUR)
