"""restoreOccurrence: take a cancellation back (R9.3)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.cancelling.restore_occurrence import Restored, restore_occurrence
from gql.calendar.occurrence import Occurrence, show_occurrence
from gql.cancelling.cancellation import OccurrenceNotCancelled
from gql.enrollments.places import find_places
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_occurrence_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.loaders import find_visible_head
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.people.student import Enrollment
from gql.tokens.makeup_token import MakeupToken, tokens_by_id


@strawberry.input(description="Which occurrence takes place after all.")
class RestoreOccurrenceInput:
    occurrence_id: strawberry.ID = strawberry.field(description="A cancelled occurrence.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The occurrence is not cancelled any more.")
class RestoreOccurrenceSuccess:
    occurrence: Occurrence = strawberry.field(description="The occurrence.")
    revoked_tokens: list[MakeupToken] = strawberry.field(
        description="Tokens of the cancellation that nobody had used: they are revoked."
    )
    used_tokens: list[MakeupToken] = strawberry.field(
        description="Tokens of the cancellation that a makeup is booked with, or was: they stay, and are flagged for "
        "review."
    )
    returned_tokens: list[MakeupToken] = strawberry.field(
        description="Tokens that absences at the occurrence have earned again. Those of marks that wait for the runs "
        "after the class come with these."
    )
    makeups_given_back: list[Enrollment] = strawberry.field(
        description="Makeups in the occurrence that the cancellation ended. They are not booked again; their makeup "
        "tokens can be redeemed anew."
    )


RestoreOccurrenceResult: TypeAlias = Annotated[
    RestoreOccurrenceSuccess | OccurrenceNotCancelled | PermissionDenied,
    strawberry.union("RestoreOccurrenceResult", description="The restored occurrence, or why it was not restored."),
]


async def resolve(
    info: Info, input: Annotated[RestoreOccurrenceInput, strawberry.argument(description="Which one.")]
) -> RestoreOccurrenceResult | None:
    key = decode_occurrence_id(input.occurrence_id, "input.occurrenceId")
    async with act_once(
        info, input, Restored, lambda uow, viewer, now: restore_occurrence(uow, viewer, key, now=now)
    ) as done:
        head = await find_visible_head(done.uow.connection, done.viewer, key)
        if head is None:
            raise LookupError(f"no occurrence {key} to be seen")
        ids = {*done.outcome.revoked_tokens, *done.outcome.used_tokens, *done.outcome.returned_tokens}
        tokens = await tokens_by_id(done.uow.connection, done.viewer, ids, done.now)
        places = await find_places(done.uow.connection, done.uow.organization_id, done.outcome.makeup_ids)
        return RestoreOccurrenceSuccess(
            occurrence=show_occurrence(head, done.now),
            revoked_tokens=[tokens[each] for each in done.outcome.revoked_tokens],
            used_tokens=[tokens[each] for each in done.outcome.used_tokens],
            returned_tokens=[tokens[each] for each in done.outcome.returned_tokens],
            makeups_given_back=[places[each] for each in done.outcome.makeup_ids],
        )


field = strawberry.mutation(
    resolver=resolve,
    description="Take the cancellation of an occurrence back. Its unused makeup tokens are revoked, the used ones are "
    "told; marks made before count and earn again; e-mails of the cancellation that were not sent yet are not. Open "
    "roll sheets hear of it at once. Office and Staff Portal, CANCEL_OCCURRENCES together with attendance VIEW; an "
    "occurrence that is not to be seen is NOT_FOUND.",
    metadata=requires([Permission.CANCEL_OCCURRENCES]),
)
