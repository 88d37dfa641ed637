"""The deferred runs of occurrences (R7.3): rows that say what is still to be done, and from when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import TextClause, delete, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.tokens.token_runs import RunsToArm
from attendance.rules.vocabulary import TokenRunPhase, TokenRunState
from db.driver import HotStatement
from db.models.makeup_tokens import TokenRun
from db.unit_of_work import UnitOfWork
from db.wake_ups import TokenRunArmed


@dataclass(frozen=True, slots=True)
class DueTokenRun:
    """A run of any tenant that is due."""

    organization_id: UUID
    occurrence: OccurrenceKey
    phase: TokenRunPhase


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run from its row. `issued` and `revoked` count what its last execution did."""

    phase: TokenRunPhase
    due_at: datetime
    state: TokenRunState
    done_at: datetime | None
    issued: int
    revoked: int


_RUN = """
SELECT r.phase, r.due_at, r.state, r.done_at, r.issued, r.revoked
FROM token_run r
WHERE r.organization_id = :organization_id AND r.timeslot_id = :timeslot_id AND r.held_on = :held_on
  AND r.phase = :phase
"""
_FIND = text(_RUN)
_LOCK = text(_RUN + "FOR UPDATE")
_RUNS_OF = text("""
SELECT r.timeslot_id, r.held_on, r.phase, r.due_at, r.state, r.done_at, r.issued, r.revoked
FROM unnest(CAST(:timeslot_ids AS uuid[]), CAST(:dates AS date[])) AS wanted (timeslot_id, held_on)
JOIN token_run r ON r.organization_id = :organization_id AND r.timeslot_id = wanted.timeslot_id
    AND r.held_on = wanted.held_on
ORDER BY r.due_at, r.phase
""")
ARM = """
INSERT INTO token_run AS r (organization_id, timeslot_id, held_on, phase, due_at, state, by_check_in, armed_at)
SELECT :organization_id, :timeslot_id, :held_on, wanted.phase, wanted.due_at, 'ARMED', :for_check_ins, :armed_at
FROM json_to_recordset(CAST(:runs AS json)) AS wanted (phase text, due_at timestamptz)
ON CONFLICT (organization_id, timeslot_id, held_on, phase) DO UPDATE
SET due_at = excluded.due_at, state = excluded.state, by_check_in = excluded.by_check_in, armed_at = excluded.armed_at,
    done_at = NULL, trace_parent = excluded.trace_parent
WHERE r.state = 'DONE' OR (r.by_check_in AND NOT excluded.by_check_in)
RETURNING r.phase
"""
"""A statement that arms runs, with the parameters of `armed_by`. It returns the phases of those for which to wake
workers.
"""

_ARM = HotStatement(ARM)
_DUE = text("SELECT organization_id, timeslot_id, held_on, phase FROM due_token_runs(:now, :at_most)")


async def arm(uow: UnitOfWork, occurrence: OccurrenceKey, wanted: RunsToArm, now: datetime) -> None:
    """Arm the runs, and wake workers for them after the commit. A run that is armed stays armed, and a run that is done
    is armed again. A run for which anything but check-ins and their defaults waits is not disarmed with them, whatever
    armed it first.

    The caller has locked the occurrence.
    """
    given = {
        "organization_id": uow.organization_id,
        "timeslot_id": occurrence.timeslot_id,
        "held_on": occurrence.held_on,
        **armed_by(wanted, now),
    }
    announce_runs(uow, occurrence, wanted, [row.phase for row in await _ARM.rows(uow.connection, given)])


def armed_by(wanted: RunsToArm, now: datetime) -> dict[str, object]:
    """Return the parameters of `ARM` other than the occurrence."""
    # As JSON, like the rows of a change (see `NUMBERED`).
    runs = [{"phase": run.phase, "due_at": run.due_at} for run in wanted.runs]
    return {
        "runs": orjson.dumps(runs).decode(),
        "for_check_ins": wanted.by_check_in,
        "armed_at": now,
    }


