"""Everything of arq that its documentation does not promise.

No other module of the product touches such a name. What is assumed of each name stands in its docstring, and
tests/architecture/test_arq_internals.py has a test for each assumption.
"""

import asyncio
from collections.abc import Collection
from typing import Any

from arq.constants import health_check_key_suffix
from arq.worker import Worker


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
