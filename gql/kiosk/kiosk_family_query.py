"""kioskFamily: who of a family is expected today where the kiosk stands (R5.2)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import strawberry
from strawberry import UNSET

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import OccurrenceKey, local_date
from attendance.rules.kiosk.kiosk import LONGEST_PHONE, Arrival, FamilyCode, digits_of, is_kiosks_day
from attendance.rules.vocabulary import OccurrenceState, Portal
from db.calendar.occurrences import read_heads
from db.kiosk.kiosk_families import find_arrivals
from gql.credentials.look_ups import LookUpLimits
from gql.fields.access import signed_in
from gql.fields.context import Context, Info, Reading, reading
from gql.kiosk.kiosk import KioskFamily, show_kiosk_family
from gql.protocol.errors import BadInput, RateLimited

_LONGEST_CODE = 200
_SHOWN = (OccurrenceState.SCHEDULED, OccurrenceState.CANCELLED)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Both None: what was given is nobody's, and is looked for all the same, so that it takes as long."""

    digits: str | None = None
    code: FamilyCode | None = None


async def resolve(
    info: Info,
    phone: Annotated[
        str | None,
        strawberry.argument(
            description=f"The family's phone number in any spelling, at most {LONGEST_PHONE} characters: digits alone "
            "are compared, all of them."
        ),
    ] = UNSET,
    qr_code: Annotated[
        str | None,
        strawberry.argument(
            description="What the family's QR code says, character by character: `family.checkInCode`; at most "
            f"{_LONGEST_CODE} characters."
        ),
    ] = UNSET,
) -> KioskFamily:
    asked = _checked(info.context, phone or None, qr_code or None)
    await _count(info.context)
    now = info.context.clock()
    async with reading(info) as source:
        arrivals = await _arrivals(source, asked, now)
        heads = await _heads(source, arrivals, now)
    return show_kiosk_family(arrivals, heads, source.viewer.settings.kiosk, now)


async def _arrivals(source: Reading, asked: _Asked, now: datetime) -> list[Arrival]:
    caller, place = source.viewer.caller, source.viewer.place
    if caller.location_id is None or place is None:
        return []
    today = local_date(now, ZoneInfo(place.time_zone))
    code = asked.code if asked.code and asked.code.organization_id == caller.organization_id else None
    return await find_arrivals(
        source.connection, caller.organization_id, caller.location_id, today, digits=asked.digits, code=code
    )


async def _heads(source: Reading, arrivals: list[Arrival], now: datetime) -> dict[OccurrenceKey, OccurrenceHead]:
    """Of the kiosk's day, those that take place or would have."""
    caller = source.viewer.caller
    heads = await read_heads(source.connection, caller.organization_id, {each.key for each in arrivals})
    return {head.key: head for head in heads if is_kiosks_day(head, caller.location_id, now) and head.state in _SHOWN}


def _checked(context: Context, phone: str | None, qr_code: str | None) -> _Asked:
    """Raises BadInput for what is no question at all; a number or code that is nobody's is none of that."""
    if (phone is None) == (qr_code is None):
        raise BadInput('Give "phone" or "qrCode": exactly one of them.')
    if phone is not None:
        if len(phone) > LONGEST_PHONE:
            raise BadInput(f'Argument "phone" has {len(phone)} characters; at most {LONGEST_PHONE} are allowed.')
        return _Asked(digits=digits_of(phone))
    if qr_code is not None and len(qr_code) > _LONGEST_CODE:
        raise BadInput(f'Argument "qrCode" has {len(qr_code)} characters; at most {_LONGEST_CODE} are allowed.')
    return _Asked(code=context.services.check_in_codes.read(qr_code or ""))


async def _count(context: Context) -> None:
    """Raises RateLimited. Whoever is no kiosk is refused later, and counts for nobody."""
    if context.claims is None or context.claims.kiosk_id is None:
        return
    wait = await context.services.look_ups.begin(context.claims.kiosk_id)
    if wait is not None:
        raise RateLimited("Too many look-ups. Wait before you try again.", retryAfterSeconds=wait)


_LIMITS = LookUpLimits()
field = strawberry.field(
    resolver=resolve,
    description="Who of a family is expected today at the kiosk's location, by the family's phone number or QR code; "
    "families that share a phone number are shown together, four at most, else none. Kiosks only. After "
    f"{_LIMITS.per_kiosk} look-ups within {_LIMITS.window} seconds the device is RATE_LIMITED, with retryAfterSeconds.",
    metadata=signed_in(Portal.KIOSK),
)
