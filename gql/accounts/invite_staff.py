"""The mutation inviteStaff (R12.2)."""

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from attendance.actions.accounts.invitations import invite
from attendance.actions.accounts.staff import StaffDraft, create_staff
from attendance.rules.organization.permissions import Viewer
from attendance.rules.vocabulary import PersonKind
from db.accounts.invitations import list_invitations
from db.unit_of_work import UnitOfWork
from gql.accounts.account_refusals import EmailTaken, NotInvitable
from gql.accounts.create_staff import CreateStaffInput, read_draft
from gql.accounts.invitation import Invitation, show_invitation
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission, SecurityEventKind
from gql.protocol.errors import BadInput

_STAFF = frozenset({PersonKind.STAFF})


@strawberry.input(description="Whom to invite: exactly one of `staffMemberId` and `newStaff`.")
class InviteStaffInput:
    staff_member_id: strawberry.ID | None = strawberry.field(
        default=None, description="The id of a staff member who has not chosen a password yet."
    )
    new_staff: CreateStaffInput | None = strawberry.field(
        default=None,
        description="A staff member to create, with an e-mail address. Its `idempotencyKey` is ignored.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The invitation is on its way. An earlier one to the same person was revoked.")
class InviteStaffSuccess:
    invitation: Invitation | None = strawberry.field(
        description="The invitation. Null when a retry finds that it was accepted, revoked or has expired."
    )


InviteStaffResult: TypeAlias = Annotated[
    InviteStaffSuccess | NotInvitable | EmailTaken | PermissionDenied,
    strawberry.union("InviteStaffResult", description="The invitation, or the reason why nobody was invited."),
]


async def resolve(
    info: Info, input: Annotated[InviteStaffInput, strawberry.argument(description="Whom to invite.")]
) -> InviteStaffResult | None:
    whom = _whom(input)
    terms = info.context.services.link_terms

    async def act(uow: UnitOfWork, viewer: Viewer, now: datetime) -> UUID:
        person_id = whom if isinstance(whom, UUID) else await create_staff(uow, viewer, whom)
        return await invite(uow, person_id, _STAFF, terms, by=viewer.caller.id, now=now)

    async with act_once(info, input, UUID, act) as done:
        organization_id = done.uow.organization_id
        found = await list_invitations(
            done.uow.connection, organization_id, _STAFF, now=done.now, ids=[done.outcome], limit=1
        )
    info.context.tell(SecurityEventKind.INVITED, done.viewer.caller, str(found[0].person.id) if found else None)
    return InviteStaffSuccess(invitation=show_invitation(found[0]) if found else None)


def _whom(input: InviteStaffInput) -> UUID | StaffDraft:
    """Raises BadInput."""
    given = input.staff_member_id
    if (given is None) is (input.new_staff is None):
        raise BadInput("Give exactly one of input.staffMemberId and input.newStaff.")
    if input.new_staff is not None:
        return read_draft(input.new_staff, "input.newStaff")
    return decode_id(given or "", "StaffMember", "input.staffMemberId")


field = strawberry.mutation(
    resolver=resolve,
    description="Send a staff member a link with which the person chooses a password. It can be used once, for 72 "
    "hours, and revokes an earlier one. Needs MANAGE_STAFF and, for a new staff member, every permission that is "
    "granted. A staff member or group that does not exist is NOT_FOUND.",
    metadata=requires([Permission.MANAGE_STAFF]),
)
