"""Everything of asyncpg that its documentation does not promise: the socket of a connection, its transaction, and what
it asks the server about types.

No other module of the product touches such a name. What is assumed of it stands in the docstring, and
tests/architecture/test_asyncpg_internals.py has a test for it.
"""

import socket
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import asyncpg
from asyncpg.pgproto import pgproto

# Seconds, and attempts: a server that cannot be reached is noticed after 11 seconds.
_IDLE, _INTERVAL, _COUNT = 5, 2, 3
_UNANSWERED_MILLISECONDS = 10_000
# PostgreSQL assigns the numbers below by hand and keeps them in all versions. Higher ones differ between databases.
_FIRST_ASSIGNED_OID = 10_000
_NOTHING_WAS_ASKED = SimpleNamespace(name="none")

DriversUUID: type[UUID] = pgproto.UUID
"""The class of the ids in rows. Assumed of asyncpg: it is made of a text, as its base class UUID is, and its ids are
equal to those of the base class, with the same hash.
"""

_built_in_types: dict[int, list[Any]] = {}
"""The rows with which the server has described each built-in type that a connection of this process has met."""


class Connection(asyncpg.Connection):  # type: ignore[misc]
    """A connection that asks the server about a built-in type only if no connection of this process has asked before.

    asyncpg knows single values, and each of its connections asks about arrays when it first meets one. That query takes
    the server longer than opening the connection does.

    Assumed of asyncpg: `_introspect_types` returns the rows that describe the types, and the statement that has asked
    for them. If that one has no name, the statement that needs the types is prepared once more.
    """

    __slots__ = ()

    async def _introspect_types(self, typeoids: Iterable[int], seconds: float | None) -> tuple[list[Any], Any]:
        rows: list[Any] = []
        asked: Any = _NOTHING_WAS_ASKED
        for oid in typeoids:
            described = _built_in_types.get(oid)
            if described is None:
                described, asked = await super()._introspect_types([oid], seconds)
                if oid < _FIRST_ASSIGNED_OID:
                    _built_in_types[oid] = described
            rows += described
        return rows, asked


def watch_socket(connection: asyncpg.Connection) -> None:
    """Let the operating system end the connection when the server does not answer it any more.

    Assumed of asyncpg: `_transport` is the transport of asyncio or uvloop, which knows its socket.
    """
    found = connection._transport.get_extra_info("socket")
    if found is None or found.family not in (socket.AF_INET, socket.AF_INET6):
        return
    found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    # Not every system has each of these.
    for name, value in {
        "TCP_KEEPIDLE": _IDLE,
        "TCP_KEEPINTVL": _INTERVAL,
        "TCP_KEEPCNT": _COUNT,
        "TCP_USER_TIMEOUT": _UNANSWERED_MILLISECONDS,
    }.items():
        if hasattr(socket, name):
            found.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def is_of_an_ended_connection(fault: BaseException) -> bool:
    """Return whether the server had ended the connection of a statement, which was therefore not sent.

    Assumed of asyncpg: when the server says why it ends an idle connection, asyncpg keeps nothing of it. Until the end
    itself arrives, the next statement fails because the state of the protocol cannot be switched, and from then on
    because the connection is closed. Two statements at once on one connection fail in another way.
    """
    if isinstance(fault, asyncpg.InternalClientError):
        return str(fault).startswith("cannot switch to state")
    return isinstance(fault, asyncpg.InterfaceError) and str(fault).endswith("connection is closed")


async def end_transaction(connection: asyncpg.Connection, seconds: float) -> None:
    """End the transaction of somebody who was cancelled, at whatever moment. It is harmless when there is none.

    Assumed of asyncpg: a statement waits until the server has cancelled the one before it. `_top_xact` is the
    transaction that `Connection.transaction` has begun, or whose beginning was cancelled; the next one would be a
    savepoint in it.
    """
    connection._top_xact = None
    await connection.execute("ROLLBACK", timeout=seconds)
