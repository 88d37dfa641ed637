"""What is refused about acts for many students or families at once."""

import strawberry

from attendance.rules.tokens import tokens_for_many as rules
from gql.fields.user_errors import UserError, refusal


@refusal(rules.NoStudents, description="Nobody whom the caller sees is enrolled so. Nothing was changed.")
class NoStudents(UserError):
    pass


@refusal(
    rules.TooManyStudents,
    description="These are more students than are dealt with at once; narrow it. Nothing was changed.",
)
class TooManyStudents(UserError):
    student_count: int = strawberry.field(description="How many there are.")
