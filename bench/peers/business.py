"""A business to measure on: weekly classes with full roll sheets, and weeks of marks."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.vocabulary import Permission
from tests.support.factories import World, new_world

SHEET = 30
CHECK_IN, CHECK_INS = 10, 200
# The students of a class: 30 of whom 10 also take the next class.
STEP = 20

_CLASSES = """
INSERT INTO offering (organization_id, id, kind, name, location_id, sort_key, search_key)
SELECT :organization, md5('offering' || n)::uuid, 'CLASS', 'Swim ' || to_char(n, 'FM0000'), :location,
       'swim ' || to_char(n, 'FM0000'), 'swim ' || to_char(n, 'FM0000')
FROM generate_series(0, :classes - 1) n;
INSERT INTO timeslot (organization_id, id, offering_id, weekday, start_time, duration_minutes)
SELECT :organization, md5('timeslot' || n)::uuid, md5('offering' || n)::uuid, 1 + n % 7,
       make_time(8 + (n / 7) % 12, 0, 0), 45
FROM generate_series(0, :classes - 1) n;
INSERT INTO offering_instructor (organization_id, offering_id, person_id)
SELECT :organization, md5('offering' || n)::uuid, :staff FROM generate_series(0, :classes - 1) n;
"""
_PEOPLE = """
INSERT INTO family (organization_id, id, name, balance, sort_key, search_key)
SELECT :organization, md5('family' || n)::uuid, 'Family ' || n, CASE n % 3 WHEN 0 THEN 0 ELSE 12.5 * (n % 3) END,
       'family ' || n, 'family ' || n
FROM generate_series(0, :students - 1) n;
INSERT INTO student (organization_id, id, family_id, first_name, last_name, birth_on, medical_alert,
                     roll_sheet_comment, sort_key, search_key)
SELECT :organization, md5('student' || n)::uuid, md5('family' || n)::uuid, 'Given ' || n, 'Family ' || n,
       make_date(2014 + n % 8, 1 + n % 12, 1 + n % 28), CASE n % 10 WHEN 0 THEN 'Nuts' WHEN 1 THEN 'none' END,
       CASE n % 15 WHEN 0 THEN 'Sits in front' END, to_char(n, 'FM00000000'), to_char(n, 'FM00000000')
FROM generate_series(0, :students - 1) n;
INSERT INTO student_note (organization_id, id, student_id, level, body, written_at)
SELECT :organization, md5('note' || n)::uuid, md5('student' || n)::uuid,
       CASE n % 20 WHEN 0 THEN 'CRITICAL' ELSE 'NORMAL' END, 'A note', now()
FROM generate_series(0, :students - 1) n WHERE n % 5 = 0;
INSERT INTO expected_absence (organization_id, id, student_id, starts_on, ends_on, comment, is_excused, state,
                              requested_at, source)
SELECT :organization, md5('absence' || n)::uuid, md5('student' || n)::uuid, :held_on, :held_on,
       CASE n % 2 WHEN 0 THEN 'Away' END, n % 2 = 0, 'APPROVED', now(), 'OFFICE'
FROM generate_series(0, :students - 1) n WHERE n % 13 = 0;
INSERT INTO enrollment (organization_id, id, student_id, offering_id, type, starts_on, drop_on)
SELECT :organization, md5('enrollment' || c || ' ' || s)::uuid, md5('student' || (c * :step + s) % :students)::uuid,
       md5('offering' || c)::uuid, CASE WHEN s = 7 THEN 'TRIAL' ELSE 'ACTIVE' END,
       CASE s WHEN 8 THEN :held_on - 3 ELSE :held_on - 7 * :weeks END, CASE s WHEN 9 THEN :held_on + 5 END
FROM generate_series(0, :classes - 1) c CROSS JOIN generate_series(0, :size - 1) s;
"""
_HISTORY = """
CREATE TEMPORARY TABLE held AS
SELECT t.id AS timeslot_id, t.offering_id,
       CAST(:held_on AS date) - (extract(isodow FROM CAST(:held_on AS date))::integer - t.weekday + 7) % 7
       - 7 * w AS held_on
FROM timeslot t CROSS JOIN generate_series(0, :weeks - 1) w
WHERE t.organization_id = :organization;
INSERT INTO occurrence (organization_id, timeslot_id, held_on, revision)
SELECT :organization, timeslot_id, held_on, 1 FROM held;
INSERT INTO change (organization_id, timeslot_id, held_on, revision, kind, source, actor_id, changed_at)
SELECT :organization, timeslot_id, held_on, 1, 'MARKS', 'OFFICE', :staff, held_on FROM held;
CREATE TEMPORARY TABLE marked AS
SELECT h.timeslot_id, h.held_on, e.student_id, e.id AS enrollment_id,
       CASE WHEN hashtext(e.id::text || h.held_on) % 9 = 0 THEN 'ABSENT' ELSE 'PRESENT' END AS status
FROM held h
JOIN enrollment e ON e.organization_id = :organization AND e.offering_id = h.offering_id
    AND e.starts_on <= h.held_on AND (e.drop_on IS NULL OR e.drop_on >= h.held_on)
WHERE h.held_on < CAST(:held_on AS date) OR hashtext(e.id::text) % 2 = 0;
INSERT INTO mark (organization_id, timeslot_id, held_on, student_id, enrollment_id, status, source, marked_by_id,
                  marked_at, revision)
