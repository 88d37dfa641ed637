"""Writes everything of a business as spreadsheets: the files that an import reads, and further tables (R15.2).

One snapshot is read, a few hundred rows at a time, so the memory does not grow with the history. Each row is named by
the key that its source gave it, or by its own id.
"""

import csv
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

import asyncpg

from attendance.rules.organization.amounts import amount_text
from db.engine import session_settings
from db.limits import OF_A_COMMAND
from importing.cells import escaped
from importing.organizations import existing_organization
from importing.report import Progress, Report
from importing.spreadsheets.fields import Sheet
from importing.spreadsheets.further import FURTHER, NOTICE, PEOPLE, Further, select_further
from importing.spreadsheets.known import first_dates, linked_rows, row_values, select_of
from importing.spreadsheets.sheets import CALENDARS, CLOSURES, SHEETS
from importing.spreadsheets.values import text_of
from importing.spreadsheets.writing import Open, check_free, written_files

_BATCH = 500
_CURRENCY = "SELECT o.currency FROM organization o WHERE o.organization_id = $1"
# Accounts that are closed are kept as rows.
_STAYS = {"deleted_at": "x.ended IS NULL", "ended_at": "true", "": "true"}


@dataclass
class _Business:
    """The names by which files refer to rows of the business, by file and id. Enrollments are left out, because no file
    refers to them.
    """

    connection: asyncpg.Connection
    organization_id: UUID
    currency: str
    names: dict[str, dict[UUID, str]] = field(default_factory=dict)

    def name(self, file: str, row_id: UUID | None) -> str:
        """Return what the row is called; an empty text if it is not exported. `PEOPLE` are staff and guardians."""
        files = ("staff", "guardians") if file == PEOPLE else (file,)
        found = (self.names.get(each, {}).get(row_id) for each in files) if row_id is not None else ()
        return next((name for name in found if name is not None), "")

    def text(self, value: Any) -> str:
        """Return the text of a cell. Amounts have the decimals of the business's currency."""
        return amount_text(value, self.currency) if isinstance(value, Decimal) else text_of(value)


async def export_spreadsheets(
    database_url: str, organization: str, path: Path, *, progress: Progress = lambda *_: None
) -> dict[str, int]:
    """Write the organization to a new folder, or to a zip file if the name ends in .zip. Return the number of rows by
    file.

    The files appear as a whole or not at all. Raises ImportRefused when the organization is not found, or when the path
    exists already.
    """
    check_free(path)
    url = database_url.replace("postgresql+asyncpg://", "postgresql://", 1)
    connection = await asyncpg.connect(url, server_settings=session_settings(OF_A_COMMAND))
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            organization_id = await existing_organization(connection, organization, Report())
            currency = await connection.fetchval(_CURRENCY, organization_id)
            with written_files(path) as open_file:
                return await _write_all(_Business(connection, organization_id, currency), open_file, progress)
    finally:
        await connection.close()


async def _write_all(business: _Business, open_file: Open, progress: Progress) -> dict[str, int]:
    counts: dict[str, int] = {}
    with open_file("README.md") as file:
        file.write(NOTICE)
    for sheet in SHEETS:
        progress(f"writing {sheet.file}", 0, 0)
        if sheet is CALENDARS:
            async for _ in _rows(business, sheet):
                pass
            continue
        with open_file(f"{sheet.file}.csv") as file:
            counts[f"{sheet.file}.csv"] = await _write_sheet(business, sheet, file)
    for further in FURTHER:
        progress(f"writing {further.file}", 0, 0)
        with open_file(f"further/{further.file}.csv") as file:
            counts[f"further/{further.file}.csv"] = await _write_further(business, further, file)
    return counts


