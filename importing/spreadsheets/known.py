"""Reads the rows of an organization in the form of the files, and what is remembered of earlier files (R13.9)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import asyncpg

from attendance.rules.vocabulary import EnrollmentType
from importing.spreadsheets.fields import Sheet
from importing.spreadsheets.sheets import BY_FILE, SHEETS
from importing.spreadsheets.values import digests

LIVE = "_live"
"""What is remembered of a row besides its cells: whether the file still had it."""

_ENDED = {"deleted_at": "t.deleted_at", "ended_at": "t.ended_at", "": "NULL"}
_MERGED = {"family", "person", "student"}
_ERASED = {
    "family": "t.erased_at IS NOT NULL",
    "student": "t.erased_at IS NOT NULL",
    "person": "EXISTS (SELECT FROM family f WHERE f.organization_id = t.organization_id AND f.id = t.family_id"
    " AND f.erased_at IS NOT NULL)",
}
_LINKS = {
    ("classes", "sessions"): "SELECT k.offering_id, k.session_id FROM offering_session k WHERE k.organization_id = $1",
    ("classes", "instructors"): (
        "SELECT k.offering_id, k.person_id FROM offering_instructor k WHERE k.organization_id = $1"
    ),
    ("guardians", "phones"): "SELECT k.person_id, k.number FROM guardian_phone k WHERE k.organization_id = $1",
}
# A timeslot that was moved keeps its first date: what it met before is in former_timeslot (R2.10).
_FIRST_DATES = """
    SELECT v.id, CASE WHEN bool_or(v.starts_on IS NULL) THEN NULL ELSE min(v.starts_on) END
    FROM timeslot_version v WHERE v.organization_id = $1 GROUP BY v.id HAVING count(*) > 1
"""
_RECORDS = "SELECT i.file, i.key, i.row_id, i.said, i.is_ours FROM imported_row i WHERE i.organization_id = $1"


@dataclass(frozen=True)
class KnownRow:
    """A row of the database in the shape of its sheet: the values of its fields, where references are ids.

    ended -- when it ended, or None while it has not
    """

    id: UUID
    ended: Any
    is_erased: bool
    merged_into: UUID | None
    values: Mapping[str, Any]


class Remembered(NamedTuple):
    """What the file last said of a row: a digest of each cell. `is_ours`: an import made the row."""

    row_id: UUID
    said: dict[str, str]
    is_ours: bool


@dataclass
class Known:
    """The rows by file and id, what is remembered by file and key, and the ids of enrollments that the office made."""

    organization_id: UUID
    rows: dict[str, dict[UUID, KnownRow]] = field(default_factory=dict)
    remembered: dict[str, dict[str, Remembered]] = field(default_factory=dict)

    def new_id(self, file: str, key: str) -> UUID:
        """Return the id for this row, which is the same in every import into this organization."""
        return uuid5(self.organization_id, f"{file}.csv/{key}")

    def row(self, file: str, row_id: UUID) -> KnownRow | None:
        """Return the row, or the one that is left of it after a merge (R13.6)."""
        found = self.rows[file].get(row_id)
        while found is not None and found.merged_into is not None:
            found = self.rows[file].get(found.merged_into)
        return found

    def name(self, file: str, row_id: UUID) -> str:
        """Return the name by which messages call the row."""
        row = self.rows[file].get(row_id)
        return title(self, BY_FILE[file], row.values) if row else "a row"


def title(known: Known, sheet: Sheet, values: Mapping[str, Any]) -> str:
    """Return the name by which messages call a row with these values, such as Ann Archer in Swim 1."""
    parts = []
    for name in sheet.title:
        value, target = values.get(name), sheet.named(name).refers_to
        parts.append(known.name(target, value) if target and value is not None else str(value or ""))
    return (" in " if sheet.file == "enrollments" else " ").join(parts).strip()


async def read_known(connection: asyncpg.Connection, organization_id: UUID) -> Known:
    """Read everything that the import's decisions need in a handful of statements, whatever the size."""
    known = Known(organization_id)
    first = await first_dates(connection, organization_id)
    for sheet in SHEETS:
        rows = known.rows[sheet.file] = {}
        links = await linked_rows(connection, organization_id, sheet)
        for row in await connection.fetch(select_of(sheet), organization_id):
            values = row_values(sheet, row, links)
            if sheet.table == "timeslot" and row["id"] in first:
                values["starts_on"] = first[row["id"]]
            rows[row["id"]] = KnownRow(row["id"], row["ended"], row["is_erased"], row["merged_into"], values)
    for sheet in SHEETS:
        known.remembered[sheet.file] = {}
    for file, key, row_id, said, is_ours in await connection.fetch(_RECORDS, organization_id):
        known.remembered[file][key] = Remembered(row_id, json.loads(said), is_ours)
    return known


