"""What is refused about statements."""

import strawberry

from attendance.rules.tasks import statements as rules
from gql.fields.user_errors import UserError, refusal


@refusal(rules.NobodyOwes, description="No family that the caller sees has such a balance. Nothing was sent.")
class NobodyOwes(UserError):
    pass


@refusal(
    rules.TooManyFamilies,
    description="These are more families than are written to at once; narrow it. Nothing was sent.",
)
class TooManyFamilies(UserError):
    family_count: int = strawberry.field(description="How many there are.")
