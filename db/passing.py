"""Decides which faults may pass by themselves, for all transports and for the workers (R16.3).

A fault that may pass is one of PostgreSQL, of Redis or of the network: a lock that is held too long, a server that is
away or out of room, a pool without a free connection, a time-out. All others are faults of ours.
"""

import errno
import socket

from redis.exceptions import BusyLoadingError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from db.asyncpg_internals import is_of_an_ended_connection

# Seconds after which a client should try again. Another transaction ends sooner than a server comes back.
AFTER_A_TRANSACTION = 1
AFTER_AN_OUTAGE = 5

# Another transaction was in the way: serialization failures and deadlocks (class 40), and locks that were not granted.
_TRANSACTION_CLASSES = {"40"}
_TRANSACTION_STATES = {"55P03", "55006"}
# 08: the connection broke. 53: no memory, no disk space, no free connection. 57: cancelled by a time-out, shut down,
# crashed, or starting. 58: the operating system failed.
_OUTAGE_CLASSES = {"08", "53", "57", "58"}
# 25P03 and 25P04: the server ended a transaction that was idle or took too long. 25P02: another statement of the same
# transaction failed before this one, and its own answer says why. 3D000: the database is dropped, as it is for a moment
# when a backup is restored in its place.
_OUTAGE_STATES = {"25P02", "25P03", "25P04", "3D000"}
# What a server ends a connection for, without a code of SQLSTATE.
_NETWORK = {
    errno.ECONNREFUSED,
    errno.ECONNRESET,
    errno.EHOSTDOWN,
    errno.EHOSTUNREACH,
    errno.EMFILE,
    errno.ENETDOWN,
    errno.ENETUNREACH,
    errno.ENFILE,
    errno.ENOBUFS,
    errno.ENOMEM,
    errno.ENOSPC,
    errno.ETIMEDOUT,
}
_AWAY = (NoConnectionFree, PendingRollbackError, RedisConnectionError, RedisTimeoutError, BusyLoadingError)


def passes_after(fault: BaseException) -> int | None:
    """Return the seconds after which the cause of this exception may have passed, or None for a fault of ours."""
    if isinstance(fault, BaseExceptionGroup):
        each = [passes_after(member) for member in fault.exceptions]
        return None if None in each else max(seconds for seconds in each if seconds is not None)
    if isinstance(fault, DBAPIError):
        if fault.connection_invalidated:
            return AFTER_AN_OUTAGE
        return passes_after(fault.orig) if fault.orig is not None else None
    state = getattr(fault, "sqlstate", None)
    if state is not None:
        return _by_state(state)
    if isinstance(fault, _AWAY) or _is_of_the_network(fault) or is_of_an_ended_connection(fault):
        return AFTER_AN_OUTAGE
    # SQLAlchemy wraps what the driver raises, and the code of SQLSTATE is not always taken over.
    return passes_after(fault.__cause__) if _is_wrapped(fault) and fault.__cause__ is not None else None


def _by_state(state: str) -> int | None:
    if state in _TRANSACTION_STATES or state[:2] in _TRANSACTION_CLASSES:
        return AFTER_A_TRANSACTION
    return AFTER_AN_OUTAGE if state in _OUTAGE_STATES or state[:2] in _OUTAGE_CLASSES else None


def _is_of_the_network(fault: BaseException) -> bool:
    """Return whether this is not about a file. asyncio raises an OSError without a number when it has tried several
    addresses.
    """
    if isinstance(fault, ConnectionError | TimeoutError | socket.gaierror):
        return True
    return isinstance(fault, OSError) and (fault.errno in _NETWORK or (type(fault) is OSError and fault.errno is None))


def _is_wrapped(fault: BaseException) -> bool:
    return type(fault).__module__.startswith("sqlalchemy.")
