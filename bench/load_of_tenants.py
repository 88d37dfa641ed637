"""The load of bench/overload.py: businesses whose staff asks for roll sheets and submits them.

It speaks HTTP/1.1 over connections of its own, since a client library would take more of the machine than the server.
"""

import asyncio
import itertools
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from strawberry import ID

from attendance.rules.vocabulary import Permission, Portal
from bench.roll_sheet import FULL, fill
from gql.fields.global_ids import encode_id
from tests.support.api_process import sign_in
from tests.support.documents import mutation
from tests.support.factories import World, new_world

SUBMIT = mutation("submitAttendance", "occurrence { revision }")
CLASSES = 4
# The changes that made the marks with which the sheets begin, so that the audit finds no fault in them.
HISTORY = (
    """INSERT INTO change (organization_id, timeslot_id, held_on, revision, kind, source, changed_at)
       SELECT organization_id, timeslot_id, held_on, 1, 'MARKS', max(source), max(marked_at) FROM mark
       WHERE organization_id = :o GROUP BY organization_id, timeslot_id, held_on""",
    """INSERT INTO changed_entry (organization_id, timeslot_id, held_on, revision, student_id, after_status,
           after_is_defaulted, after_source)
       SELECT organization_id, timeslot_id, held_on, 1, student_id, status, is_defaulted, source FROM mark
       WHERE organization_id = :o""",
)
GIVE_UP = 6.0
LONGEST = 60.0
# Less than the seconds after which the server closes a connection that is not used.
IDLE = 30.0
STATUSES = ["PRESENT", "TARDY", "ABSENT", "LEFT_EARLY"]


Send = Callable[["Tenant", "Tally"], Coroutine[Any, Any, object]]


class Connections:
    """Keeps connections to one process. An answer is its status and its body."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        reader, writer = await self._connection()
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            body = await reader.readexactly(length)
        except BaseException:
            writer.close()
            raise
        self._free.append((time.perf_counter(), reader, writer))
        return int(head[9:12]), body

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Return a connection that the server has not closed for being idle."""
        while self._free:
            used, reader, writer = self._free.pop()
            if time.perf_counter() - used < IDLE:
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self._port)


