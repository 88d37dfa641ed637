"""Removes what identifies a family or a student from every table (R16.5). db/models/privacy.py says which columns.

The rows that count stay: students, guardians and the family without their names, marks, tokens and the ledger.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from attendance.rules.people.erasing import Household
from db.names import keys_of
from db.people.erasing import NOT_HELD_YET
from db.reports.written_parts import lock_names
from db.unit_of_work import UnitOfWork

FIRST, STUDENT, GUARDIAN, FAMILY = "Erased", "Student", "Guardian", "Erased family"

# An enrollment that has begun ends on the day before, others are deleted. Each location's date decides.
_END_PLACES = f"""
UPDATE enrollment e SET
    drop_on = CASE WHEN e.starts_on < k.today THEN k.today - 1 ELSE e.drop_on END,
    end_cause = CASE WHEN e.starts_on < k.today THEN 'DROPPED' ELSE e.end_cause END,
    deleted_at = CASE WHEN e.starts_on < k.today THEN e.deleted_at ELSE CAST(:now AS timestamptz) END
FROM (
    SELECT o.organization_id, o.id, (CAST(:now AS timestamptz) AT TIME ZONE l.time_zone)::date AS today
    FROM offering o JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
    WHERE o.organization_id = :organization_id
) k
WHERE e.organization_id = :organization_id AND e.student_id = ANY (:student_ids) AND k.id = e.offering_id
  AND e.deleted_at IS NULL AND (e.drop_on IS NULL OR e.drop_on >= k.today) AND {NOT_HELD_YET}
