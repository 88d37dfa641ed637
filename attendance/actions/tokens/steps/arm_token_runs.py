"""Arm the runs that will decide about the tokens of a deferred mark (R7.3, R7.10)."""

from collections.abc import Sequence
from datetime import datetime

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.tokens.token_runs import DueRun, RunsToArm
from db.tokens import token_runs
from db.unit_of_work import UnitOfWork


async def arm_token_runs(
    uow: UnitOfWork,
    occurrence: OccurrenceKey,
    runs: Sequence[DueRun],
    *,
    by_check_in: bool = False,
    now: datetime,
) -> None:
    """Arm the runs that `token_timing` names, in the transaction of the mark. When it is called again, nothing changes.

    by_check_in -- whether the marks that wait for the runs are check-ins and their defaults, and nothing else (R4.5b).

    The caller has locked the occurrence, so a run cannot finish between the mark and its arming. Workers are woken for
    newly armed runs; if the wake-up is lost, the sweep finds the rows.
    """
    if runs:
        await token_runs.arm(uow, occurrence, RunsToArm(tuple(runs), by_check_in), now)
