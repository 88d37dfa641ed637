"""Ends the waiting of students who were given a place (R3.1)."""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import Any
from uuid import UUID

# The last day of waiting is the day before the place begins, and today at the latest. Who began to wait after that
# never waited. Others who wait keep their rows, and so their order.
#
# The sets that are joined are small, and none is joined to the updated table: a plan made while the tables were empty
# would compare all rows of the tenant with each other (decision 79).
_CLOSE = """
WITH place AS MATERIALIZED (
    SELECT e.* FROM enrollment e
    WHERE e.organization_id = $1 AND e.id = ANY (CAST($2 AS uuid[])) AND e.type = 'ACTIVE' AND e.deleted_at IS NULL
), waiting AS MATERIALIZED (
    SELECT e.* FROM enrollment e
    WHERE e.organization_id = $1 AND e.type = 'WAITLIST' AND e.deleted_at IS NULL
      AND e.offering_id = ANY (ARRAY(SELECT a.offering_id FROM place a WHERE a.organization_id = $1))
      AND e.student_id = ANY (ARRAY(SELECT a.student_id FROM place a WHERE a.organization_id = $1))
), given AS MATERIALIZED (
    SELECT w.organization_id, w.id, w.starts_on,
           min(least(a.starts_on - 1, (CAST($3 AS timestamptz) AT TIME ZONE l.time_zone)::date)) AS last_day
    FROM waiting w
    JOIN place a ON a.organization_id = w.organization_id AND a.student_id = w.student_id
        AND a.offering_id = w.offering_id
    JOIN offering o ON o.organization_id = w.organization_id AND o.id = w.offering_id
    JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
    WHERE w.organization_id = $1 AND a.organization_id = $1 AND o.organization_id = $1 AND l.organization_id = $1
      AND (w.timeslot_id IS NULL OR a.timeslot_id IS NULL OR w.timeslot_id = a.timeslot_id)
      AND (a.drop_on IS NULL OR w.starts_on <= a.drop_on) AND (w.drop_on IS NULL OR w.drop_on >= a.starts_on)
    GROUP BY w.organization_id, w.id, w.starts_on, w.drop_on
    HAVING w.drop_on IS NULL
        OR w.drop_on > min(least(a.starts_on - 1, (CAST($3 AS timestamptz) AT TIME ZONE l.time_zone)::date))
), closed AS (
UPDATE enrollment e
SET (drop_on, end_cause, deleted_at) = (
    SELECT CASE WHEN g.starts_on <= g.last_day THEN g.last_day ELSE e.drop_on END,
           CASE WHEN g.starts_on <= g.last_day THEN 'DROPPED' ELSE e.end_cause END,
           CASE WHEN g.starts_on <= g.last_day THEN NULL ELSE CAST($3 AS timestamptz) END
    FROM given g WHERE g.organization_id = $1 AND g.id = e.id
)
WHERE e.organization_id = $1 AND e.id = ANY (ARRAY(SELECT g.id FROM given g WHERE g.organization_id = $1))
RETURNING e.id
), settled AS (
    UPDATE place_offer p SET state = 'ACCEPTED', settled_at = CAST($3 AS timestamptz)
    WHERE p.organization_id = $1 AND p.enrollment_id = ANY (ARRAY(SELECT c.id FROM closed c)) AND p.state = 'OPEN'
)
SELECT c.id FROM closed c
"""


async def close_waiting(
    fetch: Callable[..., Awaitable[Any]], organization_id: UUID, place_ids: Collection[UUID], now: datetime
) -> int:
    """End the WAITLIST enrollments of the students to whom these ACTIVE enrollments give a place in the same offering,
    and return how many there were. Open offers to them count as accepted. Enrollments of other types than ACTIVE end
    none.

    fetch -- runs a statement with the parameters $1, $2 ... and returns its rows.

    The caller holds the offerings' locks and has just written the places in the same transaction.
    """
    return len(await fetch(_CLOSE, organization_id, list(place_ids), now))
