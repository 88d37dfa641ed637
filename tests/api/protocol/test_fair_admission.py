"""R16.3: what tenants get of a process when one of them, or all, ask for too much. The time is simulated, so that the
figures do not depend on the machine; `bench/overload.py` measures real processes.
"""

import asyncio
import random
from collections import Counter, deque
from dataclasses import dataclass, field

from gql.protocol.admission import Admission, Overloaded
from tests.support.simulated_time import run_in_simulated_time

# An operation takes turns of the event loop (seconds of its processor time) with statements between them (seconds of
# PostgreSQL's). Four of five are like a roll sheet and the others like a submission, as in bench/overload.py.
READ = ((0.0014, 0.002), (0.003, 0.0))
WRITE = ((0.0012, 0.0004), (0.0006, 0.001), (0.0006, 0.0028), (0.0006, 0.0), (0.0012, 0.0))
# What the process does for each request before anything else, which is all that it does for one that it refuses.
ARRIVAL = 0.00023
# The answers a second to a dozen clients that have a request under way at all times.
CAPACITY = 0.97 / (ARRIVAL + 0.8 * sum(turn for turn, _ in READ) + 0.2 * sum(turn for turn, _ in WRITE))
SECONDS = 30
SLOW = (18, 21)


class EventLoop:
    """The core of an API process: one piece of work after the other, in the order in which they are ready."""

    def __init__(self) -> None:
        self._ready: deque[tuple[float, asyncio.Future[None]]] = deque()
        self._is_busy = False

    async def work(self, seconds: float) -> None:
        done = asyncio.get_running_loop().create_future()
        self._ready.append((seconds, done))
        if not self._is_busy:
            self._next()
        await done

    def _next(self) -> None:
        self._is_busy = bool(self._ready)
        if self._ready:
            seconds, done = self._ready.popleft()
            asyncio.get_running_loop().call_later(seconds, self._end, done)

    def _end(self, done: asyncio.Future[None]) -> None:
        if not done.done():
            done.set_result(None)
        # What goes on now is ready again before the next piece begins, and goes behind those that are.
        asyncio.get_running_loop().call_soon(self._next)


