"""Turns what the resolver of a subscription yields into answers.

graphql-core executes each event for each subscriber, which is nearly the whole cost of a busy stream. Therefore, a
resolver may yield either an event or an object that provides answers: for an event that others get too (`Once`), or for
a longer part of the stream (gql/live/fan_out.py).
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

from graphql import ExecutionResult
from graphql.execution import Executor, execute_subscription_event

from gql.protocol.answers import Answer
from gql.protocol.graphql_internals import executor_of_event, plain_event, set_context
from gql.protocol.strawberry_internals import is_awaitable

T = TypeVar("T")
Write = Callable[[Answer], bool]
"""Hands an answer to the client if the client takes it at once. Returns whether it was handed over."""


@runtime_checkable
class Answering(Protocol):
    """What a resolver may yield instead of an event."""

    def answers(self, stream: "Stream", write: Write | None) -> AsyncGenerator[Answer, None]: ...


class Stream:
    """The stream of one subscriber.

    signature -- streams with an equal signature execute an event to the same answer, if their viewers see the same
    """

    __slots__ = ("_executor", "_source", "signature")

    def __init__(self, executor: Executor[Any], source: AsyncGenerator[Any, None], signature: Hashable) -> None:
        self._executor = executor
        self._source = source
        self.signature = signature

    async def execute(self, event: object, view: Hashable | None = None) -> Answer:
        """Execute an event.

        view -- what the viewer sees; the answer is for all subscribers with an equal view, and has errors when this
            subscriber's view has changed meanwhile. None when the answer is for this subscriber alone.
        """
        context: Any = self._executor.context_value
        if view is not None:
            context = context.sharing(view)
        plain = plain_event(self._executor, event, context)
        if plain is not None:
            return Answer(ExecutionResult(plain), frozenset(() if view is None else context.disclosed))
        executor = executor_of_event(self._executor, event)
        set_context(executor, context)
        result: Any = execute_subscription_event(executor)
        answered: Any = await result if is_awaitable(result) else result
        return Answer(answered, frozenset(() if view is None else context.disclosed))

    def receives(self, answer: Answer) -> None:
        """Record that this subscriber receives an answer that was executed for several."""
        if answer.disclosed:
            self._executor.context_value.record(answer.disclosed)

    async def answers(self, write: Write | None = None) -> AsyncGenerator[Answer, None]:
        """Yield the answers to be sent. Each is requested when the one before it has been sent.

        Answers that `write` accepted are not among them. Raises what the source raises.
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
                        # The answer is not needed while the next one is awaited.
                        del answer


class Memo:
    """Results that subscribers share. The first one to ask does the work, and the others wait for it."""

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[Any]] = {}

    async def once(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """Return the result of `work` for this key. A failure is raised to everybody who waits, and is not kept."""
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.ensure_future(work())
            task.add_done_callback(lambda done: self._forget_failure(key, done))
        # A subscriber that leaves must not cancel the work for the others.
        return await asyncio.shield(task)

    def _forget_failure(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        if task.cancelled() or task.exception() is not None:
            del self._tasks[key]


class BriefMemo:
    """Results that are shared for so many seconds after the first was asked for, and then forgotten together."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._memo: Memo | None = None

    async def once(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """Return what `Memo.once` returns."""
        if self._memo is None:
            self._memo = Memo()
            asyncio.get_running_loop().call_later(self.seconds, self._forget)
        return await self._memo.once(key, work)

    def _forget(self) -> None:
        self._memo = None


@dataclass(frozen=True, slots=True)
class Once:
    """An event that is executed once for all subscribers with equal requests and an equal view.

    memo -- the memo of the change behind the event
    part -- tells apart the events that share a memo; those with an equal part are equal
    """

    event: object
    memo: Memo
    view: Hashable
    part: Hashable = None

    async def answers(self, stream: Stream, write: Write | None) -> AsyncGenerator[Answer, None]:
        answer = await self.memo.once(
            (stream.signature, self.view, self.part), lambda: stream.execute(self.event, self.view)
        )
        # The error may concern only the other subscriber, for example a right that was lost or gained between two
        # reads.
        if answer.has_errors:
            yield await stream.execute(self.event)
            return
        stream.receives(answer)
        yield answer
