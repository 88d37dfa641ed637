"""An HTTP client that costs little, and a closed load of several connections."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import orjson

CONNECTIONS = 8


class Connection:
    """One kept-alive connection to a server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> None:
        self._reader, self._writer = reader, writer
        self._head = (
            "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Accept: application/json\r\nAuthorization: Bearer {token}\r\nContent-Length: "
        ).encode()

    async def ask(self, body: bytes) -> bytes:
        """Return the body of the answer. Every status but 200 is an error."""
        self._writer.write(self._head + str(len(body)).encode() + b"\r\n\r\n" + body)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        if b"transfer-encoding: chunked" in head:
            answer = await self._chunks()
        else:
            length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
            answer = await self._reader.readexactly(int(length))
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(f"{head.decode()}{answer.decode()}")
        return answer

    async def _chunks(self) -> bytes:
        found = b""
        while size := int(await self._reader.readline(), 16):
            found += (await self._reader.readexactly(size + 2))[:-2]
        await self._reader.readline()
        return found

    def close(self) -> None:
        self._writer.close()


@asynccontextmanager
async def connections(port: int, token: str, count: int = CONNECTIONS) -> AsyncIterator[list[Connection]]:
    opened = [Connection(*(await asyncio.open_connection("127.0.0.1", port)), token) for _ in range(count)]
    try:
        yield opened
    finally:
        for connection in opened:
            connection.close()


async def ask(port: int, token: str, body: bytes) -> Any:
    """Return the data of one answer. Errors in it are an error."""
    async with connections(port, token, 1) as (connection,):
        answer = orjson.loads(await connection.ask(body))
    if "errors" in answer:
        raise RuntimeError(str(answer["errors"]))
    return answer["data"]


async def load(port: int, token: str, bodies: Sequence[bytes]) -> list[float]:
    """Send the requests over all connections, on each one after the other, and return how many seconds each took."""
    waiting = iter(bodies)
    took: list[float] = []

    async def work(connection: Connection) -> None:
        for body in waiting:
            began = time.perf_counter()
            answer = await connection.ask(body)
            took.append(time.perf_counter() - began)
            if b'"errors"' in answer:
                raise RuntimeError(answer.decode())

    async with connections(port, token) as opened, asyncio.TaskGroup() as group:
        for connection in opened:
            group.create_task(work(connection))
    return took
