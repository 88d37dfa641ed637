"""recordExpectedAbsence: staff tell an absence beforehand (R6.1)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.absences.record_expected_absence import record_expected_absence
from attendance.rules.organization.permissions import RECORD_ATTENDANCE
from gql.absences.absence_arguments import TellAbsence, checked_absence
from gql.absences.expected_absence_changed import ExpectedAbsenceChanged, change_expected_absence
from gql.absences.expected_absence_refusals import EnrollmentsNotOfStudent, ExpectedAbsenceNotPossible
from gql.fields.access import requires
from gql.fields.context import Info
from gql.fields.user_errors import PermissionDenied


@strawberry.input(description="An absence that staff were told of.")
class RecordExpectedAbsenceInput(TellAbsence):
    is_excused: bool = strawberry.field(
        default=False, description="Whether it excuses. In the Staff Portal this needs EXCUSE_ABSENCES."
    )


@strawberry.type(description="The absence is expected: approved at once.")
class RecordExpectedAbsenceSuccess(ExpectedAbsenceChanged):
    pass


RecordExpectedAbsenceResult: TypeAlias = Annotated[
    RecordExpectedAbsenceSuccess | ExpectedAbsenceNotPossible | EnrollmentsNotOfStudent | PermissionDenied,
    strawberry.union("RecordExpectedAbsenceResult", description="The expected absence, or why there is none."),
]


async def resolve(
    info: Info, input: Annotated[RecordExpectedAbsenceInput, strawberry.argument(description="The absence.")]
) -> RecordExpectedAbsenceResult | None:
    student_id, told = checked_absence(input, is_excused=input.is_excused)
    changed = await change_expected_absence(
        info,
        input,
        lambda uow, viewer, now: record_expected_absence(uow, viewer, student_id, told, now=now),
    )
    return RecordExpectedAbsenceSuccess(**changed)


field = strawberry.mutation(
    resolver=resolve,
    description="Tell an absence beforehand, by dates, all day or in a window, or for some enrollments alone. It is "
    "approved at once: roll sheets show EXPECTED_ABSENT, the place is free for makeups that day, and an excused one "
    "turns the absence that the first check-in sets by default into EXCUSED_ABSENCE. It is no mark and earns no makeup "
    "token. Open roll sheets hear of it at once. Office and Staff Portal, attendance FULL; without SEE_ALL only for "
    "`enrollmentIds` in what one teaches. A student whom the caller may not see is NOT_FOUND.",
    metadata=requires(RECORD_ATTENDANCE),
)
