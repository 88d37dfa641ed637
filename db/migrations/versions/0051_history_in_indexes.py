"""A roll sheet reads the history of its students and of its class from indexes alone (decision 82)."""

from alembic import op

from db.migration_steps import create_index, drop_index

revision: str = "0051"
down_revision: str | None = "0050"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    create_index(
        "occurrence_cancelled_ix",
        "occurrence (organization_id, timeslot_id, held_on) WHERE cancelled_at IS NOT NULL",
    )
    create_index("mark_student_status_ix", "mark (organization_id, student_id, timeslot_id, held_on) INCLUDE (status)")
    drop_index("mark_student_ix")
    # Marks are hardly ever changed, so that VACUUM comes because of new ones: after a fifth of the table by default.
    # Until then, PostgreSQL looks at the table as well, to see whether a mark of the index is visible.
    op.execute("ALTER TABLE mark SET (autovacuum_vacuum_insert_scale_factor = 0.02)")
