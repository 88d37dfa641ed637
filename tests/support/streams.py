"""Subscriptions in this process, without sockets and Redis: what each is told, step by step."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from attendance.rules.organization.permissions import Claims
from gql.fields.context import Context
from gql.live.hub import Hub
from gql.protocol.answers import Answer
from gql.protocol.guard import GuardLimits
from gql.protocol.operations import Operations, Parameters
from gql.services import Services
from tests.support.api import SCHEMA, Api

OPERATIONS = Operations(SCHEMA, GuardLimits())
# No rule says how soon an event comes in these tests; on a busy machine fourteen streams took ten seconds.
PATIENCE = 60.0


@dataclass
class Stream:
    answers: AsyncIterator[Answer]

    async def answer(self, seconds: float = PATIENCE) -> Answer:
        async with asyncio.timeout(seconds):
            return await anext(self.answers)

    async def next(self, seconds: float = PATIENCE) -> dict[str, Any]:
        """The next event."""
        result = (await self.answer(seconds)).result
        assert result.errors is None, result.errors
        assert result.data is not None
        (event,) = result.data.values()
        return event  # type: ignore[no-any-return]

    async def rest(self) -> list[dict[str, Any]]:
        """Until the stream completes."""
        events = []
        with suppress(StopAsyncIteration):
            while True:
                events.append(await self.next())
        return events

    async def told(self, count: int) -> list[tuple[str, int]]:
        """Kinds and revisions of the next events."""
        events = [await self.next() for _ in range(count)]
        return [(event["kind"], event["revision"]) for event in events]


@dataclass
class Followed(Stream):
    """A stream of a feed; `cursor` is the last it was given."""

    hub: Hub[Any]
    cursor: str | None = None
    _next: asyncio.Future[Answer] | None = None

    async def answer(self, seconds: float = PATIENCE) -> Answer:
        await heard(self.hub)
        async with asyncio.timeout(seconds):
            answer = await self._waiting()
        self._next = None
        return answer

    async def next(self, seconds: float = PATIENCE) -> dict[str, Any]:
        event = await super().next(seconds)
        self.cursor = event["cursor"]
        return event

    async def is_silent(self) -> bool:
        """Is nothing told of what was committed?"""
        await heard(self.hub)
        waiting = self._waiting()
        await asyncio.wait([waiting], timeout=0.3)
        return not waiting.done()

    def _waiting(self) -> asyncio.Future[Answer]:
        if self._next is None:
            self._next = asyncio.ensure_future(anext(self.answers))
        return self._next

    async def leave(self) -> None:
        if self._next is not None:
            self._next.cancel()
            await asyncio.wait([self._next])


async def heard(hub: Hub[Any]) -> None:
    """Everything committed has been handed out."""
    await hub.compare()
    while any(topic.task is not None for topic in hub._topics.values()):
        await asyncio.sleep(0.005)


def claims_of(api: Api) -> Claims:
    assert api.token is not None
    return api.services.access_tokens.check(api.token)


@asynccontextmanager
async def subscribed(
    services: Services, claims: Claims | None, document: str, **variables: Any
) -> AsyncIterator[Stream]:
    """Yield the events of the subscription. Raises the error with which it is refused."""
    operation = OPERATIONS.prepare(Parameters(document, variables=variables), may_introspect=True)
    stream = await OPERATIONS.subscribe(operation, Context(services, claims, "", ""))
    async with aclosing(stream.answers()) as answers:
        yield Stream(answers)


@asynccontextmanager
async def following(api: Api, document: str, **variables: Any) -> AsyncIterator[Followed]:
    """Raises what the subscription to a feed is refused with."""
    async with subscribed(api.services, claims_of(api), document, **variables) as stream:
        followed = Followed(stream.answers, api.services.feed)
        try:
            yield followed
        finally:
            await followed.leave()
