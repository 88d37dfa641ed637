"""Finds who is possibly registered already: by telephone, e-mail address, or name and birthday (R13.4)."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import text

from attendance.rules.kiosk.countries import country_of
from attendance.rules.kiosk.telephones import phone_key
from attendance.rules.people.duplicates import HeldNumber, PossibleDuplicate, same_telephones
from attendance.rules.people.registering import NewStudent
from attendance.rules.vocabulary import DuplicateReason
from db.calendar.offerings import read_locations
from db.names import keys_of
from db.unit_of_work import UnitOfWork

MOST = 20
_MOST_NUMBERS = 500

# Two who register one family at once come one after the other, so that the second is told of the first.
_ONE_BY_ONE = text("SELECT pg_advisory_xact_lock(hashtextextended('registering ' || :organization_id, 0))")
_NUMBERS = text("""
SELECT f.phone AS number, f.id, f.name FROM family f
WHERE f.organization_id = :organization_id AND f.deleted_at IS NULL AND f.phone_key = ANY (CAST(:keys AS text[]))
UNION
SELECT g.number, f.id, f.name FROM guardian_phone g
JOIN person p ON p.organization_id = g.organization_id AND p.id = g.person_id
JOIN family f ON f.organization_id = p.organization_id AND f.id = p.family_id
WHERE g.organization_id = :organization_id AND f.deleted_at IS NULL AND g.key = ANY (CAST(:keys AS text[]))
ORDER BY name, id LIMIT :most
""")
_ADDRESSES = text("""
SELECT f.id, f.name FROM family f
WHERE f.organization_id = :organization_id AND f.deleted_at IS NULL AND lower(f.email) = ANY (CAST(:emails AS text[]))
UNION
SELECT f.id, f.name FROM person p
JOIN family f ON f.organization_id = p.organization_id AND f.id = p.family_id
WHERE p.organization_id = :organization_id AND p.kind = 'GUARDIAN' AND p.ended_at IS NULL AND f.deleted_at IS NULL
  AND lower(p.email) = ANY (CAST(:emails AS text[]))
ORDER BY name, id LIMIT :most
""")
_STUDENTS = text("""
SELECT s.id AS student_id, f.id, f.name
FROM unnest(CAST(:keys AS text[]), CAST(:births AS date[])) AS k (search_key, birth_on)
JOIN student s ON s.organization_id = :organization_id AND s.search_key = k.search_key AND s.birth_on = k.birth_on
JOIN family f ON f.organization_id = :organization_id AND f.id = s.family_id
WHERE s.deleted_at IS NULL
ORDER BY s.sort_key, s.id LIMIT :most
""")


async def lock_registering(uow: UnitOfWork) -> None:
    """Wait for others of the organization who register people, until they have committed."""
    await uow.connection.execute(_ONE_BY_ONE, {"organization_id": str(uow.organization_id)})


async def find_duplicates(
    uow: UnitOfWork,
    phones: Sequence[str],
    emails: Collection[str],
    students: Sequence[NewStudent],
    *,
    into_family: UUID | None,
) -> list[PossibleDuplicate]:
    """Return who may be the same as somebody who is registered now, at most MOST for each reason. This executes four
    statements.

    into_family -- the family to which the people are added; it is no duplicate of itself
    """
    given = {"organization_id": uow.organization_id}
    keys = [key for key in map(phone_key, phones) if key is not None]
    held = await uow.connection.execute(_NUMBERS, given | {"keys": keys, "most": _MOST_NUMBERS})
    numbers = [HeldNumber(row.number, row.id, row.name) for row in held]
    locations = await read_locations(uow.connection, uow.organization_id)
    countries = list({country_of(each.time_zone) for each in locations})
    found = same_telephones(numbers, phones, countries)[:MOST]
    addresses = {"emails": [email.lower() for email in emails], "most": MOST}
    for row in await uow.connection.execute(_ADDRESSES, given | addresses):
        found.append(PossibleDuplicate(DuplicateReason.SAME_EMAIL, row.id, row.name))
    known = [each for each in students if each.birth_on is not None]
    named = {
        "keys": [keys_of("student", {"first_name": it.first_name, "last_name": it.last_name})[1] for it in known],
        "births": [it.birth_on for it in known],
        "most": MOST,
    }
    others = [each for each in found if each.family_id != into_family]
    for row in await uow.connection.execute(_STUDENTS, given | named):
        others.append(
            PossibleDuplicate(DuplicateReason.SAME_NAME_AND_BIRTHDAY, row.id, row.name, student_id=row.student_id)
        )
    return others
