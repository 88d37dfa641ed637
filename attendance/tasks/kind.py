"""What a kind of background task is (R9.4 to R9.7): one file in this folder, and its line in `attendance.tasks.kinds`.

    @dataclass(frozen=True)
    class Given:                                    # plain values that JSON can keep: ids, dates, numbers, text, lists
        offering_ids: tuple[UUID, ...]

    class CloseOfferings(Kind[Given]):
        kind = TaskKind.CLOSE_OFFERINGS
        given_type = Given
        batch_size = 20

        async def plan(self, uow, task, *, now):    # once, in the worker: the mutation has answered long before
            return [ItemDraft(title="Swim 1, 2026-11-16", given={"offering_id": str(each)}) for each in ...]

        async def carry_out(self, uow, task, items, *, now):
            ...                                     # changes, and `queue_emails`, through `uow`
            return [TaskException(item.position, "There is no address.", student_id) for ...]

A mutation starts it with `attendance.tasks.start_task.start_task(uow, CloseOfferings, Given(...), author, now=now)` and
answers with the task's id. Nothing else is needed: progress, exceptions, cancelling, taking over from a dead worker
and e-mail that is withdrawn with the task are the machinery's.

What it promises to a kind
- `plan` and each call of `carry_out` are one transaction, committed together with what the machinery notes about the
  items: an item takes effect once or not at all, whoever dies when (R9.5, R9.7).
- Every message that is queued through its `uow` belongs to the task, and is withdrawn with it until it was sent.
- Nobody else works on the task meanwhile. The locks of unit_of_work.py are taken in their order, none are held before.

What it asks of a kind
- A transaction is short: `batch_size` items take a fraction of a second, and some statements for each batch, not for
  each item of many. Readers and other writers go on between batches.
- `carry_out` may be called again for items that were rolled back with it, and never for others. When a batch raises
  anything, its items are carried out one by one, each in a transaction of its own: a Refusal then becomes that item's
  exception (`tell`), and anything else is a fault, which is tried again later; the other items go on.
- An item may be done and have exceptions all the same (a class is cancelled, one of its students is over the limit):
  return them. An item that could not be done at all raises, or returns a TaskException with `undone`.
- Positions count from 1 in the order of `plan`, and items are carried out in that order, later ones first only while
  an earlier one waits for another try.
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
    """The task at work: what it was given, and who started it; changes are made in the author's name."""

    id: UUID
    author: Author
    created_at: datetime
    given: GivenT


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """One unit of the work, to be done whole or not at all.

    title -- what staff read of it, such as "Swim 1, 2026-11-16"; without a student's name, which not all may see
    given -- what `carry_out` needs to know, as JSON: ids and dates as text
    student_id -- whom it is about, if it is one student
    """

    title: str
    given: Mapping[str, Any] = field(default_factory=dict)
    student_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """An ItemDraft with its place in the task."""

    position: int
    title: str
    given: Mapping[str, Any]
    student_id: UUID | None


@dataclass(frozen=True, slots=True)
class TaskException:
    """What staff must know of an item (R9.4): a sentence without names, and the student whom it is about, if any.

    undone -- nothing of the item was done; else it was done, save for what the sentence says.
    """

    position: int
    message: str
    student_id: UUID | None = None
    undone: bool = False


class Kind(ABC, Generic[GivenT]):
    """Without state: one object serves all tasks of the kind, in all workers.

    given_type -- a dataclass of plain values, which is kept as JSON
    batch_size -- items of one transaction at most
    """

    kind: ClassVar[TaskKind]
    given_type: ClassVar[type[Any]]
    batch_size: ClassVar[int] = 1

    @abstractmethod
    async def plan(self, uow: UnitOfWork, task: Task[GivenT], *, now: datetime) -> Sequence[ItemDraft]:
        """The items, 20,000 at most, in a few statements. None: the task is complete at once.

        A Refusal is the end of the task: FAILED, with the refusal's sentence.
        """

    @abstractmethod
    async def carry_out(
        self, uow: UnitOfWork, task: Task[GivenT], items: Sequence[Item], *, now: datetime
    ) -> Sequence[TaskException]:
        """Do these items, one to `batch_size` of them, and say what staff must know; positions are those of `items`."""

    def tell(self, item: Item, refusal: Refusal) -> Sequence[TaskException]:
        """How the refusal of an item, of which nothing was done, is told; at least one, each `undone`."""
        return [TaskException(item.position, str(refusal), item.student_id, undone=True)]
