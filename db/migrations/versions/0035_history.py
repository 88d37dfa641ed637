"""A history has an identity, which changes when a database is restored or a standby takes over (R10.2, R16.1)."""

from alembic import op

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels: str | None = None
depends_on: str | None = None

# A restored dump is on another server, or in another database of it. A server that was restored to a point in time, and
# a standby that was promoted, continue on another timeline. Where PostgreSQL does not tell this to the account, and on
# a standby, only what `migrate --restored` writes counts.
FUNCTION = """
CREATE FUNCTION history_id() RETURNS text LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    place text;
BEGIN
    BEGIN
        SELECT concat_ws('/', s.system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8))
        INTO place FROM pg_control_system() s;
    EXCEPTION WHEN insufficient_privilege OR object_not_in_prerequisite_state THEN
        place := '';
    END;
    RETURN (
        SELECT left(md5(concat_ws('/', v.history, place, d.oid)), 16)
        FROM public.alembic_version v, pg_database d WHERE d.datname = current_database()
    );
END $$
"""


def upgrade() -> None:
    op.execute("ALTER TABLE alembic_version ADD COLUMN history uuid NOT NULL DEFAULT gen_random_uuid()")
    op.execute(FUNCTION)
