"""Tells an operator what waits to be done, over all organizations: counts and times only (R16.6)."""

from alembic import op

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels: str | None = None
depends_on: str | None = None

# A function that passes row-level security. It reads partial indexes of what is still to be done, and counts no further
# than 10,000. It runs as the owner, who sees the sessions of all processes, because they sign in as the owner.
BACKLOG = """
CREATE FUNCTION backlog(due_by timestamptz)
RETURNS TABLE (token_runs bigint, token_run_due_at timestamptz, emails bigint, email_due_at timestamptz,
    background_tasks bigint, background_task_waits_since timestamptz,
    blocked_sessions bigint, oldest_transaction_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT
        (SELECT count(*) FROM (
            SELECT FROM token_run r WHERE r.state = 'ARMED' AND r.due_at <= due_by LIMIT 10000) due),
        (SELECT min(r.due_at) FROM token_run r WHERE r.state = 'ARMED' AND r.due_at <= due_by),
        (SELECT count(*) FROM (
            SELECT FROM email e WHERE e.state IN ('QUEUED', 'SENDING') AND e.due_at <= due_by LIMIT 10000) due),
        (SELECT min(e.due_at) FROM email e WHERE e.state IN ('QUEUED', 'SENDING') AND e.due_at <= due_by),
        (SELECT count(*) FROM background_task_lease),
        (SELECT min(l.lease_until) FROM background_task_lease l WHERE l.lease_until <= clock_timestamp()),
        (SELECT count(*) FROM pg_stat_activity a
         WHERE a.datname = current_database() AND a.wait_event_type = 'Lock'),
        (SELECT min(a.xact_start) FROM pg_stat_activity a
         WHERE a.datname = current_database() AND a.backend_type = 'client backend' AND a.pid <> pg_backend_pid())
$$;
REVOKE ALL ON FUNCTION backlog(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION backlog(timestamptz) TO rollbook_app;
"""


def upgrade() -> None:
    for statement in BACKLOG.strip().split(";\n"):
        op.execute(statement)
