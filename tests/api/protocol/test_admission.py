"""R16.3: who gets the slots of a process that is asked for too much, and who is refused."""

import asyncio
import random
from collections.abc import Hashable

import pytest

from gql.protocol.admission import Admission, Overloaded
from gql.protocol.overdue import Overdue


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Office:
    """Runs operations that last until they are told to end. `begun` has the names of those that began, in order."""

    def __init__(self, admission: Admission, clock: Clock | None = None) -> None:
        self.admission = admission
        self.clock = clock or Clock()
        self.begun: list[str] = []
        self._ends: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def ask(self, *names: str) -> None:
        """Ask for operations. The first letter of a name is its tenant."""
        for name in names:
            self.tasks[name] = asyncio.create_task(self._operate(name, name[0]))
            await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def _operate(self, name: str, tenant: Hashable) -> None:
        self._ends[name] = asyncio.Event()
        async with self.admission.turn(tenant):
            self.begun.append(name)
            await self._ends[name].wait()

    async def end(self, *names: str, after: float = 0.0) -> None:
        self.clock.now += after
        for name in names:
            self._ends[name].set()
        for _ in range(5):
            await asyncio.sleep(0)

    def is_refused(self, name: str) -> bool:
        task = self.tasks[name]
        return task.done() and not task.cancelled() and isinstance(task.exception(), Overloaded)

    async def finish(self) -> None:
        while any(not task.done() for task in self.tasks.values()):
            await self.end(*self._ends)
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)


def office(slots: int, patience: float = 10.0, aside: int = 0) -> Office:
    clock = Clock()
    return Office(Admission(slots, patience, aside, clock), clock)


def named(tenant: str, count: int) -> list[str]:
    return [f"{tenant}{number}" for number in range(count)]


async def test_R16_3_operations_of_a_tenant_begin_in_the_order_of_their_arrival() -> None:
    it = office(slots=1)
    await it.ask(*named("a", 4))
    assert it.begun == ["a0"]
    for number in range(3):
        await it.end(f"a{number}")
    assert it.begun == named("a", 4)
    await it.finish()


async def test_R16_3_no_tenant_takes_all_slots() -> None:
    it = office(slots=4)
    await it.ask(*named("a", 9))
    assert it.begun == ["a0", "a1", "a2"]
    await it.ask("b0")
    assert it.begun[3:] == ["b0"], "another tenant does not wait for the first one"
    await it.end("b0")
    assert len(it.begun) == 4, "the first one does not get the slot that is left to others"
    await it.end("a0")
    assert it.begun[4:] == ["a3"]
    await it.finish()


async def test_R16_3_a_slot_goes_to_the_tenant_that_runs_the_fewest() -> None:
    it = office(slots=4)
    await it.ask(*named("a", 9), *named("b", 3), *named("c", 3))
    assert it.begun == ["a0", "a1", "a2", "b0"]
    await it.end("a0")
    assert it.begun[4:] == ["c0"]
    await it.end("b0")
    assert it.begun[5:] == ["b1"], "b runs none, and a two"
    await it.end("a1")
    assert len(it.begun) == 6, "the slot is kept free for a tenant that runs nothing"
    await it.end("a2", after=11.0)
    assert it.begun[6:] == ["a3", "c1"], "no such tenant has come; a runs none, and c was served longest ago"
    await it.finish()


async def test_R16_3_what_cannot_begin_in_time_is_refused_at_once() -> None:
    it = office(slots=2, patience=10.0)
    await it.ask("a0")
    await it.end("a0", after=4.0)
    await it.ask("a1", "a2", "a3")
    assert it.begun[1:] == ["a1"], "each lasts 4 seconds, so the second begins after 4 and the third after 8"
    await it.ask("a4")
    assert it.is_refused("a4")
    refusal = it.tasks["a4"].exception()
    assert isinstance(refusal, Overloaded)
    assert refusal.extensions is not None
    assert refusal.extensions["code"] == "UNAVAILABLE"
    assert refusal.extensions["retryAfter"] == refusal.retry_after == 10
    with pytest.raises(Overloaded):
        it.admission.refuse_if_overloaded("a")
    it.admission.refuse_if_overloaded("b")
    await it.ask("b0")
    assert it.begun[2:] == ["b0"], "another tenant is not refused"
    await it.finish()
    assert it.begun[3:] == ["a2", "a3"]


async def test_R16_3_full_queues_refuse_those_who_fill_them() -> None:
    it = office(slots=2)
    await it.ask(*named("a", 110))
    assert [it.is_refused(name) for name in named("a", 110)] == [False] * 101 + [True] * 9
    await it.ask(*named("b", 6))
    assert not any(map(it.is_refused, named("b", 6)))
    await it.ask("a110")
    assert it.is_refused("a110")
    await it.finish()


async def test_R16_3_a_wait_ends_with_a_refusal() -> None:
    it = office(slots=1, patience=0.05)
    await it.ask("a0", "a1")
    async with asyncio.timeout(2):
        await asyncio.wait({it.tasks["a1"]})
    assert it.is_refused("a1")
    await it.end("a0")
    await it.ask("a2")
    assert it.begun == ["a0", "a2"], "the place of the refused one is free"
    await it.finish()


