"""Everything that knows arq's queue: the connection to Redis, and the jobs that wake workers.

The API enqueues through it, and workers poll it.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Protocol

import orjson
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from db.redis_internals import pool_of
from db.wake_ups import EmailQueued, Sink, TaskQueued, TokenRunArmed, WakeUp
from workers.arq_internals import Job, JobQueue

QUEUE = "arq:queue"
RUN_TOKENS = "run_tokens"
SEND_EMAIL = "send_email"
WORK_ON_TASKS = "work_on_tasks"
WAKE_UP_LIFETIME = timedelta(days=3)
# Jobs are JSON, because arq's default is pickle, which executes what it reads. A worker must be told too, since it does
# not take the serializer from its pool.
SERIALIZER, DESERIALIZER = orjson.dumps, orjson.loads


def connect_queue(url: str, *, tries: int = 0) -> JobQueue:
    """Return a pool whose commands end in limited time. arq's own pool sets no timeouts and hangs when Redis is
    unreachable.

    tries -- the number of retries
    """
    pool = pool_of(
        url,
        socket_timeout=2,
        socket_connect_timeout=2,
        retry=Retry(ExponentialBackoff(cap=1, base=0.1), tries),
        # A refused connection reaches the retry as a plain OSError, which is missing from redis-py's own list.
        retry_on_error=[RedisConnectionError, RedisTimeoutError, OSError],
        retry_on_timeout=tries > 0,
    )
    return JobQueue(
        pool_or_conn=pool, job_serializer=SERIALIZER, job_deserializer=DESERIALIZER, default_queue_name=QUEUE
    )


class Jobs(Protocol):
    """The one method of the queue that is needed to wake workers."""

    async def enqueue(self, jobs: Sequence[Job], lifetime: timedelta) -> Any: ...


def to_workers(jobs: Jobs) -> Sink:
    """Return a sink that tells arq about due token runs, queued e-mail and queued tasks, in one message for a batch."""

    async def enqueue(wake_ups: Sequence[WakeUp]) -> None:
        if wanted := [job for wake_up in wake_ups if (job := _job_of(wake_up)) is not None]:
            await jobs.enqueue(wanted, WAKE_UP_LIFETIME)

    return enqueue


def _job_of(wake_up: WakeUp) -> Job | None:
    """Return the job that a worker does for the wake-up, or None when none does.

    A run's job id contains the due time, because arq does not move a job that it already has.
    """
    match wake_up:
        case TokenRunArmed() as run:
            key = (str(run.organization_id), str(run.timeslot_id), run.held_on.isoformat(), run.phase.value)
            return Job(":".join((RUN_TOKENS, *key, str(int(run.due_at.timestamp())))), RUN_TOKENS, key, run.due_at)
        case EmailQueued() as email:
            names = (str(email.organization_id), str(email.email_id))
            job_id = ":".join((SEND_EMAIL, *names, str(int(email.due_at.timestamp()))))
            return Job(job_id, SEND_EMAIL, names, email.due_at)
        case TaskQueued() as task:
            return Job(f"{WORK_ON_TASKS}:{task.task_id}", WORK_ON_TASKS)
    return None
