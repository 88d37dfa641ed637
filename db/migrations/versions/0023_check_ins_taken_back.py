"""A check-in can be taken back whole (R4.5b): marks and runs say whether they stand because of check-ins."""

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | None = None
depends_on: str | None = None

# Of the marks of today and yesterday, in which a wrong tap may still be noticed: present ones from the kiosk, or from a
# portal that is in check-in mode now, and defaults that the end of the day did not make. Few rows, because the table is
# locked until this has ended.
MADE = """
UPDATE mark m SET by_check_in = true
FROM change c, settings s
WHERE m.held_on >= current_date - 1
  AND c.organization_id = m.organization_id AND c.timeslot_id = m.timeslot_id AND c.held_on = m.held_on
  AND c.revision = m.revision AND s.organization_id = m.organization_id
  AND CASE WHEN m.is_defaulted THEN c.source <> 'SYSTEM'
           WHEN m.status IN ('ABSENT', 'EXCUSED_ABSENCE') THEN false
           ELSE m.source = 'KIOSK' OR (m.source = 'OFFICE' AND s.office_check_in_mode)
                OR (m.source = 'STAFF' AND s.staff_check_in_mode) END
"""


def upgrade() -> None:
    for table in ("mark", "token_run"):
        op.add_column(table, sa.Column("by_check_in", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.execute(MADE)
