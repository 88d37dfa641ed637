"""Writes families, guardians and students that the office registers and changes (R13.1)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, delete, insert, text, update

from attendance.rules.people.registering import NewFamily, NewGuardian, NewStudent
from attendance.rules.vocabulary import PersonKind
from db import models
from db.ids import new_id
from db.names import keys_of
from db.unit_of_work import UnitOfWork

# Whoever erases or merges the family is waited for, and then the family is gone.
_LOCK_FAMILY = text("""
SELECT f.id FROM family f
WHERE f.organization_id = :organization_id AND f.id = :id AND f.deleted_at IS NULL FOR KEY SHARE
""")
_OFFERINGS = text("""
SELECT s.id AS student_id, e.offering_id FROM student s
LEFT JOIN enrollment e ON e.organization_id = s.organization_id AND e.student_id = s.id AND e.deleted_at IS NULL
WHERE s.organization_id = :organization_id AND s.family_id = :family_id AND s.erased_at IS NULL
""")
_GUARDIAN = text("""
SELECT p.id, p.family_id, p.ended_at FROM person p
WHERE p.organization_id = :organization_id AND p.id = :id AND p.kind = 'GUARDIAN'
""")
# Two who give one address at once come one after the other.
_LOCK_ADDRESS = text("SELECT pg_advisory_xact_lock(hashtextextended('guardian ' || :address, 0))")
_FREE_ADDRESS = text("""
UPDATE person SET email = NULL
WHERE organization_id = :organization_id AND kind = 'GUARDIAN' AND lower(email) = lower(:email)
  AND ended_at IS NOT NULL AND id IS DISTINCT FROM CAST(:except_id AS uuid)
""")
_HOLDER = text("""
SELECT p.id, p.family_id FROM person p
WHERE p.organization_id = :organization_id AND p.kind = 'GUARDIAN' AND lower(p.email) = lower(:email)
  AND p.id IS DISTINCT FROM CAST(:except_id AS uuid)
""")
_NAMES = text("""
SELECT s.first_name, s.last_name FROM student s WHERE s.organization_id = :organization_id AND s.id = :id
FOR NO KEY UPDATE
""")
_NAMES_OF_PERSON = text("""
SELECT s.first_name, s.last_name FROM person s WHERE s.organization_id = :organization_id AND s.id = :id
FOR NO KEY UPDATE
""")
_END_SIGN_INS = text("""
UPDATE sign_in SET ended_at = :now
WHERE organization_id = :organization_id AND person_id = :person_id AND ended_at IS NULL
""")


def _edited(table: str) -> TextClause:
    return text(f"""
UPDATE {table} SET office_fields = ARRAY(
    SELECT DISTINCT n.name FROM unnest(office_fields || CAST(:edited AS text[])) AS n (name) ORDER BY n.name
)
WHERE organization_id = :organization_id AND id = :id
""")  # noqa: S608 - a constant


_EDITED = {table: _edited(table) for table in ("person", "student")}


async def lock_live_family(uow: UnitOfWork, family_id: UUID) -> bool:
    """Return whether the family exists and is not deleted. It stays so until the transaction ends."""
    given = {"organization_id": uow.organization_id, "id": family_id}
    return await uow.connection.scalar(_LOCK_FAMILY, given) is not None


async def find_family_offerings(uow: UnitOfWork, family_id: UUID) -> tuple[set[UUID], set[UUID]]:
    """Return the ids of the family's students and of the offerings in which they have or had a place."""
    given = {"organization_id": uow.organization_id, "family_id": family_id}
    rows = (await uow.connection.execute(_OFFERINGS, given)).all()
    return {row.student_id for row in rows}, {row.offering_id for row in rows if row.offering_id is not None}


async def find_guardian(uow: UnitOfWork, guardian_id: UUID) -> Row[Any] | None:
    """Return the guardian's id, family_id and ended_at."""
    given = {"organization_id": uow.organization_id, "id": guardian_id}
    return (await uow.connection.execute(_GUARDIAN, given)).one_or_none()


async def lock_address(uow: UnitOfWork, email: str, guardian_id: UUID | None = None) -> tuple[UUID, UUID] | None:
    """Return the guardian who has the e-mail address, with the family, or None when it is free for `guardian_id`, or
    for a new guardian. Guardians whose access has ended give it up. It stays free until the transaction ends.
    """
    address = f"{uow.organization_id} {email.lower()}"
    await uow.connection.execute(_LOCK_ADDRESS, {"address": address})
    given = {"organization_id": uow.organization_id, "email": email, "except_id": guardian_id}
    await uow.connection.execute(_FREE_ADDRESS, given)
    row = (await uow.connection.execute(_HOLDER, given)).one_or_none()
    return None if row is None else (row.id, row.family_id)


