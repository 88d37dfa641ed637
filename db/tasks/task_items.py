"""The items of a background task and its progress, which only the holder of its lease changes (R9.4, R9.5, R9.7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Interval, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from attendance.rules.vocabulary import TaskItemState, TaskState
from db.tasks.background_tasks import lock_task
from db.tasks.withheld_emails import withhold_emails
from db.unit_of_work import UnitOfWork
from db.wake_ups import TaskChanged

_ADD = text(
    """
    WITH added AS (
        INSERT INTO background_task_item
            (organization_id, background_task_id, position, title, student_id, input, state)
        SELECT :organization_id, :task_id, i.position, i.title, i.student_id, i.input, 'WAITING'
        FROM jsonb_to_recordset(CAST(:items AS jsonb))
            AS i (position integer, title text, student_id uuid, input jsonb)
    )
    UPDATE background_task SET total = :total, revision = revision + 1
    WHERE organization_id = :organization_id AND id = :task_id
    """
).bindparams(bindparam("items", type_=Text))
_NEXT = text(
    """
    SELECT position, title, student_id, input, attempts
    FROM background_task_item
    WHERE organization_id = :organization_id AND background_task_id = :task_id AND state = 'WAITING'
      AND CASE WHEN :only = 0 THEN retry_at IS NULL OR retry_at <= clock_timestamp() ELSE position = :only END
    ORDER BY position
    LIMIT :at_most
    """
)
_SETTLE = text(
    """
    WITH settled AS (
        UPDATE background_task_item i
        SET state = s.state, done_at = :now, retry_at = NULL
        FROM jsonb_to_recordset(CAST(:items AS jsonb)) AS s (position integer, state text)
        WHERE i.organization_id = :organization_id AND i.background_task_id = :task_id
          AND i.position = s.position AND i.state = 'WAITING'
        RETURNING i.position
    ), told AS (
        INSERT INTO background_task_exception
            (organization_id, background_task_id, position, number, student_id, message)
        SELECT :organization_id, :task_id, e.position, e.number, e.student_id, e.message
        FROM jsonb_to_recordset(CAST(:exceptions AS jsonb))
            AS e (position integer, number integer, student_id uuid, message text)
        RETURNING 1
    ), renewed AS (
        UPDATE background_task_lease SET lease_until = clock_timestamp() + :lease
        WHERE organization_id = :organization_id AND background_task_id = :task_id
    )
    UPDATE background_task
    SET done = done + (SELECT count(*) FROM settled),
        exceptions = exceptions + (SELECT count(*) FROM told),
        revision = revision + 1
    WHERE organization_id = :organization_id AND id = :task_id
    RETURNING done = total
    """
).bindparams(bindparam("items", type_=Text), bindparam("exceptions", type_=Text), bindparam("lease", type_=Interval))
_LATER = text(
    """
    UPDATE background_task_item SET attempts = attempts + 1, retry_at = clock_timestamp() + :wait
    WHERE organization_id = :organization_id AND background_task_id = :task_id AND position = :position
    """
).bindparams(bindparam("wait", type_=Interval))
_NEXT_RETRY = text(
    """
    SELECT min(retry_at) FROM background_task_item
    WHERE organization_id = :organization_id AND background_task_id = :task_id AND state = 'WAITING'
    """
)
_FAILED = text(
    """
    SELECT count(*) FROM background_task_item
    WHERE organization_id = :organization_id AND background_task_id = :task_id AND state = 'FAILED'
    """
)
_PLAN_LATER = text(
    """
    WITH later AS (
        UPDATE background_task_lease SET leased_by = NULL, lease_until = clock_timestamp() + :wait
        WHERE organization_id = :organization_id AND background_task_id = :task_id
    )
    UPDATE background_task SET attempts = attempts + 1
    WHERE organization_id = :organization_id AND id = :task_id
    """
).bindparams(bindparam("wait", type_=Interval))
_END = text(
    """
    WITH ended AS (
        UPDATE background_task
        SET state = :state, ended_at = :now, error = :error, revision = revision + 1
        WHERE organization_id = :organization_id AND id = :task_id AND state = ANY (:from_states)
        RETURNING id
    ), released AS (
        DELETE FROM background_task_lease
        WHERE organization_id = :organization_id AND background_task_id IN (SELECT id FROM ended)
    )
    SELECT count(*) FROM ended
    """
).bindparams(bindparam("from_states", type_=ARRAY(Text)))
_SKIP = text(
    """
    UPDATE background_task_item SET state = 'SKIPPED', retry_at = NULL
    WHERE organization_id = :organization_id AND background_task_id = :task_id AND state = 'WAITING'
    """
)


@dataclass(frozen=True, slots=True)
class WaitingItem:
    """An item. `attempts` is the number of earlier attempts that failed because of a fault."""

    position: int
    title: str
    student_id: UUID | None
    input: Mapping[str, Any]
    attempts: int


@dataclass(frozen=True, slots=True)
class ToldException:
    position: int
    student_id: UUID | None
    message: str


async def add_items(uow: UnitOfWork, task_id: UUID, items: Sequence[Mapping[str, Any]]) -> None:
    """Add the items, with title, student_id and input, in the order in which they are to be done. This executes one
    statement.
    """
    rows = [{"position": position, **item} for position, item in enumerate(items, start=1)]
    await _change(uow, task_id, _ADD, items=_json(rows), total=len(rows))


async def next_items(uow: UnitOfWork, task_id: UUID, *, at_most: int, only: int | None) -> list[WaitingItem]:
    """Return the items that are due, or only the one at the position `only` if it waits."""
    given = _of(uow, task_id) | {"at_most": at_most, "only": only or 0}
    return [WaitingItem(*row) for row in await uow.connection.execute(_NEXT, given)]


async def settle(
    uow: UnitOfWork,
    task_id: UUID,
    states: Mapping[int, TaskItemState],
    exceptions: Sequence[ToldException],
    *,
    lease: timedelta,
    now: datetime,
) -> bool:
    """Record what became of items, extend the lease, and return whether these were the last items. This executes one
    statement.
    """
    numbers: dict[int, int] = {}
    told = []
    for each in exceptions:
        numbers[each.position] = numbers.get(each.position, 0) + 1
        told.append(
            {
                "position": each.position,
                "number": numbers[each.position],
                "student_id": each.student_id,
                "message": each.message,
            }
        )
    settled = [{"position": position, "state": state.value} for position, state in states.items()]
    given = _of(uow, task_id) | {"items": _json(settled), "exceptions": _json(told), "lease": lease, "now": now}
    are_the_last: bool = (await uow.connection.execute(_SETTLE, given)).scalar_one()
    uow.wake_ups.append(TaskChanged(uow.organization_id, task_id))
    return are_the_last


async def try_later(uow: UnitOfWork, task_id: UUID, position: int, wait: timedelta) -> None:
    """Record that an item failed because of a fault and waits for another attempt."""
    await uow.connection.execute(_LATER, _of(uow, task_id) | {"position": position, "wait": wait})


async def plan_later(uow: UnitOfWork, task_id: UUID, wait: timedelta) -> None:
    """Record that the items could not be determined. Any worker may try again after a while."""
    await uow.connection.execute(_PLAN_LATER, _of(uow, task_id) | {"wait": wait})


async def next_retry_at(uow: UnitOfWork, task_id: UUID) -> datetime | None:
    """Return when the next item is due, by the database's clock. None means that no item waits for another attempt."""
    found: datetime | None = (await uow.connection.execute(_NEXT_RETRY, _of(uow, task_id))).scalar_one()
    return found


