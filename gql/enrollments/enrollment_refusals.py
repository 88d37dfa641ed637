"""The refusals of enrolling, dropping and transferring."""

from datetime import date

import strawberry

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.enrollments import enrollment_refusals as rules
from gql.enrollments.vocabulary import EnrollmentType
from gql.fields.global_ids import encode_occurrence_id
from gql.fields.user_errors import UserError, refusal


@refusal(
    rules.OfferingFull,
    description="There is no open place on at least one of the requested dates from today on. Each student with an "
    "ACTIVE, TRIAL, SINGLE_DAY or MAKEUP enrollment takes a place; an approved expected absence frees it for its "
    "dates. Nothing was changed. A WAITLIST enrollment needs no place.",
)
class OfferingFull(UserError):
    occurrence_id: strawberry.ID = strawberry.field(
        description="The id of the first occurrence that has no open place."
    )
    held_on: date = strawberry.field(name="date", description="The date of that occurrence.")
    capacity: int = strawberry.field(description="The number of places in the offering.")

    @classmethod
    def of(cls, refusal: rules.OfferingFull) -> "OfferingFull":
        return cls(
            message=refusal.message,
            occurrence_id=encode_occurrence_id(OccurrenceKey(refusal.timeslot_id, refusal.held_on)),
            held_on=refusal.held_on,
            capacity=refusal.capacity,
        )


@refusal(
    rules.AlreadyEnrolled,
    description="The student already has an enrollment in the offering that shares a date and a timeslot with the "
    "requested one. Nothing was changed. A student with only a WAITLIST enrollment can still get a place.",
)
class AlreadyEnrolled(UserError):
    enrollment_id: strawberry.ID = strawberry.field(description="The id of the existing enrollment.")


@refusal(
    rules.OfferingDoesNotMeet,
    description="The requested dates are not possible. Either the offering does not meet on any of them, considering "
    "its sessions, closed dates and cancellations, or a transfer would begin before the enrollment that it ends. "
    "Nothing was changed.",
)
class OfferingDoesNotMeet(UserError):
    starts_on: date = strawberry.field(description="The first requested date.")
    drop_on: date | None = strawberry.field(description="The last requested date. Null when there is no end.")


@refusal(
    rules.EnrollmentEnded,
    description="The enrollment was deleted or transferred, or ends before the requested date. Nothing was changed.",
)
class EnrollmentEnded(UserError):
    drop_on: date | None = strawberry.field(description="The last date of the enrollment. Null when it has no end.")


@refusal(
    rules.EnrollmentTypeNotAllowed,
    description="Enrollments of this type cannot be made, ended or moved in this way. The message says what to do "
    "instead. Nothing was changed.",
)
class EnrollmentTypeNotAllowed(UserError):
    type: EnrollmentType = strawberry.field(description="The type of the enrollment.")
