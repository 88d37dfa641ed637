"""Clients of processes that die: they send a mutation again with its key until it is answered, and come back to a
stream with the revision that they have.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from websockets.exceptions import WebSocketException

from attendance.rules.vocabulary import Portal
from gql.services import make_access_tokens
from settings import load_settings
from tests.support.api import Clock
from tests.support.api_process import ApiProcess
from tests.support.factories import World
from tests.support.processes import SECRET
from tests.support.sockets import connected
from tests.walk.documents import WATCH
from tests.walk.restarts.fleet import Fleet
from tests.walk.system import Watch

GIVES_UP_AFTER = 1.0
ATTEMPTS = 200


@dataclass
class RetryingApi:
    """Like tests.support.api.Api, over HTTP, to whichever process of the fleet answers."""

    fleet: Fleet
    http: httpx.AsyncClient
    clock: Clock = field(default_factory=Clock)
    token: str | None = None

    async def send(self, query: str, **variables: Any) -> dict[str, Any]:
        """The whole answer of the first process that has one.

        A request that was given up may still take effect as long as its process runs. The key makes it the same act,
        but a refusal is not kept. So after a refusal, such a process is ended.
        """
        if "input" in variables:
            variables["input"] = {"idempotencyKey": str(uuid4())} | variables["input"]
        given_up: list[ApiProcess] = []
        member: ApiProcess | None = None
        for _ in range(ATTEMPTS):
            member = self.fleet.pick(but=member)
            body = None if member is None else await self._once(member, query, variables)
            if body is not None:
                await self._settle(body, [each for each in given_up if each.process.poll() is None])
                return body
            if member is None:
                await asyncio.sleep(0.05)
            else:
                given_up.append(member)
                self.fleet.told["sent again"] += 1
        raise AssertionError("nobody has answered")

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        body = await self.send(query, **variables)
        assert "errors" not in body, body
        data: dict[str, Any] = body["data"]
        return data

    async def signed_in(
        self, world: World, person_id: UUID, portal: Portal, *, lasting: timedelta | None = None
    ) -> "RetryingApi":
        settings = load_settings(database_url="postgresql://nobody/nothing", redis_url="redis://nobody", secret=SECRET)
        tokens = make_access_tokens(settings, self.clock)
        now = self.clock.now
        expires_at = now + (lasting or timedelta(hours=1))
        claims = await world.sign_in(person_id, portal, now, expires_at)
        return replace(self, token=tokens.sign(claims, now - timedelta(days=365)))

    async def _once(self, member: ApiProcess, query: str, variables: dict[str, Any]) -> dict[str, Any] | None:
        """Return the answer; None when there is none, or when it says to try again."""
        trouble = self.fleet.trouble(member, is_mutation="input" in variables)
        if trouble == "sent twice":
            return await self._twice(member, query, variables)
        patience = self.fleet.random.uniform(0.001, 0.03) if trouble == "cut off" else GIVES_UP_AFTER
        return await self._post(member, query, variables, patience=30 if self.fleet.is_calm else patience)

    async def _twice(self, member: ApiProcess, query: str, variables: dict[str, Any]) -> dict[str, Any] | None:
        """To two processes at once, which give one answer."""
        another = self.fleet.pick(but=member) or member
        one, other = await asyncio.gather(
            self._post(member, query, variables, patience=30), self._post(another, query, variables, patience=30)
        )
        assert one is None or other is None or one == other, (one, other)
        return one or other

    async def _post(
        self, member: ApiProcess, query: str, variables: dict[str, Any], *, patience: float
    ) -> dict[str, Any] | None:
        headers = {"authorization": f"Bearer {self.token}"}
        try:
            async with asyncio.timeout(patience):
                answer = await self.http.post(
                    member.http, json={"query": query, "variables": variables}, headers=headers, timeout=None
                )
        except (httpx.HTTPError, TimeoutError):
            return None
        body: dict[str, Any] = answer.json()
        if "errors" in body and body["errors"][0]["extensions"]["code"] == "UNAVAILABLE":
            self.fleet.told["answered UNAVAILABLE"] += 1
            return None
        return body

    async def _settle(self, body: dict[str, Any], given_up: list[ApiProcess]) -> None:
        answers = [each for each in (body.get("data") or {}).values() if isinstance(each, dict)]
        is_done = "errors" not in body and all(
            each.get("__typename", "Success").endswith("Success") for each in answers
        )
        if not is_done:
            await asyncio.gather(*(self.fleet.end(each) for each in given_up))


async def events(fleet: Fleet, token: str, occurrence: str, watch: Watch) -> AsyncIterator[dict[str, Any]]:
    """What a subscriber on a socket is told, for ever; it comes back to another process when it is cut off."""
    member: ApiProcess | None = None
    while True:
        member = fleet.pick(but=member)
        try:
            if member is not None:
                async for event in _until_cut(member, token, occurrence, watch):
                    yield event
        except (WebSocketException, OSError, TimeoutError):
            fleet.told["subscriber cut off"] += 1
        await asyncio.sleep(fleet.random.uniform(0, 0.2))


async def _until_cut(member: ApiProcess, token: str, occurrence: str, watch: Watch) -> AsyncIterator[dict[str, Any]]:
    async with connected(member.ws, token, open_timeout=3, close_timeout=0.1) as socket:
        await socket.subscribe(WATCH, id=occurrence, after=watch.after)
        async for message in socket:
            if message["type"] != "next" or "errors" in message["payload"]:
                return
            event: dict[str, Any] = message["payload"]["data"]["rollSheetChanged"]
            yield event
