"""The refusals of sending statements."""

import strawberry

from attendance.rules.tasks import statements as rules
from gql.fields.user_errors import UserError, refusal


@refusal(rules.NobodyOwes, description="No family that the caller may see has such a balance. Nothing was sent.")
class NobodyOwes(UserError):
    pass


@refusal(
    rules.TooManyFamilies,
    description="More families were chosen than can get statements at once. Choose fewer. Nothing was sent.",
)
class TooManyFamilies(UserError):
    family_count: int = strawberry.field(description="How many families were chosen.")
