"""Students and families can be erased, and no text about them is written afterwards (R16.5)."""

import sqlalchemy as sa
from alembic import op

from db.migration_steps import lock_tables

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels: str | None = None
depends_on: str | None = None

# A row about a student locks the student's row by its foreign key, and an erasure holds that lock. These triggers come
# after those of the foreign keys, by their names, so a writer that has waited for an erasure finds it here.
REFUSE = """
CREATE FUNCTION refuse_text_of_erased() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_ARGV[0] = 'family' THEN
        PERFORM FROM family f
        WHERE f.organization_id = NEW.organization_id AND f.id = NEW.family_id AND f.erased_at IS NOT NULL;
    ELSE
        PERFORM FROM student s
        WHERE s.organization_id = NEW.organization_id AND s.id = NEW.student_id AND s.erased_at IS NOT NULL;
    END IF;
    IF FOUND THEN
        RAISE EXCEPTION 'the % was erased meanwhile', TG_ARGV[0] USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN NULL;
END $$
"""
REFUSE_ITSELF = """
CREATE FUNCTION refuse_change_of_erased() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the % was erased meanwhile', TG_TABLE_NAME USING ERRCODE = 'serialization_failure';
END $$
"""
TRIGGER = """
CREATE TRIGGER text_of_erased AFTER {events} ON {table}
FOR EACH ROW {condition} EXECUTE FUNCTION refuse_text_of_erased('{of}')
"""
TEXTS = {
    "mark": ("INSERT OR UPDATE", "WHEN (NEW.note IS NOT NULL)", "student"),
    "changed_entry": ("INSERT", "WHEN (coalesce(NEW.before_note, NEW.after_note) IS NOT NULL)", "student"),
    "student_note": ("INSERT OR UPDATE", "", "student"),
    "expected_absence": ("INSERT OR UPDATE", "WHEN (NEW.comment IS NOT NULL)", "student"),
    "enrollment": ("INSERT", "", "student"),
    "makeup_token": ("INSERT OR UPDATE", "WHEN (NEW.comment IS NOT NULL)", "student"),
    "makeup_token_entry": ("INSERT", "WHEN (NEW.act = 'EDITED')", "student"),
    "makeup_request": (
        "INSERT OR UPDATE",
        "WHEN (coalesce(NEW.comment, NEW.decision_comment) IS NOT NULL)",
        "student",
    ),
    "email": ("INSERT OR UPDATE", "WHEN (NEW.family_id IS NOT NULL)", "family"),
}
STAYS_ERASED = """
CREATE TRIGGER stays_erased AFTER UPDATE ON {table}
FOR EACH ROW WHEN (OLD.erased_at IS NOT NULL AND ({new}) IS DISTINCT FROM ({old}))
EXECUTE FUNCTION refuse_change_of_erased()
"""
IDENTIFYING = {
    "student": (
        "first_name",
        "last_name",
        "birth_on",
        "gender",
        "medical_alert",
        "roll_sheet_comment",
        "source_id",
        "erased_at",
    ),
    "family": ("name", "email", "phone", "balance", "source_id", "erased_at"),
}

# The application may only add to changes and to the ledger. This is the one exception.
ERASE_HISTORY = """
CREATE FUNCTION erase_texts_of_history(students uuid[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE changed_entry c SET before_note = NULL, after_note = NULL
    WHERE c.organization_id = nullif(current_setting('rollbook.organization_id', true), '')::uuid
      AND c.student_id = ANY (students) AND coalesce(c.before_note, c.after_note) IS NOT NULL;
    UPDATE makeup_token_entry l SET facts = l.facts #- '{before,comment}' #- '{after,comment}'
    WHERE l.organization_id = nullif(current_setting('rollbook.organization_id', true), '')::uuid
      AND l.student_id = ANY (students) AND l.act = 'EDITED'
$$
"""
RIGHTS = """
REVOKE ALL ON FUNCTION erase_texts_of_history(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_texts_of_history(uuid[]) TO rollbook_app
"""


def upgrade() -> None:
    lock_tables(*TEXTS, *IDENTIFYING)
    for table in IDENTIFYING:
        op.add_column(table, sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(REFUSE)
    op.execute(REFUSE_ITSELF)
    for table, (events, condition, of) in TEXTS.items():
        op.execute(TRIGGER.format(table=table, events=events, condition=condition, of=of))
    for table, columns in IDENTIFYING.items():
        new, old = (", ".join(f"{side}.{column}" for column in columns) for side in ("NEW", "OLD"))
        op.execute(STAYS_ERASED.format(table=table, new=new, old=old))
    op.execute(ERASE_HISTORY)
    for statement in RIGHTS.strip().split(";\n"):
        op.execute(statement)
