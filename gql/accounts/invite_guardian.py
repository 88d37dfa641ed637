"""The mutation inviteGuardian (R12.2)."""

from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from attendance.actions.accounts.invitations import invite
from attendance.rules.vocabulary import PersonKind
from db.accounts.invitations import list_invitations
from gql.accounts.account_refusals import NotInvitable
from gql.accounts.invitation import Invitation, show_invitation
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission, SecurityEventKind

_GUARDIANS = frozenset({PersonKind.GUARDIAN})


@strawberry.input(description="The guardian to invite.")
class InviteGuardianInput:
    guardian_id: strawberry.ID = strawberry.field(description="The id of a guardian who has not chosen a password yet.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The invitation is on its way. An earlier one to the same guardian was revoked.")
class InviteGuardianSuccess:
    invitation: Invitation | None = strawberry.field(
        description="The invitation. Null when a retry finds that it was accepted, revoked or has expired."
    )


InviteGuardianResult: TypeAlias = Annotated[
    InviteGuardianSuccess | NotInvitable | PermissionDenied,
    strawberry.union("InviteGuardianResult", description="The invitation, or the reason why nobody was invited."),
]


async def resolve(
    info: Info, input: Annotated[InviteGuardianInput, strawberry.argument(description="The guardian to invite.")]
) -> InviteGuardianResult | None:
    person_id = decode_id(input.guardian_id, "Guardian", "input.guardianId")
    terms = info.context.services.link_terms
    async with act_once(
        info,
        input,
        UUID,
        lambda uow, viewer, now: invite(uow, person_id, _GUARDIANS, terms, by=viewer.caller.id, now=now),
    ) as done:
        organization_id = done.uow.organization_id
        found = await list_invitations(
            done.uow.connection, organization_id, _GUARDIANS, now=done.now, ids=[done.outcome], limit=1
        )
    info.context.tell(SecurityEventKind.INVITED, done.viewer.caller, str(person_id))
    return InviteGuardianSuccess(invitation=show_invitation(found[0]) if found else None)


field = strawberry.mutation(
    resolver=resolve,
    description="Send a guardian a link with which the guardian chooses a password for the Customer Portal. It can be "
    "used once, for 72 hours, and revokes an earlier one. Needs MANAGE_ENROLLMENTS. A guardian who does not exist is "
    "NOT_FOUND.",
    metadata=requires([Permission.MANAGE_ENROLLMENTS]),
)
