"""Adds the setting that puts off the last day of tokens whose makeups the business cancels (R8.6c)."""

from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE settings ADD COLUMN returned_token_days integer NOT NULL DEFAULT 14"
        " CONSTRAINT settings_returned_token_days_are_not_negative CHECK (returned_token_days >= 0)"
    )
