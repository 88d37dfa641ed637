"""Checks of the numbered changes of occurrences (R4.9)."""

from db.audit.check import Check

REVISIONS = Check(
    "revisions",
    "occurrence",
    "The changes of an occurrence are numbered from 1 to its revision, without gaps.",
    """
    SELECT concat_ws('/', o.timeslot_id, o.held_on) AS id,
           format('revision %s, with %s changes up to %s', o.revision, count(c.revision),
                  coalesce(max(c.revision), 0)) AS wrong,
           'a revision that is the number of its changes and the highest of them' AS right
    FROM occurrence o
    LEFT JOIN change c ON c.organization_id = o.organization_id AND c.timeslot_id = o.timeslot_id
        AND c.held_on = o.held_on
    WHERE o.organization_id = :organization_id
    GROUP BY o.timeslot_id, o.held_on, o.revision
    HAVING count(c.revision) <> o.revision OR coalesce(max(c.revision), 0) <> o.revision
    """,
)

CANCELLATIONS = Check(
    "cancellations",
    "occurrence",
    "An occurrence is cancelled if the last change that cancelled or restored it is a cancellation.",
    """
    SELECT concat_ws('/', o.timeslot_id, o.held_on) AS id,
           CASE WHEN o.cancelled_at IS NULL THEN 'not cancelled' ELSE 'cancelled' END AS wrong,
           CASE WHEN l.kind = 'CANCELLED' THEN format('cancelled, by revision %s', l.revision)
                WHEN l.kind = 'RESTORED' THEN format('not cancelled, by revision %s', l.revision)
                ELSE 'not cancelled, because no change has cancelled it' END AS right
    FROM occurrence o
    LEFT JOIN (
        SELECT DISTINCT ON (c.timeslot_id, c.held_on) c.timeslot_id, c.held_on, c.revision, c.kind
        FROM change c
        WHERE c.organization_id = :organization_id AND c.kind IN ('CANCELLED', 'RESTORED')
        ORDER BY c.timeslot_id, c.held_on, c.revision DESC
    ) l ON l.timeslot_id = o.timeslot_id AND l.held_on = o.held_on
    WHERE o.organization_id = :organization_id
      AND (o.cancelled_at IS NOT NULL) <> (coalesce(l.kind, '') = 'CANCELLED')
    """,
)

CHECKS = (REVISIONS, CANCELLATIONS)
