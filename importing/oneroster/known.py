"""Reads what the organization already has: one snapshot at the start of the import's transaction."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import asyncpg

# prefix of a guardian's source_id: a teacher who is also a parent is stored as two persons
GUARDIAN_PREFIX = "guardian/"
# what the source last said about an enrollment that it no longer has
GONE = ""
_BY_HAND = """
    SELECT e.id, e.student_id, e.offering_id, e.type, e.starts_on, e.drop_on, e.end_cause, e.deleted_at,
           NULL, NULL, NULL, NULL
    FROM enrollment e
    WHERE e.organization_id = $1 AND e.source_id IS NULL AND e.deleted_at IS NULL AND e.type IN ('ACTIVE', 'TRIAL')
    ORDER BY e.starts_on
"""
_FAMILIES = """
    SELECT f.id, f.source_id, f.deleted_at, f.name, f.phone, f.email, f.balance, i.name, i.phone, i.email, i.balance
    FROM family f
    LEFT JOIN imported_family i ON i.organization_id = f.organization_id AND i.family_id = f.id
    WHERE f.organization_id = $1 AND f.merged_into_id IS NULL
"""
_MERGED_FAMILIES = """
    SELECT f.source_id, f.merged_into_id FROM family f
    WHERE f.organization_id = $1 AND f.merged_into_id IS NOT NULL AND f.source_id IS NOT NULL
"""
# Whoever was merged stands for the one who is left (R13.6).
_STUDENTS = """
    SELECT s.source_id, s.merged_into_id IS NOT NULL, k.id, k.family_id, k.deleted_at, k.first_name, k.last_name,
           k.birth_on, k.gender, k.office_fields
    FROM student s
    JOIN student k ON k.organization_id = s.organization_id AND k.id = coalesce(s.merged_into_id, s.id)
    WHERE s.organization_id = $1 AND s.source_id IS NOT NULL
"""
_PERSONS = """
    SELECT p.source_id, p.kind, p.merged_into_id IS NOT NULL, k.id, k.family_id, k.email, k.ended_at, k.first_name,
           k.last_name, k.office_fields
    FROM person p
    JOIN person k ON k.organization_id = p.organization_id AND k.id = coalesce(p.merged_into_id, p.id)
    WHERE p.organization_id = $1
"""
_ERASED = """
    SELECT f.id FROM family f WHERE f.organization_id = $1 AND f.erased_at IS NOT NULL
    UNION ALL SELECT s.id FROM student s WHERE s.organization_id = $1 AND s.erased_at IS NOT NULL
    UNION ALL SELECT p.id FROM person p JOIN family f ON f.organization_id = p.organization_id AND f.id = p.family_id
    WHERE p.organization_id = $1 AND f.erased_at IS NOT NULL
"""
_ENROLLMENTS = """
    SELECT e.source_id, e.id, e.student_id, e.offering_id, e.type, e.starts_on, e.drop_on, e.end_cause, e.deleted_at,
           i.said, i.starts_on, i.drop_on, i.end_cause
    FROM enrollment e
    LEFT JOIN imported_enrollment i ON i.organization_id = e.organization_id AND i.enrollment_id = e.id
    WHERE e.organization_id = $1 AND e.source_id IS NOT NULL
