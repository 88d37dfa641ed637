"""R16.6: the figures of a worker: jobs, how late token runs are, what becomes of e-mails."""

import time
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from attendance.rules.vocabulary import Source
from db.engine import Database
from db.wake_ups import Announcer
from tests.jobs.outbox_desk import Outbox
from tests.support.factories import World
from tests.support.token_sheet import ABSENT, AFTER_CLASS_AT, new_sheet
from workers.context import KEY, WorkerContext
from workers.figures import observed
from workers.jobs.sweep_token_runs import sweep
from workers.schedule import TIMETABLE

pytestmark = pytest.mark.emptied_database


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_R16_6_the_lateness_of_token_runs_is_measured(world: World, database: Database) -> None:
    sheet = await new_sheet(world, database)
    await sheet.set_mark(await sheet.add_student(), ABSENT, Source.KIOSK)
    await sheet.arm()
    name = "rollbook_token_run_lateness_seconds"
    count, total = value(f"{name}_count"), value(f"{name}_sum")
    late = AFTER_CLASS_AT + timedelta(seconds=100)
    assert await sweep(WorkerContext(database, sheet.announcer, lambda: late)) == 1
    assert value(f"{name}_count") - count == 1
    assert value(f"{name}_sum") - total == pytest.approx(100)
    assert await sweep(WorkerContext(database, sheet.announcer, lambda: late)) == 0
    assert value(f"{name}_count") == count + 1, "a run that was done before is not late again"


async def test_R16_6_attempts_at_emails_are_counted_by_what_became_of_them(world: World, database: Database) -> None:
    outbox = Outbox(world, database, None)
    await outbox.queue("absences/1")
    await outbox.queue("absences/2", template="none_like_this")
    states = ("KEPT", "FAILED", "SENT")
    before = [value("rollbook_email_attempts_total", state=state) for state in states]
    seconds = value("rollbook_email_attempt_seconds_count")
    assert await outbox.send() == 2
    after = [value("rollbook_email_attempts_total", state=state) for state in states]
    assert [new - old for new, old in zip(after, before, strict=True)] == [1, 1, 0]
    assert value("rollbook_email_attempt_seconds_count") == seconds + 2


async def test_R16_6_jobs_are_counted_by_outcome_and_tell_when_they_last_succeeded() -> None:
    async def job(ctx: Any, *, fails: bool = False) -> None:
        if ctx["fails"]:
            raise RuntimeError

    run, began = observed("a_job", job), time.time()
    await run({"fails": False})
    done_at = value("rollbook_job_last_success_timestamp_seconds", job_name="a_job")
    assert began <= done_at <= time.time()
    with pytest.raises(RuntimeError):
        await run({"fails": True})
    assert value("rollbook_jobs_total", job_name="a_job", outcome="done") == 1
    assert value("rollbook_jobs_total", job_name="a_job", outcome="failed") == 1
    assert value("rollbook_job_last_success_timestamp_seconds", job_name="a_job") == done_at
    assert value("rollbook_job_seconds_count", job_name="a_job") == 2


async def test_R16_6_each_line_of_the_timetable_has_its_figures(database: Database) -> None:
    context = WorkerContext(database, Announcer(), lambda: AFTER_CLASS_AT)
    # It waits until the tasks are calm.
    context.stop.set()
    for line in TIMETABLE:
        before = value("rollbook_jobs_total", job_name=str(line.name), outcome="done")
        await line.coroutine({KEY: context})
        assert value("rollbook_jobs_total", job_name=str(line.name), outcome="done") == before + 1
