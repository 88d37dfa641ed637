"""The product as the walk drives it: its API in this process with live roll sheets, and its workers' jobs.

One database serves all walks; each walk is an organization of its own in it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.vocabulary import OfferingKind, Permission, Portal
from db.engine import Database, create_engine
from db.wake_ups import Announcer
from gql.fields.context import make_context
from gql.fields.global_ids import encode_id
from gql.live.sheet_changes import SheetHub
from gql.protocol.guard import GuardLimits
from gql.protocol.operations import Operations, read_parameters
from tests.support.api import SCHEMA, Api, serving
from tests.support.factories import World, new_world
from tests.walk.calendar import Slot
from tests.walk.documents import ACTS, WATCH, everything
from workers.context import WorkerContext
from workers.jobs.end_days import end_days
from workers.jobs.run_tokens import run_tokens
from workers.jobs.sweep_token_runs import sweep

STUDENTS = ("Ann", "Ben", "Cas", "Dan")
FOR_EVER = timedelta(days=4000)
HIDE = (
    "DELETE FROM token_run WHERE organization_id = :id",
    "UPDATE location SET settled_through_on = '2100-01-01' WHERE organization_id = :id",
)


class Driven(Protocol):
    """What a walk drives: the product in this process, or processes of it. Shared by all walks.

    api -- like tests.support.api.Api
    patience -- the seconds within which a subscriber hears of a change
    """

    owner: AsyncConnection
    api: Any
    patience: float

    def follow(self, token: str, occurrence: str, watch: "Watch") -> AsyncIterator[dict[str, Any]]: ...

    async def work(self, runs: list[tuple[str, str, str, str]]) -> int: ...


@dataclass
class System:
    """The product in this process."""

    database: Database
    owner: AsyncConnection
    api: Api
    announcer: Announcer
    operations: Operations = field(default_factory=lambda: Operations(SCHEMA, GuardLimits()))
    patience: float = 5.0

    @property
    def worker(self) -> WorkerContext:
        return WorkerContext(self.database, self.announcer, self.api.clock)

    async def follow(self, token: str, occurrence: str, watch: "Watch") -> AsyncIterator[dict[str, Any]]:
        """The events of a roll sheet through the schema, after what the watch has."""
        services = self.api.services
        variables = {"id": occurrence, "after": watch.after}
        parameters = read_parameters({"query": WATCH, "variables": variables})
        operation = self.operations.prepare(parameters, may_introspect=False)
        context = await make_context(services, services.access_tokens.check(token), "walk")
        answers = (await self.operations.subscribe(operation, context)).answers()
        try:
            async for answer in answers:
                result: Any = answer.result
                assert not result.errors, result.errors
                yield result.data["rollSheetChanged"]
        finally:
            await answers.aclose()

    async def work(self, runs: list[tuple[str, str, str, str]]) -> int:
        """A minute of the workers, with these runs in this order, each twice. Answers how many others were due."""
        worker = self.worker
        await end_days(worker)
        for run in runs:
            for _ in range(2):
                await run_tokens({"worker": worker}, *run)
        return await sweep(worker)


@asynccontextmanager
async def running(database_url: str) -> AsyncIterator[System]:
    """The hub hears of its own process's changes alone and never compares, so that a wake-up left out shows."""
    database = Database(create_engine(database_url, pool_size=5))
    engine = create_engine(database_url, role=None, pool_size=1)
    hub = SheetHub(database, compare_seconds=1e6)
    announcer = Announcer(here=[hub.heard])
    announcer.start()
    owners = engine.execution_options(isolation_level="AUTOCOMMIT").connect()
    async with serving(database, announcer=announcer, hub=hub) as api, owners as owner:
        yield System(database, owner, api, announcer)
    await announcer.close()
    await hub.close()
    await engine.dispose()
    await database.close()


@dataclass
class Watch:
    """One subscriber: what it has been sent since the last look, and the roll sheet as it shows it. `after` is the
    revision that it has, None before the first event.
    """

    rows: dict[str, Any]
    after: int | None
    patience: float
    news: list[dict[str, Any]] = field(default_factory=list)
    task: asyncio.Task[None] | None = None

    @property
    def revision(self) -> int:
        return self.after or 0

    async def listen(self, events: AsyncIterator[dict[str, Any]]) -> None:
        async for event in events:
            if event["kind"] == "SNAPSHOT":
                self.rows.clear()
            for gone in event["removedEntryIds"]:
                self.rows.pop(gone, None)
            self.rows |= {entry["id"]: entry for entry in event["entries"]}
            self.after = event["revision"]
            self.news.append(event)

    async def heard_something(self) -> None:
        await self._until(lambda: bool(self.news))

    async def reached(self, revision: int) -> None:
        """Wait for the event of this revision; not for ever."""
        await self._until(lambda: self.revision >= revision)

    def take(self) -> list[dict[str, Any]]:
        """What was sent since the last time."""
        news, self.news = self.news, []
        return news

    async def _until(self, holds: Callable[[], bool]) -> None:
        for _ in range(int(self.patience / 0.002)):
            if self.task is not None and self.task.done():
                self.task.result()
            if holds():
                return
            await asyncio.sleep(0.002)

    async def leave(self) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)


