"""Places are offered to those who wait, and are held for them."""

import sqlalchemy as sa
from alembic import op

from db.migration_steps import lock_tables

revision: str = "0052"
down_revision: str | None = "0051"
branch_labels: str | None = None
depends_on: str | None = None

POLICY = """
CREATE POLICY tenant ON place_offer USING (organization_id =
    (SELECT nullif(current_setting('rollbook.organization_id', true), '')::uuid))
"""
# Workers look for all tenants at once, past row-level security.
OVER = """
CREATE FUNCTION offers_over(over_by timestamptz) RETURNS TABLE (organization_id uuid, offering_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT p.organization_id, e.offering_id
    FROM place_offer p
    JOIN enrollment e ON e.organization_id = p.organization_id AND e.id = p.enrollment_id
    WHERE p.state = 'OPEN' AND p.holds_until <= over_by
$$
"""
LINES = """
CREATE FUNCTION lines_to_offer(asked_at timestamptz) RETURNS TABLE (organization_id uuid, offering_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT e.organization_id, e.offering_id
    FROM settings s
    JOIN enrollment e ON e.organization_id = s.organization_id
    JOIN offering o ON o.organization_id = e.organization_id AND o.id = e.offering_id
    WHERE s.place_offer_hours IS NOT NULL AND e.type = 'WAITLIST' AND e.deleted_at IS NULL
      AND (e.drop_on IS NULL OR e.drop_on > (asked_at AT TIME ZONE 'UTC')::date - 1) AND o.deleted_at IS NULL
      AND NOT EXISTS (SELECT FROM place_offer p WHERE p.organization_id = e.organization_id
                      AND p.enrollment_id = e.id AND p.state IN ('OPEN', 'WITHDRAWN'))
$$
"""
FUNCTIONS = ("offers_over(timestamptz)", "lines_to_offer(timestamptz)")


def upgrade() -> None:
    lock_tables("settings", referenced=("enrollment", "person"))
    op.add_column("settings", sa.Column("place_offer_hours", sa.Integer()))
    op.create_check_constraint(op.f("settings_offers_last_hours"), "settings", "place_offer_hours BETWEEN 1 AND 720")
    op.create_table(
        "place_offer",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("holds_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "OPEN",
                "ACCEPTED",
                "DECLINED",
                "WITHDRAWN",
                "OVER",
                name="place_offer_state",
                native_enum=False,
                create_constraint=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_by_id", sa.Uuid()),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("settled_by_id", sa.Uuid()),
        sa.CheckConstraint(
            "state IN ('OPEN', 'ACCEPTED', 'DECLINED', 'WITHDRAWN', 'OVER')",
            name=op.f("place_offer_place_offer_state"),
        ),
        sa.CheckConstraint("holds_until > offered_at", name=op.f("place_offer_holds_for_a_while")),
        sa.CheckConstraint(
            "(state = 'OPEN') = (settled_at IS NULL)", name=op.f("place_offer_is_settled_at_an_instant")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "enrollment_id"],
            ["enrollment.organization_id", "enrollment.id"],
            name="place_offer_enrollment_id_fk",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "offered_by_id"],
            ["person.organization_id", "person.id"],
            name="place_offer_offered_by_id_fk",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "settled_by_id"],
            ["person.organization_id", "person.id"],
            name="place_offer_settled_by_id_fk",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="place_offer_pk"),
    )
    op.create_index(
        "place_offer_one_open_key",
        "place_offer",
        ["organization_id", "enrollment_id"],
        unique=True,
        postgresql_where=sa.text("state = 'OPEN'"),
    )
    op.create_index("place_offer_enrollment_ix", "place_offer", ["organization_id", "enrollment_id", "offered_at"])
    op.create_index("place_offer_over_ix", "place_offer", ["holds_until"], postgresql_where=sa.text("state = 'OPEN'"))
    op.execute("ALTER TABLE place_offer ENABLE ROW LEVEL SECURITY")
    op.execute(POLICY)
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON place_offer TO rollbook_app")
    op.execute(OVER)
    op.execute(LINES)
    for function in FUNCTIONS:
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO rollbook_app")