def select_of(sheet: Sheet) -> str:
    """Return the statement that reads the sheet's rows of organization $1, with the table's columns under the names of
    the fields.
    """
    columns = ", ".join(f't.{one.column} AS "{one.name}"' for one in sheet.stored)
    merged = "t.merged_into_id" if sheet.table in _MERGED else "NULL::uuid"
    kind = f" AND t.kind = '{sheet.fixed['kind']}'" if "kind" in sheet.fixed else ""
    return (
        f"SELECT t.id, {_ENDED[sheet.ends]} AS ended, {_ERASED.get(sheet.table, 'false')} AS is_erased, "  # noqa: S608
        f"{merged} AS merged_into, {columns} FROM {sheet.table} t WHERE t.organization_id = $1{kind}"
    )


def row_values(sheet: Sheet, row: Any, linked: Mapping[str, Mapping[UUID, list[Any]]]) -> dict[str, Any]:
    """Return the values of the fields of a row that `select_of` read, with those that are kept elsewhere."""
    values: dict[str, Any] = {}
    for one in sheet.fields:
        if one.name in linked:
            values[one.name] = tuple(linked[one.name].get(row["id"], ()))
        elif one.name == "active":
            values[one.name] = row["ended"] is None
        elif one.column:
            value = row[one.name]
            values[one.name] = tuple(value) if isinstance(value, list) else value
    return values


async def linked_rows(
    connection: asyncpg.Connection, organization_id: UUID, sheet: Sheet
) -> dict[str, dict[UUID, list[Any]]]:
    """Return the fields of the sheet that are kept in other tables, by field and row."""
    found: dict[str, dict[UUID, list[Any]]] = {}
    for (file, name), sql in _LINKS.items():
        if file != sheet.file:
            continue
        of = found[name] = {}
        for one, other in sorted(map(tuple, await connection.fetch(sql, organization_id))):
            of.setdefault(one, []).append(other)
    return found


async def first_dates(connection: asyncpg.Connection, organization_id: UUID) -> dict[UUID, Any]:
    """Return the first dates of the timeslots that have former versions, or None for one without a first date."""
    return dict(await connection.fetch(_FIRST_DATES, organization_id))


def places_of_the_office(known: Known) -> dict[tuple[UUID, UUID], KnownRow]:
    """Return the latest ACTIVE or TRIAL enrollment of each student in each class, of those that no file has named."""
    spoken = {one.row_id for one in known.remembered["enrollments"].values()}
    found: dict[tuple[UUID, UUID], KnownRow] = {}
    for row in sorted(known.rows["enrollments"].values(), key=lambda row: row.values["starts_on"]):
        is_a_place = row.values["type"] in (EnrollmentType.ACTIVE, EnrollmentType.TRIAL)
        if row.id not in spoken and row.ended is None and is_a_place:
            found[row.values["student"], row.values["class"]] = row
    return found


def said_of(values: Mapping[str, Any]) -> dict[str, str]:
    """Return what to remember of a row that the file has."""
    return {**digests(values), LIVE: "1"}
