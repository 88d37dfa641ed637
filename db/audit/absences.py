"""Checks of expected absences, and of absent staff and their substitutes (section 6, R9.9)."""

from db.audit.check import Check

ABSENT_ENROLLMENTS = Check(
    "absent-enrollments",
    "expected_absence_enrollment",
    "The enrollments of an expected absence are its student's.",
    """
    SELECT concat_ws('/', a.expected_absence_id, a.enrollment_id) AS id, format('student %s', e.student_id) AS wrong,
           format('student %s', x.student_id) AS right
    FROM expected_absence_enrollment a
    JOIN expected_absence x ON x.organization_id = a.organization_id AND x.id = a.expected_absence_id
    JOIN enrollment e ON e.organization_id = a.organization_id AND e.id = a.enrollment_id
    WHERE a.organization_id = :organization_id AND e.student_id <> x.student_id
    """,
)

STAFF_ABSENCES = Check(
    "staff-absences",
    "staff_absence",
    "The absences of a staff member do not overlap.",
    """
    SELECT CAST(a.id AS text) AS id,
           format('from %s to %s, beside %s from %s to %s', a.starts_on, a.ends_on, b.id, b.starts_on, b.ends_on)
               AS wrong,
           format('one absence of person %s on a date', a.person_id) AS right
    FROM staff_absence a
    JOIN staff_absence b ON b.organization_id = a.organization_id AND b.person_id = a.person_id AND b.id < a.id
        AND b.starts_on <= a.ends_on AND b.ends_on >= a.starts_on
    WHERE a.organization_id = :organization_id
    """,
)

SUBSTITUTIONS = Check(
    "substitutions",
    "substitution",
    "A substitution is within the absence of the person who is replaced, by somebody else.",
    """
    SELECT concat_ws('/', u.timeslot_id, u.held_on, u.absent_person_id) AS id,
           concat_ws(', ', 'by ' || coalesce('person ' || u.substitute_id, 'nobody'),
                     format('absence %s of person %s from %s to %s', a.id, a.person_id, a.starts_on, a.ends_on)
           ) AS wrong,
           format('somebody else, within an absence of person %s', u.absent_person_id) AS right
    FROM substitution u
    LEFT JOIN staff_absence a ON a.organization_id = u.organization_id AND a.id = u.staff_absence_id
    WHERE u.organization_id = :organization_id
      AND (u.substitute_id = u.absent_person_id OR a.person_id <> u.absent_person_id
           OR u.held_on NOT BETWEEN a.starts_on AND a.ends_on)
    """,
)

CHECKS = (ABSENT_ENROLLMENTS, STAFF_ABSENCES, SUBSTITUTIONS)
