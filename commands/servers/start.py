"""Starts both servers together and manages the folder that belongs to them."""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from commands.servers import postgres, valkey
from commands.servers.process import ServerFault


@dataclass(frozen=True)
class Servers:
    """The running servers. None stands for a server that is not ours, because its address was given."""

    database_url: str
    redis_url: str
    postgres: postgres.Postgres | None
    valkey: valkey.Valkey | None

    def stop(self) -> None:
        """Stop PostgreSQL last: whatever is still writing then loses its wake-ups, but never its data."""
        for server in (self.valkey, self.postgres):
            if server is not None:
                server.stop()

    def find_dead(self) -> str | None:
        """Return a sentence about a server of ours that has ended, or None while both are running."""
        for name, server in (("PostgreSQL", self.postgres), ("The Redis-compatible server", self.valkey)):
            if server is not None and server.process.poll() is not None:
                return f"{name} ended: {server.last_words() or 'it left no word'} (see {server.log})."
        return None


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Make `folder` if it is missing and hold it exclusively until the block ends or this process dies."""
    try:
        # Other users may pass through the folder but not read it, because PostgreSQL may have to run as another user.
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as fault:
        raise ServerFault(f"{folder} cannot be written: {fault.strerror}.") from fault
    try:
        _take(lock, folder)
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(lock)


def is_held(folder: Path) -> bool:
    """Tell whether a living process holds `folder`."""
    try:
        lock = os.open(folder / "lock", os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _take(lock: int, folder: Path) -> None:
    # A killed predecessor needs a moment to end, hence a few attempts.
    for _ in range(10):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.1)
        else:
            return
    holder = os.pread(lock, 20, 0).decode().strip() or "unknown"
    raise ServerFault(
        f"Rollbook is already running from this folder (process {holder} holds {folder}): "
        "stop it, or use it from another terminal."
    )


def start_servers(
    folder: Path,
    *,
    durable: bool,
    database_url: str | None = None,
    redis_url: str | None = None,
    postgres_settings: Sequence[str] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> Servers:
    """Start the servers that were not given. The caller holds the lock of `folder` and calls `stop` at the end.

    database_url, redis_url -- servers of somebody else to use instead; they are not checked
    postgres_settings -- further settings of the PostgreSQL that is started
    progress -- called with a few words about each server that was started
    """
    ports = _read_ports(folder)
    database: postgres.Postgres | None = None
    cache: valkey.Valkey | None = None
    try:
        if database_url is None:
            database = postgres.start(folder, durable=durable, port=ports.get("postgres"), settings=postgres_settings)
            progress(f"PostgreSQL on port {database.port}")
        if redis_url is None:
            cache = valkey.start(folder, durable=durable, port=ports.get("redis"))
            progress(f"Redis-compatible server on port {cache.port}")
        remember_ports(
            folder,
            postgres=database.port if database else None,
            redis=cache.port if cache else None,
        )
    except BaseException as fault:
        for server in (cache, database):
            if server is not None:
                server.stop()
        if isinstance(fault, OSError):
            raise ServerFault(f"The servers cannot work in {folder}: {fault.strerror or fault}.") from fault
        raise
    given_or_ours = (
        database_url or (database.url if database else ""),
        redis_url or (cache.url if cache else ""),
    )
    return Servers(*given_or_ours, database, cache)


def _read_ports(folder: Path) -> dict[str, int]:
    try:
        ports = json.loads((folder / "ports.json").read_text())
    except (OSError, ValueError):
        return {}
    return {name: port for name, port in ports.items() if isinstance(port, int)}


def remember_ports(folder: Path, **ports: int | None) -> None:
    """Store these ports for the next start from this folder; None changes nothing."""
    known = _read_ports(folder) | {name: port for name, port in ports.items() if port is not None}
    (folder / "ports.json").write_text(json.dumps(known))


def remembered_port(folder: Path, name: str) -> int | None:
    """Return the port that `name` had at the last start from this folder; None before the first start."""
    return _read_ports(folder).get(name)
