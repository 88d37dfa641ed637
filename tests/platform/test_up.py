"""`rollbook.py up`, run as a person runs it: from start to every kind of end."""

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.wake_ups import connect_redis
from tests.support.memory import folder_of_servers
from workers.report import read_reports

ROOT = Path(__file__).resolve().parents[2]
PASSED_ON = ("DATABASE_URL", "REDIS_URL")
# The end is requested in the middle of making an event loop.
ENDS_AS_A_LOOP_IS_MADE = """
import asyncio, os, selectors, signal
from commands import up

class Ends(selectors.DefaultSelector):
    def __init__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        super().__init__()

up._listen_for_the_end()
selectors.DefaultSelector = Ends
try:
    asyncio.run(asyncio.sleep(0))
except up._Stop:
    print("Stopped.")
"""
pytestmark = pytest.mark.timeout(400)  # whole systems are started, on a machine that may be busy


@pytest.fixture
def data() -> Iterator[Path]:
    place = folder_of_servers("rollbook-up-")
    yield place / "data"
    for pid in (*processes_of(place / "data"), *processes_of(place / "other")):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    shutil.rmtree(place, ignore_errors=True)


class Up:
    """One `up` on a data folder of its own; reads its output as it comes."""

    def __init__(self, data: Path, *arguments: str, **variables: str) -> None:
        environment = {k: v for k, v in os.environ.items() if k not in PASSED_ON and "ROLLBOOK" not in k}
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "rollbook.py"), "up", "--no-demo", *arguments],
            env=environment | {"ROLLBOOK_DATA": str(data)} | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.seen = ""

    def wait_for(self, pattern: str) -> re.Match[str]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.seen += line
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"{pattern!r} did not come:\n{self.seen}")

    def address(self) -> str:
        return self.wait_for(r"Rollbook runs at (http://\S+)/graphql")[1]

    def end(self, sign: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(sign)
        return self.rest()

    def rest(self) -> int:
        out, _ = self.process.communicate(timeout=60)
        self.seen += out or ""
        return self.process.returncode


def processes_of(data: Path) -> list[int]:
    """Every process that was started for this data folder: servers by where they work, others by environment."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            if str(data) in os.readlink(entry / "cwd") or f"ROLLBOOK_DATA={data}".encode() in (
                entry / "environ"
            ).read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


def none_left_of(data: Path) -> bool:
    deadline = time.monotonic() + 20
    while processes_of(data):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def ready(address: str) -> dict[str, str]:
    with urllib.request.urlopen(f"{address}/health/ready", timeout=10) as answer:
        report: dict[str, str] = json.load(answer)
    return report


def test_it_serves_beside_another_until_every_kind_of_end_and_starts_again_on_the_same_data(
    data: Path,
) -> None:
    """One story, since each start of a whole system computes for seconds."""
    first = Up(data)
    address = first.address()
    assert ready(address) == {"database": "ok", "migrations": "ok", "redis": "ok"}
    twin = Up(data)
    assert twin.rest() == 1
    assert f"Rollbook is already running from this folder (process {first.process.pid}" in twin.seen
    assert "Traceback" not in twin.seen
    until_a_worker_reports(data)
    for arguments in (["migrate"], ["worker", "--check"]):
        assert in_second_terminal(data, *arguments) == 0, arguments
    children_are_started_again(first, data, address)
    assert first.end(signal.SIGINT) == 0
    stopped_in_order(first, data)

    other = data.with_name("other")
    shutil.copytree(data, other)
    for each in (data, other):
        (each / "postgres" / "witness").touch()
    second = Up(data)
    assert second.address() == address, "the port is kept"
    assert (data / "postgres" / "witness").exists()
    fresh_begins_anew_beside_another_and_dead_servers_end_it(other, address)
    assert ready(address)["database"] == "ok"
    killed_it_leaves_nothing_behind(second, data)
    third = Up(data)
    # The other server is forked now. A signal that arrives during a fork is not lost.
    third.wait_for("PostgreSQL on port")
    assert third.end(signal.SIGTERM) == 0
    stopped_in_order(third, data)


def children_are_started_again(up: Up, data: Path, address: str) -> None:
    for name in ("api", "worker"):
        (victim,) = commands_of(data, name)
        os.kill(victim, signal.SIGKILL)
        up.wait_for(rf"^{name} +\| ended with status -9; starting it again in 1 s")
        assert_another_comes(data, name, victim, address)


def killed_it_leaves_nothing_behind(up: Up, data: Path) -> None:
    assert len(processes_of(data)) > 5
    up.end(signal.SIGKILL)
    assert none_left_of(data)


def fresh_begins_anew_beside_another_and_dead_servers_end_it(data: Path, address: str) -> None:
    up = Up(data, "--fresh")
    assert up.address() != address, "its last port is taken"
    assert not (data / "postgres" / "witness").exists()
    os.kill(int((data / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    assert up.rest() == 1
    assert "PostgreSQL ended" in up.seen
    assert none_left_of(data)


def stopped_in_order(up: Up, data: Path) -> None:
    assert up.seen.rstrip().endswith("Stopped.")
    assert "Traceback" not in up.seen
    assert none_left_of(data)


def test_what_the_end_interrupts_does_not_complain() -> None:
    command = [sys.executable, "-c", ENDS_AS_A_LOOP_IS_MADE]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert (ended.stdout, ended.stderr) == ("Stopped.\n", "")


def test_a_port_that_is_taken_is_a_sentence(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        up = Up(data, "--port", str(port))
        assert up.rest() == 1
    assert up.seen == f"Port {port} is taken by another program; choose another one with --port, or leave --port out.\n"
    assert processes_of(data) == []


def test_a_fault_of_the_settings_is_a_sentence(data: Path) -> None:
    up = Up(data, ROLLBOOK_ACCESS_TOKEN_LIFETIME="soon")
    assert up.rest() == 1
    assert "ROLLBOOK_ACCESS_TOKEN_LIFETIME is 'soon'" in up.seen
    assert "Traceback" not in up.seen
    assert none_left_of(data)


def test_a_database_that_cannot_be_reached_is_a_sentence(data: Path) -> None:
    up = Up(data, DATABASE_URL="postgresql://a:b@127.0.0.1:1/c")
    assert up.rest() == 1
    assert "The database of DATABASE_URL cannot be used" in up.seen
    assert "Traceback" not in up.seen


def test_production_is_not_for_up(data: Path) -> None:
    up = Up(data, ROLLBOOK_ENV="production", ROLLBOOK_SECRET="s" * 40)
    assert up.rest() == 1
    assert "in production, run `api` and `worker`" in up.seen


def commands_of(data: Path, name: str) -> list[int]:
    found = []
    for pid in processes_of(data):
        with contextlib.suppress(OSError):
            if f"rollbook.py\0{name}\0" in Path(f"/proc/{pid}/cmdline").read_text():
                found.append(pid)
    return found


def assert_another_comes(data: Path, name: str, former: int, address: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if commands_of(data, name) not in ([], [former]) and ready(address):
                return
        time.sleep(0.1)
    raise AssertionError(f"{name} did not come back")


def in_second_terminal(data: Path, *arguments: str) -> int:
    """The exit status."""
    environment = {k: v for k, v in os.environ.items() if k not in PASSED_ON} | {"ROLLBOOK_DATA": str(data)}
    command = [sys.executable, str(ROOT / "rollbook.py"), *arguments]
    return subprocess.run(command, env=environment, check=False).returncode


def until_a_worker_reports(data: Path) -> None:
    """A worker reports only now and then."""

    async def reported() -> bool:
        redis = connect_redis(json.loads((data / "running.json").read_text())["redis_url"])
        try:
            return any(report.is_fresh for report in await read_reports(redis))
        finally:
            await redis.aclose()

    async def wait() -> None:
        async with asyncio.timeout(20):
            while not await reported():
                await asyncio.sleep(0.1)

    asyncio.run(wait())
