"""Adds the second wall between tenants: the application's role, row-level security, and two functions that see across
it.
"""

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None

# The list is made from the catalogue, because row-level security would not protect a table that somebody forgot.
TABLES = "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'"

ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rollbook_app') THEN
        CREATE ROLE rollbook_app NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'rollbook_app is missing and % may not create it. As an administrator, run: '
            'CREATE ROLE rollbook_app NOLOGIN; GRANT rollbook_app TO %;', current_user, current_user;
END $$;
"""

MEMBERSHIP = """
DO $$ BEGIN
    IF NOT pg_has_role(current_user, 'rollbook_app', 'MEMBER') THEN
        EXECUTE format('GRANT rollbook_app TO %I', current_user);
    END IF;
END $$;
"""

POLICIES = f"""
DO $$ DECLARE t name; BEGIN
    FOR t IN {TABLES} AND c.relname <> 'alembic_version' LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format(
            'CREATE POLICY tenant ON %I USING (organization_id = '
            '(SELECT nullif(current_setting(''rollbook.organization_id'', true), '''')::uuid))', t);
    END LOOP;
END $$;
"""

GRANTS = """
GRANT USAGE ON SCHEMA public TO rollbook_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO rollbook_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO rollbook_app;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM rollbook_app;
REVOKE UPDATE, DELETE ON change, changed_entry, makeup_token_entry, settings_change FROM rollbook_app;
"""

# Before sign-in the tenant is unknown, and the sweep works for all tenants. These two functions see across tenants.
CREDENTIALS = """
CREATE FUNCTION credentials_of(wanted_email text, wanted_kind text)
RETURNS TABLE (organization_id uuid, organization_name text, person_id uuid, password_hash text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.organization_id, o.name, p.id, p.password_hash
    FROM person p JOIN organization o USING (organization_id)
    WHERE lower(p.email) = lower(wanted_email) AND p.kind = wanted_kind AND p.ended_at IS NULL
    ORDER BY o.name, p.organization_id
    LIMIT 20
$$;
REVOKE ALL ON FUNCTION credentials_of(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION credentials_of(text, text) TO rollbook_app;
"""

DUE_RUNS = """
CREATE FUNCTION due_token_runs(due_by timestamptz, at_most integer)
RETURNS TABLE (organization_id uuid, timeslot_id uuid, held_on date, phase text, due_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.organization_id, r.timeslot_id, r.held_on, r.phase, r.due_at
    FROM token_run r
    WHERE r.state = 'ARMED' AND r.due_at <= due_by
    ORDER BY r.due_at
    LIMIT at_most
$$;
REVOKE ALL ON FUNCTION due_token_runs(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION due_token_runs(timestamptz, integer) TO rollbook_app;
"""


def upgrade() -> None:
    op.execute(ROLE)
    op.execute(MEMBERSHIP)
    op.execute(POLICIES)
    for grant in GRANTS.strip().split("\n"):
        op.execute(grant)
    for function in (CREDENTIALS, DUE_RUNS):
        for statement in function.strip().split(";\n"):
            op.execute(statement)
