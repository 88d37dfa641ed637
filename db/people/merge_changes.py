"""Moves what hangs on one student, guardian or family to the other (R13.6)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import MergeKind
from db import models
from db.ids import new_id
from db.unit_of_work import UnitOfWork

_MINE = "x.organization_id = :organization_id AND x.student_id = :from_id"
_NOT_SHARED = """NOT EXISTS (
    SELECT FROM unnest(CAST(:timeslot_ids AS uuid[]), CAST(:dates AS date[])) AS k (timeslot_id, held_on)
    WHERE k.timeslot_id = x.timeslot_id AND k.held_on = x.held_on)"""
_STAYING = text(f"""
SELECT x.id, x.makeup_enrollment_id,
       x.revoked_at IS NULL AND x.deleted_at IS NULL AND x.makeup_enrollment_id IS NULL AS is_free
FROM makeup_token x WHERE {_MINE} AND x.origin <> 'MANUAL' AND NOT ({_NOT_SHARED})
""")  # noqa: S608 - constants
_REVOKE = text("""
UPDATE makeup_token SET revoked_at = :now WHERE organization_id = :organization_id AND id = ANY (CAST(:free AS uuid[]))
""")
_STUDENT = tuple(
    text(sql.format(mine=_MINE))
    for sql in (
        """UPDATE enrollment x SET student_id = :into_id
        WHERE {mine} AND NOT x.id = ANY (CAST(:staying_makeups AS uuid[]))""",
        """UPDATE makeup_token x SET student_id = :into_id
        WHERE {mine} AND NOT x.id = ANY (CAST(:staying AS uuid[]))""",
        """UPDATE makeup_token x SET enrollment_id = NULL
        WHERE x.organization_id = :organization_id AND x.id = ANY (CAST(:staying AS uuid[]))""",
        """SELECT move_history(:from_id, :into_id, CAST(:timeslot_ids AS uuid[]), CAST(:dates AS date[]),
            CAST(:staying AS uuid[]))""",
        """UPDATE makeup_request x SET student_id = :into_id
        WHERE {mine} AND NOT x.makeup_token_id = ANY (CAST(:staying AS uuid[]))""",
        """UPDATE mark x SET student_id = :into_id,
            enrollment_id = CASE WHEN x.enrollment_id = ANY (CAST(:staying_makeups AS uuid[])) THEN NULL
                                 ELSE x.enrollment_id END
        WHERE {mine}""",
        "UPDATE expected_absence x SET student_id = :into_id WHERE {mine}",
        "UPDATE student_note x SET student_id = :into_id WHERE {mine}",
        # What only one of them has is kept. Of two medical texts, none is lost.
        """UPDATE student k SET birth_on = coalesce(k.birth_on, x.birth_on), gender = coalesce(k.gender, x.gender),
            medical_alert = CASE WHEN k.medical_alert <> x.medical_alert
                                 THEN k.medical_alert || E'\\n' || x.medical_alert
                                 ELSE coalesce(k.medical_alert, x.medical_alert) END,
            roll_sheet_comment = coalesce(k.roll_sheet_comment, x.roll_sheet_comment)
        FROM student x
        WHERE k.organization_id = :organization_id AND k.id = :into_id
          AND x.organization_id = :organization_id AND x.id = :from_id""",
        """UPDATE student x SET merged_into_id = :into_id, family_id = :family_id,
            deleted_at = coalesce(x.deleted_at, CAST(:now AS timestamptz)),
            medical_alert = NULL, roll_sheet_comment = NULL
        WHERE x.organization_id = :organization_id AND (x.id = :from_id OR x.merged_into_id = :from_id)""",
    )
)
# Two places of one kind in one class that overlap become one, which covers what both covered.
_JOIN_PLACES = text("""
WITH pair AS (
    SELECT DISTINCT ON (m.id) m.id AS moved_id, k.id AS kept_id
    FROM enrollment m
    JOIN enrollment k ON k.organization_id = m.organization_id AND k.student_id = m.student_id
        AND k.offering_id = m.offering_id AND k.type = m.type AND k.timeslot_id IS NOT DISTINCT FROM m.timeslot_id
        AND k.deleted_at IS NULL AND NOT k.id = ANY (CAST(:moved AS uuid[]))
        AND k.starts_on <= coalesce(m.drop_on, 'infinity') AND m.starts_on <= coalesce(k.drop_on, 'infinity')
    WHERE m.organization_id = :organization_id AND m.id = ANY (CAST(:moved AS uuid[])) AND m.deleted_at IS NULL
      AND m.type <> 'MAKEUP'
    ORDER BY m.id, k.starts_on, k.id
), joined AS (
    SELECT k.id, least(k.starts_on, min(m.starts_on)) AS starts_on,
           nullif(greatest(coalesce(k.drop_on, 'infinity'), max(coalesce(m.drop_on, 'infinity'))), 'infinity')
               AS drop_on,
           least(k.created_at, min(m.created_at)) AS created_at,
           (array_agg(m.end_cause ORDER BY m.drop_on DESC NULLS FIRST))[1] AS end_cause
    FROM pair p
    JOIN enrollment k ON k.organization_id = :organization_id AND k.id = p.kept_id
    JOIN enrollment m ON m.organization_id = :organization_id AND m.id = p.moved_id
    GROUP BY k.id, k.starts_on, k.drop_on, k.created_at
), widened AS (
    UPDATE enrollment e SET starts_on = j.starts_on, drop_on = j.drop_on, created_at = j.created_at,
        end_cause = CASE WHEN j.drop_on IS NULL THEN NULL
                         WHEN j.drop_on IS NOT DISTINCT FROM e.drop_on THEN e.end_cause ELSE j.end_cause END
    FROM joined j WHERE e.organization_id = :organization_id AND e.id = j.id
)
UPDATE enrollment e SET deleted_at = :now FROM pair p
WHERE e.organization_id = :organization_id AND e.id = p.moved_id
RETURNING p.moved_id, p.kept_id
""")
_CHOSEN = text("""
INSERT INTO expected_absence_enrollment (organization_id, expected_absence_id, enrollment_id)
SELECT x.organization_id, x.expected_absence_id, k.kept_id
FROM unnest(CAST(:moved AS uuid[]), CAST(:kept AS uuid[])) AS k (moved_id, kept_id)
JOIN expected_absence_enrollment x ON x.organization_id = :organization_id AND x.enrollment_id = k.moved_id
ON CONFLICT DO NOTHING
""")
# When both enrollments have an open offer, the offer of the enrollment that is kept stays.
_OFFERS = text("""
UPDATE place_offer p SET enrollment_id = k.kept_id
FROM unnest(CAST(:moved AS uuid[]), CAST(:kept AS uuid[])) AS k (moved_id, kept_id)
WHERE p.organization_id = :organization_id AND p.enrollment_id = k.moved_id
  AND NOT (p.state = 'OPEN' AND EXISTS (
      SELECT FROM place_offer o WHERE o.organization_id = p.organization_id AND o.enrollment_id = k.kept_id
        AND o.state = 'OPEN'))
