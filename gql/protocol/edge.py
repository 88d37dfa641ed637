"""What the two transports share: the operations they run, who the client is, and their limits."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from starlette.types import Receive, Scope

from gql.protocol.operations import Operations
from gql.protocol.quota import Quota


class Credential(Protocol):
    """Somebody signed in. The rest of it is known to the context alone."""

    @property
    def expires_at(self) -> datetime:
        """When the credential ends, aware and in UTC."""

    @property
    def holder(self) -> Hashable:
        """Whose it is: equal for all credentials of one sign-in or device."""


class Authenticator(Protocol):
    async def __call__(self, authorization: str | None) -> Any:
        """The `Credential` of an Authorization header; None without one.

        Raises CredentialExpired or NotAuthenticated.
        """


ContextFactory = Callable[[Any, str, str], Awaitable[Any]]
"""Makes the context of one operation from its credential (or None), the request id and the client's address."""


def client_address(scope: Scope) -> str:
    """Where the client is, as far as the server and the proxies it trusts can tell; empty: not at all."""
    client = scope.get("client")
    return client[0] if client else ""


async def hung_up(receive: Receive) -> None:
    """Returns when the client of an HTTP request has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def expired(credential: Credential, clock: Callable[[], datetime]) -> None:
    """Returns when the credential ends. The wall clock may be set while we sleep, so it is read again each minute."""
    while (left := (credential.expires_at - clock()).total_seconds()) > 0:  # noqa: ASYNC110
        await asyncio.sleep(min(left, 60.0))


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Bytes and seconds of one request."""

    body: int = 1024 * 1024
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """Characters, seconds and counts of one socket or event stream;
    `drain`: seconds over which a shutdown spreads the ends of those with subscriptions.
    """

    message: int = 256 * 1024
    operations: int = 100
    drain: float = 0.0
    init_timeout: float = 10.0
    send_timeout: float = 20.0
    operation_timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class Edge:
    """Everything a request needs. `open_to_anonymous` lets clients without a credential read the schema."""

    operations: Operations
    authenticate: Authenticator
    make_context: ContextFactory
    clock: Callable[[], datetime]
    open_to_anonymous: bool = False
    explorer: bool = False
    allowed_origins: frozenset[str] = frozenset()
    http: HttpLimits = field(default_factory=HttpLimits)
    socket: SocketLimits = field(default_factory=SocketLimits)
    quota: Quota = field(default_factory=lambda: Quota(100))

    def may_introspect(self, credential: Any) -> bool:
        """Whether this client sees the schema and is helped with "Did you mean"."""
        return self.open_to_anonymous or credential is not None
