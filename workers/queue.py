"""arq's connection to Redis, its traps closed: the API enqueues through it, and workers poll it."""

import orjson
from arq.connections import ArqRedis
from redis.asyncio.connection import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

QUEUE = "arq:queue"
# Jobs are JSON: arq's default is pickle, which runs what it reads. A worker must be told too, it does not ask its pool.
SERIALIZER, DESERIALIZER = orjson.dumps, orjson.loads
# Tries after the first, 0.1 s to 1 s apart: some five seconds, in which a Redis restarts.
PATIENT_TRIES = 8


def connect_queue(url: str, *, tries: int = 0) -> ArqRedis:
    """A pool whose commands end in bounded time: arq's own sets no timeouts, and hangs with a Redis out of reach.

    tries -- made after a failed first one.
    """
    pool: ConnectionPool = ConnectionPool.from_url(
        url,
        socket_timeout=2,
        socket_connect_timeout=2,
        retry=Retry(ExponentialBackoff(cap=1, base=0.1), tries),
        # A refused connection reaches the retry as a plain OSError, and redis-py's own list lacks that.
        retry_on_error=[RedisConnectionError, RedisTimeoutError, OSError],
        retry_on_timeout=tries > 0,
    )
    return ArqRedis(
        pool_or_conn=pool, job_serializer=SERIALIZER, job_deserializer=DESERIALIZER, default_queue_name=QUEUE
    )
