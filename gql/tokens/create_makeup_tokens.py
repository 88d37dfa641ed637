"""The mutation createMakeupTokens, which gives a student makeup tokens by hand."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.tokens.create_makeup_tokens import TokensCreated, create_makeup_tokens
from attendance.rules.tokens.tokens_by_hand import MOST_DRAFTS, NOTICE_TIME, TokenDraft
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.protocol.errors import BadInput
from gql.tokens.makeup_token import MakeupToken, tokens_by_id
from gql.tokens.token_arguments import (
    COMMENT_DESCRIPTION,
    NEVER_DESCRIPTION,
    comment_or_none,
    date_or_none,
    id_or_none,
)
from gql.tokens.token_refusals import MakeupTokenDatesNotPossible


@strawberry.input(description="The terms of a makeup token to create.")
class MakeupTokenDraftInput:
    location_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The only location where the token can be used. When left out or null, it can be used at all "
        "locations. The location has no effect while the setting `ignoreLocationLock` is on.",
    )
    program_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The program whose classes the token can be used for; it must not be deleted. When left out or "
        "null, it can be used for all programs.",
    )
    comment: str | None = strawberry.field(default=None, description=COMMENT_DESCRIPTION)
    issue_on: date | None = strawberry.field(
        default=None,
        description="The first date on which the family sees the token and can use it. It may lie in the past or in "
        "the future. When left out or null, it is today's date at the token's location; if the token has none, the "
        "date that has begun at all locations.",
    )
    expires_on: date | None = strawberry.field(
        default=None,
        description="The last date on which the token can be used. It must be neither before `issueOn` nor before "
        "today. When left out or null, the settings decide, counting from `issueOn`. With END_OF_SESSION, it is the "
        "end of the student's session on that date, the latest one if there are several; without such an end, the "
        "token never expires.",
    )
    never_expires: bool = strawberry.field(default=False, description=NEVER_DESCRIPTION)
    send_email: bool = strawberry.field(
        default=False,
        description="Whether the family is told by e-mail. The e-mail is sent at once or, when `issueOn` is in the "
        f"future, at {NOTICE_TIME:%H:%M} local time on that date.",
    )


@strawberry.input(description="The student, and the makeup tokens to create.")
class CreateMakeupTokensInput:
    student_id: strawberry.ID = strawberry.field(description="The student who is given the tokens.")
    tokens: list[MakeupTokenDraftInput] = strawberry.field(
        description=f"The tokens to create, 1 to {MOST_DRAFTS}, each with its own terms."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="All of the tokens were created.")
class CreateMakeupTokensSuccess:
    makeup_tokens: list[MakeupToken] = strawberry.field(description="The new tokens, in the order of the input.")
    token_count: int = strawberry.field(description="The number of new tokens.")
    email_count: int = strawberry.field(
        description="How many e-mails will be sent to the family: one for each token with `sendEmail`."
    )
    emails_without_address: int = strawberry.field(
        description="How many e-mails were requested but cannot be sent, because the family has no e-mail address."
    )


CreateMakeupTokensResult: TypeAlias = Annotated[
    CreateMakeupTokensSuccess | MakeupTokenDatesNotPossible | PermissionDenied,
    strawberry.union("CreateMakeupTokensResult", description="The new tokens, or the reason why none was created."),
]


async def resolve(
    info: Info, input: Annotated[CreateMakeupTokensInput, strawberry.argument(description="The tokens to create.")]
) -> CreateMakeupTokensResult | None:
    student_id = decode_id(input.student_id, "Student", "input.studentId")
    if not 1 <= len(input.tokens) <= MOST_DRAFTS:
        raise BadInput(f"input.tokens has {len(input.tokens)} entries; 1 to {MOST_DRAFTS} are allowed.")
    drafts = [draft_of(each, f"input.tokens[{number}]") for number, each in enumerate(input.tokens)]
    async with act_once(
        info,
        input,
        TokensCreated,
        lambda uow, viewer, now: create_makeup_tokens(uow, viewer, student_id, drafts, now=now),
    ) as done:
        tokens = await tokens_by_id(done.uow.connection, done.viewer, done.outcome.token_ids, done.now)
        return CreateMakeupTokensSuccess(
            makeup_tokens=[tokens[token_id] for token_id in done.outcome.token_ids],
            token_count=len(done.outcome.token_ids),
            email_count=done.outcome.email_count,
            emails_without_address=done.outcome.unaddressed_count,
        )


def draft_of(given: MakeupTokenDraftInput, place: str) -> TokenDraft:
    """Return the checked terms of a token. Raises BadInput.

    place -- the name of the argument, for the message of BadInput
    """
    return TokenDraft(
        location_id=id_or_none(given.location_id, "Location", f"{place}.locationId"),
        program_id=id_or_none(given.program_id, "Program", f"{place}.programId"),
        comment=comment_or_none(given.comment, f"{place}.comment"),
        issue_on=date_or_none(given.issue_on, f"{place}.issueOn"),
        expires_on=date_or_none(given.expires_on, f"{place}.expiresOn"),
        never_expires=given.never_expires,
        sends_email=given.send_email,
    )


field = strawberry.mutation(
    resolver=resolve,
    description="Create makeup tokens for a student by hand, either all of them or none. The token limit of the "
    "settings does not apply, and the tokens can be created even if absences earn none. Needs CREATE_MAKEUP_TOKENS "
    "and attendance VIEW, in the Office or Staff Portal; without SEE_ALL, the student must be enrolled in an offering "
    "that the caller teaches. A student, location or program that was deleted or that the caller may not see is "
    "NOT_FOUND.",
    metadata=requires([Permission.CREATE_MAKEUP_TOKENS]),
)
