"""Background tasks write reports as files (R15.1)."""

from alembic import op

from db.migration_steps import allow_task_kinds, has_table

revision: str = "0050"
down_revision: str | None = "0049"
branch_labels: str | None = None
depends_on: str | None = None

KINDS = (
    "CANCEL_OCCURRENCES",
    "CREATE_CANCELLATION_TOKENS",
    "CREATE_MAKEUP_TOKENS",
    "ASSIGN_SUBSTITUTES",
    "SEND_STATEMENTS",
    "CARRY_OVER",
    "WRITE_REPORT",
)
PARTS = """
CREATE TABLE report_part (
    organization_id uuid NOT NULL,
    background_task_id uuid NOT NULL,
    position integer NOT NULL,
    text text NOT NULL,
    CONSTRAINT report_part_pk PRIMARY KEY (organization_id, background_task_id, position),
    CONSTRAINT report_part_background_task_id_position_fk FOREIGN KEY (organization_id, background_task_id, position)
        REFERENCES background_task_item (organization_id, background_task_id, position)
)
"""
POLICY = """
CREATE POLICY tenant ON report_part USING (organization_id =
    (SELECT nullif(current_setting('rollbook.organization_id', true), '')::uuid))
"""


def upgrade() -> None:
    allow_task_kinds(KINDS)
    if has_table("report_part"):
        return
    op.execute(PARTS)
    op.execute("ALTER TABLE report_part ENABLE ROW LEVEL SECURITY")
    op.execute(POLICY)
