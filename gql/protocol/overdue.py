"""Notices what has lasted for long, with one timer for all.

Nearly everything ends before it is looked at, and to set and cancel a timer of the loop for each request takes as long
as counting it.
"""

import asyncio
from collections import deque
from collections.abc import Callable


class Lasting:
    """Something that lasts until `end` is called."""

    __slots__ = ("due", "late")

    def __init__(self, late: Callable[[], None], due: float) -> None:
        self.late: Callable[[], None] | None = late
        self.due = due

    def end(self) -> None:
        self.late = None


class Overdue:
    """Calls a function for each thing that has lasted for so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        # In the order in which they are due, as all of them may last equally long.
        self._lasting: deque[Lasting] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def watch(self, late: Callable[[], None]) -> Lasting:
        """Call the function when what begins now lasts too long."""
        loop = asyncio.get_running_loop()
        begun = Lasting(late, loop.time() + self._seconds)
        if self._loop is not loop:
            # The timer of a loop that has ended never comes.
            self._loop, self._timer = loop, None
            self._lasting.clear()
        self._lasting.append(begun)
        if self._timer is None:
            self._timer = loop.call_at(begun.due, self._look, loop)
        return begun

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer, lasting = None, self._lasting
        while lasting and (lasting[0].late is None or lasting[0].due <= loop.time()):
            late = lasting.popleft().late
            if late is not None:
                # Called by the loop itself, so that one that fails keeps no other from its call.
                loop.call_soon(late)
        if lasting:
            self._timer = loop.call_at(lasting[0].due, self._look, loop)
