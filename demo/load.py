"""Loads the demo organizations as the owner of the database, to whom row-level security does not apply."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import OccurrenceKey, local_date
from db import models
from db.engine import create_engine
from demo import catalogue, sign_ins
from demo.organizations import business_rows, small_business_rows
from demo.rows import Rows, copy_in, organization_id, wipe

ZONE = ZoneInfo(catalogue.SITES[0][1])
_LOCK = text("SELECT pg_advisory_xact_lock(7065511002)")
_ANALYZE = text("ANALYZE " + ", ".join(f'"{name}"' for name in models.metadata.tables))
_SALT = b"rollbook demo"


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What the demo contains.

    is_loaded -- False: it was there already
    anchored_on -- the day around which it was made
    roll_sheet -- the occurrence to open first, whose attendance can be recorded now
    counts -- the number of loaded rows by table
    """

    is_loaded: bool
    anchored_on: date
    roll_sheet: OccurrenceKey
    counts: dict[str, int]
    sentence: str


def demo_today(now: datetime) -> date:
    """Return the local date at the main demo location."""
    return local_date(now, ZONE)


async def load_demo(
    owner_url: str, *, today: date, now: datetime, progress: Callable[[str], None], fresh: bool = False
) -> DemoSummary:
    """Load both organizations around today, in one transaction. If they are there already, change nothing and
    report how old they are.

    fresh -- delete the demo organizations first, and only them

    Raises ValueError if `today` is not the date at the main location.
    """
    if today != demo_today(now):
        raise ValueError(f"it is {demo_today(now)} at the main demo location, not {today}")
    engine = create_engine(owner_url, role=None)
    try:
        async with engine.begin() as connection:
            await connection.execute(_LOCK)
            if fresh:
                await wipe(connection, map(organization_id, (sign_ins.BUSINESS, sign_ins.SMALL_BUSINESS)))
            loaded_at = await _loaded_at(connection)
            if loaded_at is not None:
                return _found(demo_today(loaded_at), today)
            progress("Inventing the demo businesses ...")
            both = await asyncio.to_thread(make_rows, now)
            progress("Copying them into the database ...")
            for rows in both:
                await copy_in(connection, rows)
        async with engine.connect() as connection:
            # The planner has no statistics yet for tables that were empty a second ago.
            await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(_ANALYZE)
    finally:
        await engine.dispose()
    return _loaded(today, both)


def make_rows(now: datetime) -> tuple[Rows, Rows]:
    """Return the rows of both organizations, which are the same for the same instant."""
    password_hash = PasswordHasher().hash(sign_ins.PASSWORD, salt=_SALT)
    return business_rows(now, password_hash), small_business_rows(now, password_hash)


def roll_sheet(anchored_on: date, today: date) -> OccurrenceKey:
    """Return the newest occurrence of the class whose roll sheet has every indicator, for a demo made around
    `anchored_on`.
    """
    plan = next(plan for plan in catalogue.CLASSES if plan.part is catalogue.Part.ROLL_SHEET)
    rows = Rows(organization_id(sign_ins.BUSINESS))
    offering_id = rows.id("offering", rows.id("location", catalogue.SITES[plan.site][0]), plan.name)
    weeks = max(0, (today - anchored_on).days // 7)
    return OccurrenceKey(
        rows.id("timeslot", offering_id, anchored_on.isoweekday()), anchored_on + timedelta(weeks=weeks)
    )


async def _loaded_at(connection: AsyncConnection) -> datetime | None:
    table = models.Organization
    wanted = table.organization_id == organization_id(sign_ins.BUSINESS)
    return (await connection.execute(select(table.created_at).where(wanted))).scalar_one_or_none()


def _found(anchored_on: date, today: date) -> DemoSummary:
    days = (today - anchored_on).days
    if days == 0:
        sentence = "The demo was loaded already, today."
    else:
        age = f"{days} {'day' if days == 1 else 'days'} ago"
        sentence = f"The demo was loaded already, {age}, around {anchored_on}; --fresh recreates it."
    return DemoSummary(False, anchored_on, roll_sheet(anchored_on, today), {}, sentence)


def _loaded(today: date, both: tuple[Rows, Rows]) -> DemoSummary:
    counts: dict[str, int] = {}
    for rows in both:
        for table, found in rows.tables.items():
            counts[table] = counts.get(table, 0) + len(found)
    sentence = (
        f"Demo data: {counts['student']} students, {counts['mark']} marks, {counts['makeup_token']} makeup tokens."
    )
    return DemoSummary(True, today, roll_sheet(today, today), counts, sentence)
