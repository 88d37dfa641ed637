"""cancellationPreview: what cancelling would do."""

from typing import Annotated

import strawberry

from attendance.actions.cancelling.preview_cancellation import preview_cancellation
from gql.cancelling.cancellation import CancellationPreview, excepted_students, show_preview
from gql.cancelling.cancelling_arguments import CancelOccurrencesInput, choose, options_of
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.visible import find_students
from gql.fields.vocabulary import Permission


async def resolve(
    info: Info,
    input: Annotated[
        CancelOccurrencesInput, strawberry.argument(description="As for `cancelOccurrences`; its key is not looked at.")
    ],
) -> CancellationPreview:
    options = options_of(input)
    now = info.context.clock()
    async with reading(info) as source:
        chosen = await choose(source.connection, source.viewer.caller, input, now)
        preview = await preview_cancellation(source.connection, source.viewer, chosen, options, now=now)
        students = await find_students(source, excepted_students(preview))
    return show_preview(preview, students, now)


field = strawberry.field(
    resolver=resolve,
    description="What `cancelOccurrences` would do with the same input: makeup tokens, students over the limit, "
    "e-mails. Nothing is changed. Office and Staff Portal, CANCEL_OCCURRENCES together with attendance VIEW; without "
    "SEE_ALL only what the caller teaches or substitutes. An occurrence that is not to be seen is NOT_FOUND.",
    metadata=requires([Permission.CANCEL_OCCURRENCES]),
)
