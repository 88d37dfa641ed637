"""Adds second factors with their recovery codes, the setting that requires them, and their security events (R12.4)."""

from alembic import op

from db.migration_steps import allow_security_events, commit

revision: str = "0042"
down_revision: str | None = "0041"
branch_labels: str | None = None
depends_on: str | None = None

KINDS = (
    "SIGNED_IN",
    "SIGN_IN_REFUSED",
    "SIGN_IN_LIMITED",
    "REFRESH_REFUSED",
    "REFRESH_REUSED",
    "SESSION_ENDED",
    "PERMISSION_DENIED",
    "KIOSK_LAUNCHED",
    "KIOSK_REVOKED",
    "KIOSK_LIMITED",
    "FAMILY_ERASED",
    "FAMILY_EXPORTED",
    "ORGANIZATION_FOUNDED",
    "INVITED",
    "INVITATION_REVOKED",
    "INVITATION_ACCEPTED",
    "PASSWORD_RESET_REQUESTED",
    "PASSWORD_RESET_LIMITED",
    "PASSWORD_RESET",
    "PASSWORD_CHANGED",
    "LINK_REFUSED",
    "SECOND_FACTOR_ADDED",
    "SECOND_FACTOR_REMOVED",
    "SECOND_FACTOR_REFUSED",
    "RECOVERY_CODE_USED",
    "STAFF_CREATED",
    "STAFF_UPDATED",
    "STAFF_ENDED",
    "PERMISSIONS_CHANGED",
    "PERMISSION_GROUP_CHANGED",
)
TABLES = {
    "second_factor": """
        organization_id uuid NOT NULL, person_id uuid NOT NULL, sealed_secret bytea NOT NULL,
        created_at timestamptz NOT NULL, confirmed_at timestamptz, last_step bigint,
        CONSTRAINT second_factor_pk PRIMARY KEY (organization_id, person_id)""",
    "recovery_code": """
        organization_id uuid NOT NULL, person_id uuid NOT NULL, code_hash bytea NOT NULL, used_at timestamptz,
        CONSTRAINT recovery_code_pk PRIMARY KEY (organization_id, person_id, code_hash)""",
}
POLICY = """
CREATE POLICY tenant ON {table} USING (organization_id =
    (SELECT nullif(current_setting('rollbook.organization_id', true), '')::uuid))
"""


def upgrade() -> None:
    allow_security_events(KINDS)
    op.execute("ALTER TABLE settings ADD COLUMN IF NOT EXISTS second_factor_required boolean NOT NULL DEFAULT false")
    commit()
    for table, columns in TABLES.items():
        op.execute(
            f"CREATE TABLE {table} ({columns}, CONSTRAINT {table}_person_id_fk"
            " FOREIGN KEY (organization_id, person_id) REFERENCES person (organization_id, id))"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(POLICY.format(table=table))
