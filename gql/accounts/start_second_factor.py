"""The mutation startSecondFactor (R12.4)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.accounts.second_factors import start_second_factor
from attendance.rules.accounts.account_refusals import WrongPassword as WrongPasswordGiven
from gql.accounts.account_refusals import ChallengeNotValid, SecondFactorAlreadyOn, WrongPassword
from gql.accounts.acting_person import acting
from gql.accounts.present_password import holder_with_password
from gql.fields.access import open_to_all
from gql.fields.context import Info
from gql.protocol.errors import BadInput


@strawberry.input(description="Proof of the password: exactly one of `presentPassword` and `challenge`.")
class StartSecondFactorInput:
    present_password: str | None = strawberry.field(
        default=None, description="The caller's present password, for somebody who is signed in."
    )
    challenge: str | None = strawberry.field(
        default=None,
        description="The challenge of a SecondFactorSetupRequired, for somebody who has to set up a second factor to "
        "sign in.",
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description="Ignored, because it is not needed: a newer secret replaces an older one."
    )


@strawberry.type(
    description="A secret for an authenticator app (RFC 6238: SHA-1, 6 digits, 30 seconds). It is in force after "
    "`confirmSecondFactor`."
)
class StartSecondFactorSuccess:
    secret: str = strawberry.field(description="The secret in base 32, to type into an app. It is shown once.")
    uri: str = strawberry.field(description="The same as an otpauth address, to show as a QR code.")


StartSecondFactorResult: TypeAlias = Annotated[
    StartSecondFactorSuccess | WrongPassword | ChallengeNotValid | SecondFactorAlreadyOn,
    strawberry.union("StartSecondFactorResult", description="The secret, or the reason why there is none."),
]


async def resolve(
    info: Info, input: Annotated[StartSecondFactorInput, strawberry.argument(description="Proof of the password.")]
) -> StartSecondFactorResult | None:
    if (input.present_password is None) is (input.challenge is None):
        raise BadInput("Give exactly one of input.presentPassword and input.challenge.")
    if input.present_password is not None and await holder_with_password(info, input.present_password) is None:
        raise WrongPasswordGiven
    context = info.context
    async with acting(info, input.challenge) as person:
        new = await start_second_factor(
            person.uow, person.person_id, context.services.authenticator, now=context.clock()
        )
    return StartSecondFactorSuccess(secret=new.secret, uri=new.uri)


field = strawberry.mutation(
    resolver=resolve,
    description="Make a secret for an authenticator app. For staff and guardians with a password here, and for "
    "somebody with a challenge.",
    metadata=open_to_all(),
)
