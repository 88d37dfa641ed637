"""One socket of the graphql-transport-ws protocol.

Strawberry's handler is not used, because it closes the socket with 1006 on odd messages, closes it on a syntax error in
one operation, and keeps clients that stopped reading.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine, Hashable, Mapping
from contextlib import aclosing
from datetime import datetime
from typing import Any, cast

import orjson
import structlog
from graphql import OperationType
from starlette.types import Receive, Scope, Send

from gql.protocol.answers import Answer, response
from gql.protocol.documents import RequestRefused
from gql.protocol.edge import Credential, Edge, client_address, client_agent
from gql.protocol.errors import (
    ApiError,
    CredentialExpired,
    NotAuthenticated,
    RateLimited,
    TimedOut,
    failed,
    formatted,
)
from gql.protocol.figures import LIVE_SUBSCRIPTIONS
from gql.protocol.json_response import header
from gql.protocol.operations import Operation, read_parameters
from gql.protocol.socket_messages import (
    CloseCode,
    Closed,
    Complete,
    ConnectionInit,
    Ping,
    Pong,
    Subscribe,
    next_message,
    read_message,
)
from gql.protocol.streams import Stream

log = structlog.get_logger("rollbook.api")


class Socket:
    """One accepted connection and its operations.

    Whatever ends the connection raises Closed inside the task group. This cancels every operation before the close
    frame is sent. A process has thousands of sockets, so a socket has no task that only waits: what ends it comes from
    outside (`look`, `end`, `drain`).
    """

    __slots__ = (
        "_agent",
        "_answering",
        "_credential",
        "_edge",
        "_forget",
        "_has_ended",
        "_holder",
        "_init_deadline",
        "_is_draining",
        "_is_ending",
        "_is_initialised",
        "_is_open",
        "_limits",
        "_operations",
        "_patience",
        "_receive",
        "_request_id",
        "_scope",
        "_send_to_client",
        "_tasks",
    )

    def __init__(self, edge: Edge, scope: Scope, receive: Receive, send: Send) -> None:
        self._edge = edge
        self._limits = edge.socket
        self._scope = scope
        self._receive = receive
        self._send_to_client = send
        self._request_id: str = scope.get("state", {}).get("request_id", "")
        self._agent = client_agent(header(scope, b"user-agent"))
        # Nobody reads them again, and they take two kilobytes.
        scope["headers"] = []
        self._tasks = asyncio.TaskGroup()
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._answering: list[asyncio.Task[None]] = []
        self._init_deadline = asyncio.get_running_loop().time() + self._limits.init_timeout
        self._is_initialised = False
        self._is_open = False
        self._is_ending = False
        self._is_draining = False
        self._patience = 0.0
        # It is made by a shutdown, which waits for it.
        self._has_ended: asyncio.Event | None = None
        self._credential: Credential | None = None
        self._forget: Callable[[], None] | None = None
        # Whose connections this one counts among.
        self._holder: Hashable | None = None

    async def run(self) -> None:
        """Serve the connection until either side closes it."""
        try:
            closed = await self._until_closed()
            if closed is not None:
                await self._close(closed)
        finally:
            self._edge.quota.give_back(self._holder)
            if self._forget is not None:
                self._forget()
            if self._has_ended is not None:
                self._has_ended.set()

    async def _until_closed(self) -> Closed | None:
        closed: Closed | None = None
        try:
            async with self._tasks:
                self._is_open = True
                if self._is_draining:
                    self._tasks.create_task(self._leave_when_drained())
                await self._read()
        except* Closed as group:
            closed = cast("Closed", group.exceptions[0])
        except* _Gone:
            pass
        finally:
            self._is_open = False
        return closed

    def look(self, at: float, now: datetime) -> None:
        """End the socket when it was not initialised in time or when its credential has expired.

        at -- the time of the event loop
        now -- the time of the clock
        """
        if not self._is_initialised and at >= self._init_deadline:
            self.end(Closed(CloseCode.INIT_TIMEOUT, "Connection initialisation timeout"))
        elif self._credential is not None and self._credential.expires_at <= now:
            self.end(Closed(CloseCode.EXPIRED, "The credential has expired"))

    def end(self, closed: Closed) -> None:
        """Close the socket from outside of its tasks. Only the first call counts."""
        if self._is_open and not self._is_ending:
            self._is_ending = True
            self._end_by(_raise(closed))

    async def drain(self, within: float = 0.0) -> None:
        """Refuse new operations, wait for the answers that are under way, then close with 1012.

        The close comes at a random moment within `seconds`, so that clients do not all reconnect at once.
        """
        self._patience = random.uniform(0, within)  # noqa: S311 - spreads clients over time
        self._is_draining = True
        self._has_ended = asyncio.Event()
        if self._is_open:
            self._end_by(self._leave_when_drained())
        await self._has_ended.wait()

    def _end_by(self, leaving: Coroutine[Any, Any, None]) -> None:
        """Start the task that ends the socket. Nothing is started while the socket waits for its operations to end, and
        a group of tasks takes no other then.
        """
        try:
            self._tasks.create_task(leaving)
        except RuntimeError:
            leaving.close()

    async def _read(self) -> None:
        while True:
            event = await self._receive()
            if event["type"] == "websocket.disconnect":
                raise _Gone
            text = event.get("text")
            if text is None:
                raise Closed(CloseCode.BAD_REQUEST, "Messages must be text")
            if len(text) > self._limits.message:
                raise Closed(CloseCode.MESSAGE_TOO_BIG, f"Messages hold at most {self._limits.message} characters")
            await self._handle(text)
            # A message is not needed while the next one is awaited.
            del event, text

    async def _handle(self, text: str) -> None:
        match read_message(text):
            case ConnectionInit(payload):
                await self._initialise(payload)
            case Ping(payload):
                if payload is not None and "authorization" in payload and self._is_initialised:
                    payload = await self._renew(payload)
                await self._send({"type": "pong"} if payload is None else {"type": "pong", "payload": payload})
            case Pong():
                pass
            case Subscribe(operation_id, payload):
                await self._begin(operation_id, payload)
            case Complete(operation_id):
                task = self._operations.pop(operation_id, None)
                if task is not None:
                    task.cancel()

    async def _initialise(self, payload: Mapping[str, Any]) -> None:
        if self._is_initialised:
            raise Closed(CloseCode.TOO_MANY_INITS, "Too many initialisation requests")
        self._is_initialised = True
        self._credential = await self._authenticate(payload.get("authorization", payload.get("Authorization")))
        if self._credential is not None:
            if not self._edge.quota.take(self._credential.holder):
                limit = self._edge.quota.limit
                raise Closed(CloseCode.TRY_AGAIN_LATER, f"At most {limit} live connections at once for one sign-in")
            self._holder = self._credential.holder
            self._forget = self._edge.watch_sign_in(self._credential, self._leave_when_signed_out)
        await self._send({"type": "connection_ack"})

    async def _renew(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Handle a `ping` with a new credential of the same holder. The socket and all its subscriptions then continue
        until that credential expires.

        The payload of the pong says when that is. It does not contain the credential.
        """
        renewed = await self._authenticate(payload.pop("authorization"))
        if renewed is None or self._credential is None or renewed.holder != self._credential.holder:
            raise Closed(CloseCode.BAD_REQUEST, "A credential can only be renewed by one of the same sign-in")
        self._credential = renewed
        return payload | {"expiresAt": renewed.expires_at.isoformat()}

    async def _authenticate(self, authorization: object) -> Credential | None:
        if not isinstance(authorization, str | None):
            raise Closed(CloseCode.BAD_REQUEST, '"authorization" must be a string')
        try:
            credential: Credential | None = await self._edge.authenticate(authorization)
        except CredentialExpired:
            raise Closed(CloseCode.EXPIRED, "The credential has expired") from None
        except NotAuthenticated as error:
            raise Closed(CloseCode.UNAUTHORIZED, error.message[:120]) from None
        except Exception as fault:
            failed(fault, self._request_id, "socket_sign_in_failed")
            raise Closed(
                CloseCode.TRY_AGAIN_LATER, "The credential could not be checked because of a fault of the server"
            ) from None
        return credential

    async def _begin(self, operation_id: str, payload: dict[str, Any]) -> None:
        if not self._is_initialised:
            raise Closed(CloseCode.UNAUTHORIZED, "Send connection_init first")
        if operation_id in self._operations:
            raise Closed(CloseCode.SUBSCRIBER_EXISTS, f"Subscriber for {operation_id[:80]} already exists")
        if len(self._operations) >= self._limits.operations:
            refusal = RateLimited(f"A socket carries at most {self._limits.operations} operations at once.")
            await self._refuse(operation_id, [refusal])
            return
        self._operations[operation_id] = self._tasks.create_task(self._serve(operation_id, payload))

    async def _serve(self, operation_id: str, payload: dict[str, Any]) -> None:
        """Run one operation, from its subscribe message to its last message."""
        task = cast("asyncio.Task[None]", asyncio.current_task())
        try:
            await self._answer(operation_id, payload, task)
        except ApiError as error:
            await self._refuse(operation_id, [error])
        except RequestRefused as refusal:
            await self._refuse(operation_id, refusal.errors)
        except (Closed, _Gone):
            raise
        except Exception as fault:
            told = failed(fault, self._request_id, "operation_failed", operation_id=operation_id)
            await self._send({"id": operation_id, "type": "error", "payload": [told]})
        finally:
            if task in self._answering:
                self._answering.remove(task)
            # After the client's `complete`, the id may already belong to a new operation.
            if self._operations.get(operation_id) is task:
                del self._operations[operation_id]

    async def _answer(self, operation_id: str, payload: dict[str, Any], task: asyncio.Task[None]) -> None:
        if self._is_draining:
            raise Closed(CloseCode.SERVICE_RESTART, "Service restart")
        may_introspect = self._edge.may_introspect(self._credential)
        operation = await self._edge.operations.prepare_aside(
            read_parameters(payload, self._edge.trusted), may_introspect=may_introspect
        )
        payload.clear()
        context = await self._edge.make_context(
            self._credential, self._request_id, client_address(self._scope), self._agent
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
        if self._operations.get(operation_id) is task:
            del self._operations[operation_id]
            await self._send({"id": operation_id, "type": "complete"})

    async def _execute(self, operation_id: str, operation: Operation, context: Any) -> None:
        limit = self._limits.operation_timeout
        try:
            async with asyncio.timeout(limit), self._edge.turn(self._credential, self._scope):
                result = await self._edge.operations.execute(operation, context)
        except TimeoutError:
            raise TimedOut(limit) from None
        body = response(result, self._request_id, {"cost": self._edge.operations.cost(operation)})
        await self._send_text(next_message(orjson.dumps(operation_id), orjson.dumps(body)))

    async def _stream(self, operation_id: str, stream: Stream) -> None:
        # A string made of it, since orjson's bytes keep a buffer of four kilobytes as long as they live.
        encoded_id, request_id = orjson.dumps(operation_id).decode().encode(), self._request_id
        write_frame = self._scope.get("extensions", {}).get("rollbook.write_frame")

        def write(answer: Answer) -> bool:
            written: bool = write_frame(answer.framed(encoded_id, request_id))
            return written

        async with aclosing(stream.answers(None if write_frame is None else write)) as answers:
            async for answer in answers:
                await self._send_text(next_message(encoded_id, answer.encoded(request_id)))
                del answer
                # A stream that has events ready does not wait, and neither does a send. Other tasks need their turn.
                await asyncio.sleep(0)

    async def _refuse(self, operation_id: str, errors: list[Any]) -> None:
        payload = formatted(errors, self._request_id)
        await self._send({"id": operation_id, "type": "error", "payload": payload})

    async def _send(self, message: Mapping[str, Any]) -> None:
        await self._send_text(orjson.dumps(message))

    async def _send_text(self, text: bytes) -> None:
        """Send one message as a text frame. A client that does not read it in time is cut off."""
        try:
            async with asyncio.timeout(self._limits.send_timeout):
                await self._send_to_client({"type": "websocket.send", "text": text.decode()})
        except TimeoutError:
            log.warning("slow_reader_cut_off", seconds=self._limits.send_timeout)
            self._cut()
            raise _Gone from None
        except (OSError, RuntimeError):
            # uvicorn raises RuntimeError for a send after it has closed an unresponsive socket itself.
            raise _Gone from None

    def _leave_when_signed_out(self) -> None:
        self.end(Closed(CloseCode.UNAUTHORIZED, "The sign-in has ended"))

    async def _leave_when_drained(self) -> None:
        if self._operations:
            await asyncio.sleep(self._patience)
        if self._answering:
            await asyncio.wait(self._answering)
        raise Closed(CloseCode.SERVICE_RESTART, "Service restart")

    async def _close(self, closed: Closed) -> None:
        try:
            async with asyncio.timeout(self._limits.send_timeout):
                await self._send_to_client({"type": "websocket.close", "code": closed.code, "reason": closed.reason})
        except TimeoutError:
            self._cut()
        except (OSError, RuntimeError):
            pass

    def _cut(self) -> None:
        """End the connection of a client that does not read: a polite close would wait for it for ever.

        The server offers this as an extension of the scope (gql/protocol/uvicorn_internals.py); others close in their
        own time.
        """
        cut_off = self._scope.get("extensions", {}).get("rollbook.cut_off")
        if cut_off is not None:
            cut_off(CloseCode.TRY_AGAIN_LATER, "The client does not read fast enough")


async def _raise(closed: Closed) -> None:
    raise closed


class _Gone(Exception):
    """The client has disconnected, so nobody can be told."""
