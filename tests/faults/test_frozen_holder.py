"""R16.3: the lock of a process that is frozen is free soon, and what that process had begun has not happened."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import httpx

from attendance.rules.vocabulary import AttendanceStatus
from clock import wall_clock
from db import models
from db.engine import Database
from db.limits import Limits
from gql.fields.global_ids import encode_id
from tests.support.api_process import ApiProcess, api_process, office_token
from tests.support.audit import assert_sound
from tests.support.factories import World
from tests.support.live_sheet import SUBMIT, LiveSheet, live_sheet, submit_over_http

PRESENT, ABSENT, TARDY = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT, AttendanceStatus.TARDY
IDLE = 1.0


@asynccontextmanager
async def held_mark(database_url: str, student_id: UUID) -> AsyncIterator[asyncpg.Connection]:
    """A transaction of somebody else that holds the mark of a student until the block ends."""
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    transaction = connection.transaction()
    await transaction.start()
    assert await connection.fetchval("SELECT 1 FROM mark WHERE student_id = $1 FOR UPDATE", student_id)
    try:
        yield connection
    finally:
        await transaction.rollback()
        await connection.close()


async def waiting_for(connection: asyncpg.Connection) -> int | None:
    """The server's process that waits for what this connection holds.

    pg_stat_activity would show the same all through the transaction; pg_locks is read anew.
    """
    found: int | None = await connection.fetchval(
        "SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
    )
    return found


async def try_to_submit(api: ApiProcess, token: str, sheet: LiveSheet, key: str) -> httpx.Response:
    mark = {"studentId": encode_id("Student", sheet.students["Ann"]), "status": "TARDY"}
    given = {"occurrenceId": sheet.id, "marks": [mark], "idempotencyKey": key}
    async with httpx.AsyncClient(verify=False, timeout=30) as client:
        body = {"query": SUBMIT, "variables": {"input": given}}
        return await client.post(api.http, json=body, headers={"authorization": f"Bearer {token}"})


def test_R16_3_a_lock_outlives_its_holder_by_15_seconds_at_most() -> None:
    # It waits for another lock when it is frozen, is granted that at the last moment, and is idle from then on.
    assert Limits().lock + Limits().idle <= 15


async def test_R16_3_a_frozen_process_gives_back_the_roll_sheet_and_has_done_nothing(
    database: Database, database_url: str, redis_url: str, world: World
) -> None:
    await world.change_settings(tokens_enabled=False)
    token = await office_token(world)
    async with (
        live_sheet(database, world, redis_url) as sheet,
        api_process(database_url, redis_url, database_idle_timeout=IDLE) as api,
    ):
        assert await submit_over_http(api, token, sheet, "Ann", PRESENT) == 1
        async with held_mark(database_url, sheet.students["Ann"]) as holder:
            asked = asyncio.create_task(try_to_submit(api, token, sheet, "the key"))
            async with asyncio.timeout(10):
                while await waiting_for(holder) is None:
                    await asyncio.sleep(0.02)
            api.process.send_signal(signal.SIGSTOP)
        try:
            began = time.monotonic()
            assert await sheet.submit(Ben=ABSENT) == 2
            assert IDLE / 2 < time.monotonic() - began < IDLE + 4
        finally:
            api.process.send_signal(signal.SIGCONT)
        answer = await asked
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert answer.json()["errors"][0]["extensions"] == {"code": "UNAVAILABLE", "retryAfter": 5}
        assert await marks_of(world, sheet) == {"Ann": "PRESENT", "Ben": "ABSENT"}
        # The same key again does it, once.
        for _ in range(2):
            answer = await try_to_submit(api, token, sheet, "the key")
            assert answer.json()["data"]["submitAttendance"]["occurrence"] == {"revision": 3}
        assert await marks_of(world, sheet) == {"Ann": "TARDY", "Ben": "ABSENT"}
        await assert_sound(world, now=wall_clock())


async def marks_of(world: World, sheet: LiveSheet) -> dict[str, str]:
    rows = await world.rows(models.Mark)
    names = {student: name for name, student in sheet.students.items()}
    return {names[row.student_id]: row.status for row in rows}
