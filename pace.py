"""Divides long plain work into turns, so that it does not hold the event loop, and lets frequent timers end together.

Everything in a process shares one thread: while Python computes, no other request, event or ping is answered. Work that
grows with what a client requests therefore asks between its pieces whether its turn is over, and waits for the next
one. In each turn of the loop, all such work together has TURN seconds.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextvars import ContextVar
from functools import partial
from typing import TypeAlias, TypeVar

T = TypeVar("T")
Look: TypeAlias = Callable[[float], None]
"""What repeats at the beat. It takes the seconds by which the loop was late."""

_BEAT_MS = 200
TURN = 0.01
# How many pieces are woken in each turn. Those for which no time is left wait again, before all others.
_WOKEN = 16


class _Group:
    """The tasks of one piece of work. `waiting` is how many of them wait for a turn."""

    def __init__(self) -> None:
        self.waiting = 0


_together: ContextVar[_Group | None] = ContextVar("together", default=None)


class _Turns:
    """The turns of one event loop.

    The first piece of a turn notes the time and schedules `_end`, which the loop runs after everything that was ready,
    and after which it looks for input and output. Each turn wakes at least one piece that need not ask again, so all
    work goes on, however busy the loop is.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._began: float | None = None
        self._ends = False
        self._waiting: deque[asyncio.Future[bool]] = deque()

    def is_over(self) -> bool:
        now = time.perf_counter()
        if self._began is None:
            self._began = now
            self._schedule_end()
            return False
        return now - self._began > TURN

    async def next(self) -> None:
        together = _together.get()
        if together is None:
            await self._next()
            return
        together.waiting += 1
        try:
            await self._next()
        finally:
            together.waiting -= 1

    async def _next(self) -> None:
        is_again = False
        while True:
            turn = self.loop.create_future()
            (self._waiting.appendleft if is_again else self._waiting.append)(turn)
            self._schedule_end()
            may_go_on = await turn
            if not self.is_over() or may_go_on:
                return
            is_again = True

    def _schedule_end(self) -> None:
        if not self._ends:
            self._ends = True
            self.loop.call_soon(self._end)

    def _end(self) -> None:
        self._began, self._ends = None, False
        woken = 0
        while self._waiting and woken < _WOKEN:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(woken == 0)
                woken += 1
        if self._waiting:
            self._schedule_end()


class _Beat:
    """The beat of one event loop: one timer for everything that repeats several times a second."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._looks: dict[object, tuple[Look, int]] = {}
        self._number = 0
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, look: Look, beats: int) -> Callable[[], None]:
        key = object()
        self._looks[key] = look, beats
        if self._timer is None:
            self._plan()
        return partial(self._remove, key)

    def _remove(self, key: object) -> None:
        self._looks.pop(key, None)
        if not self._looks and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _plan(self) -> None:
        delay = until_beat(_BEAT_MS / 1000)
        self._due = self.loop.time() + delay
        self._timer = self.loop.call_later(delay, self._strike)

    def _strike(self) -> None:
        late = max(0.0, self.loop.time() - self._due)
        self._number += 1
        self._plan()
        for look, beats in tuple(self._looks.values()):
            if self._number % beats == 0:
                try:
                    look(late)
                except Exception as fault:
                    self.loop.call_exception_handler({"message": "A look has failed", "exception": fault})


class _Here(threading.local):
    turns: _Turns | None = None
    beat: _Beat | None = None


_here = _Here()


def _turns_here() -> _Turns | None:
    """Return the turns of the loop that runs in this thread, or None when none runs."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return None
    if _here.turns is None or _here.turns.loop is not loop:
        _here.turns = _Turns(loop)
    return _here.turns


def at_beat(look: Look, beats: int = 1) -> Callable[[], None]:
    """Call `look` every so many fifths of a second. Return what ends that, which may be called more than once.

    To wake an idle process costs more than what most looks do, and a timer of its own for each costs as much again.
    """
    loop = asyncio.get_running_loop()
    if _here.beat is None or _here.beat.loop is not loop:
        _here.beat = _Beat(loop)
    return _here.beat.add(look, beats)


def until_beat(seconds: float) -> float:
    """Return how long it is until the loop's clock shows a multiple of so many seconds.

    What repeats every few seconds sleeps for this long, so that it wakes an idle process together with what is called
    at the beat (`at_beat`). A timer that ends a little early or late is not repeated at once.
    """
    period = 1000 * seconds
    past = round(1000 * asyncio.get_running_loop().time()) % period
    left = period - past
    return (left if 4 * left >= period else left + period) / 1000


def is_over() -> bool:
    """Return whether the time of this turn is used up, so that the caller should wait for the next one."""
    turns = _turns_here()
    return turns is not None and turns.is_over()


async def turn() -> None:
    """Return at once while this turn has time left, and otherwise in a later one."""
    turns = _turns_here()
    if turns is not None and turns.is_over():
        await turns.next()


async def in_turns(items: Iterable[T], *, at_once: int = 1) -> AsyncIterator[T]:
    """Yield the items, waiting for the next turn whenever one is over.

    at_once -- the number of items after which it is asked again; more than one for items that take microseconds
    """
    for number, item in enumerate(items):
        if number % at_once == 0 and is_over():
            await turn()
        yield item


class Together:
    """A block that regards all tasks that are started within as one piece of work, for `settled`."""

    __slots__ = ("_token",)

    def __enter__(self) -> None:
        self._token = _together.set(_Group())

    def __exit__(self, *_: object) -> None:
        _together.reset(self._token)


async def settled() -> None:
    """Return when none of the tasks that work together with this one waits for a turn.

    Whoever collects what they ask for would otherwise get it in as many parts as there are turns.
    """
    group = _together.get()
    quiet = 0
    # A task that has waited starts others, which wait only a turn of the loop later.
    while quiet < 3:
        await asyncio.sleep(0)
        quiet = quiet + 1 if group is None or group.waiting == 0 else 0
