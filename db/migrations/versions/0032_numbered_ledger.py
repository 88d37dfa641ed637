"""Numbers the entries of the ledger of makeup tokens in the order of the acts (R7.9)."""

import sqlalchemy as sa
from alembic import op

from db.migration_steps import lock_tables

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    lock_tables("makeup_token_entry")
    op.execute("CREATE SEQUENCE makeup_token_entry_numbers")
    op.execute("GRANT USAGE ON SEQUENCE makeup_token_entry_numbers TO rollbook_app")
    # The default comes second: a column that is added with such a default would rewrite the table under the lock.
    op.add_column("makeup_token_entry", sa.Column("number", sa.BigInteger(), nullable=True))
    op.execute(
        "ALTER TABLE makeup_token_entry ALTER COLUMN number SET DEFAULT nextval('makeup_token_entry_numbers'::regclass)"
    )
