"""The command `up`, which runs everything in one terminal and leaves nothing running when it ends."""

import asyncio
import contextlib
import errno
import json
import os
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import FrameType

from commands.children import Child
from commands.fault import Fault
from commands.local import data_folder, forget_running, own_servers, refuse_unreachable, remember_running, settings_here
from commands.servers.process import die_with_parent
from commands.servers.start import Servers, remember_ports, remembered_port
from commands.terminal import Steps, TryOut, say, welcome
from settings import Settings

_USUAL_PORT = 8000
_START_SECONDS = 60
_AGAIN_SECONDS = 0.05


class _Stop(BaseException):
    """The end was requested by Ctrl-C, SIGTERM or a closed terminal."""


def run_everything(*, port: int | None, fresh: bool, demo: bool, with_parent: bool) -> None:
    """Start everything, print how to use it, watch it until the end is requested, and stop everything in order.

    with_parent -- end when the parent process ends, for a child of make
    """
    _listen_for_the_end()
    if with_parent:
        die_with_parent(signal.SIGTERM, os.getppid())
    folder = data_folder()
    with contextlib.suppress(_Stop):
        if fresh:
            _delete_data(folder)
        redis_url = os.environ.get("REDIS_URL") or None
        with _listening(folder, port) as door:
            say("Starting Rollbook ...")
            steps = Steps()
            with own_servers(folder, redis_url=redis_url, progress=steps.done) as servers:
                _run(folder, servers, steps, door, demo=demo)
    say("Stopped.")


def _run(folder: Path, servers: Servers, steps: Steps, door: socket.socket, *, demo: bool) -> None:
    port: int = door.getsockname()[1]
    settings = settings_here(database_url=servers.database_url, redis_url=servers.redis_url, port=port)
    if settings.in_production:
        raise Fault("`up` is for development; in production, run `api` and `worker` (see docs/operations.md).")
    refuse_unreachable(settings.database_url)
    found = asyncio.run(_prepare_database(settings, steps, demo=demo))
    remember_ports(folder, api=port)
    remember_running(folder, servers)
    with _children(settings, door, found) as (api, worker):
        _await_api(api, f"http://127.0.0.1:{port}/health/ready")
        steps.done(f"API on port {port}, and a worker")
        welcome(f"http://127.0.0.1:{port}", found, steps.seconds)
        while True:
            if sentence := servers.find_dead():
                raise Fault(sentence)
            api.restart_if_ended()
            worker.restart_if_ended()
            time.sleep(0.2)


async def _prepare_database(settings: Settings, steps: Steps, *, demo: bool) -> TryOut | None:
    from commands.data import try_out
    from commands.migrating import migrate_database

    await migrate_database(settings.database_url)
    steps.done("Schema is up to date")
    found = await try_out(settings.database_url, may_load=demo)
    if found is not None:
        steps.done(found.sentence)
    return found


@contextlib.contextmanager
def _children(settings: Settings, door: socket.socket, demo: TryOut | None) -> Iterator[tuple[Child, Child]]:
    sign_ins = [] if demo is None else [asdict(one) for one in demo.sign_ins]
    environment = {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "ROLLBOOK_SECRET": settings.secret.get_secret_value(),
        "ROLLBOOK_PORT": str(settings.port),
        "ROLLBOOK_LOG_LEVEL": os.environ.get("ROLLBOOK_LOG_LEVEL") or "WARNING",
        "ROLLBOOK_DEMO_SIGN_INS": json.dumps(sign_ins),
    }
    api = Child("api", ["api", "--descriptor", str(door.fileno())], environment, [door.fileno()])
    worker = Child("worker", ["worker"], environment)
    try:
        api.start()
        worker.start()
        yield api, worker
    finally:
        say("\nStopping ...")
        forget_running(data_folder())
        # The worker stops first, so that its current jobs still find the servers.
        worker.stop(settings.graceful_timeout + 5)
        api.stop(settings.graceful_timeout + 5)


def _await_api(api: Child, url: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    answer = "no answer"
    while time.monotonic() < deadline:
        if api.has_ended():
            raise Fault(f"The API did not start. Its last output:\n{api.last_words()}")
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310
                return
        except urllib.error.HTTPError as unready:
            answer = unready.read().decode(errors="replace")
        except OSError:
            pass
        time.sleep(0.05)
    raise Fault(f"The API did not become ready within {_START_SECONDS} seconds: {answer}")


@contextlib.contextmanager
def _listening(folder: Path, port: int | None) -> Iterator[socket.socket]:
    """Yield the API's listening socket, which this process owns and passes to each API process.

    So nobody can take the port between the check and the start, another checkout's API is never mistaken for ours, and
    while the API restarts, its clients wait instead of being refused.
    """
    wanted = port or _port_of_environment()
    host = os.environ.get("ROLLBOOK_HOST") or "127.0.0.1"
    for candidate in (wanted,) if wanted else (remembered_port(folder, "api") or _USUAL_PORT, 0):
        try:
            door = socket.create_server((host, candidate), backlog=2048)
        except OSError as fault:
            reason = fault.errno or 0
            continue
        with door:
            yield door
        return
    if reason == errno.EADDRINUSE:
        raise Fault(f"Port {wanted} is taken by another program; choose another one with --port, or leave --port out.")
    raise Fault(f"Nothing can listen on {host}, port {wanted or 'any'}: {os.strerror(reason)}.")


def _port_of_environment() -> int | None:
    text = os.environ.get("ROLLBOOK_PORT") or ""
    if text and not text.isdigit():
        raise Fault(f"ROLLBOOK_PORT is {text!r}: it must be a port number.")
    return int(text) if text else None


def _delete_data(folder: Path) -> None:
    from commands.local import faults_told
    from commands.servers.start import locked

    with faults_told(), locked(folder):
        for name in ("postgres", "postgres.unfinished", "redis"):
            shutil.rmtree(folder / name, ignore_errors=True)


def _listen_for_the_end() -> None:
    is_ending = False

    def end(_number: int, _frame: FrameType | None) -> None:
        nonlocal is_ending
        is_ending = True
        # Further signals are ignored, because the orderly stop that follows takes a limited time.
        for number in signals:
            signal.signal(number, signal.SIG_IGN)
        # What the end interrupts as it is made, such as an event loop and its coroutine, complains when it is deleted.
        warnings.simplefilter("ignore")
        raise _Stop

    def again(dropped: "sys.UnraisableHookArgs") -> None:
        # Python drops what is raised in its callbacks around a fork, which is where a signal during a fork is handled.
        if dropped.exc_type is _Stop:
            signal.signal(signal.SIGALRM, end)
            signal.setitimer(signal.ITIMER_REAL, _AGAIN_SECONDS)
        elif not is_ending:
            sys.__unraisablehook__(dropped)

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in signals:
        signal.signal(number, end)
    sys.unraisablehook = again
