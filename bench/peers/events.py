"""Measures one change of one row on its way to 1, 30 and 500 subscribers of a roll sheet, over WebSocket."""

import asyncio
import itertools
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import orjson
from redis.asyncio import Redis
from sqlalchemy import text

from attendance.actions.marks.record_marks import Submission
from attendance.actions.marks.submit_attendance import submit_attendance
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.marks import WantedMark
from attendance.rules.vocabulary import AttendanceStatus, Permission
from bench.forwarder import CHANNEL
from bench.peers.alike import difference
from bench.peers.business import Business
from bench.peers.results import Cost, Results
from bench.peers.scenarios import DOCUMENTS, occurrence_id
from bench.peers.servers import BARE, Server
from bench.raw_clients import Audience
from db.engine import Database, create_engine
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer, connect_redis, to_processes
from tests.support.live_sheet import WITHOUT_TOKENS
from tests.support.sockets import greeting
from tests.support.viewers import staff_viewer

SUBSCRIBERS = (1, 30, 500)
# It reads each event anew for each subscriber: with 500 of them, an event takes many seconds.
_ONLY_FOR_A_FEW = "strawberry, tutorial"
# The server's work after the last delivery counts too.
_AFTERWARDS = 0.05
_A_STUDENT = text(
    "SELECT e.student_id FROM enrollment e JOIN timeslot t ON t.organization_id = e.organization_id"
    " AND t.offering_id = e.offering_id WHERE t.organization_id = :organization AND t.id = :timeslot"
    " AND e.starts_on <= :held_on AND e.drop_on IS NULL ORDER BY e.student_id LIMIT 1"
)


class Changes:
    """Changes one row of one roll sheet, and tells all servers of it: Rollbook and the bare sockets through Redis, the
    others by NOTIFY.
    """

    def __init__(self, business: Business, database: Database, announcer: Announcer, redis: Redis) -> None:
        self._business = business
        self._database = database
        self._announcer = announcer
        self._redis = redis
        self._viewer = staff_viewer(business.world, business.staff_id, Permission.OWNER, settings=WITHOUT_TOKENS)
        self._statuses = itertools.cycle([AttendanceStatus.TARDY, AttendanceStatus.ABSENT])
        self.key = OccurrenceKey(business.sheets[0], business.held_on)
        self.frame = b"{}"

    async def make(self, server: Server) -> float:
        """Return the time at which the server was told."""
        if server.name == BARE:
            told = time.perf_counter()
            await self._redis.publish(CHANNEL, self.frame)
            return told
        owner, (organization_id, key) = self._business.world.owner, (self._business.world.organization_id, self.key)
        student = await owner.scalar(
            _A_STUDENT,
            {"organization": organization_id, "timeslot": key.timeslot_id, "held_on": key.held_on},
        )
        assert student is not None
        wanted = Submission(key, {student: WantedMark(next(self._statuses))})
        async with unit_of_work(self._database, organization_id, self._announcer) as uow:
            revision = (await submit_attendance(uow, self._viewer, wanted, now=datetime.now(UTC))).revision
        told = time.perf_counter()
        if not server.is_ours:
            heard = f"{key.timeslot_id}:{key.held_on}:{revision}"
            await owner.execute(text("SELECT pg_notify('peers', :heard)"), {"heard": heard})
        return told


@asynccontextmanager
async def changing(business: Business, url: str, redis_url: str, application: str) -> AsyncIterator[Changes]:
    redis = connect_redis(redis_url)
    announcer = Announcer(to_processes(redis))
    announcer.start()
    database = Database(create_engine(url, pool_size=1, application=application))
    try:
        yield Changes(business, database, announcer, redis)
    finally:
        await announcer.close()
        await database.close()
        await redis.aclose()


async def measure_events(
    changes: Changes, servers: list[Server], rounds: int, events: int, progress: Callable[[str], None]
) -> AsyncIterator[Results]:
    """Yield the results for each number of subscribers. All servers must send what the first one sends."""
    for subscribers in SUBSCRIBERS:
        results, title = Results(f"event to {subscribers}", with_database=False), f"event to {subscribers}"
        for number in range(rounds + 1):
            sent: dict[str, Any] = {}
            for server in servers if number % 2 else servers[::-1]:
                if server.name == _ONLY_FOR_A_FEW and subscribers > 100:
                    continue
                progress(f"{title}: round {number} of {rounds}, {server.name}")
                cost, sent[server.name] = await _turn(changes, server, subscribers, events)
                if number > 0:
                    results.add(server.name, cost)
            if number == 0:
                _compare(title, {name: event for name, event in sent.items() if name != BARE})
        progress("")
        yield results


async def _turn(changes: Changes, server: Server, subscribers: int, events: int) -> tuple[Cost, Any]:
    payload = {
        "query": DOCUMENTS["Changed"],
        "operationName": "Changed",
        "variables": {"id": occurrence_id(server, changes.key.timeslot_id, changes.key.held_on)},
    }
    subscribing = {"id": "1", "type": "subscribe", "payload": payload}
    audience = Audience(subscribers, greeting(server.token), subscribing)
    delays: list[float] = []
    try:
        await audience.join(server.port)
        await asyncio.sleep(0.5)
        cpu = 0.0
        for number in range(events + 3):
            audience.expect()
            before = server.cpu()
            told = await changes.make(server)
            arrivals = await audience.heard()
            await asyncio.sleep(_AFTERWARDS)
            # The first events compile the document.
            if number >= 3:
                cpu += server.cpu() - before
                delays.append(max(arrivals) - told)
        if server.is_ours:
            changes.frame = audience.last
    finally:
        audience.leave()
    await asyncio.sleep(0.2)
    latency = statistics.quantiles(delays, n=100)
    return Cost(1000 * cpu / events, 0, 1000 * latency[49], 1000 * latency[98]), orjson.loads(audience.last)


def _compare(title: str, sent: dict[str, Any]) -> None:
    """End the run unless all servers have sent alike. Each has sent an event of its own, so its number is left out."""
    bodies = {name: message["payload"]["data"] for name, message in sent.items()}
    (first, expected), *others = bodies.items()
    for name, body in others:
        if found := difference(_unnumbered(expected), _unnumbered(body)):
            sys.exit(f"{title}: {first} and {name} send differently: {found}")


def _unnumbered(sent: Any) -> Any:
    event = sent["rollSheetChanged"]
    entries = [{**entry, "mark": {**entry["mark"], "revision": 0, "status": ""}} for entry in event["entries"]]
    occurrence = {**event["occurrence"], "tally": {**event["occurrence"]["tally"], "present": 0, "absent": 0}}
    return {**event, "revision": 0, "entries": entries, "occurrence": occurrence}
