"""What acts on makeup tokens can be refused for (R8.1, R8.5)."""

from datetime import date

import strawberry

from attendance.rules.tokens import token_refusals as rules
from gql.fields.global_ids import encode_id
from gql.fields.user_errors import UserError, refusal
from gql.tokens.vocabulary import MakeupTokenDatesReason, MakeupTokenState


@refusal(
    rules.MakeupTokenDatesNotPossible,
    description="A makeup token cannot have these dates. Nothing was changed, and no other one was made.",
)
class MakeupTokenDatesNotPossible(UserError):
    reason: MakeupTokenDatesReason = strawberry.field(description="Why.")
    draft_index: int | None = strawberry.field(
        description="Which of the tokens asked for it is, from 0; null: it is about a token that there is."
    )
    issue_on: date = strawberry.field(description="The first date on which it would be good.")
    expires_on: date | None = strawberry.field(description="The last one; null: it would never expire.")

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
    description="In its present state the makeup token cannot be changed like this; the message says what can be done "
    "in place of it. Nothing was changed.",
)
class MakeupTokenNotChangeable(UserError):
    state: MakeupTokenState = strawberry.field(description="The state that it is in.")
    makeup_id: strawberry.ID | None = strawberry.field(
        description="Id of the makeup, an Enrollment, that it is tied to; null: of none."
    )
    makeup_on: date | None = strawberry.field(description="The date of that makeup; null: there is none.")
    makeup_offering_name: str | None = strawberry.field(description="The class of that makeup; null: there is none.")

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
