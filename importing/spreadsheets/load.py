"""Carries out a plan in the caller's transaction and counts what changed for each kind of entry."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg

from attendance.actions.enrollments.change_enrollments import enrollments_changed
from db.calendar.history import keep_plans, keep_what_held
from db.catalogue.slots import read_versions, write_versions
from db.enrollments.waiting import close_waiting
from importing.acting import as_action
from importing.ending import end_enrollments, rows_of
from importing.leaving import follow_leaving
from importing.makeups import follow_makeups, hold_makeups
from importing.report import Progress
from importing.spreadsheets.fields import Sheet
from importing.spreadsheets.links import write_links
from importing.spreadsheets.plan import Plan
from importing.spreadsheets.sheets import (
    CALENDARS,
    CLASSES,
    CLOSURES,
    ENROLLMENTS,
    GUARDIANS,
    SHEETS,
    STAFF,
    STUDENTS,
    TIMESLOTS,
)
from importing.spreadsheets.timeslots import changed_versions
from importing.spreadsheets.touched import changed_offerings, changed_places, retimed_offerings, written
from importing.tables import Row, Target, upsert

_MEMORY = Target("imported_row", ("file", "key", "row_id", "said", "is_ours"), ("file", "key"), frozenset({"is_ours"}))


async def carry_out(connection: asyncpg.Connection, plan: Plan, progress: Progress) -> None:
    """Write, then remove. The caller holds the locks of the import and a transaction."""
    organization_id = plan.known.organization_id
    retimed = retimed_offerings(plan)
    async with _telling_roll_sheets(connection, plan):
        await hold_makeups(connection, organization_id, retimed, plan.now)
        await keep_what_held(
            connection.fetch, organization_id, {id_: plan.changes_on[id_] for id_ in changed_offerings(plan)}
        )
        await _free_addresses(connection, plan)
        for sheet in SHEETS:
            await _write(connection, plan, sheet, progress)
            if sheet is TIMESLOTS:
                await _write_versions(connection, plan)
        await write_links(connection, plan)
        await _remove(connection, plan)
        await _close_waiting(connection, plan)
        await keep_plans(connection.fetch, organization_id, plan.now)
        await upsert(connection, organization_id, _MEMORY, [_memory(*row) for row in plan.memory])
    if given_back := await follow_makeups(connection, organization_id, retimed, plan.now):
        plan.report.thing("makeups given back").changed = given_back
    await follow_leaving(connection, organization_id, plan.now)


def _memory(file: str, key: str, row_id: UUID, said: dict[str, str], is_ours: bool) -> Row:
    return file, key, row_id, json.dumps(said, sort_keys=True), is_ours


@asynccontextmanager
async def _telling_roll_sheets(connection: asyncpg.Connection, plan: Plan) -> AsyncIterator[None]:
    """Let the block write, then tell roll sheets of known classes about each place that it began, ended or changed.
    Nobody has a roll sheet of a new class open.
    """
    places = {(student, offering) for student, offering in changed_places(plan) if offering in plan.changes_on}
    if not places:
        yield
        return
    async with as_action(connection, plan.known.organization_id) as uow:
        who, where = {student for student, _ in places}, {offering for _, offering in places}
        async with enrollments_changed(uow, who, where, now=plan.now):
            yield


async def _free_addresses(connection: asyncpg.Connection, plan: Plan) -> None:
    """Clear the addresses that change, because they are unique at every moment and two people may swap theirs."""
    gives_up = [
        outcome.id
        for sheet in (STAFF, GUARDIANS)
        for outcome in written(plan, sheet)
        if outcome.before is not None and "email" in outcome.changed
    ]
    await connection.execute(
        "UPDATE person SET email = NULL WHERE organization_id = $1 AND id = ANY($2)",
        plan.known.organization_id,
        gives_up,
    )


async def _write(connection: asyncpg.Connection, plan: Plan, sheet: Sheet, progress: Progress) -> None:
    planned = plan.planned(sheet)
    if not planned:
        return
    # Known timeslots are written with their versions.
    rows = [
        _row(plan, sheet, at, outcome)
        for at, outcome in enumerate(planned)
        if (outcome.changes and sheet is not TIMESLOTS) or outcome.is_new
    ]
    progress(f"loading {sheet.thing}", 0, len(rows))
    new = sum(1 for outcome in planned if outcome.is_new)
    await upsert(connection, plan.known.organization_id, _target(sheet), rows)
    stored = plan.report.thing(sheet.thing)
    stored.added = new
    stored.changed = sum(1 for outcome in planned if outcome.changes) - new
    stored.unchanged = len(planned) - stored.added - stored.changed
    progress(f"loading {sheet.thing}", len(rows), len(rows))


def _target(sheet: Sheet) -> Target:
    ends = (sheet.ends,) if sheet.ends else ()
    columns = ("id", *(one.column for one in sheet.stored), *sheet.fixed, *ends)
    once = {one.column for one in sheet.fields if one.is_once} | set(sheet.fixed)
    return Target(sheet.table, columns, once=frozenset(once))


def _row(plan: Plan, sheet: Sheet, at: int, outcome: Any) -> Row:
    after = outcome.after
    values = [sorted(value) if isinstance(value := after[one.name], tuple) else value for one in sheet.stored]
    if sheet is ENROLLMENTS and after["joined_at"] is None:
        # The position of a row in the file decides the order of joining.
        values[[one.name for one in sheet.stored].index("joined_at")] = plan.now + timedelta(microseconds=at)
    ends: tuple[Any, ...] = ()
    if sheet.ends == "ended_at":
        before = outcome.before.ended if outcome.before else None
        ends = (None if after["active"] else before or plan.now,)
    elif sheet.ends:
        ends = (outcome.before.ended if outcome.before and not outcome.revives else None,)
    return (outcome.id, *values, *sheet.fixed.values(), *ends)


async def _write_versions(connection: asyncpg.Connection, plan: Plan) -> None:
    rows = plan.known.rows[TIMESLOTS.file]
    offerings = {values.values["class"] for values in rows.values()}
    revived = [outcome.id for outcome in plan.planned(TIMESLOTS) if outcome.revives]
    if not offerings:
        return
    await connection.execute(
        "UPDATE timeslot SET deleted_at = NULL WHERE organization_id = $1 AND id = ANY($2)",
        plan.known.organization_id,
        revived,
    )
    async with as_action(connection, plan.known.organization_id) as uow:
        becomes = changed_versions(plan, await read_versions(uow, offerings))
        await write_versions(uow, {id_: rows[id_].values["class"] for id_ in becomes}, becomes, plan.now)


async def _remove(connection: asyncpg.Connection, plan: Plan) -> None:
    organization_id = plan.known.organization_id
    dates = {each: plan.change_date(each) for each in plan.changes_on}
    for column, ids in (
        ("id", [*plan.ids(ENROLLMENTS.file), *plan.succeeded]),
        ("student_id", [*plan.ids(STUDENTS.file)]),
        ("offering_id", [*plan.ids(CLASSES.file)]),
    ):
        if ids:
            done = await end_enrollments(
                connection,
                column,  # type: ignore[arg-type]
                organization_id,
                ids,
                changes_on=dates,
                now=plan.now,
            )
            plan.report.thing("enrollments").removed += done
    for sheet in reversed(SHEETS):
        ids = plan.gone.get(sheet.file, [])
        if ids and sheet is not ENROLLMENTS:
            removed = await _remove_rows(connection, plan, sheet, ids)
            plan.report.thing(sheet.thing).removed += removed


async def _remove_rows(connection: asyncpg.Connection, plan: Plan, sheet: Sheet, ids: list[UUID]) -> int:
    if sheet is TIMESLOTS:
        return len(ids)
    if sheet in (CALENDARS, CLOSURES):
        sql = f"DELETE FROM {sheet.table} t WHERE t.organization_id = $1 AND t.id = ANY($2)"  # noqa: S608
        return rows_of(await connection.execute(sql, plan.known.organization_id, ids))
    sql = (
        f"UPDATE {sheet.table} SET {sheet.ends} = $3 "  # noqa: S608
        f"WHERE organization_id = $1 AND id = ANY($2) AND {sheet.ends} IS NULL"
    )
    return rows_of(await connection.execute(sql, plan.known.organization_id, ids, plan.now))


async def _close_waiting(connection: asyncpg.Connection, plan: Plan) -> None:
    places = [outcome.id for outcome in written(plan, ENROLLMENTS)]
    if places and (ended := await close_waiting(connection.fetch, plan.known.organization_id, places, plan.now)):
        plan.report.thing("waits for a place").removed = ended
