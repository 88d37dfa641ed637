"""Checks of what belongs to the organization as a whole: settings, names, answers that are kept, and the feed."""

from db.audit.check import Check
from db.names import KEYED

SETTINGS_CHANGES = Check(
    "settings-changes",
    "settings_change",
    "The audit of the settings is a chain: each change begins with what the change before it has left.",
    """
    SELECT CAST(h.id AS text) AS id, format('%s was %s before', h.name, h.before) AS wrong,
           format('%s, as change %s has left it', h.former, h.former_id) AS right
    FROM (
        SELECT c.id, k.name, c.before -> k.name AS before, lag(c.after -> k.name) OVER w AS former,
               lag(c.id) OVER w AS former_id
        FROM settings_change c
        CROSS JOIN LATERAL jsonb_object_keys(c.after) AS k (name)
        WHERE c.organization_id = :organization_id
        WINDOW w AS (PARTITION BY k.name ORDER BY c.id)
    ) h
    WHERE h.former_id IS NOT NULL AND h.before IS DISTINCT FROM h.former
    """,
)

SETTINGS = Check(
    "settings",
    "settings",
    "Each setting, and the currency, has the value that its last change has left.",
    """
    SELECT h.name AS id, CAST(h.now AS text) AS wrong, format('%s, as change %s has left it', h.after, h.id) AS right
    FROM (
        SELECT DISTINCT ON (k.name) k.name, c.id, c.after -> k.name AS after,
               (coalesce(to_jsonb(s), '{}') || jsonb_build_object('currency', o.currency)) -> k.name AS now
        FROM settings_change c
        JOIN organization o ON o.organization_id = c.organization_id
        LEFT JOIN settings s ON s.organization_id = c.organization_id
        CROSS JOIN LATERAL jsonb_object_keys(c.after) AS k (name)
        WHERE c.organization_id = :organization_id
        ORDER BY k.name, c.id DESC
    ) h
    WHERE CASE WHEN jsonb_typeof(h.now) = 'array' AND jsonb_typeof(h.after) = 'array'
               THEN NOT (h.now <@ h.after AND h.after <@ h.now) ELSE h.now IS DISTINCT FROM h.after END
    """,
)

ANSWERS = Check(
    "answers",
    "idempotency_key",
    "A key has the answer that a retry gets, and a caller who exists (R4.11). The id has the MD5 digest of the key.",
    """
    SELECT concat_ws('/', i.caller_id, md5(i.key)) AS id,
           format('%s, %s', CASE WHEN i.answer IS NULL THEN 'no answer' ELSE 'an answer' END,
                  CASE WHEN p.id IS NULL AND d.id IS NULL THEN 'an unknown caller' ELSE 'a known caller' END) AS wrong,
           'an answer, and a person or kiosk as the caller' AS right
    FROM idempotency_key i
    LEFT JOIN person p ON p.organization_id = i.organization_id AND p.id = i.caller_id
    LEFT JOIN kiosk d ON d.organization_id = i.organization_id AND d.id = i.caller_id
    WHERE i.organization_id = :organization_id AND (i.answer IS NULL OR p.id IS NULL AND d.id IS NULL)
    """,
)

FEED = Check(
    "feed",
    "feed",
    "Each transaction in the feed has a position, and the organization's position is not behind it (R10.2).",
    """
    SELECT CAST(f.number AS text) AS id,
           format('position %s, with the organization at %s', coalesce(f.position::text, 'missing'),
                  coalesce(p.position::text, 'none')) AS wrong,
           'a position up to that of the organization' AS right
    FROM feed f
    LEFT JOIN feed_position p ON p.organization_id = f.organization_id
    WHERE f.organization_id = :organization_id AND (f.position IS NULL OR f.position > coalesce(p.position, 0))
    """,
)

FEED_ITEMS = Check(
    "feed-items",
    "feed_item",
    "An item of the feed that names a revision has the change with this revision.",
    """
    SELECT concat_ws('/', i.number, i.item) AS id,
           format('revision %s of %s/%s', i.revision, i.timeslot_id, i.held_on) AS wrong,
           'a change with this revision' AS right
    FROM feed_item i
    LEFT JOIN change c ON c.organization_id = i.organization_id AND c.timeslot_id = i.timeslot_id
        AND c.held_on = i.held_on AND c.revision = i.revision
    WHERE i.organization_id = :organization_id AND i.revision IS NOT NULL AND c.revision IS NULL
    """,
)


def _name_keys(table: str, columns: tuple[str, ...]) -> Check:
    named = " OR ".join(f"btrim(n.{column}) <> ''" for column in columns)
    return Check(
        f"name-keys-of-{table}",
        table,
        f"A {table} with a name has the keys by which the name is sorted and searched; `migrate` makes missing ones.",
        f"""
        SELECT CAST(n.id AS text) AS id, 'no key' AS wrong, 'keys of the name' AS right
        FROM {table} n
        WHERE n.organization_id = :organization_id AND ({named}) AND (n.sort_key = '' OR n.search_key = '')
        """,  # noqa: S608 - constants
    )


CHECKS = (
    SETTINGS_CHANGES,
    SETTINGS,
    ANSWERS,
    FEED,
    FEED_ITEMS,
    *(_name_keys(table, columns) for table, columns in KEYED.items()),
)
