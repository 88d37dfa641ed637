"""How far each location's days have come to their end (R4.13), and which locations' are behind."""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None

# The setting did nothing before: what is past stays as it is.
PAST = "UPDATE location SET settled_through_on = (now() AT TIME ZONE 'UTC')::date - 1"

# A fourth door through row-level security. It asks in UTC: a date has ended nowhere before 10:00 on it, since no zone
# is further ahead than 14 hours. Whether it has ended at the location, whoever asks must look up in its zone, which
# PostgreSQL may know by other rules, or not at all.
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
