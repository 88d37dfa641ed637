"""Deletes old first answers of mutations, which are kept for retries only (R4.11)."""

from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | None = None
depends_on: str | None = None

# A function that passes row-level security and returns only a count. It deletes in portions, so no delete holds its
# locks for long.
FORGET_ANSWERS = """
CREATE FUNCTION forget_answers(used_before timestamptz, at_most integer)
RETURNS integer
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH old AS (
        SELECT k.organization_id, k.caller_id, k.key FROM idempotency_key k
        WHERE k.used_at < used_before ORDER BY k.used_at LIMIT at_most FOR UPDATE SKIP LOCKED
    ), forgotten AS (
        DELETE FROM idempotency_key k USING old
        WHERE (k.organization_id, k.caller_id, k.key) = (old.organization_id, old.caller_id, old.key)
        RETURNING 1
    )
    SELECT count(*)::integer FROM forgotten
$$;
REVOKE ALL ON FUNCTION forget_answers(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_answers(timestamptz, integer) TO rollbook_app;
"""


def upgrade() -> None:
    for statement in FORGET_ANSWERS.strip().split(";\n"):
        op.execute(statement)
