"""What workers/arq_internals.py assumes of arq. Each failure names the installed version."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any, cast
from uuid import uuid4

import pytest
from arq.worker import Worker, func

from workers.arq_internals import Job, pick_no_more, running_jobs
from workers.queue import DESERIALIZER, SERIALIZER, connect_queue

LIBRARY = f"arq {version('arq')}"


class Working:
    """A worker on a queue of its own, whose only job waits until the test lets it end."""

    def __init__(self, redis_url: str) -> None:
        self.queue = f"arq:test:{uuid4()}"
        self.pool = connect_queue(redis_url)
        self.may_end = asyncio.Event()
        self.worker = Worker(
            functions=[func(cast("Any", self._job), name="job")],
            queue_name=self.queue,
            redis_pool=self.pool,
            job_serializer=SERIALIZER,
            job_deserializer=DESERIALIZER,
            handle_signals=False,
            keep_result=0,
            poll_delay=0.02,
            health_check_interval=1,
        )

    async def _job(self, _context: Any) -> None:
        await self.may_end.wait()

    async def enqueue(self) -> None:
        await self.pool.enqueue_job("job", _queue_name=self.queue)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.fixture
async def working(redis_url: str) -> AsyncIterator[Working]:
    working = Working(redis_url)
    running = asyncio.create_task(working.worker.main())
    yield working
    working.may_end.set()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await working.worker.close()


async def test_the_jobs_taken_are_there_until_they_are_finished(working: Working) -> None:
    assert not running_jobs(working.worker), LIBRARY
    await working.enqueue()
    await until(lambda: running_jobs(working.worker))
    [job] = running_jobs(working.worker)
    assert not job.done(), LIBRARY
    working.may_end.set()
    await asyncio.wait([job], timeout=5)
    assert job.done(), LIBRARY
    await until(lambda: not running_jobs(working.worker))


async def test_a_worker_told_so_takes_no_more_jobs_and_finishes_those_it_has(working: Working) -> None:
    await working.enqueue()
    await until(lambda: running_jobs(working.worker))
    pick_no_more(working.worker)
    await working.enqueue()
    await asyncio.sleep(0.3)
    [job] = running_jobs(working.worker)
    assert not job.done(), LIBRARY
    working.may_end.set()
    await until(lambda: not running_jobs(working.worker))
    await asyncio.sleep(0.1)
    assert await working.pool.zcard(working.queue) == 1, LIBRARY


@pytest.mark.parametrize("due_at", [None, datetime(2026, 11, 17, 8, tzinfo=UTC)])
async def test_a_job_is_queued_as_arq_itself_queues_it(redis_url: str, due_at: datetime | None) -> None:
    pool, lifetime = connect_queue(redis_url), timedelta(days=3)
    pool.default_queue_name = f"arq:test:{uuid4()}"
    ours, theirs, finished = (uuid4().hex for _ in range(3))
    assert await pool.enqueue([Job(ours, "job", ("a", "b"), due_at)], lifetime) == [True]
    await pool.enqueue_job("job", "a", "b", _job_id=theirs, _defer_until=due_at, _expires=lifetime)
    kept = []
    for job_id in (ours, theirs):
        job = DESERIALIZER(await pool.get(f"arq:job:{job_id}") or b"")
        enqueued_at = job.pop("et")
        due = await pool.zscore(pool.default_queue_name, job_id)
        expires_in = await pool.pttl(f"arq:job:{job_id}")
        kept.append((job, due if due_at else due == enqueued_at, round(expires_in / 60_000)))
    assert kept[0] == kept[1], LIBRARY
    await pool.set(f"arq:result:{finished}", b"", px=1000)
    another = uuid4().hex
    jobs = [Job(job_id, "job") for job_id in (ours, another, theirs, finished, another)]
    assert await pool.enqueue(jobs, lifetime) == [False, True, False, False, False]
    assert await pool.zcard(pool.default_queue_name) == 3
    job = DESERIALIZER(await pool.get(f"arq:job:{another}") or b"")
    assert await pool.zscore(pool.default_queue_name, another) == job["et"]
    await pool.aclose()
