"""The command `audit`, which checks what no constraint holds in a live database (R16.1)."""

import asyncio
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from clock import wall_clock
from commands.database_faults import database_faults
from commands.fault import Fault
from commands.import_report import Progress
from commands.local import database_here
from db.audit.check import Check, Finding
from db.audit.run import CHECKS, audit_organization, find_organizations
from db.engine import create_engine


@dataclass
class Outcome:
    """How much was checked, and how many rows are wrong."""

    organizations: int = 0
    wrong: int = 0


def audit_database(*, organization: str | None, as_json: bool) -> None:
    """Print each row that is wrong, on standard output, and the progress on standard error if that is a terminal.

    Raises Fault if a row is wrong, so that the exit status is 1.

    organization -- the name or id of the only organization to check; None means all of them
    as_json -- print one JSON object per line: the wrong rows, and a summary at the end
    """
    begun = time.monotonic()
    with database_here() as url, Progress(sys.stderr) as progress:
        outcome = asyncio.run(_audit(url, organization, wall_clock(), progress, as_json=as_json))
    seconds = round(time.monotonic() - begun, 1)
    summary = {"organizations": outcome.organizations, "checks": len(CHECKS), "wrong": outcome.wrong}
    if as_json:
        print(orjson.dumps(summary | {"seconds": seconds}).decode(), flush=True)
    checked = f"{len(CHECKS)} checks of {_counted(outcome.organizations, 'organization')} took {seconds} s"
    if outcome.wrong:
        raise Fault(f"{_counted(outcome.wrong, 'row')} {'is' if outcome.wrong == 1 else 'are'} wrong. {checked}.")
    print(f"Nothing is wrong. {checked}.", file=sys.stderr if as_json else sys.stdout)


async def _audit(url: str, organization: str | None, now: datetime, progress: Progress, *, as_json: bool) -> Outcome:
    # Row-level security does not bind the owner.
    engine = create_engine(url, role=None, pool_size=1)
    try:
        with database_faults():
            return await _audit_all(engine, organization, now, progress, as_json=as_json)
    finally:
        await engine.dispose()


async def _audit_all(
    engine: AsyncEngine, organization: str | None, now: datetime, progress: Progress, *, as_json: bool
) -> Outcome:
    outcome = Outcome()
    chosen = await find_organizations(engine, organization)
    if organization is not None and len(chosen) != 1:
        raise Fault(f"{'Several organizations are' if chosen else 'No organization is'} called {organization!r}.")
    for number, each in enumerate(chosen, start=1):
        place = f"Checking organization {number} of {len(chosen)}: check"

        def begins(check: Check, place: str = place) -> None:
            progress(place, CHECKS.index(check) + 1, len(CHECKS))

        async for finding in audit_organization(engine, each, now=now, begins=begins):
            outcome.wrong += 1
            print(_json(finding) if as_json else finding, flush=True)
        outcome.organizations += 1
    return outcome


def _json(finding: Finding) -> str:
    return orjson.dumps(
        {
            "check": finding.check,
            "table": finding.table,
            "id": finding.id,
            "organization_id": finding.organization_id,
            "wrong": finding.wrong,
            "right": finding.right,
        },
        default=_text,
    ).decode()


def _text(value: object) -> str:
    # orjson can encode uuid.UUID, but not asyncpg's own class.
    if isinstance(value, UUID):
        return str(value)
    raise TypeError


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
