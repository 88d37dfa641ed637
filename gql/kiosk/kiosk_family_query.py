"""The query `kioskFamily` returns who of a family is expected today at the kiosk's location (R5.2)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import strawberry

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import OccurrenceKey, local_date
from attendance.rules.kiosk.countries import country_of
from attendance.rules.kiosk.kiosk import LONGEST_PHONE, Arrival, FamilyCode, is_kiosks_day
from db.calendar.occurrences import read_heads
from db.kiosk.kiosk_families import find_arrivals, find_families_by_phone
from db.organization.security_events import Happening
from gql.calendar.vocabulary import OccurrenceState
from gql.credentials.look_ups import LookUpLimits
from gql.fields.access import signed_in
from gql.fields.context import Context, Info, Reading, reading
from gql.fields.vocabulary import Portal, SecurityEventKind
from gql.kiosk.kiosk import KioskFamily, show_kiosk_family
from gql.protocol.errors import BadInput, RateLimited

_LONGEST_CODE = 200
_SHOWN = (OccurrenceState.SCHEDULED, OccurrenceState.CANCELLED)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What identifies the family. When both are None, no family can have the code that was given. It is looked up
    anyway, so that the answer takes the same time.
    """

    phone: str | None = None
    code: FamilyCode | None = None


async def resolve(
    info: Info,
    phone: Annotated[
        str | None,
        strawberry.argument(
            description=f"A phone number of the family, its own or a guardian's, in any notation and script, at most "
            f"{LONGEST_PHONE} characters. It is read as a number of the location's country. Country code, trunk zero, "
            "punctuation and extension may be given or left out."
        ),
    ] = None,
    qr_code: Annotated[
        str | None,
        strawberry.argument(
            description="The exact text of the family's QR code, which is `family.checkInCode`. At most "
            f"{_LONGEST_CODE} characters."
        ),
    ] = None,
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
    # It is asked for a code too, so that every look-up is the same work.
    families = await find_families_by_phone(
        source.connection, caller.organization_id, asked.phone or "", country_of(place.time_zone)
    )
    code = asked.code if asked.code and asked.code.organization_id == caller.organization_id else None
    return await find_arrivals(
        source.connection, caller.organization_id, caller.location_id, today, family_ids=families, code=code
    )


async def _heads(source: Reading, arrivals: list[Arrival], now: datetime) -> dict[OccurrenceKey, OccurrenceHead]:
    """Return those of the arrivals' occurrences that belong to the kiosk's day and are scheduled or cancelled."""
    caller = source.viewer.caller
    heads = await read_heads(source.connection, caller.organization_id, {each.key for each in arrivals})
    return {head.key: head for head in heads if is_kiosks_day(head, caller.location_id, now) and head.state in _SHOWN}


def _checked(context: Context, phone: str | None, qr_code: str | None) -> _Asked:
    """Return what identifies the family. Raises BadInput for a malformed request; a number or code that no family
    has is not malformed.
    """
    if (phone is None) == (qr_code is None):
        raise BadInput('Give exactly one of "phone" and "qrCode".')
    if phone is not None:
        if len(phone) > LONGEST_PHONE:
            raise BadInput(f'Argument "phone" has {len(phone)} characters; at most {LONGEST_PHONE} are allowed.')
        return _Asked(phone=phone)
    if qr_code is not None and len(qr_code) > _LONGEST_CODE:
        raise BadInput(f'Argument "qrCode" has {len(qr_code)} characters; at most {_LONGEST_CODE} are allowed.')
    return _Asked(code=context.services.check_in_codes.read(qr_code or ""))


async def _count(context: Context) -> None:
    """Count the look-up. Raises RateLimited. A caller who is not a kiosk is not counted, because the access check
    refuses it later.
    """
    if context.claims is None or context.claims.kiosk_id is None:
        return
    wait = await context.services.look_ups.begin(context.claims.kiosk_id)
    if wait is not None:
        happening = Happening(
            SecurityEventKind.KIOSK_LIMITED,
            kiosk_id=context.claims.kiosk_id,
            portal=Portal.KIOSK,
            address=context.address,
        )
        context.services.security_log.tell(context.claims.organization_id, happening)
        raise RateLimited("There were too many look-ups. Wait before you try again.", retryAfterSeconds=wait)


_LIMITS = LookUpLimits()
field = strawberry.field(
    resolver=resolve,
    description="The students of a family who are expected today at the kiosk's location. The family is identified by "
    "its phone number or its QR code. When up to four families share a phone number, all of their students are shown; "
    f"when more share it, none are. For kiosks only. After {_LIMITS.per_kiosk} look-ups within {_LIMITS.window} "
    "seconds, the device gets the error RATE_LIMITED with `retryAfterSeconds`.",
    metadata=signed_in(Portal.KIOSK),
)
