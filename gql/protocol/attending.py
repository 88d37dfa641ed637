"""Runs the work of an HTTP request, and ends it when its time is over or its client disconnects."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.types import Receive

from gql.protocol.edge import hung_up
from gql.protocol.errors import TimedOut
from gql.protocol.overdue import Overdue

T = TypeVar("T")

# Seconds after which it is first asked whether the client is still there. Most work is done before, and a task that
# listens to the client costs as much as a small statement.
_FIRST_LOOK = 0.25
# Seconds that cancelled work may take to clean up before the client is answered without it.
_PATIENCE = 5.0


class HungUp(Exception):
    """The client has disconnected."""


class Attendant:
    """Attends to the work of requests, which may take `seconds` each."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._first_looks = Overdue(min(_FIRST_LOOK, seconds))

    async def attended(self, work: Coroutine[Any, Any, T], receive: Receive) -> T:
        """Return the result of the work. When the work takes too long, it is cancelled and TimedOut is raised. When the
        client disconnects, it is cancelled and HungUp is raised.
        """
        found: T = await _Attended(work, receive, self._seconds, self._first_looks).result()
        return found


class _Attended:
    def __init__(self, work: Coroutine[Any, Any, Any], receive: Receive, seconds: float, first_looks: Overdue) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(work)
        self._receive = receive
        self._seconds = seconds
        self._listener: asyncio.Task[None] | None = None
        self._first_look = first_looks.watch(self._look)
        self._timer: asyncio.TimerHandle | None = None
        self._is_settled: asyncio.Future[None] = self._loop.create_future()
        self._task.add_done_callback(self._settle)

    async def result(self) -> Any:
        try:
            await self._is_settled
            if self._task.done():
                return self._task.result()
            if self._listener is not None and self._listener.done():
                raise HungUp
            raise TimedOut(self._seconds)
        finally:
            self._first_look.end()
            if self._timer is not None:
                self._timer.cancel()
            if self._listener is not None:
                self._listener.cancel()
            if not self._task.done():
                self._task.cancel()
                await asyncio.wait({self._task}, timeout=_PATIENCE)

    def _settle(self, _: object = None) -> None:
        if not self._is_settled.done():
            self._is_settled.set_result(None)

    def _look(self) -> None:
        if self._is_settled.done():
            return
        self._timer = self._loop.call_later(max(0.0, self._seconds - _FIRST_LOOK), self._settle)
        self._listener = self._loop.create_task(hung_up(self._receive))
        self._listener.add_done_callback(self._settle)
