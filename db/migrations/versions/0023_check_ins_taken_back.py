"""A check-in can be taken back whole (R4.5b): marks and runs say whether they stand because of check-ins."""

import sqlalchemy as sa
from alembic import op

from db.migration_steps import commit

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | None = None
depends_on: str | None = None

# Of the marks of today and yesterday, in which a wrong tap may still be noticed: present ones from the kiosk, or from a
# portal that is in check-in mode now, and defaults that the end of the day did not make. An organization at a time, found
# by its occurrences, so that few rows are locked, and not for long.
MADE = """
UPDATE mark m SET by_check_in = true
FROM occurrence o, change c, settings s
WHERE o.organization_id = :organization_id AND o.held_on >= current_date - 1
  AND m.organization_id = o.organization_id AND m.timeslot_id = o.timeslot_id AND m.held_on = o.held_on
  AND c.organization_id = m.organization_id AND c.timeslot_id = m.timeslot_id AND c.held_on = m.held_on
  AND c.revision = m.revision AND s.organization_id = m.organization_id
  AND CASE WHEN m.is_defaulted THEN c.source <> 'SYSTEM'
           WHEN m.status IN ('ABSENT', 'EXCUSED_ABSENCE') THEN false
           ELSE m.source = 'KIOSK' OR (m.source = 'OFFICE' AND s.office_check_in_mode)
                OR (m.source = 'STAFF' AND s.staff_check_in_mode) END
"""


def upgrade() -> None:
    for table in ("mark", "token_run"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS by_check_in boolean NOT NULL DEFAULT false")
        commit()
    for organization_id in op.get_bind().scalars(sa.text("SELECT organization_id FROM organization")).all():
        op.execute(sa.text(MADE).bindparams(organization_id=organization_id))
        commit()
