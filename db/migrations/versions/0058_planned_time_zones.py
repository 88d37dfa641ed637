"""Another time zone of a location can be planned."""

import sqlalchemy as sa
from alembic import op

from db.migration_steps import lock_tables

revision: str = "0058"
down_revision: str | None = "0057"
branch_labels: str | None = None
depends_on: str | None = None

# Whoever changes the zone at once, an import too, makes the plan void.
FORGET = """
CREATE FUNCTION forget_planned_zone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.next_zone := NULL;
    NEW.next_zone_on := NULL;
    RETURN NEW;
END $$
"""
FORGETS = """
CREATE TRIGGER planned_zone_is_over BEFORE UPDATE ON location FOR EACH ROW
WHEN (OLD.time_zone IS DISTINCT FROM NEW.time_zone AND NEW.next_zone IS NOT NULL)
EXECUTE FUNCTION forget_planned_zone()
"""
# Workers look for all tenants at once, past row-level security.
DUE = """
CREATE FUNCTION zones_to_change(due_by timestamptz) RETURNS TABLE (organization_id uuid, location_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.organization_id, l.id FROM location l
    WHERE l.next_zone_on <= least((due_by AT TIME ZONE l.time_zone)::date, (due_by AT TIME ZONE l.next_zone)::date)
$$
"""
# A new check on the whole table is added unproven and then proven, so that nobody waits for the scan.
WHOLE = """
ALTER TABLE location ADD CONSTRAINT location_planned_zone_is_whole
CHECK ((next_zone IS NULL) = (next_zone_on IS NULL)) NOT VALID
"""


def upgrade() -> None:
    lock_tables("location")
    op.add_column("location", sa.Column("next_zone", sa.Text()))
    op.add_column("location", sa.Column("next_zone_on", sa.Date()))
    for statement in (WHOLE, FORGET, FORGETS, DUE):
        op.execute(statement)
    op.execute("ALTER TABLE location VALIDATE CONSTRAINT location_planned_zone_is_whole")
    op.execute("REVOKE ALL ON FUNCTION zones_to_change(timestamptz) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION zones_to_change(timestamptz) TO rollbook_app")
