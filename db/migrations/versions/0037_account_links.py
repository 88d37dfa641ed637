"""Adds the links with which people choose a password, and the security events of accounts (R12.2, R12.7)."""

import sqlalchemy as sa
from alembic import op

from db.migration_steps import allow_security_events, has_table

revision: str = "0037"
down_revision: str | None = "0036"
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
    "STAFF_CREATED",
    "STAFF_UPDATED",
    "STAFF_ENDED",
    "PERMISSIONS_CHANGED",
    "PERMISSION_GROUP_CHANGED",
)
PURPOSES = ("INVITATION", "PASSWORD_RESET")
OPEN = sa.text("used_at IS NULL AND revoked_at IS NULL")
POLICY = """
CREATE POLICY tenant ON account_link USING (organization_id =
    (SELECT nullif(current_setting('rollbook.organization_id', true), '')::uuid))
"""
FORGET = """
CREATE OR REPLACE FUNCTION forget_account_links(older_than timestamptz, at_most integer) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH old AS (
        SELECT x.organization_id, x.id FROM account_link x
        WHERE x.expires_at < older_than ORDER BY x.expires_at LIMIT at_most FOR UPDATE SKIP LOCKED
    ), forgotten AS (
        DELETE FROM account_link x USING old WHERE (x.organization_id, x.id) = (old.organization_id, old.id)
        RETURNING 1
    )
    SELECT count(*)::integer FROM forgotten
$$
"""


def upgrade() -> None:
    allow_security_events(KINDS)
    if not has_table("account_link"):
        _account_link()
    op.execute(FORGET)
    op.execute("REVOKE ALL ON FUNCTION forget_account_links(timestamptz, integer) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION forget_account_links(timestamptz, integer) TO rollbook_app")


def _account_link() -> None:
    op.create_table(
        "account_link",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(*PURPOSES, name="account_link_purpose", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid()),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("used_at IS NULL OR revoked_at IS NULL", name=op.f("account_link_is_used_or_revoked")),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("account_link_pk")),
        *(
            sa.ForeignKeyConstraint(
                ["organization_id", column],
                ["person.organization_id", "person.id"],
                name=op.f(f"account_link_{column}_fk"),
            )
            for column in ("person_id", "created_by_id")
        ),
    )
    op.create_index(
        "account_link_open_key",
        "account_link",
        ["organization_id", "person_id", "purpose"],
        unique=True,
        postgresql_where=OPEN,
    )
    op.create_index("account_link_person_ix", "account_link", ["organization_id", "person_id", "created_at"])
    op.create_index("account_link_expires_ix", "account_link", ["expires_at"])
    op.execute("ALTER TABLE account_link ENABLE ROW LEVEL SECURITY")
    op.execute(POLICY)
