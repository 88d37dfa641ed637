"""Stores through which date each location's days have been ended (R4.13), and finds locations that are behind."""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None

# The setting had no effect before, so past days stay as they are.
PAST = "UPDATE location SET settled_through_on = (now() AT TIME ZONE 'UTC')::date - 1"

# A fourth function that passes row-level security. It calculates in UTC: a date has ended nowhere before 10:00 UTC on
# it, since no zone is more than 14 hours ahead. The caller must check in the location's zone whether it has ended
# there, because PostgreSQL may not know the zone or may know it by other rules.
LOCATIONS_BEHIND = """
CREATE FUNCTION locations_behind(asked_at timestamptz)
RETURNS TABLE (organization_id uuid, location_id uuid, time_zone text, settled_through_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.organization_id, l.id, l.time_zone, l.settled_through_on
    FROM location l
    WHERE l.deleted_at IS NULL AND (l.settled_through_on IS NULL OR l.settled_through_on
        < (asked_at AT TIME ZONE 'UTC' + interval '14 hours 1 minute')::date - 1)
    ORDER BY l.settled_through_on NULLS FIRST, l.id
$$;
REVOKE ALL ON FUNCTION locations_behind(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION locations_behind(timestamptz) TO rollbook_app;
"""


def upgrade() -> None:
    op.add_column("location", sa.Column("settled_through_on", sa.Date()))
    op.execute(PAST)
    for statement in LOCATIONS_BEHIND.strip().split(";\n"):
        op.execute(statement)
