"""Checks of makeups and of the requests for them against their tokens (section 8)."""

from db.audit.check import Check

TIED_MAKEUPS = Check(
    "tied-makeups",
    "makeup_token",
    "A tied token is tied to a makeup of the same student that was not given back.",
    """
    SELECT CAST(t.id AS text) AS id,
           format('tied to enrollment %s of student %s: %s%s', e.id, e.student_id, e.type,
                  CASE WHEN e.deleted_at IS NOT NULL THEN ', given back' END) AS wrong,
           format('a MAKEUP of student %s, or no tie', t.student_id) AS right
    FROM makeup_token t
    JOIN enrollment e ON e.organization_id = t.organization_id AND e.id = t.makeup_enrollment_id
    WHERE t.organization_id = :organization_id
      AND (e.type <> 'MAKEUP' OR e.student_id <> t.student_id OR e.deleted_at IS NOT NULL)
    """,
)

REQUEST_STATES = Check(
    "request-states",
    "makeup_request",
    "A request is undecided, or it has the instant of its decision and, if it was approved, its makeup (R8.7).",
    """
    SELECT CAST(q.id AS text) AS id,
           format('%s, %s, %s', q.state, CASE WHEN q.decided_at IS NULL THEN 'undecided' ELSE 'decided' END,
                  coalesce('with makeup ' || q.makeup_enrollment_id, 'without a makeup')) AS wrong,
           CASE WHEN q.state = 'REQUESTED' THEN 'undecided, without a makeup'
                WHEN q.state = 'APPROVED' THEN 'decided, with a makeup'
                ELSE 'decided, without a makeup' END AS right
    FROM makeup_request q
    WHERE q.organization_id = :organization_id
      AND ((q.decided_at IS NULL) <> (q.state = 'REQUESTED')
           OR (q.makeup_enrollment_id IS NOT NULL) <> (q.state = 'APPROVED'))
    """,
)

REQUESTED_MAKEUPS = Check(
    "requested-makeups",
    "makeup_request",
    "A request and its makeup are of the token's student, and the makeup is in the class that was asked for.",
    """
    SELECT CAST(q.id AS text) AS id,
           format('student %s for %s/%s', q.student_id, q.timeslot_id, q.held_on) AS wrong,
           concat_ws(', ', 'student ' || t.student_id,
                     format('makeup %s of student %s for %s/%s', e.id, e.student_id, e.timeslot_id, e.starts_on))
               AS right
    FROM makeup_request q
    JOIN makeup_token t ON t.organization_id = q.organization_id AND t.id = q.makeup_token_id
    LEFT JOIN enrollment e ON e.organization_id = q.organization_id AND e.id = q.makeup_enrollment_id
    WHERE q.organization_id = :organization_id
      AND (q.student_id <> t.student_id OR e.id IS NOT NULL
           AND (e.type, e.student_id, e.timeslot_id, e.starts_on)
               IS DISTINCT FROM ('MAKEUP', q.student_id, q.timeslot_id, q.held_on))
    """,
)

REQUESTS_IN_LEDGER = Check(
    "requests-in-ledger",
    "makeup_request",
    "The ledger has the request, by its token.",
    """
    SELECT CAST(q.id AS text) AS id, format('%s, and no entry REQUESTED of token %s', q.state, q.makeup_token_id)
           AS wrong, 'an entry REQUESTED for each request' AS right
    FROM makeup_request q
    WHERE q.organization_id = :organization_id AND NOT EXISTS (
        SELECT FROM makeup_token_entry l
        WHERE l.organization_id = q.organization_id AND l.makeup_token_id = q.makeup_token_id AND l.act = 'REQUESTED'
          AND coalesce(l.facts ->> 'request_id', CAST(q.id AS text)) = CAST(q.id AS text))
    """,
)

CHECKS = (TIED_MAKEUPS, REQUEST_STATES, REQUESTED_MAKEUPS, REQUESTS_IN_LEDGER)
