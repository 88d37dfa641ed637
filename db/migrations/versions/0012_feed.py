"""Adds the feed: one order of everything that happens in an organization, without gaps (R10.2, R10.3).

A statement trigger notes what a statement changed under the number of its transaction. A deferred trigger gives that
transaction its position while it commits. The lock that this takes, on one row of the organization, is the
transaction's last, and is held only while the commit remains. So positions have no gaps, and whoever sees one sees all
before it.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | None = None
depends_on: str | None = None

TABLES = ("feed", "feed_item", "feed_position")
FUNCTION = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp"

# The number is kept in a setting that ends with the transaction, and that a rollback to a savepoint undoes.
NUMBER = f"""
CREATE FUNCTION feed_number(own uuid) RETURNS bigint {FUNCTION} AS $$
DECLARE
    taken bigint := nullif(current_setting('rollbook.feed_number', true), '')::bigint;
BEGIN
    IF taken IS NULL THEN
        taken := nextval('feed_numbers');
        PERFORM set_config('rollbook.feed_number', taken::text, true);
    END IF;
    INSERT INTO feed (organization_id, number) VALUES (own, taken) ON CONFLICT DO NOTHING;
    RETURN taken;
END $$
"""  # noqa: S608 - a constant

# A statement with more rows than this is an import or a restore: one item without a key stands for all of them.
FEED_CHANGES = f"""
CREATE FUNCTION feed_changes() RETURNS trigger {FUNCTION} AS $$
DECLARE
    own uuid;
    size bigint;
    taken bigint;
BEGIN
    FOR own, size IN SELECT organization_id, count(*) FROM fresh GROUP BY organization_id LOOP
        taken := feed_number(own);
        IF size > 2000 THEN
            INSERT INTO feed_item (organization_id, number, item) VALUES (own, taken, nextval('feed_numbers'));
        ELSE
            INSERT INTO feed_item (organization_id, number, item, timeslot_id, held_on, revision)
            SELECT own, taken, nextval('feed_numbers'), f.timeslot_id, f.held_on, f.revision
            FROM (SELECT timeslot_id, held_on, revision FROM fresh WHERE organization_id = own
                  ORDER BY timeslot_id, held_on, revision) f;
        END IF;
    END LOOP;
    RETURN NULL;
END $$
"""  # noqa: S608 - a constant

FEED_STUDENTS = f"""
CREATE FUNCTION feed_students(own uuid, student_ids uuid[]) RETURNS void {FUNCTION} AS $$
DECLARE
    taken bigint := feed_number(own);
BEGIN
    IF cardinality(student_ids) > 2000 THEN
        INSERT INTO feed_item (organization_id, number, item) VALUES (own, taken, nextval('feed_numbers'));
    ELSE
        INSERT INTO feed_item (organization_id, number, item, student_id)
        SELECT own, taken, nextval('feed_numbers'), student_id FROM unnest(student_ids) AS student_id;
    END IF;
END $$
"""  # noqa: S608 - a constant

FEED_TOKENS = f"""
CREATE FUNCTION feed_tokens() RETURNS trigger {FUNCTION} AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM feed_students(organization_id, array_agg(DISTINCT student_id)) FROM fresh GROUP BY organization_id;
    ELSE
        PERFORM feed_students(f.organization_id, array_agg(DISTINCT f.student_id))
        FROM fresh f JOIN stale s ON s.organization_id = f.organization_id AND s.id = f.id
        WHERE f.* IS DISTINCT FROM s.*
        GROUP BY f.organization_id;
    END IF;
    RETURN NULL;
END $$
"""

POSITION = f"""
CREATE FUNCTION feed_takes_position() RETURNS trigger {FUNCTION} AS $$
DECLARE
    taken bigint;
BEGIN
    INSERT INTO feed_position AS p (organization_id, position) VALUES (NEW.organization_id, 1)
    ON CONFLICT (organization_id) DO UPDATE SET position = p.position + 1
    RETURNING p.position INTO taken;
    UPDATE feed SET position = taken, fed_at = clock_timestamp()
    WHERE organization_id = NEW.organization_id AND number = NEW.number;
    RETURN NULL;
END $$
"""  # noqa: S608 - a constant

# Functions that pass row-level security: one returns only numbers, the other only a count.
POSITIONS = """
CREATE FUNCTION feed_positions(organizations uuid[])
RETURNS TABLE (organization_id uuid, "position" bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.organization_id, p.position FROM feed_position p WHERE p.organization_id = ANY (organizations)
$$
"""
FORGET = """
CREATE FUNCTION forget_feed(fed_before timestamptz, at_most integer)
RETURNS integer
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH old AS (
        SELECT f.organization_id, f.number FROM feed f
        WHERE f.fed_at < fed_before ORDER BY f.fed_at LIMIT at_most FOR UPDATE SKIP LOCKED
    ), forgotten AS (
        DELETE FROM feed f USING old
        WHERE f.organization_id = old.organization_id AND f.number = old.number
        RETURNING 1
    )
    SELECT count(*)::integer FROM forgotten
$$
"""

FUNCTIONS = {
    "feed_number(uuid)": NUMBER,
    "feed_changes()": FEED_CHANGES,
    "feed_students(uuid, uuid[])": FEED_STUDENTS,
    "feed_tokens()": FEED_TOKENS,
    "feed_takes_position()": POSITION,
    "feed_positions(uuid[])": POSITIONS,
    "forget_feed(timestamptz, integer)": FORGET,
}
TO_APPLICATION = ("feed_positions(uuid[])", "forget_feed(timestamptz, integer)")

TRIGGERS = (
    """CREATE CONSTRAINT TRIGGER feed_takes_position AFTER INSERT ON feed
       DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION feed_takes_position()""",
    """CREATE TRIGGER change_is_fed AFTER INSERT ON change
       REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION feed_changes()""",
    *(
        statement
        for table in ("makeup_token", "makeup_request")
        for statement in (
            f"""CREATE TRIGGER {table}_is_fed AFTER INSERT ON {table}
                REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION feed_tokens()""",
            f"""CREATE TRIGGER {table}_change_is_fed AFTER UPDATE ON {table}
                REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION feed_tokens()""",
        )
    ),
)


def upgrade() -> None:
    op.execute("CREATE SEQUENCE feed_numbers")
    _make_tables()
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} USING (organization_id = "
            "(SELECT nullif(current_setting('rollbook.organization_id', true), '')::uuid))"
        )
        op.execute(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM rollbook_app")
    for name, function in FUNCTIONS.items():
        op.execute(function)
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    for name in TO_APPLICATION:
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO rollbook_app")
    for trigger in TRIGGERS:
        op.execute(trigger)


def _make_tables() -> None:
    organization = ["organization.organization_id"]
    op.create_table(
        "feed",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("fed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], organization, name=op.f("feed_organization_fk")),
        sa.PrimaryKeyConstraint("organization_id", "number", name=op.f("feed_pk")),
    )
    op.create_index("feed_place_key", "feed", ["organization_id", "position"], unique=True)
    op.create_index("feed_fed_at_ix", "feed", ["fed_at"])
    op.create_table(
        "feed_item",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("timeslot_id", sa.Uuid(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("student_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "number"],
            ["feed.organization_id", "feed.number"],
            name=op.f("feed_item_number_fk"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "number", "item", name=op.f("feed_item_pk")),
    )
    op.create_table(
        "feed_position",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], organization, name=op.f("feed_position_organization_fk")),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("feed_position_pk")),
        postgresql_with={"fillfactor": "20"},
    )
