"""Writes and lists security events and reads of medical texts (R12.7)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import DateTime, Integer, Text, Uuid

from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.vocabulary import PersonKind, Portal, SecurityEventKind
from db.unit_of_work import UnitOfWork

MOST_IN_AN_HOUR = 2000
"""New rows of an organization within an hour. What comes beyond is in the log alone."""


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened, by whom and from where. Equal ones within an hour are counted in one row."""

    kind: SecurityEventKind
    person_id: UUID | None = None
    kiosk_id: UUID | None = None
    portal: Portal | None = None
    address: str = ""
    detail: str | None = None


@dataclass(slots=True)
class Counted:
    """How often something happened, first and last."""

    count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class StoredEvent:
    id: UUID
    kind: SecurityEventKind
    person: tuple[PersonKind, PersonFacts] | None
    kiosk: tuple[UUID, str] | None
    portal: Portal | None
    address: str
    detail: str | None
    count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class StoredRead:
    read_on: date
    person: PersonFacts
    student_id: UUID
    first_at: datetime


_ADD = text("""
INSERT INTO security_event AS old
    (organization_id, id, kind, person_id, kiosk_id, portal, address, detail, count, first_at, last_at)
SELECT :organization_id, n.id, n.kind, n.person_id, n.kiosk_id, n.portal, n.address, n.detail, n.count, n.first_at,
    n.last_at
FROM unnest(:ids, :kinds, :person_ids, :kiosk_ids, :portals, :addresses, :details, :counts, :firsts, :lasts)
    AS n (id, kind, person_id, kiosk_id, portal, address, detail, count, first_at, last_at)
WHERE (EXISTS (SELECT FROM security_event e WHERE e.organization_id = :organization_id AND e.id = n.id)
       OR (SELECT count(*) FROM security_event c
           WHERE c.organization_id = :organization_id AND c.first_at > n.first_at - interval '1 hour') < :most)
  AND NOT EXISTS (
      SELECT FROM person p JOIN family f ON f.organization_id = p.organization_id AND f.id = p.family_id
      WHERE p.organization_id = :organization_id AND p.id = n.person_id AND f.erased_at IS NOT NULL)
ORDER BY n.id
ON CONFLICT (organization_id, id) DO UPDATE SET
    count = old.count + excluded.count, last_at = greatest(old.last_at, excluded.last_at)
""").bindparams(
    bindparam("organization_id", type_=Uuid),
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("kinds", type_=ARRAY(Text)),
    bindparam("person_ids", type_=ARRAY(Uuid)),
    bindparam("kiosk_ids", type_=ARRAY(Uuid)),
    bindparam("portals", type_=ARRAY(Text)),
    bindparam("addresses", type_=ARRAY(Text)),
    bindparam("details", type_=ARRAY(Text)),
    bindparam("counts", type_=ARRAY(Integer)),
    bindparam("firsts", type_=ARRAY(DateTime(timezone=True))),
    bindparam("lasts", type_=ARRAY(DateTime(timezone=True))),
)
_ADD_READS = text("""
INSERT INTO medical_read (organization_id, read_on, person_id, student_id, first_at)
SELECT :organization_id, (n.first_at AT TIME ZONE 'UTC')::date, n.person_id, n.student_id, n.first_at
FROM unnest(:person_ids, :student_ids, :firsts) AS n (person_id, student_id, first_at)
ORDER BY n.person_id, n.student_id
ON CONFLICT DO NOTHING
""").bindparams(
    bindparam("organization_id", type_=Uuid),
    bindparam("person_ids", type_=ARRAY(Uuid)),
    bindparam("student_ids", type_=ARRAY(Uuid)),
    bindparam("firsts", type_=ARRAY(DateTime(timezone=True))),
)
_LISTED = text("""
SELECT e.id, e.kind, e.portal, e.address, e.detail, e.count AS times, e.first_at, e.last_at,
       p.id AS person_id, p.kind AS person_kind, p.first_name, p.last_name, k.id AS kiosk_id, k.name AS kiosk_name
FROM security_event e
LEFT JOIN person p ON p.organization_id = e.organization_id AND p.id = e.person_id
LEFT JOIN kiosk k ON k.organization_id = e.organization_id AND k.id = e.kiosk_id
WHERE e.organization_id = :organization_id
  AND (CAST(:kinds AS text[]) IS NULL OR e.kind = ANY (CAST(:kinds AS text[])))
  AND (CAST(:person_id AS uuid) IS NULL OR e.person_id = :person_id)
  AND (CAST(:after_at AS timestamptz) IS NULL OR (e.first_at, e.id) < (:after_at, CAST(:after_id AS uuid)))
ORDER BY e.first_at DESC, e.id DESC
LIMIT :limit
""")
_READS = text("""
SELECT r.read_on, r.student_id, r.first_at, p.id AS person_id, p.first_name, p.last_name
FROM medical_read r
JOIN person p ON p.organization_id = r.organization_id AND p.id = r.person_id
WHERE r.organization_id = :organization_id
  AND (CAST(:student_id AS uuid) IS NULL OR r.student_id = :student_id)
  AND (CAST(:person_id AS uuid) IS NULL OR r.person_id = :person_id)
  AND (CAST(:after_on AS date) IS NULL
       OR (r.read_on, r.person_id, r.student_id)
          < (:after_on, CAST(:after_person AS uuid), CAST(:after_student AS uuid)))
ORDER BY r.read_on DESC, r.person_id DESC, r.student_id DESC
LIMIT :limit
""")


