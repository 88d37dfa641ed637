"""Statements on substitutions: who substitutes for whom at which occurrence (R9.9)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Date, Uuid

from attendance.rules.absences.substitutes import Assignment
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey
from db.fragments import on_sheet
from db.unit_of_work import UnitOfWork

_MISS = text("""
INSERT INTO substitution AS old (organization_id, timeslot_id, held_on, absent_person_id, staff_absence_id)
SELECT :organization_id, k.timeslot_id, k.held_on, :person_id, :absence_id
FROM unnest(:timeslot_ids, :dates) AS k (timeslot_id, held_on)
ON CONFLICT (organization_id, timeslot_id, held_on, absent_person_id) DO UPDATE
    SET staff_absence_id = excluded.staff_absence_id
WHERE old.staff_absence_id IS NULL
""").bindparams(bindparam("timeslot_ids", type_=ARRAY(Uuid)), bindparam("dates", type_=ARRAY(Date)))
_ASSIGN = text("""
INSERT INTO substitution (organization_id, timeslot_id, held_on, absent_person_id, substitute_id, staff_absence_id)
SELECT :organization_id, k.timeslot_id, k.held_on, :person_id, k.substitute_id, :absence_id
FROM unnest(:timeslot_ids, :dates, :substitute_ids) AS k (timeslot_id, held_on, substitute_id)
ON CONFLICT (organization_id, timeslot_id, held_on, absent_person_id) DO UPDATE
    SET substitute_id = excluded.substitute_id, staff_absence_id = excluded.staff_absence_id
""").bindparams(
    bindparam("timeslot_ids", type_=ARRAY(Uuid)),
    bindparam("dates", type_=ARRAY(Date)),
    bindparam("substitute_ids", type_=ARRAY(Uuid)),
)
_STEP_BACK = text("""
UPDATE substitution SET substitute_id = NULL
WHERE organization_id = :organization_id AND substitute_id = :person_id AND held_on BETWEEN :from_on AND :to_on
RETURNING timeslot_id, held_on, absent_person_id, :person_id AS substitute_id
""").bindparams(bindparam("person_id", type_=Uuid))
_TAKE_BACK = text("""
DELETE FROM substitution
WHERE organization_id = :organization_id AND staff_absence_id = :absence_id AND held_on >= :since
RETURNING timeslot_id, held_on, absent_person_id, substitute_id
""")
_AT = text("""
SELECT u.timeslot_id, u.held_on, u.absent_person_id, u.substitute_id
FROM unnest(CAST(:timeslot_ids AS uuid[]), CAST(:dates AS date[])) AS k (timeslot_id, held_on)
JOIN substitution u ON u.organization_id = :organization_id AND u.timeslot_id = k.timeslot_id
    AND u.held_on = k.held_on AND u.absent_person_id = :person_id
""")
_OF_ABSENCES = text("""
SELECT x.*, p.first_name, p.last_name
FROM unnest(CAST(:ids AS uuid[]), CAST(:dates AS date[]), CAST(:slots AS uuid[]), CAST(:limits AS int[]))
    WITH ORDINALITY AS k (absence_id, after_on, after_slot, most, place)
CROSS JOIN LATERAL (
    SELECT u.timeslot_id, u.held_on, u.absent_person_id, u.substitute_id, k.place
    FROM substitution u
    WHERE u.organization_id = :organization_id AND u.staff_absence_id = k.absence_id
      AND (k.after_on IS NULL OR (u.held_on, u.timeslot_id) > (k.after_on, k.after_slot))
    ORDER BY u.held_on, u.timeslot_id LIMIT k.most
) x
LEFT JOIN person p ON p.organization_id = :organization_id AND p.id = x.substitute_id
ORDER BY x.place, x.held_on, x.timeslot_id
""")
# Selects queued e-mails by the prefixes of their reasons.
_WITHDRAW = text("""
UPDATE email SET state = 'WITHDRAWN'
WHERE organization_id = :organization_id AND state = 'QUEUED'
  AND EXISTS (SELECT FROM unnest(CAST(:prefixes AS text[])) AS p WHERE starts_with(reason, p))
RETURNING reason
""")
_FAMILIES = text(f"""
SELECT DISTINCT k.timeslot_id, k.held_on, f.id, btrim(f.email) AS email
FROM unnest(CAST(:timeslot_ids AS uuid[]), CAST(:dates AS date[])) AS k (timeslot_id, held_on)
JOIN timeslot t ON t.organization_id = :organization_id AND t.id = k.timeslot_id
JOIN enrollment e ON e.organization_id = t.organization_id AND e.offering_id = t.offering_id
    AND {on_sheet("e", "t.id", "k.held_on")}
