"""The past is fixed (R2.10): what held before a change of the catalogue is kept, and past occurrences are read from it."""

import sqlalchemy as sa
from alembic import op

from db.migration_steps import commit, has_table, lock_tables

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | None = None
depends_on: str | None = None

TABLES = """
CREATE TABLE former_timeslot (
    organization_id uuid NOT NULL,
    timeslot_id uuid NOT NULL,
    ends_on date NOT NULL,
    offering_id uuid NOT NULL,
    starts_on date,
    weekday integer,
    start_time time NOT NULL,
    duration_minutes integer NOT NULL,
    room text,
    CONSTRAINT former_timeslot_pk PRIMARY KEY (organization_id, timeslot_id, ends_on),
    CONSTRAINT former_timeslot_timeslot_id_fk FOREIGN KEY (organization_id, timeslot_id)
        REFERENCES timeslot (organization_id, id),
    CONSTRAINT former_timeslot_offering_id_fk FOREIGN KEY (organization_id, offering_id)
        REFERENCES offering (organization_id, id),
    CONSTRAINT former_timeslot_starts_before_it_ends CHECK (starts_on <= ends_on),
    CONSTRAINT former_timeslot_weekday_is_iso CHECK (weekday BETWEEN 1 AND 7)
);
CREATE INDEX former_timeslot_offering_ix ON former_timeslot (organization_id, offering_id);
CREATE TABLE former_offering (
    organization_id uuid NOT NULL,
    offering_id uuid NOT NULL,
    ends_on date NOT NULL,
    starts_on date,
    location_id uuid NOT NULL,
    program_id uuid,
    capacity integer,
    time_zone text NOT NULL,
    CONSTRAINT former_offering_pk PRIMARY KEY (organization_id, offering_id, ends_on),
    CONSTRAINT former_offering_offering_id_fk FOREIGN KEY (organization_id, offering_id)
        REFERENCES offering (organization_id, id),
    CONSTRAINT former_offering_location_id_fk FOREIGN KEY (organization_id, location_id)
        REFERENCES location (organization_id, id),
    CONSTRAINT former_offering_program_id_fk FOREIGN KEY (organization_id, program_id)
        REFERENCES program (organization_id, id),
    CONSTRAINT former_offering_starts_before_it_ends CHECK (starts_on <= ends_on)
);
CREATE TABLE former_schedule (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    offering_id uuid NOT NULL,
    starts_on date,
    ends_on date NOT NULL,
    is_closed boolean NOT NULL,
    CONSTRAINT former_schedule_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT former_schedule_offering_id_fk FOREIGN KEY (organization_id, offering_id)
        REFERENCES offering (organization_id, id),
    CONSTRAINT former_schedule_starts_before_it_ends CHECK (starts_on <= ends_on)
);
CREATE INDEX former_schedule_offering_ix ON former_schedule (organization_id, offering_id);
CREATE TABLE former_instructor (
    organization_id uuid NOT NULL,
    offering_id uuid NOT NULL,
    person_id uuid NOT NULL,
    ends_on date NOT NULL,
    starts_on date,
    CONSTRAINT former_instructor_pk PRIMARY KEY (organization_id, offering_id, person_id, ends_on),
    CONSTRAINT former_instructor_offering_id_fk FOREIGN KEY (organization_id, offering_id)
        REFERENCES offering (organization_id, id),
    CONSTRAINT former_instructor_person_id_fk FOREIGN KEY (organization_id, person_id)
        REFERENCES person (organization_id, id),
    CONSTRAINT former_instructor_starts_before_it_ends CHECK (starts_on <= ends_on)
);
CREATE INDEX former_instructor_person_ix ON former_instructor (organization_id, person_id);
"""

POLICY = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON {table} USING (organization_id =
    (SELECT nullif(current_setting('rollbook.organization_id', true), '')::uuid));
"""

# security_invoker: a view would else be read with its owner's rights, past row-level security.
VIEWS = """
CREATE VIEW timeslot_version WITH (security_invoker = true) AS
    SELECT t.organization_id, t.id, t.offering_id, t.weekday, t.starts_on, t.ends_on, t.start_time,
           t.duration_minutes, t.room, t.deleted_at
    FROM timeslot t
    UNION ALL
    SELECT f.organization_id, f.timeslot_id, f.offering_id, f.weekday, f.starts_on, f.ends_on, f.start_time,
           f.duration_minutes, f.room, NULL
    FROM former_timeslot f;
