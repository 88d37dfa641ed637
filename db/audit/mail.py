"""Checks of the e-mail outbox against what asked for its messages (R9.8). The reason of a message names it by ids."""

from db.audit.check import Check

TOKEN_MAIL = Check(
    "token-mail",
    "email",
    "A message about a token that was created has its token, and waits only if the token was not deleted.",
    """
    SELECT CAST(m.id AS text) AS id, format('%s, with the reason %s', m.state, m.reason) AS wrong,
           CASE WHEN t.id IS NULL THEN 'a token with this id' ELSE 'not to be sent, because the token was deleted' END
               AS right
    FROM email m
    LEFT JOIN makeup_token t ON t.organization_id = m.organization_id
        AND CAST(t.id AS text) = split_part(m.reason, '/', 2)
    WHERE m.organization_id = :organization_id AND m.reason LIKE 'token/%'
      AND (t.id IS NULL OR t.deleted_at IS NOT NULL AND m.state = 'QUEUED' AND m.attempts = 0)
    """,
)

CANCELLATION_MAIL = Check(
    "cancellation-mail",
    "email",
    "A message about a cancellation has the change that cancelled, and waits only while it is the last one.",
    """
    SELECT CAST(m.id AS text) AS id, format('%s, with the reason %s', m.state, m.reason) AS wrong,
           CASE WHEN c.revision IS NULL THEN 'a change CANCELLED with this revision'
                ELSE 'not to be sent, because the occurrence was restored' END AS right
    FROM email m
    LEFT JOIN change c ON c.organization_id = m.organization_id AND c.kind = 'CANCELLED'
        AND CAST(c.timeslot_id AS text) = split_part(m.reason, '/', 2)
        AND CAST(c.held_on AS text) = split_part(m.reason, '/', 3)
        AND CAST(c.revision AS text) = split_part(m.reason, '/', 4)
    LEFT JOIN occurrence o ON o.organization_id = c.organization_id AND o.timeslot_id = c.timeslot_id
        AND o.held_on = c.held_on
    WHERE m.organization_id = :organization_id AND m.reason LIKE 'cancelled/%'
      AND (c.revision IS NULL OR m.state = 'QUEUED' AND o.cancelled_at IS NULL)
    """,
)

STATEMENT_MAIL = Check(
    "statement-mail",
    "email",
    "A statement is for the family that its reason names.",
    """
    SELECT CAST(m.id AS text) AS id,
           format('for %s, with the reason %s', coalesce('family ' || m.family_id, 'no family'), m.reason) AS wrong,
           format('for family %s', split_part(m.reason, '/', 3)) AS right
    FROM email m
    WHERE m.organization_id = :organization_id AND m.reason LIKE 'statement/%'
      AND CAST(m.family_id AS text) IS DISTINCT FROM split_part(m.reason, '/', 3)
    """,
)

ABSENCE_MAIL = Check(
    "absence-mail",
    "email",
    "A notice of consecutive absences has its student, who is in the family that it is for (R4.14).",
    """
    SELECT CAST(m.id AS text) AS id,
           format('for %s, with the reason %s', coalesce('family ' || m.family_id, 'no family'), m.reason) AS wrong,
           coalesce('for family ' || s.family_id, 'a student with this id') AS right
    FROM email m
    LEFT JOIN student s ON s.organization_id = m.organization_id
        AND CAST(s.id AS text) = split_part(m.reason, '/', 2)
    WHERE m.organization_id = :organization_id AND m.reason LIKE 'consecutive-absences/%' AND s.id IS NULL
    """,
)

MAIL_STATES = Check(
    "mail-states",
    "email",
    "A message that was handed over, or could not be, has had an attempt; one that is kept back was withdrawn.",
    """
    SELECT CAST(m.id AS text) AS id,
           format('%s after %s attempts%s', m.state, m.attempts, CASE WHEN m.is_withheld THEN ', kept back' END)
               AS wrong,
           CASE WHEN m.is_withheld THEN 'WITHDRAWN' ELSE 'one attempt at least' END AS right
    FROM email m
    WHERE m.organization_id = :organization_id
      AND (m.is_withheld AND m.state <> 'WITHDRAWN'
           OR m.attempts = 0 AND m.state IN ('SENDING', 'SENT', 'FAILED', 'UNCERTAIN'))
    """,
)

WITHHELD_MAIL = Check(
    "withheld-mail",
    "email",
    "A message that is kept back belongs to a task that was cancelled, so that it can be sent later (R9.5).",
    """
    SELECT CAST(m.id AS text) AS id,
           format('kept back, %s', coalesce('of a task that is ' || t.state, 'without a task')) AS wrong,
           'of a task that was CANCELLED, or not kept back' AS right
    FROM email m
    LEFT JOIN background_task t ON t.organization_id = m.organization_id AND t.id = m.background_task_id
    WHERE m.organization_id = :organization_id AND m.is_withheld AND coalesce(t.state, '') <> 'CANCELLED'
    """,
)

CHECKS = (TOKEN_MAIL, CANCELLATION_MAIL, STATEMENT_MAIL, ABSENCE_MAIL, MAIL_STATES, WITHHELD_MAIL)
