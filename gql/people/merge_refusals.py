"""The refusals of merging people."""

import strawberry

from attendance.rules.people import merge_refusals as rules
from gql.fields.global_ids import encode_occurrence_id
from gql.fields.user_errors import UserError, refusal


@refusal(
    rules.MergePreviewOutdated,
    description="Something has changed since the preview. Nothing was merged. Read the preview again.",
)
class MergePreviewOutdated(UserError):
    pass


@refusal(
    rules.MarksNotChosen,
    description="Both students have a mark at these occurrences, and the marks differ. Nothing was merged. Choose "
    "whose mark stays, with `marks`.",
)
class MarksNotChosen(UserError):
    occurrence_ids: list[strawberry.ID] = strawberry.field(description="The ids of the occurrences.")

    @classmethod
    def of(cls, refusal: rules.MarksNotChosen) -> "MarksNotChosen":
        return cls(message=refusal.message, occurrence_ids=[encode_occurrence_id(key) for key in refusal.keys])


@refusal(
    rules.MergedTokenInUse,
    description="Both students have a makeup token for one class, and that of the merged one is used for a makeup or a "
    "request that is still ahead. Nothing was merged. Reset the token first.",
)
class MergedTokenInUse(UserError):
    makeup_token_ids: list[strawberry.ID] = strawberry.field(description="The ids of the tokens in use.")


@refusal(
    rules.GuardiansOfTwoFamilies,
    description="The guardians are of two families. Nothing was merged. Merge the families first.",
)
class GuardiansOfTwoFamilies(UserError):
    pass
