"""Everything of arq that its documentation does not promise.

No other module of the product touches such a name. What is assumed of each name stands in its docstring, and
tests/architecture/test_arq_internals.py has a test for each assumption.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from arq.connections import ArqRedis
from arq.constants import job_key_prefix, result_key_prefix
from arq.jobs import serialize_job
from arq.utils import timestamp_ms, to_ms, to_unix_ms
from arq.worker import Worker

_ENQUEUE = """
local queued = {}
for n = 1, (#KEYS - 1) / 2 do
    local job, result, first = KEYS[2 * n], KEYS[2 * n + 1], 3 * n - 1
    queued[n] = 0
    if redis.call('EXISTS', job, result) == 0 then
        redis.call('PSETEX', job, ARGV[1], ARGV[first])
        redis.call('ZADD', KEYS[1], ARGV[first + 1], ARGV[first + 2])
        queued[n] = 1
    end
end
return queued
"""


@dataclass(frozen=True, slots=True)
class Job:
    """A call of one of the workers' functions.

    due_at -- when it is due; None means now
    """

    id: str
    function: str
    args: tuple[str, ...] = ()
    due_at: datetime | None = None


class JobQueue(ArqRedis):
    """arq's pool, which queues all jobs that are there with one message to Redis.

    `ArqRedis.enqueue_job` needs four messages for one job, and the first check-in of each class queues a job.

    Assumed of arq: a job is what `serialize_job` makes, under its key, which expires. Its id is in the sorted set of
    the queue, by the millisecond at which it is due. A job whose key or whose result's key exists is not queued again.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._enqueue = self.register_script(_ENQUEUE)

    async def enqueue(self, jobs: Sequence[Job], lifetime: timedelta) -> list[bool]:
        """Queue each job unless one with its id is queued, runs, or has a result that is kept. Return whether each of
        them was.

        lifetime -- how long they are kept, counted from now
        """
        now = timestamp_ms()
        keys: list[Any] = [self.default_queue_name]
        values: list[Any] = [to_ms(lifetime) or 0]
        for job in jobs:
            keys += (job_key_prefix + job.id, result_key_prefix + job.id)
            call = serialize_job(job.function, job.args, {}, None, now, serializer=self.job_serializer)
            values += (call, now if job.due_at is None else to_unix_ms(job.due_at), job.id)
        return [bool(each) for each in await self._enqueue(keys=keys, args=values)]


def pick_no_more(worker: Worker) -> None:
    """Let the worker take no more jobs from its queue. It keeps polling, and the running jobs go on."""
    worker.allow_pick_jobs = False


def running_jobs(worker: Worker) -> Collection[asyncio.Task[Any]]:
    """Return the tasks of the jobs that the worker has taken and not yet finished."""
    return list(worker.tasks.values())
