"""Background tasks: who sees them, how long they are kept, and when failed items are retried (R9.4 to R9.7)."""

from collections.abc import Mapping, Sequence
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
    """A background task at `revision`. `total` is None when its items are not known yet."""

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
    """What was done and what was not (R9.5): the number of items and e-mails in each state. A state without any has no
    entry. `withheld` counts the WITHDRAWN e-mails that the task keeps back and can send later.
    """

    items: Mapping[TaskItemState, int]
    emails: Mapping[EmailState, int]
    withheld: int = 0

    def emails_in(self, *states: EmailState) -> int:
        return sum(self.emails.get(state, 0) for state in states)


@dataclass(frozen=True, slots=True)
class ListNews:
    """What is new in a list of tasks. `missing` are tasks that were in the list and are not any more."""

    changed: tuple[TaskFacts, ...]
    missing: frozenset[UUID]


def news_of_list(told: Mapping[UUID, TaskFacts], current: Sequence[TaskFacts], *, most: int) -> ListNews:
    """Compare the newest tasks, at most `most`, with those that a follower was told of.

    A task that newer ones have pushed out of a full list is neither changed nor missing.
    """
    listed = {task.id for task in current}
    oldest = min(((task.created_at, task.id) for task in current), default=None) if len(current) == most else None
    missing = {
        task.id
        for task in told.values()
        if task.id not in listed and (oldest is None or (task.created_at, task.id) > oldest)
    }
    changed = [task for task in current if task.id not in told or told[task.id].revision != task.revision]
    return ListNews(tuple(changed), frozenset(missing))


def may_see_task(caller: Caller, created_by_id: UUID | None) -> bool:
    """Return whether the caller sees a task: owners see all, others their own (R9.6). Whoever sees it may cancel and
    delete it.
    """
    return sees_all_tasks(caller) or (created_by_id is not None and created_by_id == caller.person_id)


def sees_all_tasks(caller: Caller) -> bool:
    return may(caller, Permission.OWNER)


def wait_before_retry(attempts: int) -> timedelta | None:
    """Return the wait after this number of failed attempts (at least one), or None when the item has failed for good.

    Each wait is four times as long as the one before, beginning with a second: five attempts within a minute and a
    half.
    """
    if attempts >= ATTEMPTS:
        return None
    growth: int = _GROWTH ** (attempts - 1)
    return _FIRST_WAIT * growth


def failure_of_plan() -> str:
    """Return why a task failed whose items could not be determined."""
    return f"Something went wrong on our side before anything was done; it was tried {ATTEMPTS} times."


def failure_of_items(failed: int) -> str:
    """Return why a task failed some of whose items could not be done."""
    those = "1 item was" if failed == 1 else f"{failed} items were"
    return f"Something went wrong on our side: {those} not done in spite of {ATTEMPTS} attempts. All other items were."


def summary(state: TaskState, report: TaskReport) -> str:
    """Return what was done and what was not, in a sentence or two."""
    items = report.items
    total = sum(items.values())
    parts = [f"{items.get(TaskItemState.DONE, 0)} of {_counted(total, 'item')} done"]
    waiting = "will not be done" if state in (TaskState.CANCELLING, TaskState.CANCELLED) else "not yet done"
    for item_state, words in (
        (TaskItemState.EXCEPTION, "could not be done"),
        (TaskItemState.FAILED, "failed"),
        (TaskItemState.WAITING, waiting),
        (TaskItemState.SKIPPED, "not begun"),
    ):
        if items.get(item_state):
            parts.append(f"{items[item_state]} {words}")
    sentences = [", ".join(parts) + "."]
    mails = [
        f"{count} {words}"
        for words, count in (
            ("sent", report.emails_in(EmailState.SENT)),
            ("kept for viewing", report.emails_in(EmailState.KEPT)),
            ("waiting", report.emails_in(EmailState.QUEUED, EmailState.SENDING)),
            ("kept back", report.withheld),
            ("withdrawn", report.emails_in(EmailState.WITHDRAWN) - report.withheld),
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