@dataclass
class Tenant:
    """A business whose staff asks for roll sheets and submits them.

    dice -- decides what it asks for and, in `Load.open`, when. Set to the same seed, it asks for the same again
    statuses -- decides the statuses of marks. They differ when it asks for the same again: a submission that changes
        nothing costs less
    """

    world: World
    token: str
    sheets: list[tuple[str, list[ID]]]
    dice: random.Random
    keys: "itertools.count[int]" = field(default_factory=itertools.count)
    statuses: random.Random = field(default_factory=random.Random)

    def request(self) -> tuple[bytes, str | None]:
        """Return a request, and the idempotency key of a submission."""
        sheet, students = self.dice.choice(self.sheets)
        if self.dice.random() < 0.8:
            return self._encoded(FULL, {"id": sheet}), None
        key = f"key {next(self.keys)}"
        mark = {"studentId": self.dice.choice(students), "status": self.statuses.choice(STATUSES)}
        given = {"occurrenceId": sheet, "marks": [mark], "idempotencyKey": key}
        return self._encoded(SUBMIT, {"input": given}), key

    def _encoded(self, query: str, variables: object) -> bytes:
        body = orjson.dumps({"query": query, "variables": variables})
        head = (
            "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


@dataclass
class Tally:
    """What became of requests. `good` has, by the second of its end, the time of each good answer."""

    began: float = field(default_factory=time.perf_counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    sent: Counter[int] = field(default_factory=Counter)
    good: dict[int, list[float]] = field(default_factory=dict)
    refused: list[float] = field(default_factory=list)

    def second(self) -> int:
        return int(time.perf_counter() - self.began)

    def add(self, other: "Tally") -> None:
        self.outcomes += other.outcomes
        self.refused += other.refused
        for second, times in other.good.items():
            self.good.setdefault(second, []).extend(times)

    def times(self) -> list[float]:
        return [each for times in self.good.values() for each in times]

    def told(self, seconds: float) -> str:
        times = sorted(self.times()) or [0.0]
        median, late = 1000 * statistics.median(times), 1000 * times[int(len(times) * 0.99)]
        others = ", ".join(f"{count} {name}" for name, count in self.outcomes.most_common() if name != "good")
        return (
            f"{len(times) / seconds:6.1f} good/s, median {median:5.0f} ms, p99 {late:5.0f} ms; {others or 'all good'}"
        )


@dataclass
class Load:
    """Sends requests of tenants to the processes."""

    processes: list[Connections]
    dice: random.Random = field(default_factory=lambda: random.Random(7))
    submitted: dict[tuple[UUID, str], str] = field(default_factory=dict)

    async def one(self, tenant: Tenant, tally: Tally) -> str:
        request, key = tenant.request()
        return await self._send(tenant, request, key, tally, LONGEST)

    async def _send(self, tenant: Tenant, request: bytes, key: str | None, tally: Tally, patience: float) -> str:
        began = time.perf_counter()
        tally.sent[tally.second()] += 1
        try:
            async with asyncio.timeout(patience):
                status, body = await self.dice.choice(self.processes).ask(request)
            outcome = _outcome(status, body)
        except TimeoutError:
            outcome = "given up"
        except (OSError, asyncio.IncompleteReadError):
            outcome = "broken"
        took = time.perf_counter() - began
        tally.outcomes[outcome] += 1
        if outcome == "good":
            tally.good.setdefault(tally.second(), []).append(took)
        elif outcome == "UNAVAILABLE":
            tally.refused.append(took)
        if key is not None:
            self.submitted[tenant.world.organization_id, key] = outcome
        return outcome

    async def impatient(self, tenant: Tenant, tally: Tally) -> None:
        """Send a request up to three times: again at once when 6 seconds bring no answer, and after a refusal when it
        says.
        """
        request, key = tenant.request()
        for _ in range(3):
            outcome = await self._send(tenant, request, key, tally, GIVE_UP)
            if outcome == "good":
                return
            if outcome != "given up":
                await asyncio.sleep(self.dice.uniform(1, 3))

    async def closed(self, tenants: list[Tenant], clients: int, seconds: float) -> Tally:
        tally = Tally()

        async def client(tenant: Tenant) -> None:
            while time.perf_counter() - tally.began < seconds:
                await self.one(tenant, tally)

        await asyncio.gather(*(client(tenants[number % len(tenants)]) for number in range(clients)))
        return tally

    async def open(
        self,
        rates: list[float],
        tenants: list[Tenant],
        seconds: float,
        tallies: list[Tally] | None = None,
        send: Send | None = None,
        *,
        wait: bool = True,
    ) -> list[Tally]:
        """Send requests of each tenant at its rate, at random moments, and tell what became of them by tenant.

        wait -- whether to wait for the last answers
        """
        tallies = tallies or [Tally() for _ in tenants]
        tasks: set[asyncio.Task[object]] = set()

        async def sender(tenant: Tenant, rate: float, tally: Tally) -> None:
            began = due = time.perf_counter()
            while (due := due + tenant.dice.expovariate(rate)) < began + seconds:
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                task = asyncio.create_task((send or self.one)(tenant, tally))
                tasks.add(task)
                task.add_done_callback(tasks.discard)

        await asyncio.gather(*map(sender, tenants, rates, tallies))
        if wait and tasks:
            await asyncio.gather(*tasks)
        return tallies


def _outcome(status: int, body: bytes) -> str:
    if status == 200 and b'"errors"' not in body:
        return "good"
    if b'"UNAVAILABLE"' in body:
        return "UNAVAILABLE" if b'"retryAfter"' in body and status == 503 else "UNAVAILABLE without retryAfter"
    return "INTERNAL" if b'"INTERNAL"' in body else f"status {status}"


async def new_tenant(owner: AsyncConnection, name: str) -> Tenant:
    world = await new_world(owner, name=name, tokens_enabled=False)
    sheets = []
    for number in range(CLASSES):
        lesson = await world.weekly_class(name=f"Class {number}")
        await fill(world, lesson, 30)
        rows = await owner.execute(
            text("SELECT student_id FROM enrollment WHERE organization_id = :o AND offering_id = :f"),
            {"o": world.organization_id, "f": lesson.offering_id},
        )
        sheets.append((lesson.sheet_id(), [encode_id("Student", row.student_id) for row in rows]))
    for statement in HISTORY:
        await owner.execute(text(statement), {"o": world.organization_id})
    token = await sign_in(world, await world.staff(Permission.OWNER), Portal.OFFICE, lifetime=24 * 3600)
    return Tenant(world, token, sheets, random.Random(name))
