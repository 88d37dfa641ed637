"""Offerings and when they meet. An occurrence is computed from a timeslot and a date (R2.1, R2.2)."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from attendance.rules.vocabulary import OfferingKind
from db.models.names import NAME_KEY, made_search_key, made_sort_key
from db.models.table import SENSITIVE, Entity, OfOccurrence, Table, of, one_of


class Offering(Entity):
    """A class, an appointment or a camp. Its own start and end dates, where given, are inclusive (R2.3).

    holds_from -- the first date for which this row, its sessions, instructors and closures speak; for earlier dates
    the tables of `db.models.history` do (R2.10). Null when the offering was never changed.
    """

    __tablename__ = "offering"
    __table_args__ = (
        of("location", "location_id"),
        of("program", "program_id"),
        CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),
        CheckConstraint("capacity >= 0", name="capacity_is_a_count"),
        Index("offering_sort_key_ix", "organization_id", "sort_key", "id"),
        Index("offering_source_id_key", "organization_id", "source_id", unique=True),
    )

    kind: Mapped[OfferingKind] = mapped_column(one_of(OfferingKind))
    name: Mapped[str]
    sort_key: Mapped[str] = mapped_column(NAME_KEY, default=made_sort_key, server_default="")
    search_key: Mapped[str] = mapped_column(NAME_KEY, default=made_search_key, server_default="")
    location_id: Mapped[UUID]
    program_id: Mapped[UUID | None]
    capacity: Mapped[int | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    min_age_months: Mapped[int | None]
    max_age_months: Mapped[int | None]
    gender: Mapped[str | None]
    holds_from: Mapped[date | None]
    source_id: Mapped[str | None]
    deleted_at: Mapped[datetime | None]


class OfferingSession(Table):
    """A session to which an offering is attached."""

    __tablename__ = "offering_session"
    __table_args__ = (of("offering", "offering_id"), of("session", "session_id"))

    offering_id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(primary_key=True)


class OfferingInstructor(Table):
    """Who teaches an offering from `starts_on` on (null: from its first date); a substitution overrides it for an
    occurrence.
    """

    __tablename__ = "offering_instructor"
    __table_args__ = (
        of("offering", "offering_id"),
        of("person", "person_id"),
        Index("offering_instructor_person_ix", "organization_id", "person_id"),
    )

    offering_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    starts_on: Mapped[date | None]


class Timeslot(Entity):
    """Either weekly (ISO weekday, 1 is Monday) or on every date of an inclusive range (an appointment: one date).

    A weekly timeslot holds from `starts_on` to `ends_on`; null leaves that side open. Moving it to another day or
    hour keeps its id, and leaves the former version in `former_timeslot` (R2.10). `deleted_at` is set for one that
    never met.
    """

    __tablename__ = "timeslot"
    __table_args__ = (
        of("offering", "offering_id"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday_is_iso"),
        CheckConstraint(
            "weekday IS NOT NULL OR (starts_on IS NOT NULL AND ends_on IS NOT NULL)", name="weekly_or_on_dates"
        ),
        CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),
        CheckConstraint("duration_minutes BETWEEN 1 AND 1440", name="duration_is_a_day_at_most"),
        Index("timeslot_offering_ix", "organization_id", "offering_id"),
    )

    offering_id: Mapped[UUID]
    weekday: Mapped[int | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    start_time: Mapped[time]
    duration_minutes: Mapped[int]
    room: Mapped[str | None]
    source_id: Mapped[str | None]
    deleted_at: Mapped[datetime | None]


class CarriedOffering(Table):
    """The class that was made of an offering when it was carried over to a session (R13.5). There is one at most, also
    when it is carried over twice.
    """

    __tablename__ = "carried_offering"
    __table_args__ = (
        of("offering", "offering_id"),
        of("session", "session_id"),
        of("offering", "made_offering_id"),
    )

    offering_id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    made_offering_id: Mapped[UUID]


class CarriedEnrollment(Table):
    """The enrollment that was made of another one when its offering was carried over to a session (R13.5), at most
    one.
    """

    __tablename__ = "carried_enrollment"
    __table_args__ = (
        of("enrollment", "enrollment_id"),
        of("session", "session_id"),
        of("enrollment", "made_enrollment_id"),
    )

    enrollment_id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    made_enrollment_id: Mapped[UUID]


class StaffAbsence(Entity):
    """Inclusive dates on which a staff member is away (R9.9)."""

    __tablename__ = "staff_absence"
    __table_args__ = (
        of("person", "person_id"),
        CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),
        Index("staff_absence_person_ix", "organization_id", "person_id", "starts_on"),
    )

    person_id: Mapped[UUID]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    comment: Mapped[str | None] = mapped_column(info=SENSITIVE)
    recorded_by_id: Mapped[UUID | None]
    recorded_at: Mapped[datetime]


class Substitution(OfOccurrence):
    """Who replaces an instructor at one occurrence. A substitute of null means that the instructor is away without
    substitute.
    """

    __tablename__ = "substitution"
    __table_args__ = (
        of("timeslot", "timeslot_id"),
        of("person", "absent_person_id"),
        of("person", "substitute_id"),
        of("staff_absence", "staff_absence_id"),
        Index("substitution_substitute_ix", "organization_id", "substitute_id", "held_on"),
    )

    absent_person_id: Mapped[UUID] = mapped_column(primary_key=True)
    substitute_id: Mapped[UUID | None]
    staff_absence_id: Mapped[UUID | None]
