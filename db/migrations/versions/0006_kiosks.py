"""Adds to kiosks who revoked them and an index for their list, and to families the number of the valid check-in
code.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("family", sa.Column("check_in_code_number", sa.Integer(), server_default="1", nullable=False))
    op.add_column("kiosk", sa.Column("revoked_by_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("kiosk_revoked_by_id_fk"),
        "kiosk",
        "person",
        ["organization_id", "revoked_by_id"],
        ["organization_id", "id"],
    )
    op.create_index("kiosk_launched_ix", "kiosk", ["organization_id", "launched_at", "id"])
