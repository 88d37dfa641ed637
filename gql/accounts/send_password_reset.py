"""The mutation sendPasswordReset, with which an administrator starts a reset (R12.2)."""

from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from attendance.actions.accounts.invitations import send_reset
from gql.accounts.account_refusals import NotInvitable
from gql.accounts.invitation import decode_person, invitable_kinds
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission, SecurityEventKind


@strawberry.input(description="The person who forgot the password.")
class SendPasswordResetInput:
    person_id: strawberry.ID = strawberry.field(description="The id of a staff member or a guardian.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The link is on its way to the person's e-mail address. An earlier one was revoked.")
class SendPasswordResetSuccess:
    person_id: strawberry.ID = strawberry.field(description="The id of the person.")


SendPasswordResetResult: TypeAlias = Annotated[
    SendPasswordResetSuccess | NotInvitable | PermissionDenied,
    strawberry.union("SendPasswordResetResult", description="The sending, or the reason why nothing was sent."),
]


async def resolve(
    info: Info,
    input: Annotated[SendPasswordResetInput, strawberry.argument(description="The person who forgot the password.")],
) -> SendPasswordResetResult | None:
    person_id = decode_person(input.person_id, "input.personId")
    terms = info.context.services.link_terms
    async with act_once(
        info,
        input,
        UUID,
        lambda uow, viewer, now: send_reset(
            uow,
            person_id,
            invitable_kinds(viewer.caller),
            terms,
            by=viewer.caller.id,
            now=now,
        ),
    ) as done:
        pass
    info.context.tell(SecurityEventKind.PASSWORD_RESET_REQUESTED, done.viewer.caller, str(done.outcome))
    return SendPasswordResetSuccess(person_id=input.person_id)


field = strawberry.mutation(
    resolver=resolve,
    description="Send somebody a link for choosing another password. It can be used once, for 30 minutes. Nobody but "
    "the person chooses or sees the password, which stays as it is until then. At most three within an hour. Needs "
    "MANAGE_STAFF for a staff member, and MANAGE_ENROLLMENTS for a guardian; anybody else is NOT_FOUND.",
    metadata=requires([Permission.MANAGE_STAFF, Permission.MANAGE_ENROLLMENTS]),
)
