"""`up`: everything in one terminal, and nothing left when it ends."""

import asyncio
import contextlib
import os
import shutil
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from commands.children import Child
from commands.fault import Fault
from commands.local import data_folder, forget_running, own_servers, remember_running, settings_here
from commands.terminal import SignIn, Steps, say, welcome
from db.embedded.process import die_with_parent, free_port, port_is_free
from db.embedded.servers import Servers, remember_ports, remembered_port
from settings import Settings

_USUAL_PORT = 8000
_START_SECONDS = 60


class _Stop(BaseException):
    """Somebody asked for the end: Ctrl-C, SIGTERM, or a closed terminal."""


def run_everything(*, port: int | None, fresh: bool, demo: bool, with_parent: bool) -> None:
    """Start all, tell how to use it, watch it until the end is asked for, stop all in order.

    with_parent -- end when the parent process does, as make's child should.
    """
    _listen_for_the_end()
    if with_parent:
        die_with_parent(signal.SIGTERM, os.getppid())
    folder = data_folder()
    with contextlib.suppress(_Stop):
        if fresh:
            _delete_data(folder)
        _refuse_taken_port(port)
        steps = Steps()
        say("Starting Rollbook ...")
        redis_url = os.environ.get("REDIS_URL") or None
        with own_servers(folder, redis_url=redis_url, progress=steps.done) as servers:
            _run(folder, servers, steps, port=port, demo=demo)
    say("Stopped.")


def _run(folder: Path, servers: Servers, steps: Steps, *, port: int | None, demo: bool) -> None:
    chosen = port or _choose_port(folder)
    settings = settings_here(database_url=servers.database_url, redis_url=servers.redis_url, port=chosen)
    if settings.in_production:
        raise Fault("`up` is for development; in production, run api and worker (see docs/operations.md).")
    sign_ins = asyncio.run(_prepare_database(settings, steps, demo=demo))
    remember_ports(folder, api=chosen)
    remember_running(folder, servers)
    with _children(settings) as (api, worker):
        _await_api(api, f"http://127.0.0.1:{chosen}/health/ready")
        steps.done(f"API on port {chosen}, and a worker")
        welcome(f"http://127.0.0.1:{chosen}", sign_ins, steps.seconds)
        while True:
            if sentence := servers.find_dead():
                raise Fault(sentence)
            api.restart_if_ended()
            worker.restart_if_ended()
            time.sleep(0.2)


async def _prepare_database(settings: Settings, steps: Steps, *, demo: bool) -> list[SignIn]:
    from commands.data import fill_if_empty, sign_ins
    from db.migrate import upgrade

    try:
        await upgrade(settings.database_url)
    except OSError as fault:
        raise Fault(f"The database does not answer: {fault}.") from None
    steps.done("Schema is up to date")
    if demo and (told := await fill_if_empty(settings.database_url)):
        steps.done(told)
    return await sign_ins(settings.database_url)


@contextlib.contextmanager
def _children(settings: Settings) -> Iterator[tuple[Child, Child]]:
    environment = {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "ROLLBOOK_SECRET": settings.secret.get_secret_value(),
        "ROLLBOOK_PORT": str(settings.port),
        "ROLLBOOK_LOG_LEVEL": os.environ.get("ROLLBOOK_LOG_LEVEL") or "WARNING",
    }
    api, worker = Child("api", ["api"], environment), Child("worker", ["worker"], environment)
    try:
        api.start()
        worker.start()
        yield api, worker
    finally:
        say("\nStopping ...")
        forget_running(data_folder())
        # The worker first: what it has in hand still finds the servers.
        worker.stop(settings.graceful_timeout + 5)
        api.stop(settings.graceful_timeout + 5)


def _await_api(api: Child, url: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if api.has_ended():
            raise Fault(f"The API did not start; its last words:\n{api.last_words()}")
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):  # noqa: S310
            return
        time.sleep(0.05)
    raise Fault(f"The API did not become ready within {_START_SECONDS} seconds; see {url}.")


def _refuse_taken_port(port: int | None) -> None:
    if port is not None and not port_is_free(port):
        raise Fault(f"Port {port} is taken by another program; name another one with --port, or none.")


def _choose_port(folder: Path) -> int:
    """Without --port: ROLLBOOK_PORT, which must be free; or the last one, 8000, or any that is free."""
    if wanted := os.environ.get("ROLLBOOK_PORT"):
        if wanted.isdigit():
            _refuse_taken_port(int(wanted))
            return int(wanted)
        raise Fault(f"ROLLBOOK_PORT is {wanted!r}: it must be a port's number.")
    return free_port(remembered_port(folder, "api") or _USUAL_PORT)


def _delete_data(folder: Path) -> None:
    from commands.local import faults_told
    from db.embedded.servers import locked

    with faults_told(), locked(folder):
        for name in ("postgres", "postgres.unfinished", "redis"):
            shutil.rmtree(folder / name, ignore_errors=True)


def _listen_for_the_end() -> None:
    def end(_number: int, _frame: FrameType | None) -> None:
        # Once is enough: the orderly stop that follows is bounded in time.
        for number in signals:
            signal.signal(number, signal.SIG_IGN)
        raise _Stop

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in signals:
        signal.signal(number, end)
