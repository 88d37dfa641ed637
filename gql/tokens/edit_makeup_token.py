"""The mutation editMakeupToken, which changes the terms of a makeup token."""

from datetime import date
from typing import Annotated, Any, TypeAlias

import strawberry
from strawberry import Maybe

from attendance.actions.tokens.edit_makeup_token import TokenChanged, edit_makeup_token
from gql.enrollments.enrollment_arguments import checked_date
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.tokens.makeup_token import MakeupToken
from gql.tokens.token_arguments import (
    COMMENT_DESCRIPTION,
    NEVER_DESCRIPTION,
    comment_or_none,
    id_or_none,
    show_kept_token,
)
from gql.tokens.token_refusals import MakeupTokenDatesNotPossible, MakeupTokenNotChangeable


@strawberry.input(description="The changes to a makeup token. Fields that are left out stay unchanged.")
class EditMakeupTokenInput:
    token_id: strawberry.ID = strawberry.field(description="The id of the makeup token.")
    location_id: Maybe[strawberry.ID | None] = strawberry.field(
        default=None,
        description="The only location where the token can be used; null lets it be used at all locations.",
    )
    program_id: Maybe[strawberry.ID | None] = strawberry.field(
        default=None,
        description="The program whose classes the token can be used for; it must not be deleted. Null lets it be used "
        "for all programs.",
    )
    comment: Maybe[str | None] = strawberry.field(
        default=None, description=f"{COMMENT_DESCRIPTION} Null or blank removes the remark."
    )
    issue_on: date | None = strawberry.field(
        default=None,
        description="The first date on which the family sees the token and can use it. When left out or null, it stays "
        "unchanged.",
    )
    expires_on: date | None = strawberry.field(
        default=None,
        description="The last date on which the token can be used, not before the issue date. A past date makes the "
        "token expire; a future date makes an expired token usable again. When left out or null, it stays unchanged.",
    )
    never_expires: bool = strawberry.field(
        default=False, description=f"{NEVER_DESCRIPTION} When left out or false, the expiration date stays unchanged."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The token has the requested terms. This is also the answer when it had them before.")
class EditMakeupTokenSuccess:
    makeup_token: MakeupToken = strawberry.field(description="The token after the change.")


EditMakeupTokenResult: TypeAlias = Annotated[
    EditMakeupTokenSuccess | MakeupTokenDatesNotPossible | MakeupTokenNotChangeable | PermissionDenied,
    strawberry.union("EditMakeupTokenResult", description="The token, or the reason why it was not changed."),
]


async def resolve(
    info: Info, input: Annotated[EditMakeupTokenInput, strawberry.argument(description="The changes to the token.")]
) -> EditMakeupTokenResult | None:
    token_id = decode_id(input.token_id, "MakeupToken", "input.tokenId")
    changes = _changes(input)
    async with act_once(
        info,
        input,
        TokenChanged,
        lambda uow, viewer, now: edit_makeup_token(
            uow, viewer, token_id, changes, never_expires=input.never_expires, now=now
        ),
    ) as done:
        return EditMakeupTokenSuccess(makeup_token=await show_kept_token(done))


def _changes(given: EditMakeupTokenInput) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if given.location_id is not None:
        changes["location_id"] = id_or_none(given.location_id.value, "Location", "input.locationId")
    if given.program_id is not None:
        changes["program_id"] = id_or_none(given.program_id.value, "Program", "input.programId")
    if given.comment is not None:
        changes["comment"] = comment_or_none(given.comment.value, "input.comment")
    if given.issue_on is not None:
        changes["issued_on"] = checked_date(given.issue_on, "input.issueOn")
    if given.expires_on is not None:
        changes["expires_on"] = checked_date(given.expires_on, "input.expiresOn")
    return changes


field = strawberry.mutation(
    resolver=resolve,
    description="Change the terms of a makeup token, however it was created. Its state must be SCHEDULED, AVAILABLE, "
    "REQUESTED, PENDING or EXPIRED. A booked makeup stays booked. Two people can change different fields at once; "
    "when both change the same field, the later change wins and the ledger shows both. An e-mail about the token that "
    "was not sent yet tells the new terms. Needs CREATE_MAKEUP_TOKENS and attendance VIEW, in the Office or Staff "
    "Portal. A token, location or program that was deleted or that the caller may not see is NOT_FOUND.",
    metadata=requires([Permission.CREATE_MAKEUP_TOKENS]),
)
