"""Determines the organization into which a bundle is loaded."""

from uuid import UUID

import asyncpg

from db.ids import new_id
from importing.oneroster.report import ImportRefused, Report
from importing.oneroster.roster import Roster

# class of advisory locks; the second key is the name of an organization that may have to be created
LOCK_CLASS = 7_065_513


async def find_organization(connection: asyncpg.Connection, wanted: str | None, roster: Roster, report: Report) -> UUID:
    """Return the organization with the name or id `wanted`. Without `wanted`, the name of the bundle's only district
    counts, and an organization of that name is created if there is none. Raises ImportRefused, which says what to do
    instead.
    """
    if wanted is not None:
        return await _existing(connection, wanted, report)
    districts = [org["name"] for org in roster.rows("orgs").live if org["type"] == "district"]
    if len(districts) != 1:
        raise ImportRefused(
            f"The bundle has {len(districts) or 'no'} districts, so its organization cannot be determined: "
            "choose one with --organization NAME."
        )
    if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1, hashtext($2))", LOCK_CLASS, districts[0]):
        raise ImportRefused(f"Another import into {districts[0]!r} is running; try again when it has ended.")
    found = await connection.fetch("SELECT organization_id FROM organization WHERE name = $1", districts[0])
    if found:
        return await _existing(connection, districts[0], report)
    organization_id = new_id()
    await connection.execute(
        "INSERT INTO organization (organization_id, name) VALUES ($1, $2)", organization_id, districts[0]
    )
    await connection.execute("INSERT INTO settings (organization_id) VALUES ($1)", organization_id)
    report.organization, report.is_new_organization = districts[0], True
    return organization_id


async def _existing(connection: asyncpg.Connection, wanted: str, report: Report) -> UUID:
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
