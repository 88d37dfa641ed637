"""Families, guardians and students are merged, and nothing is written about who was merged (R13.6)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from db.migration_steps import lock_tables

revision: str = "0046"
down_revision: str | None = "0045"
branch_labels: str | None = None
depends_on: str | None = None

POLICY = """
CREATE POLICY tenant ON people_merge USING (organization_id =
    (SELECT nullif(current_setting('rollbook.organization_id', true), '')::uuid))
"""
# Whoever adds a row about a student has waited, by the row's foreign key, for a merge that holds the student.
REFUSE = """
CREATE FUNCTION refuse_row_of_merged() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM fresh
    JOIN student s ON s.organization_id = fresh.organization_id AND s.id = fresh.student_id
    WHERE s.merged_into_id IS NOT NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'the student was merged meanwhile' USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN NULL;
END $$
"""
# The application cannot change the history and the ledger. It moves them through this, within its organization.
HISTORY = """
CREATE FUNCTION move_history(from_student uuid, into_student uuid, timeslots uuid[], dates date[], staying uuid[])
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE changed_entry c SET student_id = into_student
    WHERE c.organization_id = nullif(current_setting('rollbook.organization_id', true), '')::uuid
      AND c.student_id = from_student
      AND NOT EXISTS (SELECT FROM unnest(timeslots, dates) AS k (timeslot_id, held_on)
                      WHERE k.timeslot_id = c.timeslot_id AND k.held_on = c.held_on);
    UPDATE makeup_token_entry l SET student_id = into_student
    WHERE l.organization_id = nullif(current_setting('rollbook.organization_id', true), '')::uuid
      AND l.student_id = from_student
      AND CASE WHEN l.makeup_token_id IS NOT NULL THEN NOT l.makeup_token_id = ANY (staying)
               ELSE l.timeslot_id IS NULL
                    OR NOT EXISTS (SELECT FROM unnest(timeslots, dates) AS k (timeslot_id, held_on)
                                   WHERE k.timeslot_id = l.timeslot_id AND k.held_on = l.held_on) END
$$
"""
RIGHTS = (
    "REVOKE ALL ON FUNCTION move_history(uuid, uuid, uuid[], date[], uuid[]) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION move_history(uuid, uuid, uuid[], date[], uuid[]) TO rollbook_app",
)
GUARDED = ("mark", "enrollment", "makeup_token", "makeup_request", "expected_absence", "student_note")


def upgrade() -> None:
    lock_tables("mark", *GUARDED[1:], "student", "person", "family", referenced=("organization",))
    for table in ("student", "person", "family"):
        op.add_column(table, sa.Column("merged_into_id", sa.Uuid()))
        op.create_foreign_key(
            f"{table}_merged_into_id_fk",
            table,
            table,
            ["organization_id", "merged_into_id"],
            ["organization_id", "id"],
        )
    op.create_table(
        "people_merge",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "FAMILY",
                "GUARDIAN",
                "STUDENT",
                name="merge_kind",
                native_enum=False,
                create_constraint=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=False),
        sa.Column("merged_by_id", sa.Uuid()),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("kind IN ('FAMILY', 'GUARDIAN', 'STUDENT')", name=op.f("people_merge_merge_kind")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.organization_id"], name="people_merge_organization_fk"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "merged_by_id"],
            ["person.organization_id", "person.id"],
            name="people_merge_merged_by_id_fk",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="people_merge_pk"),
    )
    op.create_index("people_merge_listed_ix", "people_merge", ["organization_id", "merged_at", "id"])
    op.execute("ALTER TABLE people_merge ENABLE ROW LEVEL SECURITY")
    op.execute(POLICY)
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON people_merge TO rollbook_app")
    op.execute(REFUSE)
    op.execute(HISTORY)
    for statement in RIGHTS:
        op.execute(statement)
    for table in GUARDED:
        op.execute(
            f"CREATE TRIGGER row_of_merged AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_row_of_merged()"
        )
