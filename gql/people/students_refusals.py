"""The refusals of mutations that choose many students at once."""

import strawberry

from attendance.rules.tokens import tokens_for_many as rules
from gql.fields.user_errors import UserError, refusal


@refusal(rules.NoStudents, description="No student whom the caller may see meets the conditions. Nothing was changed.")
class NoStudents(UserError):
    pass


@refusal(
    rules.TooManyStudents,
    description="More students were chosen than one task can handle. Choose fewer students. Nothing was changed.",
)
class TooManyStudents(UserError):
    student_count: int = strawberry.field(description="How many students were chosen.")
