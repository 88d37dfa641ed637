"""The mutation `launchKiosk` creates a kiosk and the token for its device (R5.1)."""

from datetime import datetime, timedelta
from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.kiosk.launch_kiosk import Launch, Launched, launch_kiosk
from db.kiosk.kiosks import read_launched_kiosks
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.names import checked_name
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission, Portal, SecurityEventKind
from gql.people.people import Kiosk, show_launched_kiosk
from gql.protocol.errors import BadInput

_LONGEST_NAME = 100
_USUAL_DAYS, _MOST_DAYS = 365, 730


@strawberry.input(description="The kiosk to launch.")
class LaunchKioskInput:
    location_id: strawberry.ID = strawberry.field(
        description="The id of the location where the device stands. The kiosk can reach nothing at other locations."
    )
    name: str = strawberry.field(
        description=f"The name that staff give the device, 1 to {_LONGEST_NAME} characters. Spaces at its start and "
        "end are removed."
    )
    expires_at: datetime | None = strawberry.field(
        default=None,
        description=f"When the kiosk's token expires: in the future, but at most {_MOST_DAYS} days from now. "
        f"Fractions of a second are dropped. When left out or null, it expires {_USUAL_DAYS} days from now.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The kiosk was launched.")
class LaunchKioskSuccess:
    kiosk: Kiosk = strawberry.field(description="The new kiosk.")
    device_token: str = strawberry.field(
        description="The access token for the device, which sends it as `Authorization: Bearer ...`. It only allows "
        "`viewer`, `kioskFamily` and `checkIn`. It cannot be read again later, except by a retry with the same "
        "idempotencyKey."
    )


LaunchKioskResult: TypeAlias = Annotated[
    LaunchKioskSuccess | PermissionDenied,
    strawberry.union("LaunchKioskResult", description="The kiosk with its token, or the reason why none was launched."),
]


async def resolve(
    info: Info, input: Annotated[LaunchKioskInput, strawberry.argument(description="The kiosk to launch.")]
) -> LaunchKioskResult | None:
    now = info.context.clock()
    launch = _checked(input, now)
    async with act_once(
        info, input, Launched, lambda uow, viewer, _: launch_kiosk(uow, viewer, launch, now=now)
    ) as done:
        kiosks = await read_launched_kiosks(done.uow.connection, done.uow.organization_id, [done.outcome.kiosk_id])
    info.context.tell(SecurityEventKind.KIOSK_LAUNCHED, done.viewer.caller, str(done.outcome.kiosk_id))
    tokens = info.context.services.access_tokens
    claims = tokens.claims(done.uow.organization_id, Portal.KIOSK, done.outcome.kiosk_id, None, done.outcome.expires_at)
    return LaunchKioskSuccess(
        kiosk=show_launched_kiosk(kiosks[done.outcome.kiosk_id]),
        device_token=tokens.sign(claims, done.outcome.launched_at),
    )


def _checked(input: LaunchKioskInput, now: datetime) -> Launch:
    location_id = decode_id(input.location_id, "Location", "input.locationId")
    name = checked_name(input.name, "input.name", _LONGEST_NAME)
    wanted = input.expires_at or now + timedelta(days=_USUAL_DAYS)
    expires_at = wanted.replace(microsecond=0)
    if not now < expires_at <= now + timedelta(days=_MOST_DAYS):
        raise BadInput(f"input.expiresAt must be in the future, and at most {_MOST_DAYS} days from now.")
    return Launch(location_id, name, expires_at)


field = strawberry.mutation(
    resolver=resolve,
    description="Launches a kiosk at a location and returns the token for its device. Needs LAUNCH_KIOSK in the "
    "Office Portal or the Staff Portal. A location that does not exist or was deleted is answered with NOT_FOUND.",
    metadata=requires([Permission.LAUNCH_KIOSK]),
)
