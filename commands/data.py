"""The commands `demo` and `import`, which fill the database."""

import asyncio
import os
import sys
from pathlib import Path
from uuid import UUID

from commands.fault import Fault
from commands.local import database_here
from commands.terminal import SignIn, TryOut, say


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


def load_oneroster(file: Path, *, report_file: Path | None, **choices: object) -> None:
    """Import a bundle and print the outcome. Raises Fault if nothing was kept."""
    from clock import wall_clock
    from commands.import_report import Progress, tell
    from importing.oneroster.report import ImportRefused, Report, write_report_file
    from importing.oneroster.run import Choices, import_oneroster

    async def migrated_import(url: str, progress: Progress) -> Report:
        from commands.migrating import migrate_database

        await migrate_database(url)
        return await import_oneroster(
            url,
            file,
            Choices(**choices),  # type: ignore[arg-type]
            now=wall_clock(),
            progress=progress,
        )

    report: Report | None = None
    refused: ImportRefused | None = None
    with database_here() as url, Progress(sys.stderr) as progress:
        try:
            report = asyncio.run(migrated_import(url, progress))
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
        raise Fault("Nothing was kept. Correct the rows above, or leave them out with --skip-bad-rows.")
    if report is not None and report.questions and not report.is_kept and not choices["yes"]:
        raise Fault("Without --dry-run, this import asks first:" + report.asked)
