"""What is refused about acts for many students or families at once."""

import strawberry

from attendance.rules.tokens import tokens_for_many
from gql.fields.user_errors import UserError


@strawberry.type(description="Nobody whom the caller sees is enrolled so. Nothing was changed.")
class NoStudents(UserError):
    @classmethod
    def of(cls, refusal: tokens_for_many.NoStudents) -> "NoStudents":
        return cls(message=refusal.message)


@strawberry.type(description="These are more students than are dealt with at once; narrow it. Nothing was changed.")
class TooManyStudents(UserError):
    student_count: int = strawberry.field(description="How many there are.")

    @classmethod
    def of(cls, refusal: tokens_for_many.TooManyStudents) -> "TooManyStudents":
        return cls(message=refusal.message, student_count=refusal.student_count)