""")
_ENROLLMENTS_OF = text("""
SELECT e.id FROM enrollment e WHERE e.organization_id = :organization_id AND e.student_id = :from_id
""")
_GUARDIAN = tuple(
    text(sql)
    for sql in (
        """INSERT INTO guardian_phone (organization_id, person_id, number)
        SELECT x.organization_id, :into_id, x.number FROM guardian_phone x
        WHERE x.organization_id = :organization_id AND x.person_id = :from_id ON CONFLICT DO NOTHING""",
        "DELETE FROM guardian_phone x WHERE x.organization_id = :organization_id AND x.person_id = :from_id",
        """UPDATE sign_in x SET ended_at = :now
        WHERE x.organization_id = :organization_id AND x.person_id = :from_id AND x.ended_at IS NULL""",
        """UPDATE expected_absence x SET requested_by_id = :into_id
        WHERE x.organization_id = :organization_id AND x.requested_by_id = :from_id""",
        """UPDATE makeup_request x SET requested_by_id = :into_id
        WHERE x.organization_id = :organization_id AND x.requested_by_id = :from_id""",
    )
)
# An address is unique at every moment, so it is given up before it is taken.
_TAKE_ADDRESS = text("""
WITH given AS (
    SELECT x.email, x.password_hash FROM person x WHERE x.organization_id = :organization_id AND x.id = :from_id
)
UPDATE person x SET merged_into_id = :into_id, ended_at = coalesce(x.ended_at, CAST(:now AS timestamptz)), email = NULL,
    password_hash = NULL
