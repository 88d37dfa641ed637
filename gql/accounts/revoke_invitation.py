"""The mutation revokeInvitation (R12.2)."""

from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from attendance.actions.accounts.invitations import revoke_invitation
from gql.accounts.invitation import invitable_kinds
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission, SecurityEventKind


@strawberry.input(description="The invitation to revoke.")
class RevokeInvitationInput:
    invitation_id: strawberry.ID = strawberry.field(description="The id of the invitation.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The link cannot be used any more. This is also the answer when that was so before.")
class RevokeInvitationSuccess:
    invitation_id: strawberry.ID = strawberry.field(description="The id of the invitation.")


RevokeInvitationResult: TypeAlias = Annotated[
    RevokeInvitationSuccess | PermissionDenied,
    strawberry.union("RevokeInvitationResult", description="The end of the link, or the reason why it goes on."),
]


async def resolve(
    info: Info, input: Annotated[RevokeInvitationInput, strawberry.argument(description="The invitation to revoke.")]
) -> RevokeInvitationResult | None:
    link_id = decode_id(input.invitation_id, "Invitation", "input.invitationId")
    async with act_once(
        info,
        input,
        UUID,
        lambda uow, viewer, now: revoke_invitation(uow, link_id, invitable_kinds(viewer.caller), now=now),
    ) as done:
        pass
    info.context.tell(SecurityEventKind.INVITATION_REVOKED, done.viewer.caller, str(done.outcome))
    return RevokeInvitationSuccess(invitation_id=input.invitation_id)


field = strawberry.mutation(
    resolver=resolve,
    description="Revoke an invitation. Needs MANAGE_STAFF for one to a staff member, and MANAGE_ENROLLMENTS for one to "
    "a guardian; any other one is NOT_FOUND.",
    metadata=requires([Permission.MANAGE_STAFF, Permission.MANAGE_ENROLLMENTS]),
)
