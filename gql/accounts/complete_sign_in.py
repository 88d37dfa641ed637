"""The mutation completeSignIn: the second step of signing in (R12.4)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.organization.sign_in import sign_in
from gql.accounts.account_refusals import ChallengeNotValid, WrongCode
from gql.accounts.acting_person import acting, check_code
from gql.credentials.challenges import CODE
from gql.fields.access import open_to_all
from gql.fields.context import Info
from gql.fields.vocabulary import SecurityEventKind
from gql.organization.session import SignInRefused, SignInSuccess, show_session


@strawberry.input(description="The challenge of `signIn`, and a code.")
class CompleteSignInInput:
    challenge: str = strawberry.field(description="The challenge of a SecondFactorRequired.")
    code: str = strawberry.field(
        description="The code that the authenticator app shows, 6 digits, or a recovery code. Each is good once."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Ignored. When the answer was lost, sign in again with the next code.",
    )


CompleteSignInResult: TypeAlias = Annotated[
    SignInSuccess | WrongCode | ChallengeNotValid | SignInRefused,
    strawberry.union("CompleteSignInResult", description="The session, or the reason why there is none."),
]


async def resolve(
    info: Info, input: Annotated[CompleteSignInInput, strawberry.argument(description="The challenge and a code.")]
) -> CompleteSignInResult | None:
    context, services, now = info.context, info.context.services, info.context.clock()
    async with acting(info, input.challenge, CODE) as person:
        is_recovery = await check_code(info, person, input.code)
        session = await sign_in(
            person.uow, person.account, person.portal, services.session_terms, now=now, device=context.device
        )
    if is_recovery:
        context.tell(SecurityEventKind.RECOVERY_CODE_USED, session.viewer.caller)
    context.tell(SecurityEventKind.SIGNED_IN, session.viewer.caller)
    return show_session(context, session, now)


field = strawberry.mutation(
    resolver=resolve,
    description="Sign in with a code, after the password. A code is good once, whoever gives it. After 10 wrong codes "
    "of one person within 15 minutes, further attempts are RATE_LIMITED. Open to everybody: the challenge and the code "
    "are the credential.",
    metadata=open_to_all(),
)
