"""Who signs out, or is signed out, keeps no socket, not even an idle one (R10.4)."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from websockets.exceptions import ConnectionClosed

from attendance.rules.vocabulary import Permission
from commands.servers.start import Servers
from gql.fields.global_ids import encode_id
from tests.api.kiosk.kiosk_door import LAUNCH, REVOKE
from tests.api.organization.sign_in_client import SIGN_OUT
from tests.support.api_process import ApiProcess, api_process, ask, office_token
from tests.support.factories import World
from tests.support.sockets import Socket, connected

SECONDS = 5.0


@pytest.fixture
async def api(servers: Servers, database_url: str) -> AsyncIterator[ApiProcess]:
    async with api_process(database_url, servers.redis_url) as api:
        yield api


async def end_of(socket: Socket) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as end:
        await asyncio.wait_for(socket.receive(), 20)
    assert end.value.rcvd is not None
    return end.value.rcvd.code, end.value.rcvd.reason


async def test_an_idle_socket_ends_within_five_seconds_of_the_sign_out(world: World, api: ApiProcess) -> None:
    olga, otto = [await office_token(world, Permission.OWNER) for _ in range(2)]
    given = {"locationId": encode_id("Location", world.location_id), "name": "Front door"}
    kiosk = (await ask(api, otto, LAUNCH, input=given))["launchKiosk"]
    async with connected(api.ws, olga) as hers, connected(api.ws, otto) as his:
        async with connected(api.ws, kiosk["deviceToken"]) as device:
            began = time.monotonic()
            await asyncio.gather(
                ask(api, olga, SIGN_OUT, everywhere=False),
                ask(api, otto, REVOKE, input={"kioskId": kiosk["kiosk"]["id"]}),
            )
            ends = await asyncio.gather(end_of(hers), end_of(device))
            assert set(ends) == {(4401, "The sign-in has ended")}
            assert time.monotonic() - began < SECONDS
        await his.subscribe("{ viewer { __typename } }")
        assert (await his.receive())["type"] == "next"
