"""Two days of an organization in which everything fails that may: at their end its makeup tokens are exactly those that
the final marks earn.

    make test ARGS=tests/simulation                                      # a small one, half a minute
    make test-all ARGS="tests/simulation -s"                             # 400 occurrences, 6,000 marks
    ROLLBOOK_TEST_SEED=7 make test-all ARGS="tests/simulation -s"        # and others
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import text

from attendance.actions.tokens.steps.arm_token_runs import arm_token_runs
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.tokens.token_runs import DueRun
from attendance.rules.vocabulary import OfferingKind, Permission, Portal, TokenRunPhase
from db.engine import Database, create_engine
from db.marks.changes import lock_occurrence
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer, connect_redis, to_processes
from tests.api.kiosk.kiosk_door import launch
from tests.simulation.crew import Crew
from tests.simulation.days import Days
from tests.simulation.reckoning import at_their_time, by_student, within_limit
from tests.simulation.script import HOUR, LAST_AT, script
from tests.simulation.timetable import BEFORE, ROSTER, Meeting, new_timetable
from tests.support.api import Api, serving
from tests.support.audit import assert_sound
from tests.support.factories import World
from tests.support.sizes import SEED as GIVEN_SEED
from tests.support.sizes import SIZES
from tests.support.token_audit import audit
from workers.queue import connect_queue, to_workers

pytestmark = pytest.mark.emptied_database

SIZE = SIZES.simulated_occurrences
SEED = 1 if GIVEN_SEED is None else GIVEN_SEED
LIMIT = 3
LASTING = timedelta(days=30)
STEP, WORKERS = (HOUR, 2) if SIZE >= 400 else (4 * HOUR, 1)
COUNTS = text(
    "SELECT (SELECT count(*) FROM mark) AS marks, (SELECT count(*) FROM mark WHERE is_defaulted) AS defaulted,"
    " (SELECT count(*) FROM mark WHERE status = 'EXCUSED_ABSENCE') AS excused,"
    " (SELECT count(*) FROM changed_entry) AS changes, (SELECT count(*) FROM token_run) AS runs,"
    " (SELECT count(*) FROM makeup_token) AS tokens,"
    " (SELECT count(*) FROM makeup_token WHERE revoked_at IS NOT NULL) AS revoked"
)


@asynccontextmanager
async def heard(redis_url: str) -> AsyncIterator[Announcer]:
    """As the API announces: to roll sheets and to workers, through the real Redis."""
    redis, jobs = connect_redis(redis_url), connect_queue(redis_url)
    announcer = Announcer(to_processes(redis), to_workers(jobs))
    announcer.start()
    yield announcer
    await announcer.close()
    await redis.aclose()
    await jobs.aclose()


async def callers_of(world: World, api: Api) -> dict[str, Api]:
    api.clock.now = BEFORE
    person_id = await world.staff(Permission.OWNER)
    office, staff = [
        await api.signed_in(world, person_id, portal, lasting=2 * 365 * LASTING)
        for portal in (Portal.OFFICE, Portal.STAFF)
    ]
    expires_at = (LAST_AT + LASTING).isoformat()
    return {"office": office, "staff": staff, "kiosk": await launch(office, world.location_id, expiresAt=expires_at)}


async def run_everything_again(database: Database, world: World, meetings: list[Meeting]) -> None:
    """One run at the end, armed for each class."""
    announcer = Announcer()
    for meeting in meetings:
        if meeting.kind is OfferingKind.CLASS:
            key = OccurrenceKey(meeting.timeslot_id, meeting.held_on)
            async with unit_of_work(database, world.organization_id, announcer) as uow:
                await lock_occurrence(uow, key)
                run = DueRun(TokenRunPhase.END_OF_DAY, LAST_AT)
                await arm_token_runs(uow, key, [run], now=LAST_AT)


@pytest.mark.timeout(0)
async def test_R7_10_two_days_end_in_the_tokens_that_the_final_marks_earn(
    world: World, database_url: str, redis_url: str
) -> None:
    random = Random(SEED)
    meetings = await new_timetable(world, SIZE, random)
    await world.change_settings(token_limit=LIMIT, mark_absent_when_nobody_checks_in=True, kiosk_marks_tardy=True)
    database = Database(create_engine(database_url, pool_size=8))
    crew = Crew(database_url, redis_url, world.owner, random, WORKERS)
    try:
        async with heard(redis_url) as announcer, serving(database, announcer=announcer) as api:
            days = Days(await callers_of(world, api), crew, random)
            await days.pass_by(script(meetings, random), STEP, LAST_AT)
        await crew.finish(LAST_AT + HOUR)
        found = await audit(world.owner, world.organization_id)
        counts = (await world.owner.execute(COUNTS)).one()
        print(dict(counts._mapping), *sorted((days.told + crew.told).items()), sep="\n")
        assert found.faults == []
        await assert_sound(world, now=LAST_AT + HOUR)
        assert found.unearned() == set()
        assert list(within_limit(found, LIMIT)) == []
        assert list(at_their_time(found, meetings)) == []
        await run_everything_again(database, world, meetings)
        await crew.finish(LAST_AT + 2 * HOUR)
    finally:
        crew.kill()
        await database.close()
    final = await audit(world.owner, world.organization_id)
    assert final.faults == []
    await assert_sound(world, now=LAST_AT + 2 * HOUR)
    assert final.unearned() == set()
    assert found.held.keys() <= final.held.keys()
    earned = by_student(final.earned)
    assert by_student(final.held) == {student: min(LIMIT, count) for student, count in earned.items()}
    unlimited = {absence for absence in final.earned if earned[absence.student_id] <= LIMIT}
    assert {absence for absence in final.held if earned[absence.student_id] <= LIMIT} == unlimited
    assert counts.marks >= SIZE * (ROSTER - 1)
    assert crew.told["killed amid work"] > 0, "no worker was killed while it had something to do"
    assert len(unlimited) < len(final.earned), "nobody came near the limit"
