"""Checks of makeup tokens against absences, cancellations and deferred runs (section 7)."""

from db.audit.check import Check

ONE_TOKEN = Check(
    "one-token",
    "makeup_token",
    "A student has at most one live automatic token for an occurrence (R7.5).",
    """
    SELECT CAST(t.id AS text) AS id, format('live, beside token %s', min(o.id::text)) AS wrong,
           format('one live token of student %s for %s/%s', t.student_id, t.timeslot_id, t.held_on) AS right
    FROM makeup_token t
    JOIN makeup_token o ON o.organization_id = t.organization_id AND o.student_id = t.student_id
        AND o.timeslot_id = t.timeslot_id AND o.held_on = t.held_on AND o.id < t.id
    WHERE t.organization_id = :organization_id AND t.revoked_at IS NULL AND t.deleted_at IS NULL
      AND o.revoked_at IS NULL AND o.deleted_at IS NULL AND t.origin <> 'MANUAL' AND o.origin <> 'MANUAL'
    GROUP BY t.id, t.student_id, t.timeslot_id, t.held_on
    """,
)

DECIDED_ABSENCES = Check(
    "decided-absences",
    "mark",
    "For each absence from a class, the ledger says what became of its token, or a run is armed that will decide it"
    " (R7.3, R7.9, R7.10).",
    """
    SELECT concat_ws('/', m.timeslot_id, m.held_on, m.student_id) AS id,
           format('%s at revision %s, without an entry in the ledger or an armed run', m.status, m.revision) AS wrong,
           'an entry of the ledger, or an armed run' AS right
    FROM mark m
    JOIN timeslot s ON s.organization_id = m.organization_id AND s.id = m.timeslot_id
    JOIN offering o ON o.organization_id = s.organization_id AND o.id = s.offering_id AND o.kind = 'CLASS'
    WHERE m.organization_id = :organization_id AND m.status IN ('ABSENT', 'EXCUSED_ABSENCE')
      AND NOT EXISTS (
          SELECT FROM makeup_token_entry l
          WHERE l.organization_id = m.organization_id AND l.student_id = m.student_id
            AND l.timeslot_id = m.timeslot_id AND l.held_on = m.held_on)
      AND NOT EXISTS (
          SELECT FROM token_run r
          WHERE r.organization_id = m.organization_id AND r.timeslot_id = m.timeslot_id AND r.held_on = m.held_on
            AND r.state = 'ARMED')
    """,
)

# One that has expired, that was used, or whose dates staff have changed may outlive its absence. In the zone that is
# furthest ahead, the day begins 14 hours before that of UTC.
EARNED_TOKENS = Check(
    "earned-tokens",
    "makeup_token",
    "An unused token of an absence has an absence that still stands, from a class that was not cancelled (R7.4).",
    """
    SELECT CAST(t.id AS text) AS id,
           format('live, with %s', CASE WHEN o.cancelled_at IS NOT NULL THEN 'its class cancelled'
                                        WHEN m.status IS NULL THEN 'no mark'
                                        ELSE 'the mark ' || m.status END) AS wrong,
           'revoked, or standing for the token of a cancellation' AS right
    FROM makeup_token t
    JOIN occurrence o ON o.organization_id = t.organization_id AND o.timeslot_id = t.timeslot_id
        AND o.held_on = t.held_on
    LEFT JOIN mark m ON m.organization_id = t.organization_id AND m.timeslot_id = t.timeslot_id
        AND m.held_on = t.held_on AND m.student_id = t.student_id
    WHERE t.organization_id = :organization_id AND t.origin = 'ABSENCE' AND t.revoked_at IS NULL
      AND t.deleted_at IS NULL AND t.makeup_enrollment_id IS NULL AND NOT t.stands_for_cancellation
      AND coalesce(least(t.expires_on, t.lapses_on), 'infinity')
          >= (CAST(:now AS timestamptz) AT TIME ZONE 'UTC' + interval '14 hours')::date
      AND (o.cancelled_at IS NOT NULL OR m.status IS NULL OR m.status NOT IN ('ABSENT', 'EXCUSED_ABSENCE'))
      AND NOT EXISTS (
          SELECT FROM makeup_token_entry l
          WHERE l.organization_id = t.organization_id AND l.makeup_token_id = t.id AND l.act = 'EDITED')
    """,
)

