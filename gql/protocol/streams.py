"""A subscription under way: what its resolver yields becomes answers.

graphql-core's own pipeline executes each event for each subscriber, and that is nearly all that a busy stream costs. A
resolver may yield an event, or something that answers for it: for events that others get too (`Once`), or for a whole
stretch of the stream (gql/live/fan_out.py).
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from contextlib import aclosing
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, Protocol, TypeVar, runtime_checkable

from graphql.execution import Executor, execute_subscription_event

from gql.protocol.answers import Answer
from gql.protocol.graphql_internals import executor_of_event, set_context

T = TypeVar("T")
Write = Callable[[Answer], bool]
"""Hands an answer to the client if it takes it at once; False: nothing was handed over."""


@runtime_checkable
class Answering(Protocol):
    """What a resolver yields in place of an event."""

    def answers(self, stream: "Stream", write: Write | None) -> AsyncGenerator[Answer, None]: ...


class Stream:
    """One subscriber's. `signature`: streams in which it is equal execute an event to the same answer, as far as
    their viewers see the same.
    """

    def __init__(self, executor: Executor[Any], source: AsyncGenerator[Any, None], signature: Hashable) -> None:
        self._executor = executor
        self._source = source
        self.signature = signature

    async def execute(self, event: object, view: Hashable | None = None) -> Answer:
        """`view`: the answer is for all with this view of things; it has errors if the subscriber's is another by now.
        None: it is for the subscriber alone.
        """
        executor = executor_of_event(self._executor, event)
        if view is not None:
            set_context(executor, executor.context_value.sharing(view))
        result = execute_subscription_event(executor)
        return Answer(await result if isawaitable(result) else result)

    async def answers(self, write: Write | None = None) -> AsyncGenerator[Answer, None]:
        """Those that are still to be sent, each as soon as the one before it has been. What `write` took is not
        among them. Raises what the source raises.
        """
        async with aclosing(self._source) as source:
            async for item in source:
                if not isinstance(item, Answering):
                    yield await self.execute(item)
                    continue
                async with aclosing(item.answers(self, write)) as answers:
                    del item
                    async for answer in answers:
                        yield answer
                        # While the next is waited for, nobody needs this one.
                        del answer


class Memo:
    """What subscribers have in common, worked out by the first that asks; the others wait for it."""

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[Any]] = {}

    async def once(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """The result of `work` for this key. A failure is told to those who wait, and not kept."""
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.ensure_future(work())
            task.add_done_callback(lambda done: self._forget_failure(key, done))
        # A subscriber that leaves must not take the work of the others with it.
        return await asyncio.shield(task)

    def _forget_failure(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        if task.cancelled() or task.exception() is not None:
            del self._tasks[key]


@dataclass(frozen=True, slots=True)
class Once:
    """An event that is executed once for all who ask the same and, by `view`, see the same. `memo` is the event's; of
    several that have it in common those with equal `part` are equal.
    """

    event: object
    memo: Memo
    view: Hashable
    part: Hashable = None

    async def answers(self, stream: Stream, write: Write | None) -> AsyncGenerator[Answer, None]:
        answer = await self.memo.once(
            (stream.signature, self.view, self.part), lambda: stream.execute(self.event, self.view)
        )
        # What went wrong may be the other's own affair: a right lost, or won, between two reads.
        yield await stream.execute(self.event) if answer.has_errors else answer
