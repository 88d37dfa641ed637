"""Adds the keys by which names are sorted and searched (R3.2). They are made in Python: `db.missing_keys` fills them in
batches after the migrations, since one statement over a whole table would block whoever writes to it.
"""

from alembic import op

from db.migration_steps import commit, create_index, drop_index

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    for table in ("student", "family", "offering"):
        keys = ", ".join(
            f"ADD COLUMN IF NOT EXISTS {key} text COLLATE \"C\" NOT NULL DEFAULT ''"
            for key in ("sort_key", "search_key")
        )
        op.execute(f"ALTER TABLE {table} {keys}")
        commit()
    for table, former in (("student", "student_sort_name_ix"), ("offering", "offering_name_ix")):
        create_index(f"{table}_sort_key_ix", f"{table} (organization_id, sort_key, id)")
        drop_index(former)
