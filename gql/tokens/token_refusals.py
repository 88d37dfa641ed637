"""The refusals of mutations on makeup tokens (R8.1, R8.5)."""

from datetime import date

import strawberry

from attendance.rules.tokens import token_refusals as rules
from gql.fields.global_ids import encode_id
from gql.fields.user_errors import UserError, refusal
from gql.tokens.vocabulary import MakeupTokenDatesReason, MakeupTokenState


@refusal(
    rules.MakeupTokenDatesNotPossible,
    description="A makeup token cannot have these dates. Nothing was changed, and none of the other tokens was "
    "created.",
)
class MakeupTokenDatesNotPossible(UserError):
    reason: MakeupTokenDatesReason = strawberry.field(description="The reason.")
    draft_index: int | None = strawberry.field(
        description="The position of the token in the input, counted from 0. Null when the mutation was about an "
        "existing token."
    )
    issue_on: date = strawberry.field(description="The first date on which the token would be usable.")
    expires_on: date | None = strawberry.field(
        description="The last date on which the token would be usable. Null when it would never expire."
    )

    @classmethod
    def of(cls, refusal: rules.MakeupTokenDatesNotPossible) -> "MakeupTokenDatesNotPossible":
        return cls(
            message=refusal.message,
            reason=refusal.reason,
            draft_index=refusal.draft,
            issue_on=refusal.issued_on,
            expires_on=refusal.expires_on,
        )


@refusal(
    rules.MakeupTokenNotChangeable,
    description="The makeup token cannot be changed like this in its present state. `message` says what to do "
    "instead. Nothing was changed.",
)
class MakeupTokenNotChangeable(UserError):
    state: MakeupTokenState = strawberry.field(description="The state of the token.")
    makeup_id: strawberry.ID | None = strawberry.field(
        description="The id of the makeup for which the token is used, an Enrollment. Null when it is used for none."
    )
    makeup_on: date | None = strawberry.field(
        description="The date of that makeup. Null when the token is used for none."
    )
    makeup_offering_name: str | None = strawberry.field(
        description="The name of the class of that makeup. Null when the token is used for none."
    )

    @classmethod
    def of(cls, refusal: rules.MakeupTokenNotChangeable) -> "MakeupTokenNotChangeable":
        makeup = refusal.makeup_enrollment_id
        return cls(
            message=refusal.message,
            state=refusal.state,
            makeup_id=None if makeup is None else encode_id("Enrollment", makeup),
            makeup_on=refusal.makeup_on,
            makeup_offering_name=refusal.offering_name,
        )
