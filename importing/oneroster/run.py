"""Imports a OneRoster bundle from beginning to end, in one transaction."""

import time
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from attendance.rules.calendar.zones import is_time_zone
from db.calendar.history import change_dates
from importing.oneroster.bundle import open_bundle
from importing.oneroster.check import check
from importing.oneroster.known import Known, read_known
from importing.oneroster.load import carry_out
from importing.oneroster.organization import find_organization
from importing.oneroster.plan import Plan, plan_locations, plan_offerings, plan_sessions
from importing.oneroster.plan_enrollments import plan_enrollments, plan_removals
from importing.oneroster.plan_people import plan_people
from importing.oneroster.plan_timetable import plan_timeslots, plan_timetables_of_removed
from importing.oneroster.questions import questions
from importing.oneroster.roster import Roster, read_roster
from importing.oneroster.schedule import Schedule
from importing.report import ImportRefused, Progress, Report
from importing.transaction import NotKept, in_one_transaction, lock_imports


@dataclass(frozen=True)
class Choices:
    """The options of the command. `time_zone` is for new locations that schedule.csv does not place.

    organization -- a name or an id; None means the name of the bundle's only district, which is created if needed
    skip_bad_rows -- keep the sound rows of a bundle that has bad ones; otherwise all rows are kept or none
    yes -- do what the import would otherwise ask about (R13.10)
    """

    organization: str | None = None
    time_zone: str | None = None
    skip_bad_rows: bool = False
    yes: bool = False
    dry_run: bool = False


async def import_oneroster(
    database_url: str, path: Path, choices: Choices, *, now: datetime, progress: Progress = lambda *_: None
) -> Report:
    """Load the bundle as the database's owner. `now` is an aware instant, `database_url` is postgresql[+asyncpg]://.

    Everything is kept or nothing, and `is_kept` of the report tells which. Loading a bundle twice changes nothing the
    second time. Raises ImportRefused when the bundle as a whole cannot be used, or while another import is running.
    """
    began = time.monotonic()
    if choices.time_zone is not None and not is_time_zone(choices.time_zone):
        raise ImportRefused(f"{choices.time_zone!r} is not a time zone such as America/Chicago.")
    report = Report(is_dry_run=choices.dry_run)
    try:
        roster = read_roster(open_bundle(path, report), report, progress)
        if not report.is_broken:
            task = _Import(roster, choices, now, report, progress)
            report.is_kept = await in_one_transaction(database_url, lambda connection: _import(connection, task))
    except ImportRefused as refusal:
        refusal.report = report
        raise
    report.seconds = time.monotonic() - began
    return report


@dataclass(frozen=True)
class _Import:
    roster: Roster
    choices: Choices
    now: datetime
    report: Report
    progress: Progress


async def _import(connection: asyncpg.Connection, task: _Import) -> None:
    roster, choices, report = task.roster, task.choices, task.report
    organization_id = await find_organization(connection, choices.organization, roster, report)
    await lock_imports(connection, organization_id, report.organization)
    task.progress("checking references", 0, 0)
    known = await read_known(connection, organization_id)
    zone = choices.time_zone or next((one.time_zone for one in known.location_by_id.values()), "UTC")
    today = task.now.astimezone(ZoneInfo(zone)).date()
    schedule = check(roster, known, today, report)
    for file, rows in roster.files.items():
        count = report.rows(f"{file}.csv")
        count.bad = count.read - len(rows.records)
    if report.errors and not choices.skip_bad_rows:
        raise NotKept
    task.progress("comparing with the database", 0, 0)
    changes_on = await change_dates(connection.fetch, organization_id, known.location_of, task.now)
    plan = _plan(task, schedule, known, today, changes_on)
    if report.questions and not choices.yes and not choices.dry_run:
        raise ImportRefused("Nothing was kept, because this import asks first:" + report.asked)
    await carry_out(connection, plan, known, report, task.progress)
    report.is_sound = True
    if choices.dry_run:
        raise NotKept


def _plan(task: _Import, schedule: Schedule, known: Known, today: date, changes_on: dict[UUID, date]) -> Plan:
    plan, roster, report = Plan(task.now, changes_on), task.roster, task.report
    plan_locations(plan, roster, known, task.choices.time_zone, schedule.zone_of_org)
    plan_sessions(plan, roster, known)
    plan_offerings(plan, roster, known)
    plan_timeslots(plan, schedule, known)
    plan_people(plan, roster, known, report)
    plan_enrollments(plan, roster, known, today, report)
    live = plan_removals(plan, roster, known, report)
    plan_timetables_of_removed(plan, schedule, known)
    report.questions += questions(plan, roster, known, live)
    return plan
