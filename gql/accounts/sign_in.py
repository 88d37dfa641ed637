"""The type SignIn."""

from datetime import datetime
from uuid import UUID

import strawberry

from db.accounts.sign_ins import SignInRow
from gql.fields.global_ids import encode_id
from gql.fields.node import Node
from gql.fields.vocabulary import Portal


@strawberry.type(description="A session of a person on a device, which goes on.")
class SignIn(Node):
    portal: Portal = strawberry.field(description="The portal to which the person signed in.")
    device: str | None = strawberry.field(
        description="What the device said of itself when the person signed in (its User-Agent), at most 200 "
        "characters. Null when it said nothing."
    )
    created_at: datetime = strawberry.field(description="When the person signed in.")
    last_used_at: datetime = strawberry.field(
        description="When the session was refreshed last, which happens each 15 minutes while it is used."
    )
    expires_at: datetime = strawberry.field(description="When the session ends if it is not refreshed before.")
    is_current: bool = strawberry.field(description="Whether this request belongs to the session.")


def show_sign_in(row: SignInRow, current: UUID | None) -> SignIn:
    return SignIn(
        id=encode_id("SignIn", row.id),
        portal=row.portal,
        device=row.device,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        expires_at=row.expires_at,
        is_current=row.id == current,
    )
