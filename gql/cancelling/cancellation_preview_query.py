"""The query cancellationPreview, which says what cancelling would do."""

from typing import Annotated

import strawberry

from attendance.actions.cancelling.preview_cancellation import preview_cancellation
from gql.cancelling.cancellation import CancellationPreview, excepted_students, show_preview
from gql.cancelling.cancelling_arguments import CancelOccurrencesInput, choose, options_of
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.visible import find_students
from gql.fields.vocabulary import Permission
from gql.protocol.guard import weighs


async def resolve(
    info: Info,
    input: Annotated[
        CancelOccurrencesInput,
        strawberry.argument(description="The same input as for `cancelOccurrences`. Its idempotency key is ignored."),
    ],
) -> CancellationPreview:
    options = options_of(input)
    now = info.context.clock()
    async with reading(info) as source:
        chosen = await choose(source.connection, source.viewer.caller, input, now)
        preview = await preview_cancellation(source.connection, source.viewer, chosen, options, now=now)
        students = await find_students(source, await excepted_students(preview))
        token_limit = source.viewer.settings.makeup_tokens.token_limit
    return show_preview(preview, students, token_limit, now)


field = strawberry.field(
    resolver=resolve,
    description="What `cancelOccurrences` would do with the same input: makeup tokens, students over the token limit, "
    "and e-mails. Nothing is changed. Needs CANCEL_OCCURRENCES and attendance VIEW, in the Office or Staff Portal; "
    "without SEE_ALL, only occurrences that the caller teaches or substitutes can be chosen. An occurrence that the "
    "caller may not see is NOT_FOUND.",
    metadata={**requires([Permission.CANCEL_OCCURRENCES]), **weighs(10_000)},
)
