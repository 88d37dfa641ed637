"""Ends enrollments that a source no longer has."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal
from uuid import UUID

import asyncpg

# An enrollment that has begun ends on the day before the change, which is today, or tomorrow once a class of today has
# begun: rosters of what has taken place stay correct (R2.10). One that has not begun is deleted. The dates of one-day
# enrollments cannot be moved. $3 and $4: the dates of the change by offering.
END_BEGUN = """
    UPDATE enrollment e SET drop_on = k.changes_on - 1,
        end_cause = CASE WHEN o.deleted_at IS NULL OR e.end_cause = 'DROPPED' THEN 'DROPPED' ELSE 'SESSION_ENDED' END
    FROM offering o JOIN unnest($3::uuid[], $4::date[]) AS k (offering_id, changes_on) ON k.offering_id = o.id
    WHERE (o.organization_id, o.id) = (e.organization_id, e.offering_id)
      AND e.organization_id = $1 AND e.{column} = ANY($2) AND e.deleted_at IS NULL
      AND e.type NOT IN ('MAKEUP', 'SINGLE_DAY')
      AND e.starts_on < k.changes_on AND (e.drop_on IS NULL OR e.drop_on >= k.changes_on)
"""
DELETE_AHEAD = """
    UPDATE enrollment e SET deleted_at = $5
    FROM unnest($3::uuid[], $4::date[]) AS k (offering_id, changes_on)
    WHERE e.organization_id = $1 AND e.{column} = ANY($2) AND e.offering_id = k.offering_id AND e.deleted_at IS NULL
      AND e.type NOT IN ('MAKEUP', 'SINGLE_DAY') AND e.starts_on >= k.changes_on
"""


async def end_enrollments(
    connection: asyncpg.Connection,
    column: Literal["id", "student_id", "offering_id"],
    organization_id: UUID,
    ids: list[UUID],
    *,
    changes_on: Mapping[UUID, date],
    now: datetime,
) -> int:
    """End the enrollments with these ids, or of these students or offerings, and return how many there were.

    changes_on -- by offering, the first date that an enrollment in it can lose
    """
    dates = organization_id, ids, list(changes_on), list(changes_on.values())
    ended = await connection.execute(END_BEGUN.format(column=column), *dates)
    deleted = await connection.execute(DELETE_AHEAD.format(column=column), *dates, now)
    return rows_of(ended) + rows_of(deleted)


def rows_of(status: str) -> int:
    """Return the number of rows in a command tag: 3 for "UPDATE 3"."""
    return int(status.rsplit(" ", 1)[-1])
