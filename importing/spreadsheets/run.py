"""Imports plain spreadsheets from beginning to end, in one transaction (R13.8)."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import asyncpg

from db.calendar.history import change_dates
from importing.organizations import existing_organization, only_organization
from importing.report import ImportRefused, Progress, Report
from importing.spreadsheets.addresses import free_address
from importing.spreadsheets.enrollments import plan_enrollments
from importing.spreadsheets.known import Known, read_known
from importing.spreadsheets.load import carry_out
from importing.spreadsheets.plan import Plan, plan_plain
from importing.spreadsheets.reading import Line, Lines, Source, read_source
from importing.spreadsheets.references import References
from importing.spreadsheets.sheets import ENROLLMENTS, SHEETS, TIMESLOTS
from importing.spreadsheets.taken_names import refuse_taken_names
from importing.spreadsheets.timeslots import plan_timeslots
from importing.spreadsheets.touched import locked_offerings, locked_people
from importing.spreadsheets.used import keep_used, questions
from importing.transaction import NotKept, in_one_transaction, lock_imports

_TURNS = 5  # the most attempts at a plan, which is made anew when somebody has changed its rows
_LOCK = {
    "person": "SELECT t.id FROM person t WHERE t.organization_id = $1 AND t.id = ANY ($2) ORDER BY t.id"
    " FOR NO KEY UPDATE",
    "family": "SELECT t.id FROM family t WHERE t.organization_id = $1 AND t.id = ANY ($2) ORDER BY t.id"
    " FOR NO KEY UPDATE",
    "offering": "SELECT t.id FROM offering t WHERE t.organization_id = $1 AND t.id = ANY ($2) ORDER BY t.id"
    " FOR NO KEY UPDATE",
}


@dataclass(frozen=True)
class Choices:
    """The options of the command.

    organization -- a name or an id; None means the only organization that there is
    yes -- do what the import would otherwise ask about (R13.10)
    """

    organization: str | None = None
    yes: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class _Import:
    source: Source
    choices: Choices
    now: datetime
    report: Report
    progress: Progress


async def import_spreadsheets(
    database_url: str, path: Path, choices: Choices, *, now: datetime, progress: Progress = lambda *_: None
) -> Report:
    """Load the folder or zip file as the database's owner. `now` is an aware instant.

    Either everything is kept or nothing; `is_kept` of the report says which. Loading the same files twice changes
    nothing the second time. Raises ImportRefused when the files as a whole cannot be used, or while another import is
    running.
    """
    began = time.monotonic()
    report = Report(is_dry_run=choices.dry_run)
    try:
        task = _Import(read_source(path, report, progress), choices, now, report, progress)
        if not report.is_broken:
            report.is_kept = await in_one_transaction(database_url, lambda connection: _import(connection, task))
    except ImportRefused as refusal:
        refusal.report = report
        raise
    report.seconds = time.monotonic() - began
    return report


async def _import(connection: asyncpg.Connection, task: _Import) -> None:
    choices, report = task.choices, task.report
    if choices.organization is None:
        organization_id = await only_organization(connection, report)
    else:
        organization_id = await existing_organization(connection, choices.organization, report)
    await lock_imports(connection, organization_id, report.organization)
    plan = await _planned(connection, organization_id, task)
    if report.questions and not choices.yes and not choices.dry_run:
        raise ImportRefused("Nothing was kept, because this import asks first:" + report.asked)
    await carry_out(connection, plan, task.progress)
    report.is_sound = True
    if choices.dry_run:
        raise NotKept


async def _planned(connection: asyncpg.Connection, organization_id: UUID, task: _Import) -> Plan:
    """Make a plan and lock its rows. The rows are unchanged since the plan was made."""
    report, found = task.report, list(task.report.problems)
    task.progress("comparing with the database", 0, 0)
    known = await read_known(connection, organization_id)
    for _ in range(_TURNS):
        report.problems, report.questions = list(found), []
        offerings = list(known.rows["classes"])
        changes_on = await change_dates(connection.fetch, organization_id, offerings, task.now)
        plan = _plan(task, known, changes_on)
        if report.errors:
            _count_bad(task, plan.source)
            raise NotKept
        report.questions = list(questions(plan))
        await _lock_rows(connection, plan)
        again = await read_known(connection, organization_id)
        if again == known:
            return plan
        known = again
    raise ImportRefused("Somebody changes the same data all the time; try again later.")


def _plan(task: _Import, known: Known, changes_on: dict[UUID, date]) -> Plan:
    for file in task.source:
        task.report.rows(f"{file}.csv").unused = 0
    plan = Plan(task.now, known, _copied(task.source), task.report, changes_on)
    references = References(known, plan.source, task.report)
    for sheet in SHEETS:
        if sheet is TIMESLOTS:
            plan_timeslots(plan, references)
        elif sheet is ENROLLMENTS:
            plan_enrollments(plan, references)
        else:
            plan_plain(plan, sheet, references)
            free_address(plan, sheet)
        refuse_taken_names(plan, sheet)
    keep_used(plan)
    for file in [file for file in task.report.files if not task.report.files[file].read]:
        del task.report.files[file]
    return plan


def _copied(source: Source) -> Source:
    """Return a copy whose cells a plan may replace by ids."""
    return {
        file: Lines(
            lines.is_there,
            {key: Line(line.number, line.key, dict(line.cells)) for key, line in lines.by_key.items()},
            dict(lines.bad),
        )
        for file, lines in source.items()
    }


def _count_bad(task: _Import, source: Source) -> None:
    bad = {(problem.file, problem.line) for problem in task.report.errors if problem.line > 1}
    for file in source:
        if f"{file}.csv" in task.report.files:
            task.report.rows(f"{file}.csv").bad = sum(1 for name, _ in bad if name == f"{file}.csv")


async def _lock_rows(connection: asyncpg.Connection, plan: Plan) -> None:
    """Lock what the plan changes, in the order in which actions lock (db/unit_of_work.py)."""
    people = locked_people(plan)
    wanted: dict[str, Collection[UUID]] = {
        "person": people["person"],
        "family": people["family"],
        "offering": locked_offerings(plan),
    }
    for table, ids in wanted.items():
        if ids:
            await connection.fetch(_LOCK[table], plan.known.organization_id, list(ids))
