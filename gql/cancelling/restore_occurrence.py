"""The mutation restoreOccurrence, which takes back a cancellation (R9.3)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.cancelling.restore_occurrence import Restored, restore_occurrence
from gql.calendar.occurrence import Occurrence, show_occurrence
from gql.cancelling.cancellation import OccurrenceNotCancelled
from gql.enrollments.enrollment import Enrollment
from gql.enrollments.places import find_places
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_occurrence_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.loaders import find_visible_head
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.tokens.makeup_token import MakeupToken, tokens_by_id


@strawberry.input(description="The cancelled occurrence to restore.")
class RestoreOccurrenceInput:
    occurrence_id: strawberry.ID = strawberry.field(description="The id of the cancelled occurrence.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The occurrence is no longer cancelled.")
class RestoreOccurrenceSuccess:
    occurrence: Occurrence = strawberry.field(description="The occurrence after the change.")
    revoked_tokens: list[MakeupToken] = strawberry.field(
        description="The tokens of the cancellation that nobody had used. They were revoked."
    )
    used_tokens: list[MakeupToken] = strawberry.field(
        description="The tokens of the cancellation with which a makeup is or was booked. They stay. Where the student "
        "has no absence that earns a token, they are flagged for review."
    )
    returned_tokens: list[MakeupToken] = strawberry.field(
        description="The tokens that absences at the occurrence earn again at once. Absences whose marks wait for a "
        "deferred run get their tokens when that run happens."
    )
    makeups_given_back: list[Enrollment] = strawberry.field(
        description="The makeups in the occurrence that the cancellation had ended. They are not booked again; their "
        "makeup tokens can be redeemed again."
    )


RestoreOccurrenceResult: TypeAlias = Annotated[
    RestoreOccurrenceSuccess | OccurrenceNotCancelled | PermissionDenied,
    strawberry.union(
        "RestoreOccurrenceResult", description="The restored occurrence, or the reason why it was not restored."
    ),
]


async def resolve(
    info: Info, input: Annotated[RestoreOccurrenceInput, strawberry.argument(description="The occurrence to restore.")]
) -> RestoreOccurrenceResult | None:
    key = decode_occurrence_id(input.occurrence_id, "input.occurrenceId")
    async with act_once(
        info, input, Restored, lambda uow, viewer, now: restore_occurrence(uow, viewer, key, now=now)
    ) as done:
        head = await find_visible_head(done.uow.connection, done.viewer, key)
        if head is None:
            raise LookupError(f"the restored occurrence {key} cannot be seen")
        ids = {*done.outcome.revoked_tokens, *done.outcome.used_tokens, *done.outcome.returned_tokens}
        tokens = await tokens_by_id(done.uow.connection, done.viewer, ids, done.now)
        places = await find_places(done.reading, done.outcome.makeup_ids)
        return RestoreOccurrenceSuccess(
            occurrence=show_occurrence(head, done.now),
            revoked_tokens=[tokens[each] for each in done.outcome.revoked_tokens],
            used_tokens=[tokens[each] for each in done.outcome.used_tokens],
            returned_tokens=[tokens[each] for each in done.outcome.returned_tokens],
            makeups_given_back=[places[each] for each in done.outcome.makeup_ids],
        )


field = strawberry.mutation(
    resolver=resolve,
    description="Restore a cancelled occurrence. The unused makeup tokens of the cancellation are revoked; the used "
    "ones are listed in the result. Marks made before the cancellation count and earn tokens again. E-mails about the "
    "cancellation that were not sent yet are not sent. Subscribed roll sheets receive the change at once. Needs "
    "CANCEL_OCCURRENCES and attendance VIEW, in the Office or Staff Portal; without SEE_ALL, the caller must teach or "
    "substitute the occurrence. An occurrence that the caller may not see is NOT_FOUND.",
    metadata=requires([Permission.CANCEL_OCCURRENCES]),
)
