"""Checks of marks against their changes (R4.8, R4.9).

Marks and entries of changes are the largest tables. No check sorts all of them, save that of the history, which follows
the primary key and sorts one occurrence at a time.
"""

from db.audit.check import Check

MARKS = Check(
    "marks",
    "mark",
    "A mark says what the change with its revision has made of it.",
    """
    SELECT concat_ws('/', m.timeslot_id, m.held_on, m.student_id) AS id,
           format('%s by %s%s at revision %s', m.status, m.source, CASE WHEN m.is_defaulted THEN ' by default' END,
                  m.revision) AS wrong,
           CASE WHEN e.student_id IS NULL THEN 'a mark whose revision is a change of it'
                WHEN e.after_status IS NULL THEN 'no mark, because that change has cleared it'
                WHEN (e.after_status, e.after_source, e.after_is_defaulted)
                     IS NOT DISTINCT FROM (m.status, m.source, m.is_defaulted) THEN 'the note of that change'
                ELSE format('%s by %s%s', e.after_status, e.after_source,
                            CASE WHEN e.after_is_defaulted THEN ' by default' END) END AS right
    FROM mark m
    LEFT JOIN changed_entry e ON e.organization_id = m.organization_id AND e.timeslot_id = m.timeslot_id
        AND e.held_on = m.held_on AND e.revision = m.revision AND e.student_id = m.student_id
    WHERE m.organization_id = :organization_id
      AND (e.after_status, e.after_source, e.after_is_defaulted, e.after_note)
          IS DISTINCT FROM (m.status, m.source, m.is_defaulted, m.note)
    """,
)

LAST_CHANGES = Check(
    "last-changes",
    "mark",
    "A mark has the revision of the last change of it.",
    """
    SELECT concat_ws('/', m.timeslot_id, m.held_on, m.student_id) AS id,
           format('%s at revision %s', m.status, m.revision) AS wrong,
           format('%s at revision %s', coalesce(e.after_status, 'no mark'), e.revision) AS right
    FROM mark m
    JOIN changed_entry e ON e.organization_id = m.organization_id AND e.timeslot_id = m.timeslot_id
        AND e.held_on = m.held_on AND e.student_id = m.student_id AND e.revision > m.revision
    WHERE m.organization_id = :organization_id AND (e.before_status IS NOT NULL OR e.after_status IS NOT NULL)
      AND NOT EXISTS (
          SELECT FROM changed_entry n
          WHERE n.organization_id = e.organization_id AND n.timeslot_id = e.timeslot_id AND n.held_on = e.held_on
            AND n.student_id = e.student_id AND n.revision > e.revision
            AND (n.before_status IS NOT NULL OR n.after_status IS NOT NULL))
    """,
)

LOST_MARKS = Check(
    "lost-marks",
    "changed_entry",
    "If the last change of a student's mark has left a mark, there is one.",
    """
    SELECT concat_ws('/', e.timeslot_id, e.held_on, e.revision, e.student_id) AS id,
           'no mark' AS wrong,
           format('%s by %s', e.after_status, e.after_source) AS right
    FROM changed_entry e
    LEFT JOIN mark m ON m.organization_id = e.organization_id AND m.timeslot_id = e.timeslot_id
        AND m.held_on = e.held_on AND m.student_id = e.student_id
    WHERE e.organization_id = :organization_id AND e.after_status IS NOT NULL AND m.student_id IS NULL
      AND NOT EXISTS (
          SELECT FROM changed_entry n
          WHERE n.organization_id = e.organization_id AND n.timeslot_id = e.timeslot_id AND n.held_on = e.held_on
            AND n.student_id = e.student_id AND n.revision > e.revision
            AND (n.before_status IS NOT NULL OR n.after_status IS NOT NULL))
    """,
)

HISTORY = Check(
    "history",
    "changed_entry",
    "What a change of a mark says was before is what the change before it has left.",
    """
    SELECT concat_ws('/', h.timeslot_id, h.held_on, h.revision, h.student_id) AS id,
           format('%s%s before', coalesce(h.before_status, 'no mark'),
                  CASE WHEN h.before_is_defaulted THEN ' by default' END) AS wrong,
           CASE WHEN (h.before_status, h.before_is_defaulted) IS NOT DISTINCT FROM (h.left_status, h.left_is_defaulted)
                THEN format('the note that revision %s has left', h.left_at)
                ELSE format('%s%s before, as %s', coalesce(h.left_status, 'no mark'),
                            CASE WHEN h.left_is_defaulted THEN ' by default' END,
                            coalesce('revision ' || h.left_at || ' has left it', 'it is the first change')) END AS right
    FROM (
        SELECT e.timeslot_id, e.held_on, e.revision, e.student_id, e.before_status, e.before_is_defaulted,
               e.before_note, lag(e.revision) OVER w AS left_at, lag(e.after_status) OVER w AS left_status,
               lag(e.after_is_defaulted) OVER w AS left_is_defaulted, lag(e.after_note) OVER w AS left_note
        FROM changed_entry e
        WHERE e.organization_id = :organization_id AND (e.before_status IS NOT NULL OR e.after_status IS NOT NULL)
        WINDOW w AS (PARTITION BY e.timeslot_id, e.held_on, e.student_id ORDER BY e.revision)
    ) h
    WHERE (h.before_status, h.before_is_defaulted, h.before_note)
          IS DISTINCT FROM (h.left_status, h.left_is_defaulted, h.left_note)
    """,
)

MARKED_PLACES = Check(
    "marked-places",
    "mark",
    "The enrollment behind a mark is one of the same student in the class of the timeslot.",
    """
    SELECT concat_ws('/', m.timeslot_id, m.held_on, m.student_id) AS id,
           format('enrollment %s of student %s in offering %s', e.id, e.student_id, e.offering_id) AS wrong,
           format('an enrollment of student %s in offering %s', m.student_id, t.offering_id) AS right
    FROM mark m
    JOIN enrollment e ON e.organization_id = m.organization_id AND e.id = m.enrollment_id
    JOIN timeslot t ON t.organization_id = m.organization_id AND t.id = m.timeslot_id
    WHERE m.organization_id = :organization_id
      AND (e.student_id <> m.student_id OR e.offering_id <> t.offering_id)
    """,
)

DEFAULTS = Check(
    "defaults",
    "mark",
    "A mark that was made by default names nobody who made it.",
    """
    SELECT concat_ws('/', m.timeslot_id, m.held_on, m.student_id) AS id,
           format('%s by default, made by %s', m.status,
                  coalesce('person ' || m.marked_by_id, 'kiosk ' || m.kiosk_id)) AS wrong,
           'nobody' AS right
    FROM mark m
    WHERE m.organization_id = :organization_id AND m.is_defaulted
      AND (m.marked_by_id IS NOT NULL OR m.kiosk_id IS NOT NULL)
    """,
)

CHECKS = (MARKS, LAST_CHANGES, LOST_MARKS, HISTORY, MARKED_PLACES, DEFAULTS)