def announce_runs(uow: UnitOfWork, occurrence: OccurrenceKey, wanted: RunsToArm, phases: Collection[str]) -> None:
    """Wake workers after the commit for the runs of these phases, which `ARM` has returned. If a wake-up is lost, the
    sweep finds the rows.
    """
    uow.wake_ups += [
        TokenRunArmed(uow.organization_id, occurrence.timeslot_id, occurrence.held_on, run.phase, run.due_at)
        for run in wanted.runs
        if run.phase in phases
    ]


async def disarm(uow: UnitOfWork, occurrence: OccurrenceKey) -> None:
    """Forget the armed runs for which only check-ins and their defaults wait. The caller has locked the occurrence."""
    await uow.connection.execute(
        delete(TokenRun).where(
            TokenRun.organization_id == uow.organization_id,
            TokenRun.timeslot_id == occurrence.timeslot_id,
            TokenRun.held_on == occurrence.held_on,
            TokenRun.state == TokenRunState.ARMED,
            TokenRun.by_check_in,
        )
    )


async def find_run(uow: UnitOfWork, occurrence: OccurrenceKey, phase: TokenRunPhase) -> StoredRun | None:
    return await _one(uow, _FIND, occurrence, phase)


async def lock_run(uow: UnitOfWork, occurrence: OccurrenceKey, phase: TokenRunPhase) -> StoredRun | None:
    """Like `find_run`, but locks the run until the end of the transaction. The caller has locked the occurrence."""
    return await _one(uow, _LOCK, occurrence, phase)


async def _one(
    uow: UnitOfWork, statement: TextClause, occurrence: OccurrenceKey, phase: TokenRunPhase
) -> StoredRun | None:
    given = {
        "organization_id": uow.organization_id,
        "timeslot_id": occurrence.timeslot_id,
        "held_on": occurrence.held_on,
        "phase": phase.value,
    }
    row = (await uow.connection.execute(statement, given)).one_or_none()
    return None if row is None else _stored(row)


async def finish_run(
    uow: UnitOfWork, occurrence: OccurrenceKey, phase: TokenRunPhase, *, issued: int, revoked: int, now: datetime
) -> None:
    await uow.connection.execute(
        update(TokenRun)
        .where(
            TokenRun.organization_id == uow.organization_id,
            TokenRun.timeslot_id == occurrence.timeslot_id,
            TokenRun.held_on == occurrence.held_on,
            TokenRun.phase == phase,
        )
        .values(state=TokenRunState.DONE, done_at=now, issued=issued, revoked=revoked)
    )


async def runs_of(
    connection: AsyncConnection, organization_id: UUID, occurrences: Collection[OccurrenceKey]
) -> dict[OccurrenceKey, list[StoredRun]]:
    """Return the runs in the order in which they are due. Each occurrence has an entry."""
    given = {
        "organization_id": organization_id,
        "timeslot_ids": [key.timeslot_id for key in occurrences],
        "dates": [key.held_on for key in occurrences],
    }
    runs: dict[OccurrenceKey, list[StoredRun]] = {occurrence: [] for occurrence in occurrences}
    for row in await connection.execute(_RUNS_OF, given):
        runs[OccurrenceKey(row.timeslot_id, row.held_on)].append(_stored(row))
    return runs


async def due_runs(connection: AsyncConnection, now: datetime, *, at_most: int) -> list[DueTokenRun]:
    """Return the armed runs of all tenants that are due at `now`, the longest due first.

    It needs no tenant: the function `due_token_runs` passes row-level security, and returns only keys.
    """
    return [
        DueTokenRun(organization_id, OccurrenceKey(timeslot_id, held_on), TokenRunPhase(phase))
        for organization_id, timeslot_id, held_on, phase in await connection.execute(
            _DUE, {"now": now, "at_most": at_most}
        )
    ]


def _stored(row: Any) -> StoredRun:
    return StoredRun(
        TokenRunPhase(row.phase), row.due_at, TokenRunState(row.state), row.done_at, row.issued, row.revoked
    )
