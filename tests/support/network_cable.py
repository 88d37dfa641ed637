"""A network cable between one device and the API, which a test unplugs.

A browser's own switch leaves out what a service worker sends, and what is under way when a page is closed.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_CHUNK = 65_536


@dataclass
class Cable:
    """Passes on what arrives at `port`, which stays the same, to another port of this machine."""

    target: int
    port: int = 0
    _server: asyncio.Server | None = None
    _ends: set[asyncio.StreamWriter] = field(default_factory=set)

    async def plug(self) -> None:
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def unplug(self) -> None:
        """Refuse connections and break those that are open. Nothing more arrives."""
        if self._server is not None:
            self._server.close()
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        api_reader, api_writer = await asyncio.open_connection("127.0.0.1", self.target)
        ends = {writer, api_writer}
        self._ends |= ends
        try:
            await asyncio.gather(_copy(reader, api_writer), _copy(api_reader, writer))
        except OSError:
            pass
        finally:
            for end in ends:
                end.close()
            self._ends -= ends


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(_CHUNK):
        writer.write(chunk)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


@asynccontextmanager
async def plugged_cable(target: int) -> AsyncIterator[Cable]:
    """A cable to the port, which works until it is unplugged."""
    cable = Cable(target)
    await cable.plug()
    try:
        yield cable
    finally:
        await cable.unplug()
