"""Checks of the ledger of makeup tokens against the tokens (R7.9). Entries are in the order of their numbers."""

from db.audit.check import Check

LEDGER_TURNS = Check(
    "ledger-turns",
    "makeup_token_entry",
    "A token is issued first, then revoked and reinstated in turn, and deleted last.",
    """
    SELECT CAST(h.id AS text) AS id,
           format('%s after %s, of token %s', h.act, coalesce(h.former, 'nothing'), h.makeup_token_id) AS wrong,
           CASE WHEN h.former IS NULL THEN 'ISSUED'
                WHEN h.former = 'REVOKED' THEN 'REINSTATED or DELETED'
                WHEN h.former = 'DELETED' THEN 'nothing'
                ELSE 'REVOKED or DELETED' END AS right
    FROM (
        SELECT l.id, l.makeup_token_id, l.act,
               lag(l.act) OVER (
                   PARTITION BY l.makeup_token_id ORDER BY l.number NULLS FIRST, l.entered_at, l.id
               ) AS former
        FROM makeup_token_entry l
        WHERE l.organization_id = :organization_id AND l.makeup_token_id IS NOT NULL
          AND l.act IN ('ISSUED', 'REVOKED', 'REINSTATED', 'DELETED')
    ) h
    WHERE (coalesce(h.former, 'NOTHING'), h.act) NOT IN (
        ('NOTHING', 'ISSUED'), ('ISSUED', 'REVOKED'), ('ISSUED', 'DELETED'), ('REVOKED', 'REINSTATED'),
        ('REVOKED', 'DELETED'), ('REINSTATED', 'REVOKED'), ('REINSTATED', 'DELETED'))
    """,
)

TOKEN_STATES = Check(
    "token-states",
    "makeup_token",
    "A token is live, revoked or deleted, as the last such entry of the ledger says.",
    """
    SELECT CAST(t.id AS text) AS id,
           CASE WHEN t.deleted_at IS NOT NULL THEN 'deleted' WHEN t.revoked_at IS NOT NULL THEN 'revoked'
                ELSE 'live' END AS wrong,
           CASE WHEN l.act IS NULL THEN 'an entry ISSUED in the ledger'
                ELSE format('%s, by entry %s', l.act, l.id) END AS right
    FROM makeup_token t
    LEFT JOIN (
        SELECT DISTINCT ON (e.makeup_token_id) e.makeup_token_id, e.id, e.act
        FROM makeup_token_entry e
        WHERE e.organization_id = :organization_id AND e.makeup_token_id IS NOT NULL
          AND e.act IN ('ISSUED', 'REVOKED', 'REINSTATED', 'DELETED')
        ORDER BY e.makeup_token_id, e.number DESC NULLS LAST, e.entered_at DESC, e.id DESC
    ) l ON l.makeup_token_id = t.id
    WHERE t.organization_id = :organization_id
      AND coalesce(CASE WHEN l.act IN ('ISSUED', 'REINSTATED') THEN 'LIVE' ELSE l.act END, '')
          <> CASE WHEN t.deleted_at IS NOT NULL THEN 'DELETED' WHEN t.revoked_at IS NOT NULL THEN 'REVOKED'
                  ELSE 'LIVE' END
    """,
)

FLAGS = Check(
    "flags",
    "makeup_token",
    "A token is flagged for review if it is tied to a makeup and its ledger says so (R7.4).",
    """
    SELECT CAST(t.id AS text) AS id,
           format('%s, %s', CASE WHEN t.needs_review THEN 'flagged' ELSE 'not flagged' END,
                  CASE WHEN t.makeup_enrollment_id IS NULL THEN 'not tied to a makeup' ELSE 'tied to a makeup' END
           ) AS wrong,
           CASE WHEN l.act = 'FLAGGED' AND t.makeup_enrollment_id IS NOT NULL
                THEN format('flagged, by entry %s', l.id) ELSE 'not flagged' END AS right
    FROM makeup_token t
    LEFT JOIN (
        SELECT DISTINCT ON (e.makeup_token_id) e.makeup_token_id, e.id, e.act
        FROM makeup_token_entry e
        WHERE e.organization_id = :organization_id AND e.makeup_token_id IS NOT NULL
          AND e.act IN ('FLAGGED', 'UNFLAGGED', 'RESET', 'REVOKED', 'REINSTATED', 'DELETED')
        ORDER BY e.makeup_token_id, e.number DESC NULLS LAST, e.entered_at DESC, e.id DESC
    ) l ON l.makeup_token_id = t.id
    WHERE t.organization_id = :organization_id
      AND CASE WHEN t.needs_review THEN t.makeup_enrollment_id IS NULL OR coalesce(l.act, '') <> 'FLAGGED'
               ELSE coalesce(l.act, '') = 'FLAGGED' AND NOT t.stands_for_cancellation END
    """,
)

