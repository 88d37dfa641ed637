"""Ends the open links of a person whose e-mail address changes: they were sent to the old address (R12.2)."""

from alembic import op

revision: str = "0045"
down_revision: str | None = "0044"
branch_labels: str | None = None
depends_on: str | None = None

FUNCTION = """
CREATE OR REPLACE FUNCTION end_links_to_old_address() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE account_link SET revoked_at = now()
    WHERE organization_id = NEW.organization_id AND person_id = NEW.id AND used_at IS NULL AND revoked_at IS NULL;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute(FUNCTION)
    op.execute("REVOKE ALL ON FUNCTION end_links_to_old_address() FROM PUBLIC")
    op.execute(
        "CREATE TRIGGER address_changed AFTER UPDATE ON person FOR EACH ROW"
        " WHEN (old.email IS DISTINCT FROM new.email) EXECUTE FUNCTION end_links_to_old_address()"
    )
