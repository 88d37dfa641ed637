"""The mutation `requestExpectedAbsence`: a guardian requests an absence beforehand (R6.2)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.absences.request_expected_absence import request_expected_absence
from gql.absences.absence_arguments import TellAbsence, checked_absence
from gql.absences.expected_absence_changed import ExpectedAbsenceChanged, change_expected_absence
from gql.absences.expected_absence_refusals import (
    AbsenceAlreadyReported,
    AbsenceRequestsOff,
    EnrollmentsNotOfStudent,
    ExpectedAbsenceNotPossible,
)
from gql.fields.access import signed_in
from gql.fields.context import Info
from gql.fields.vocabulary import Portal


@strawberry.input(description="The absence to request.")
class RequestExpectedAbsenceInput(TellAbsence):
    pass


@strawberry.type(description="The absence was requested. `expectedAbsence.state` says whether it is already approved.")
class RequestExpectedAbsenceSuccess(ExpectedAbsenceChanged):
    pass


RequestExpectedAbsenceResult: TypeAlias = Annotated[
    RequestExpectedAbsenceSuccess
    | AbsenceRequestsOff
    | AbsenceAlreadyReported
    | ExpectedAbsenceNotPossible
    | EnrollmentsNotOfStudent,
    strawberry.union(
        "RequestExpectedAbsenceResult", description="The expected absence, or the reason why it was not requested."
    ),
]


async def resolve(
    info: Info,
    input: Annotated[RequestExpectedAbsenceInput, strawberry.argument(description="The student and the absence.")],
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
    description="Requests an absence for a student of the guardian's own family, when the setting "
    "guardiansMayRequestAbsences allows it. When the setting autoApproveAbsences is on, it is approved at once, and "
    "the setting autoExcuseAbsences decides whether it is excused; otherwise staff decide. A request is late when "
    "less than absenceNoticeMinutes are left before the start of an occurrence that it covers; whole days of notice "
    "are days of the calendar. A late request is never excused automatically. For guardians, in the Customer Portal. "
    "A student of another family is answered with NOT_FOUND.",
    metadata=signed_in(Portal.CUSTOMER),
)
