"""Checks of offerings and timeslots, whose past is fixed (R2.10)."""

from db.audit.check import Check
from db.fragments import holds_on

TIMESLOT_PERIODS = Check(
    "timeslot-periods",
    "former_timeslot",
    "The periods of a timeslot's versions do not overlap, and all are of one offering.",
    """
    SELECT concat_ws('/', f.timeslot_id, f.ends_on) AS id,
           format('from %s to %s, of offering %s', coalesce(f.starts_on::text, 'ever'), f.ends_on, f.offering_id)
               AS wrong,
           format('an end before %s, in offering %s', coalesce(n.starts_on, t.starts_on), t.offering_id) AS right
    FROM former_timeslot f
    JOIN timeslot t ON t.organization_id = f.organization_id AND t.id = f.timeslot_id
    LEFT JOIN former_timeslot n ON n.organization_id = f.organization_id AND n.timeslot_id = f.timeslot_id
        AND n.ends_on > f.ends_on AND (n.starts_on IS NULL OR n.starts_on <= f.ends_on)
    WHERE f.organization_id = :organization_id
      AND (n.timeslot_id IS NOT NULL OR f.offering_id <> t.offering_id
           OR t.deleted_at IS NULL AND (t.starts_on IS NULL OR t.starts_on <= f.ends_on))
    """,
)

OFFERING_PERIODS = Check(
    "offering-periods",
    "former_offering",
    "The periods of an offering's versions follow each other without gaps, up to the one that holds now.",
    """
    SELECT concat_ws('/', h.offering_id, h.ends_on) AS id,
           format('ends on %s, and the next begins on %s', h.ends_on, coalesce(h.next_on::text, 'no date')) AS wrong,
           format('the next begins on %s', h.ends_on + 1) AS right
    FROM (
        SELECT f.offering_id, f.ends_on,
               CASE WHEN lead(f.ends_on) OVER w IS NULL THEN o.holds_from ELSE lead(f.starts_on) OVER w END AS next_on
        FROM former_offering f
        JOIN offering o ON o.organization_id = f.organization_id AND o.id = f.offering_id
        WHERE f.organization_id = :organization_id
        WINDOW w AS (PARTITION BY f.offering_id ORDER BY f.ends_on)
    ) h
    WHERE h.next_on IS DISTINCT FROM h.ends_on + 1
    """,
)

HELD_OCCURRENCES = Check(
    "held-occurrences",
    "occurrence",
    "An occurrence with marks falls on a date on which a version of its timeslot meets.",
    f"""
    SELECT concat_ws('/', o.timeslot_id, o.held_on) AS id, 'marks on a date without a meeting' AS wrong,
           'a version of the timeslot that meets on this date' AS right
    FROM occurrence o
    WHERE o.organization_id = :organization_id
      AND EXISTS (
          SELECT FROM mark m
          WHERE m.organization_id = o.organization_id AND m.timeslot_id = o.timeslot_id AND m.held_on = o.held_on)
      AND NOT EXISTS (
          SELECT FROM timeslot v
          WHERE v.organization_id = o.organization_id AND v.id = o.timeslot_id
            AND (v.weekday IS NULL OR v.weekday = extract(isodow FROM o.held_on)) AND {holds_on("v", "o.held_on")})
      AND NOT EXISTS (
          SELECT FROM former_timeslot f
          WHERE f.organization_id = o.organization_id AND f.timeslot_id = o.timeslot_id
            AND (f.weekday IS NULL OR f.weekday = extract(isodow FROM o.held_on)) AND {holds_on("f", "o.held_on")})
    """,  # noqa: S608 - a constant
)

ENROLLED_TIMESLOTS = Check(
    "enrolled-timeslots",
    "enrollment",
    "An enrollment in one timeslot is in the timeslot's offering.",
    """
    SELECT CAST(e.id AS text) AS id, format('offering %s, timeslot %s', e.offering_id, t.id) AS wrong,
           format('offering %s', t.offering_id) AS right
    FROM enrollment e
    JOIN timeslot t ON t.organization_id = e.organization_id AND t.id = e.timeslot_id
    WHERE e.organization_id = :organization_id AND e.offering_id <> t.offering_id
    """,
)

TRANSFERS = Check(
    "transfers",
    "enrollment",
    "An enrollment that came from another one by a transfer has the same student.",
    """
    SELECT CAST(e.id AS text) AS id, format('student %s', e.student_id) AS wrong,
           format('student %s, of enrollment %s', s.student_id, s.id) AS right
    FROM enrollment e
    JOIN enrollment s ON s.organization_id = e.organization_id AND s.id = e.transferred_from_id
    WHERE e.organization_id = :organization_id AND e.student_id <> s.student_id
    """,
)

CHECKS = (TIMESLOT_PERIODS, OFFERING_PERIODS, HELD_OCCURRENCES, ENROLLED_TIMESLOTS, TRANSFERS)
