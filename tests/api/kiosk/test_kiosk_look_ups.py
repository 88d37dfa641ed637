"""How often a device may look families up (R5.2)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis

from db.wake_ups import connect_redis
from gql.credentials.look_ups import LookUpLimits, LookUps
from tests.api.kiosk.kiosk_door import FAMILY, PHONE, KioskDoor, launch, names, new_kiosk_door
from tests.support.api import Api
from tests.support.factories import World


@pytest.fixture
async def door(world: World, api: Api) -> KioskDoor:
    return await new_kiosk_door(world, api)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    redis = connect_redis(redis_url)
    yield redis
    await redis.aclose()


@pytest.fixture(params=["with Redis", "without Redis"])
async def counted(request: pytest.FixtureRequest, door: KioskDoor, redis: Redis) -> KioskDoor:
    """Three look-ups in a minute."""
    source = redis if request.param == "with Redis" else Redis(port=1)
    services = door.kiosk.services
    object.__setattr__(services, "look_ups", LookUps(source, LookUpLimits(per_kiosk=3, window=60)))
    return door


async def test_R5_2_look_ups_are_limited_for_each_device(counted: KioskDoor) -> None:
    other = await launch(counted.owner, counted.world.location_id, "Side door")
    asked: list[dict[str, Any]] = [{"phone": PHONE}, {"phone": "512 555 0000"}, {"qrCode": "wrong"}]
    for given in asked:
        await counted.look_up(**given)
    body = await counted.kiosk.send(FAMILY, phone=PHONE)
    (error,) = body["errors"]
    assert (body["data"], error["extensions"]["code"]) == (None, "RATE_LIMITED")
    assert 50 <= error["extensions"]["retryAfterSeconds"] <= 60
    assert names(await counted.look_up(api=other)) == ["Ann", "Ben"]
    assert (await counted.check_in("Ann"))["__typename"] == "CheckInSuccess"


async def test_R5_2_the_limit_is_told_and_holds_by_default(door: KioskDoor) -> None:
    for _ in range(30):
        await door.look_up(phone="512 555 0000")
    assert (await door.kiosk.refused(FAMILY, phone=PHONE))[0] == "RATE_LIMITED"