async def _write_sheet(business: _Business, sheet: Sheet, file: TextIO) -> int:
    writer = csv.writer(file)
    columns = [one for one in sheet.fields if one.is_kept or (sheet is CLOSURES and one.name == "calendar_name")]
    writer.writerow(["id", *(one.name for one in columns)])
    count = 0
    for cells in _empty_calendars(business, sheet, await _closed_calendars(business)) if sheet is CLOSURES else ():
        writer.writerow(cells)
        count += 1
    async for name, values in _rows(business, sheet):
        cells = [name, *(business.text(values[one.name]) for one in columns)]
        writer.writerow(map(escaped, cells))
        count += 1
    return count


async def _rows(business: _Business, sheet: Sheet) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Yield the rows that have not ended with their names, and let later rows refer to them."""
    links = await linked_rows(business.connection, business.organization_id, sheet)
    first = await first_dates(business.connection, business.organization_id) if sheet.table == "timeslot" else {}
    names = business.names.setdefault(sheet.file, {})
    sql = f"""
        SELECT x.*, (
            SELECT min(i.key) FROM imported_row i
            WHERE i.organization_id = $1 AND i.file = '{sheet.file}' AND i.row_id = x.id AND i.key NOT LIKE '/%') AS key
        FROM ({select_of(sheet)}) x
        WHERE NOT x.is_erased AND x.merged_into IS NULL AND ({_STAYS[sheet.ends]})
        ORDER BY x.id
    """  # noqa: S608 - constants
    async for row in business.connection.cursor(sql, business.organization_id, prefetch=_BATCH):
        values = row_values(sheet, row, links)
        if row["id"] in first:
            values["starts_on"] = first[row["id"]]
        if not _is_whole(business, sheet, values):
            continue
        name = row["key"] or str(row["id"])
        if sheet.file != "enrollments":
            names[row["id"]] = name
        if sheet is CALENDARS:
            business.names.setdefault("calendar names", {})[row["id"]] = values["name"]
        if sheet is CLOSURES:
            values["calendar_name"] = business.name("calendar names", values["calendar"])
        yield name, {**values, **_named(business, sheet, values)}


def _is_whole(business: _Business, sheet: Sheet, values: Mapping[str, Any]) -> bool:
    """Whether the rows that this one requires are exported too."""
    return all(
        values[one.name] in business.names[one.refers_to] for one in sheet.fields if one.required and one.refers_to
    )


def _named(business: _Business, sheet: Sheet, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that refer to other rows, with the names of these."""
    found: dict[str, Any] = {}
    for one in sheet.fields:
        if not one.refers_to or one.name not in values:
            continue
        value = values[one.name]
        if isinstance(value, tuple):
            found[one.name] = tuple(name for each in value if (name := business.name(one.refers_to, each)))
        else:
            found[one.name] = business.name(one.refers_to, value)
    return found


async def _closed_calendars(business: _Business) -> set[UUID]:
    sql = "SELECT DISTINCT b.blackout_schedule_id FROM blackout_date b WHERE b.organization_id = $1"
    return {row[0] for row in await business.connection.fetch(sql, business.organization_id)}


def _empty_calendars(business: _Business, sheet: Sheet, closed: Iterable[UUID]) -> Iterator[list[str]]:
    """Yield a row without dates for each calendar without closed dates."""
    for id_, name in business.names["calendars"].items():
        if id_ not in set(closed):
            cells = {"calendar": name, "calendar_name": business.name("calendar names", id_)}
            yield [escaped(text) for text in ("", *(cells.get(one.name, "") for one in sheet.fields))]


async def _write_further(business: _Business, further: Further, file: TextIO) -> int:
    writer = csv.writer(file)
    writer.writerow(column for column, _ in further.columns)
    count = 0
    cursor = business.connection.cursor(select_further(further), business.organization_id, prefetch=_BATCH)
    async for row in cursor:
        cells = []
        for (_, target), value in zip(further.columns, row, strict=True):
            name = business.name(target, value) if isinstance(value, UUID) else ""
            cells.append(escaped(name or business.text(value)))
        writer.writerow(cells)
        count += 1
    return count