"""


class KnownLocation(NamedTuple):
    id: UUID
    name: str
    time_zone: str
    source_id: str | None
    deleted_at: datetime | None


class KnownSession(NamedTuple):
    id: UUID
    starts_on: date
    ends_on: date | None
    deleted_at: datetime | None


class KnownOffering(NamedTuple):
    id: UUID
    location_id: UUID
    program_id: UUID | None
    deleted_at: datetime | None


class KnownStudent(NamedTuple):
    """A student as the office and the imports left it. `office_fields`: what the office edited stays (R13.9)."""

    id: UUID
    family_id: UUID
    deleted_at: datetime | None
    first_name: str
    last_name: str
    birth_on: date | None
    gender: str | None
    office_fields: list[str]

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


class KnownPerson(NamedTuple):
    """A member of staff, or a guardian. `office_fields`: what the office edited stays (R13.9)."""

    id: UUID
    family_id: UUID | None
    email: str | None
    ended_at: datetime | None
    first_name: str
    last_name: str
    office_fields: list[str]

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


class KnownEnrollment(NamedTuple):
    """An enrollment as it stands, and what the import last made of the source's row (R13.9).

    said -- the source's row when the import last followed it; GONE when the source no longer had it; None when the
        import does not know, because the enrollment is older than this record
    """

    id: UUID
    student_id: UUID
    offering_id: UUID
    type: str
    starts_on: date
    drop_on: date | None
    end_cause: str | None
    deleted_at: datetime | None
    said: str | None
    made_starts_on: date | None
    made_drop_on: date | None
    made_end_cause: str | None

    @property
    def dates(self) -> tuple[date, date | None, str | None]:
        return self.starts_on, self.drop_on, self.end_cause

    @property
    def made_dates(self) -> tuple[date | None, date | None, str | None]:
        return self.made_starts_on, self.made_drop_on, self.made_end_cause

    @property
    def is_the_offices(self) -> bool:
        """Whether somebody changed it here after the import last wrote it. It is false for an unknown one."""
        if self.type in ("MAKEUP", "SINGLE_DAY"):
            return True
        if self.said is None:
            return False
        was_deleted_here = self.deleted_at is not None and self.said != GONE
        return was_deleted_here or self.end_cause == "TRANSFERRED" or self.dates != self.made_dates


class FamilyFields(NamedTuple):
    """The fields that a source and the office both give; None where it says nothing."""

    name: str | None
    phone: str | None
    email: str | None
    balance: Decimal | int | None


class KnownFamily(NamedTuple):
    """A family as it stands. `said` has what the source said when the import last followed it (R13.9)."""

    source_id: str | None
    deleted_at: datetime | None
    fields: FamilyFields
    said: FamilyFields


class KnownTimeslot(NamedTuple):
    """As it meets now or met last; `ends_on` is set for one that meets no more."""

    id: UUID
    offering_id: UUID
    weekday: int | None
    start_time: time
    minutes: int
    room: str | None
    ends_on: date | None
    deleted_at: datetime | None
    source_id: str | None


@dataclass
class Known:
    """The organization's entries by sourcedId, unless a name says otherwise. Deleted rows are included: an entry that
    comes back keeps its id.

    by_hand -- the latest enrollment without a sourcedId, by student and class
    names -- of students, other people and classes, by id
    erased -- students, guardians and families that were erased and must not come back (R16.5)
    merged_students, merged_guardians -- sourcedIds of those who were merged; their entry is the one who is left (R13.6)
    merged_families -- the family that is left, by the source_id of the one that was merged
    """

    organization_id: UUID
    locations: dict[str, KnownLocation] = field(default_factory=dict)
    sessions: dict[str, KnownSession] = field(default_factory=dict)
    offerings: dict[str, KnownOffering] = field(default_factory=dict)
    location_of: dict[UUID, UUID] = field(default_factory=dict)
    students: dict[str, KnownStudent] = field(default_factory=dict)
    staff: dict[str, KnownPerson] = field(default_factory=dict)
    guardians: dict[str, KnownPerson] = field(default_factory=dict)
    enrollments: dict[str, KnownEnrollment] = field(default_factory=dict)
    families: dict[UUID, KnownFamily] = field(default_factory=dict)
    location_by_id: dict[UUID, KnownLocation] = field(default_factory=dict)
    program_ids: set[UUID] = field(default_factory=set)
    sessions_of: dict[UUID, list[UUID]] = field(default_factory=dict)
    instructors_of: dict[UUID, set[UUID]] = field(default_factory=dict)
    timeslots: list[KnownTimeslot] = field(default_factory=list)
    by_hand: dict[tuple[UUID, UUID], KnownEnrollment] = field(default_factory=dict)
    emails: dict[tuple[str, str], UUID] = field(default_factory=dict)
    names: dict[UUID, str] = field(default_factory=dict)
    erased: set[UUID] = field(default_factory=set)
    merged_students: set[str] = field(default_factory=set)
    merged_guardians: set[str] = field(default_factory=set)
    merged_families: dict[str, UUID] = field(default_factory=dict)

    def name_of(self, one: KnownEnrollment) -> str:
        """Return the student and the class of the enrollment, as reports name it."""
        return f"{self.names.get(one.student_id, 'A student')} in {self.names.get(one.offering_id, 'a class')}"

    def new_id(self, kind: str, key: str) -> UUID:
        """Return the id for this entry, which is the same in every import into this organization."""
        return uuid5(self.organization_id, f"{kind}/{key}")

    def has(self, file: str, source_id: str) -> bool:
        """Tell whether there is such a row, not deleted, that the named OneRoster file could have brought."""
        if file == "users":
            return any(source_id in of_kind for of_kind in (self.live_students, self.staff, self.guardians))
        if file == "courses":
            return self.new_id("program", source_id) in self.program_ids
        found: Any = {
            "orgs": self.locations,
            "academicSessions": self.sessions,
            "classes": self.offerings,
            "enrollments": self.enrollments,
        }.get(file, {})
        return source_id in found and found[source_id].deleted_at is None

    @property
    def live_students(self) -> "_Live":
        return _Live(self.students)


class _Live:
    """The entries that are not deleted."""

    def __init__(self, known: dict[str, KnownStudent]) -> None:
        self._known = known

    def __contains__(self, source_id: str) -> bool:
        return source_id in self._known and self._known[source_id].deleted_at is None


class _Tables:
    """Reads tables of one organization."""

    def __init__(self, connection: asyncpg.Connection, organization_id: UUID) -> None:
        self._connection, self._organization_id = connection, organization_id

    async def rows(self, sql: str) -> list[Any]:
        return list(await self._connection.fetch(f"{sql} WHERE organization_id = $1", self._organization_id))

    async def by_source_id(self, table: str, columns: str) -> list[Any]:
        """Return the rows that an import brought: source_id, then the columns."""
        rows = await self.rows(f"SELECT source_id, {columns} FROM {table}")  # noqa: S608 - names of this file
        return [row for row in rows if row[0] is not None]


async def read_known(connection: asyncpg.Connection, organization_id: UUID) -> Known:
    """Read everything that the import's decisions need in a handful of statements, whatever the size."""
    known = Known(organization_id)
    tables = _Tables(connection, organization_id)
    await _read_frame(known, tables)
    for row in await connection.fetch(_STUDENTS, organization_id):
        student = known.students[row[0]] = KnownStudent(*row[2:])
        known.names[student.id] = student.name
        if row[1]:
            known.merged_students.add(row[0])
    known.erased = {row[0] for row in await connection.fetch(_ERASED, organization_id)}
    for row in await connection.fetch(_ENROLLMENTS, organization_id):
        known.enrollments[row[0]] = KnownEnrollment(*row[1:])
    for row in await connection.fetch(_BY_HAND, organization_id):
        known.by_hand[row[1], row[2]] = KnownEnrollment(*row)
    for row in await connection.fetch(_MERGED_FAMILIES, organization_id):
        known.merged_families[row[0]] = row[1]
    for row in await connection.fetch(_FAMILIES, organization_id):
        known.families[row[0]] = KnownFamily(row[1], row[2], FamilyFields(*row[3:7]), FamilyFields(*row[7:]))
    for row in await connection.fetch(_PERSONS, organization_id):
        _remember_person(known, row)
    return known


