"""The mutation `rotateCheckInCode` replaces a family's QR code, for example when its card was lost (R5.2)."""

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from attendance.actions.kiosk.rotate_check_in_code import rotate_check_in_code
from attendance.rules.organization.permissions import Viewer
from db.unit_of_work import UnitOfWork
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info, Reading
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.nodes import find_nodes
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission, Portal
from gql.people.student import Family
from gql.protocol.errors import NotFound


@strawberry.input(description="The family whose check-in code is to be replaced.")
class RotateCheckInCodeInput:
    family_id: strawberry.ID = strawberry.field(description="The id of the family.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The family has a new check-in code. Every kiosk refuses the earlier ones.")
class RotateCheckInCodeSuccess:
    family: Family = strawberry.field(description="The family with its new check-in code.")


RotateCheckInCodeResult: TypeAlias = Annotated[
    RotateCheckInCodeSuccess | PermissionDenied,
    strawberry.union("RotateCheckInCodeResult", description="The family, or the reason why its code was not replaced."),
]


async def resolve(
    info: Info, input: Annotated[RotateCheckInCodeInput, strawberry.argument(description="The family.")]
) -> RotateCheckInCodeResult | None:
    family_id = decode_id(input.family_id, "Family", "input.familyId")
    async with act_once(info, input, int, lambda uow, viewer, now: _rotate(uow, viewer, family_id, now)) as done:
        return RotateCheckInCodeSuccess(family=await _visible_family(done.reading, family_id, done.now))


async def _rotate(uow: UnitOfWork, viewer: Viewer, family_id: UUID, now: datetime) -> int:
    await _visible_family(Reading(uow.connection, viewer), family_id, now)
    return await rotate_check_in_code(uow, family_id)


async def _visible_family(source: Reading, family_id: UUID, now: datetime) -> Family:
    """Return the family. Raises NotFound when the viewer may not see it."""
    wanted = ("Family", (family_id,))
    family = (await find_nodes(source, [wanted], now)).get(wanted)
    if not isinstance(family, Family):
        raise NotFound('There is no family with the id in "input.familyId", or you may not see it.')
    return family


field = strawberry.mutation(
    resolver=resolve,
    description="Replaces a family's check-in code, for example when its card was lost. Guardians can do this for "
    "their own family. Staff need LAUNCH_KIOSK in the Office Portal or the Staff Portal, and must be allowed to see "
    "the family. A family that does not exist or that the caller may not see is answered with NOT_FOUND.",
    metadata=requires([Permission.LAUNCH_KIOSK], by_name=[Portal.CUSTOMER]),
)
