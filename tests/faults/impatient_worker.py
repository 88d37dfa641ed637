"""The program's worker, which gives up a lost Redis within seconds, to be run in a process of its own."""

from datetime import datetime

import workers.main
from commands.serve import run_worker


def impatient_worker(now: datetime | None, burst: bool) -> None:
    """It waits for the same in the same order. As it is deployed, it catches up 15 seconds after the loss."""
    workers.main.PATIENT_TRIES = 2
    workers.main.PAUSE_SECONDS = 1
    run_worker(now=now, burst=burst)
