"""Makes the feed's lock the last of every transaction, after those of other deferred triggers, to prevent deadlocks."""

from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | None = None
depends_on: str | None = None

FUNCTION = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp"

# Triggers that deferred triggers cause run after all that were waiting when the commit began.
READY = f"""
CREATE FUNCTION feed_is_ready() RETURNS trigger {FUNCTION} AS $$
BEGIN
    UPDATE feed SET fed_at = clock_timestamp()
    WHERE organization_id = NEW.organization_id AND number = NEW.number;
    RETURN NULL;
END $$
"""  # noqa: S608 - a constant

POSITION = f"""
CREATE OR REPLACE FUNCTION feed_takes_position() RETURNS trigger {FUNCTION} AS $$
DECLARE
    taken bigint;
BEGIN
    INSERT INTO feed_position AS p (organization_id, position) VALUES (NEW.organization_id, 1)
    ON CONFLICT (organization_id) DO UPDATE SET position = p.position + 1
    RETURNING p.position INTO taken;
    UPDATE feed SET position = taken WHERE organization_id = NEW.organization_id AND number = NEW.number;
    RETURN NULL;
END $$
"""  # noqa: S608 - a constant

TRIGGER = """
CREATE CONSTRAINT TRIGGER {name} AFTER {event} ON feed
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW {condition} EXECUTE FUNCTION {name}()
"""


def upgrade() -> None:
    op.execute("DROP TRIGGER feed_takes_position ON feed")
    op.execute(READY)
    op.execute("REVOKE ALL ON FUNCTION feed_is_ready() FROM PUBLIC")
    op.execute(POSITION)
    op.execute(TRIGGER.format(name="feed_is_ready", event="INSERT", condition=""))
    op.execute(
        TRIGGER.format(name="feed_takes_position", event="UPDATE OF fed_at", condition="WHEN (NEW.position IS NULL)")
    )
