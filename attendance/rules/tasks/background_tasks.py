"""Background tasks: who sees them, how long they are kept, and when what failed is tried again (R9.4 to R9.7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.organization.permissions import Caller, may
from attendance.rules.vocabulary import EmailState, Permission, TaskItemState, TaskKind, TaskState

ENDED = frozenset({TaskState.COMPLETED, TaskState.FAILED, TaskState.CANCELLED})
KEPT = timedelta(days=60)
CANCELLED_KEPT = timedelta(minutes=10)

ATTEMPTS = 5
_FIRST_WAIT = timedelta(seconds=1)
_GROWTH = 4

FAULT = "Something went wrong on our side; nothing of this was done."


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """A background task as it stands at `revision`. `total` None: its items are not known yet."""

    id: UUID
    kind: TaskKind
    state: TaskState
    revision: int
    done: int
    total: int | None
    exceptions: int
    created_by: PersonFacts | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class TaskReport:
    """What was done and what was not (R9.5): how many items and e-mails are in each state; none: no entry."""

    items: Mapping[TaskItemState, int]
    emails: Mapping[EmailState, int]

    def emails_in(self, *states: EmailState) -> int:
        return sum(self.emails.get(state, 0) for state in states)


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


def summary(state: TaskState, report: TaskReport) -> str:
    """What was done and what was not, in a sentence or two."""
    items = report.items
    total = sum(items.values())
    parts = [f"{items.get(TaskItemState.DONE, 0)} of {_counted(total, 'item')} done"]
    waiting = "will not be" if state in (TaskState.CANCELLING, TaskState.CANCELLED) else "not yet"
    for item_state, words in (
        (TaskItemState.EXCEPTION, "could not be"),
        (TaskItemState.FAILED, "failed"),
        (TaskItemState.WAITING, waiting),
        (TaskItemState.SKIPPED, "left undone"),
    ):
        if items.get(item_state):
            parts.append(f"{items[item_state]} {words}")
    sentences = [", ".join(parts) + "."]
    mails = [
        f"{count} {words}"
        for words, count in (
            ("sent", report.emails_in(EmailState.SENT)),
            ("kept to be looked at", report.emails_in(EmailState.KEPT)),
            ("waiting", report.emails_in(EmailState.QUEUED, EmailState.SENDING)),
            ("withdrawn", report.emails_in(EmailState.WITHDRAWN)),
            ("not deliverable", report.emails_in(EmailState.FAILED)),
            ("perhaps sent", report.emails_in(EmailState.UNCERTAIN)),
        )
        if count
    ]
    if mails:
        sentences.append(f"Of {_counted(sum(report.emails.values()), 'e-mail')} {', '.join(mails)}.")
    return " ".join(sentences)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
