"""A business with years of attendance, made by a few statements over sets of rows."""

import re
from uuid import UUID

from sqlalchemy import text

from tests.support.factories import MONDAY, World

CLASS_SIZE = 12

# The ids of one organization: its own first digits, the digit of the kind, and a number.
_ID = "(left(:organization_id::text, 24) || '{kind}' || lpad(to_hex({number}), 11, '0'))::uuid"
_OFFERING, _SLOT = _ID.format(kind="1", number="c.n"), _ID.format(kind="2", number="c.n")
_STUDENT, _ENROLLMENT = _ID.format(kind="3", number="p.n"), _ID.format(kind="4", number="p.n")
_FAMILY = _ID.format(kind="5", number="0")
_CLASSES = "generate_series(0, :classes - 1) AS c (n)"
_PLACES = "generate_series(0, :classes * :size - 1) AS p (n)"

_NAME = re.compile(r"(?<!:):(\w+)")
_STATEMENTS = [
    f"""INSERT INTO offering (organization_id, id, kind, name, location_id, capacity, sort_key, search_key)
        SELECT :organization_id, {_OFFERING}, 'CLASS', 'Class ' || c.n, :location_id, :size + 1,
               'class ' || lpad(c.n::text, 5, '0'), 'class ' || c.n
        FROM {_CLASSES}""",
    f"""INSERT INTO timeslot (organization_id, id, offering_id, weekday, start_time, duration_minutes)
        SELECT :organization_id, {_SLOT}, {_OFFERING}, 1 + c.n % 6,
               make_time(9 + c.n / 6 % 11, 15 * (c.n / 66 % 4), 0), 45
        FROM {_CLASSES}""",
    f"""INSERT INTO family (organization_id, id, name, sort_key, search_key)
        VALUES (:organization_id, {_FAMILY}, 'Others', 'others', 'others')""",
    f"""INSERT INTO student (organization_id, id, family_id, first_name, last_name, sort_key, search_key)
        SELECT :organization_id, {_STUDENT}, {_FAMILY}, 'Given ' || p.n, 'Other', 'other given' || p.n, 'given' || p.n
        FROM {_PLACES}""",
    f"""INSERT INTO enrollment (organization_id, id, student_id, offering_id, type, starts_on)
        SELECT :organization_id, {_ENROLLMENT}, {_STUDENT}, {_OFFERING}, 'ACTIVE', DATE '2020-01-01'
        FROM {_PLACES} CROSS JOIN LATERAL (SELECT p.n / :size) AS c (n)""",
    f"""INSERT INTO occurrence (organization_id, timeslot_id, held_on, revision)
        SELECT :organization_id, {_SLOT}, :monday - 7 * w.n + c.n % 6, 1
        FROM {_CLASSES} CROSS JOIN generate_series(1, :weeks) AS w (n)""",
    f"""INSERT INTO mark (organization_id, timeslot_id, held_on, student_id, enrollment_id, status, source, marked_at,
                          revision)
        SELECT :organization_id, {_SLOT}, :monday - 7 * w.n + c.n % 6, {_STUDENT}, {_ENROLLMENT},
               CASE WHEN (p.n + w.n) % 9 = 0 THEN 'ABSENT' ELSE 'PRESENT' END, 'OFFICE',
               :monday - 7 * w.n, 1
        FROM generate_series(1, :weeks) AS w (n)
        CROSS JOIN {_PLACES} CROSS JOIN LATERAL (SELECT p.n / :size) AS c (n)""",
]


def offering_of(world: World, number: int) -> UUID:
    """The id of a class, by its number from 0."""
    return _id(world, "1", number)


def slot_of(world: World, number: int) -> UUID:
    """The id of the timeslot of a class. Class 0 and each sixth after it meet on MONDAY."""
    return _id(world, "2", number)


def student_of(world: World, number: int) -> UUID:
    """The id of the first student of a class."""
    return _id(world, "3", number * CLASS_SIZE)


def _id(world: World, kind: str, number: int) -> UUID:
    return UUID(f"{str(world.organization_id)[:24]}{kind}{number:011x}")


async def fill_business(world: World, *, classes: int, weeks: int) -> int:
    """Add weekly classes on six weekdays, each with its students, and their marks of the weeks before MONDAY. Returns
    the number of marks.

    It is called once for an organization. Keys of other tables are not checked, so it needs the database's superuser.
    """
    literals = {
        "organization_id": f"'{world.organization_id}'::uuid",
        "location_id": f"'{world.location_id}'::uuid",
        "classes": str(classes),
        "size": str(CLASS_SIZE),
        "weeks": str(weeks),
        "monday": f"DATE '{MONDAY}'",
    }
    await world.owner.execute(text("SET session_replication_role = replica"))
    for statement in _STATEMENTS:
        await world.owner.exec_driver_sql(_NAME.sub(lambda found: literals[found[1]], statement))
    await world.owner.execute(text("SET session_replication_role = origin"))
    return classes * CLASS_SIZE * weeks
