"""Adds the statement that tells a process the revisions of all roll sheets that it has open, of every organization."""

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None

# A third function that passes row-level security. It returns numbers, and only for keys that the caller has already.
REVISIONS = """
CREATE FUNCTION revisions_of(organizations uuid[], timeslots uuid[], dates date[])
RETURNS TABLE (organization_id uuid, timeslot_id uuid, held_on date, revision integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.organization_id, w.timeslot_id, w.held_on, o.revision
    FROM unnest(organizations, timeslots, dates) AS w (organization_id, timeslot_id, held_on)
    JOIN occurrence o USING (organization_id, timeslot_id, held_on)
$$;
REVOKE ALL ON FUNCTION revisions_of(uuid[], uuid[], date[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION revisions_of(uuid[], uuid[], date[]) TO rollbook_app;
"""


def upgrade() -> None:
    for statement in REVISIONS.strip().split(";\n"):
        op.execute(statement)
