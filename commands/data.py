"""The commands `demo` and `import`, which fill the database."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from commands.fault import Fault
from commands.local import database_here
from commands.terminal import SignIn, TryOut, say

if TYPE_CHECKING:
    from commands.import_report import Progress
    from importing.report import Report


def load_demo(*, fresh: bool) -> None:
    """Load the demo organizations; with `fresh`, delete and recreate them."""
    if os.environ.get("ROLLBOOK_ENV") == "production":
        raise Fault("The demo is refused in production, because everybody knows its passwords.")
    with database_here() as url:
        say(asyncio.run(_migrated_demo(url, fresh=fresh)))


async def _migrated_demo(url: str, *, fresh: bool) -> str:
    from commands.migrating import migrate_database

    await migrate_database(url)
    return await demo_sentence(url, fresh=fresh)


async def demo_sentence(url: str, *, fresh: bool = False) -> str:
    """Load the demo unless it is there, and return a sentence about what there is now. Other organizations stay
    unchanged.
    """
    from clock import wall_clock
    from demo.load import demo_today, load_demo

    now = wall_clock()
    summary = await load_demo(url, today=demo_today(now), now=now, progress=lambda _: None, fresh=fresh)
    return summary.sentence


async def try_out(url: str, *, may_load: bool) -> TryOut | None:
    """Return how to try the demo, or None if the database has no demo. If it `may_load` and the database has no
    organization at all, the demo is loaded first.
    """
    from clock import wall_clock
    from demo.load import demo_today, load_demo
    from demo.rows import organization_id
    from demo.sign_ins import BUSINESS, SIGN_INS
    from gql.fields.global_ids import encode_occurrence_id

    organizations = await _organizations(url)
    if organization_id(BUSINESS) not in organizations and (organizations or not may_load):
        return None
    now = wall_clock()
    today = demo_today(now)
    summary = await load_demo(url, today=today, now=now, progress=lambda _: None)
    return TryOut(
        sentence=summary.sentence,
        sign_ins=[SignIn(one.portal.value, one.email, one.password, one.note) for one in SIGN_INS],
        today=today,
        sheet_id=encode_occurrence_id(summary.roll_sheet),
    )


async def _organizations(url: str) -> set[UUID]:
    from sqlalchemy import select

    from db import models
    from db.engine import create_engine

    engine = create_engine(url, role=None)
    try:
        async with engine.connect() as connection:
            return set(await connection.scalars(select(models.Organization.organization_id)))
    finally:
        await engine.dispose()


def load_oneroster(file: Path, *, report_file: Path | None, **choices: Any) -> None:
    """Import a bundle and print the outcome. Raises Fault if nothing was kept."""
    from clock import wall_clock
    from importing.oneroster.run import Choices, import_oneroster

    def load(url: str, progress: "Progress") -> Awaitable["Report"]:
        return import_oneroster(url, file, Choices(**choices), now=wall_clock(), progress=progress)

    _load(load, report_file, yes=choices["yes"], cure="Correct the rows above, or leave them out with --skip-bad-rows.")


def load_spreadsheets(source: Path, *, report_file: Path | None, **choices: Any) -> None:
    """Import plain spreadsheets and print the outcome. Raises Fault if nothing was kept."""
    from clock import wall_clock
    from importing.spreadsheets.run import Choices, import_spreadsheets

    def load(url: str, progress: "Progress") -> Awaitable["Report"]:
        return import_spreadsheets(url, source, Choices(**choices), now=wall_clock(), progress=progress)

    _load(load, report_file, yes=choices["yes"], cure="Correct the rows above.")


def write_spreadsheets(target: Path, *, organization: str) -> None:
    """Export an organization and print how many rows each file has. Raises Fault if nothing was written."""
    from commands.import_report import Progress
    from importing.report import ImportRefused
    from importing.spreadsheets.export import export_spreadsheets

    with database_here() as url, Progress(sys.stderr) as progress:
        try:
            counts = asyncio.run(export_spreadsheets(url, organization, target, progress=progress))
        except ImportRefused as refusal:
            raise Fault(str(refusal)) from None
    for file, count in counts.items():
        say(f"  {file:<40}{count:>10,} rows")
    say(f"{target} has all of it; its README.md tells which files an import reads back.")


def write_templates(folder: Path) -> None:
    """Write the templates of the plain spreadsheets. Raises Fault if the folder contains something."""
    from importing.spreadsheets.templates import templates

    if folder.exists() and any(folder.iterdir()):
        raise Fault(f"{folder} is not empty; name a new folder.")
    for name, content in templates().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="")
    say(f"{folder} has the templates; {folder / 'README.md'} explains their columns.")


def _load(
    load: Callable[[str, "Progress"], Awaitable["Report"]], report_file: Path | None, *, yes: bool, cure: str
) -> None:
    """Run an import on the migrated database here, and print its report. Raises Fault if nothing was kept.

    cure -- what to do about bad rows
    """
    from commands.import_report import Progress, tell
    from importing.report import ImportRefused, write_report_file

    async def migrated(url: str, progress: Progress) -> "Report":
        from commands.migrating import migrate_database

        await migrate_database(url)
        return await load(url, progress)

    report: Report | None = None
    refused: ImportRefused | None = None
    with database_here() as url, Progress(sys.stderr) as progress:
        try:
            report = asyncio.run(migrated(url, progress))
        except ImportRefused as refusal:
            refused, report = refusal, refusal.report
    if report is not None:
        tell(report)
        if report_file is not None:
            write_report_file(report_file, report.problems)
            say(f"All problems are in {report_file}.")
    if refused is not None:
        raise Fault(str(refused))
    if report is not None and not report.is_sound:
        raise Fault(f"Nothing was kept. {cure}")
    if report is not None and report.questions and not report.is_kept and not yes:
        raise Fault("Without --dry-run, this import asks first:" + report.asked)
