"""The deferred token runs of occurrences (R7.3): rows that say what is still to be done, and from when."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, Uuid, column, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.tokens.token_runs import DueRun
from attendance.rules.vocabulary import TokenRunPhase, TokenRunState
from db.models.makeup_tokens import TokenRun


@dataclass(frozen=True, slots=True)
class DueTokenRun:
    """A run of any tenant whose time has come."""

    organization_id: UUID
    occurrence: OccurrenceKey
    phase: TokenRunPhase


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run as its row has it; `issued` and `revoked` count what its last execution did."""

    phase: TokenRunPhase
    due_at: datetime
    state: TokenRunState
    done_at: datetime | None
    issued: int
    revoked: int


_COLUMNS = (
    TokenRun.phase,
    TokenRun.due_at,
    TokenRun.state,
    TokenRun.done_at,
    TokenRun.issued,
    TokenRun.revoked,
)


def _of(occurrence: OccurrenceKey) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return TokenRun.timeslot_id == occurrence.timeslot_id, TokenRun.held_on == occurrence.held_on


async def arm(
    connection: AsyncConnection,
    organization_id: UUID,
    occurrence: OccurrenceKey,
    runs: Sequence[DueRun],
    now: datetime,
) -> list[DueRun]:
    """Arm the runs; one that is armed already stays as it is, one that is done is armed again. The answer
    holds what was not armed before. The caller holds the occurrence's lock.
    """
    statement = insert(TokenRun).values(
        [
            {
                "organization_id": organization_id,
                "timeslot_id": occurrence.timeslot_id,
                "held_on": occurrence.held_on,
                "phase": run.phase,
                "due_at": run.due_at,
                "state": TokenRunState.ARMED,
                "armed_at": now,
            }
            for run in runs
        ]
    )
    new = statement.excluded
    armed = await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["organization_id", "timeslot_id", "held_on", "phase"],
            set_={"due_at": new.due_at, "state": new.state, "armed_at": new.armed_at, "done_at": None},
            where=TokenRun.state == TokenRunState.DONE,
        ).returning(TokenRun.phase, TokenRun.due_at)
    )
    return [DueRun(row.phase, row.due_at) for row in armed]


async def find_run(connection: AsyncConnection, occurrence: OccurrenceKey, phase: TokenRunPhase) -> StoredRun | None:
    found = await connection.execute(_run(occurrence, phase))
    row = found.one_or_none()
    return None if row is None else StoredRun(*row)


async def lock_run(connection: AsyncConnection, occurrence: OccurrenceKey, phase: TokenRunPhase) -> StoredRun | None:
    """As `find_run`, locked until the end of the transaction. The caller holds the occurrence's lock."""
    found = await connection.execute(_run(occurrence, phase).with_for_update())
    row = found.one_or_none()
    return None if row is None else StoredRun(*row)


def _run(occurrence: OccurrenceKey, phase: TokenRunPhase) -> Select[*tuple[Any, ...]]:
    return select(*_COLUMNS).where(*_of(occurrence), TokenRun.phase == phase)


async def finish_run(
    connection: AsyncConnection,
    occurrence: OccurrenceKey,
    phase: TokenRunPhase,
    *,
    issued: int,
    revoked: int,
    now: datetime,
) -> None:
    await connection.execute(
        update(TokenRun)
        .where(*_of(occurrence), TokenRun.phase == phase)
        .values(state=TokenRunState.DONE, done_at=now, issued=issued, revoked=revoked)
    )


async def runs_of(
    connection: AsyncConnection, occurrences: Collection[OccurrenceKey]
) -> dict[OccurrenceKey, list[StoredRun]]:
    """In the order in which they are due; an entry for each occurrence."""
    wanted = (
        func.unnest(
            literal([key.timeslot_id for key in occurrences], ARRAY(Uuid)),
            literal([key.held_on for key in occurrences], ARRAY(Date)),
        )
        .table_valued("timeslot_id", "held_on")
        .render_derived("wanted")
    )
    found = await connection.execute(
        select(TokenRun.timeslot_id, TokenRun.held_on, *_COLUMNS)
        .join(wanted, (TokenRun.timeslot_id == wanted.c.timeslot_id) & (TokenRun.held_on == wanted.c.held_on))
        .order_by(TokenRun.due_at, TokenRun.phase)
    )
    runs: dict[OccurrenceKey, list[StoredRun]] = {occurrence: [] for occurrence in occurrences}
    for row in found:
        runs[OccurrenceKey(row.timeslot_id, row.held_on)].append(StoredRun(*row[2:]))
    return runs


async def due_runs(connection: AsyncConnection, now: datetime, *, at_most: int) -> list[DueTokenRun]:
    """Armed runs of all tenants that are due at `now`, the longest due first. Needs no tenant set: the
    function `due_token_runs` is the one door through row-level security, and it gives keys alone.
    """
    due = func.due_token_runs(now, at_most).table_valued(
        column("organization_id", Uuid), column("timeslot_id", Uuid), column("held_on", Date), "phase"
    )
    found = await connection.execute(select(*due.c))
    return [
        DueTokenRun(organization_id, OccurrenceKey(timeslot_id, held_on), TokenRunPhase(phase))
        for organization_id, timeslot_id, held_on, phase in found
    ]
