"""What every mutation on expected absences answers with."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeAlias

import strawberry

from attendance.actions.absences.tell_absence import AbsenceWritten
from attendance.rules.organization.permissions import Viewer
from attendance.rules.refusals import ExpectedAbsenceNotFound
from db.unit_of_work import UnitOfWork
from gql.absences.expected_absence import ExpectedAbsence, find_expected_absences
from gql.fields.context import Info, Reading, changing
from gql.fields.idempotency import once

Act: TypeAlias = Callable[[UnitOfWork, Viewer, datetime], Awaitable[AbsenceWritten]]


@strawberry.interface(description="An expected absence was told or settled.")
class ExpectedAbsenceChanged:
    expected_absence: ExpectedAbsence = strawberry.field(description="As it is now.")


async def change_expected_absence(info: Info, given: Any, mutation: str, act: Act) -> dict[str, Any]:
    """Act once for the idempotency key, and show the absence in the same transaction.

    given -- the mutation's input.
    """
    now = info.context.clock()
    async with changing(info) as (uow, viewer):
        done = await once(
            uow,
            lambda: act(uow, viewer, now),
            AbsenceWritten,
            caller=viewer.caller,
            mutation=mutation,
            given=given,
            now=now,
        )
        shown = await find_expected_absences(Reading(uow.connection, viewer), [done.expected_absence_id])
        if done.expected_absence_id not in shown:
            # A request sent again by somebody who has lost sight of the student since.
            raise ExpectedAbsenceNotFound
        return {"expected_absence": shown[done.expected_absence_id]}
