"""R7.10, R9.8: a silent mail server holds up nothing but mail, and a busy worker is told from a dead one."""

import asyncio
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from attendance.rules.tokens.token_runs import DueRun
from attendance.rules.vocabulary import Source
from clock import wall_clock
from commands import serve
from commands.fault import Fault
from db.engine import Database
from db.wake_ups import Announcer, connect_redis
from settings import Settings
from tests.jobs.outbox_desk import Outbox
from tests.support.audit import assert_sound
from tests.support.factories import World
from tests.support.mail_server import HANG, SENDER, MailServer, mail_server
from tests.support.processes import Process, worker_process
from tests.support.token_sheet import ABSENT, AFTER_CLASS, TokenSheet, new_sheet
from workers import report
from workers.post import PLACES
from workers.queue import connect_queue, to_workers
from workers.report import Report, read_reports

pytestmark = pytest.mark.emptied_database

MESSAGES = 30


@pytest.fixture
async def sheet(world: World, database: Database, redis_url: str) -> AsyncIterator[TokenSheet]:
    queue = connect_queue(redis_url)
    sheet = await new_sheet(world, database)
    sheet.announcer = Announcer(to_workers(queue))
    sheet.announcer.start()
    await sheet.set_mark(await sheet.add_student(), ABSENT, Source.KIOSK)
    yield sheet
    await sheet.announcer.close()
    await assert_sound(world, now=wall_clock(), numbered=False)
    await queue.aclose()


@pytest.fixture
async def silent_server(world: World, database: Database, redis_url: str) -> AsyncIterator[MailServer]:
    """A server that answers no recipient, with more messages due than a worker can try in the time of the test."""
    async with Redis.from_url(redis_url) as redis, mail_server() as server:
        await redis.flushdb()
        server.at_recipient += [HANG] * MESSAGES
        outbox = Outbox(world, database, server.settings())
        for number in range(MESSAGES):
            await outbox.queue(f"absences/{number}", f"family{number}@example.org")
        yield server


async def reported(redis_url: str, worker: Process, *, emails: int) -> Report:
    redis = connect_redis(redis_url)
    try:
        async with asyncio.timeout(20):
            while True:
                for each in await read_reports(redis):
                    if each.name.endswith(f"/{worker.pid}") and each.emails == emails:
                        return each
                await asyncio.sleep(0.05)
    finally:
        await redis.aclose()


async def test_R7_10_a_silent_mail_server_delays_no_token_run(
    sheet: TokenSheet,
    silent_server: MailServer,
    database_url: str,
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        serve, "settings_here", lambda: Settings(database_url=database_url, redis_url=redis_url, secret=SecretStr("x"))
    )
    mail: dict[str, Any] = {"smtp_url": silent_server.url, "mail_from": SENDER}
    with worker_process(database_url, redis_url, **mail) as worker:
        async with asyncio.timeout(20):
            await silent_server.hangs.wait()
        due_at = wall_clock() + timedelta(seconds=1)
        await sheet.arm(DueRun(AFTER_CLASS, due_at), now=wall_clock())
        async with asyncio.timeout(6):
            while await sheet.runs() != {"AFTER_CLASS": "DONE"}:
                await asyncio.sleep(0.05)
        busy = await reported(redis_url, worker, emails=PLACES)
        assert (busy.queue, busy.is_fresh) == ("served", True)
        await asyncio.to_thread(serve.check_worker)
        worker.send_signal(signal.SIGSTOP)
        monkeypatch.setattr(report, "FRESH_SECONDS", 0.1)
        await asyncio.sleep(0.2)
        with pytest.raises(Fault, match=rf"/{worker.pid} has not reported"):
            await asyncio.to_thread(serve.check_worker)


async def test_R9_8_a_worker_that_ends_waits_for_no_mail_server_and_takes_its_report_back(
    silent_server: MailServer, database_url: str, redis_url: str
) -> None:
    mail: dict[str, Any] = {"smtp_url": silent_server.url, "mail_from": SENDER, "graceful_timeout": 1}
    with worker_process(database_url, redis_url, **mail) as worker:
        async with asyncio.timeout(20):
            await silent_server.hangs.wait()
        await reported(redis_url, worker, emails=PLACES)
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(worker.wait, 10) == 0
    redis = connect_redis(redis_url)
    assert [each for each in await read_reports(redis) if each.name.endswith(f"/{worker.pid}")] == []
    await redis.aclose()