async def add_security_events(uow: UnitOfWork, happened: Sequence[tuple[Happening, Counted]]) -> None:
    """Add the events, or count them in the rows of their hour, in one statement. Call it once for each hour."""
    ids = {_id(uow.organization_id, one, counted.first_at): (one, counted) for one, counted in happened}
    rows = [(id_, *ids[id_]) for id_ in sorted(ids)]
    await uow.connection.execute(
        _ADD,
        {
            "organization_id": uow.organization_id,
            "ids": [id_ for id_, _, _ in rows],
            "kinds": [one.kind.value for _, one, _ in rows],
            "person_ids": [one.person_id for _, one, _ in rows],
            "kiosk_ids": [one.kiosk_id for _, one, _ in rows],
            "portals": [one.portal and one.portal.value for _, one, _ in rows],
            "addresses": [one.address for _, one, _ in rows],
            "details": [one.detail for _, one, _ in rows],
            "counts": [counted.count for _, _, counted in rows],
            "firsts": [counted.first_at for _, _, counted in rows],
            "lasts": [counted.last_at for _, _, counted in rows],
            "most": MOST_IN_AN_HOUR,
        },
    )


async def add_medical_reads(uow: UnitOfWork, reads: Collection[tuple[UUID, UUID, datetime]]) -> None:
    """Record that persons were shown the medical texts of students, in one statement.

    reads -- person, student and time
    """
    ordered = sorted(reads)
    await uow.connection.execute(
        _ADD_READS,
        {
            "organization_id": uow.organization_id,
            "person_ids": [person for person, _, _ in ordered],
            "student_ids": [student for _, student, _ in ordered],
            "firsts": [at for _, _, at in ordered],
        },
    )


async def list_security_events(
    connection: AsyncConnection,
    organization_id: UUID,
    *,
    kinds: Collection[SecurityEventKind] | None,
    person_id: UUID | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[StoredEvent]:
    """Return events after the position, those that began latest first."""
    given = {
        "organization_id": organization_id,
        "kinds": None if kinds is None else [kind.value for kind in kinds],
        "person_id": person_id,
        "after_at": after[0] if after else None,
        "after_id": after[1] if after else None,
        "limit": limit,
    }
    return [_event(row) for row in await connection.execute(_LISTED, given)]


async def list_medical_reads(
    connection: AsyncConnection,
    organization_id: UUID,
    *,
    student_id: UUID | None,
    person_id: UUID | None,
    after: tuple[date, UUID, UUID] | None,
    limit: int,
) -> list[StoredRead]:
    """Return reads after the position, the latest day first."""
    given = {
        "organization_id": organization_id,
        "student_id": student_id,
        "person_id": person_id,
        "after_on": after[0] if after else None,
        "after_person": after[1] if after else None,
        "after_student": after[2] if after else None,
        "limit": limit,
    }
    return [
        StoredRead(row.read_on, PersonFacts(row.person_id, row.first_name, row.last_name), row.student_id, row.first_at)
        for row in await connection.execute(_READS, given)
    ]


def _id(organization_id: UUID, one: Happening, at: datetime) -> UUID:
    hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    parts = (one.kind, one.person_id, one.kiosk_id, one.portal, one.address, one.detail, hour.isoformat())
    return uuid5(organization_id, "|".join(map(str, parts)))


def _event(row: Row[Any]) -> StoredEvent:
    person = None
    if row.person_id is not None:
        person = PersonKind(row.person_kind), PersonFacts(row.person_id, row.first_name, row.last_name)
    return StoredEvent(
        id=row.id,
        kind=SecurityEventKind(row.kind),
        person=person,
        kiosk=None if row.kiosk_id is None else (row.kiosk_id, row.kiosk_name),
        portal=None if row.portal is None else Portal(row.portal),
        address=row.address,
        detail=row.detail,
        count=row.times,
        first_at=row.first_at,
        last_at=row.last_at,
    )
