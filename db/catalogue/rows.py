"""Reads, adds and changes single rows of the catalogue's tables."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, insert, text, update

from db import models
from db.ids import new_id
from db.models.table import Entity
from db.unit_of_work import UnitOfWork

_FIND = {
    models.Location: text("SELECT * FROM location WHERE organization_id = :organization_id AND id = :id"),
    models.Program: text("SELECT * FROM program WHERE organization_id = :organization_id AND id = :id"),
    models.Session: text("SELECT * FROM session WHERE organization_id = :organization_id AND id = :id"),
    models.BlackoutSchedule: text(
        "SELECT * FROM blackout_schedule WHERE organization_id = :organization_id AND id = :id"
    ),
    models.BlackoutDate: text("SELECT * FROM blackout_date WHERE organization_id = :organization_id AND id = :id"),
    models.Offering: text("SELECT * FROM offering WHERE organization_id = :organization_id AND id = :id"),
    models.Timeslot: text("SELECT * FROM timeslot WHERE organization_id = :organization_id AND id = :id"),
}


async def find_row(uow: UnitOfWork, model: type[Entity], row_id: UUID) -> Row[Any] | None:
    """Return the row with its columns by name, deleted or not. Words of a vocabulary are plain text."""
    given = {"organization_id": uow.organization_id, "id": row_id}
    return (await uow.connection.execute(_FIND[model], given)).one_or_none()


async def add_row(uow: UnitOfWork, model: type[Entity], **values: Any) -> UUID:
    """Add a row with a new id and return the id."""
    row_id = new_id()
    await uow.connection.execute(insert(model).values(organization_id=uow.organization_id, id=row_id, **values))
    return row_id


async def change_row(uow: UnitOfWork, model: type[Entity], row_id: UUID, **values: Any) -> None:
    """Set columns of a row; without values nothing happens."""
    if values:
        mine = (model.organization_id == uow.organization_id, model.id == row_id)
        await uow.connection.execute(update(model).where(*mine).values(**values))


async def remove_blackout_date(uow: UnitOfWork, row_id: UUID) -> None:
    """Delete a closure. What was closed before stays copied in former_schedule, or was never closed."""
    row = models.BlackoutDate
    await uow.connection.execute(delete(row).where(row.organization_id == uow.organization_id, row.id == row_id))


async def remove_blackout_schedule(uow: UnitOfWork, row_id: UUID) -> None:
    """Delete a blackout schedule with its closures, and take it from programs that are deleted or had it formerly."""
    program, closure, schedule = models.Program, models.BlackoutDate, models.BlackoutSchedule
    for column in ("blackout_schedule_id", "former_blackout_schedule_id"):
        await uow.connection.execute(
            update(program)
            .where(program.organization_id == uow.organization_id, getattr(program, column) == row_id)
            .values({column: None})
        )
    await uow.connection.execute(
        delete(closure).where(closure.organization_id == uow.organization_id, closure.blackout_schedule_id == row_id)
    )
    await uow.connection.execute(
        delete(schedule).where(schedule.organization_id == uow.organization_id, schedule.id == row_id)
    )
