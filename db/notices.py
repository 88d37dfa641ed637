"""Notices in the outbox (R9.8) that wait for a while, and are taken back when their ground is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, update
from sqlalchemy.dialects.postgresql import insert

from attendance.rules.vocabulary import EmailState
from db import models
from db.ids import new_id
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Notice:
    """What is to be told, to whom and why; `facts` are what the template needs, as JSON."""

    reason: str
    recipient: str
    template: str
    facts: dict[str, Any]
    due_at: datetime
    family_id: UUID


async def queue_notices(uow: UnitOfWork, notices: Sequence[Notice], *, now: datetime) -> None:
    """In the transaction of what they tell of. One that waits already gets the new facts and keeps its time, one that
    was taken back waits anew; what was sent, or is at its end otherwise, is not sent again.
    """
    if not notices:
        return
    table = models.Email
    statement = insert(table)
    new = statement.excluded
    waits = table.state == EmailState.QUEUED
    await uow.connection.execute(
        statement.on_conflict_do_update(
            index_elements=[table.organization_id, table.reason],
            set_={
                "state": EmailState.QUEUED,
                "recipient": new.recipient,
                "facts": new.facts,
                "due_at": case((waits, func.least(table.due_at, new.due_at)), else_=new.due_at),
            },
            # Not IN, whose list SQLAlchemy cannot expand for many rows at once.
            where=waits | (table.state == EmailState.WITHDRAWN),
        ),
        # In one order, so that two transactions with the same reasons wait for each other and do not lock up.
        [_row(uow, notice, now) for notice in sorted(notices, key=lambda each: each.reason)],
    )


async def withdraw_notices(uow: UnitOfWork, reasons: Collection[str]) -> None:
    """Those for these reasons that were not sent yet, if there are any."""
    if not reasons:
        return
    table = models.Email
    await uow.connection.execute(
        update(table)
        .where(
            table.organization_id == uow.organization_id,
            table.reason.in_(sorted(reasons)),
            table.state == EmailState.QUEUED,
        )
        .values(state=EmailState.WITHDRAWN)
    )


def _row(uow: UnitOfWork, notice: Notice, now: datetime) -> dict[str, Any]:
    return {
        "organization_id": uow.organization_id,
        "id": new_id(),
        "reason": notice.reason,
        "recipient": notice.recipient,
        "template": notice.template,
        "facts": notice.facts,
        "state": EmailState.QUEUED,
        "due_at": notice.due_at,
        "family_id": notice.family_id,
        "created_at": now,
    }
