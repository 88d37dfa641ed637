"""The query checkAccountLink: whether the link of an invitation or of a reset can still be used (R12.2)."""

from typing import Annotated

import strawberry

from attendance.actions.accounts.choose_password import refuse_link
from attendance.rules.accounts.account_links import LinkToken, LinkVerdict, judge_link
from db.accounts.account_links import read_link
from gql.accounts.chosen_password import LONGEST_TOKEN, OF_TOKEN, count_attempt
from gql.accounts.vocabulary import AccountLinkPurpose, LinkNotValidReason
from gql.fields.access import open_to_all
from gql.fields.context import Info
from gql.protocol.errors import BadInput


@strawberry.type(description="Whether a link can be used.")
class AccountLinkCheck:
    is_valid: bool = strawberry.field(description="Whether a password can be chosen with the link at this moment.")
    link_reason: LinkNotValidReason | None = strawberry.field(
        description="Why the link cannot be used. Null when it can."
    )
    message: str | None = strawberry.field(
        description="The reason as an English sentence that can be shown to a person. Null when the link can be used."
    )


async def resolve(
    info: Info,
    purpose: Annotated[AccountLinkPurpose, strawberry.argument(description="What the link is for.")],
    token: Annotated[str, strawberry.argument(description=OF_TOKEN)],
) -> AccountLinkCheck:
    if len(token) > LONGEST_TOKEN:
        raise BadInput(f'Argument "token" has at most {LONGEST_TOKEN} characters.')
    verdict = await _judge(info, purpose, token)
    if verdict is LinkVerdict.OPEN:
        return AccountLinkCheck(is_valid=True, link_reason=None, message=None)
    refused = refuse_link(verdict)
    return AccountLinkCheck(is_valid=False, link_reason=refused.link_reason, message=refused.message)


async def _judge(info: Info, purpose: AccountLinkPurpose, text: str) -> LinkVerdict:
    context = info.context
    token = LinkToken.decode(text)
    if token is None:
        return LinkVerdict.UNKNOWN
    # Checks are counted apart from attempts to choose a password: opening the page leaves all of those.
    counted_as = f"check of link {token.link_id}"
    await count_attempt(context, counted_as)
    async with context.readers, context.services.database.read(token.organization_id) as connection:
        state = await read_link(connection, token.organization_id, token.link_id)
    verdict = judge_link(token, state, purpose, context.clock())
    if verdict is LinkVerdict.OPEN:
        await context.services.attempts.succeed(counted_as, context.address)
    return verdict


field = strawberry.field(
    resolver=resolve,
    description="Whether a password can still be chosen with the link of an invitation or of a reset. It changes "
    "nothing, and tells nothing about the person. Open to everybody: the token of the link is the credential, and "
    "another purpose than that of the link is answered as UNKNOWN. After 10 checks of one link that cannot be used, or "
    "100 from one network address, within 15 minutes, further checks are RATE_LIMITED.",
    metadata=open_to_all(),
)
