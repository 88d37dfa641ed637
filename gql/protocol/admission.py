"""Decides when an operation may run, so that a process that is asked for too much serves what it can in time.

A process runs only so many operations at once, about as many as it has database connections. Those that come while all
slots are taken wait here, where a wait is seen, and not in the connection pool. What cannot begin in time is refused at
once with UNAVAILABLE: running it would cost others their time, and its client would be gone before the answer.

Operations of one tenant begin in the order of their arrival. A free slot goes to the tenant that runs the fewest
operations, and to the one that was served longest ago among equals. A quarter of the slots is kept free for tenants
that run nothing. A tenant that waits goes behind the others, and leaves them as many slots as they use, when it asks
for far more than each of them does. So a tenant that asks for ten times its share waits for itself
(docs/decisions/0055-admission.md, docs/decisions/0093-behind-the-others.md).
"""

import asyncio
import math
import random
import time
from collections import deque
from collections.abc import Callable, Hashable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import partial

import structlog

from gql.protocol.errors import Unavailable
from gql.protocol.figures import OPERATION_WAIT_SECONDS, OPERATIONS_REFUSED, OPERATIONS_RUNNING, OPERATIONS_WAITING
from gql.protocol.overdue import Lasting, Overdue
from gql.protocol.shares import Shares

log = structlog.get_logger("rollbook.api")

# The part of the slots that a tenant leaves to the others.
_LEFT_TO_OTHERS = 0.25
# The part of the patience that is left to those in a queue that is never empty: it only makes everybody late.
_SHORTENED = 0.25
_WAITING_PER_SLOT = 50
# Seconds for which slots are kept free after a tenant whose queue does not stand, and which is not behind the others,
# has begun an operation, and over which the use of tenants that are not behind is averaged.
_KEPT_FREE = 10.0
# A tenant that waits is behind the others when it asks for so many times as much as each of them does on average. That
# is looked at over these seconds, in which a crowd that comes at once is seen, and a few clients are not.
_FAR_MORE = 2.0
_OF_LATE = 2.0
# Seconds after which an operation has rather waited for a lock than worked.
_LONG = 1.0
# The weight of the newest operation in the average of their times.
_NEWEST = 0.05
# The weight of the newest interval in the average interval between the operations of a tenant.
_NEWEST_INTERVAL = 0.1
_LONGEST_RETRY = 10
_SECONDS_BETWEEN_LINES = 10.0


class Overloaded(Unavailable):
    """The process has more to do than it can finish in time. Nothing of this operation was executed."""

    def __init__(self, wait: float) -> None:
        # Clients that were refused together must not come back together.
        seconds = math.ceil(wait + random.uniform(0, 2))  # noqa: S311
        super().__init__("The server is busy. Try again.", retry_after=min(max(seconds, 1), _LONGEST_RETRY))


@dataclass(slots=True)
class _Tenant:
    """The operations of one tenant.

    key -- what the tenant is known by
    turn -- the number of the last slot that it was given
    standing_since -- when its queue was last empty; counts only while there is a queue
    last_given -- when its queue was last given a slot
    interval -- the average of the seconds between two slots that its queue is given
    """

    key: Hashable
    running: int = 0
    waiting: deque["_Place"] = field(default_factory=deque)
    turn: int = 0
    standing_since: float = 0.0
    last_given: float = 0.0
    interval: float = 0.0


@dataclass(slots=True)
class _Held:
    """The slot of one operation, or its place beside the slots.

    since -- when the operation began
    """

    tenant: _Tenant
    is_aside: bool = False
    since: float = field(init=False)
    lasting: Lasting = field(init=False)


_Place = asyncio.Future[_Held]


