"""R16.3: what tenants get of a process when one of them, or all, ask for too much. The time is simulated, so that the
figures do not depend on the machine; `bench/overload.py` measures real processes.
"""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field

from gql.protocol.admission import Admission, Overloaded
from tests.support.simulated_time import run_in_simulated_time

# Seconds of processor time of an operation, on average, and how many of them the processor does in a second.
MEAN = 0.01
CAPACITY = 1 / MEAN
SECONDS = 30
# How long an operation waits for the database, as a part of its processor time.
DATABASE = 0.5


@dataclass(eq=False)
class Work:
    left: float
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Processor:
    """One core, shared evenly by all that have work for it."""

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
    """Tenants that ask at random moments. `times` has the seconds that each answered operation took, by tenant.

    rates -- what each tenant asks for, as a part of the capacity
    """

    def __init__(self, rates: list[float], seed: int) -> None:
        self._rates = rates
        self._dice = random.Random(seed)
        self.times: list[list[float]] = [[] for _ in rates]
        self.refused: Counter[int] = Counter()

    async def ask(self) -> "Crowd":
        loop = asyncio.get_running_loop()
        self._processor, self._admission = Processor(), Admission(4, 2.0, aside=4, clock=loop.time)
        async with asyncio.TaskGroup() as group:
            for tenant, rate in enumerate(self._rates):
                group.create_task(self._tenant(group, tenant, rate * CAPACITY))
        return self

    async def _tenant(self, group: asyncio.TaskGroup, tenant: int, rate: float) -> None:
        due = asyncio.get_running_loop().time()
        while (due := due + self._dice.expovariate(rate)) < SECONDS:
            await asyncio.sleep(due - asyncio.get_running_loop().time())
            group.create_task(self._operation(tenant))

    async def _operation(self, tenant: int) -> None:
        seconds, loop = MEAN * self._dice.uniform(0.5, 1.5), asyncio.get_running_loop()
        asked = loop.time()
        try:
            async with self._admission.turn(tenant):
                await asyncio.sleep(seconds * DATABASE)
                await self._processor.work(seconds)
            self.times[tenant].append(loop.time() - asked)
        except Overloaded:
            self.refused[tenant] += 1

    def served(self, tenant: int) -> float:
        """What the tenant got, as a part of the capacity."""
        return len(self.times[tenant]) / SECONDS / CAPACITY

    def late(self, tenants: range) -> float:
        """The 99th percentile of the tenants' times."""
        times = sorted(each for tenant in tenants for each in self.times[tenant])
        return times[int(len(times) * 0.99)]


def crowd(rates: list[float], seed: int = 3) -> Crowd:
    return run_in_simulated_time(Crowd(rates, seed).ask())


def test_R16_3_a_tenant_at_ten_times_its_share_does_not_make_others_late() -> None:
    others = range(1, 8)
    even = crowd([0.1] * 8)
    greedy = crowd([1.0] + [0.1] * 7)
    assert greedy.late(others) <= 1.1 * even.late(others)
    assert not any(greedy.refused[tenant] for tenant in others)
    assert greedy.served(0) > 0.22, "it gets what the others leave"


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
