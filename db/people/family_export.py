"""Reads everything that is held about a family, table by table (R15.2, R16.5).

Each column that db/models/privacy.py classes is in it, apart from secrets and from what is computed from other columns.
A test compares the two.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.organization.amounts import amount_text

NOT_EXPORTED = frozenset(
    {
        "person.password_hash",
        "account_link.secret_hash",
        "recovery_code.code_hash",
        "second_factor.sealed_secret",
        "sign_in.refresh_hash",
        "sign_in.previous_refresh_hash",
        "idempotency_key.fingerprint",
        "family.sort_key",
        "family.search_key",
        "family.phone_digits",
        "family.phone_key",
        "student.sort_key",
        "student.search_key",
        "student.sort_name",
        "person.sort_key",
        "person.search_key",
        "guardian_phone.key",
    }
)
"""Secrets, and keys that are computed from a name or a number."""

_STUDENTS = """(SELECT s.id FROM student s
    WHERE s.organization_id = :organization_id AND s.family_id = :family_id)"""
_GUARDIANS = """(SELECT p.id FROM person p
    WHERE p.organization_id = :organization_id AND p.family_id = :family_id)"""
_OF_STUDENTS = f"t.student_id IN {_STUDENTS}"
_OF_GUARDIANS = f"t.person_id IN {_GUARDIANS}"
_ENROLLMENTS = f"""t.enrollment_id IN (SELECT e.id FROM enrollment e
    WHERE e.organization_id = :organization_id AND e.student_id IN {_STUDENTS})"""  # noqa: S608 - constants
_ABSENCES = f"""t.expected_absence_id IN (SELECT a.id FROM expected_absence a
    WHERE a.organization_id = :organization_id AND a.student_id IN {_STUDENTS})"""  # noqa: S608 - constants
_TASKS = f"""t.id IN (SELECT i.background_task_id FROM background_task_item i
    WHERE i.organization_id = :organization_id AND i.student_id IN {_STUDENTS})"""  # noqa: S608 - constants
_OFFERINGS = f"""t.id IN (SELECT e.offering_id FROM enrollment e
    WHERE e.organization_id = :organization_id AND e.student_id IN {_STUDENTS})"""  # noqa: S608 - constants
_TIMESLOTS = _OFFERINGS.replace("t.id IN", "t.offering_id IN")

_IMPORTED = f"""(t.row_id = :family_id OR t.row_id IN {_STUDENTS} OR t.row_id IN {_GUARDIANS}
    OR t.row_id IN (SELECT e.id FROM enrollment e
        WHERE e.organization_id = :organization_id AND e.student_id IN {_STUDENTS}))"""  # noqa: S608 - constants

SECTIONS: Mapping[str, str] = {
    "family": "(t.id = :family_id OR t.merged_into_id = :family_id)",
    "imported_family": "t.family_id = :family_id",
    "person": "t.family_id = :family_id",
    "guardian_phone": _OF_GUARDIANS,
    "account_link": _OF_GUARDIANS,
    "recovery_code": _OF_GUARDIANS,
    "second_factor": _OF_GUARDIANS,
    "sign_in": _OF_GUARDIANS,
    "security_event": _OF_GUARDIANS,
    "idempotency_key": f"t.caller_id IN {_GUARDIANS}",
    "student": "t.family_id = :family_id",
    "student_note": _OF_STUDENTS,
    "medical_read": _OF_STUDENTS,
    "enrollment": _OF_STUDENTS,
    "imported_enrollment": _ENROLLMENTS,
    "imported_row": _IMPORTED,
    "place_offer": _ENROLLMENTS,
    "expected_absence": _OF_STUDENTS,
    "expected_absence_enrollment": _ABSENCES,
    "mark": _OF_STUDENTS,
    "changed_entry": _OF_STUDENTS,
    "makeup_token": _OF_STUDENTS,
    "makeup_token_entry": _OF_STUDENTS,
    "makeup_request": _OF_STUDENTS,
    "email": "t.family_id = :family_id",
    "background_task": _TASKS,
    "background_task_item": _OF_STUDENTS,
    "background_task_exception": _OF_STUDENTS,
    "feed_item": _OF_STUDENTS,
    # So that a reader knows what the ids of classes mean.
    "offering": _OFFERINGS,
    "timeslot": _TIMESLOTS,
}
"""The tables, each with the condition that a row is about the family."""


def _statement(table: str, condition: str) -> TextClause:
    left_out = ["organization_id", *(name.partition(".")[2] for name in NOT_EXPORTED if name.startswith(f"{table}."))]
    names = ", ".join(f"'{name}'" for name in sorted(left_out))
    return text(f"""
        SELECT coalesce(jsonb_agg(to_jsonb(t) - ARRAY[{names}]), '[]') AS rows FROM {table} t
        WHERE t.organization_id = :organization_id AND {condition}
    """)  # noqa: S608 - constants


_CURRENCY = text("SELECT o.currency FROM organization o WHERE o.organization_id = :organization_id")
_STATEMENTS = {table: _statement(table, condition) for table, condition in SECTIONS.items()}


async def read_family_export(
    connection: AsyncConnection, organization_id: UUID, family_id: UUID
) -> dict[str, list[dict[str, Any]]] | None:
    """Return the rows about the family by table, as JSON values, or None when there is no such family, or it was
    erased.

    A background task of others too has its whole input, without the items of others. A balance is a text with the
    decimals of its currency, which stands beside it.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for table, statement in _STATEMENTS.items():
        wanted = {"organization_id": organization_id, "family_id": family_id}
        found[table] = (await connection.execute(statement, wanted)).scalar_one()
        if table == "family" and (not found[table] or found[table][0]["erased_at"] is not None):
            return None
    currency = (await connection.execute(_CURRENCY, {"organization_id": organization_id})).scalar_one()
    for row in (*found["family"], *found["imported_family"]):
        if (balance := row["balance"]) is not None:
            row.update(balance=amount_text(Decimal(str(balance)), currency), currency=currency)
    return found
