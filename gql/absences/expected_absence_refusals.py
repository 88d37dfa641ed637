"""What an act on expected absences can be refused for (R6.1, R6.2)."""

from datetime import date, datetime

import strawberry

from attendance.rules.absences import expected_absence_refusals as rules
from gql.absences.vocabulary import ExpectedAbsenceNotPossibleReason, ExpectedAbsenceState
from gql.fields.user_errors import UserError, refusal


@refusal(
    rules.AbsenceRequestsOff,
    description="The organization lets guardians request no absences: the setting guardiansMayRequestAbsences is off. "
    "Nothing was changed.",
)
class AbsenceRequestsOff(UserError):
    pass


@refusal(
    rules.ExpectedAbsenceNotPossible,
    description="An absence cannot be told for these dates, or not taken back any more. Nothing was changed.",
)
class ExpectedAbsenceNotPossible(UserError):
    reason: ExpectedAbsenceNotPossibleReason = strawberry.field(description="Why.")
    earliest_on: date = strawberry.field(
        description="The first date that can be told: today, where the student's classes are; of several time zones "
        "the earliest today."
    )
    latest_on: date = strawberry.field(description="The last date that can be told.")
    most_days: int = strawberry.field(description="How many days an absence may have.")
    most: int = strawberry.field(
        description="How many absences a student may have, asked for or approved, that are not over."
    )


@refusal(
    rules.EnrollmentsNotOfStudent,
    description="Some of the enrollments named are not the student's, or were deleted. Nothing was changed.",
)
class EnrollmentsNotOfStudent(UserError):
    enrollment_ids: list[strawberry.ID] = strawberry.field(description="Their ids.")


@refusal(
    rules.ExpectedAbsenceSettled,
    description="Somebody has settled the expected absence before: approved, denied or withdrew it. Nothing was "
    "changed.",
)
class ExpectedAbsenceSettled(UserError):
    expected_absence_id: strawberry.ID = strawberry.field(description="Which one.")
    state: ExpectedAbsenceState = strawberry.field(description="What became of it.")
    settled_at: datetime | None = strawberry.field(description="When; null: not known.")
