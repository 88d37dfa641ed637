"""Changes nothing. `migrate` sets the estimates by which statements are planned for the largest organization (decision 79)
after the last migration, so that they hold for the tables of later migrations too (db/estimates.py).
"""

revision: str = "0049"
down_revision: str | None = "0048"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    pass
