"""Gathers the rows of a demo organization in memory and then copies them in one go."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import orjson
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from db import models
from db.models.table import Table
from db.names import KEYED, keys_of

_NAMESPACE = UUID("6f0d2a53-8c1e-5f5a-9d7e-3b0a4c2e8f11")
_LAST_BITS = (1 << 62) - 1


def organization_id(name: str) -> UUID:
    """Return an id that is the same for every load, so that a second one finds the first."""
    return uuid5(_NAMESPACE, name)


class Rows:
    """Rows by table. A column that only some rows of a table have is NULL in the others."""

    def __init__(self, organization: UUID) -> None:
        self.organization_id = organization
        self.tables: dict[str, list[dict[str, Any]]] = {}

    def id(self, *words: object) -> UUID:
        """Return an id that depends only on what the row is: the same words give the same id."""
        return uuid5(self.organization_id, "/".join(map(str, words)))

    def id_in_order(self, at: datetime, number: int, *words: object) -> UUID:
        """Return an id that sorts by the instant and then by the number, as those of `new_id` do (RFC 9562, 5.7)."""
        milliseconds, random = int(at.timestamp() * 1000), self.id(*words, number).int & _LAST_BITS
        return UUID(int=milliseconds << 80 | 7 << 76 | (number & 0xFFF) << 64 | 2 << 62 | random)

    def add(self, table: type[Table], **values: Any) -> dict[str, Any]:
        """Add a row and return it. It may be changed until it is copied."""
        row = {"organization_id": self.organization_id, **values}
        self.tables.setdefault(table.__tablename__, []).append(row)
        return row

    def of(self, table: type[Table]) -> list[dict[str, Any]]:
        return self.tables.get(table.__tablename__, [])


async def copy_in(connection: AsyncConnection, rows: Rows) -> None:
    """Copy the rows with COPY, in the order of the foreign keys.

    The connection's transaction must have begun: this uses asyncpg directly, and SQLAlchemy begins a transaction only
    with its own first statement.
    """
    raw = await connection.get_raw_connection()
    for table in models.metadata.sorted_tables:
        found = rows.tables.get(table.name)
        if found:
            if table.name in KEYED:
                for row in found:
                    row["sort_key"], row["search_key"] = keys_of(table.name, row)
            columns = list(dict.fromkeys(column for row in found for column in row))
            records = [tuple(_plain(row.get(column)) for column in columns) for row in found]
            await raw.driver_connection.copy_records_to_table(table.name, columns=columns, records=records)  # type: ignore[union-attr]


def _plain(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, dict) else value


async def wipe(connection: AsyncConnection, organizations: Iterable[UUID]) -> None:
    """Delete these organizations with everything that belongs to them, and nothing else."""
    ids = list(organizations)
    for table in reversed(models.metadata.sorted_tables):
        await connection.execute(delete(table).where(table.c.organization_id.in_(ids)))
