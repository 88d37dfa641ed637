"""Indexes for the lists of enrollments and makeup tokens over the whole organization (R13.7)."""

from db.migration_steps import create_index

revision: str = "0040"
down_revision: str | None = "0039"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    create_index("enrollment_joined_ix", "enrollment (organization_id, created_at, id)")
    create_index(
        "enrollment_waiting_ix",
        "enrollment (organization_id, offering_id, created_at, id) WHERE type = 'WAITLIST' AND deleted_at IS NULL",
    )
    create_index(
        "makeup_token_expiry_ix",
        "makeup_token (organization_id, COALESCE(LEAST(expires_on, lapses_on), 'infinity'::date), id)",
    )
