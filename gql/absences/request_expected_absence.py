"""requestExpectedAbsence: a guardian tells an absence beforehand (R6.2)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.absences.request_expected_absence import request_expected_absence
from gql.absences.absence_arguments import TellAbsence, checked_absence
from gql.absences.expected_absence_changed import ExpectedAbsenceChanged, change_expected_absence
from gql.absences.expected_absence_refusals import (
    AbsenceRequestsOff,
    EnrollmentsNotOfStudent,
    ExpectedAbsenceNotPossible,
)
from gql.fields.access import signed_in
from gql.fields.context import Info
from gql.fields.vocabulary import Portal


@strawberry.input(description="An absence that a guardian asks for.")
class RequestExpectedAbsenceInput(TellAbsence):
    pass


@strawberry.type(description="The absence was asked for; `expectedAbsence.state` tells whether it is approved already.")
class RequestExpectedAbsenceSuccess(ExpectedAbsenceChanged):
    pass


RequestExpectedAbsenceResult: TypeAlias = Annotated[
    RequestExpectedAbsenceSuccess | AbsenceRequestsOff | ExpectedAbsenceNotPossible | EnrollmentsNotOfStudent,
    strawberry.union("RequestExpectedAbsenceResult", description="The expected absence, or why there is none."),
]


async def resolve(
    info: Info, input: Annotated[RequestExpectedAbsenceInput, strawberry.argument(description="The absence.")]
) -> RequestExpectedAbsenceResult | None:
    student_id, told = checked_absence(input, is_excused=False)
    changed = await change_expected_absence(
        info,
        input,
        lambda uow, viewer, now: request_expected_absence(uow, viewer, student_id, told, now=now),
    )
    return RequestExpectedAbsenceSuccess(**changed)


field = strawberry.mutation(
    resolver=resolve,
    description="Ask for an absence of a student of one's family, where the setting guardiansMayRequestAbsences allows "
    "it. The setting autoApproveAbsences approves it at once, and then autoExcuseAbsences excuses it; else staff "
    "decide. With less than absenceNoticeMinutes left before the start of the first occurrence that it hits it is "
    "late, and never excused by itself. Customer Portal. A student of another family is NOT_FOUND.",
    metadata=signed_in(Portal.CUSTOMER),
)
