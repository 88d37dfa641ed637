"""PostgreSQL plans statements for the organization that has the most rows (decision 79)."""

import sqlalchemy as sa
from alembic import op

from db.migration_steps import commit, plan_for_the_largest

revision: str = "0049"
down_revision: str | None = "0048"
branch_labels: str | None = None
depends_on: str | None = None

_TABLES = sa.text("""
SELECT c.relname, c.reltuples > 0 AS has_rows
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
ORDER BY c.relname
""")


def upgrade() -> None:
    # Each table is altered by itself: nobody waits while another table is waited for.
    for table, has_rows in op.get_bind().execute(_TABLES).all():
        plan_for_the_largest(table)
        commit()
        if has_rows:
            # Without rows in the statistics, PostgreSQL looks at the table itself.
            op.execute(f"ANALYZE {table}")
            commit()
