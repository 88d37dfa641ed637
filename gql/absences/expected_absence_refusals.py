"""What an act on expected absences can be refused for (R6.1, R6.2)."""

from datetime import date, datetime

import strawberry

from attendance.rules import refusals
from attendance.rules.vocabulary import ExpectedAbsenceNotPossibleReason, ExpectedAbsenceState
from gql.absences import vocabulary  # noqa: F401 - describes the enumerations that these types speak
from gql.fields.global_ids import encode_id
from gql.fields.user_errors import UserError


@strawberry.type(
    description="The organization lets guardians request no absences: the setting guardiansMayRequestAbsences is off. "
    "Nothing was changed."
)
class AbsenceRequestsOff(UserError):
    @classmethod
    def of(cls, refusal: refusals.AbsenceRequestsOff) -> "AbsenceRequestsOff":
        return cls(message=refusal.message)


@strawberry.type(
    description="An absence cannot be told for these dates, or not taken back any more. Nothing was changed."
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

    @classmethod
    def of(cls, refusal: refusals.ExpectedAbsenceNotPossible) -> "ExpectedAbsenceNotPossible":
        return cls(
            message=refusal.message,
            reason=refusal.reason,
            earliest_on=refusal.earliest_on,
            latest_on=refusal.latest_on,
            most_days=refusal.most_days,
            most=refusal.most,
        )


@strawberry.type(
    description="Some of the enrollments named are not the student's, or were deleted. Nothing was changed."
)
class EnrollmentsNotOfStudent(UserError):
    enrollment_ids: list[strawberry.ID] = strawberry.field(description="Their ids.")

    @classmethod
    def of(cls, refusal: refusals.EnrollmentsNotOfStudent) -> "EnrollmentsNotOfStudent":
        ids = [encode_id("Enrollment", each) for each in refusal.enrollment_ids]
        return cls(message=refusal.message, enrollment_ids=ids)


@strawberry.type(
    description="Somebody has settled the expected absence before: approved, denied or withdrew it. Nothing was "
    "changed."
)
class ExpectedAbsenceSettled(UserError):
    expected_absence_id: strawberry.ID = strawberry.field(description="Which one.")
    state: ExpectedAbsenceState = strawberry.field(description="What became of it.")
    settled_at: datetime | None = strawberry.field(description="When; null: not known.")

    @classmethod
    def of(cls, refusal: refusals.ExpectedAbsenceSettled) -> "ExpectedAbsenceSettled":
        return cls(
            message=refusal.message,
            expected_absence_id=encode_id("ExpectedAbsence", refusal.expected_absence_id),
            state=refusal.state,
            settled_at=refusal.settled_at,
        )
