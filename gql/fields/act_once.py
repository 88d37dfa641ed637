"""The block that nearly every mutation consists of: decode the input, `act_once(...)`, show the outcome."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeAlias, TypeVar

from sqlalchemy.exc import DBAPIError

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.organization.permissions import Viewer
from attendance.rules.refusals import IdempotencyKeyReused
from db.idempotency import was_key_taken
from db.unit_of_work import UnitOfWork
from gql.fields.context import Info, Reading, changing
from gql.fields.idempotency import mutation_of, once

Outcome = TypeVar("Outcome")

Act: TypeAlias = Callable[[UnitOfWork, Viewer, datetime], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Acted(Generic[Outcome]):
    """The outcome of an act within its transaction, which is still open: whatever is read in it sees what the act
    changed.
    """

    outcome: Outcome
    uow: UnitOfWork
    viewer: Viewer
    now: datetime

    @property
    def reading(self) -> Reading:
        """The transaction as a Reading, for functions that take a snapshot and its viewer."""
        return Reading(self.uow.connection, self.viewer)


@asynccontextmanager
async def act_once(
    info: Info, given: Any, outcome_type: type[Outcome], act: Act[Outcome], *, sheet: OccurrenceKey | None = None
) -> AsyncIterator[Acted[Outcome]]:
    """Open the mutation's transaction, act in it once for each idempotency key, and commit when the block ends.

    given -- the mutation's input, with `idempotency_key`. Its type names the mutation, also when `recordQueued` has it.
    outcome_type -- a dataclass of plain values, which is kept as JSON for retries.
    act -- receives the unit of work, the viewer and the current time; a retry does not call it.
    sheet -- the roll sheet with which the act begins, if it acts on the marks of a single one (see `changing`).

    An exception in the block rolls the act back. Raises NotAuthenticated, Forbidden, BadInput for a key that is empty
    or too long, OccurrenceNotFound, the refusals PermissionDenied and IdempotencyKeyReused, and what the act raises.
    """
    try:
        async with changing(info, given, sheet=sheet) as (uow, viewer):
            # Read after the wait for a connection.
            now = info.context.clock()
            outcome = await once(
                uow,
                lambda: act(uow, viewer, now),
                outcome_type,
                caller=viewer.caller,
                mutation=mutation_of(given),
                given=given,
                now=now,
            )
            yield Acted(outcome, uow, viewer, now)
    except DBAPIError as fault:
        if was_key_taken(fault):
            raise IdempotencyKeyReused from fault
        raise
