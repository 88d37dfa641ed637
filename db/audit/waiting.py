"""Checks of places that are offered to those who wait."""

from db.audit.check import Check

OFFERED_PLACES = Check(
    "offered-places",
    "place_offer",
    "A place is offered to an enrollment of type WAITLIST, not before its first date.",
    """
    SELECT CAST(p.id AS text) AS id, format('from %s to enrollment %s of type %s', p.starts_on, e.id, e.type) AS wrong,
           format('to a WAITLIST, from %s or later', e.starts_on) AS right
    FROM place_offer p
    JOIN enrollment e ON e.organization_id = p.organization_id AND e.id = p.enrollment_id
    WHERE p.organization_id = :organization_id AND (e.type <> 'WAITLIST' OR p.starts_on < e.starts_on)
    """,
)

# An import or a lower capacity may leave fewer places than students who have one. Then no place is offered.
HELD_PLACES = Check(
    "held-places",
    "place_offer",
    "At no time are more places held in an offering than it has.",
    """
    SELECT CAST(p.id AS text) AS id, format('one of %s held in offering %s', k.counted, o.id) AS wrong,
           format('%s at most', k.capacity) AS right
    FROM (
        SELECT e.offering_id, count(*) AS counted, greatest(min(o.capacity), max(v.capacity)) AS capacity
        FROM place_offer p
        JOIN enrollment e ON e.organization_id = p.organization_id AND e.id = p.enrollment_id
        JOIN offering o ON o.organization_id = e.organization_id AND o.id = e.offering_id
        LEFT JOIN LATERAL (SELECT max(f.capacity) AS capacity FROM former_offering f
                           WHERE f.organization_id = o.organization_id AND f.offering_id = o.id) v ON true
        WHERE p.organization_id = :organization_id AND p.state = 'OPEN' AND p.holds_until > :now
          AND e.deleted_at IS NULL AND e.timeslot_id IS NULL AND o.capacity IS NOT NULL
        GROUP BY e.offering_id
    ) k
    JOIN enrollment e ON e.organization_id = :organization_id AND e.offering_id = k.offering_id
        AND e.deleted_at IS NULL AND e.timeslot_id IS NULL
    JOIN place_offer p ON p.organization_id = e.organization_id AND p.enrollment_id = e.id AND p.state = 'OPEN'
        AND p.holds_until > :now
    JOIN offering o ON o.organization_id = e.organization_id AND o.id = e.offering_id
    WHERE k.counted > k.capacity
    """,
)

SETTLED_WAITS = Check(
    "settled-waits",
    "place_offer",
    "A student whose offer was accepted, declined or ran out does not wait with the same enrollment any more.",
    """
    SELECT CAST(p.id AS text) AS id, format('%s, and enrollment %s still waits', p.state, e.id) AS wrong,
           'the enrollment has an end' AS right
    FROM place_offer p
    JOIN enrollment e ON e.organization_id = p.organization_id AND e.id = p.enrollment_id
    WHERE p.organization_id = :organization_id AND p.state IN ('ACCEPTED', 'DECLINED', 'OVER')
      AND e.deleted_at IS NULL AND e.drop_on IS NULL
    """,
)

CHECKS = (OFFERED_PLACES, HELD_PLACES, SETTLED_WAITS)
