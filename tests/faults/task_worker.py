"""A worker that does the tests' kind of task, to be run in a process of its own and killed."""

from datetime import datetime

from settings import load_settings
from tests.support.task_desk import KINDS
from workers.main import run


def task_worker(now: datetime | None, burst: bool) -> None:
    run(load_settings(test_clock=now), burst=burst, kinds=KINDS)