JOIN student s ON s.organization_id = e.organization_id AND s.id = e.student_id AND s.deleted_at IS NULL
JOIN family f ON f.organization_id = s.organization_id AND f.id = s.family_id AND btrim(f.email) <> ''
""")  # noqa: S608 - a constant


@dataclass(frozen=True, slots=True)
class Substitution:
    """A substitution. `substitute_id` is None when there is no substitute."""

    key: OccurrenceKey
    absent_id: UUID
    substitute_id: UUID | None


@dataclass(frozen=True, slots=True)
class FamilyToTell:
    key: OccurrenceKey
    family_id: UUID
    email: str


async def add_missed(uow: UnitOfWork, absence_id: UUID, person_id: UUID, keys: Collection[OccurrenceKey]) -> None:
    """Record the occurrences that the absent person would teach. They have no substitute, unless one was assigned
    before without an absence.
    """
    await uow.connection.execute(
        _MISS, {"organization_id": uow.organization_id, "person_id": person_id, "absence_id": absence_id, **_of(keys)}
    )


async def write_assignments(
    uow: UnitOfWork, absence_id: UUID, person_id: UUID, assignments: Sequence[Assignment]
) -> None:
    await uow.connection.execute(
        _ASSIGN,
        {
            "organization_id": uow.organization_id,
            "person_id": person_id,
            "absence_id": absence_id,
            "substitute_ids": [each.substitute_id for each in assignments],
            **_of([each.key for each in assignments]),
        },
    )


async def step_back(uow: UnitOfWork, person_id: UUID, within: DateSpan) -> list[Substitution]:
    """End the person's substitutions on these dates and return them."""
    given = {
        "organization_id": uow.organization_id,
        "person_id": person_id,
        "from_on": within.starts_on,
        "to_on": within.ends_on,
    }
    return [_substitution(row) for row in await uow.connection.execute(_STEP_BACK, given)]


async def take_back(uow: UnitOfWork, absence_id: UUID, since: date) -> list[Substitution]:
    """Delete the absence's substitutions from the date on, so that the absent person teaches again, and return them."""
    given = {"organization_id": uow.organization_id, "absence_id": absence_id, "since": since}
    return [_substitution(row) for row in await uow.connection.execute(_TAKE_BACK, given)]


async def substitutions_at(
    connection: AsyncConnection, organization_id: UUID, person_id: UUID, keys: Collection[OccurrenceKey]
) -> dict[OccurrenceKey, Substitution]:
    """Return the absent person's substitutions at the occurrences."""
    found = await connection.execute(_AT, {"organization_id": organization_id, "person_id": person_id, **_of(keys)})
    return {each.key: each for each in map(_substitution, found)}


async def list_substitutions(
    connection: AsyncConnection, organization_id: UUID, wanted: Sequence[tuple[UUID, OccurrenceKey | None, int]]
) -> list[list[tuple[Substitution, str | None, str | None]]]:
    """Return, for each absence, at most so many substitutions after a key, by date, with the substitutes' names."""
    given = {
        "organization_id": organization_id,
        "ids": [absence_id for absence_id, _, _ in wanted],
        "dates": [after and after.held_on for _, after, _ in wanted],
        "slots": [after and after.timeslot_id for _, after, _ in wanted],
        "limits": [limit for _, _, limit in wanted],
    }
    pages: list[list[tuple[Substitution, str | None, str | None]]] = [[] for _ in wanted]
    for row in await connection.execute(_OF_ABSENCES, given):
        pages[row.place - 1].append((_substitution(row), row.first_name, row.last_name))
    return pages


async def withdraw_notices(uow: UnitOfWork, prefixes: Collection[str]) -> set[str]:
    """Withdraw e-mails that have not been handed over yet, and return their reasons."""
    if not prefixes:
        return set()
    given = {"organization_id": uow.organization_id, "prefixes": list(prefixes)}
    return set((await uow.connection.execute(_WITHDRAW, given)).scalars())


async def families_to_tell(
    connection: AsyncConnection, organization_id: UUID, keys: Collection[OccurrenceKey]
) -> list[FamilyToTell]:
    """Return each family that has an e-mail address and a student enrolled in an occurrence, once for each
    occurrence.
    """
    found = await connection.execute(_FAMILIES, {"organization_id": organization_id, **_of(keys)})
    return [FamilyToTell(OccurrenceKey(row.timeslot_id, row.held_on), row.id, row.email) for row in found]


def _of(keys: Iterable[OccurrenceKey]) -> dict[str, list[Any]]:
    given = list(keys)
    return {"timeslot_ids": [key.timeslot_id for key in given], "dates": [key.held_on for key in given]}


def _substitution(row: Row[Any]) -> Substitution:
    return Substitution(OccurrenceKey(row.timeslot_id, row.held_on), row.absent_person_id, row.substitute_id)