async def test_R16_3_a_queue_that_stands_is_kept_short() -> None:
    it = office(slots=1, patience=10.0)
    await it.ask("a0")
    await it.end("a0", after=3.0)
    await it.ask("a1", "a2", "a3")
    assert not it.is_refused("a3"), "a burst may wait for 6 seconds"
    await it.end("a1", after=6.0)
    await it.end("a2", after=6.0)
    assert it.begun[-1] == "a3"
    await it.ask("a4", "a5")
    assert not it.is_refused("a5"), "the queue was empty meanwhile"
    await it.end("a3", after=11.0)
    assert it.begun[-1] == "a4"
    await it.ask("a6", "b0")
    assert it.is_refused("a6")
    assert not it.is_refused("b0"), "this tenant did not make the queue"
    await it.finish()


async def test_R16_3_a_client_that_has_gone_leaves_the_queue() -> None:
    it = office(slots=1)
    await it.ask("a0", "a1", "a2")
    it.tasks["a1"].cancel()
    await it.end("a0")
    assert it.begun == ["a0", "a2"]
    await it.finish()


async def test_R16_3_a_slot_given_to_a_client_in_the_moment_in_which_it_goes_is_passed_on() -> None:
    it = office(slots=1)
    await it.ask("a0", "a1", "a2")
    it.tasks["a0"].cancel()
    await asyncio.sleep(0)
    it.tasks["a1"].cancel()
    for _ in range(5):
        await asyncio.sleep(0)
    assert it.begun == ["a0", "a2"]
    await it.finish()


async def test_R16_3_an_operation_that_waits_for_long_gives_its_slot_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gql.protocol.admission._LONG", 0.02)
    it = office(slots=1, aside=1)
    await it.ask("a0", "a1", "a2")
    async with asyncio.timeout(2):
        while it.begun != ["a0", "a1"]:
            await asyncio.sleep(0.005)
    await asyncio.sleep(0.06)
    assert it.begun == ["a0", "a1"], "there is room for one beside the slots"
    await it.end("a0")
    assert it.begun == ["a0", "a1"], "it had no slot any more"
    await it.end("a1")
    assert it.begun == ["a0", "a1", "a2"]
    await it.finish()


@pytest.mark.parametrize("aside", [0, 1])
@pytest.mark.parametrize("seed", range(3))
async def test_R16_3_no_slot_is_lost_whatever_becomes_of_operations(
    seed: int, aside: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice, slots = random.Random(seed), 3
    monkeypatch.setattr("gql.protocol.admission._LONG", 0.002)
    admission, running, most = Admission(slots, 0.02, aside), 0, 0

    async def operate(tenant: int) -> None:
        nonlocal running, most
        async with admission.turn(tenant):
            running += 1
            most = max(most, running)
            try:
                await asyncio.sleep(dice.choice([0, 0, 0.001, 0.004]))
                if dice.random() < 0.2:
                    raise ValueError
            finally:
                running -= 1

    tasks = []
    for _ in range(400):
        tasks.append(asyncio.create_task(operate(dice.randrange(4))))
        if dice.random() < 0.3:
            dice.choice(tasks).cancel()
        if dice.random() < 0.3:
            await asyncio.sleep(dice.choice([0, 0.001]))
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(each) for each in found} >= {type(None), Overloaded, ValueError, asyncio.CancelledError}
    assert running == 0
    assert slots <= most <= slots + aside
    monkeypatch.setattr(admission, "_long", Overdue(100.0))
    it = Office(admission)
    await it.ask("a0", "b0", "c0", "d0")
    assert it.begun == ["a0", "b0", "c0"]
    await it.finish()


async def test_R16_3_nobody_goes_behind_the_others_when_all_have_a_queue() -> None:
    it = office(slots=4)
    await it.ask("a0", "b0", "c0", "d0")
    await it.end("a0", "b0", "c0", "d0", after=0.1)
    # The process stands still for a moment, and all of them wait alike.
    await it.ask(*(f"{tenant}{number}" for number in range(1, 9) for tenant in "abcd"))
    assert it.begun[4:] == ["a1", "b1", "c1", "d1"]
    await it.end("a1")
    assert len(it.begun) == 9, "the slot is used"
    await it.finish()


async def test_R16_3_a_queue_that_has_stood_uses_the_slots_that_others_leave() -> None:
    it = office(slots=4, patience=10.0)
    await it.ask("b0", "b1", "b2", "a0", "a1", "a2", "c0", "c1")
    assert it.begun == ["b0", "b1", "b2", "a0"]
    await it.end("b0", after=6.0)
    assert it.begun[4:] == ["c0"]
    await it.end("b1", "b2", after=6.0)
    assert it.begun[5:] == ["a1"], "b has used three slots for long, and asks for nothing now"
    await it.finish()
