"""createMakeupTokens: give makeup tokens by hand."""

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


@strawberry.input(description="A makeup token to be given.")
class MakeupTokenDraftInput:
    location_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The only location to use it at, unless the setting `ignoreLocationLock` is on. Left out or null: "
        "any.",
    )
    program_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The program whose classes it is for, one that was not deleted. Left out or null: any.",
    )
    comment: str | None = strawberry.field(default=None, description=COMMENT_DESCRIPTION)
    issue_on: date | None = strawberry.field(
        default=None,
        description="The first date on which the family sees it and can use it, an earlier one or one ahead. Left out "
        "or null: today, at its location, or at the organization's first one.",
    )
    expires_on: date | None = strawberry.field(
        default=None,
        description="The last date on which it can be used, not before `issueOn` nor before today. Left out or null: "
        "by the settings, counted from `issueOn`; where they say END_OF_SESSION, the end of the student's session on "
        "that date, the latest of several, and never where it has no end.",
    )
    never_expires: bool = strawberry.field(default=False, description=NEVER_DESCRIPTION)
    send_email: bool = strawberry.field(
        default=False,
        description="Whether the family is told by e-mail: at once, or in the morning of an issue date that is ahead "
        f"({NOTICE_TIME:%H:%M} at the location).",
    )


@strawberry.input(description="Who is given makeup tokens, and which.")
class CreateMakeupTokensInput:
    student_id: strawberry.ID = strawberry.field(description="Who is given them.")
    tokens: list[MakeupTokenDraftInput] = strawberry.field(
        description=f"The tokens, 1 to {MOST_DRAFTS}, each with its own terms."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="All of the tokens were given.")
class CreateMakeupTokensSuccess:
    makeup_tokens: list[MakeupToken] = strawberry.field(description="The new tokens, in the order of the input.")
    token_count: int = strawberry.field(description="How many there are.")
    email_count: int = strawberry.field(description="How many e-mails go to the family, one a token that asked for it.")
    emails_without_address: int = strawberry.field(
        description="How many e-mails were asked for and cannot be sent, because the family has no e-mail address."
    )


CreateMakeupTokensResult: TypeAlias = Annotated[
    CreateMakeupTokensSuccess | MakeupTokenDatesNotPossible | PermissionDenied,
    strawberry.union("CreateMakeupTokensResult", description="The new tokens, or why there are none."),
]


async def resolve(
    info: Info, input: Annotated[CreateMakeupTokensInput, strawberry.argument(description="The tokens.")]
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
    """`place` is the argument's. Raises BadInput."""
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
    description="Give a student makeup tokens by hand, all of them or none. The limit of the settings does not apply, "
    "nor does it matter whether absences earn tokens. Office and Staff Portal, CREATE_MAKEUP_TOKENS together with "
    "attendance VIEW; without SEE_ALL only to students enrolled in what the caller teaches. A student, location or "
    "program that is not to be seen or was deleted is NOT_FOUND.",
    metadata=requires([Permission.CREATE_MAKEUP_TOKENS]),
)