"""  # noqa: S608 - a constant

_OF_STUDENTS = (
    _END_PLACES,
    """DELETE FROM imported_enrollment i USING enrollment e
    WHERE i.organization_id = :organization_id AND e.organization_id = i.organization_id AND e.id = i.enrollment_id
      AND e.student_id = ANY (:student_ids)""",
    """UPDATE enrollment e SET source_id = NULL
    WHERE e.organization_id = :organization_id AND e.student_id = ANY (:student_ids) AND e.source_id IS NOT NULL""",
    "DELETE FROM medical_read d WHERE d.organization_id = :organization_id AND d.student_id = ANY (:student_ids)",
    """UPDATE mark m SET note = NULL
    WHERE m.organization_id = :organization_id AND m.student_id = ANY (:student_ids) AND m.note IS NOT NULL""",
    "DELETE FROM student_note n WHERE n.organization_id = :organization_id AND n.student_id = ANY (:student_ids)",
    """UPDATE expected_absence a SET comment = NULL,
        state = CASE WHEN a.state = 'REQUESTED' THEN 'WITHDRAWN' ELSE a.state END,
        withdrawn_at = CASE WHEN a.state = 'REQUESTED' THEN CAST(:now AS timestamptz) ELSE a.withdrawn_at END
    WHERE a.organization_id = :organization_id AND a.student_id = ANY (:student_ids)""",
    """UPDATE makeup_request r SET comment = NULL, decision_comment = NULL
    WHERE r.organization_id = :organization_id AND r.student_id = ANY (:student_ids)""",
    """UPDATE makeup_token t SET comment = NULL, lapses_on = least(t.lapses_on, CAST(:lapsed_on AS date))
    WHERE t.organization_id = :organization_id AND t.student_id = ANY (:student_ids)""",
    """UPDATE background_task b SET input = jsonb_set(b.input, '{draft,comment}', 'null', false)
    WHERE b.organization_id = :organization_id
      AND EXISTS (SELECT FROM background_task_item i WHERE i.organization_id = b.organization_id
                  AND i.background_task_id = b.id AND i.student_id = ANY (:student_ids))
      AND NOT EXISTS (SELECT FROM background_task_item i WHERE i.organization_id = b.organization_id
                      AND i.background_task_id = b.id
                      AND (i.student_id IS NULL OR NOT i.student_id = ANY (:student_ids)))""",
    """UPDATE background_task_exception x SET message = 'This student was erased.'
    WHERE x.organization_id = :organization_id AND x.student_id = ANY (:student_ids)""",
    # Reports name students in their text. They can be written again.
    "DELETE FROM report_part r WHERE r.organization_id = :organization_id",
    # Of a single student: what is still to be sent about others of the family stays.
    """DELETE FROM email m
    WHERE m.organization_id = :organization_id AND m.family_id = :family_id
      AND (CAST(:is_whole AS boolean) OR m.state NOT IN ('QUEUED', 'SENDING')
           OR EXISTS (SELECT FROM student s WHERE s.organization_id = m.organization_id
                      AND s.id = ANY (:student_ids)
                      AND strpos(m.facts::text, btrim(to_jsonb(s.first_name)::text, '"')) > 0))""",
    """DELETE FROM imported_row i
    WHERE i.organization_id = :organization_id
      AND (i.row_id = ANY (:student_ids)
           OR i.row_id IN (SELECT e.id FROM enrollment e
                           WHERE e.organization_id = :organization_id AND e.student_id = ANY (:student_ids)))""",
    """UPDATE student s SET first_name = :first, last_name = :student, sort_key = :student_sort_key,
        search_key = :student_search_key, birth_on = NULL, gender = NULL, medical_alert = NULL,
        roll_sheet_comment = NULL, tokens_lapse_on = :lapsed_on, source_id = NULL,
        deleted_at = coalesce(s.deleted_at, CAST(:now AS timestamptz)), erased_at = CAST(:now AS timestamptz)
    WHERE s.organization_id = :organization_id AND s.id = ANY (:student_ids)""",
)
_OF_FAMILY = (
    "DELETE FROM guardian_phone g WHERE g.organization_id = :organization_id AND g.person_id = ANY (:guardian_ids)",
    "DELETE FROM idempotency_key k WHERE k.organization_id = :organization_id AND k.caller_id = ANY (:guardian_ids)",
    "DELETE FROM security_event v WHERE v.organization_id = :organization_id AND v.person_id = ANY (:guardian_ids)",
    "DELETE FROM recovery_code c WHERE c.organization_id = :organization_id AND c.person_id = ANY (:guardian_ids)",
    "DELETE FROM second_factor f WHERE f.organization_id = :organization_id AND f.person_id = ANY (:guardian_ids)",
    "DELETE FROM account_link a WHERE a.organization_id = :organization_id AND a.person_id = ANY (:guardian_ids)",
    "DELETE FROM sign_in i WHERE i.organization_id = :organization_id AND i.person_id = ANY (:guardian_ids)",
    "DELETE FROM imported_family i WHERE i.organization_id = :organization_id AND i.family_id = :family_id",
    """DELETE FROM imported_row i
    WHERE i.organization_id = :organization_id AND (i.row_id = :family_id OR i.row_id = ANY (:guardian_ids))""",
    """UPDATE person p SET first_name = :first, last_name = :guardian, sort_key = :guardian_sort_key,
        search_key = :guardian_search_key, email = NULL, password_hash = NULL, source_id = NULL,
        ended_at = coalesce(p.ended_at, CAST(:now AS timestamptz))
    WHERE p.organization_id = :organization_id AND p.id = ANY (:guardian_ids)""",
    """UPDATE family f SET name = :family, sort_key = :family_sort_key, search_key = :family_search_key, email = NULL,
        phone = NULL, balance = 0, check_in_code_number = f.check_in_code_number + 1, source_id = NULL,
        deleted_at = coalesce(f.deleted_at, CAST(:now AS timestamptz)), erased_at = CAST(:now AS timestamptz)
    WHERE f.organization_id = :organization_id AND (f.id = :family_id OR f.merged_into_id = :family_id)""",
)
_HISTORY = text("SELECT erase_texts_of_history(CAST(:student_ids AS uuid[]))")


async def erase_texts(uow: UnitOfWork, household: Household, now: datetime) -> None:
    """End the places, and remove everything that identifies. The caller holds the locks of `lock_household`.

    The number of statements is the same for every family.
    """
    given = _values(household, now) | {"organization_id": uow.organization_id}
    await lock_names(uow, to_erase=True)
    await uow.connection.execute(_HISTORY, {"student_ids": given["student_ids"]})
    for sql in (*_OF_STUDENTS, *(_OF_FAMILY if household.is_whole else ())):
        statement = text(sql)
        wanted = statement.compile().params
        typed = [bindparam(name, type_=ARRAY(Uuid)) for name in ("student_ids", "guardian_ids") if name in wanted]
        await uow.connection.execute(statement.bindparams(*typed), {name: given[name] for name in wanted})


def lapsed_on(now: datetime) -> date:
    """Return a date that is over everywhere: tokens of erased students are good through it."""
    return now.date() - timedelta(days=2)


def _values(household: Household, now: datetime) -> dict[str, Any]:
    student_keys = keys_of("student", {"first_name": FIRST, "last_name": STUDENT})
    guardian_keys = keys_of("person", {"first_name": FIRST, "last_name": GUARDIAN})
    family_keys = keys_of("family", {"name": FAMILY})
    return {
        "student_ids": list(household.student_ids),
        "guardian_ids": list(household.guardian_ids),
        "family_id": household.family_id,
        "is_whole": household.is_whole,
        "now": now,
        "lapsed_on": lapsed_on(now),
        "first": FIRST,
        "student": STUDENT,
        "guardian": GUARDIAN,
        "family": FAMILY,
        "student_sort_key": student_keys[0],
        "student_search_key": student_keys[1],
        "guardian_sort_key": guardian_keys[0],
        "guardian_search_key": guardian_keys[1],
        "family_sort_key": family_keys[0],
        "family_search_key": family_keys[1],
    }
