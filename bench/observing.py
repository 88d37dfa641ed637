"""Measures what figures and traces cost: the CPU time of a roll sheet of 30 rows, with each in turn, in one run.

    python bench/observing.py [blocks]

"Nothing" takes the figures and the hooks of traces out of the code that serves a roll sheet. "Off" is the product as it
is without an exporter. "On" sends every span over OTLP to a collector, which is a process of its own; the CPU time of
encoding and sending is counted. Each block serves the roll sheet 100 times, and the kinds of blocks take turns, each
of them first as often as last, because the machine may be slower from one second to the next. For each kind it prints
the median of the blocks, and the median of what a block took in comparison with the block without anything of the same
turn. The client's part of a request is in all of them. It uses a temporary database on DATABASE_URL if that is set,
otherwise an embedded server.
"""

import asyncio
import gc
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from sqlalchemy import text
from sqlalchemy.pool import AsyncAdaptedQueuePool

import tracing
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import Permission
from bench.machine import bench_servers
from bench.roll_sheet import FULL, fill
from commands.servers.scratch import scratch_database
from db.engine import Database, create_engine
from db.migrate import upgrade
from gql.fields.global_ids import encode_occurrence_id
from tests.support.api import Api, serving
from tests.support.factories import MONDAY, World, new_world

ROWS = 30
OF_A_BLOCK = 100
COLLECTOR = """
import http.server, sys
class Collector(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
print(server.server_port, flush=True)
server.serve_forever()
"""


@contextmanager
def collector() -> Iterator[str]:
    process = subprocess.Popen([sys.executable, "-c", COLLECTOR], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1/traces"
    finally:
        process.kill()
        process.wait()


class _Bare:
    """In place of an Execution: neither figures nor a span."""

    outcome = ""

    def __init__(self, _: object) -> None: ...

    def __enter__(self) -> "_Bare":
        return self

    def __exit__(self, *_: object) -> None: ...


class _NoFigure:
    def labels(self, *_: object) -> "_NoFigure":
        return self

    def inc(self, *_: object) -> None: ...

    def observe(self, *_: object) -> None: ...


@contextmanager
def nothing() -> Iterator[None]:
    """Take out what figures and traces add to a request."""
    nowhere, bare = nullcontext(), _NoFigure()
    with (
        patch("gql.protocol.operations.Execution", _Bare),
        patch("gql.protocol.middleware.responses_of", bare.labels),
        patch("gql.protocol.middleware.RESPONSE_SECONDS", bare),
        patch("gql.protocol.middleware.request_span", lambda *_: nowhere),
        patch("db.driver.statement_span", lambda _: nowhere),
        patch("db.pool.CountingPool._do_get", AsyncAdaptedQueuePool._do_get),
    ):
        yield


async def block(api: Api, sheet: str) -> float:
    """Return the milliseconds of this process's CPU for one roll sheet."""
    began = time.process_time()
    for _ in range(OF_A_BLOCK):
        await api.ask(FULL, id=sheet)
    return 1000 * (time.process_time() - began) / OF_A_BLOCK


@asynccontextmanager
async def api_over(url: str, world: World) -> AsyncIterator[Api]:
    database = Database(create_engine(url))
    async with serving(database) as anybody:
        yield await anybody.as_staff(world, Permission.OWNER)
    await database.close()


async def traced_block(provider: TracerProvider, api: Api, sheet: str) -> float:
    began = time.process_time()
    tracing.trace_with(provider)
    try:
        await block(api, sheet)
        await asyncio.to_thread(provider.force_flush)
    finally:
        tracing.trace_with(None)
    return 1000 * (time.process_time() - began) / OF_A_BLOCK


async def measure(url: str, endpoint: str, blocks: int) -> None:
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint), max_queue_size=20_000))
    owning = create_engine(url, role=None, pool_size=1)
    async with owning.execution_options(isolation_level="AUTOCOMMIT").connect() as owner:
        world = await new_world(owner)
        lesson = await world.weekly_class(name=f"Class of {ROWS}")
        await fill(world, lesson, ROWS)
        await owner.execute(text("ANALYZE"))
        sheet = encode_occurrence_id(OccurrenceKey(lesson.timeslot_id, MONDAY))
        async with api_over(url, world) as plain:
            tracing.trace_with(provider)
            async with api_over(url, world) as traced:
                tracing.trace_with(None)
                await compare(provider, plain, traced, sheet, blocks)
    await owning.dispose()
    provider.shutdown()


async def compare(provider: TracerProvider, plain: Api, traced: Api, sheet: str, blocks: int) -> None:
    # As commands/serve.py does: a full collection would visit all of the code.
    gc.freeze()
    gc.set_threshold(20_000, 50, 50)
    found: dict[str, list[float]] = {"nothing": [], "off": [], "on": []}
    for turn in range(blocks + 2):
        for name in _in_turns(list(found), turn):
            with nothing() if name == "nothing" else nullcontext():
                took = await (traced_block(provider, traced, sheet) if name == "on" else block(plain, sheet))
            if turn >= 2:
                found[name].append(took)
    for name, values in found.items():
        ratio = statistics.median(one / bare for one, bare in zip(values, found["nothing"], strict=True))
        print(f"{ROWS} rows  {name:<8} {statistics.median(values):6.3f} ms CPU  {100 * (ratio - 1):+5.1f} %")


def _in_turns(names: list[str], turn: int) -> list[str]:
    """Return the names with another one first in each turn, forwards and backwards."""
    first = turn // 2 % len(names)
    names = names[first:] + names[:first]
    return names if turn % 2 else names[::-1]


async def run(server_url: str, endpoint: str, blocks: int) -> None:
    async with scratch_database(server_url) as url:
        await upgrade(url)
        await measure(url, endpoint, blocks)


def main() -> None:
    blocks: Any = int(sys.argv[1]) if len(sys.argv) > 1 else 24
    with bench_servers(needs_redis=False) as servers, collector() as endpoint:
        asyncio.run(run(servers.database_url, endpoint, blocks))


if __name__ == "__main__":
    main()
