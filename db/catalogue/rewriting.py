"""Statements that change what was copied of offerings' versions and schedules, for dates that a change concerns.

`db.calendar.history` copies what held before a change. Where a change holds from a date that has been copied (another
change was planned for later, or the past is corrected), the copies change too. Each function is one statement.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from db.fragments import closures_of
from db.unit_of_work import UnitOfWork

# The part before `since` of a version that spans it stays as it was.
_REWRITE = text("""
WITH wanted AS (
    SELECT f.*, k.since
    FROM unnest(CAST(:ids AS uuid[]), CAST(:sinces AS date[])) AS k (id, since)
    JOIN former_offering f ON f.organization_id = :organization_id AND f.offering_id = k.id AND f.ends_on >= k.since
    WHERE CAST(:only_at AS uuid) IS NULL OR f.location_id = :only_at
), kept AS (
    INSERT INTO former_offering (organization_id, offering_id, starts_on, ends_on, location_id, program_id, capacity,
                                 time_zone)
    SELECT w.organization_id, w.offering_id, w.starts_on, w.since - 1, w.location_id, w.program_id, w.capacity,
           w.time_zone
    FROM wanted w WHERE w.starts_on IS NULL OR w.starts_on < w.since
)
UPDATE former_offering f
SET starts_on = greatest(w.starts_on, w.since),
    location_id = coalesce(CAST(:location_id AS uuid), f.location_id),
    time_zone = coalesce(CAST(:time_zone AS text), f.time_zone),
    program_id = CASE WHEN :sets_program THEN CAST(:program_id AS uuid) ELSE f.program_id END,
    capacity = CASE WHEN :sets_capacity THEN CAST(:capacity AS integer) ELSE f.capacity END
FROM wanted w
WHERE f.organization_id = :organization_id AND f.offering_id = w.offering_id AND f.ends_on = w.ends_on
""")

# The parts see one state: `cut` removes what `left_of` and `right_of` keep the ends of.
_RESCHEDULE = text(f"""
WITH wanted AS (
    SELECT o.organization_id, o.id, o.kind, o.starts_on, o.ends_on, k.since,
           least(CAST(:until AS date), o.holds_from - 1) AS until
    FROM unnest(CAST(:ids AS uuid[]), CAST(:sinces AS date[])) AS k (id, since)
    JOIN offering o ON o.organization_id = :organization_id AND o.id = k.id AND o.holds_from > k.since
), cut AS (
    DELETE FROM former_schedule f USING wanted w
    WHERE f.organization_id = :organization_id AND f.offering_id = w.id AND f.is_closed = :is_closed
      AND f.ends_on >= w.since AND (f.starts_on IS NULL OR f.starts_on <= w.until)
    RETURNING f.offering_id, f.starts_on, f.ends_on, w.since, w.until
), span AS (
    SELECT offering_id, starts_on, since - 1 AS ends_on FROM cut WHERE starts_on IS NULL OR starts_on < since
    UNION ALL
    SELECT offering_id, until + 1, ends_on FROM cut WHERE ends_on > until
    UNION ALL
    SELECT w.id, greatest(s.starts_on, w.starts_on, w.since), least(s.ends_on, w.ends_on, w.until)
    FROM wanted w
    JOIN offering_session a ON a.organization_id = w.organization_id AND a.offering_id = w.id
    JOIN session s ON s.organization_id = a.organization_id AND s.id = a.session_id AND s.deleted_at IS NULL
    WHERE NOT :is_closed
    UNION ALL
    SELECT w.id, greatest(w.starts_on, w.since), least(w.ends_on, w.until)
    FROM wanted w
    WHERE NOT :is_closed AND NOT EXISTS (
        SELECT FROM offering_session a WHERE a.organization_id = w.organization_id AND a.offering_id = w.id)
    UNION ALL
    SELECT w.id, greatest(c.starts_on, w.since, v.starts_on), least(c.ends_on, w.until, v.ends_on)
    FROM wanted w
    JOIN former_offering v ON v.organization_id = w.organization_id AND v.offering_id = w.id AND v.ends_on >= w.since
    JOIN program p ON p.organization_id = v.organization_id AND p.id = v.program_id
    JOIN LATERAL {closures_of("p")} c
        ON (w.kind = 'CLASS' AND c.scope IN ('ATTENDANCE', 'BOTH') OR w.kind = 'APPOINTMENT' AND c.scope = 'BOTH')
    WHERE :is_closed
)
INSERT INTO former_schedule (organization_id, id, offering_id, starts_on, ends_on, is_closed)
SELECT :organization_id, gen_random_uuid(), offering_id, starts_on, ends_on, :is_closed FROM span
WHERE starts_on IS NULL OR starts_on <= ends_on
""")  # noqa: S608 - a constant


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What versions of offerings say from a date on. None and False leave a column as it is.

    only_at -- only versions at this location change
    """

    only_at: UUID | None = None
    location_id: UUID | None = None
    time_zone: str | None = None
    sets_program: bool = False
    program_id: UUID | None = None
    sets_capacity: bool = False
    capacity: int | None = None


async def rewrite_versions(uow: UnitOfWork, dates: Mapping[UUID, date], said: Rewritten) -> None:
    """Change the copied versions of offerings from a date on, by offering."""
    given: dict[str, Any] = {
        "only_at": said.only_at,
        "location_id": said.location_id,
        "time_zone": said.time_zone,
        "sets_program": said.sets_program,
        "program_id": said.program_id,
        "sets_capacity": said.sets_capacity,
        "capacity": said.capacity,
    }
    await uow.connection.execute(_REWRITE, given | _columns(uow, dates))


async def reschedule(uow: UnitOfWork, dates: Mapping[UUID, date], until: date | None, *, closures: bool) -> None:
    """Copy anew, from a date on by offering, what sessions and own dates say now, or what closures say now.

    until -- the last date to copy; None means all dates that have been copied. Later dates are read from the catalogue.
    closures -- copy the closures of the programs in which the offerings then were; otherwise the dates on which the
        offerings are scheduled
    """
    given = {"until": until or date.max, "is_closed": closures}
    await uow.connection.execute(_RESCHEDULE, given | _columns(uow, dates))


def _columns(uow: UnitOfWork, dates: Mapping[UUID, date]) -> dict[str, Any]:
    return {"organization_id": uow.organization_id, "ids": list(dates), "sinces": list(dates.values())}
