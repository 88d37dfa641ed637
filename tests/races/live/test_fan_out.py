"""Groups of followers under whatever can happen to them, in random order: each is told every change once and in order,
with its own rights, and nothing is left behind when all have gone (R10.1, R10.2, R10.4, R10.5).

No database and no clock: time passes when nobody has anything to do.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import ExecutionResult, GraphQLError

from gql.live import access_watch as access_watch_module
from gql.live import fan_out as fan_out_module
from gql.live import group as group_module
from gql.live.access_watch import AccessWatch
from gql.live.fan_out import FanOut
from gql.live.group import Follower, Live
from gql.live.hub import Hub
from gql.live.patience import patiently
from gql.protocol.answers import Answer
from gql.protocol.streams import Memo, Once, Stream
from tests.races.live.test_live_hub import SHEET, wake_up
from tests.support.sizes import SIZES

ROUNDS = SIZES.fan_outs
CAPACITY = 4
PAGE = 3
VIEWS = ("plain", "medical")


class QuickLoop(asyncio.SelectorEventLoop):
    """Jumps to the next thing that is due."""

    _ready: Any
    _scheduled: Any

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0

    def time(self) -> float:
        return self._now

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:
            self._now = max(self._now, self._scheduled[0]._when)
        super()._run_once()  # type: ignore[misc]


@dataclass(frozen=True)
class Change:
    """`whole` is what the changes up to this one add up to: their ids."""

    revision: int
    access: int
    history: str
    whole: tuple[int, ...]
    memo: Memo = field(default_factory=Memo, compare=False)
    is_state: bool = False
    committed_at: datetime = field(default_factory=lambda: datetime.now(UTC), compare=False)


@dataclass(frozen=True)
class Seeing:
    """A viewer. `view` is None when it may see nothing."""

    view: str | None
    access: int


@dataclass
class Stage:
    """The database: what happened, and what each client may see, since when."""

    chance: random.Random
    happened: list[tuple[int, int]] = field(default_factory=list)
    rights: dict[str, list[tuple[int, str | None]]] = field(default_factory=dict)
    epoch: int = 0
    failures: int = 0
    last_id: int = 0
    restores: int = 0
    complaints: list[str] = field(default_factory=list)

    @property
    def kept(self) -> Any:
        return SimpleNamespace(run=self.run)

    async def run(self, read: Callable[[Any], Awaitable[Any]]) -> Any:
        async with self.read(None) as snapshot:
            return await read(snapshot)

    @asynccontextmanager
    async def read(self, _: object) -> AsyncIterator[Any]:
        await self.dawdle()
        if self.failures:
            self.failures -= 1
            raise OSError
        rights = {name: mine[-1][1] for name, mine in self.rights.items()}
        snapshot = (list(self.happened), rights, self.epoch, str(self.restores))
        await self.dawdle()
        yield snapshot
        await self.dawdle()

    async def dawdle(self) -> None:
        for _ in range(self.chance.choice((0, 0, 1, 3, 8))):
            await asyncio.sleep(0)

    def commit(self) -> None:
        self.last_id += 1
        self.happened.append((self.last_id, self.epoch))

    def allow(self, name: str, view: str | None) -> None:
        self.epoch += 1
        self.rights.setdefault(name, []).append((self.epoch, view))

    def views_since(self, name: str, access: int) -> set[str | None]:
        """Those that the client had at that number or later."""
        mine = self.rights[name]
        ends = [start for start, _ in mine[1:]] + [2**63]
        return {view for (_, view), end in zip(mine, ends, strict=True) if end > access}

    def hear_warning(self, event: str, fault: Exception) -> None:
        """A group may be given up for a database that is away, and for nothing else: its followers would open their
        streams again and hide that it fails with each change.
        """
        if not isinstance(fault, OSError):
            self.complaints.append(f"{event}: {fault!r}")

    def change(self, snapshot: Any, revision: int, *, is_state: bool = False) -> Change:
        happened, _, access, history = snapshot
        return Change(revision, access, history, tuple(number for number, _ in happened[:revision]), is_state=is_state)

    async def read_changes(self, _: object, after: int) -> Sequence[Change]:
        async with self.read(None) as snapshot:
            return [self.change(snapshot, revision) for revision in range(after + 1, len(snapshot[0]) + 1)][:PAGE]

    async def read_revisions(self, connection: Any, subjects: Collection[Any]) -> dict[Any, int]:
        return dict.fromkeys(subjects, len(connection[0]))

    async def read_history(self, connection: Any) -> str:
        return str(connection[3])

    async def drop_connections(self) -> None:
        await self.dawdle()

    async def access_epoch(self, connection: Any, _: object) -> int:
        return int(connection[2])

    async def access_epochs(self, _: object, organizations: Collection[Any]) -> dict[Any, int]:
        async with self.read(None) as (_, _, epoch, _):
            return dict.fromkeys(organizations, epoch)

    async def find_viewers(self, connection: Any, claims: Collection[str], _: object) -> dict[str, Seeing]:
        _, rights, epoch, _ = connection
        return {name: Seeing(rights[name], epoch) for name in claims if rights[name] is not None}


@dataclass(eq=False)
class Client:
    """A subscriber: what it was told. `sheet` are the ids of the changes that it has."""

    stage: Stage
    hub: Hub[Change]
    fan_out: FanOut
    name: str
    told: int | None = None
    told_in: str = ""
    sheet: tuple[int, ...] = ()
    snapshots: int = 0
    kept: list[Answer] = field(default_factory=list)
    may_send: asyncio.Event = field(default_factory=asyncio.Event)
    has_ended: bool = False
    task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self.may_send.set()
        self.has_ended = False
        self.task = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
            with suppress(asyncio.CancelledError):
                await self.task

    def write(self, answer: Answer) -> bool:
        if self.task is None or self.task.done():
            self.complain("written to a client that has gone")
        if not self.may_send.is_set():
            return False
        self._get(answer)
        return True

    async def _listen(self) -> None:
        stream = Told(self)
        async for answer in stream.answers(self.write):
            await self.may_send.wait()
            await self.stage.dawdle()
            self._get(answer)
            await asyncio.sleep(0)
        self.has_ended = True

    def _get(self, answer: Answer) -> None:
        assert answer.result.data is not None
        change, view = answer.result.data["change"], answer.result.data["view"]
        if view not in self.stage.views_since(self.name, change.access):
            self.complain(f"told of {change.revision} with the view {view}")
        if change.is_state:
            self.snapshots += 1
        elif (change.revision, change.history) != ((self.told or 0) + 1, self.told_in):
            self.complain(f"told of {change.revision} after {self.told}")
        self.told, self.told_in, self.sheet = change.revision, change.history, change.whole

    def complain(self, what: str) -> None:
        """To raise it would only end a group, which must bear that."""
        self.stage.complaints.append(f"{self.name}: {what}")

    async def source(self) -> AsyncGenerator[Any, None]:
        """As gql/roster/roll_sheet_changed.py does it."""
        told, told_in = self.told, self.told_in
        while True:
            with self.hub.watch(SHEET) as watcher:
                opening = await patiently(partial(self._open, told, told_in))
                if opening is None:
                    return
                viewer, revision, told_in, changes = opening
                self.hub.follow(SHEET, watcher, revision, told_in)
                for change in changes:
                    yield Once(change, change.memo, viewer.view)
                live: Live[Any] = Live(
                    self.fan_out,
                    self.hub,
                    SHEET,
                    watcher,
                    told=revision,
                    claims=self.name,  # type: ignore[arg-type]
                    viewer=viewer,
                    view=viewer.view,
                    stays=partial(_has, viewer.view),
                    sees=lambda _: True,
                    show=lambda change: change,
                )
                yield live
            told = None if live.has_missed else live.told

    async def _open(self, told: int | None, told_in: str) -> tuple[Any, int, str, list[Change]] | None:
        async with self.stage.read(None) as snapshot:
            happened, rights, epoch, history = snapshot
            if rights[self.name] is None:
                return None
            viewer, revision = Seeing(rights[self.name], epoch), len(happened)
            if told is None or told > revision or told_in != history:
                return viewer, revision, history, [self.stage.change(snapshot, revision, is_state=True)]
            return (
                viewer,
                revision,
                history,
                [self.stage.change(snapshot, each) for each in range(told + 1, revision + 1)],
            )


def _has(view: str, viewer: Any) -> bool:
    return bool(viewer.view == view)


class Told(Stream):
    """Executes with the rights that the client has by then, as fields with resolvers of their own do."""

    def __init__(self, client: Client) -> None:
        super().__init__(None, client.source(), "the same operation")  # type: ignore[arg-type]
        self._client = client

    async def execute(self, event: object, view: Any = None) -> Answer:
        stage, name = self._client.stage, self._client.name
        await stage.dawdle()
        now = stage.rights[name][-1][1]
        await stage.dawdle()
        if view is not None and now != view:
            return Answer(ExecutionResult(None, [GraphQLError("another view")]))
        return Answer(ExecutionResult({"change": event, "view": now or stage.rights[name][-2][1]}))


@dataclass
class Play:
    """One random run."""

    chance: random.Random
    stage: Stage
    hub: Hub[Change]
    fan_out: FanOut
    clients: list[Client] = field(default_factory=list)

    async def act(self) -> None:
        acts: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (30, self.commit),
            (8, self.come),
            (4, self.leave),
            (3, self.come_back),
            (5, self.change_rights),
            (4, self.stall),
            (6, self.go_on),
            (3, self.check),
            (2, self.compare),
            (2, self.forget),
            (2, self.lose_the_database),
            (1, self.restore),
        ]
        weights, choices = zip(*acts, strict=True)
        await self.chance.choices(choices, weights)[0]()
        for _ in range(self.chance.choice((0, 1, 2, 5, 20, 60))):
            await asyncio.sleep(0)

    async def commit(self) -> None:
        for _ in range(self.chance.choice((1, 1, 1, 2, 3, CAPACITY + 3))):
            self.stage.commit()
        if self.chance.random() < 0.9:
            self.hub.heard(wake_up(len(self.stage.happened)))

    async def come(self) -> None:
        client = Client(self.stage, self.hub, self.fan_out, f"client {len(self.clients)}")
        self.stage.rights[client.name] = [(0, self.chance.choice(VIEWS))]
        self.clients.append(client)
        client.start()

    def one(self) -> Client | None:
        return self.chance.choice(self.clients) if self.clients else None

    async def leave(self) -> None:
        if (client := self.one()) is not None:
            await client.stop()

    async def come_back(self) -> None:
        if (client := self.one()) is not None and client.task is not None and client.task.done():
            client.start()

    async def change_rights(self) -> None:
        if (client := self.one()) is not None:
            now = self.stage.rights[client.name][-1][1]
            choices = [None, *VIEWS] if now else VIEWS
            self.stage.allow(client.name, self.chance.choice([each for each in choices if each != now]))
            if self.chance.random() < 0.5:
                # What it is told first keeps it from following, and its group knows of its rights before it does.
                client.may_send.clear()
                await self.check()
                client.may_send.set()

    async def stall(self) -> None:
        if (client := self.one()) is not None:
            client.may_send.clear()

    async def go_on(self) -> None:
        if (client := self.one()) is not None:
            client.may_send.set()

    async def check(self) -> None:
        with suppress(OSError):
            await self.fan_out.check()

    async def compare(self) -> None:
        with suppress(OSError):
            await self.hub.compare()

    async def forget(self) -> None:
        """What is kept for those who join later; whoever has missed it reads for itself."""
        await asyncio.sleep(self.chance.choice((1, 30)))
        self.fan_out.forget_recent()

    async def lose_the_database(self) -> None:
        self.stage.failures = self.chance.randint(1, 5)

    async def restore(self) -> None:
        """To an earlier state; whoever is away then comes back with a revision of a history that never was."""
        self.stage.restores += 1
        del self.stage.happened[self.chance.randint(0, len(self.stage.happened)) :]
        self.stage.failures = 0
        if self.chance.random() < 0.5:
            await self.hub.compare()
        else:
            # Somebody opens the roll sheet before it is compared.
            await self.come()
            while self.clients[-1].told is None:
                await asyncio.sleep(0)
        await self.commit()

    async def until_quiet(self) -> None:
        self.stage.failures = 0
        for client in self.clients:
            client.may_send.set()
        for _ in range(8):
            await self.hub.compare()
            await self.fan_out.check()
            await asyncio.sleep(10)

    async def curtain(self) -> None:
        await self.until_quiet()
        here = [client for client in self.clients if client.task is not None and not client.task.done()]
        for client in here:
            whole = tuple(number for number, _ in self.stage.happened)
            assert (client.told, client.sheet) == (len(whole), whole), client.name
            assert self.stage.rights[client.name][-1][1] is not None, "it may see nothing any more"
        for client in self.clients:
            if client.task is not None and client.task.done() and not client.task.cancelled():
                assert client.task.exception() is None, client.name
        await asyncio.sleep(30)
        self.fan_out.forget_recent()
        assert not any(group._recent for group in self.fan_out._groups.values()), "R16.5: it keeps facts of people"
        groups = {self.stage.rights[client.name][-1][1] for client in here}
        assert len(self.fan_out._groups) == len(groups)
        assert len(self.hub._topics[SHEET].watchers if groups else ()) == len(groups)
        for client in self.clients:
            await client.stop()
        await asyncio.sleep(10)
        assert self.fan_out._groups == {}
        assert self.fan_out._tasks == set()
        assert self.hub._topics == {}
        assert asyncio.all_tasks() == {asyncio.current_task()}


def new_play(seed: int, monkeypatch: pytest.MonkeyPatch) -> Play:
    chance = random.Random(seed)
    stage: Any = Stage(chance)
    for module, name in (
        (group_module, "access_epoch"),
        (group_module, "find_viewers"),
        (access_watch_module, "access_epochs"),
    ):
        monkeypatch.setattr(module, name, getattr(stage, name))
    monkeypatch.setattr(group_module, "_AT_ONCE", 1)
    monkeypatch.setattr(fan_out_module, "log", SimpleNamespace(warning=stage.hear_warning))
    hub: Hub[Change] = Hub(
        stage,
        stage.read_changes,
        stage.read_revisions,
        page=PAGE,
        capacity=CAPACITY,
        history_in=lambda change: change.history,
        read_history=stage.read_history,
    )
    return Play(chance, stage, hub, FanOut(stage, AccessWatch(stage), lambda: datetime.now(UTC), capacity=CAPACITY))


async def run(play: Play, acts: int) -> None:
    for _ in range(acts):
        await play.act()
    await play.curtain()
    assert play.stage.complaints == []


@pytest.mark.parametrize("batch", range(10))
def test_R10_1_everybody_is_told_every_change_once_and_nothing_is_left_behind(
    batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(batch, ROUNDS, 10):
        with asyncio.Runner(loop_factory=QuickLoop) as runner:
            try:
                runner.run(run(new_play(seed, monkeypatch), acts=60))
            except BaseException as fault:
                fault.add_note(f"seed {seed}")
                raise


async def test_R10_2_who_has_read_another_history_is_in_another_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their revisions are equal and mean different changes, so neither may be told those of the other."""
    play = new_play(0, monkeypatch)

    def join(history: str) -> object:
        watcher = play.hub.watch(SHEET).__enter__()
        play.hub.follow(SHEET, watcher, 7, history)
        live: Live[Any] = Live(
            play.fan_out,
            play.hub,
            SHEET,
            watcher,
            told=7,
            claims="anybody",  # type: ignore[arg-type]
            viewer=Seeing("plain", 0),  # type: ignore[arg-type]
            view="plain",
            stays=partial(_has, "plain"),
            sees=lambda _: True,
            show=lambda change: change,
        )
        stream: Any = SimpleNamespace(signature="the same operation")
        return play.fan_out.join(Follower(live, stream, None, CAPACITY))

    async with play.fan_out:
        first, second, third = join("former"), join("present"), join("present")
    assert first is not None
    assert first is not second
    assert second is third
