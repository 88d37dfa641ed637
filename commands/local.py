"""Finds what belongs to this checkout: its data folder, its secret, and the servers that `up` runs.

Commands use the database of DATABASE_URL if it is set. Otherwise they use the servers of the `up` that runs from this
checkout, so that a second terminal needs no configuration. If none runs, some commands start servers of their own.
"""

import asyncio
import contextlib
import json
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg

from commands.fault import Fault
from commands.servers.process import ServerFault
from commands.servers.start import Servers, is_held, locked, remembered_port, start_servers
from exception_traces import describe
from settings import Settings, SettingsFault, asyncpg_url, load_settings

ROOT = Path(__file__).resolve().parent.parent
_ADDRESSES = {"database_url": "DATABASE_URL", "redis_url": "REDIS_URL"}


def data_folder() -> Path:
    """Return the folder in which this checkout keeps its data: ROLLBOOK_DATA, or .rollbook in the checkout."""
    return Path(os.environ.get("ROLLBOOK_DATA") or ROOT / ".rollbook").absolute()


def settings_from(**given: Any) -> Settings:
    """Return the settings of this process. All mistakes are raised as one Fault. A value of None counts as not
    given.
    """
    try:
        return load_settings(**{name: value for name, value in given.items() if value is not None})
    except SettingsFault as fault:
        raise Fault(str(fault)) from None


def settings_here(**given: Any) -> Settings:
    """Return the environment's settings. Missing ones are taken from this checkout, but never in production."""
    if os.environ.get("ROLLBOOK_ENV") == "production":
        return settings_from(**given)
    folder = data_folder()
    found = _find_running(folder)
    if not os.environ.get("DATABASE_URL") and not found and not given.get("database_url"):
        raise Fault("DATABASE_URL is not set, and no `make up` runs from this folder.")
    local = {name: found[name] for name, variable in _ADDRESSES.items() if found and not os.environ.get(variable)}
    if not os.environ.get("ROLLBOOK_SECRET"):
        local["secret"] = secret_of(folder)
    return settings_from(**(local | given))


def settings_for_links() -> Settings:
    """Return what `settings_here` returns, with the port of the API that `up` runs, since links lead there."""
    folder = data_folder()
    is_known = _find_running(folder) is not None and not os.environ.get("ROLLBOOK_PORT")
    return settings_here(port=remembered_port(folder, "api") if is_known else None)


@contextlib.contextmanager
def database_here() -> Iterator[str]:
    """Yield the database address of the owner, for a command that does one thing and ends.

    If no server is given or running, one is started for the duration of the block.
    """
    found = _find_running(data_folder())
    if given := os.environ.get("DATABASE_URL"):
        try:
            url = asyncpg_url(given)
        except ValueError as fault:
            raise Fault(f"DATABASE_URL {fault}.") from None
        refuse_unreachable(url)
        yield url
    elif found is not None:
        yield found["database_url"]
    elif os.environ.get("ROLLBOOK_ENV") == "production":
        raise Fault("DATABASE_URL must be set.")
    else:
        with own_servers(data_folder(), redis_url="redis://127.0.0.1/not-needed") as servers:
            yield servers.database_url


@contextlib.contextmanager
def own_servers(
    folder: Path, *, redis_url: str | None, progress: Callable[[str], None] = lambda _: None
) -> Iterator[Servers]:
    """Hold the folder and run the embedded servers on it. They have stopped when the block ends."""
    with faults_told(), locked(folder):
        servers = start_servers(
            folder,
            durable=True,
            database_url=os.environ.get("DATABASE_URL") or None,
            redis_url=redis_url,
            progress=progress,
        )
        try:
            yield servers
        finally:
            servers.stop()


def refuse_unreachable(url: str) -> None:
    """Raises Fault unless a connection succeeds, so that a wrong address or password gives a sentence and no stack
    trace.
    """

    async def look() -> None:
        connection = await asyncpg.connect(url.replace("+asyncpg", "", 1), timeout=10)
        await connection.close()

    try:
        asyncio.run(look())
    except (OSError, TimeoutError, asyncpg.PostgresError, ValueError) as fault:
        raise Fault(f"The database of DATABASE_URL cannot be used: {describe(fault)}.") from None


def secret_of(folder: Path) -> str:
    """Return this checkout's secret, which signs the tokens of local work. It is made on first use."""
    path = folder / "secret"
    with contextlib.suppress(FileNotFoundError):
        return path.read_text().strip()
    secret = secrets.token_urlsafe(48)
    with faults_told():
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        _write_private(path, secret)
    return secret


def remember_running(folder: Path, servers: Servers) -> None:
    """Let commands in other terminals find the servers."""
    addresses = {"database_url": servers.database_url, "redis_url": servers.redis_url}
    _write_private(folder / "running.json", json.dumps(addresses))


def forget_running(folder: Path) -> None:
    """Remove what `remember_running` wrote, because the servers are about to stop."""
    (folder / "running.json").unlink(missing_ok=True)


@contextlib.contextmanager
def faults_told() -> Iterator[None]:
    """Turn a fault of a server or of its folder into the sentence that ends the command."""
    try:
        yield
    except ServerFault as fault:
        raise Fault(str(fault)) from None
    except OSError as fault:
        raise Fault(f"{fault.filename or data_folder()}: {fault.strerror or fault}.") from None


def _find_running(folder: Path) -> dict[str, str] | None:
    if not is_held(folder):
        return None
    try:
        found: dict[str, str] = json.loads((folder / "running.json").read_text())
    except (OSError, ValueError):
        return None
    return found


def _write_private(path: Path, text: str) -> None:
    """Write a file that only this user can read, because it contains passwords."""
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
