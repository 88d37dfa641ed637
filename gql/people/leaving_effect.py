"""What ending a family or a student changes, as the mutations and their previews return it."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry

from attendance.rules.people import ending as rules
from gql.catalogue.catalogue_refusals import PastIsFixed
from gql.fields.global_ids import encode_id

FROM_DESCRIPTION = (
    "The first date without a place. It must be today or later, at the location of each place. When left out or null, "
    "it is today."
)


@strawberry.type(
    description="What `endFamily` or `endStudent` changes. The previews return the same type for what would change."
)
class LeavingEffect:
    student_count: int = strawberry.field(description="How many students leave.")
    enrollment_count: int = strawberry.field(
        description="How many enrollments end. Those that have not begun by then are deleted."
    )
    enrollment_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the enrollments that end. MAKEUP enrollments are counted in `makeupCount` instead."
    )
    makeup_count: int = strawberry.field(
        description="How many booked makeups are given back. Their makeup tokens can then be used again."
    )
    withdrawn_request_count: int = strawberry.field(description="How many open requests for makeups are withdrawn.")
    unused_token_count: int = strawberry.field(
        description="How many makeup tokens of the students can still be used, or can be used later."
    )
    tokens_lapse_on: date | None = strawberry.field(
        description="The last date on which the unused makeup tokens can be used after the students have left. The "
        "setting `expireAfterLastDropDays` decides it. Null when the tokens keep their own dates."
    )
    guardian_count: int = strawberry.field(description="How many guardians lose their access.")


LeavingPreview: TypeAlias = Annotated[
    LeavingEffect | PastIsFixed,
    strawberry.union(
        "LeavingPreview", description="What the mutation would change, or the reason why it would be refused."
    ),
]


def show_leaving(did: rules.LeavingEffect) -> LeavingEffect:
    return LeavingEffect(
        student_count=len(did.student_ids),
        enrollment_count=len(did.enrollment_ids),
        enrollment_ids=[encode_id("Enrollment", each) for each in did.enrollment_ids],
        makeup_count=len(did.makeup_ids),
        withdrawn_request_count=did.withdrawn_request_count,
        unused_token_count=did.unused_token_count,
        tokens_lapse_on=did.tokens_lapse_on,
        guardian_count=len(did.guardian_ids),
    )