@dataclass
class Business:
    """One organization with the slots of a walk; nobody is enrolled yet."""

    system: Driven
    world: World
    callers: dict[str, Any]
    occurrences: Mapping[str, str]
    timeslots: dict[str, tuple[UUID, Slot]]
    offerings: dict[str, UUID]
    students: dict[str, UUID]
    query: str = ""

    async def ask(self, actor: str, act: str, **given: Any) -> dict[str, Any]:
        """The answer's fields; of a top-level error its code as `__typename`."""
        body = await self.callers[actor].send(ACTS[act], input=given)
        if "errors" in body:
            return {"__typename": body["errors"][0]["extensions"]["code"], "message": body["errors"][0]["message"]}
        answer: dict[str, Any] = body["data"][act]
        return answer

    def caller(self, token: str) -> Any:
        return replace(self.system.api, token=token)

    def entry(self, sheet: str, student: str) -> str:
        """The id of a student's row."""
        timeslot_id, slot = self.timeslots[sheet]
        return encode_id("RosterEntry", timeslot_id, slot.held_on, self.students[student])

    async def look(self) -> dict[str, Any]:
        """All roll sheets and tokens, as a client that comes now sees them."""
        ids = {name: encode_id("Student", student) for name, student in self.students.items()}
        seen: dict[str, Any] = await self.callers["olga"].ask(self.query, **self.occurrences, **ids)
        return seen

    async def watch(self, sheet: str, after: int | None = None, rows: dict[str, Any] | None = None) -> Watch:
        """Subscribe as Olga."""
        watch = Watch(dict(rows or {}), after, self.system.patience)
        events = self.system.follow(self.callers["olga"].token or "", self.occurrences[sheet], watch)
        watch.task = asyncio.create_task(watch.listen(events))
        return watch

    async def work(self, runs: list[tuple[str, str]]) -> int:
        """A minute of the workers, with these runs in this order, each twice. Answers how many others were due."""
        organization_id = str(self.world.organization_id)
        slots = [(*self.timeslots[name], phase) for name, phase in runs]
        return await self.system.work(
            [(organization_id, str(timeslot_id), slot.held_on.isoformat(), phase) for timeslot_id, slot, phase in slots]
        )

    async def set(self, **values: Any) -> None:
        """Settings that have no mutation yet."""
        await self.world.change_settings(**values)

    async def close(self) -> None:
        """The workers have nothing more to do here."""
        for statement in HIDE:
            await self.world.owner.execute(text(statement).bindparams(id=self.world.organization_id))


async def new_business(system: Driven, slots: dict[str, Slot]) -> Business:
    world = await new_world(system.owner)
    offerings: dict[str, UUID] = {}
    timeslots: dict[str, tuple[UUID, Slot]] = {}
    for name, slot in slots.items():
        of_offering = sorted(each.held_on for each in slots.values() if each.offering == slot.offering)
        first, last = of_offering[0], of_offering[-1]
        if slot.offering not in offerings:
            kind = OfferingKind(slot.kind)
            offerings[slot.offering] = await world.offering(
                kind=kind, name=slot.offering, starts_on=first, ends_on=last
            )
            weekly = {"weekday": slot.held_on.isoweekday()}
            dates = {"weekday": None, "starts_on": first, "ends_on": last}
            when = weekly if kind is OfferingKind.CLASS else dates
            timeslot = await world.timeslot(
                offerings[slot.offering], start_time=slot.start, duration_minutes=slot.minutes, **when
            )
        timeslots[name] = (timeslot, slot)
    students = {name: await world.student(first_name=name) for name in STUDENTS}
    occurrences = {name: encode_id("Occurrence", slot_id, slot.held_on) for name, (slot_id, slot) in timeslots.items()}
    callers = {
        "olga": await _signed_in(system, world, Portal.OFFICE, Permission.OWNER),
        "otto": await _signed_in(system, world, Portal.OFFICE, Permission.OWNER),
        "stan": await _signed_in(
            system, world, Portal.STAFF, Permission.STAFF_ATTENDANCE_FULL, Permission.STAFF_SEE_ALL
        ),
    }
    query = everything(list(slots), STUDENTS)
    return Business(system, world, callers, occurrences, timeslots, offerings, students, query)


async def _signed_in(system: Driven, world: World, portal: Portal, *permissions: Permission) -> Any:
    """With a credential that outlasts the walk, whose clock makes leaps."""
    return await system.api.signed_in(world, await world.staff(*permissions), portal, lasting=FOR_EVER)
