"""The first step of actions that change a row of the catalogue: read it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from attendance.rules.calendar.timeslots import local_dates
from attendance.rules.refusals import NothingFound
from db import models
from db.catalogue.rows import find_row
from db.models.table import Entity
from db.tokens.tokens_by_hand import read_zones
from db.unit_of_work import UnitOfWork

_WORDS: dict[type[Entity], str] = {
    models.Location: "location",
    models.Program: "program",
    models.Session: "session",
    models.BlackoutSchedule: "blackout schedule",
    models.BlackoutDate: "closure",
    models.Offering: "offering",
    models.Timeslot: "timeslot",
}


async def require_row(uow: UnitOfWork, model: type[Entity], row_id: UUID) -> Row[Any]:
    """Return the row. Raises NothingFound when there is none or it was deleted."""
    row = await find_row(uow, model, row_id)
    if row is None or getattr(row, "deleted_at", None) is not None:
        raise NothingFound(f"There is no such {_WORDS[model]}.")
    return row


async def latest_today(uow: UnitOfWork, now: datetime) -> date:
    """Return the latest date that it is now at some location."""
    zones = await read_zones(uow.connection, uow.organization_id)
    return local_dates(now, zones.everywhere)[1]


async def earliest_today(uow: UnitOfWork, now: datetime) -> date:
    """Return the earliest date that it is now at some location."""
    zones = await read_zones(uow.connection, uow.organization_id)
    return local_dates(now, zones.everywhere)[0]
