"""Figures that every process has, and a page of all its figures at an address of its own (R16.6).

The layers declare their own figures: gql/protocol/figures.py, gql/live/figures.py, db/figures.py and
workers/figures.py. docs/operations.md lists all of them with the question that each answers.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TypeAlias

from prometheus_client import CONTENT_TYPE_LATEST, Histogram, disable_created_metrics, generate_latest

from pace import at_beat

# The instants at which counters were created would double the page and answer no question.
disable_created_metrics()  # type: ignore[no-untyped-call]

LOOP_LAG = Histogram(
    "rollbook_event_loop_lag_seconds",
    "How much later than planned the event loop woke a sleeper, which it does five times a second.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
Page: TypeAlias = Callable[[], Awaitable[bytes]]
_PATIENCE = 5.0


@asynccontextmanager
async def watching_the_loop() -> AsyncIterator[None]:
    """Measure the event loop's lag during the block."""
    stop = at_beat(LOOP_LAG.observe)
    try:
        yield
    finally:
        stop()


async def own_page() -> bytes:
    """Return the figures that this process keeps itself."""
    return generate_latest()


@asynccontextmanager
async def serving_figures(host: str, port: int | None, page: Page = own_page) -> AsyncIterator[None]:
    """Serve `GET /metrics` at an address of its own during the block.

    port -- where the figures are served; with None, nothing is served
    """
    if port is None:
        yield
        return
    async with await asyncio.start_server(partial(_answer, page), host, port, limit=16_384):
        yield


async def _answer(page: Page, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        async with asyncio.timeout(_PATIENCE):
            asked = await reader.readuntil(b"\r\n\r\n")
            if asked.startswith((b"GET /metrics ", b"GET /metrics?")):
                status, kind, body = "200 OK", CONTENT_TYPE_LATEST, await page()
            else:
                status, kind, body = "404 Not Found", "text/plain", b"The figures are at /metrics.\n"
            head = (
                f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
            )
            writer.write(head.encode() + body)
            await writer.drain()
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
