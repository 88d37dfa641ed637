"""R9.7: workers killed in the middle of each kind of task that writes to many: nothing twice, nobody left out."""

import asyncio
import random
import signal
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, text

from attendance.actions.absences.mark_staff_absent import mark_staff_absent
from attendance.rules.absences.substitutes import AssignmentOptions
from attendance.rules.calendar.timeslots import DateSpan
from attendance.rules.organization.permissions import Caller
from attendance.rules.tokens.tokens_by_hand import TokenDraft
from attendance.rules.vocabulary import Portal, Source
from attendance.tasks.assign_substitutes import AssignSubstitutes, ChosenSubstitute, SubstitutesChosen
from attendance.tasks.create_makeup_tokens import CreateMakeupTokens, TokensGiven
from attendance.tasks.kind import Kind
from attendance.tasks.send_statements import SendStatements, StatedFamily, StatementsAsked
from attendance.tasks.start_task import start_task
from db import models
from db.engine import Database
from db.ids import new_id
from db.marks.changes import Author
from db.models.table import Table
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from tests.support.audit import assert_sound
from tests.support.factories import JANUARY, World
from tests.support.processes import worker_process

pytestmark = [pytest.mark.emptied_database, pytest.mark.timeout(900)]

# A dozen batches of each.
STUDENTS, FAMILIES = 600, 1200
# Seconds for all items of a task, while other test processes share the cores.
PATIENCE = 240
WEEKS = 50
MOMENTS = random.Random(24)
TODAY = datetime.now(UTC).date()


async def run(world: World, database: Database, servers: tuple[str, str], kind: type[Kind[Any]], given: Any) -> int:
    """Until the task has ended, its workers killed again and again; how many were killed in the middle of it."""
    person, now = await world.staff(), datetime.now(UTC)
    async with unit_of_work(database, world.organization_id, Announcer()) as uow:
        await start_task(uow, kind, given, Author(Source.OFFICE, person), now=now)
    killed = 0
    for _ in range(4):
        with worker_process(*servers) as worker:
            before = await _progress(world)
            async with asyncio.timeout(PATIENCE):
                while (row := await _progress(world)).done == before.done and row.ended_at is None:
                    await asyncio.sleep(0.01)
            await asyncio.sleep(0.02 * MOMENTS.random())
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        killed += (await _progress(world)).ended_at is None
        # tests/faults/test_task_worker_killed.py waits until leases run out.
        await world.owner.execute(text("UPDATE background_task_lease SET lease_until = now()"))
    with worker_process(*servers):
        async with asyncio.timeout(PATIENCE):
            while (row := await _progress(world)).ended_at is None:
                await asyncio.sleep(0.05)
    assert (row.state, row.done) == ("COMPLETED", row.total)
    await assert_sound(world, now=datetime.now(UTC))
    return killed


async def _progress(world: World) -> Any:
    found = await world.owner.execute(text("SELECT state, done, total, ended_at FROM background_task"))
    return found.one()


async def _counts(world: World, statement: str) -> list[Any]:
    return [tuple(row) for row in await world.owner.execute(text(statement))]


async def many(world: World, model: type[Table], rows: list[dict[str, Any]]) -> list[UUID]:
    """Insert the rows at once, and return their ids."""
    ids = [new_id() for _ in rows]
    keyed = [{"organization_id": world.organization_id, "id": id_, **row} for id_, row in zip(ids, rows, strict=True)]
    await world.owner.execute(insert(model), keyed)
    return ids


@pytest.fixture
def servers_urls(database_url: str, redis_url: str) -> tuple[str, str]:
    return database_url, redis_url


async def test_R9_7_no_student_gets_two_tokens(world: World, database: Database, servers_urls: tuple[str, str]) -> None:
    family = await world.family(email="baker@example.org")
    students = await many(
        world, models.Student, [{"family_id": family, "first_name": "Ann", "last_name": "Baker"}] * STUDENTS
    )
    draft = TokenDraft(sends_email=True, issue_on=JANUARY, never_expires=True)
    killed = await run(world, database, servers_urls, CreateMakeupTokens, TokensGiven(tuple(students), draft))
    assert killed > 0
    counted = "SELECT count(*), count(DISTINCT student_id) FROM makeup_token"
    assert await _counts(world, counted) == [(STUDENTS, STUDENTS)]
    assert await _counts(world, "SELECT count(*), count(DISTINCT reason) FROM email") == [(STUDENTS, STUDENTS)]
    assert await _counts(world, "SELECT count(*) FROM makeup_token_entry") == [(STUDENTS,)]


async def test_R9_8_no_family_gets_two_statements(
    world: World, database: Database, servers_urls: tuple[str, str]
) -> None:
    owing = [{"balance": Decimal(number), "email": f"{number}@example.org"} for number in range(1, FAMILIES)]
    families = await many(world, models.Family, [{"name": "Baker", **each} for each in owing])
    stated = tuple(StatedFamily(family, None) for family in families)
    killed = await run(world, database, servers_urls, SendStatements, StatementsAsked(stated, Decimal(0), "USD"))
    assert killed > 0
    counted = "SELECT count(*), count(DISTINCT recipient) FROM email"
    assert await _counts(world, counted) == [(FAMILIES - 1, FAMILIES - 1)]


async def test_R9_8_no_substitute_is_told_twice(
    world: World, database: Database, servers_urls: tuple[str, str]
) -> None:
    lesson = await world.weekly_class(weekday=(TODAY + timedelta(days=2)).isoweekday())
    tom, sue = await world.staff(teaches=[lesson.offering_id]), await world.staff(email="sue@example.org")
    first = TODAY + timedelta(days=2)
    caller = Caller(world.organization_id, Portal.OFFICE, person_id=tom)
    span = DateSpan(first, first + timedelta(weeks=WEEKS - 1))
    async with unit_of_work(database, world.organization_id, Announcer()) as uow:
        marked = await mark_staff_absent(uow, caller, tom, span, None, now=datetime.now(UTC))
    assert marked.missed_count == WEEKS
    chosen = tuple(_chosen(lesson.timeslot_id, first + timedelta(weeks=week), sue) for week in range(WEEKS))
    options = AssignmentOptions(email_substitutes=True)
    given = SubstitutesChosen(marked.staff_absence_id, chosen, options)
    await run(world, database, servers_urls, AssignSubstitutes, given)
    assert await _counts(world, "SELECT count(*), count(substitute_id) FROM substitution") == [(WEEKS, WEEKS)]
    counted = "SELECT count(*), count(DISTINCT facts ->> 'held_on') FROM email"
    assert await _counts(world, counted) == [(WEEKS, WEEKS)]


def _chosen(timeslot_id: UUID, held_on: Any, substitute_id: UUID) -> ChosenSubstitute:
    return ChosenSubstitute(timeslot_id, held_on, substitute_id, f"Swim 1, {held_on}")
