"""The mutation `revokeKiosk` ends the use of a kiosk (R5.1)."""

from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from attendance.actions.kiosk.revoke_kiosk import revoke_kiosk
from db.kiosk.kiosks import read_launched_kiosks
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission, SecurityEventKind
from gql.people.people import Kiosk, show_launched_kiosk


@strawberry.input(description="The kiosk to revoke.")
class RevokeKioskInput:
    kiosk_id: strawberry.ID = strawberry.field(description="The id of the kiosk.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The kiosk is revoked. This is also the answer when it was already revoked.")
class RevokeKioskSuccess:
    kiosk: Kiosk = strawberry.field(
        description="The kiosk. When it was already revoked, the time and author of the first revocation stay."
    )


RevokeKioskResult: TypeAlias = Annotated[
    RevokeKioskSuccess | PermissionDenied,
    strawberry.union("RevokeKioskResult", description="The kiosk, or the reason why it was not revoked."),
]


async def resolve(
    info: Info, input: Annotated[RevokeKioskInput, strawberry.argument(description="The kiosk to revoke.")]
) -> RevokeKioskResult | None:
    kiosk_id = decode_id(input.kiosk_id, "Kiosk", "input.kioskId")
    async with act_once(
        info, input, UUID, lambda uow, viewer, now: revoke_kiosk(uow, viewer, kiosk_id, now=now)
    ) as done:
        kiosks = await read_launched_kiosks(done.uow.connection, done.uow.organization_id, [kiosk_id])
    info.context.tell(SecurityEventKind.KIOSK_REVOKED, done.viewer.caller, str(kiosk_id))
    return RevokeKioskSuccess(kiosk=show_launched_kiosk(kiosks[kiosk_id]))


field = strawberry.mutation(
    resolver=resolve,
    description="Revokes a kiosk. Its token is refused from its next operation on and never works again. Repeating "
    "this is harmless. Needs LAUNCH_KIOSK in the Office Portal or the Staff Portal. A kiosk that does not exist is "
    "answered with NOT_FOUND.",
    metadata=requires([Permission.LAUNCH_KIOSK]),
)
