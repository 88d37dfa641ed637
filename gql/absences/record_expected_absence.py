"""The mutation `recordExpectedAbsence`: staff record an absence beforehand (R6.1)."""

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


@strawberry.input(description="The absence to record.")
class RecordExpectedAbsenceInput(TellAbsence):
    is_excused: bool = strawberry.field(
        default=False, description="Whether the absence is excused. In the Staff Portal, true needs EXCUSE_ABSENCES."
    )


@strawberry.type(description="The absence is recorded and approved.")
class RecordExpectedAbsenceSuccess(ExpectedAbsenceChanged):
    pass


RecordExpectedAbsenceResult: TypeAlias = Annotated[
    RecordExpectedAbsenceSuccess | ExpectedAbsenceNotPossible | EnrollmentsNotOfStudent | PermissionDenied,
    strawberry.union(
        "RecordExpectedAbsenceResult", description="The expected absence, or the reason why none was recorded."
    ),
]


async def resolve(
    info: Info,
    input: Annotated[RecordExpectedAbsenceInput, strawberry.argument(description="The student and the absence.")],
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
    description="Records an absence beforehand: for dates, all day or within a time window, for all classes or for "
    "some enrollments. It is approved at once. Roll sheets then show the indicator EXPECTED_ABSENT, and the student's "
    "place is free for makeups. When the absence is excused, the mark that a first check-in sets by default is "
    "EXCUSED_ABSENCE and not ABSENT. An expected absence is not a mark and earns no makeup token. Subscribers to roll "
    "sheets receive the change at once. Needs attendance FULL in the Office Portal or the Staff Portal. Without "
    "SEE_ALL, `enrollmentIds` is required and can only name enrollments in offerings that the caller teaches. A "
    "student whom the caller may not see is answered with NOT_FOUND.",
    metadata=requires(RECORD_ATTENDANCE),
)
