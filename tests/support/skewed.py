"""A database of many small businesses and a large one, in which a plan for the average business is wrong for each."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.support.factories import World, new_world
from tests.support.large_business import fill_business

CLASSES = 300
_SMALL, _CLASSES_OF_A_SMALL_ONE = 20, 4
_WEEKS = 6

# Somebody teaches the classes whose numbers differ in the last digit.
_TEACHER = "(left(id::text, 24) || '6' || right(left(id::text, 35), 10) || '0')::uuid"
# What the marks of all businesses have left behind: the numbered changes, tokens and the feed.
_HISTORY = (
    """INSERT INTO change (organization_id, timeslot_id, held_on, revision, kind, source, changed_at)
       SELECT organization_id, timeslot_id, held_on, 1, 'MARKS', 'OFFICE', held_on FROM occurrence""",
    """INSERT INTO changed_entry (organization_id, timeslot_id, held_on, revision, student_id, after_status,
                                  after_is_defaulted, after_source)
       SELECT organization_id, timeslot_id, held_on, 1, student_id, status, false, 'OFFICE' FROM mark""",
    """INSERT INTO makeup_token (organization_id, id, student_id, origin, timeslot_id, held_on, enrollment_id, source,
                                 issued_at, issued_on)
       SELECT organization_id, gen_random_uuid(), student_id, 'ABSENCE', timeslot_id, held_on, enrollment_id, 'SYSTEM',
              held_on, held_on
       FROM mark WHERE status = 'ABSENT'""",
    """INSERT INTO person (organization_id, id, kind, first_name, last_name, family_id)
       SELECT organization_id, gen_random_uuid(), 'GUARDIAN', 'Gail', 'Other', family_id FROM student""",
    f"""INSERT INTO person (organization_id, id, kind, first_name, last_name)
       SELECT DISTINCT organization_id, {_TEACHER}, 'STAFF', 'Tess', 'Teacher' FROM offering""",
    f"""INSERT INTO offering_instructor (organization_id, offering_id, person_id)
       SELECT organization_id, id, {_TEACHER} FROM offering""",
    """INSERT INTO expected_absence (organization_id, id, student_id, starts_on, ends_on, is_excused, state, source,
                                     requested_at)
       SELECT organization_id, gen_random_uuid(), student_id, held_on, held_on, false, 'APPROVED', 'OFFICE', held_on
       FROM mark WHERE status = 'ABSENT'""",
    """INSERT INTO feed (organization_id, number, fed_at, position)
       SELECT organization_id, row_number() OVER mine, held_on, row_number() OVER mine
       FROM occurrence WINDOW mine AS (PARTITION BY organization_id ORDER BY held_on, timeslot_id)""",
    """INSERT INTO feed_item (organization_id, number, item, timeslot_id, held_on, revision)
       SELECT organization_id, row_number() OVER mine, 1, timeslot_id, held_on, 1
       FROM occurrence WINDOW mine AS (PARTITION BY organization_id ORDER BY held_on, timeslot_id)""",
    # Occurrences of years without marks, so that the history of a class is longer than what is around a date.
    """INSERT INTO occurrence (organization_id, timeslot_id, held_on)
       SELECT organization_id, timeslot_id, held_on - 364 * years.n
       FROM occurrence CROSS JOIN generate_series(1, 12) AS years (n)""",
    "INSERT INTO feed_position (organization_id, position) SELECT organization_id, max(number) FROM feed GROUP BY 1",
)


_IS_PARTLY_VISIBLE = text("SELECT relallvisible < relpages FROM pg_class WHERE oid = to_regclass('mark')")


async def fill_skewed(owner: AsyncConnection) -> World:
    """Fill the database, which is the test's own, and analyze it. Returns the large business, of CLASSES classes."""
    for number in range(_SMALL):
        await fill_business(await new_world(owner, name=f"Small {number}"), classes=_CLASSES_OF_A_SMALL_ONE, weeks=1)
    large = await new_world(owner, name="Large", office_check_in_mode=True, makeup_horizon_days=365)
    await fill_business(large, classes=CLASSES, weeks=_WEEKS)
    await owner.execute(text("SET session_replication_role = replica"))
    for statement in _HISTORY:
        await owner.exec_driver_sql(statement)
    await owner.execute(text("SET session_replication_role = origin"))
    await owner.execute(text("VACUUM ANALYZE"))
    # An automatic ANALYZE at the same moment keeps pages from being marked as visible to all.
    while await owner.scalar(_IS_PARTLY_VISIBLE):
        await owner.execute(text("VACUUM mark"))
    return large
