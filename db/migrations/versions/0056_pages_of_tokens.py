"""An index that answers which makeup tokens are good until when, under row-level security too (R13.7)."""

from db.migration_steps import create_index, drop_index

revision: str = "0056"
down_revision: str | None = "0055"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    create_index(
        "makeup_token_good_ix",
        "makeup_token (organization_id, LEAST(expires_on, lapses_on, 'infinity'::date), id)",
    )
    drop_index("makeup_token_expiry_ix")
