"""Checks of background tasks and their items (R9.4 to R9.7)."""

from db.audit.check import Check

TASK_PROGRESS = Check(
    "task-progress",
    "background_task",
    "A task counts its items, those that are over, and its exceptions.",
    """
    SELECT CAST(t.id AS text) AS id,
           format('%s of %s done, %s exceptions', t.done, coalesce(t.total::text, 'unknown'), t.exceptions) AS wrong,
           format('%s of %s done, %s exceptions', coalesce(i.done, 0), coalesce(i.total, 0), coalesce(x.told, 0))
               AS right
    FROM background_task t
    LEFT JOIN (
        SELECT b.background_task_id, count(*) AS total,
               count(*) FILTER (WHERE b.state IN ('DONE', 'EXCEPTION', 'FAILED')) AS done
        FROM background_task_item b WHERE b.organization_id = :organization_id GROUP BY b.background_task_id
    ) i ON i.background_task_id = t.id
    LEFT JOIN (
        SELECT e.background_task_id, count(*) AS told
        FROM background_task_exception e WHERE e.organization_id = :organization_id GROUP BY e.background_task_id
    ) x ON x.background_task_id = t.id
    WHERE t.organization_id = :organization_id
      AND (coalesce(t.total, 0), t.done, t.exceptions)
          IS DISTINCT FROM (coalesce(i.total, 0), coalesce(i.done, 0), coalesce(x.told, 0))
    """,
)

TASK_LEASES = Check(
    "task-leases",
    "background_task",
    "A task has a lease until it has ended, so that a worker finds it.",
    """
    SELECT CAST(t.id AS text) AS id,
           format('%s, %s', t.state, CASE WHEN l.background_task_id IS NULL THEN 'without a lease'
                                          ELSE 'with a lease' END) AS wrong,
           CASE WHEN t.ended_at IS NULL THEN 'a lease' ELSE 'no lease' END AS right
    FROM background_task t
    LEFT JOIN background_task_lease l ON l.organization_id = t.organization_id AND l.background_task_id = t.id
    WHERE t.organization_id = :organization_id AND (t.ended_at IS NULL) <> (l.background_task_id IS NOT NULL)
    """,
)

TASK_ENDS = Check(
    "task-ends",
    "background_task_item",
    "When a task has ended, none of its items waits; a completed one has no item that failed or was skipped.",
    """
    SELECT concat_ws('/', i.background_task_id, i.position) AS id,
           format('%s in a task that is %s', i.state, t.state) AS wrong,
           CASE WHEN t.state = 'CANCELLED' THEN 'SKIPPED, or over' ELSE 'over' END AS right
    FROM background_task_item i
    JOIN background_task t ON t.organization_id = i.organization_id AND t.id = i.background_task_id
    WHERE i.organization_id = :organization_id
      AND (t.ended_at IS NOT NULL AND i.state = 'WAITING'
           OR t.state = 'COMPLETED' AND i.state IN ('FAILED', 'SKIPPED')
           OR t.state <> 'CANCELLED' AND i.state = 'SKIPPED')
    """,
)

ITEM_INSTANTS = Check(
    "item-instants",
    "background_task_item",
    "An item that is over has the instant at which it was; one that waits or was skipped has none.",
    """
    SELECT concat_ws('/', i.background_task_id, i.position) AS id,
           format('%s %s', i.state, coalesce('at ' || i.done_at, 'without an instant')) AS wrong,
           CASE WHEN i.done_at IS NULL THEN 'an instant' ELSE 'no instant' END AS right
    FROM background_task_item i
    WHERE i.organization_id = :organization_id
      AND (i.done_at IS NOT NULL) <> (i.state IN ('DONE', 'EXCEPTION', 'FAILED'))
    """,
)

DONE_CANCELLATIONS = Check(
    "done-cancellations",
    "background_task_item",
    "An item of a cancellation that is done has cancelled its occurrence.",
    """
    SELECT concat_ws('/', i.background_task_id, i.position) AS id,
           format('%s, and no change has cancelled %s/%s', i.state, i.input ->> 'timeslot_id', i.input ->> 'held_on')
               AS wrong,
           'a change CANCELLED of the occurrence' AS right
    FROM background_task_item i
    JOIN background_task t ON t.organization_id = i.organization_id AND t.id = i.background_task_id
        AND t.kind = 'CANCEL_OCCURRENCES'
    WHERE i.organization_id = :organization_id AND i.state = 'DONE' AND NOT EXISTS (
        SELECT FROM change c
        WHERE c.organization_id = i.organization_id AND c.kind = 'CANCELLED'
          AND c.timeslot_id = CAST(i.input ->> 'timeslot_id' AS uuid)
          AND c.held_on = CAST(i.input ->> 'held_on' AS date))
    """,
)

CHECKS = (TASK_PROGRESS, TASK_LEASES, TASK_ENDS, ITEM_INSTANTS, DONE_CANCELLATIONS)
