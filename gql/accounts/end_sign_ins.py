"""The mutation endSignIns (R12.5)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.accounts.end_sign_ins import end_sign_ins_of
from gql.accounts.invitation import decode_person
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission, SecurityEventKind


@strawberry.input(description="The person whose sessions end.")
class EndSignInsInput:
    person_id: strawberry.ID = strawberry.field(description="The id of a staff member or a guardian.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="All sessions of the person have ended. The person can sign in again.")
class EndSignInsSuccess:
    ended_sessions: int = strawberry.field(description="How many sessions have ended.")


EndSignInsResult: TypeAlias = Annotated[
    EndSignInsSuccess | PermissionDenied,
    strawberry.union("EndSignInsResult", description="The end of the sessions, or the reason why they go on."),
]


async def resolve(
    info: Info, input: Annotated[EndSignInsInput, strawberry.argument(description="The person whose sessions end.")]
) -> EndSignInsResult | None:
    person_id = decode_person(input.person_id, "input.personId")
    async with act_once(
        info, input, int, lambda uow, viewer, now: end_sign_ins_of(uow, viewer, person_id, now=now)
    ) as done:
        pass
    if done.outcome:
        info.context.tell(SecurityEventKind.SESSION_ENDED, done.viewer.caller, f"of {person_id}")
    return EndSignInsSuccess(ended_sessions=done.outcome)


field = strawberry.mutation(
    resolver=resolve,
    description="End all sessions of somebody. Their tokens are refused at once, and their live streams end within "
    "seconds. Needs OWNER; one's own sessions end with `signOut` and `everywhere`. Somebody who does not exist is "
    "NOT_FOUND.",
    metadata=requires([Permission.OWNER]),
)
