"""What the source last said about each imported enrollment, so that an import can leave the office's acts (R13.9)."""

from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | None = None
depends_on: str | None = None

# Without a row, an enrollment is older than this table, and the next import decides with care. Nothing is filled in
# here, because nobody knows what the source said.
TABLE = """
CREATE TABLE imported_enrollment (
    organization_id uuid NOT NULL,
    enrollment_id uuid NOT NULL,
    said text NOT NULL,
    starts_on date NOT NULL,
    drop_on date,
    end_cause character varying(32),
    CONSTRAINT imported_enrollment_pk PRIMARY KEY (organization_id, enrollment_id),
    CONSTRAINT imported_enrollment_enrollment_id_fk FOREIGN KEY (organization_id, enrollment_id)
        REFERENCES enrollment (organization_id, id),
    CONSTRAINT imported_enrollment_enrollment_end
        CHECK (end_cause IN ('DROPPED', 'TRANSFERRED', 'SESSION_ENDED'))
);
ALTER TABLE imported_enrollment ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON imported_enrollment USING (organization_id =
    (SELECT nullif(current_setting('rollbook.organization_id', true), '')::uuid));
"""


def upgrade() -> None:
    for statement in TABLE.strip().split(";\n"):
        op.execute(statement)
