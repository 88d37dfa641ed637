"""Advance a background task by one transaction: determine its items, carry out some of them, or end it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from attendance.rules.refusals import Refusal
from attendance.rules.tasks.background_tasks import FAULT, failure_of_items, failure_of_plan, wait_before_retry
from attendance.rules.vocabulary import TaskItemState, TaskState
from attendance.tasks.given import from_json
from attendance.tasks.kind import Item, Kind, Task, TaskException
from attendance.tasks.kinds import Kinds
from db.tasks import task_items
from db.tasks.task_items import ToldException, WaitingItem
from db.tasks.task_leases import LEASE, Lease, LeasedTask, lock_leased_task, release
from db.unit_of_work import UnitOfWork


class Advance(Enum):
    GOES_ON = "there is more to do at once"
    WAITS = "what is left waits for another attempt; the lease is released"
    ENDED = "it has ended, or belongs to another worker"


@dataclass
class Attempt:
    """What a transaction was working on, in case it fails.

    items -- the items at work; empty when it was not working on items
    only -- the only position to work on, or None
    """

    only: int | None = None
    items: list[WaitingItem] = field(default_factory=list)
    is_planning: bool = False


async def advance(uow: UnitOfWork, lease: Lease, attempt: Attempt, kinds: Kinds, *, now: datetime) -> Advance:
    """Do the next step of a task under its lease. When it raises anything, the step is rolled back.

    When it is called again after a crash, it continues where the last transaction was committed (R9.7).
    """
    held = await lock_leased_task(uow, lease)
    if held is None:
        return Advance.ENDED
    if held.state is TaskState.CANCELLING:
        await task_items.end_cancelled(uow, lease.task_id, now=now)
        return Advance.ENDED
    uow.background_task_id = lease.task_id
    kind = kinds[held.kind]
    if held.total is None:
        attempt.is_planning = True
        return await _plan(uow, kind, held, now)
    batch = 1 if attempt.only else kind.batch_size
    attempt.items = await task_items.next_items(uow, held.id, at_most=batch, only=attempt.only)
    if attempt.items:
        return await _carry_out(uow, kind, held, attempt.items, now)
    return Advance.GOES_ON if attempt.only else await _wait_or_end(uow, lease, held, now)


async def record_failure(
    uow: UnitOfWork, lease: Lease, attempt: Attempt, fault: Exception, kinds: Kinds, *, now: datetime
) -> Advance:
    """Record that an attempt at one item, or at determining the items, has failed.

    A Refusal is final: the item becomes an exception, or the task fails. Anything else is retried later, and given up
    after several attempts. The task's other items continue.
    """
    held = await lock_leased_task(uow, lease)
    if held is None or held.state is TaskState.CANCELLING:
        return Advance.ENDED if held is None else Advance.GOES_ON
    if attempt.is_planning:
        return await _note_plan(uow, held, fault, now)
    (item,) = attempt.items
    if isinstance(fault, Refusal):
        told = kinds[held.kind].tell(_item(item), fault)
        return await _settle(uow, held, [item], told, now)
    wait = wait_before_retry(item.attempts + 1)
    if wait is None:
        failed = [ToldException(item.position, item.student_id, FAULT)]
        return await _note(uow, held, {item.position: TaskItemState.FAILED}, failed, now)
    await task_items.try_later(uow, held.id, item.position, wait)
    return Advance.GOES_ON


async def _plan(uow: UnitOfWork, kind: Kind[Any], held: LeasedTask, now: datetime) -> Advance:
    drafts = await kind.plan(uow, _task(kind, held), now=now)
    rows = [{"title": draft.title, "student_id": draft.student_id, "input": dict(draft.given)} for draft in drafts]
    await task_items.add_items(uow, held.id, rows)
    return Advance.GOES_ON if rows else await _end(uow, held, now)


async def _wait_or_end(uow: UnitOfWork, lease: Lease, held: LeasedTask, now: datetime) -> Advance:
    """Handle that no item is due now."""
    retry_at = await task_items.next_retry_at(uow, held.id)
    if retry_at is None:
        return await _end(uow, held, now)
    await release(uow, lease, until=retry_at)
    return Advance.WAITS


async def _note_plan(uow: UnitOfWork, held: LeasedTask, fault: Exception, now: datetime) -> Advance:
    if isinstance(fault, Refusal):
        error: str | None = str(fault)
    else:
        wait = wait_before_retry(held.attempts + 1)
        if wait is not None:
            await task_items.plan_later(uow, held.id, wait)
            return Advance.WAITS
        error = failure_of_plan()
    await task_items.end_task(uow, held.id, TaskState.FAILED, error=error, now=now)
    return Advance.ENDED


async def _carry_out(
    uow: UnitOfWork, kind: Kind[Any], held: LeasedTask, items: Sequence[WaitingItem], now: datetime
) -> Advance:
    told = await kind.carry_out(uow, _task(kind, held), [_item(item) for item in items], now=now)
    return await _settle(uow, held, items, told, now)


async def _settle(
    uow: UnitOfWork, held: LeasedTask, items: Sequence[WaitingItem], told: Sequence[TaskException], now: datetime
) -> Advance:
    states = {item.position: TaskItemState.DONE for item in items}
    for each in told:
        if each.position not in states:
            raise ValueError(f"a {held.kind} told of item {each.position}, which is not among {sorted(states)}")
        if each.undone:
            states[each.position] = TaskItemState.EXCEPTION
    exceptions = [ToldException(each.position, each.student_id, each.message) for each in told]
    return await _note(uow, held, states, exceptions, now)


async def _note(
    uow: UnitOfWork,
    held: LeasedTask,
    states: dict[int, TaskItemState],
    exceptions: Sequence[ToldException],
    now: datetime,
) -> Advance:
    are_the_last = await task_items.settle(uow, held.id, states, exceptions, lease=LEASE, now=now)
    return await _end(uow, held, now) if are_the_last else Advance.GOES_ON


async def _end(uow: UnitOfWork, held: LeasedTask, now: datetime) -> Advance:
    """Unless the task is to be cancelled, which the next step will do."""
    failed = await task_items.count_failed(uow, held.id)
    state, error = (TaskState.FAILED, failure_of_items(failed)) if failed else (TaskState.COMPLETED, None)
    ended = await task_items.end_task(uow, held.id, state, error=error, now=now)
    return Advance.ENDED if ended else Advance.GOES_ON


def _task(kind: Kind[Any], held: LeasedTask) -> Task[Any]:
    return Task(held.id, held.author, held.created_at, from_json(kind.given_type, held.input))


def _item(item: WaitingItem) -> Item:
    return Item(item.position, item.title, item.input, item.student_id)