CREATE VIEW offering_version WITH (security_invoker = true) AS
    SELECT o.organization_id, o.id AS offering_id, o.holds_from AS starts_on, CAST(NULL AS date) AS ends_on,
           o.location_id, o.program_id, o.capacity, CAST(NULL AS text) AS time_zone
    FROM offering o
    UNION ALL
    SELECT f.organization_id, f.offering_id, f.starts_on, f.ends_on, f.location_id, f.program_id, f.capacity,
           f.time_zone
    FROM former_offering f;
CREATE VIEW instructor_version WITH (security_invoker = true) AS
    SELECT i.organization_id, i.offering_id, i.person_id, i.starts_on, CAST(NULL AS date) AS ends_on
    FROM offering_instructor i
    UNION ALL
    SELECT f.organization_id, f.offering_id, f.person_id, f.starts_on, f.ends_on
    FROM former_instructor f;
GRANT SELECT ON timeslot_version, offering_version, instructor_version TO rollbook_app;
"""

# Until now a deleted meeting was gone from the past too. It met through the day before it was deleted, or through the
# last date on which somebody recorded something.
ENDED = """
UPDATE timeslot t SET ends_on = found.ends_on, deleted_at = NULL
FROM (
    SELECT t.organization_id, t.id, greatest(
        (least(t.deleted_at, o.deleted_at) AT TIME ZONE l.time_zone)::date - 1,
        (SELECT max(m.held_on) FROM mark m WHERE m.organization_id = t.organization_id AND m.timeslot_id = t.id)
    ) AS ends_on
    FROM timeslot t
    JOIN offering o ON o.organization_id = t.organization_id AND o.id = t.offering_id
    JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
    WHERE t.weekday IS NOT NULL AND (t.deleted_at IS NOT NULL OR o.deleted_at IS NOT NULL)
) found
WHERE found.organization_id = t.organization_id AND found.id = t.id;
"""

# A meeting that took the place of another one stood on the past dates of that one as well.
BEGAN = """
UPDATE timeslot t SET starts_on = former.ends_on + 1
FROM (
    SELECT t.organization_id, t.id, max(e.ends_on) AS ends_on
    FROM timeslot t
    JOIN timeslot e ON e.organization_id = t.organization_id AND e.offering_id = t.offering_id AND e.id <> t.id
        AND e.weekday = t.weekday AND e.ends_on IS NOT NULL
    WHERE t.weekday IS NOT NULL AND t.ends_on IS NULL AND t.deleted_at IS NULL
    GROUP BY t.organization_id, t.id
) former
WHERE former.organization_id = t.organization_id AND former.id = t.id AND NOT EXISTS (
    SELECT FROM mark m WHERE m.organization_id = t.organization_id AND m.timeslot_id = t.id
      AND m.held_on <= former.ends_on
);
"""


def upgrade() -> None:
    if not has_table("former_timeslot"):
        _change_tables()
    commit()
    op.execute(ENDED)
    op.execute(BEGAN)


def _change_tables() -> None:
    lock_tables("offering", "timeslot", "offering_instructor", referenced=("person", "location", "program"))
    for statement in TABLES.strip().split(";\n"):
        op.execute(statement)
    for table in ("former_timeslot", "former_offering", "former_schedule", "former_instructor"):
        for statement in POLICY.format(table=table).strip().split(";\n"):
            op.execute(statement)
    op.add_column("offering", sa.Column("holds_from", sa.Date(), nullable=True))
    op.add_column("offering_instructor", sa.Column("starts_on", sa.Date(), nullable=True))
    op.add_column("timeslot", sa.Column("source_id", sa.Text(), nullable=True))
    op.drop_constraint(op.f("timeslot_dates_have_both_ends"), "timeslot", type_="check")
    op.drop_constraint(op.f("timeslot_weekly_or_on_dates"), "timeslot", type_="check")
    op.create_check_constraint(
        op.f("timeslot_weekly_or_on_dates"),
        "timeslot",
        "weekday IS NOT NULL OR (starts_on IS NOT NULL AND ends_on IS NOT NULL)",
    )
    for statement in VIEWS.strip().split(";\n"):
        op.execute(statement)
