"""Offers of places are noted in the feed, so that families' streams hear of them (R10.3)."""

from alembic import op

from db.migration_steps import lock_tables

revision: str = "0053"
down_revision: str | None = "0052"
branch_labels: str | None = None
depends_on: str | None = None

FEED_OFFERS = """
CREATE FUNCTION feed_offers() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM feed_students(e.organization_id, array_agg(DISTINCT e.student_id))
    FROM enrollment e
    JOIN fresh f ON f.organization_id = e.organization_id AND f.enrollment_id = e.id
    WHERE e.id = ANY (ARRAY(SELECT n.enrollment_id FROM fresh n))
    GROUP BY e.organization_id;
    RETURN NULL;
END $$
"""
TRIGGERS = {"place_offer_is_fed": "INSERT", "place_offer_change_is_fed": "UPDATE"}


def upgrade() -> None:
    lock_tables("place_offer")
    op.execute(FEED_OFFERS)
    op.execute("REVOKE ALL ON FUNCTION feed_offers() FROM PUBLIC")
    for name, act in TRIGGERS.items():
        op.execute(
            f"CREATE TRIGGER {name} AFTER {act} ON place_offer REFERENCING NEW TABLE AS fresh"
            " FOR EACH STATEMENT EXECUTE FUNCTION feed_offers()"
        )
