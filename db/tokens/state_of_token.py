"""The state of a makeup token as parts of SQL statements, for lists and reports of many tokens.

The rule is `token_state` (attendance/rules/tokens/makeup_tokens.py). Tests compare the two.
"""

from db.tokens.student_tokens import CLASS_ZONE, REQUESTED_ON, ZONES

# PostgreSQL takes coalesce() for an expression that may leak, so under row-level security no index can answer it.
GOOD_THROUGH = "least(t.expires_on, t.lapses_on, 'infinity'::date)"
"""The last day on which a token `t` can be used. The index makeup_token_good_ix has the same expression."""

TODAY = f"""LEFT JOIN enrollment m ON m.organization_id = t.organization_id AND m.id = t.makeup_enrollment_id
LEFT JOIN offering mo ON mo.organization_id = m.organization_id AND mo.id = m.offering_id
LEFT JOIN location ml ON ml.organization_id = mo.organization_id AND ml.id = mo.location_id
LEFT JOIN location l ON l.organization_id = t.organization_id AND l.id = t.location_id
CROSS JOIN LATERAL (
    SELECT min(z.today) AS earliest, max(z.today) AS latest,
           coalesce((CAST(:now AS timestamptz) AT TIME ZONE coalesce(ml.time_zone, {CLASS_ZONE}))::date, min(z.today))
               AS there
    FROM (SELECT (CAST(:now AS timestamptz) AT TIME ZONE zone.name)::date AS today
          FROM unnest(coalesce({ZONES}, ARRAY['UTC'])) AS zone (name)) z
) d"""  # noqa: S608 - constants
"""Joins to a token `t` its makeup `m` and the dates `d` at the instant :now, which STATE needs."""

STATE = f"""
CASE
    WHEN t.deleted_at IS NOT NULL THEN 'DELETED'
    WHEN t.revoked_at IS NOT NULL THEN 'REVOKED'
    WHEN m.starts_on IS NOT NULL THEN CASE WHEN m.starts_on < d.there THEN 'SPENT' ELSE 'PENDING' END
    WHEN {REQUESTED_ON} >= d.there AND t.issued_on <= d.latest THEN 'REQUESTED'
    WHEN {GOOD_THROUGH} < d.earliest THEN 'EXPIRED'
    WHEN t.issued_on > d.latest THEN 'SCHEDULED'
    ELSE 'AVAILABLE'
END"""
"""The state of a token `t`."""
