"""Statements that find and lock the roll sheets on which a student's row may change, and number changes on several at
once (R10.1).

Each function takes one statement, except finding the sheets, which takes two, however many sheets there are.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from attendance.rules.calendar.timeslots import CALENDAR, DateSpan, OccurrenceKey
from attendance.rules.vocabulary import ChangeKind
from db.fragments import holds_on, on_sheet
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork
from db.wake_ups import RollSheetChanged

DAYS_BACK = 7
DAYS_AHEAD = 28
MOST_SHEETS = 200
MOST_SHEETS_OF_MANY = 2000

# Near sheets are computed, since somebody may have one open that has no row yet. Further ahead, opening a sheet makes
# its row (follow_sheet), so only sheets with a row can be open. Further back, the sheets in question are found by their
# rows.
_SHEETS = text(f"""
WITH slot AS (
    SELECT t.id, t.offering_id, t.weekday, t.starts_on, t.ends_on, clock.today,
           t.offering_id = ANY (CAST(:offering_ids AS uuid[])) AS is_named
    FROM timeslot_version t
    JOIN offering o ON o.organization_id = t.organization_id AND o.id = t.offering_id
    JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
    CROSS JOIN LATERAL (SELECT (CAST(:now AS timestamptz) AT TIME ZONE l.time_zone)::date AS today) clock
    WHERE t.organization_id = :organization_id
      AND (t.offering_id = ANY (CAST(:offering_ids AS uuid[]))
           OR EXISTS (SELECT FROM enrollment e WHERE e.organization_id = t.organization_id
                      AND e.student_id = :student_id AND e.offering_id = t.offering_id)
           OR EXISTS (SELECT FROM mark m WHERE m.organization_id = t.organization_id
                      AND m.student_id = :student_id AND m.timeslot_id = t.id))
), sheet AS (
    SELECT s.id AS timeslot_id, days.held_on, s.today
    FROM slot s
    CROSS JOIN LATERAL (
        SELECT s.today + n AS held_on FROM generate_series(-CAST(:back AS integer), CAST(:ahead AS integer)) n
        UNION SELECT CAST(:only_on AS date) WHERE CAST(:only_on AS date) IS NOT NULL
    ) days
    WHERE (s.weekday IS NULL OR extract(isodow FROM days.held_on) = s.weekday)
      AND {holds_on("s", "days.held_on")}
      AND (s.is_named
           OR EXISTS (SELECT FROM enrollment e
                      WHERE e.organization_id = :organization_id AND e.student_id = :student_id
                        AND e.offering_id = s.offering_id AND {on_sheet("e", "s.id", "days.held_on")})
           OR EXISTS (SELECT FROM mark m
                      WHERE m.organization_id = :organization_id AND m.student_id = :student_id
                        AND m.timeslot_id = s.id AND m.held_on = days.held_on))
    UNION
    SELECT c.timeslot_id, c.held_on, s.today
    FROM slot s
    JOIN occurrence c ON c.organization_id = :organization_id AND c.timeslot_id = s.id
    WHERE c.held_on > s.today + :ahead
       OR ((s.is_named OR cardinality(CAST(:offering_ids AS uuid[])) = 0)
           AND c.held_on BETWEEN CAST(:first_on AS date) AND CAST(:last_on AS date))
)
SELECT timeslot_id, held_on FROM sheet
ORDER BY held_on = CAST(:only_on AS date) DESC, abs(held_on - today), timeslot_id, held_on LIMIT :most
""")  # noqa: S608 - a constant

_SHEETS_OF = text(f"""
WITH slot AS (
    SELECT t.id, t.weekday, t.starts_on, t.ends_on, clock.today
    FROM timeslot_version t
    JOIN offering o ON o.organization_id = t.organization_id AND o.id = t.offering_id
    JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
    CROSS JOIN LATERAL (SELECT (CAST(:now AS timestamptz) AT TIME ZONE l.time_zone)::date AS today) clock
    WHERE t.organization_id = :organization_id AND t.offering_id = ANY (CAST(:offering_ids AS uuid[]))
), sheet AS (
    SELECT s.id AS timeslot_id, days.held_on, s.today
    FROM slot s
    CROSS JOIN LATERAL (
        SELECT s.today + n AS held_on FROM generate_series(-CAST(:back AS integer), CAST(:ahead AS integer)) n
    ) days
    WHERE (s.weekday IS NULL OR extract(isodow FROM days.held_on) = s.weekday) AND {holds_on("s", "days.held_on")}
    UNION
    SELECT c.timeslot_id, c.held_on, s.today
    FROM slot s
    JOIN occurrence c ON c.organization_id = :organization_id AND c.timeslot_id = s.id
    WHERE c.held_on > s.today + :ahead
)
SELECT timeslot_id, held_on FROM sheet ORDER BY abs(held_on - today), timeslot_id, held_on LIMIT :most
""")  # noqa: S608 - a constant

# The order of the rows is the order of the locks. It is the same wherever several are taken.
_LOCK = text("""
INSERT INTO occurrence (organization_id, timeslot_id, held_on)
SELECT :organization_id, k.timeslot_id, k.held_on
FROM unnest(CAST(:timeslot_ids AS uuid[]), CAST(:dates AS date[])) AS k (timeslot_id, held_on)
ORDER BY k.timeslot_id, k.held_on
ON CONFLICT (organization_id, timeslot_id, held_on) DO UPDATE SET revision = occurrence.revision
""")

_NUMBER = text("""
WITH given AS (
    SELECT * FROM unnest(CAST(:timeslot_ids AS uuid[]), CAST(:dates AS date[]), CAST(:student_ids AS uuid[]),
                         CAST(:leaving AS boolean[])) AS line (timeslot_id, held_on, student_id, is_leaving)
), numbered AS (
    UPDATE occurrence c SET revision = c.revision + 1
    FROM (SELECT DISTINCT timeslot_id, held_on FROM given) sheet
    WHERE c.organization_id = :organization_id AND c.timeslot_id = sheet.timeslot_id AND c.held_on = sheet.held_on
    RETURNING c.timeslot_id, c.held_on, c.revision,
        (SELECT b.changed_at FROM change b WHERE b.organization_id = c.organization_id
         AND b.timeslot_id = c.timeslot_id AND b.held_on = c.held_on AND b.revision = c.revision - 1) AS before_at
), made AS (
    INSERT INTO change (organization_id, timeslot_id, held_on, revision, kind, source, actor_id, kiosk_id, changed_at)
    SELECT :organization_id, n.timeslot_id, n.held_on, n.revision, :kind, :source, :actor_id, :kiosk_id,
        greatest(CAST(:now AS timestamptz), n.before_at)
    FROM numbered n
), entered AS (
    INSERT INTO changed_entry (organization_id, timeslot_id, held_on, revision, student_id, left_roster)
    SELECT :organization_id, n.timeslot_id, n.held_on, n.revision, given.student_id, given.is_leaving
    FROM numbered n JOIN given USING (timeslot_id, held_on)
)
SELECT timeslot_id, held_on, revision FROM numbered
""")


# Actions that change rosters share this lock; opening a sheet far ahead excludes them. Without it, an action could look
# for sheets before one is opened and commit after the opener has read the roster, and nobody would be told of its
# change.
_ACT = text("SELECT pg_advisory_xact_lock_shared(hashtextextended('rosters of ' || :organization_id, 0))")
_FOLLOW = text("""
INSERT INTO occurrence (organization_id, timeslot_id, held_on) VALUES (:organization_id, :timeslot_id, :held_on)
ON CONFLICT DO NOTHING
""")
_OPEN = text("SELECT pg_advisory_xact_lock(hashtextextended('rosters of ' || :organization_id, 0))")


def is_far_ahead(held_on: date, today: date) -> bool:
    """Return whether actions that change rosters see this sheet only when it has a row.

    today -- the location's current date. The limit is one day early, because the date can change while the sheet is
        open.
    """
    return held_on >= today + timedelta(DAYS_AHEAD)


async def follow_sheet(uow: UnitOfWork, key: OccurrenceKey) -> None:
    """Make actions that change rosters record their changes on this sheet from the commit on, however far ahead it is.

    Call it before the state of the sheet is read. The key must be of one of the organization's own timeslots.
    """
    await uow.connection.execute(_OPEN, {"organization_id": str(uow.organization_id)})
    given = {"organization_id": uow.organization_id, "timeslot_id": key.timeslot_id, "held_on": key.held_on}
    await uow.connection.execute(_FOLLOW, given)


async def find_sheets(
    uow: UnitOfWork, student_id: UUID, offering_ids: Collection[UUID], dates: DateSpan | None, now: datetime
) -> list[OccurrenceKey]:
    """Return the sheets on which the student's row may change, in the order in which they are to be locked.

    These are:

    - near sheets (from DAYS_BACK to DAYS_AHEAD of the location's today) on which the student has a row, and all near
      sheets of the offerings;
    - sheets further ahead that have a row, because somebody opened them;
    - sheets further back within `dates` to which something happened: those of the offerings or, when none is given, of
      all offerings in which the student was;
    - the sheets of the day, when `dates` is a single day.

    When there are more than MOST_SHEETS, those of that day and those nearest to today are returned.
    """
    await uow.connection.execute(_ACT, {"organization_id": str(uow.organization_id)})
    span = None if dates is None else dates.clip(CALENDAR)
    is_day = span is not None and span.starts_on == span.ends_on
    given = {
        "organization_id": uow.organization_id,
        "student_id": student_id,
        "offering_ids": list(offering_ids),
        "first_on": span and span.starts_on,
        "last_on": span and span.ends_on,
        "only_on": span.starts_on if span and is_day else None,
        "now": now,
        "back": DAYS_BACK,
        "ahead": DAYS_AHEAD,
        "most": MOST_SHEETS,
    }
    found = await uow.connection.execute(_SHEETS, given)
    return sorted((OccurrenceKey(*row) for row in found), key=lambda key: (key.timeslot_id, key.held_on))


async def find_sheets_of(uow: UnitOfWork, offering_ids: Collection[UUID], now: datetime) -> list[OccurrenceKey]:
    """Return the near sheets of these offerings and those further ahead that have a row, in the order in which they are
    to be locked: at most MOST_SHEETS_OF_MANY, the nearest to today.
    """
    await uow.connection.execute(_ACT, {"organization_id": str(uow.organization_id)})
    given = {
        "organization_id": uow.organization_id,
        "offering_ids": list(offering_ids),
        "now": now,
        "back": DAYS_BACK,
        "ahead": DAYS_AHEAD,
        "most": MOST_SHEETS_OF_MANY,
    }
    found = await uow.connection.execute(_SHEETS_OF, given)
    return sorted((OccurrenceKey(*row) for row in found), key=lambda key: (key.timeslot_id, key.held_on))


async def lock_occurrences(uow: UnitOfWork, keys: Collection[OccurrenceKey]) -> None:
    """Lock all of these occurrences until the end of the transaction, in one order. A row is made for an occurrence to
    which nothing has happened yet.

    The keys must be of the organization's own timeslots.
    """
    if keys:
        await uow.connection.execute(_LOCK, {"organization_id": uow.organization_id, **_columns(keys)})


async def number_changes(
    uow: UnitOfWork,
    kind: ChangeKind,
    rows: Mapping[tuple[OccurrenceKey, UUID], bool],
    author: Author,
    now: datetime,
) -> dict[OccurrenceKey, int]:
    """Number a change on each of these occurrences and return the new revisions. Their subscribers are woken after the
    commit.

    rows -- the rows that changed, none of them in its mark. True means that the student no longer has a row there.

    The caller holds the locks of the occurrences, under which the time is read. It is not before that of the revision
    before.
    """
    if not rows:
        return {}
    given = {
        "organization_id": uow.organization_id,
        "student_ids": [student_id for _, student_id in rows],
        "leaving": list(rows.values()),
        "kind": kind.value,
        "source": author.source.value,
        "actor_id": author.person_id,
        "kiosk_id": author.kiosk_id,
        "now": uow.time_under_lock(now),
        **_columns([key for key, _ in rows]),
    }
    numbered = {OccurrenceKey(row[0], row[1]): row[2] for row in await uow.connection.execute(_NUMBER, given)}
    uow.wake_ups += [
        RollSheetChanged(uow.organization_id, key.timeslot_id, key.held_on, revision)
        for key, revision in numbered.items()
    ]
    return numbered


def _columns(keys: Collection[OccurrenceKey]) -> dict[str, object]:
    return {"timeslot_ids": [key.timeslot_id for key in keys], "dates": [key.held_on for key in keys]}