CANCELLATION_TOKENS = Check(
    "cancellation-tokens",
    "makeup_token",
    "A token stands for that of a cancellation only while its class is cancelled (R9.2, R9.3).",
    """
    SELECT CAST(t.id AS text) AS id, 'stands for the token of a cancellation' AS wrong,
           'an absence that decides about it, because its class is not cancelled' AS right
    FROM makeup_token t
    JOIN occurrence o ON o.organization_id = t.organization_id AND o.timeslot_id = t.timeslot_id
        AND o.held_on = t.held_on
    WHERE t.organization_id = :organization_id AND t.stands_for_cancellation AND o.cancelled_at IS NULL
    """,
)

TOKEN_PLACES = Check(
    "token-places",
    "makeup_token",
    "The enrollment that a token was earned with is one of the same student.",
    """
    SELECT CAST(t.id AS text) AS id, format('enrollment %s of student %s', e.id, e.student_id) AS wrong,
           format('an enrollment of student %s', t.student_id) AS right
    FROM makeup_token t
    JOIN enrollment e ON e.organization_id = t.organization_id AND e.id = t.enrollment_id
    WHERE t.organization_id = :organization_id AND e.student_id <> t.student_id
    """,
)

# The entries of a run's last execution are not before the instant at which it was done; those of earlier ones may be.
DONE_RUNS = Check(
    "done-runs",
    "token_run",
    "The ledger has the tokens that a run which is done has issued and revoked (R7.10).",
    """
    SELECT concat_ws('/', r.timeslot_id, r.held_on, r.phase) AS id,
           format('%s issued and %s revoked', r.issued, r.revoked) AS wrong,
           format('%s issued and %s revoked, by the ledger',
                  count(*) FILTER (WHERE l.act IN ('ISSUED', 'REINSTATED')),
                  count(*) FILTER (WHERE l.act = 'REVOKED')) AS right
    FROM token_run r
    LEFT JOIN makeup_token_entry l ON l.organization_id = r.organization_id AND l.timeslot_id = r.timeslot_id
        AND l.held_on = r.held_on AND l.facts ->> 'phase' = r.phase AND l.entered_at >= r.done_at
    WHERE r.organization_id = :organization_id AND r.state = 'DONE'
    GROUP BY r.timeslot_id, r.held_on, r.phase, r.issued, r.revoked
    HAVING r.issued > count(*) FILTER (WHERE l.act IN ('ISSUED', 'REINSTATED'))
        OR r.revoked > count(*) FILTER (WHERE l.act = 'REVOKED')
    """,
)

RUNS_OF_CLASSES = Check(
    "runs-of-classes",
    "token_run",
    "Only classes have token runs (R7.1).",
    """
    SELECT concat_ws('/', r.timeslot_id, r.held_on, r.phase) AS id, format('a run of a %s', o.kind) AS wrong,
           'no run' AS right
    FROM token_run r
    JOIN timeslot s ON s.organization_id = r.organization_id AND s.id = r.timeslot_id
    JOIN offering o ON o.organization_id = s.organization_id AND o.id = s.offering_id
    WHERE r.organization_id = :organization_id AND o.kind <> 'CLASS'
    """,
)

CHECKS = (
    ONE_TOKEN,
    DECIDED_ABSENCES,
    EARNED_TOKENS,
    CANCELLATION_TOKENS,
    TOKEN_PLACES,
    DONE_RUNS,
    RUNS_OF_CLASSES,
)
