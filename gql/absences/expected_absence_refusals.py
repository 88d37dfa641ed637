"""The refusals of mutations on expected absences (R6.1, R6.2)."""

from datetime import date, datetime

import strawberry

from attendance.rules.absences import expected_absence_refusals as rules
from gql.absences.vocabulary import ExpectedAbsenceNotPossibleReason, ExpectedAbsenceState
from gql.fields.user_errors import UserError, refusal


@refusal(
    rules.AbsenceRequestsOff,
    description="Guardians cannot request absences, because the setting guardiansMayRequestAbsences is off. Nothing "
    "was changed.",
)
class AbsenceRequestsOff(UserError):
    pass


@refusal(
    rules.ExpectedAbsenceNotPossible,
    description="An absence cannot be recorded for these dates, or cannot be withdrawn any more. Nothing was changed.",
)
class ExpectedAbsenceNotPossible(UserError):
    reason: ExpectedAbsenceNotPossibleReason = strawberry.field(description="Why it is not possible.")
    earliest_on: date = strawberry.field(
        description="The earliest possible first date: today at the student's classes. When these are in several time "
        "zones, it is the earliest of their local dates."
    )
    latest_on: date = strawberry.field(description="The latest possible last date.")
    most_days: int = strawberry.field(description="The largest number of days that an absence can have.")
    most: int = strawberry.field(
        description="The largest number of absences that a student can have that are requested or approved and not "
        "over."
    )


@refusal(
    rules.AbsenceAlreadyReported,
    description="Another absence of the student is requested or approved that covers the same dates, times and "
    "enrollments, or more. Nothing was changed.",
)
class AbsenceAlreadyReported(UserError):
    expected_absence_id: strawberry.ID = strawberry.field(description="The id of the other expected absence.")
    state: ExpectedAbsenceState = strawberry.field(description="Its current state: REQUESTED or APPROVED.")


@refusal(
    rules.EnrollmentsNotOfStudent,
    description="Some of the enrollments in the input do not belong to the student, or were deleted. Nothing was "
    "changed.",
)
class EnrollmentsNotOfStudent(UserError):
    enrollment_ids: list[strawberry.ID] = strawberry.field(description="The ids of these enrollments.")


@refusal(
    rules.ExpectedAbsenceSettled,
    description="The expected absence was already approved, denied or withdrawn. Nothing was changed.",
)
class ExpectedAbsenceSettled(UserError):
    expected_absence_id: strawberry.ID = strawberry.field(description="The id of the expected absence.")
    state: ExpectedAbsenceState = strawberry.field(description="Its current state.")
    settled_at: datetime | None = strawberry.field(
        description="When it was approved, denied or withdrawn. Null when that is not known."
    )
