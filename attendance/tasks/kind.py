"""A kind of background task (R9.4 to R9.7). Each kind is a file in this folder and has a line in
`attendance.tasks.kinds`.

    @dataclass(frozen=True)
    class Given:                                    # plain values that JSON can store: ids, dates, numbers, text, lists
        offering_ids: tuple[UUID, ...]

    class CloseOfferings(Kind[Given]):
        kind = TaskKind.CLOSE_OFFERINGS
        given_type = Given
        batch_size = 20

        async def plan(self, uow, task, *, now):    # once, in the worker, after the mutation has returned
            return [ItemDraft(title="Swim 1, 2026-11-16", given={"offering_id": str(each)}) for each in ...]

        async def carry_out(self, uow, task, items, *, now):
            ...                                     # changes, and `queue_emails`, through `uow`
            return [TaskException(item.position, "There is no address.", student_id) for ...]

A mutation starts the task with `attendance.tasks.start_task.start_task(uow, CloseOfferings, Given(...), author,
now=now)` and returns the task's id. Nothing else is needed. The machinery takes care of progress, exceptions,
cancelling, taking over from a dead worker, and e-mails that are kept back when a task is cancelled so.

What a kind can rely on:
- `plan` and each call of `carry_out` are one transaction, which is committed together with what the machinery records
  about the items. So an item takes effect once or not at all, whenever a worker dies (R9.5, R9.7).
- Every e-mail that is queued through its `uow` belongs to the task. It is sent, also when the task is cancelled, unless
  `cancelBackgroundTask(withdrawEmails: true)` keeps it back (R9.5).
- Nobody else works on the task at the same time. No locks are held before; take them in the order that
  db/unit_of_work.py gives.

What a kind must do:
- Its transactions must be short: `batch_size` items take a fraction of a second, and some statements for each batch,
  not for each item of many. Readers and other writers get their turn between batches.
- `carry_out` must allow being called again for items that were rolled back with it. It is never called again for
  others. When a batch raises anything, its items are carried out one by one, each in a transaction of its own. A
  Refusal then becomes that item's exception (`tell`); anything else is a fault, which is retried later while the other
  items continue.
- An item can be done and still have exceptions, for example when a class is cancelled but one of its students is over
  the limit: return them. When an item could not be done at all, raise, or return a TaskException with `undone`.
- Positions count from 1 in the order of `plan`. Items are carried out in that order; a later one comes first only while
  an earlier one waits for another attempt.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from attendance.rules.refusals import Refusal
from attendance.rules.vocabulary import TaskKind
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork

GivenT = TypeVar("GivenT")


@dataclass(frozen=True, slots=True)
class Task(Generic[GivenT]):
    """The task at work: its input, and who started it. Changes are made in the author's name."""

    id: UUID
    author: Author
    created_at: datetime
    given: GivenT


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """One unit of the work, to be done completely or not at all.

    title -- what staff read about it, for example "Swim 1, 2026-11-16"; without a student's name, which not everybody
        may see
    given -- what `carry_out` needs to know, as JSON: ids and dates as text
    student_id -- the student whom it concerns, if it is one student
    """

    title: str
    given: Mapping[str, Any] = field(default_factory=dict)
    student_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """An ItemDraft with its position in the task."""

    position: int
    title: str
    given: Mapping[str, Any]
    student_id: UUID | None


@dataclass(frozen=True, slots=True)
class TaskException:
    """What staff need to know about an item (R9.4): a sentence without names, and the student whom it concerns, if any.

    undone -- whether nothing of the item was done; otherwise it was done except for what the sentence says
    """

    position: int
    message: str
    student_id: UUID | None = None
    undone: bool = False


class Kind(ABC, Generic[GivenT]):
    """A kind of background task. It has no state: one object serves all tasks of the kind, in all workers.

    given_type -- a dataclass of plain values, which is stored as JSON
    batch_size -- how many items a transaction has at most
    """

    kind: ClassVar[TaskKind]
    given_type: ClassVar[type[Any]]
    batch_size: ClassVar[int] = 1

    @abstractmethod
    async def plan(self, uow: UnitOfWork, task: Task[GivenT], *, now: datetime) -> Sequence[ItemDraft]:
        """Return the items, at most 20,000, with few statements. Without items, the task is complete at once.

        A Refusal ends the task: it is FAILED, with the refusal's message.
        """

    @abstractmethod
    async def carry_out(
        self, uow: UnitOfWork, task: Task[GivenT], items: Sequence[Item], *, now: datetime
    ) -> Sequence[TaskException]:
        """Do these items, from one to `batch_size` of them, and return what staff need to know. Positions are those of
        `items`.
        """

    def tell(self, item: Item, refusal: Refusal) -> Sequence[TaskException]:
        """Return the exceptions for an item that was refused and of which nothing was done: at least one, each with
        `undone`.
        """
        return [TaskException(item.position, str(refusal), item.student_id, undone=True)]
