"""The action by which a job ends the offers of one offering whose time is over, and offers its free places."""

from datetime import datetime
from uuid import UUID

from attendance.actions.enrollments.steps.offer_places import settle_and_offer
from db.calendar.timetables import lock_offerings
from db.organization.settings import read_settings
from db.unit_of_work import UnitOfWork


async def sweep_line(uow: UnitOfWork, offering_id: UUID, *, now: datetime) -> None:
    """Settle the offering's offers whose time is over, and offer free places to those who wait, by the settings."""
    await lock_offerings(uow, [offering_id])
    settings = await read_settings(uow.connection, uow.organization_id)
    await settle_and_offer(uow, [offering_id], settings, now=now)
