"""Everything that knows arq's queue: the connection to Redis, and the jobs that wake workers.

The API enqueues through it, and workers poll it.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Protocol

import orjson
from arq.connections import ArqRedis
from redis.asyncio.connection import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from db.wake_ups import EmailQueued, Sink, TaskQueued, TokenRunArmed, WakeUp

QUEUE = "arq:queue"
RUN_TOKENS = "run_tokens"
SEND_EMAIL = "send_email"
WORK_ON_TASKS = "work_on_tasks"
WAKE_UP_LIFETIME = timedelta(days=3)
# Jobs are JSON, because arq's default is pickle, which executes what it reads. A worker must be told too, since it does
# not take the serializer from its pool.
SERIALIZER, DESERIALIZER = orjson.dumps, orjson.loads
# Retries, 0.1 s to 1 s apart: about five seconds, in which a Redis can restart.
PATIENT_TRIES = 8


def connect_queue(url: str, *, tries: int = 0) -> ArqRedis:
    """Return a pool whose commands end in limited time. arq's own pool sets no timeouts and hangs when Redis is
    unreachable.

    tries -- the number of retries
    """
    pool: ConnectionPool = ConnectionPool.from_url(
        url,
        socket_timeout=2,
        socket_connect_timeout=2,
        retry=Retry(ExponentialBackoff(cap=1, base=0.1), tries),
        # A refused connection reaches the retry as a plain OSError, which is missing from redis-py's own list.
        retry_on_error=[RedisConnectionError, RedisTimeoutError, OSError],
        retry_on_timeout=tries > 0,
    )
    return ArqRedis(
        pool_or_conn=pool, job_serializer=SERIALIZER, job_deserializer=DESERIALIZER, default_queue_name=QUEUE
    )


class JobQueue(Protocol):
    """The one method of arq's pool that is needed to wake workers."""

    async def enqueue_job(self, function: str, *args: Any, **options: Any) -> Any: ...


def to_workers(jobs: JobQueue) -> Sink:
    """Return a sink that tells arq about due token runs, queued e-mail and queued tasks.

    A run's job id contains the due time, because arq does not move a job that it already has.
    """

    async def enqueue(wake_ups: Sequence[WakeUp]) -> None:
        for wake_up in wake_ups:
            match wake_up:
                case TokenRunArmed() as run:
                    key = (str(run.organization_id), str(run.timeslot_id), run.held_on.isoformat(), run.phase.value)
                    job_id = ":".join((RUN_TOKENS, *key, str(int(run.due_at.timestamp()))))
                    # arq's own expiry counts from the due time. For a run that is long overdue it is negative, which
                    # Redis refuses.
                    await jobs.enqueue_job(
                        RUN_TOKENS, *key, _job_id=job_id, _defer_until=run.due_at, _expires=WAKE_UP_LIFETIME
                    )
                case EmailQueued() as email:
                    names = (str(email.organization_id), str(email.email_id))
                    job_id = ":".join((SEND_EMAIL, *names, str(int(email.due_at.timestamp()))))
                    await jobs.enqueue_job(
                        SEND_EMAIL, *names, _job_id=job_id, _defer_until=email.due_at, _expires=WAKE_UP_LIFETIME
                    )
                case TaskQueued() as task:
                    await jobs.enqueue_job(
                        WORK_ON_TASKS, _job_id=f"{WORK_ON_TASKS}:{task.task_id}", _expires=WAKE_UP_LIFETIME
                    )

    return enqueue