async def _read_frame(known: Known, tables: _Tables) -> None:
    for row in await tables.rows("SELECT id, name, time_zone, source_id, deleted_at FROM location"):
        location = known.location_by_id[row[0]] = KnownLocation(*row)
        if location.source_id is not None:
            known.locations[location.source_id] = location
    # A session created by hand may contain an imported class too. No sourcedId equals its key here.
    sessions = "SELECT COALESCE(source_id, '/' || id), id, starts_on, ends_on, deleted_at FROM session"
    for row in await tables.rows(sessions):
        known.sessions[row[0]] = KnownSession(*row[1:])
    known.location_of = {row[0]: row[1] for row in await tables.rows("SELECT id, location_id FROM offering")}
    for row in await tables.by_source_id("offering", "id, location_id, program_id, deleted_at, name"):
        known.offerings[row[0]] = KnownOffering(*row[1:5])
        known.names[row[1]] = row[5]
    known.program_ids = {row[0] for row in await tables.rows("SELECT id FROM program")}
    for row in await tables.rows("SELECT offering_id, session_id FROM offering_session"):
        known.sessions_of.setdefault(row[0], []).append(row[1])
    for row in await tables.rows("SELECT offering_id, person_id FROM offering_instructor"):
        known.instructors_of.setdefault(row[0], set()).add(row[1])
    slots = await tables.rows(
        "SELECT id, offering_id, weekday, start_time, duration_minutes, room, ends_on, deleted_at, source_id"
        " FROM timeslot"
    )
    known.timeslots = [KnownTimeslot(*row) for row in slots]


def _remember_person(known: Known, row: Any) -> None:
    source_id, kind, is_merged = row[0], row[1], row[2]
    person = KnownPerson(*row[3:])
    known.names[person.id] = person.name
    if person.email is not None:
        known.emails[kind, person.email.lower()] = person.id
    if source_id is None:
        return
    if kind == "STAFF":
        known.staff[source_id] = person
    else:
        known.guardians[source_id.removeprefix(GUARDIAN_PREFIX)] = person
        if is_merged:
            known.merged_guardians.add(source_id.removeprefix(GUARDIAN_PREFIX))
