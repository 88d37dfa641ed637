"""editMakeupToken: change the terms of a makeup token."""

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


@strawberry.input(description="What changes. Fields that are left out stay as they are.")
class EditMakeupTokenInput:
    token_id: strawberry.ID = strawberry.field(description="The makeup token.")
    location_id: Maybe[strawberry.ID | None] = strawberry.field(
        default=None, description="The only location to use it at. Null: any."
    )
    program_id: Maybe[strawberry.ID | None] = strawberry.field(
        default=None, description="The program whose classes it is for, one that was not deleted. Null: any."
    )
    comment: Maybe[str | None] = strawberry.field(
        default=None, description=f"{COMMENT_DESCRIPTION} Null or blank: it goes."
    )
    issue_on: date | None = strawberry.field(
        default=None,
        description="The first date on which the family sees it and can use it. Left out or null: it stays.",
    )
    expires_on: date | None = strawberry.field(
        default=None,
        description="The last date on which it can be used, not before the issue date. In the past: the token has "
        "expired; ahead: an expired one can be used again. Left out or null: it stays.",
    )
    never_expires: bool = strawberry.field(
        default=False, description=f"{NEVER_DESCRIPTION} Left out or false: the expiration date stays."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The token is as asked for, or was so already.")
class EditMakeupTokenSuccess:
    makeup_token: MakeupToken = strawberry.field(description="As it is now.")


EditMakeupTokenResult: TypeAlias = Annotated[
    EditMakeupTokenSuccess | MakeupTokenDatesNotPossible | MakeupTokenNotChangeable | PermissionDenied,
    strawberry.union("EditMakeupTokenResult", description="The token, or why it stays as it is."),
]


async def resolve(
    info: Info, input: Annotated[EditMakeupTokenInput, strawberry.argument(description="The change.")]
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
    description="Change a makeup token, however it came to be: SCHEDULED, AVAILABLE, REQUESTED, PENDING or EXPIRED "
    "ones. A makeup that is booked stays booked. Two people can change different things at once; of one thing the "
    "later change stands, and the ledger has both. An e-mail that was not sent yet tells the new terms. Office and "
    "Staff Portal, CREATE_MAKEUP_TOKENS together with attendance VIEW. A token, location or program that is not to be "
    "seen or was deleted is NOT_FOUND.",
    metadata=requires([Permission.CREATE_MAKEUP_TOKENS]),
)
