"""The mutation endSignIn (R12.5)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.accounts.end_sign_ins import end_one_sign_in
from gql.fields.access import signed_in
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Portal, SecurityEventKind


@strawberry.input(description="The session to end.")
class EndSignInInput:
    sign_in_id: strawberry.ID = strawberry.field(description="The id of the session, from `signIns`.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The session has ended. This is also the answer when it had ended before.")
class EndSignInSuccess:
    ended_sessions: int = strawberry.field(description="How many sessions have ended: 1, or 0 if it had ended before.")


EndSignInResult: TypeAlias = Annotated[
    EndSignInSuccess | PermissionDenied,
    strawberry.union("EndSignInResult", description="The end of the session, or the reason why it goes on."),
]


async def resolve(
    info: Info, input: Annotated[EndSignInInput, strawberry.argument(description="The session to end.")]
) -> EndSignInResult | None:
    sign_in_id = decode_id(input.sign_in_id, "SignIn", "input.signInId")
    async with act_once(
        info, input, int, lambda uow, viewer, now: end_one_sign_in(uow, viewer, sign_in_id, now=now)
    ) as done:
        pass
    if done.outcome:
        info.context.tell(SecurityEventKind.SESSION_ENDED, done.viewer.caller, str(sign_in_id))
    return EndSignInSuccess(ended_sessions=done.outcome)


field = strawberry.mutation(
    resolver=resolve,
    description="End a session, for example on a device that was lost. Its tokens are refused at once, and its live "
    "streams end within seconds. Everybody ends their own sessions, and owners anybody's; any other one is NOT_FOUND.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
