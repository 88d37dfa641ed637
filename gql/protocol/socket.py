"""One socket of the graphql-transport-ws protocol.

Strawberry's handler is not used, because it closes the socket with 1006 on odd messages, closes it on a syntax error in
one operation, and keeps clients that stopped reading.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine, Hashable, Mapping
from datetime import datetime
from typing import Any, cast

from starlette.types import Receive, Scope, Send

from gql.protocol.edge import Credential, Edge
from gql.protocol.errors import CredentialExpired, NotAuthenticated, failed
from gql.protocol.socket_messages import (
    CloseCode,
    Closed,
    Complete,
    ConnectionInit,
    Ping,
    Pong,
    Subscribe,
    read_message,
)
from gql.protocol.socket_operations import SocketOperations
from gql.protocol.socket_writer import Gone, SocketWriter


class Socket:
    """One accepted connection, from its handshake to its end.

    Whatever ends the connection raises Closed inside the task group. This cancels every operation before the close
    frame is sent. A process has thousands of sockets, so a socket has no task that only waits: what ends it comes from
    outside (`look`, `end`, `drain`).
    """

    __slots__ = (
        "_edge",
        "_forget",
        "_has_ended",
        "_holder",
        "_init_deadline",
        "_is_ending",
        "_is_initialised",
        "_is_open",
        "_operations",
        "_patience",
        "_receive",
        "_request_id",
        "_tasks",
        "_writer",
    )

    def __init__(self, edge: Edge, scope: Scope, receive: Receive, send: Send) -> None:
        self._edge = edge
        self._receive = receive
        self._request_id: str = scope.get("state", {}).get("request_id", "")
        self._writer = SocketWriter(scope, send, edge.socket.send_timeout)
        self._tasks = asyncio.TaskGroup()
        self._operations = SocketOperations(edge, scope, self._writer, self._tasks, self._request_id)
        # Nobody reads them again, and they take two kilobytes.
        scope["headers"] = []
        self._init_deadline = asyncio.get_running_loop().time() + edge.socket.init_timeout
        self._is_initialised = False
        self._is_open = False
        self._is_ending = False
        self._patience = 0.0
        # It is made by a shutdown, which waits for it.
        self._has_ended: asyncio.Event | None = None
        self._forget: Callable[[], None] | None = None
        # Whose connections this one counts among.
        self._holder: Hashable | None = None

    async def run(self) -> None:
        """Serve the connection until either side closes it."""
        try:
            closed = await self._until_closed()
            if closed is not None:
                await self._writer.close(closed)
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
                if self._operations.is_draining:
                    self._tasks.create_task(self._leave_when_drained())
                await self._read()
        except* Closed as group:
            closed = cast("Closed", group.exceptions[0])
        except* Gone:
            pass
        finally:
            self._is_open = False
        return closed

    def look(self, at: float, now: datetime) -> None:
        """End the socket when it was not initialised in time or when its credential has expired.

        at -- the time of the event loop
        now -- the time of the clock
        """
        credential = self._operations.credential
        if not self._is_initialised and at >= self._init_deadline:
            self.end(Closed(CloseCode.INIT_TIMEOUT, "Connection initialisation timeout"))
        elif credential is not None and credential.expires_at <= now:
            self.end(Closed(CloseCode.EXPIRED, "The credential has expired"))

    def end(self, closed: Closed) -> None:
        """Close the socket from outside of its tasks. Only the first call counts."""
        if self._is_open and not self._is_ending:
            self._is_ending = True
            self._end_by(_raise(closed))

    async def drain(self, within: float = 0.0) -> None:
        """Refuse new operations, wait for the answers that are under way, then close with 1012.

        The close comes at a random moment within that many seconds, so that clients do not all reconnect at once.
        """
        self._patience = random.uniform(0, within)  # noqa: S311 - spreads clients over time
        self._operations.is_draining = True
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
        limit = self._edge.socket.message
        while True:
            event = await self._receive()
            if event["type"] == "websocket.disconnect":
                raise Gone
            text = event.get("text")
            if text is None:
                raise Closed(CloseCode.BAD_REQUEST, "Messages must be text")
            if len(text) > limit:
                raise Closed(CloseCode.MESSAGE_TOO_BIG, f"Messages hold at most {limit} characters")
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
                await self._writer.send({"type": "pong"} if payload is None else {"type": "pong", "payload": payload})
            case Pong():
                pass
            case Subscribe(operation_id, payload):
                if not self._is_initialised:
                    raise Closed(CloseCode.UNAUTHORIZED, "Send connection_init first")
                await self._operations.begin(operation_id, payload)
            case Complete(operation_id):
                self._operations.end(operation_id)

    async def _initialise(self, payload: Mapping[str, Any]) -> None:
        if self._is_initialised:
            raise Closed(CloseCode.TOO_MANY_INITS, "Too many initialisation requests")
        self._is_initialised = True
        credential = await self._authenticate(payload.get("authorization", payload.get("Authorization")))
        self._operations.credential = credential
        if credential is not None:
            if not self._edge.quota.take(credential.holder):
                limit = self._edge.quota.limit
                raise Closed(CloseCode.TRY_AGAIN_LATER, f"At most {limit} live connections at once for one sign-in")
            self._holder = credential.holder
            self._forget = self._edge.watch_sign_in(credential, self._leave_when_signed_out)
        await self._writer.send({"type": "connection_ack"})

    async def _renew(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Handle a `ping` with a new credential of the same holder. The socket and all its subscriptions then continue
        until that credential expires.

        The payload of the pong says when that is. It does not contain the credential.
        """
        renewed = await self._authenticate(payload.pop("authorization"))
        held = self._operations.credential
        if renewed is None or held is None or renewed.holder != held.holder:
            raise Closed(CloseCode.BAD_REQUEST, "A credential can only be renewed by one of the same sign-in")
        self._operations.credential = renewed
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

    def _leave_when_signed_out(self) -> None:
        self.end(Closed(CloseCode.UNAUTHORIZED, "The sign-in has ended"))

    async def _leave_when_drained(self) -> None:
        await self._operations.wait_for_answers(self._patience)
        raise Closed(CloseCode.SERVICE_RESTART, "Service restart")


async def _raise(closed: Closed) -> None:
    raise closed
