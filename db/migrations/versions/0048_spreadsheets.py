"""What imported spreadsheets said of each row is remembered (R13.8, R13.9)."""

from alembic import op

revision: str = "0048"
down_revision: str | None = "0047"
branch_labels: str | None = None
depends_on: str | None = None

TABLE = """
CREATE TABLE imported_row (
    organization_id uuid NOT NULL,
    file text NOT NULL,
    key text NOT NULL,
    row_id uuid NOT NULL,
    said jsonb NOT NULL,
    is_ours boolean NOT NULL,
    CONSTRAINT imported_row_pk PRIMARY KEY (organization_id, file, key),
    CONSTRAINT imported_row_organization_fk FOREIGN KEY (organization_id) REFERENCES organization (organization_id)
)
"""
POLICY = """
CREATE POLICY tenant ON imported_row USING (organization_id =
    (SELECT nullif(current_setting('rollbook.organization_id', true), '')::uuid))
"""


def upgrade() -> None:
    op.execute("LOCK TABLE organization IN SHARE ROW EXCLUSIVE MODE")
    op.execute(TABLE)
    op.execute("CREATE INDEX imported_row_row_ix ON imported_row (organization_id, row_id)")
    op.execute("ALTER TABLE imported_row ENABLE ROW LEVEL SECURITY")
    op.execute(POLICY)
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON imported_row TO rollbook_app")