async def add_family(uow: UnitOfWork, new: NewFamily) -> UUID:
    family_id = new_id()
    values = {"id": family_id, "name": new.name, "email": new.email, "phone": new.phone}
    await uow.connection.execute(insert(models.Family).values(organization_id=uow.organization_id, **values))
    return family_id


async def change_family(uow: UnitOfWork, family_id: UUID, values: Mapping[str, Any]) -> None:
    """Set columns of the family, and the keys of its name when that is among them."""
    family, written = models.Family, dict(values)
    if "name" in written:
        written["sort_key"], written["search_key"] = keys_of("family", written)
    await uow.connection.execute(
        update(family).where(family.organization_id == uow.organization_id, family.id == family_id).values(**written)
    )


async def add_guardian(uow: UnitOfWork, family_id: UUID, new: NewGuardian) -> UUID:
    """Add the guardian, without a way to sign in."""
    person_id = new_id()
    await uow.connection.execute(
        insert(models.Person).values(
            organization_id=uow.organization_id,
            id=person_id,
            kind=PersonKind.GUARDIAN,
            family_id=family_id,
            first_name=new.first_name,
            last_name=new.last_name,
            email=new.email,
        )
    )
    await _add_numbers(uow, person_id, new.phones)
    return person_id


async def change_guardian(
    uow: UnitOfWork, guardian_id: UUID, values: Mapping[str, Any], phones: Collection[str] | None
) -> None:
    """Set columns of the guardian, the keys of the name when a part of it is among them, and, unless `phones` is None,
    all telephone numbers. Imports leave alone what is set here (R13.9).
    """
    person, phone, written = models.Person, models.GuardianPhone, dict(values)
    if {"first_name", "last_name"} & written.keys():
        given = {"organization_id": uow.organization_id, "id": guardian_id}
        names = (await uow.connection.execute(_NAMES_OF_PERSON, given)).one()
        written["sort_key"], written["search_key"] = keys_of("person", {**names._mapping, **values})
    edited = [*values, *(["phones"] if phones is not None else [])]
    await _keep_edited(uow, "person", guardian_id, edited)
    mine = (person.organization_id == uow.organization_id, person.id == guardian_id)
    if written:
        await uow.connection.execute(update(person).where(*mine).values(**written))
    if phones is not None:
        held = (phone.organization_id == uow.organization_id, phone.person_id == guardian_id)
        await uow.connection.execute(delete(phone).where(*held))
        await _add_numbers(uow, guardian_id, phones)


async def end_sign_ins(uow: UnitOfWork, person_id: UUID, now: datetime) -> None:
    given = {"organization_id": uow.organization_id, "person_id": person_id, "now": now}
    await uow.connection.execute(_END_SIGN_INS, given)


async def add_student(uow: UnitOfWork, family_id: UUID, new: NewStudent, id_: UUID | None = None) -> UUID:
    """Add the student, with the id if one is given."""
    student_id = id_ or new_id()
    await uow.connection.execute(
        insert(models.Student).values(
            organization_id=uow.organization_id,
            id=student_id,
            family_id=family_id,
            first_name=new.first_name,
            last_name=new.last_name,
            birth_on=new.birth_on,
            gender=new.gender,
            medical_alert=new.medical_alert,
            roll_sheet_comment=new.roll_sheet_comment,
        )
    )
    return student_id


async def change_student(uow: UnitOfWork, student_id: UUID, values: Mapping[str, Any]) -> None:
    """Set columns of the student, and the keys of the name when a part of it is among them. Imports leave alone what is
    set here (R13.9).
    """
    student, written = models.Student, dict(values)
    if {"first_name", "last_name"} & written.keys():
        given = {"organization_id": uow.organization_id, "id": student_id}
        names = (await uow.connection.execute(_NAMES, given)).one()
        written["sort_key"], written["search_key"] = keys_of("student", {**names._mapping, **values})
    await uow.connection.execute(
        update(student)
        .where(student.organization_id == uow.organization_id, student.id == student_id)
        .values(**written)
    )
    await _keep_edited(uow, "student", student_id, values.keys())


async def _keep_edited(uow: UnitOfWork, table: str, row_id: UUID, columns: Collection[str]) -> None:
    given = {"organization_id": uow.organization_id, "id": row_id, "edited": list(columns)}
    await uow.connection.execute(_EDITED[table], given)


async def _add_numbers(uow: UnitOfWork, person_id: UUID, numbers: Collection[str]) -> None:
    rows = [
        {"organization_id": uow.organization_id, "person_id": person_id, "number": number}
        for number in dict.fromkeys(numbers)
    ]
    if rows:
        await uow.connection.execute(insert(models.GuardianPhone).values(rows))
