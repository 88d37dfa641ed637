"""Spans of the statements that SQLAlchemy runs, and the spans that caused stored work (R16.6).

Statements that the driver runs itself get theirs in db/driver.py.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

import tracing
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import TokenRunPhase

_SPAN = "rollbook_span"
_OF_RUN = text("""
SELECT r.trace_parent FROM token_run r WHERE r.organization_id = :organization_id AND r.timeslot_id = :timeslot_id
  AND r.held_on = :held_on AND r.phase = :phase
""")
_OF_EMAIL = text("SELECT e.trace_parent FROM email e WHERE e.organization_id = :organization_id AND e.id = :id")
_OF_TASK = text(
    "SELECT t.trace_parent FROM background_task t WHERE t.organization_id = :organization_id AND t.id = :id"
)


def trace_statements(engine: AsyncEngine) -> None:
    """Give each statement of the engine a span within the current one."""
    event.listen(engine.sync_engine, "before_cursor_execute", _begin)
    event.listen(engine.sync_engine, "after_cursor_execute", _end)
    event.listen(engine.sync_engine, "handle_error", _fail)


def _begin(connection: Any, _: Any, statement: str, *__: Any) -> None:
    span = tracing.statement_span(statement)
    span.__enter__()
    connection.info[_SPAN] = span


def _end(connection: Any, *_: Any) -> None:
    span = connection.info.pop(_SPAN, None)
    if span is not None:
        span.__exit__(None, None, None)


def _fail(fault: Any) -> None:
    span = None if fault.connection is None else fault.connection.info.pop(_SPAN, None)
    if span is not None:
        cause = fault.original_exception
        span.__exit__(type(cause), cause, None)


async def link_run(
    connection: AsyncConnection, organization_id: UUID, occurrence: OccurrenceKey, phase: TokenRunPhase
) -> None:
    """Link the current span to the one that armed the token run."""
    key = {"timeslot_id": occurrence.timeslot_id, "held_on": occurrence.held_on, "phase": phase.value}
    await _link(connection, _OF_RUN, organization_id, **key)


async def link_email(connection: AsyncConnection, organization_id: UUID, email_id: UUID) -> None:
    """Link the current span to the one that queued the e-mail."""
    await _link(connection, _OF_EMAIL, organization_id, id=email_id)


async def link_task(connection: AsyncConnection, organization_id: UUID, task_id: UUID) -> None:
    """Link the current span to the one that started the background task."""
    await _link(connection, _OF_TASK, organization_id, id=task_id)


async def _link(connection: AsyncConnection, statement: TextClause, organization_id: UUID, **key: object) -> None:
    if tracing.is_tracing():
        tracing.link_to(await connection.scalar(statement, {"organization_id": organization_id, **key}))