FROM given g
WHERE x.organization_id = :organization_id AND (x.id = :from_id OR x.merged_into_id = :from_id)
RETURNING x.id, g.email, g.password_hash
""")
_GIVE_ADDRESS = text("""
UPDATE person x SET email = :email, password_hash = CAST(:password_hash AS text)
WHERE x.organization_id = :organization_id AND x.id = :into_id AND x.email IS NULL AND x.ended_at IS NULL
""")
_FAMILY = tuple(
    text(sql)
    for sql in (
        """UPDATE student x SET family_id = :into_id
        WHERE x.organization_id = :organization_id AND x.family_id = :from_id""",
        """UPDATE person x SET family_id = :into_id
        WHERE x.organization_id = :organization_id AND x.family_id = :from_id""",
        """UPDATE email x SET family_id = :into_id
        WHERE x.organization_id = :organization_id AND x.family_id = :from_id""",
        "DELETE FROM imported_family x WHERE x.organization_id = :organization_id AND x.family_id = :from_id",
        # A second number of the family is kept as one of its first guardian.
        """INSERT INTO guardian_phone (organization_id, person_id, number)
        SELECT f.organization_id, first.id, f.phone FROM family f
        JOIN family k ON k.organization_id = f.organization_id AND k.id = :into_id AND k.phone IS NOT NULL
        CROSS JOIN LATERAL (
            SELECT p.id FROM person p WHERE p.organization_id = f.organization_id AND p.family_id = :into_id
              AND p.ended_at IS NULL ORDER BY p.id LIMIT 1) first
        WHERE f.organization_id = :organization_id AND f.id = :from_id AND f.phone IS NOT NULL AND f.phone <> k.phone
        ON CONFLICT DO NOTHING""",
        """UPDATE family k SET balance = k.balance + x.balance, email = coalesce(k.email, x.email),
            phone = coalesce(k.phone, x.phone)
        FROM family x
        WHERE k.organization_id = :organization_id AND k.id = :into_id
          AND x.organization_id = :organization_id AND x.id = :from_id""",
        """UPDATE family x SET merged_into_id = :into_id, balance = 0, email = NULL, phone = NULL,
            deleted_at = coalesce(x.deleted_at, CAST(:now AS timestamptz))
        WHERE x.organization_id = :organization_id AND (x.id = :from_id OR x.merged_into_id = :from_id)""",
    )
)


async def staying_tokens(
    uow: UnitOfWork, from_id: UUID, shared: Collection[OccurrenceKey]
) -> tuple[list[UUID], list[UUID], list[UUID]]:
    """Return the tokens that stay, because the other student has what is recorded of the same class; their makeups; and
    those among them that are neither used, revoked nor deleted.
    """
    given = {"organization_id": uow.organization_id, "from_id": from_id, **_columns(shared)}
    rows = (await uow.connection.execute(_STAYING, given)).all()
    makeups = [row.makeup_enrollment_id for row in rows if row.makeup_enrollment_id is not None]
    return [row.id for row in rows], makeups, [row.id for row in rows if row.is_free]


async def revoke_staying(uow: UnitOfWork, free: Collection[UUID], now: datetime) -> None:
    given = {"organization_id": uow.organization_id, "free": list(free), "now": now}
    await uow.connection.execute(_REVOKE, given)


async def move_student(
    uow: UnitOfWork,
    ids: tuple[UUID, UUID],
    family_id: UUID,
    shared: Collection[OccurrenceKey],
    staying: tuple[Collection[UUID], Collection[UUID]],
    *,
    now: datetime,
) -> None:
    """Move everything of the first student to the second, but what is recorded at shared occurrences and the tokens
    that stay, with their makeups.
    """
    given: dict[str, Any] = {"organization_id": uow.organization_id, "from_id": ids[0], "into_id": ids[1]}
    given |= {
        "family_id": family_id,
        "staying": list(staying[0]),
        "staying_makeups": list(staying[1]),
        "now": now,
        **_columns(shared),
    }
    moved = list((await uow.connection.execute(_ENROLLMENTS_OF, _only(_ENROLLMENTS_OF, given))).scalars())
    for statement in _STUDENT:
        await uow.connection.execute(statement, _only(statement, given))
    join = {"organization_id": uow.organization_id, "moved": moved, "now": now}
    pairs = (await uow.connection.execute(_JOIN_PLACES, join)).all()
    chosen = {"moved": [row.moved_id for row in pairs], "kept": [row.kept_id for row in pairs]}
    await uow.connection.execute(_CHOSEN, {"organization_id": uow.organization_id, **chosen})
    await uow.connection.execute(_OFFERS, {"organization_id": uow.organization_id, **chosen})


async def move_guardian(uow: UnitOfWork, from_id: UUID, into_id: UUID, now: datetime) -> None:
    given = {"organization_id": uow.organization_id, "from_id": from_id, "into_id": into_id, "now": now}
    for statement in _GUARDIAN:
        await uow.connection.execute(statement, _only(statement, given))
    taken = (await uow.connection.execute(_TAKE_ADDRESS, given)).first()
    if taken is not None and taken.email is not None:
        address = {"email": taken.email, "password_hash": taken.password_hash}
        await uow.connection.execute(_GIVE_ADDRESS, _only(_GIVE_ADDRESS, given | address))


async def move_family(uow: UnitOfWork, from_id: UUID, into_id: UUID, now: datetime) -> None:
    given = {"organization_id": uow.organization_id, "from_id": from_id, "into_id": into_id, "now": now}
    for statement in _FAMILY:
        await uow.connection.execute(statement, _only(statement, given))


async def keep_merge(
    uow: UnitOfWork,
    kind: MergeKind,
    ids: tuple[UUID, UUID],
    facts: Mapping[str, Any],
    *,
    merged_by_id: UUID | None,
    now: datetime,
) -> UUID:
    """Record the merge, so that it can be explained."""
    merge_id = new_id()
    await uow.connection.execute(
        insert(models.PeopleMerge).values(
            organization_id=uow.organization_id,
            id=merge_id,
            kind=kind,
            from_id=ids[0],
            into_id=ids[1],
            merged_by_id=merged_by_id,
            merged_at=now,
            facts=dict(facts),
        )
    )
    return merge_id


def _columns(keys: Collection[OccurrenceKey]) -> dict[str, Any]:
    return {"timeslot_ids": [key.timeslot_id for key in keys], "dates": [key.held_on for key in keys]}


def _only(statement: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in statement.compile().params}
