"""Finds the organization that an operator names."""

from uuid import UUID

import asyncpg

from importing.report import ImportRefused, Report


async def existing_organization(connection: asyncpg.Connection, wanted: str, report: Report) -> UUID:
    """Return the organization with this name or id, and name it in the report. Raises ImportRefused if there is not
    exactly one.
    """
    found = await connection.fetch(
        "SELECT organization_id, name FROM organization WHERE name = $1 OR organization_id::text = lower($1)", wanted
    )
    if not found:
        names = [row["name"] for row in await connection.fetch("SELECT name FROM organization ORDER BY name LIMIT 10")]
        there = f" There are: {', '.join(names)}." if names else " There is none yet."
        raise ImportRefused(f"There is no organization {wanted!r}.{there}")
    if len(found) > 1:
        ids = ", ".join(str(row["organization_id"]) for row in found)
        raise ImportRefused(f"Several organizations are called {wanted!r}; give an id: {ids}.")
    report.organization = found[0]["name"]
    organization_id: UUID = found[0]["organization_id"]
    return organization_id


async def only_organization(connection: asyncpg.Connection, report: Report) -> UUID:
    """Return the only organization there is, and name it in the report. Raises ImportRefused if there are others."""
    found = await connection.fetch("SELECT organization_id, name FROM organization ORDER BY name LIMIT 2")
    if not found:
        raise ImportRefused("There is no organization yet; found one first: python rollbook.py found --help")
    if len(found) > 1:
        raise ImportRefused("There are several organizations; choose one with --organization NAME|ID.")
    report.organization = found[0]["name"]
    organization_id: UUID = found[0]["organization_id"]
    return organization_id