SELECT :organization, timeslot_id, held_on, student_id, enrollment_id, status, 'OFFICE', :staff, held_on, 1
FROM marked;
INSERT INTO changed_entry (organization_id, timeslot_id, held_on, revision, student_id, after_status,
                           after_is_defaulted, after_source)
SELECT :organization, timeslot_id, held_on, 1, student_id, status, false, 'OFFICE' FROM marked;
DROP TABLE held;
DROP TABLE marked;
"""
_CHECK_INS = """
INSERT INTO offering (organization_id, id, kind, name, location_id, sort_key, search_key)
SELECT :organization, md5('small' || n)::uuid, 'CLASS', 'Check-in ' || n, :location, 'zz ' || n, 'check-in ' || n
FROM generate_series(0, :check_ins - 1) n;
INSERT INTO timeslot (organization_id, id, offering_id, weekday, start_time, duration_minutes)
SELECT :organization, md5('small' || n)::uuid, md5('small' || n)::uuid, :weekday, :start_time, 45
FROM generate_series(0, :check_ins - 1) n;
INSERT INTO enrollment (organization_id, id, student_id, offering_id, type, starts_on)
SELECT :organization, md5('small' || c || ' ' || s)::uuid, md5('student' || (c * :of_ten + s) % :students)::uuid,
       md5('small' || c)::uuid, 'ACTIVE', :held_on - 7 * :weeks
FROM generate_series(0, :check_ins - 1) c CROSS JOIN generate_series(0, :of_ten - 1) s;
"""
# In the order that the foreign keys ask for.
_FORGOTTEN = ("token_run", "makeup_token", "mark", "changed_entry", "change", "occurrence")


@dataclass(frozen=True)
class Business:
    """The organization and what to ask about.

    sheets -- the classes of 30 that met on `held_on`, a Monday. Half of their students are marked.
    check_ins -- the classes of ten that meet now, `today`, each with one of its students. Nobody is marked.
    """

    world: World
    staff_id: UUID
    held_on: date
    today: date
    sheets: list[UUID]
    check_ins: list[tuple[UUID, UUID]]


async def make_business(owner: AsyncConnection, *, classes: int, weeks: int) -> Business:
    # At its location it is about noon, so that "today" does not end during the run.
    hours = 12 - datetime.now(UTC).hour
    zone = f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT"
    now = datetime.now(UTC) + timedelta(hours=hours)
    world = await new_world(owner, time_zone=zone, office_check_in_mode=True)
    staff_id = await world.staff(Permission.OWNER)
    held_on = now.date() - timedelta(days=7 + now.weekday())
    given = {
        "organization": world.organization_id,
        "location": world.location_id,
        "staff": staff_id,
        "classes": classes,
        "students": classes * STEP,
        "step": STEP,
        "size": SHEET,
        "weeks": weeks,
        "held_on": held_on,
        "check_ins": CHECK_INS,
        "of_ten": CHECK_IN,
        "weekday": now.isoweekday(),
        "start_time": (now - timedelta(minutes=10)).time().replace(second=0, microsecond=0),
    }
    await owner.exec_driver_sql("SET session_replication_role = replica")
    for statement in (_CLASSES + _PEOPLE + _HISTORY + _CHECK_INS).split(";\n"):
        if statement.strip():
            await owner.exec_driver_sql(re.sub(r"(?<!:):(\w+)", lambda found: _literal(given[found[1]]), statement))
    await owner.exec_driver_sql("SET session_replication_role = origin")
    await owner.exec_driver_sql("VACUUM ANALYZE")
    sheets = await owner.scalars(_MONDAYS, {"organization": world.organization_id})
    small = [
        (row[0], row[1])
        for row in await owner.execute(_SMALL, {"check_ins": CHECK_INS, "of_ten": CHECK_IN, "students": classes * STEP})
    ]
    return Business(world, staff_id, held_on, now.date(), list(sheets), small)


def _literal(value: object) -> str:
    """Return the value as SQL spells it, with its type, which PostgreSQL could not tell from a parameter."""
    return str(value) if isinstance(value, int) else f"CAST('{value}' AS {_TYPES[type(value)]})"


_TYPES: dict[type, str] = {UUID: "uuid", date: "date", time: "time"}
_MONDAYS = text(
    "SELECT t.id FROM timeslot t JOIN offering o ON o.organization_id = t.organization_id AND o.id = t.offering_id"
    " WHERE t.organization_id = :organization AND t.weekday = 1 AND o.name LIKE 'Swim %' ORDER BY t.id"
)
_SMALL = text(
    "SELECT md5('small' || n)::uuid, md5('student' || (n * :of_ten + 3) % :students)::uuid"
    " FROM generate_series(0, :check_ins - 1) n"
)


async def forget_check_ins(business: Business) -> None:
    """Take back everything that was recorded for the classes of ten."""
    given = {"organization": business.world.organization_id, "timeslots": [each for each, _ in business.check_ins]}
    owner = business.world.owner
    for table in _FORGOTTEN:
        mine = "organization_id = :organization AND timeslot_id = ANY (:timeslots)"
        await owner.execute(text(f"DELETE FROM {table} WHERE {mine}"), given)
        await owner.exec_driver_sql(f"VACUUM {table}")
