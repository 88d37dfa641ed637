"""The interface of the successful results of every mutation on expected absences."""

from typing import Any

import strawberry

from attendance.actions.absences.tell_absence import AbsenceWritten
from attendance.rules.absences.expected_absence_refusals import ExpectedAbsenceNotFound
from gql.absences.expected_absence import ExpectedAbsence, find_expected_absences
from gql.fields.act_once import Act, act_once
from gql.fields.context import Info


@strawberry.interface(description="The expected absence was recorded or changed.")
class ExpectedAbsenceChanged:
    expected_absence: ExpectedAbsence = strawberry.field(description="The expected absence after the change.")


async def change_expected_absence(info: Info, given: Any, act: Act[AbsenceWritten]) -> dict[str, Any]:
    """Act once for each idempotency key, and show the absence in the same transaction.

    given -- the mutation's input.
    """
    async with act_once(info, given, AbsenceWritten, act) as done:
        shown = await find_expected_absences(done.reading, [done.outcome.expected_absence_id])
        if done.outcome.expected_absence_id not in shown:
            # The request is a retry by somebody who may no longer see the student.
            raise ExpectedAbsenceNotFound
        return {"expected_absence": shown[done.outcome.expected_absence_id]}
