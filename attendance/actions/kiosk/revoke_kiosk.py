"""The action that revokes a kiosk (R5.1)."""

from datetime import datetime
from uuid import UUID

from attendance.rules.kiosk.kiosk_refusals import KioskNotFound
from attendance.rules.organization.permissions import Viewer
from db.kiosk.kiosks import end_kiosk, read_launched_kiosks
from db.unit_of_work import UnitOfWork


async def revoke_kiosk(uow: UnitOfWork, viewer: Viewer, kiosk_id: UUID, *, now: datetime) -> UUID:
    """Revoke a kiosk. Its token is refused from the next operation on. When it is called again, the first revocation
    stays.

    Raises KioskNotFound.
    """
    if kiosk_id not in await read_launched_kiosks(uow.connection, uow.organization_id, [kiosk_id]):
        raise KioskNotFound
    await end_kiosk(uow, kiosk_id, by=viewer.caller.id, now=now)
    return kiosk_id
