"""What the source last said about each imported family, so that its fields follow until the office edits them (R13.9)."""

from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | None = None
depends_on: str | None = None

TABLE = """
CREATE TABLE imported_family (
    organization_id uuid NOT NULL,
    family_id uuid NOT NULL,
    name text,
    phone text,
    email text,
    balance numeric(12,2),
    CONSTRAINT imported_family_pk PRIMARY KEY (organization_id, family_id),
    CONSTRAINT imported_family_family_id_fk FOREIGN KEY (organization_id, family_id)
        REFERENCES family (organization_id, id)
);
ALTER TABLE imported_family ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON imported_family USING (organization_id =
    (SELECT nullif(current_setting('rollbook.organization_id', true), '')::uuid));
"""


def upgrade() -> None:
    for statement in TABLE.strip().split(";\n"):
        op.execute(statement)
