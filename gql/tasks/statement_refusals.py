"""What is refused about statements."""

import strawberry

from attendance.rules.tasks import statements
from gql.fields.user_errors import UserError


@strawberry.type(description="No family that the caller sees has such a balance. Nothing was sent.")
class NobodyOwes(UserError):
    @classmethod
    def of(cls, refusal: statements.NobodyOwes) -> "NobodyOwes":
        return cls(message=refusal.message)


@strawberry.type(description="These are more families than are written to at once; narrow it. Nothing was sent.")
class TooManyFamilies(UserError):
    family_count: int = strawberry.field(description="How many there are.")

    @classmethod
    def of(cls, refusal: statements.TooManyFamilies) -> "TooManyFamilies":
        return cls(message=refusal.message, family_count=refusal.family_count)
