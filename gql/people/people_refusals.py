"""The refusals of registering and changing people."""

import strawberry

from attendance.rules.people import people_refusals as rules
from gql.fields.user_errors import UserError, refusal


@refusal(
    rules.GuardianEmailTaken,
    description="Another guardian signs in with this e-mail address. Nothing was changed. Change the address of one of "
    "them, or use the family that there is.",
)
class GuardianEmailTaken(UserError):
    guardian_id: strawberry.ID = strawberry.field(description="The id of the guardian who has the address.")
    family_id: strawberry.ID = strawberry.field(description="The id of that guardian's family.")
