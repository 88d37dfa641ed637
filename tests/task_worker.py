"""A worker process that does the tests' kind of task, to be killed: `python -m tests.task_worker`."""

from settings import load_settings
from tests.task_desk import KINDS
from workers.main import run

if __name__ == "__main__":
    run(load_settings(), kinds=KINDS)
