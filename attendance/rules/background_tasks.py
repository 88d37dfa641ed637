"""Background tasks: who sees them, how long they are kept, and when what failed is tried again (R9.4 to R9.7)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from attendance.rules.permissions import Caller, may
from attendance.rules.vocabulary import Permission, TaskState

ENDED = frozenset({TaskState.COMPLETED, TaskState.FAILED, TaskState.CANCELLED})
KEPT = timedelta(days=60)
CANCELLED_KEPT = timedelta(minutes=10)

ATTEMPTS = 5
_FIRST_WAIT = timedelta(seconds=1)
_GROWTH = 4

FAULT = "Something went wrong on our side; nothing of this was done."


@dataclass(frozen=True, slots=True)
class TaskHead:
    """What deciding about a task needs to know of it."""

    id: UUID
    state: TaskState
    created_by_id: UUID | None
    ended_at: datetime | None


def may_see_task(caller: Caller, created_by_id: UUID | None) -> bool:
    """R9.6: owners see all, others their own. Whoever sees a task may cancel and delete it."""
    return sees_all_tasks(caller) or (created_by_id is not None and created_by_id == caller.person_id)


def sees_all_tasks(caller: Caller) -> bool:
    return may(caller, Permission.OWNER)


def wait_before_retry(attempts: int) -> timedelta | None:
    """After so many failed attempts, at least one; None: it has failed for good. Each wait is four times the one
    before, from a second on: five attempts within a minute and a half.
    """
    if attempts >= ATTEMPTS:
        return None
    growth: int = _GROWTH ** (attempts - 1)
    return _FIRST_WAIT * growth


def failure_of_plan() -> str:
    """Why a task failed whose items could not be worked out."""
    return f"Something went wrong on our side before anything was done; it was tried {ATTEMPTS} times."


def failure_of_items(failed: int) -> str:
    """Why a task failed that did what it could."""
    those = "1 item was" if failed == 1 else f"{failed} items were"
    return f"Something went wrong on our side: {those} not done, though tried {ATTEMPTS} times. All others were."
