"""launchKiosk: a device token for a location's door (R5.1)."""

from datetime import datetime, timedelta
from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from attendance.actions.kiosk.launch_kiosk import Launch, Launched, launch_kiosk
from attendance.rules.vocabulary import Permission, Portal
from db.kiosk.kiosks import read_launched_kiosks
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.people.people import Kiosk, show_launched_kiosk
from gql.protocol.errors import BadInput

_LONGEST_NAME = 100
_USUAL_DAYS, _MOST_DAYS = 365, 730


@strawberry.input(description="A kiosk to be.")
class LaunchKioskInput:
    location_id: strawberry.ID = strawberry.field(description="Where the device stands; it reaches nothing else.")
    name: str = strawberry.field(
        description=f"What staff call the device, 1 to {_LONGEST_NAME} characters; spaces around it are cut off."
    )
    expires_at: datetime | None = strawberry.field(
        default=UNSET,
        description=f"When its token ends, ahead of now by at most {_MOST_DAYS} days; whole seconds, parts of one are "
        f"cut off. Left out or null: {_USUAL_DAYS} days from now.",
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=KEY_DESCRIPTION)


@strawberry.type(description="The kiosk is launched.")
class LaunchKioskSuccess:
    kiosk: Kiosk = strawberry.field(description="The kiosk.")
    device_token: str = strawberry.field(
        description="The device's access token: it sends it as `Authorization: Bearer ...`. It can do nothing but "
        "`viewer`, `kioskFamily` and `checkIn`, and cannot be read again later, save by a retry with the same "
        "idempotencyKey."
    )


LaunchKioskResult: TypeAlias = Annotated[
    LaunchKioskSuccess | PermissionDenied,
    strawberry.union("LaunchKioskResult", description="The kiosk with its token, or why there is none."),
]


async def resolve(
    info: Info, input: Annotated[LaunchKioskInput, strawberry.argument(description="Which kiosk.")]
) -> LaunchKioskResult | None:
    now = info.context.clock()
    launch = _checked(input, now)
    async with act_once(
        info, input, Launched, lambda uow, viewer, _: launch_kiosk(uow, viewer, launch, now=now)
    ) as done:
        kiosks = await read_launched_kiosks(done.uow.connection, done.uow.organization_id, [done.outcome.kiosk_id])
    tokens = info.context.services.access_tokens
    claims = tokens.claims(done.uow.organization_id, Portal.KIOSK, done.outcome.kiosk_id, None, done.outcome.expires_at)
    return LaunchKioskSuccess(
        kiosk=show_launched_kiosk(kiosks[done.outcome.kiosk_id]),
        device_token=tokens.sign(claims, done.outcome.launched_at),
    )


def _checked(input: LaunchKioskInput, now: datetime) -> Launch:
    location_id = decode_id(input.location_id, "Location", "input.locationId")
    name = input.name.strip()
    if not 0 < len(name) <= _LONGEST_NAME:
        raise BadInput(f"input.name has {len(name)} characters; 1 to {_LONGEST_NAME} are allowed.")
    wanted = input.expires_at if isinstance(input.expires_at, datetime) else now + timedelta(days=_USUAL_DAYS)
    expires_at = wanted.replace(microsecond=0)
    if not now < expires_at <= now + timedelta(days=_MOST_DAYS):
        raise BadInput(f"input.expiresAt must be ahead, by at most {_MOST_DAYS} days.")
    return Launch(location_id, name, expires_at)


field = strawberry.mutation(
    resolver=resolve,
    description="Launch a kiosk at a location and get the token for its device. Office and Staff Portal, LAUNCH_KIOSK. "
    "A location that does not exist or was deleted is NOT_FOUND.",
    metadata=requires([Permission.LAUNCH_KIOSK]),
)
