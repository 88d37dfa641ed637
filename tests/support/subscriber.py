"""Clients of `rollSheetChanged` on real sockets, and what they are told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import ConnectionClosed

from tests.support.api_process import PATIENCE, ApiProcess, ask
from tests.support.sockets import Socket, connected

ENTRY = """
id student { id firstName } isSubdued
mark { status note isDefaulted source revision markedAt markedBy { __typename ... on StaffMember { id firstName } } }
indicators { kind detail }
"""
WATCH = f"""
subscription Watch($id: ID!, $after: Int) {{
  rollSheetChanged(occurrenceId: $id, afterRevision: $after) {{
    revision changedAt kind removedEntryIds
    occurrence {{ id revision attendanceState tally {{ present absent unmarked total }} }}
    entries {{ {ENTRY} }}
  }}
}}
"""
ROSTER = f"query Roster($id: ID!) {{ occurrence(id: $id) {{ revision roster {{ {ENTRY} }} }} }}"


@dataclass
class Subscriber:
    """A client with one subscription to a roll sheet: what it was sent, and the roll sheet as it shows it."""

    socket: Socket
    events: list[dict[str, Any]] = field(default_factory=list)
    sheet: dict[str, dict[str, Any]] = field(default_factory=dict)
    error: list[dict[str, Any]] | None = None
    closed_with: int | None = None
    is_over: asyncio.Event = field(default_factory=asyncio.Event)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def revision(self) -> int:
        """Of the last event; 0 before any."""
        return self.events[-1]["revision"] if self.events else 0

    @property
    def revisions(self) -> list[int]:
        return [event["revision"] for event in self.events]

    @property
    def marks(self) -> dict[str, str | None]:
        """The status of each student by given name, as this client shows it."""
        return {row["student"]["firstName"]: row["mark"] and row["mark"]["status"] for row in self.sheet.values()}

    async def listen(self) -> None:
        try:
            async for message in self.socket:
                if message["type"] == "next" and "errors" not in message["payload"]:
                    self._apply(message["payload"]["data"]["rollSheetChanged"])
                elif message["type"] == "next":
                    self.error = message["payload"]["errors"]
                elif message["type"] == "error":
                    self.error = message["payload"]
                    self.is_over.set()
                elif message["type"] == "complete":
                    self.is_over.set()
                async with self._news:
                    self._news.notify_all()
        except ConnectionClosed:
            pass
        self.closed_with = self.socket.connection.close_code
        self.is_over.set()
        async with self._news:
            self._news.notify_all()

    def _apply(self, event: dict[str, Any]) -> None:
        if event["kind"] == "SNAPSHOT":
            self.sheet.clear()
        for gone in event["removedEntryIds"]:
            self.sheet.pop(gone, None)
        self.sheet |= {entry["id"]: entry for entry in event["entries"]}
        self.events.append(event)

    async def reached(self, revision: int, seconds: float = PATIENCE) -> None:
        """Wait until the event of this revision has come."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(lambda: self.revision >= revision or self.is_over.is_set())
        assert self.revision >= revision, (self.error, self.closed_with, self.revisions)

    async def heard(self, count: int, seconds: float = PATIENCE) -> None:
        """Wait until this many events have come."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(lambda: len(self.events) >= count or self.is_over.is_set())
        assert len(self.events) >= count, (self.error, self.closed_with, self.revisions)

    async def ended(self, seconds: float = PATIENCE) -> None:
        async with asyncio.timeout(seconds):
            await self.is_over.wait()


@asynccontextmanager
async def subscriber(
    api: ApiProcess, token: str, occurrence: str, after: int | None = None, *, query: str = WATCH
) -> AsyncIterator[Subscriber]:
    async with connected(api.ws, token) as socket:
        await socket.subscribe(query, id=occurrence, after=after)
        client = Subscriber(socket)
        listening = asyncio.create_task(client.listen())
        try:
            yield client
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening


async def fresh_sheet(api: ApiProcess, token: str, occurrence: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """The revision and the rows by id, as a client that comes now would see them."""
    found = (await ask(api, token, ROSTER, id=occurrence))["occurrence"]
    return found["revision"], {row["id"]: row for row in found["roster"]}
