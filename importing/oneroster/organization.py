"""Determines the organization into which a bundle is loaded."""

from uuid import UUID

import asyncpg

from db.ids import new_id
from importing.oneroster.known import GUARDIAN_PREFIX
from importing.oneroster.roster import Roster
from importing.oneroster.users import first_name, last_name
from importing.organizations import existing_organization
from importing.report import ImportRefused, Report

# class of advisory locks; the second key is the name of an organization that may have to be created
LOCK_CLASS = 7_065_513
_SAME_ADDRESSES = f"""
    SELECT o.name, count(DISTINCT k.source_id) FROM unnest($1::text[], $2::text[]) AS k (source_id, email)
    JOIN person p ON lower(p.email) = k.email AND p.source_id IN (k.source_id, '{GUARDIAN_PREFIX}' || k.source_id)
    JOIN organization o ON o.organization_id = p.organization_id
    GROUP BY o.organization_id, o.name ORDER BY 2 DESC LIMIT 1
"""  # noqa: S608 - a constant
_SAME_NAMES = f"""
    SELECT o.name, count(DISTINCT k.source_id) FROM unnest($1::text[], $2::text[]) AS k (source_id, name)
    JOIN (
        SELECT organization_id, source_id, first_name || ' ' || last_name AS name FROM student
        UNION ALL
        SELECT organization_id, regexp_replace(source_id, '^{GUARDIAN_PREFIX}', ''), first_name || ' ' || last_name
        FROM person
    ) known ON known.source_id = k.source_id AND known.name = k.name
    JOIN organization o ON o.organization_id = known.organization_id
    GROUP BY o.organization_id, o.name ORDER BY 2 DESC LIMIT 1
"""  # noqa: S608 - a constant


async def find_organization(connection: asyncpg.Connection, wanted: str | None, roster: Roster, report: Report) -> UUID:
    """Return the organization with the name or id `wanted`. Without `wanted`, the name of the bundle's only district
    counts, and an organization of that name is created if there is none. Raises ImportRefused, which says what to do
    instead.
    """
    if wanted is not None:
        return await existing_organization(connection, wanted, report)
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
        return await existing_organization(connection, districts[0], report)
    await _ask_about_a_renamed_district(connection, roster, districts[0], report)
    organization_id = new_id()
    await connection.execute(
        "INSERT INTO organization (organization_id, name) VALUES ($1, $2)", organization_id, districts[0]
    )
    await connection.execute("INSERT INTO settings (organization_id) VALUES ($1)", organization_id)
    report.organization, report.is_new_organization = districts[0], True
    return organization_id


async def _ask_about_a_renamed_district(
    connection: asyncpg.Connection, roster: Roster, name: str, report: Report
) -> None:
    """Ask if three quarters of the bundle's people are in another organization already (R13.10).

    A person is the same by sourcedId together with the e-mail address, or with the name if the bundle has no addresses:
    sourcedIds alone are small numbers in many systems.
    """
    users = list(roster.rows("users").live)
    people = [(user.id, user["email"].lower()) for user in users if user["email"]]
    sql = _SAME_ADDRESSES if people else _SAME_NAMES
    people = people or [(user.id, f"{first_name(user)} {last_name(user)}") for user in users]
    found = await connection.fetchrow(sql, [one for one, _ in people], [other for _, other in people])
    if found is not None and 4 * found["count"] >= 3 * len(people):
        report.questions.append(
            f"A new organization {name!r} would begin, although {found['count']} of the bundle's {len(people)} people "
            f"are in {found['name']!r} already. If the district was renamed, add --organization {found['name']!r}."
        )
