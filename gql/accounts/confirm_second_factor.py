"""The mutation confirmSecondFactor (R12.4)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.accounts.second_factors import confirm_second_factor
from attendance.actions.organization.sign_in import sign_in
from gql.accounts.account_refusals import ChallengeNotValid, SecondFactorAlreadyOn, WrongCode
from gql.accounts.acting_person import acting, counted
from gql.fields.access import open_to_all
from gql.fields.context import Info
from gql.fields.vocabulary import SecurityEventKind
from gql.organization.session import SignInSuccess, show_session


@strawberry.input(description="The first code of the authenticator app.")
class ConfirmSecondFactorInput:
    code: str = strawberry.field(description="The code that the app shows, 6 digits.")
    challenge: str | None = strawberry.field(
        default=None,
        description="The challenge of a SecondFactorSetupRequired. When left out or null, the caller must be signed "
        "in.",
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Ignored. When the answer was lost, the second factor is in force: sign in with it, and make new "
        "recovery codes with `renewRecoveryCodes`.",
    )


@strawberry.type(description="The second factor is in force from now on.")
class ConfirmSecondFactorSuccess:
    recovery_codes: list[str] = strawberry.field(
        description="Ten codes, each of which stands in for the app once. They are shown once."
    )
    session: SignInSuccess | None = strawberry.field(
        description="The session that begins, when a challenge was given. Null when the caller was signed in."
    )


ConfirmSecondFactorResult: TypeAlias = Annotated[
    ConfirmSecondFactorSuccess | WrongCode | ChallengeNotValid | SecondFactorAlreadyOn,
    strawberry.union("ConfirmSecondFactorResult", description="The recovery codes, or the reason why there are none."),
]


async def resolve(
    info: Info, input: Annotated[ConfirmSecondFactorInput, strawberry.argument(description="The first code.")]
) -> ConfirmSecondFactorResult | None:
    context, services = info.context, info.context.services
    session, now = None, context.clock()
    async with acting(info, input.challenge) as person:
        async with counted(context, person.uow.organization_id, person.person_id):
            codes = await confirm_second_factor(
                person.uow, person.person_id, input.code, services.authenticator, now=now
            )
        if person.challenged is not None:
            session = await sign_in(
                person.uow, person.challenged, person.portal, services.session_terms, now=now, device=context.device
            )
    shown = None if session is None else show_session(context, session, now)
    context.tell_of_person(
        person.uow.organization_id, person.person_id, SecurityEventKind.SECOND_FACTOR_ADDED, person.portal
    )
    return ConfirmSecondFactorSuccess(recovery_codes=codes, session=shown)


field = strawberry.mutation(
    resolver=resolve,
    description="Put the secret of `startSecondFactor` into force with the first code that the app shows. From then "
    "on, signing in needs a code too. After 10 wrong codes within 15 minutes, further attempts are RATE_LIMITED. For "
    "staff and guardians, and for somebody with a challenge, who is signed in by it.",
    metadata=open_to_all(),
)
