"""The query cancellationTokensPreview, which says what createCancellationTokens would do."""

from typing import Annotated

import strawberry

from attendance.actions.cancelling.preview_cancellation import preview_cancellation_tokens
from attendance.rules.tokens.makeup_tokens import TokenStep
from gql.calendar.occurrence import Occurrence, show_occurrence
from gql.cancelling.cancellation import CancellationException, excepted_students, show_exceptions
from gql.cancelling.cancelled_student import MOST_SHOWN, CancellationLeftOut, show_left_out
from gql.cancelling.cancelling_arguments import CreateCancellationTokensInput, choose_cancelled, tokens_of
from gql.cancelling.vocabulary import NoTokensReason
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.visible import find_students
from gql.fields.vocabulary import Permission


@strawberry.type(
    description="What `createCancellationTokens` would do with the same input at this moment. The preview changes "
    "nothing."
)
class CancellationTokensPreview:
    occurrence_count: int = strawberry.field(
        description="For how many cancelled occurrences tokens would be created. Chosen occurrences that are not "
        "cancelled are left out."
    )
    occurrences: list[Occurrence] = strawberry.field(
        description=f"The first {MOST_SHOWN} of these occurrences, in the order in which they would be worked on."
    )
    tokens_to_create: int = strawberry.field(
        description="How many makeup tokens would be created. This includes tokens of an earlier cancellation that "
        "would be reinstated."
    )
    no_tokens_reason: NoTokensReason | None = strawberry.field(
        description="Why no tokens would be created. Null when `tokensToCreate` is more than 0, and when none of the "
        "chosen occurrences is cancelled."
    )
    left_out_count: int = strawberry.field(
        description="How many students on the rosters would get no token, counted once for each occurrence. Students "
        "who have their token already are not among them."
    )
    left_out: list[CancellationLeftOut] = strawberry.field(
        description=f"The first {MOST_SHOWN} of these students, with the reason. They include students over the limit."
    )
    email_count: int = strawberry.field(description="How many e-mails would be sent.")
    without_address_count: int = strawberry.field(
        description="How many students have a family that would be told but has no e-mail address, counted once for "
        "each occurrence."
    )
    without_address: list[CancellationException] = strawberry.field(
        description=f"The first {MOST_SHOWN} of the students whose family has no e-mail address."
    )


async def resolve(
    info: Info,
    input: Annotated[
        CreateCancellationTokensInput,
        strawberry.argument(
            description="The same input as for `createCancellationTokens`. Its idempotency key is ignored."
        ),
    ],
) -> CancellationTokensPreview:
    tokens = tokens_of(input.create_tokens)
    now = info.context.clock()
    async with reading(info) as source:
        heads = await choose_cancelled(source.connection, source.viewer.caller, input, now)
        preview = await preview_cancellation_tokens(source.connection, source.viewer, heads, tokens, now=now)
        students = await find_students(source, await excepted_students(preview))
        token_limit = source.viewer.settings.makeup_tokens.token_limit
    return CancellationTokensPreview(
        occurrence_count=len(heads),
        occurrences=[show_occurrence(head, now) for head in heads[:MOST_SHOWN]],
        tokens_to_create=preview.count(TokenStep.ISSUE, TokenStep.REINSTATE),
        no_tokens_reason=preview.no_tokens_reason,
        left_out_count=len(preview.left_out),
        left_out=show_left_out(preview, students, token_limit, now),
        email_count=sum(len(plan.letters) for plan in preview.plans),
        without_address_count=len(preview.unreachable),
        without_address=show_exceptions(preview.unreachable, students, now),
    )


field = strawberry.field(
    resolver=resolve,
    description="What `createCancellationTokens` would do with the same input: makeup tokens, students who get none, "
    "and e-mails. Nothing is changed. Needs CANCEL_OCCURRENCES and attendance VIEW, in the Office or Staff Portal; "
    "without SEE_ALL, only occurrences that the caller teaches or substitutes can be chosen. An occurrence that the "
    "caller may not see is NOT_FOUND.",
    metadata=requires([Permission.CANCEL_OCCURRENCES]),
)
