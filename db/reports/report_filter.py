"""Which roll sheets a report is about, as values and as a part of a statement."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from attendance.rules.calendar.timeslots import DateSpan
from db.fragments import holds_on
from db.listing import values

SHEETS = f"""
sheet AS MATERIALIZED (
    SELECT c.timeslot_id, c.held_on, held.offering_id, v.location_id
    FROM occurrence c
    JOIN timeslot held ON held.organization_id = c.organization_id AND held.id = c.timeslot_id
    JOIN offering_version v ON v.organization_id = held.organization_id AND v.offering_id = held.offering_id
        AND {holds_on("v", "c.held_on")}
    WHERE c.organization_id = :organization_id AND c.held_on BETWEEN :from_on AND :to_on
      AND (CAST(:offering_ids AS uuid[]) IS NULL OR held.offering_id = ANY (:offering_ids))
      AND (CAST(:location_ids AS uuid[]) IS NULL OR v.location_id = ANY (:location_ids))
      AND (CAST(:program_ids AS uuid[]) IS NULL OR v.program_id = ANY (:program_ids))
)"""  # noqa: S608 - constants
"""The sheets that `sheets_in` describes. Every mark has an occurrence row."""


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """Which sheets a report is about. None or an empty collection sets no condition."""

    within: DateSpan
    offering_ids: Collection[UUID] | None = None
    location_ids: Collection[UUID] | None = None
    program_ids: Collection[UUID] | None = None


def sheets_in(organization_id: UUID, chosen: ReportFilter) -> dict[str, object]:
    """Return the parameters of SHEETS."""
    return {
        "organization_id": organization_id,
        "from_on": chosen.within.starts_on,
        "to_on": chosen.within.ends_on,
        "offering_ids": values(chosen.offering_ids),
        "location_ids": values(chosen.location_ids),
        "program_ids": values(chosen.program_ids),
    }
