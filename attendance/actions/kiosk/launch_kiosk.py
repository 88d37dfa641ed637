"""The action that launches a kiosk at a location (R5.1)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.rules.organization.permissions import Viewer
from attendance.rules.refusals import LocationNotFound
from db.calendar.offerings import read_locations
from db.ids import new_id
from db.kiosk.kiosks import add_kiosk
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Launch:
    """The kiosk to launch. `name` is not blank, and `expires_at` is in the future."""

    location_id: UUID
    name: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Launched:
    """Everything from which the device's token is made. The token itself is not stored, and a retry makes the same
    one.
    """

    kiosk_id: UUID
    launched_at: datetime
    expires_at: datetime


async def launch_kiosk(uow: UnitOfWork, viewer: Viewer, launch: Launch, *, now: datetime) -> Launched:
    """Launch a kiosk. Each call launches another one. Raises LocationNotFound."""
    locations = await read_locations(uow.connection, uow.organization_id)
    if launch.location_id not in {each.id for each in locations}:
        raise LocationNotFound
    kiosk_id = new_id()
    await add_kiosk(
        uow, kiosk_id, launch.location_id, launch.name, by=viewer.caller.id, now=now, expires_at=launch.expires_at
    )
    return Launched(kiosk_id, now, launch.expires_at)
