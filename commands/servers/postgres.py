"""Runs our own PostgreSQL server: on loopback, with a random password, and with its data in one folder."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from commands.servers.process import ServerFault, free_port, last_words, spawn, stop, wait_until
from commands.servers.programs import find_server_programs
from commands.servers.root import Identity, choose_identity, give_to

DATABASE = "rollbook"
OWNER = "rollbook"
_ROOM_NEEDED = 200 * 1024 * 1024
_FAULT_MARKS = ("FATAL:", "PANIC:", "error:", "No space left")
# For data that may be lost: a crash of the machine can destroy it.
_DISPOSABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")


@dataclass(frozen=True)
class Postgres:
    """A running server. `url` is the owner's address of the database `rollbook`."""

    process: subprocess.Popen[bytes]
    port: int
    password: str
    log: Path

    @property
    def url(self) -> str:
        return f"postgresql+asyncpg://{OWNER}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"

    def stop(self) -> None:
        """Stop the server with a fast shutdown: it ends all sessions and writes its data within seconds."""
        stop(self.process, signal.SIGINT, 20)

    def last_words(self) -> str:
        return last_words(self.log, _FAULT_MARKS)


def start(folder: Path, *, durable: bool, port: int | None, settings: Sequence[str] = ()) -> Postgres:
    """Start the server whose data is in `folder`/postgres, and create the data on the first start.

    durable -- False only for data that may be lost with the machine, as in tests
    port -- the port to take if it is free; otherwise any free port is taken
    settings -- further settings of the server, such as "shared_buffers=32MB"
    """
    programs = find_server_programs()
    identity = choose_identity(programs / "postgres")
    data, secret = folder / "postgres", folder / "postgres.password"
    log = folder / "postgres.log"
    if not (data / "PG_VERSION").exists():
        _create(programs, identity, folder, durable=durable)
    _refuse_other_version(programs, data)
    give_to(identity, data)
    _clear_stale_lock(data)
    further = (*(() if durable else _DISPOSABLE), *settings)
    return _run(programs, identity, data, log, secret.read_text(), further=further, port=port)


def _run(
    programs: Path,
    identity: Identity,
    data: Path,
    log: Path,
    password: str,
    *,
    further: Sequence[str],
    port: int | None,
) -> Postgres:
    # Another program may take the port between the check and the start. Then another port is tried.
    for _ in range(3):
        port = free_port(port)
        options = [
            f"port={port}",
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "timezone=UTC",
            "log_timezone=UTC",
            "max_connections=200",
            "max_wal_size=256MB",
            *further,
        ]
        arguments = [part for option in options for part in ("-c", option)]
        with _opened(log) as output:
            process = spawn(
                [programs / "postgres", "-D", data, *arguments],
                death_signal=signal.SIGQUIT,
                become=identity.become,
                output=output,
            )
        if wait_until(lambda: _is_ready(data), process, 60):
            return Postgres(process, port, password, log)
        stop(process, signal.SIGQUIT, 5)
        if "could not bind" not in log.read_text(errors="replace"):
            break
        port = None
    raise ServerFault(f"PostgreSQL did not start: {_explain(last_words(log, _FAULT_MARKS), data)} (see {log})")


def _create(programs: Path, identity: Identity, folder: Path, *, durable: bool) -> None:
    free = shutil.disk_usage(folder).free
    if free < _ROOM_NEEDED:
        raise ServerFault(
            f"The disk of {folder} is full: a new database needs {_ROOM_NEEDED >> 20} MB, {free >> 20} MB are free."
        )
    # The data is made in another folder and renamed when complete, so an interrupted start never leaves half a
    # database.
    unfinished, password_file = folder / "postgres.unfinished", folder / "postgres.password"
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.rmtree(folder / "postgres", ignore_errors=True)
    password = secrets.token_urlsafe(24)
    unfinished.mkdir(mode=0o700)
    _write_secret(password_file, password)
    for path in (unfinished, password_file):
        if os.geteuid() == 0:
            os.chown(path, identity.uid, identity.gid)
    command = [
        *(programs / "initdb", "-D", unfinished, "-U", OWNER, f"--pwfile={password_file}"),
        *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"),
        *(() if durable else ("--no-sync",)),
    ]
    with _opened(folder / "initdb.log") as output:
        made = spawn(command, death_signal=signal.SIGKILL, become=identity.become, output=output)
        failed = made.wait() != 0
    if failed or not _create_database(programs, identity, unfinished, folder):
        words = last_words(folder / "initdb.log", _FAULT_MARKS)
        raise ServerFault(f"No database could be created in {folder}: {_explain(words, folder)}.")
    unfinished.rename(folder / "postgres")


def _create_database(programs: Path, identity: Identity, data: Path, folder: Path) -> bool:
    """Create the database in single-user mode, which needs neither a port nor a client."""
    with _opened(folder / "initdb.log") as output:
        single = spawn(
            [programs / "postgres", "--single", "-D", data, "postgres"],
            death_signal=signal.SIGKILL,
            become=identity.become,
            output=output,
            stdin=subprocess.PIPE,
        )
        single.communicate(f"CREATE DATABASE {DATABASE}\n".encode())
    return single.returncode == 0 and "ERROR:" not in (folder / "initdb.log").read_text(errors="replace")


def _refuse_other_version(programs: Path, data: Path) -> None:
    made_by = (data / "PG_VERSION").read_text().strip()
    answer = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    here = answer.stdout.split()[2].split(".")[0]
    if made_by != here:
        raise ServerFault(
            f"The data in {data} was made by PostgreSQL {made_by}, but this is PostgreSQL {here}: "
            "use that version, or start again with `rollbook.py up --fresh` (this deletes the data)."
        )


def _clear_stale_lock(data: Path) -> None:
    """Remove the lock file that a killed server left, once that server has really ended.

    PostgreSQL refuses to start when the process number in it belongs to any living process, which is common in
    containers. The caller holds the folder's lock, so no other start is in progress.
    """
    lock = data / "postmaster.pid"
    deadline = time.monotonic() + 15
    while (pid := _server_of(lock, data)) is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGQUIT)
        if time.monotonic() > deadline:
            raise ServerFault(f"An earlier PostgreSQL (process {pid}) still uses {data} and does not stop.")
        time.sleep(0.1)
    lock.unlink(missing_ok=True)


def _server_of(lock: Path, data: Path) -> int | None:
    """Return the process number in the lock file if it is a living server that really runs on `data`, else None."""
    try:
        pid = int(lock.read_text().split("\n", 1)[0])
        here = os.readlink(f"/proc/{pid}/cwd")
    except (OSError, ValueError):
        return None
    return pid if Path(here) == data.resolve() else None


def _is_ready(data: Path) -> bool:
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"


def _explain(words: str, place: Path) -> str:
    if "No space left" in words:
        return f"the disk of {place} is full"
    return words.rstrip(".") or "it ended without a message"


def _write_secret(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


@contextlib.contextmanager
def _opened(log: Path) -> Iterator[int]:
    """Open the log, empty it, and yield its descriptor for a server."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
