"""Everything of arq that its documentation does not promise.

No other module of the product touches such a name. What is assumed of each name stands in its docstring, and
tests/architecture/test_arq_internals.py has a test for each assumption.
"""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from arq.connections import ArqRedis
from arq.constants import health_check_key_suffix, job_key_prefix, result_key_prefix
from arq.jobs import serialize_job
from arq.utils import timestamp_ms, to_ms, to_unix_ms
from arq.worker import Worker

_ENQUEUE = """
if redis.call('EXISTS', KEYS[1], KEYS[2]) > 0 then
    return 0
end
redis.call('PSETEX', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[4])
return 1
"""


class JobQueue(ArqRedis):
    """arq's pool, which queues a job with one message to Redis.

    `ArqRedis.enqueue_job` needs four messages for the same, and the first check-in of each class queues a job.

    Assumed of arq: a job is what `serialize_job` makes, under its key, which expires. Its id is in the sorted set of
    the queue, by the millisecond at which it is due. A job whose key or whose result's key exists is not queued again.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._enqueue = self.register_script(_ENQUEUE)

    async def enqueue(
        self, function: str, *args: str, job_id: str, due_at: datetime | None = None, lifetime: timedelta
    ) -> bool:
        """Queue the job unless one with its id is queued, runs, or has a result that is kept. Return whether it was.

        due_at -- when it is due. None: now
        lifetime -- how long it is kept, counted from now
        """
        now = timestamp_ms()
        job = serialize_job(function, args, {}, None, now, serializer=self.job_serializer)
        due = now if due_at is None else to_unix_ms(due_at)
        return bool(
            await self._enqueue(
                keys=[job_key_prefix + job_id, result_key_prefix + job_id, self.default_queue_name],
                args=[to_ms(lifetime) or 0, job, due, job_id],
            )
        )


def health_key(queue: str) -> str:
    """Return the key in Redis under which the workers of a queue report, and which expires when none reports."""
    key: str = queue + health_check_key_suffix
    return key


def pick_no_more(worker: Worker) -> None:
    """Let the worker take no more jobs from its queue. It keeps polling, and the running jobs go on."""
    worker.allow_pick_jobs = False


def running_jobs(worker: Worker) -> Collection[asyncio.Task[Any]]:
    """Return the tasks of the jobs that the worker has taken and not yet finished."""
    return list(worker.tasks.values())
