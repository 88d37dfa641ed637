"""Another blackout schedule of a program can be planned."""

import sqlalchemy as sa
from alembic import op

from db.migration_steps import lock_tables

revision: str = "0059"
down_revision: str | None = "0058"
branch_labels: str | None = None
depends_on: str | None = None

# Whoever changes the schedule alone, an import too, makes the plan void.
FORGET = """
CREATE FUNCTION forget_former_blackout_schedule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.former_blackout_schedule_id := NULL;
    NEW.blackout_schedule_from := NULL;
    RETURN NEW;
END $$
"""
FORGETS = """
CREATE TRIGGER planned_blackout_schedule_is_over BEFORE UPDATE ON program FOR EACH ROW
WHEN (OLD.blackout_schedule_id IS DISTINCT FROM NEW.blackout_schedule_id
      AND OLD.blackout_schedule_from = NEW.blackout_schedule_from)
EXECUTE FUNCTION forget_former_blackout_schedule()
"""
# New checks on a whole table are added unproven and then proven, so that nobody waits for the scan.
CHECKS = {
    "program_former_blackout_schedule_has_an_end": (
        "CHECK (former_blackout_schedule_id IS NULL OR blackout_schedule_from IS NOT NULL)"
    ),
    "program_former_blackout_schedule_id_fk": (
        "FOREIGN KEY (organization_id, former_blackout_schedule_id) REFERENCES blackout_schedule (organization_id, id)"
    ),
}


def upgrade() -> None:
    lock_tables("program", "blackout_schedule")
    op.add_column("program", sa.Column("former_blackout_schedule_id", sa.Uuid()))
    op.add_column("program", sa.Column("blackout_schedule_from", sa.Date()))
    for name, check in CHECKS.items():
        op.execute(f"ALTER TABLE program ADD CONSTRAINT {name} {check} NOT VALID")
    op.execute(FORGET)
    op.execute(FORGETS)
    for name in CHECKS:
        op.execute(f"ALTER TABLE program VALIDATE CONSTRAINT {name}")