async def count_failed(uow: UnitOfWork, task_id: UUID) -> int:
    return int((await uow.connection.execute(_FAILED, _of(uow, task_id))).scalar_one())


async def end_task(uow: UnitOfWork, task_id: UUID, state: TaskState, *, error: str | None, now: datetime) -> bool:
    """End the task as COMPLETED or FAILED. False means that somebody has asked to cancel it, so it must end
    differently.
    """
    return await _end(uow, task_id, state, [TaskState.RUNNING], error=error, now=now)


async def end_cancelled(uow: UnitOfWork, task_id: UUID, *, now: datetime) -> bool:
    """Skip the items that were not done, keep the e-mails back if that was asked for, and end the task (R9.5).

    The caller has the task to itself.
    """
    # Whoever asks for the e-mails to be kept back is either seen here, or finds the task ended.
    await lock_task(uow, task_id)
    await uow.connection.execute(_SKIP, _of(uow, task_id))
    await withhold_emails(uow, task_id)
    stoppable = [TaskState.QUEUED, TaskState.RUNNING, TaskState.CANCELLING]
    return await _end(uow, task_id, TaskState.CANCELLED, stoppable, error=None, now=now)


async def _end(
    uow: UnitOfWork, task_id: UUID, state: TaskState, from_states: list[TaskState], *, error: str | None, now: datetime
) -> bool:
    given = _of(uow, task_id) | {
        "state": state.value,
        "from_states": [each.value for each in from_states],
        "error": error,
        "now": now,
    }
    ended = bool((await uow.connection.execute(_END, given)).scalar_one())
    uow.wake_ups.append(TaskChanged(uow.organization_id, task_id))
    return ended


async def _change(uow: UnitOfWork, task_id: UUID, statement: Any, **values: Any) -> None:
    await uow.connection.execute(statement, _of(uow, task_id) | values)
    uow.wake_ups.append(TaskChanged(uow.organization_id, task_id))


def _of(uow: UnitOfWork, task_id: UUID) -> dict[str, Any]:
    return {"organization_id": uow.organization_id, "task_id": task_id}


def _json(rows: Sequence[Any]) -> str:
    # orjson can encode uuid.UUID, but not asyncpg's own class.
    return orjson.dumps(rows, default=str).decode()