@dataclass(eq=False)
class Work:
    left: float
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Processor:
    """The core of PostgreSQL, shared evenly by all that have work for it."""

    def __init__(self) -> None:
        self._works: set[Work] = set()
        self._since = 0.0
        self._timer: asyncio.TimerHandle | None = None

    async def work(self, seconds: float) -> None:
        self._pass()
        work = Work(seconds)
        self._works.add(work)
        self._plan()
        await work.done.wait()

    def _pass(self) -> None:
        now = asyncio.get_running_loop().time()
        for work in self._works:
            work.left -= (now - self._since) / len(self._works)
        self._since = now

    def _plan(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        for work in [each for each in self._works if each.left <= 1e-9]:
            self._works.remove(work)
            work.done.set()
        if self._works:
            soonest = min(work.left for work in self._works) * len(self._works)
            self._timer = asyncio.get_running_loop().call_later(soonest + 1e-9, self._tick)

    def _tick(self) -> None:
        self._pass()
        self._plan()


class Crowd:
    """Tenants that ask at random moments. `times` has the moment at which each answered operation was asked for and the
    seconds that it took, by tenant.

    rates -- what each tenant asks for, as a part of the capacity
    at_first -- what it asks for in the first half of the time, if that is something else
    slow -- how many times as long everything takes for three seconds, SLOW, because the machine does other work
    """

    def __init__(self, rates: list[float], seed: int, at_first: list[float] | None = None, slow: float = 1.0) -> None:
        self._rates = [at_first or rates, rates]
        self._slow = slow
        self._dice = random.Random(seed)
        self.times: list[list[tuple[float, float]]] = [[] for _ in rates]
        self.refused: Counter[int] = Counter()

    async def ask(self) -> "Crowd":
        loop = asyncio.get_running_loop()
        self._loop, self._database = EventLoop(), Processor()
        self._admission = Admission(4, 2.0, aside=4, clock=loop.time)
        async with asyncio.TaskGroup() as group:
            for tenant in range(len(self.times)):
                group.create_task(self._tenant(group, tenant))
        return self

    async def _tenant(self, group: asyncio.TaskGroup, tenant: int) -> None:
        loop = asyncio.get_running_loop()
        for half, rates in enumerate(self._rates):
            due, end = half * SECONDS / 2, (half + 1) * SECONDS / 2
            while (due := due + self._dice.expovariate(rates[tenant] * CAPACITY)) < end:
                await asyncio.sleep(due - loop.time())
                group.create_task(self._operation(tenant))

    async def _operation(self, tenant: int) -> None:
        steps, size = READ if self._dice.random() < 0.8 else WRITE, self._dice.uniform(0.5, 1.5)
        asked = asyncio.get_running_loop().time()
        if SLOW[0] <= asked < SLOW[1]:
            size *= self._slow
        try:
            await self._loop.work(ARRIVAL)
            async with self._admission.turn(tenant):
                for turn, statement in steps:
                    await self._loop.work(turn * size)
                    if statement:
                        await self._database.work(statement * size)
            self.times[tenant].append((asked, asyncio.get_running_loop().time() - asked))
        except Overloaded:
            self.refused[tenant] += 1

    def served(self, tenant: int, since: float = 0.0) -> float:
        """What the tenant got, as a part of the capacity."""
        return sum(asked >= since for asked, _ in self.times[tenant]) / (SECONDS - since) / CAPACITY

    def late(self, tenants: range, since: float = 0.0, until: float = SECONDS) -> float:
        """The 99th percentile of the tenants' times."""
        times = sorted(took for tenant in tenants for asked, took in self.times[tenant] if since <= asked < until)
        return times[int(len(times) * 0.99)]


def crowd(rates: list[float], seed: int = 3, at_first: list[float] | None = None, slow: float = 1.0) -> Crowd:
    return run_in_simulated_time(Crowd(rates, seed, at_first, slow).ask())


def test_R16_3_a_tenant_at_ten_times_its_share_does_not_make_others_late() -> None:
    others, half = range(1, 8), SECONDS / 2
    it = crowd([1.0] + [0.1] * 7, seed=1, at_first=[0.1] * 8)
    even = it.late(others, until=half)
    assert it.late(others, since=half) <= 1.1 * even
    assert it.late(others, since=half, until=half + 3) <= 1.1 * even, "also before its queue has stood for long"
    assert not any(it.refused[tenant] for tenant in others)
    assert it.served(0, since=half) > 0.22, "it gets what the others leave"


def test_R16_3_tenants_that_all_ask_for_too_much_get_the_same() -> None:
    all_at_once = crowd([3 / 8] * 8)
    served = [all_at_once.served(tenant) for tenant in range(8)]
    assert sum(served) > 0.9
    assert max(served) < 1.1 * min(served)


def test_R16_3_a_small_tenant_is_served_at_once_among_others_that_ask_for_too_much() -> None:
    beside_small = crowd([3 / 8] * 7 + [0.02])
    served = [beside_small.served(tenant) for tenant in range(7)]
    assert sum(served) > 0.88
    assert max(served) < 1.1 * min(served)
    assert not beside_small.refused[7]
    assert beside_small.late(range(7, 8)) < 0.2


def test_R16_3_others_are_hardly_refused_beside_one_that_asks_for_far_more_while_the_process_is_slow() -> None:
    for seed in (3, 4):
        it = crowd([1.0] + [0.1] * 7, seed=seed, slow=1.5)
        assert sum(it.refused[tenant] for tenant in range(1, 8)) <= 10
        assert it.late(range(1, 8), since=SECONDS / 2) < 0.55


def test_R16_3_the_queues_that_a_slow_time_has_left_are_served_with_all_slots() -> None:
    it = crowd([0.1] * 8, seed=1, slow=1.5)
    assert it.refused.total() <= 60
    assert it.late(range(8), since=SECONDS / 2) < 1.0