LEDGER_MAKEUPS = Check(
    "ledger-makeups",
    "makeup_token",
    "A token is tied to the makeup of its last redemption in the ledger, unless it was reset since (R8.5, R8.6).",
    """
    SELECT CAST(t.id AS text) AS id,
           coalesce('tied to enrollment ' || t.makeup_enrollment_id, 'not tied to a makeup') AS wrong,
           CASE WHEN l.act = 'REDEEMED'
                THEN format('tied to %s, by entry %s', coalesce('enrollment ' || (l.facts ->> 'enrollment_id'),
                                                                'a makeup'), l.id)
                ELSE 'not tied to a makeup' END AS right
    FROM makeup_token t
    LEFT JOIN (
        SELECT DISTINCT ON (e.makeup_token_id) e.makeup_token_id, e.id, e.act, e.facts
        FROM makeup_token_entry e
        WHERE e.organization_id = :organization_id AND e.makeup_token_id IS NOT NULL
          AND e.act IN ('REDEEMED', 'RESET')
        ORDER BY e.makeup_token_id, e.number DESC NULLS LAST, e.entered_at DESC, e.id DESC
    ) l ON l.makeup_token_id = t.id
    WHERE t.organization_id = :organization_id
      AND CASE WHEN coalesce(l.act, '') = 'REDEEMED'
               THEN t.makeup_enrollment_id IS NULL
                    OR l.facts ->> 'enrollment_id' <> CAST(t.makeup_enrollment_id AS text)
               ELSE t.makeup_enrollment_id IS NOT NULL END
    """,
)

LEDGER_STUDENTS = Check(
    "ledger-students",
    "makeup_token_entry",
    "An entry about a token names the token's student, and the class that was missed if it names one.",
    """
    SELECT CAST(l.id AS text) AS id,
           format('student %s, class %s/%s', l.student_id, l.timeslot_id, l.held_on) AS wrong,
           format('student %s, class %s/%s, as token %s has them', t.student_id, t.timeslot_id, t.held_on, t.id)
               AS right
    FROM makeup_token_entry l
    JOIN makeup_token t ON t.organization_id = l.organization_id AND t.id = l.makeup_token_id
    WHERE l.organization_id = :organization_id
      AND (l.student_id <> t.student_id OR l.timeslot_id IS NOT NULL
           AND (l.timeslot_id, l.held_on) IS DISTINCT FROM (t.timeslot_id, t.held_on))
    """,
)

REPEATED_SKIPS = Check(
    "repeated-skips",
    "makeup_token_entry",
    "A reconciliation that finds a skip again does not enter it again.",
    """
    SELECT CAST(h.id AS text) AS id, format('SKIPPED for %s again, after entry %s', h.cause, h.former_id) AS wrong,
           'no entry' AS right
    FROM (
        SELECT l.id, l.act, l.cause, coalesce(l.facts ? 'status', false) AS is_reconciled,
               lag(l.id) OVER w AS former_id, lag(l.act) OVER w AS former_act, lag(l.cause) OVER w AS former_cause,
               lag(coalesce(l.facts ? 'status', false)) OVER w AS was_reconciled
        FROM makeup_token_entry l
        WHERE l.organization_id = :organization_id AND l.held_on IS NOT NULL
        WINDOW w AS (
            PARTITION BY l.student_id, l.timeslot_id, l.held_on ORDER BY l.number NULLS FIRST, l.entered_at, l.id
        )
    ) h
    WHERE h.act = 'SKIPPED' AND h.former_act = 'SKIPPED' AND h.cause = h.former_cause AND h.is_reconciled
      AND h.was_reconciled
    """,
)

LEDGER_TIMES = Check(
    "ledger-times",
    "makeup_token_entry",
    "The entries of a token that are numbered have their times in the order of their numbers.",
    """
    SELECT CAST(h.id AS text) AS id,
           format('number %s at %s, and number %s at %s', h.number, h.entered_at, h.former, h.former_at) AS wrong,
           format('a time that is not before that of number %s', h.former) AS right
    FROM (
        SELECT l.id, l.number, l.entered_at, lag(l.number) OVER w AS former, lag(l.entered_at) OVER w AS former_at
        FROM makeup_token_entry l
        WHERE l.organization_id = :organization_id AND l.makeup_token_id IS NOT NULL AND l.number IS NOT NULL
        WINDOW w AS (PARTITION BY l.makeup_token_id ORDER BY l.number)
    ) h
    WHERE h.entered_at < h.former_at
    """,
)

CHECKS = (LEDGER_TURNS, LEDGER_TIMES, TOKEN_STATES, FLAGS, LEDGER_MAKEUPS, LEDGER_STUDENTS, REPEATED_SKIPS)
