"""Who signed in, was refused or read a medical text: rows that owners read (R12.7), kept for a limited time."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from attendance.rules.vocabulary import Portal, SecurityEventKind
from db.models.table import Entity, Table, of, of_organization, one_of


class SecurityEvent(Entity):
    """Something that matters to the safety of accounts. The same thing by the same person or kiosk from the same
    address within one hour is one row, whose id is made of these, with a count.

    detail -- what was refused: a field of the schema or a word of a vocabulary; never a value
    address -- the network address, empty when it is not known
    """

    __tablename__ = "security_event"
    __table_args__ = (
        of_organization(),
        of("person", "person_id"),
        of("kiosk", "kiosk_id"),
        CheckConstraint("count >= 1", name="count_is_at_least_one"),
        Index("security_event_listed_ix", "organization_id", "first_at", "id"),
        Index("security_event_person_ix", "organization_id", "person_id"),
        Index("security_event_first_at_ix", "first_at"),
    )

    kind: Mapped[SecurityEventKind] = mapped_column(one_of(SecurityEventKind))
    person_id: Mapped[UUID | None]
    kiosk_id: Mapped[UUID | None]
    portal: Mapped[Portal | None] = mapped_column(one_of(Portal))
    address: Mapped[str]
    detail: Mapped[str | None]
    count: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class MedicalRead(Table):
    """A member of staff was shown a student's medical text on this day (UTC): one row a person, student and day."""

    __tablename__ = "medical_read"
    __table_args__ = (
        of("person", "person_id"),
        of("student", "student_id"),
        Index("medical_read_student_ix", "organization_id", "student_id", "read_on"),
        Index("medical_read_read_on_ix", "read_on"),
    )

    read_on: Mapped[date] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    student_id: Mapped[UUID] = mapped_column(primary_key=True)
    first_at: Mapped[datetime]
