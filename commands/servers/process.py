"""Starts, watches and stops one server process, which never outlives the process that started it."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from commands.servers.preparing import start_prepared

_LINUX = sys.platform.startswith("linux")
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class ServerFault(Exception):
    """A server cannot run. The text is one clear sentence for the person at the terminal."""


def die_with_parent(sign: int, parent: int) -> None:
    """Ask the kernel to send `sign` to this process when `parent` ends, even by SIGKILL.

    This works on Linux only. Elsewhere nothing happens, and a killed parent leaves its children behind.
    """
    if not _LINUX:
        return
    if _libc.prctl(_PR_SET_PDEATHSIG, sign, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    # The parent may have ended between the fork and the line above; then no signal would ever come.
    if os.getppid() != parent:
        os._exit(1)


def spawn(
    argv: Sequence[str | Path],
    *,
    death_signal: signal.Signals,
    become: Callable[[], None] | None = None,
    output: int | None = None,
    stdin: int | None = subprocess.DEVNULL,
    environment: dict[str, str] | None = None,
    folder: Path | None = None,
    descriptors: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start `argv` in a session of its own. The kernel ends it when this process ends.

    become -- a function that runs in the child, for example to give up rights

    The child has its own session so that Ctrl-C reaches only the process at the terminal, which then stops its children
    in order. The kernel ties a death signal to the *thread* that spawned the child, so only the main thread may call
    this.

    Raises OSError when the program cannot be started.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("Servers are started from the main thread only")
    parent = os.getpid()

    def prepare() -> None:
        if become is not None:
            become()
        # This comes after `become`, because a change of user clears the death signal.
        die_with_parent(death_signal, parent)

    # The main thread is the only one that forks.
    return start_prepared(
        argv,
        prepare,
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        env=environment,
        cwd=folder,
        pass_fds=descriptors,
        start_new_session=True,
    )


def stop(process: subprocess.Popen[bytes], sign: signal.Signals, seconds: float) -> bool:
    """Send `sign`, wait `seconds`, then send SIGKILL. Return True if the process ended by itself."""
    if process.poll() is not None:
        return True
    process.send_signal(sign)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False
    return True


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Poll `ready` until it returns true. Return False if the process ends or the time runs out first."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        if ready():
            return True
        time.sleep(0.01)
    return False


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether a server could listen on (host, port) now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # Servers do the same: a port whose last connections linger in TIME_WAIT counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(preferred: int | None = None) -> int:
    """Return a free loopback port: `preferred` if it is free, otherwise one that the kernel chooses."""
    if preferred is not None and port_is_free(preferred):
        return preferred
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def last_words(log: Path, marks: Sequence[str]) -> str:
    """Return the last line of a server's log that contains one of `marks`, or its last line, or nothing."""
    try:
        lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    except OSError:
        return ""
    telling = [line for line in lines if any(mark in line for mark in marks)]
    return (telling or lines or [""])[-1]
