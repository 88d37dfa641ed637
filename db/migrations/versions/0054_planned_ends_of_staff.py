"""The end of a staff member's access can be planned."""

import sqlalchemy as sa
from alembic import op

from db.migration_steps import lock_tables

revision: str = "0054"
down_revision: str | None = "0053"
branch_labels: str | None = None
depends_on: str | None = None

# Whoever ends or restores somebody, an import too, makes the plan void.
FORGET = """
CREATE FUNCTION forget_planned_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.ends_on := NULL;
    NEW.ends_at := NULL;
    RETURN NEW;
END $$
"""
FORGETS = """
CREATE TRIGGER planned_end_is_over BEFORE UPDATE ON person FOR EACH ROW
WHEN (OLD.ended_at IS DISTINCT FROM NEW.ended_at AND NEW.ends_at IS NOT NULL) EXECUTE FUNCTION forget_planned_end()
"""
# Processes remember people until the number of the last change of access differs (decision 68).
COUNTS = """
CREATE CONSTRAINT TRIGGER planned_end_changed AFTER UPDATE ON person DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (OLD.ends_at IS DISTINCT FROM NEW.ends_at) EXECUTE FUNCTION count_access_change()
"""
# Workers look for all tenants at once, past row-level security.
DUE = """
CREATE FUNCTION staff_to_end(due_by timestamptz) RETURNS TABLE (organization_id uuid, person_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.organization_id, p.id FROM person p WHERE p.ends_at <= due_by AND p.ended_at IS NULL
$$
"""


def upgrade() -> None:
    lock_tables("person")
    op.add_column("person", sa.Column("ends_on", sa.Date()))
    op.add_column("person", sa.Column("ends_at", sa.DateTime(timezone=True)))
    op.create_index("person_ends_ix", "person", ["ends_at"], postgresql_where=sa.text("ends_at IS NOT NULL"))
    for statement in (FORGET, FORGETS, COUNTS, DUE):
        op.execute(statement)
    op.execute("REVOKE ALL ON FUNCTION staff_to_end(timestamptz) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION staff_to_end(timestamptz) TO rollbook_app")
