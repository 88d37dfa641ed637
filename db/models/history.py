"""How the catalogue was before it was changed: what past occurrences are read from (R2.10).

The tables of the catalogue hold what is true now and from now on. A change to them first copies here what held before
it, with the dates on which it held, and never reaches back over what was copied.
"""

from datetime import date, time
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models.table import Table, of


class FormerTimeslot(Table):
    """When a timeslot met before it was moved: an earlier version of it, with the dates on which that held."""

    __tablename__ = "former_timeslot"
    __table_args__ = (
        of("timeslot", "timeslot_id"),
        of("offering", "offering_id"),
        CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday_is_iso"),
        Index("former_timeslot_offering_ix", "organization_id", "offering_id"),
    )

    timeslot_id: Mapped[UUID] = mapped_column(primary_key=True)
    ends_on: Mapped[date] = mapped_column(primary_key=True)
    offering_id: Mapped[UUID]
    starts_on: Mapped[date | None]
    weekday: Mapped[int | None]
    start_time: Mapped[time]
    duration_minutes: Mapped[int]
    room: Mapped[str | None]


class FormerOffering(Table):
    """Where an offering was held before it was changed, in which program, zone and size."""

    __tablename__ = "former_offering"
    __table_args__ = (
        of("offering", "offering_id"),
        of("location", "location_id"),
        of("program", "program_id"),
        CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),
    )

    offering_id: Mapped[UUID] = mapped_column(primary_key=True)
    ends_on: Mapped[date] = mapped_column(primary_key=True)
    starts_on: Mapped[date | None]
    location_id: Mapped[UUID]
    program_id: Mapped[UUID | None]
    capacity: Mapped[int | None]
    time_zone: Mapped[str]


class FormerSchedule(Table):
    """Inclusive dates before `offering.holds_from` on which an offering was scheduled to meet, or was closed.

    What its sessions, its own dates and its program's closures said then. Dates may overlap; none means that the
    offering was not scheduled, or not closed.
    """

    __tablename__ = "former_schedule"
    __table_args__ = (
        of("offering", "offering_id"),
        CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),
        Index("former_schedule_offering_ix", "organization_id", "offering_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    offering_id: Mapped[UUID]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date]
    is_closed: Mapped[bool]


class FormerInstructor(Table):
    """Who taught an offering before, over which dates."""

    __tablename__ = "former_instructor"
    __table_args__ = (
        of("offering", "offering_id"),
        of("person", "person_id"),
        CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),
        Index("former_instructor_person_ix", "organization_id", "person_id"),
    )

    offering_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    ends_on: Mapped[date] = mapped_column(primary_key=True)
    starts_on: Mapped[date | None]
