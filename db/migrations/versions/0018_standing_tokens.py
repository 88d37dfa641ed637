"""Let a token of an absence stand for the token of a cancellation (R9.2)."""

from alembic import op

from db.migration_steps import commit

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | None = None
depends_on: str | None = None

# Earlier versions flagged such tokens, and entered that the student gets no other one.
STANDING = """
UPDATE makeup_token t SET stands_for_cancellation = true, needs_review = false
FROM occurrence c
WHERE t.origin = 'ABSENCE' AND t.needs_review AND t.makeup_enrollment_id IS NOT NULL
  AND c.organization_id = t.organization_id AND c.timeslot_id = t.timeslot_id AND c.held_on = t.held_on
  AND c.cancelled_at IS NOT NULL
  AND EXISTS (SELECT FROM makeup_token_entry l
      WHERE l.organization_id = t.organization_id AND l.student_id = t.student_id AND l.timeslot_id = t.timeslot_id
        AND l.held_on = t.held_on AND l.act = 'SKIPPED' AND l.cause = 'HAS_TOKEN' AND l.entered_at >= c.cancelled_at)
"""


def upgrade() -> None:
    op.execute(
        "ALTER TABLE makeup_token ADD COLUMN IF NOT EXISTS stands_for_cancellation boolean NOT NULL DEFAULT false"
    )
    commit()
    op.execute(STANDING)
