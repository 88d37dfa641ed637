"""Lets unused makeup tokens lapse after a student's last drop (R8.11), and adds bounds for the token settings
(R7.2).
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | None = None
depends_on: str | None = None

BOUNDS = {
    "token_limit_is_a_count": "token_limit >= 1",
    "somebody_earns": "cardinality(earning_types) > 0 AND NOT 'WAITLIST' = ANY (earning_types)",
    "horizon_is_in_range": "makeup_horizon_days BETWEEN 1 AND 366",
    "latest_booking_is_not_negative": "makeup_latest_booking_minutes >= 0",
    "wait_after_last_drop_is_not_negative": "expire_after_last_drop_days >= 0",
}


def upgrade() -> None:
    op.add_column("student", sa.Column("tokens_lapse_on", sa.Date(), nullable=True))
    op.add_column("makeup_token", sa.Column("lapses_on", sa.Date(), nullable=True))
    # A limit of zero meant the same as no tokens.
    op.execute("UPDATE settings SET tokens_enabled = false, token_limit = NULL WHERE token_limit < 1")
    op.drop_constraint(op.f("settings_token_limit_is_a_count"), "settings", type_="check")
    for name, condition in BOUNDS.items():
        op.create_check_constraint(op.f(f"settings_{name}"), "settings", condition)
