"""Runs pg_dump and pg_dumpall on a database, for its schema alone."""

import os
import re
import subprocess

from sqlalchemy.engine import make_url

from commands.servers.process import ServerFault
from commands.servers.programs import find_client_program


def dump_schema(url: str) -> str:
    """Return pg_dump's statements that create the schema of the database at `url`, without owners."""
    only = ("--schema-only", "--no-owner", "--no-tablespaces", "--no-table-access-method")
    return _run("pg_dump", url, *only)


def dump_role(url: str, role: str) -> str:
    """Return the statements that create the role `role`, with all attributes except its password."""
    roles = _run("pg_dumpall", url, "--roles-only", "--no-role-passwords")
    return "\n".join(re.findall(rf"^(?:CREATE|ALTER) ROLE {role}\b.*;$", roles, re.MULTILINE))


def _run(program: str, url: str, *arguments: str) -> str:
    address = make_url(url)
    # The password goes into the environment: everybody on the machine can read a process's arguments.
    where = {
        "PGHOST": address.host,
        "PGPORT": str(address.port or 5432),
        "PGUSER": address.username,
        "PGPASSWORD": address.password,
        "PGDATABASE": address.database,
    }
    answer = subprocess.run(  # noqa: S603
        [find_client_program(program), *arguments],
        env=os.environ | {name: value for name, value in where.items() if value is not None},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        raise ServerFault(f"{program} failed: {answer.stderr.strip()}")
    return answer.stdout
