"""Clients of `rollSheetChanged` that come back whenever they are cut off, as those of the reference library do."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import WebSocketException

from tests.support.api_process import ApiProcess
from tests.support.live_sheet import LiveSheet
from tests.support.sockets import connected
from tests.support.subscriber import WATCH, fresh_sheet


@dataclass(eq=False)
class Returning:
    """One of the crowd: the roll sheet as it shows it, and whatever was told out of order."""

    api: ApiProcess
    token: str
    sheet: LiveSheet
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    revision: int | None = None
    told: int = 0
    snapshots: int = 0
    connections: int = 0
    complaints: list[str] = field(default_factory=list)

    async def listen(self) -> None:
        """Until cancelled."""
        while True:
            with suppress(WebSocketException, OSError, TimeoutError):
                await self._once()
            await asyncio.sleep(random.random() * 0.5)

    async def _once(self) -> None:
        async with connected(self.api.ws, self.token) as socket:
            await socket.subscribe(WATCH, id=self.sheet.id, after=self.revision)
            self.connections += 1
            async for message in socket:
                if message["type"] == "error" or "errors" in message.get("payload", {}):
                    # A fault of the server's: whoever stays away for it misses what comes next.
                    return
                if message["type"] == "next":
                    self._apply(message["payload"]["data"]["rollSheetChanged"])

    def _apply(self, event: dict[str, Any]) -> None:
        if event["kind"] == "SNAPSHOT":
            self.rows.clear()
            self.snapshots += 1
            if event["revision"] < (self.revision or 0):
                self.complaints.append(f"a state of {event['revision']} after {self.revision}")
        elif event["revision"] != (self.revision or 0) + 1:
            self.complaints.append(f"{event['revision']} after {self.revision}")
        for gone in event["removedEntryIds"]:
            self.rows.pop(gone, None)
        self.rows |= {entry["id"]: entry for entry in event["entries"]}
        self.revision = event["revision"]
        self.told += 1


async def assert_up_to_date(clients: Sequence[Returning], seconds: float) -> None:
    """Within so many seconds each shows what a client that comes now is shown, and nobody was told out of order."""
    fresh: dict[tuple[str, str], tuple[int, dict[str, dict[str, Any]]]] = {}
    for client in clients:
        key = (client.sheet.id, client.token)
        fresh[key] = fresh.get(key) or await fresh_sheet(client.api, client.token, client.sheet.id)
    async with asyncio.timeout(seconds):
        while any(client.revision != fresh[client.sheet.id, client.token][0] for client in clients):
            await asyncio.sleep(0.05)
    assert [client.complaints for client in clients if client.complaints] == []
    for client in clients:
        assert (client.revision, client.rows) == fresh[client.sheet.id, client.token]
