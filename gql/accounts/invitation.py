"""The type Invitation, and whom a caller may invite."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.organization.permissions import Caller, may
from attendance.rules.vocabulary import PersonKind
from db.accounts.invitations import InvitationRow
from gql.fields.global_ids import decode_node_id, encode_id
from gql.fields.node import Node
from gql.fields.vocabulary import Permission
from gql.people.people import Guardian, StaffMember, show_guardian, show_staff_member

AccountHolder = Annotated[
    StaffMember | Guardian,
    strawberry.union("AccountHolder", description="Somebody who has, or can have, an account to sign in with."),
]


@strawberry.type(
    description="A link that was sent to somebody who has not chosen a password yet. It can still be used."
)
class Invitation(Node):
    person: AccountHolder = strawberry.field(description="The person who was invited.")
    email: str | None = strawberry.field(
        description="The e-mail address to which the link was sent. Null when it was removed meanwhile."
    )
    created_at: datetime = strawberry.field(description="When the link was made.")
    created_by: StaffMember | None = strawberry.field(
        description="The staff member who sent it. Null when an operator made it."
    )
    expires_at: datetime = strawberry.field(description="When the link ends, 72 hours after it was sent.")


_PEOPLE = frozenset({"StaffMember", "Guardian"})


def decode_person(value: str, argument: str) -> UUID:
    """Return the UUID in the id of a staff member or a guardian. Raises BadInput for anything else."""
    _, (key,) = decode_node_id(value, argument, _PEOPLE)
    return UUID(str(key))


def show_invitation(row: InvitationRow) -> Invitation:
    show = show_staff_member if row.kind is PersonKind.STAFF else show_guardian
    return Invitation(
        id=encode_id("Invitation", row.id),
        person=show(row.person),
        email=row.email,
        created_at=row.created_at,
        created_by=None if row.created_by is None else show_staff_member(row.created_by),
        expires_at=row.expires_at,
    )


def invitable_kinds(caller: Caller) -> frozenset[PersonKind]:
    """Return the kinds of people whom the caller may invite (R12.2)."""
    needed = {PersonKind.STAFF: Permission.MANAGE_STAFF, PersonKind.GUARDIAN: Permission.MANAGE_ENROLLMENTS}
    return frozenset(kind for kind, permission in needed.items() if may(caller, permission))
