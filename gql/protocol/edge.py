"""What the transports share: the operations that they run, the identity of the client, and their limits."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from starlette.types import Receive, Scope

from gql.protocol.admission import Admission
from gql.protocol.operations import Operations
from gql.protocol.quota import Quota
from gql.protocol.trusted_documents import NONE_TRUSTED, TrustedDocuments


class Credential(Protocol):
    """Proof that somebody is signed in. Only the context knows more about it."""

    @property
    def expires_at(self) -> datetime:
        """When the credential expires, as an aware time in UTC."""

    @property
    def holder(self) -> Hashable:
        """The holder of the credential. It is equal for all credentials of one sign-in or device."""

    @property
    def tenant(self) -> Hashable:
        """The tenant of the holder. Tenants share a process that has too much to do fairly."""


class Authenticator(Protocol):
    async def __call__(self, authorization: str | None) -> Any:
        """Returns the `Credential` of an Authorization header, or None without a header.

        Raises CredentialExpired or NotAuthenticated.
        """


_LONGEST_AGENT = 200
_ANONYMOUS = tuple(f"anonymous {number}" for number in range(4))

ContextFactory = Callable[[Any, str, str, str], Awaitable[Any]]
"""Makes the context of one operation from its credential (or None), the request id, the client's address and what the
client says of itself."""


def client_address(scope: Scope) -> str:
    """Return the client's network address, as far as the server and the proxies that it trusts know it. Empty when
    unknown.
    """
    client = scope.get("client")
    return client[0] if client else ""


def client_agent(given: str | None) -> str:
    """Return what the client says of itself, at most 200 printable characters of ASCII, or an empty text.

    given -- its User-Agent, if it has sent one
    """
    if not given:
        return ""
    if given.isascii() and given.isprintable():
        return given[:_LONGEST_AGENT].strip()
    return "".join(each for each in given if " " <= each <= "~")[:_LONGEST_AGENT].strip()


async def hung_up(receive: Receive) -> None:
    """Return when the client of an HTTP request has disconnected."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _never(_credential: Any, _ended: Callable[[], None]) -> Callable[[], None]:
    return lambda: None


async def expired(credential: Credential, clock: Callable[[], datetime]) -> None:
    """Return when the credential has expired. The clock is read again each minute, because it may be set during the
    wait.
    """
    while (left := (credential.expires_at - clock()).total_seconds()) > 0:  # noqa: ASYNC110
        await asyncio.sleep(min(left, 60.0))


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Limits of one request, in bytes and seconds.

    discard -- how long a client whose body is too large may go on sending it, once it is answered
    """

    body: int = 1024 * 1024
    timeout: float = 30.0
    discard: float = 5.0


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """Limits of one socket or event stream, in characters, seconds and counts.

    drain -- the seconds over which a shutdown spreads the ends of the connections that have subscriptions
    """

    message: int = 256 * 1024
    operations: int = 100
    drain: float = 0.0
    init_timeout: float = 10.0
    send_timeout: float = 20.0
    operation_timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class Edge:
    """Everything that a request needs.

    open_to_anonymous -- whether clients without a credential may read the schema
    watch_sign_in -- calls a function when the holder of a credential has signed out, or was signed out, until the
        function that it returns is called
    """

    operations: Operations
    authenticate: Authenticator
    make_context: ContextFactory
    clock: Callable[[], datetime]
    watch_sign_in: Callable[[Any, Callable[[], None]], Callable[[], None]] = _never
    open_to_anonymous: bool = False
    explorer: bool = False
    trusted: TrustedDocuments = NONE_TRUSTED
    allowed_origins: frozenset[str] = frozenset()
    http: HttpLimits = field(default_factory=HttpLimits)
    socket: SocketLimits = field(default_factory=SocketLimits)
    quota: Quota = field(default_factory=lambda: Quota(100))
    admission: Admission = field(default_factory=lambda: Admission(slots=10_000, patience=10.0))

    def may_introspect(self, credential: Any) -> bool:
        """Return whether this client may read the schema and gets "Did you mean" suggestions."""
        return self.open_to_anonymous or credential is not None

    def refuse_if_overloaded(self, credential: Any, scope: Scope) -> None:
        """Raises Overloaded when a request that came now could not begin in time."""
        self.admission.refuse_if_overloaded(_tenant(credential, scope))

    def turn(self, credential: Any, scope: Scope) -> AbstractAsyncContextManager[None]:
        """Hold a slot of the process for the block. Raises Overloaded."""
        return self.admission.turn(_tenant(credential, scope))


def _tenant(credential: Any, scope: Scope) -> Hashable:
    """Return whose share of the process a request uses. The credential was verified, so nobody uses that of another.

    Clients without a credential share a few places by their addresses: one that floods the process does not keep all
    others from signing in, and many addresses do not take the place of the tenants.
    """
    return _ANONYMOUS[hash(client_address(scope)) % len(_ANONYMOUS)] if credential is None else credential.tenant
