"""Statements that read offerings with their timeslots, locations and programs."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import LocationFacts, ProgramFacts
from attendance.rules.people.students import OfferingPlan
from attendance.rules.vocabulary import OfferingKind
from db.calendar.occurrences import CURRENT_VERSION, OFFERING_COLUMNS, OFFERING_SLOTS, offering_of, slots_of
from db.listing import values
from db.names import searched, sort_key

_OFFERINGS = f"""
SELECT {OFFERING_COLUMNS}, slots.*
FROM offering o
{CURRENT_VERSION}
JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
LEFT JOIN program p ON p.organization_id = o.organization_id AND p.id = o.program_id
{OFFERING_SLOTS}
WHERE o.organization_id = :organization_id
"""  # noqa: S608 - constants

# Restricts offerings to those that the person teaches, or substitutes on any date. A null `visible_to` shows all.
VISIBLE_OFFERINGS = """
  AND (CAST(:visible_to AS uuid) IS NULL
       OR EXISTS (SELECT FROM offering_instructor i WHERE i.organization_id = o.organization_id
                  AND i.offering_id = o.id AND i.person_id = :visible_to)
       OR EXISTS (SELECT FROM substitution u
                  JOIN timeslot t ON t.organization_id = u.organization_id AND t.id = u.timeslot_id
                  WHERE u.organization_id = o.organization_id AND u.substitute_id = :visible_to
                    AND t.offering_id = o.id))
"""

_BY_ID = text(_OFFERINGS + "  AND o.id = ANY (CAST(:ids AS uuid[]))" + VISIBLE_OFFERINGS)

_BY_TIMESLOT = text(
    _OFFERINGS
    + """
  AND EXISTS (SELECT FROM timeslot t WHERE t.organization_id = o.organization_id AND t.offering_id = o.id
              AND t.id = ANY (CAST(:ids AS uuid[])))
"""
    + VISIBLE_OFFERINGS
)

_PAGE = """
  AND o.deleted_at IS NULL
  AND (CAST(:kinds AS text[]) IS NULL OR o.kind = ANY (:kinds))
  AND (CAST(:location_ids AS uuid[]) IS NULL OR o.location_id = ANY (:location_ids))
  AND (CAST(:program_ids AS uuid[]) IS NULL OR o.program_id = ANY (:program_ids))
  AND (CAST(:search AS text) IS NULL OR strpos(o.search_key, :search) > 0)
  AND (CAST(:after_name AS text) IS NULL OR (o.sort_key, o.id) > (:after_name, CAST(:after_id AS uuid)))
ORDER BY o.sort_key, o.id
LIMIT :limit
"""
_LISTED = text(_OFFERINGS + VISIBLE_OFFERINGS + _PAGE)

_TAUGHT = text("""
SELECT i.offering_id FROM offering_instructor i
WHERE i.organization_id = :organization_id AND i.person_id = :person_id
""")
_LOCATIONS = text("""
SELECT id, name, time_zone FROM location
WHERE organization_id = :organization_id
  AND CASE WHEN CAST(:ids AS uuid[]) IS NULL THEN deleted_at IS NULL ELSE id = ANY (:ids) END
""")

_PROGRAMS = text("""
SELECT id, name, deleted_at IS NOT NULL AS is_deleted FROM program
WHERE organization_id = :organization_id
  AND CASE WHEN CAST(:ids AS uuid[]) IS NULL THEN deleted_at IS NULL ELSE id = ANY (:ids) END
""")


@dataclass(frozen=True, slots=True)
class OfferingFilter:
    """A filter for offerings. None or an empty collection sets no condition.

    search -- a text that the name contains, as `db.names.search_key` compares.
    visible_to -- a person to whom the listing is restricted: only offerings that they teach, or substitute on some
        date, are listed.
    """

    kinds: Collection[OfferingKind] | None = None
    location_ids: Collection[UUID] | None = None
    program_ids: Collection[UUID] | None = None
    search: str | None = None
    visible_to: UUID | None = None


async def read_offerings(
    connection: AsyncConnection,
    organization_id: UUID,
    ids: Collection[UUID],
    visible_to: UUID | None = None,
) -> dict[UUID, OfferingPlan]:
    """Return offerings by id, including deleted ones. Those that do not exist or that the person may not see are
    left out.
    """
    given = {"organization_id": organization_id, "ids": list(ids), "visible_to": visible_to}
    return {row.offering_id: _plan(row) for row in await connection.execute(_BY_ID, given)}


async def read_offerings_of_timeslots(
    connection: AsyncConnection,
    organization_id: UUID,
    timeslot_ids: Collection[UUID],
    visible_to: UUID | None = None,
) -> list[OfferingPlan]:
    """Return the offerings that have one of the timeslots, under the same rules as `read_offerings`."""
    given = {"organization_id": organization_id, "ids": list(timeslot_ids), "visible_to": visible_to}
    return [_plan(row) for row in await connection.execute(_BY_TIMESLOT, given)]


async def list_offerings(
    connection: AsyncConnection,
    organization_id: UUID,
    chosen: OfferingFilter,
    *,
    after: tuple[str, UUID] | None,
    limit: int,
) -> list[OfferingPlan]:
    """Return offerings ordered by name, then id, that come after the position. Deleted ones are left out."""
    given = {
        "organization_id": organization_id,
        "visible_to": chosen.visible_to,
        "kinds": values(chosen.kinds),
        "location_ids": values(chosen.location_ids),
        "program_ids": values(chosen.program_ids),
        "search": searched(chosen.search),
        "after_name": after[0] if after else None,
        "after_id": after[1] if after else None,
        "limit": limit,
    }
    return [_plan(row) for row in await connection.execute(_LISTED, given)]


async def read_taught(connection: AsyncConnection, organization_id: UUID, person_id: UUID) -> frozenset[UUID]:
    """Return the offerings that the person teaches. Offerings in which they only substitute are not included."""
    given = {"organization_id": organization_id, "person_id": person_id}
    return frozenset((await connection.execute(_TAUGHT, given)).scalars())


async def read_locations(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID] | None = None
) -> list[LocationFacts]:
    """Return the locations with these ids, ordered by name. When `ids` is None, all that are not deleted are
    returned.
    """
    given = {"organization_id": organization_id, "ids": None if ids is None else list(ids)}
    found = await connection.execute(_LOCATIONS, given)
    return [LocationFacts(row.id, row.name, row.time_zone) for row in sorted(found, key=_by_name)]


async def read_programs(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID] | None = None
) -> list[ProgramFacts]:
    """Return the programs with these ids, ordered by name. When `ids` is None, all that are not deleted are
    returned.
    """
    given = {"organization_id": organization_id, "ids": None if ids is None else list(ids)}
    found = await connection.execute(_PROGRAMS, given)
    return [ProgramFacts(row.id, row.name, row.is_deleted) for row in sorted(found, key=_by_name)]


def _by_name(row: Row[Any]) -> tuple[str, UUID]:
    return sort_key(row.name), row.id


def _plan(row: Row[Any]) -> OfferingPlan:
    slots = slots_of(row)
    live = tuple(slot for slot, is_live in slots if is_live)
    return OfferingPlan(offering_of(row), tuple(slot for slot, _ in slots), live)
