"""Students' places in offerings, and expected absences."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, Enum, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from attendance.rules.vocabulary import EnrollmentEnd, EnrollmentType, ExpectedAbsenceState, PlaceOfferState, Source
from db.models.table import SENSITIVE, Entity, Table, of, one_of


class Enrollment(Entity):
    """A place from starts_on through drop_on (inclusive; null: no end), in all timeslots of the offering or in one.

    A transfer's target names its source, and each source has one target at most (transferred_from_id). Deletion is
    soft, because marks still refer to the enrollment (R3.1).
    """

    __tablename__ = "enrollment"
    __table_args__ = (
        of("student", "student_id"),
        of("offering", "offering_id"),
        of("timeslot", "timeslot_id"),
        of("enrollment", "transferred_from_id"),
        CheckConstraint("starts_on <= drop_on", name="starts_before_it_drops"),
        CheckConstraint("end_cause IS NULL OR drop_on IS NOT NULL", name="an_end_has_a_date"),
        CheckConstraint("type NOT IN ('MAKEUP', 'SINGLE_DAY') OR starts_on = drop_on", name="one_day_types"),
        CheckConstraint("type <> 'MAKEUP' OR timeslot_id IS NOT NULL", name="a_makeup_has_a_timeslot"),
        Index("enrollment_one_transfer", "organization_id", "transferred_from_id", unique=True),
        Index("enrollment_offering_ix", "organization_id", "offering_id", "starts_on"),
        Index("enrollment_student_ix", "organization_id", "student_id"),
        Index("enrollment_source_id_key", "organization_id", "source_id", unique=True),
        Index("enrollment_joined_ix", "organization_id", "created_at", "id"),
        Index(
            "enrollment_waiting_ix",
            "organization_id",
            "offering_id",
            "created_at",
            "id",
            postgresql_where=text("type = 'WAITLIST' AND deleted_at IS NULL"),
        ),
    )

    student_id: Mapped[UUID]
    offering_id: Mapped[UUID]
    timeslot_id: Mapped[UUID | None]
    type: Mapped[EnrollmentType] = mapped_column(one_of(EnrollmentType))
    starts_on: Mapped[date]
    drop_on: Mapped[date | None]
    end_cause: Mapped[EnrollmentEnd | None] = mapped_column(one_of(EnrollmentEnd))
    transferred_from_id: Mapped[UUID | None]
    source_id: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    deleted_at: Mapped[datetime | None]


class PlaceOffer(Entity):
    """A place that is offered to a WAITLIST enrollment, and held for it from starts_on on until holds_until.

    offered_by_id -- null: it was offered automatically
    settled_by_id -- who accepted, declined or withdrew it. Null while it is open, and when nobody answered

    An open offer whose `holds_until` has passed no longer holds a place.
    """

    __tablename__ = "place_offer"
    __table_args__ = (
        of("enrollment", "enrollment_id"),
        of("person", "offered_by_id"),
        of("person", "settled_by_id"),
        CheckConstraint("holds_until > offered_at", name="holds_for_a_while"),
        CheckConstraint("(state = 'OPEN') = (settled_at IS NULL)", name="is_settled_at_an_instant"),
        Index(
            "place_offer_one_open_key",
            "organization_id",
            "enrollment_id",
            unique=True,
            postgresql_where=text("state = 'OPEN'"),
        ),
        Index("place_offer_enrollment_ix", "organization_id", "enrollment_id", "offered_at"),
        Index("place_offer_over_ix", "holds_until", postgresql_where=text("state = 'OPEN'")),
    )

    enrollment_id: Mapped[UUID]
    starts_on: Mapped[date]
    holds_until: Mapped[datetime]
    state: Mapped[PlaceOfferState] = mapped_column(one_of(PlaceOfferState))
    offered_at: Mapped[datetime]
    offered_by_id: Mapped[UUID | None]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[UUID | None]


class ImportedEnrollment(Table):
    """What the source last said about an enrollment that an import brought, and which dates the import gave it (R13.9).

    Dates that differ from the enrollment's own were changed by the office. `said` has the cells of the source's row
    when the import last followed it; empty: the source no longer had the row. Without a row here, the enrollment is
    older than this record.
    """

    __tablename__ = "imported_enrollment"
    __table_args__ = (of("enrollment", "enrollment_id"),)

    enrollment_id: Mapped[UUID] = mapped_column(primary_key=True)
    said: Mapped[str]
    starts_on: Mapped[date]
    drop_on: Mapped[date | None]
    end_cause: Mapped[EnrollmentEnd | None] = mapped_column(one_of(EnrollmentEnd))


class ExpectedAbsence(Entity):
    """An absence that was announced beforehand (R6.1): inclusive dates, all day or a half-open local time window.

    With rows in expected_absence_enrollment it covers those enrollments alone, otherwise all of the student's classes.
    """

    __tablename__ = "expected_absence"
    __table_args__ = (
        of("student", "student_id"),
        of("person", "requested_by_id"),
        of("person", "decided_by_id"),
        of("person", "withdrawn_by_id"),
        CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),
        CheckConstraint("(window_starts IS NULL) = (window_ends IS NULL)", name="a_window_has_both_ends"),
        CheckConstraint("window_starts < window_ends", name="a_window_is_not_empty"),
        CheckConstraint("source IN ('OFFICE', 'STAFF', 'GUARDIAN')", name="people_tell_it"),
        Index("expected_absence_student_ix", "organization_id", "student_id", "starts_on"),
        Index("expected_absence_listed_ix", "organization_id", "starts_on", "id"),
    )

    student_id: Mapped[UUID]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    window_starts: Mapped[time | None]
    window_ends: Mapped[time | None]
    comment: Mapped[str | None] = mapped_column(info=SENSITIVE)
    is_excused: Mapped[bool] = mapped_column(server_default=text("false"))
    is_late: Mapped[bool] = mapped_column(server_default=text("false"))
    state: Mapped[ExpectedAbsenceState] = mapped_column(one_of(ExpectedAbsenceState))
    source: Mapped[Source] = mapped_column(Enum(Source, native_enum=False, create_constraint=False, length=32))
    requested_by_id: Mapped[UUID | None]
    requested_at: Mapped[datetime]
    decided_by_id: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[UUID | None]
    withdrawn_at: Mapped[datetime | None]


class ExpectedAbsenceEnrollment(Table):
    """An enrollment to which an expected absence is restricted (R6.1)."""

    __tablename__ = "expected_absence_enrollment"
    __table_args__ = (of("expected_absence", "expected_absence_id"), of("enrollment", "enrollment_id"))

    expected_absence_id: Mapped[UUID] = mapped_column(primary_key=True)
    enrollment_id: Mapped[UUID] = mapped_column(primary_key=True)
