"""A kiosk on a socket: nothing to subscribe to, its work, and its end (R5.1, R10.4, R11.2)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from attendance.rules.vocabulary import Permission
from commands.servers.start import Servers
from gql.fields.global_ids import encode_id
from tests.api.kiosk.kiosk_door import LAUNCH, REVOKE
from tests.support.api_process import ApiProcess, api_process, ask, office_token
from tests.support.factories import World
from tests.support.sockets import Socket, connected
from tests.support.subscriber import WATCH

NAME = "{ viewer { ... on KioskViewer { name } } }"


@pytest.fixture
async def api(servers: Servers, database_url: str) -> AsyncIterator[ApiProcess]:
    async with api_process(database_url, servers.redis_url) as api:
        yield api


async def send(socket: Socket, number: str, query: str, **variables: Any) -> dict[str, Any]:
    """The first message about the operation."""
    await socket.subscribe(query, operation=number, **variables)
    while True:
        message = await socket.receive()
        if message.get("id") == number:
            return message


def code_of(message: dict[str, Any]) -> str:
    errors = message["payload"]["errors"] if message["type"] == "next" else message["payload"]
    return str(errors[0]["extensions"]["code"])


async def test_R5_1_a_kiosk_on_an_open_socket_works_until_it_is_revoked(world: World, api: ApiProcess) -> None:
    lesson = await world.weekly_class()
    occurrence = lesson.sheet_id()
    token = await office_token(world, Permission.OWNER)
    given = {"locationId": encode_id("Location", world.location_id), "name": "Front door"}
    launched = (await ask(api, token, LAUNCH, input=given))["launchKiosk"]
    async with connected(api.ws, launched["deviceToken"]) as socket:
        assert code_of(await send(socket, "1", WATCH, id=occurrence, after=None)) == "FORBIDDEN"
        assert (await send(socket, "2", NAME))["payload"]["data"] == {"viewer": {"name": "Front door"}}
        await ask(api, token, REVOKE, input={"kioskId": launched["kiosk"]["id"]})
        assert code_of(await send(socket, "3", NAME)) == "UNAUTHENTICATED"
