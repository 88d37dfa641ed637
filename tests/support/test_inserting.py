"""A row that is inserted past SQLAlchemy is the row that SQLAlchemy inserts."""

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from attendance.rules.vocabulary import PersonKind, Source, TaskKind, TaskState
from db import models
from db.ids import new_id
from db.models.table import Table
from tests.support.factories import LONG_AGO, World
from tests.support.inserting import insert_row


async def _stored(world: World, model: type[Table], row: dict[str, Any]) -> dict[str, Any]:
    table = model.__table__
    found = await world.owner.execute(select(table).where(table.c.id == row["id"]))
    return {name: value for name, value in found.one()._mapping.items() if name != "id"}


async def test_values_and_defaults_are_those_of_sqlalchemy(world: World) -> None:
    office = await world.staff()
    rows: tuple[tuple[type[Table], dict[str, Any]], ...] = (
        (models.Family, {"name": "Łukasz", "balance": 3, "phone": "+1 512 555 0100"}),
        (
            models.Person,
            {
                "kind": PersonKind.STAFF,
                "first_name": "É",
                "last_name": "O’Neil",
                "permissions": ("MANAGE_STAFF", "SEE_REPORTS"),
            },
        ),
        (models.Person, {"kind": "STAFF", "first_name": "A", "last_name": "B", "sort_key": "given"}),
        (
            models.BackgroundTask,
            {
                "kind": TaskKind.SEND_STATEMENTS,
                "state": TaskState.CANCELLED,
                "input": {"a": [1, None]},
                "source": Source.OFFICE,
                "created_by_id": office,
                "created_at": LONG_AGO,
                "ended_at": func.now(),
            },
        ),
    )
    for model, values in rows:
        table = model.__table__
        assert isinstance(table, sqlalchemy.Table)
        ours, theirs = ({"organization_id": world.organization_id, "id": new_id(), **values} for _ in range(2))
        await insert_row(world.owner, table, ours)
        await world.owner.execute(insert(model).values(theirs))
        stored, expected = await _stored(world, model, ours), await _stored(world, model, theirs)
        for each in (stored, expected):
            each.pop("ended_at", None)
        assert stored == expected


async def test_a_fault_is_that_of_sqlalchemy(world: World) -> None:
    family = await world.family()
    with pytest.raises(IntegrityError, match="family_pk"):
        await world.add(models.Family, id=family, name="Baker", balance=0)
    assert await world.count(models.Family) == 1


async def test_a_change_is_that_of_sqlalchemy(world: World) -> None:
    kept, changed = await world.family(name="Kept"), await world.family(name="Before")
    await world.change(models.Family, changed, name="After", balance=Decimal("2.50"))
    rows = {row.id: row for row in await world.rows(models.Family)}
    assert (rows[kept].name, rows[kept].balance) == ("Kept", 0)
    assert (rows[changed].name, rows[changed].balance) == ("After", Decimal("2.50"))
    await world.change(models.Family, changed, name=func.upper("later"))
    assert [row.name for row in await world.rows(models.Family, id=changed)] == ["LATER"]
    await world.change_settings(token_limit=3, expiry_unit="WEEKS")
    (settings,) = await world.rows(models.Settings)
    assert (settings.token_limit, settings.expiry_unit) == (3, "WEEKS")
    with pytest.raises(IntegrityError, match="family_pk"):
        await world.change(models.Family, changed, id=kept)


async def test_an_insert_is_part_of_the_transaction_of_its_connection(world: World) -> None:
    family = models.Family.__table__
    assert isinstance(family, sqlalchemy.Table)
    async with world.owner.engine.connect() as plain:
        await plain.exec_driver_sql("RESET ROLE")
        await plain.rollback()
        connection = await plain.execution_options(isolation_level="READ COMMITTED")
        row = {"organization_id": world.organization_id, "id": new_id(), "name": "Baker", "balance": 0}
        await insert_row(connection, family, row)
        await connection.rollback()
    assert await world.count(models.Family) == 0
