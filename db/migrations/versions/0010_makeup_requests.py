"""Adds to requests for makeups their comments and results, and their acts to the ledger (R7.9, R8.7)."""

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | None = None
depends_on: str | None = None

STATES = "state IN ('REQUESTED', 'APPROVED', 'DENIED', 'WITHDRAWN', 'LAPSED')"
ACTS = (
    "act IN ('ISSUED', 'SKIPPED', 'REVOKED', 'REINSTATED', 'FLAGGED', 'UNFLAGGED', 'REQUESTED', 'DENIED', 'WITHDRAWN', "
    "'REDEEMED', 'RESET', 'EDITED', 'DELETED', 'EXPIRED')"
)


def upgrade() -> None:
    op.drop_constraint(op.f("makeup_request_makeup_request_state"), "makeup_request", type_="check")
    op.create_check_constraint(op.f("makeup_request_makeup_request_state"), "makeup_request", STATES)
    op.drop_constraint(op.f("makeup_token_entry_makeup_token_act"), "makeup_token_entry", type_="check")
    op.create_check_constraint(op.f("makeup_token_entry_makeup_token_act"), "makeup_token_entry", ACTS)
    # A request always has a token: only staff book a makeup without one (R8.10).
    op.alter_column("makeup_request", "makeup_token_id", nullable=False)
    op.add_column("makeup_request", sa.Column("decision_comment", sa.Text()))
    op.add_column("makeup_request", sa.Column("makeup_enrollment_id", sa.Uuid()))
    op.create_foreign_key(
        op.f("makeup_request_makeup_enrollment_id_fk"),
        "makeup_request",
        "enrollment",
        ["organization_id", "makeup_enrollment_id"],
        ["organization_id", "id"],
    )
    op.drop_index("makeup_request_state_ix", "makeup_request")
    op.create_index("makeup_request_listed_ix", "makeup_request", ["organization_id", "state", "requested_at", "id"])
    op.create_index("makeup_request_student_ix", "makeup_request", ["organization_id", "student_id"])