class Admission:
    """The slots of one process and the queues before them."""

    def __init__(
        self, slots: int, patience: float, aside: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """slots -- how many operations run at once
        patience -- the longest time in seconds that an operation waits for a slot
        aside -- how many more may run that have lasted for so long that they rather wait than work
        """
        self._slots = slots
        self._aside_left = aside
        self._per_tenant = max(1, slots - math.ceil(slots * _LEFT_TO_OTHERS))
        self._patience = patience
        self._clock = clock
        self._tenants: dict[Hashable, _Tenant] = {}
        self._running = 0
        self._waiting = 0
        self._turns = 0
        self._kept_free_until = -math.inf
        # What each tenant has used of late or was refused, and what each has used while it was not behind the others.
        self._of_late = Shares(_OF_LATE)
        self._in_front = Shares(_KEPT_FREE)
        self._average = 0.0
        self._refused = 0
        self._next_line = 0.0
        self._long, self._in_vain = Overdue(_LONG), Overdue(patience)

    def show(self) -> None:
        """Let the figures of the operations tell of these slots, the ones of the process."""
        OPERATIONS_RUNNING.set_function(lambda: self._running)
        OPERATIONS_WAITING.set_function(lambda: self._waiting)

    def turn(self, key: Hashable) -> AbstractAsyncContextManager[None]:
        """Hold a slot for the block. Raises Overloaded at once when none becomes free in time. Whoever is cancelled
        leaves the queue.

        key -- the tenant
        """
        return _Turn(self, key)

    async def begin(self, key: Hashable) -> _Held:
        """Wait for a slot, and take it until `end`. Raises Overloaded."""
        tenant = self._tenants.setdefault(key, _Tenant(key))
        asked = self._clock()
        try:
            held = self._begin(tenant) if self._begins_at_once(tenant) else await self._wait(tenant, asked)
        except BaseException:
            self._forget(tenant)
            raise
        held.since = self._clock()
        OPERATION_WAIT_SECONDS.observe(held.since - asked)
        held.lasting = self._long.watch(partial(self._set_aside, held))
        return held

    def end(self, held: _Held) -> None:
        """Give back what `begin` has returned."""
        held.lasting.end()
        self._release(held, self._clock() - held.since)
        self._forget(held.tenant)

    def _forget(self, tenant: _Tenant) -> None:
        if not tenant.running and not tenant.waiting and self._tenants.get(tenant.key) is tenant:
            del self._tenants[tenant.key]

    def refuse_if_overloaded(self, key: Hashable) -> None:
        """Raises Overloaded when `turn` would do so now. It costs less, and nothing of the request need be read yet."""
        tenant = self._tenants.get(key) or _Tenant(key)
        if not self._begins_at_once(tenant):
            self._refuse_what_comes_too_late(tenant)

    def _begins_at_once(self, tenant: _Tenant) -> bool:
        return not tenant.waiting and self._has_slot_for(tenant)

    def _has_slot_for(self, tenant: _Tenant) -> bool:
        """Return whether the tenant may begin one more operation. The last slots are for tenants that run nothing, and
        more of them for tenants that are not behind the others, if there are such tenants.
        """
        slots = self._slots
        if (now := self._clock()) < self._kept_free_until:
            if self._is_behind(tenant, now):
                slots -= self._left_to_others(tenant, now)
            elif tenant.running:
                slots = self._per_tenant
        return self._running < slots and tenant.running < self._per_tenant

    def _left_to_others(self, tenant: _Tenant, now: float) -> int:
        """Return how many slots a tenant that is behind the others leaves to them: what those use, and at least the
        last quarter. One slot is not kept free for anybody.
        """
        used = math.ceil(self._in_front.of_others(tenant.key, now) / _KEPT_FREE)
        return min(max(used, self._slots - self._per_tenant), self._slots - 1)

    def _is_behind(self, tenant: _Tenant, now: float) -> bool:
        """Return whether others go before what the tenant has waiting, because it asks for far more than each of them
        does on average.
        """
        if not tenant.waiting or self._of_late.has_only(tenant.key):
            return False
        own = tenant.running + len(tenant.waiting)
        asked = self._of_late.of(tenant.key, now) + own * self._average
        # What others have waiting counts as well: after a moment in which the process stood still, all have a queue.
        further = (self._running + self._waiting - own) * self._average
        average = self._of_late.average_of_others(tenant.key, now, further)
        return average > 0 and asked > _FAR_MORE * average

    def _stands(self, tenant: _Tenant) -> bool:
        """Has the tenant's queue been there for longer than a burst?"""
        return bool(tenant.waiting) and self._clock() - tenant.standing_since > self._patience

    def _begin(self, tenant: _Tenant) -> _Held:
        if not self._stands(tenant) and not self._is_behind(tenant, now := self._clock()):
            self._kept_free_until = now + _KEPT_FREE
        self._turns += 1
        tenant.turn = self._turns
        tenant.running += 1
        self._running += 1
        return _Held(tenant)

    def _end(self, held: _Held) -> None:
        held.tenant.running -= 1
        self._running -= 1
        self._hand_out()

    def _set_aside(self, held: _Held) -> None:
        """Give the slot of an operation that has held it for long to others, if there is room beside the slots."""
        if self._aside_left and held.lasting.late is not None:
            self._aside_left -= 1
            held.is_aside = True
            self._end(held)

    def _release(self, held: _Held, lasted: float) -> None:
        if held.is_aside:
            self._aside_left += 1
            return
        self._average += (lasted - self._average) * (_NEWEST if self._average else 1)
        tenant, now = held.tenant, self._clock()
        self._of_late.add(tenant.key, lasted, now)
        if not self._is_behind(tenant, now):
            self._in_front.add(tenant.key, lasted, now)
        self._end(held)

    def _hand_out(self) -> None:
        while self._waiting:
            able = [each for each in self._tenants.values() if each.waiting and self._has_slot_for(each)]
            if not able:
                return
            tenant = min(able, key=lambda each: (each.running, each.turn))
            if not tenant.waiting[0].cancelled():
                tenant.waiting[0].set_result(self._begin(tenant))
                self._measure(tenant)
            tenant.waiting.popleft()
            self._waiting -= 1

    def _measure(self, tenant: _Tenant) -> None:
        """Note that the tenant's queue is given a slot."""
        now = self._clock()
        since = max(tenant.last_given, tenant.standing_since)
        tenant.interval += (now - since - tenant.interval) * (_NEWEST_INTERVAL if tenant.interval else 1)
        tenant.last_given = now

    async def _wait(self, tenant: _Tenant, now: float) -> _Held:
        """Wait for a slot, and return it. Raises Overloaded."""
        self._refuse_what_comes_too_late(tenant)
        place: _Place = asyncio.get_running_loop().create_future()
        in_vain = self._in_vain.watch(partial(self._give_up, tenant, place))
        if not tenant.waiting:
            tenant.standing_since = now
        tenant.waiting.append(place)
        self._waiting += 1
        try:
            return await place
        except asyncio.CancelledError:
            if place in tenant.waiting:
                tenant.waiting.remove(place)
                self._waiting -= 1
            elif not place.cancelled() and place.exception() is None:
                # The slot was given in the moment in which the client disconnected.
                self._end(place.result())
            raise
        finally:
            in_vain.end()

    def _give_up(self, tenant: _Tenant, place: _Place) -> None:
        """Refuse an operation that has waited longer than was expected when it came."""
        if not place.done():
            tenant.waiting.remove(place)
            self._waiting -= 1
            place.set_exception(self._refusal(tenant, "waiting", self._expected_wait(tenant)))

    def _refuse_what_comes_too_late(self, tenant: _Tenant) -> None:
        expected = self._expected_wait(tenant)
        if self._is_crowding(tenant) or expected > self._allowed_wait(tenant):
            raise self._refusal(tenant, "arrival", expected)

    def _is_crowding(self, tenant: _Tenant) -> bool:
        """Return whether the queues are full, and this tenant's is at least as long as they are on average."""
        if self._waiting < _WAITING_PER_SLOT * self._slots:
            return False
        queues = sum(1 for each in self._tenants.values() if each.waiting)
        return len(tenant.waiting) * queues >= self._waiting

    def _refusal(self, tenant: _Tenant, when: str, expected: float) -> Overloaded:
        """Count a refusal as something that the tenant has asked for. The log has one line for many of them."""
        OPERATIONS_REFUSED.labels(when).inc()
        self._refused += 1
        now = self._clock()
        self._of_late.add(tenant.key, self._average, now)
        if now >= self._next_line:
            log.warning(
                "overloaded",
                refused=self._refused,
                running=self._running,
                waiting=self._waiting,
                wait=round(expected, 2),
            )
            self._refused, self._next_line = 0, now + _SECONDS_BETWEEN_LINES
        return Overloaded(expected)

    def _expected_wait(self, tenant: _Tenant) -> float:
        """Return the seconds after which one more operation of this tenant could begin.

        Before it come all that the tenant has waiting, and as many of each other tenant, as far as they wait. A queue
        that stands shows by itself how quickly it moves.
        """
        own = len(tenant.waiting) + 1
        if tenant.interval and self._stands(tenant):
            return own * tenant.interval
        others = sum(min(len(each.waiting), own) for each in self._tenants.values() if each is not tenant)
        return self._average * max((own + others) / self._slots, own / self._per_tenant)

    def _allowed_wait(self, tenant: _Tenant) -> float:
        """A burst may wait for the whole patience. A queue that stands for longer than that is no burst, and is kept
        short. A tenant whose own queue does not stand has no part in it.
        """
        return self._patience * (_SHORTENED if self._stands(tenant) else 1)


class _Turn(AbstractAsyncContextManager[None]):
    """A block that holds a slot."""

    __slots__ = ("_admission", "_held", "_key")

    def __init__(self, admission: Admission, key: Hashable) -> None:
        self._admission = admission
        self._key = key

    async def __aenter__(self) -> None:
        self._held = await self._admission.begin(self._key)

    async def __aexit__(self, *_: object) -> None:
        self._admission.end(self._held)
