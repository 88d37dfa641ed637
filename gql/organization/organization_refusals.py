"""The refusal of the mutation that changes an organization."""

import strawberry

from attendance.rules.organization import organization_refusals as rules
from gql.fields.user_errors import UserError, refusal


@refusal(
    rules.AmountsRecorded,
    description="Families have balances in the present currency, and amounts are never converted. Nothing was changed.",
)
class AmountsRecorded(UserError):
    currency: str = strawberry.field(description="The present currency, as an ISO 4217 code.")
    family_count: int = strawberry.field(
        description="How many families have a balance that is not zero, among them families that have ended."
    )
