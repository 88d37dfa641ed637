"""Statements are planned for the organization that has the most rows (decision 79): `migrate` sets it after the last
migration, for the tables of later ones too (db/estimates.py).
"""

revision: str = "0049"
down_revision: str | None = "0048"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    pass
