"""The pool of database connections, which counts who waits for one.

`_do_get` is a private name of SQLAlchemy. tests/architecture/test_sqlalchemy_pool.py tests what is assumed of it.
"""

import time

from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry

from db.figures import POOL_IN_USE, POOL_LIMIT, POOL_TIMEOUTS, POOL_WAIT_SECONDS, POOL_WAITING


class CountingPool(AsyncAdaptedQueuePool):
    """SQLAlchemy's pool, which also keeps the figures of db/figures.py."""

    def _do_get(self) -> ConnectionPoolEntry:
        began = time.perf_counter()
        POOL_WAITING.inc()
        try:
            return super()._do_get()
        except PoolTimeout:
            POOL_TIMEOUTS.inc()
            raise
        finally:
            POOL_WAITING.dec()
            POOL_WAIT_SECONDS.observe(time.perf_counter() - began)


def show_pool(pool: object) -> None:
    """Let the figures of the pool's size tell of this pool, the one that the process works with."""
    if isinstance(pool, CountingPool):
        POOL_LIMIT.set(pool.size())
        POOL_IN_USE.set_function(pool.checkedout)
