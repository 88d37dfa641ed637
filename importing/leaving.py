"""Updates the makeup tokens of students who leave or come back by an import (R8.11)."""

from collections import defaultdict
from datetime import date, datetime
from uuid import UUID

import asyncpg

from attendance.rules.enrollments.leaving import Stay, is_staying, left_on, tokens_lapse_on
from attendance.rules.vocabulary import EnrollmentEnd, EnrollmentType

# Only enrollments that this import has written count: one that is unchanged is not an act of today.
TOUCHED = """
    SELECT s.id, s.tokens_lapse_on, t.was_dropped, t.today, c.expire_after_last_drop_days AS wait_days
    FROM student s
    JOIN (
        SELECT e.student_id,
            bool_or(
                e.type IN ('ACTIVE', 'TRIAL', 'SINGLE_DAY') AND (e.end_cause = 'DROPPED' OR e.deleted_at IS NOT NULL)
            ) AS was_dropped,
            max(($2 AT TIME ZONE l.time_zone)::date) AS today
        FROM enrollment e
        JOIN offering o ON (o.organization_id, o.id) = (e.organization_id, e.offering_id)
        JOIN location l ON (l.organization_id, l.id) = (o.organization_id, o.location_id)
        WHERE e.organization_id = $1 AND e.xmin = pg_current_xact_id()::xid
        GROUP BY e.student_id
    ) t ON t.student_id = s.id
    LEFT JOIN settings c ON c.organization_id = s.organization_id
    WHERE s.organization_id = $1 AND (s.tokens_lapse_on IS NOT NULL OR c.expire_after_last_drop_days IS NOT NULL)
    ORDER BY s.id
    FOR NO KEY UPDATE OF s
"""
STAYS = """
    SELECT student_id, type, drop_on, end_cause FROM enrollment
    WHERE organization_id = $1 AND student_id = ANY ($2) AND deleted_at IS NULL
"""
LAPSE = """
    WITH leaver AS (
        UPDATE student s SET tokens_lapse_on = w.lapses_on FROM unnest($2::uuid[], $3::date[]) AS w (id, lapses_on)
        WHERE s.organization_id = $1 AND s.id = w.id RETURNING s.organization_id, s.id, w.lapses_on
    )
    UPDATE makeup_token t SET lapses_on = leaver.lapses_on FROM leaver
    WHERE t.organization_id = leaver.organization_id AND t.student_id = leaver.id AND t.deleted_at IS NULL
      AND (t.expires_on IS NULL OR t.expires_on > leaver.lapses_on)
      AND (t.lapses_on IS NULL OR t.lapses_on > leaver.lapses_on)
"""
KEEP = """
    WITH stayer AS (
        UPDATE student s SET tokens_lapse_on = NULL FROM unnest($2::uuid[], $3::date[]) AS w (id, today)
        WHERE s.organization_id = $1 AND s.id = w.id RETURNING s.organization_id, s.id, w.today
    )
    UPDATE makeup_token t SET lapses_on = NULL FROM stayer
    WHERE t.organization_id = stayer.organization_id AND t.student_id = stayer.id AND t.lapses_on >= stayer.today
"""


async def follow_leaving(connection: asyncpg.Connection, organization_id: UUID, now: datetime) -> None:
    """Do what dropping and enrolling one by one would do, in at most four statements. Call it after the enrollments
    are written, in the same transaction.
    """
    touched = await connection.fetch(TOUCHED, organization_id, now)
    if not touched:
        return
    stays: dict[UUID, list[Stay]] = defaultdict(list)
    for row in await connection.fetch(STAYS, organization_id, [row["id"] for row in touched]):
        cause = EnrollmentEnd(row["end_cause"]) if row["end_cause"] else None
        stays[row["student_id"]].append(Stay(EnrollmentType(row["type"]), row["drop_on"], cause))
    leaving: dict[UUID, date] = {}
    staying: dict[UUID, date] = {}
    for row in touched:
        student_id, known = row["id"], row["tokens_lapse_on"]
        if is_staying(stays[student_id], row["today"]):
            if known is not None:
                staying[student_id] = row["today"]
        elif row["was_dropped"] and row["wait_days"] is not None:
            leaves_on = left_on(stays[student_id], row["today"])
            lapses_on = leaves_on and tokens_lapse_on(leaves_on, row["wait_days"], known)
            if lapses_on is not None and lapses_on != known:
                leaving[student_id] = lapses_on
    for sql, found in ((LAPSE, leaving), (KEEP, staying)):
        if found:
            await connection.execute(sql, organization_id, list(found), list(found.values()))
