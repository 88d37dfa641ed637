"""The pool of database connections, which counts who waits for one.

`_do_get` is a private name of SQLAlchemy. tests/architecture/test_sqlalchemy_pool.py tests what is assumed of it.
"""

import time

from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine
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


def show_pool(engine: AsyncEngine) -> None:
    """Let the figures of the pool's size tell of this engine, the one that the process works with. It has another pool
    after each `Database.drop_connections`.
    """
    if isinstance(engine.pool, CountingPool):
        POOL_LIMIT.set(engine.pool.size())
    POOL_IN_USE.set_function(lambda: engine.pool.checkedout() if isinstance(engine.pool, CountingPool) else 0)
