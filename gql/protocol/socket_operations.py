"""The operations of one socket of the graphql-transport-ws protocol."""

import asyncio
from contextlib import aclosing
from typing import Any, cast

import orjson
from graphql import OperationType
from starlette.types import Scope

from gql.protocol.answers import Answer, response
from gql.protocol.documents import RequestRefused
from gql.protocol.edge import Credential, Edge, client_address, client_agent
from gql.protocol.errors import ApiError, RateLimited, TimedOut, failed, formatted
from gql.protocol.figures import LIVE_SUBSCRIPTIONS
from gql.protocol.json_response import header
from gql.protocol.operations import Operation, read_parameters
from gql.protocol.socket_messages import CloseCode, Closed, next_message
from gql.protocol.socket_writer import Gone, SocketWriter
from gql.protocol.streams import Stream


class SocketOperations:
    """Runs each operation from its subscribe message to its last message, as a task in the group of the socket.

    credential -- of whom the operations are; the socket sets and renews it
    is_draining -- whether new operations are refused
    """

    __slots__ = (
        "_agent",
        "_answering",
        "_edge",
        "_request_id",
        "_running",
        "_scope",
        "_tasks",
        "_writer",
        "credential",
        "is_draining",
    )

    def __init__(
        self, edge: Edge, scope: Scope, writer: SocketWriter, tasks: asyncio.TaskGroup, request_id: str
    ) -> None:
        self._edge = edge
        self._scope = scope
        self._writer = writer
        self._tasks = tasks
        self._request_id = request_id
        self._agent = client_agent(header(scope, b"user-agent"))
        self._running: dict[str, asyncio.Task[None]] = {}
        self._answering: list[asyncio.Task[None]] = []
        self.credential: Credential | None = None
        self.is_draining = False

    async def begin(self, operation_id: str, payload: dict[str, Any]) -> None:
        """Start an operation. Raises Closed when the id belongs to another one."""
        if operation_id in self._running:
            raise Closed(CloseCode.SUBSCRIBER_EXISTS, f"Subscriber for {operation_id[:80]} already exists")
        limit = self._edge.socket.operations
        if len(self._running) >= limit:
            await self._refuse(operation_id, [RateLimited(f"A socket carries at most {limit} operations at once.")])
            return
        self._running[operation_id] = self._tasks.create_task(self._serve(operation_id, payload))

    def end(self, operation_id: str) -> None:
        """Cancel the operation, if it has not ended meanwhile."""
        task = self._running.pop(operation_id, None)
        if task is not None:
            task.cancel()

    async def wait_for_answers(self, patience: float) -> None:
        """Wait until queries and mutations that are under way are answered.

        patience -- how many seconds to wait before that while there are any operations
        """
        if self._running:
            await asyncio.sleep(patience)
        if self._answering:
            await asyncio.wait(self._answering)

    async def _serve(self, operation_id: str, payload: dict[str, Any]) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        try:
            await self._answer(operation_id, payload, task)
        except ApiError as error:
            await self._refuse(operation_id, [error])
        except RequestRefused as refusal:
            await self._refuse(operation_id, refusal.errors)
        except (Closed, Gone):
            raise
        except Exception as fault:
            told = failed(fault, self._request_id, "operation_failed", operation_id=operation_id)
            await self._writer.send({"id": operation_id, "type": "error", "payload": [told]})
        finally:
            if task in self._answering:
                self._answering.remove(task)
            # After the client's `complete`, the id may already belong to a new operation.
            if self._running.get(operation_id) is task:
                del self._running[operation_id]

    async def _answer(self, operation_id: str, payload: dict[str, Any], task: asyncio.Task[None]) -> None:
        if self.is_draining:
            raise Closed(CloseCode.SERVICE_RESTART, "Service restart")
        may_introspect = self._edge.may_introspect(self.credential)
        operation = await self._edge.operations.prepare_aside(
            read_parameters(payload, self._edge.trusted), may_introspect=may_introspect
        )
        payload.clear()
        context = await self._edge.make_context(
            self.credential, self._request_id, client_address(self._scope), self._agent
        )
        if operation.kind is OperationType.SUBSCRIPTION:
            LIVE_SUBSCRIPTIONS.inc()
            try:
                stream = await self._edge.operations.subscribe(operation, context)
                # A stream lives long, and must not hold on to the message with which it began.
                del operation, context
                await self._stream(operation_id, stream)
            finally:
                LIVE_SUBSCRIPTIONS.dec()
        else:
            self._answering.append(task)
            await self._execute(operation_id, operation, context)
        if self._running.get(operation_id) is task:
            del self._running[operation_id]
            await self._writer.send({"id": operation_id, "type": "complete"})

    async def _execute(self, operation_id: str, operation: Operation, context: Any) -> None:
        limit = self._edge.socket.operation_timeout
        try:
            async with asyncio.timeout(limit), self._edge.turn(self.credential, self._scope):
                result = await self._edge.operations.execute(operation, context)
        except TimeoutError:
            raise TimedOut(limit) from None
        body = response(result, self._request_id, {"cost": self._edge.operations.cost(operation)})
        await self._writer.send_text(next_message(orjson.dumps(operation_id), orjson.dumps(body)))

    async def _stream(self, operation_id: str, stream: Stream) -> None:
        # A string made of it, since orjson's bytes keep a buffer of four kilobytes as long as they live.
        encoded_id, request_id = orjson.dumps(operation_id).decode().encode(), self._request_id
        write_frame = self._writer.extension("rollbook.write_frame")

        def write(answer: Answer) -> bool:
            written: bool = write_frame(answer.framed(encoded_id, request_id))
            return written

        async with aclosing(stream.answers(None if write_frame is None else write)) as answers:
            async for answer in answers:
                await self._writer.send_text(next_message(encoded_id, answer.encoded(request_id)))
                del answer
                # A stream that has events ready does not wait, and neither does a send. Other tasks need their turn.
                await asyncio.sleep(0)

    async def _refuse(self, operation_id: str, errors: list[Any]) -> None:
        payload = formatted(errors, self._request_id)
        await self._writer.send({"id": operation_id, "type": "error", "payload": payload})
