"""What enrolling, dropping and transferring can be refused for."""

from datetime import date

import strawberry

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.enrollments import enrollment_refusals as rules
from gql.enrollments.vocabulary import EnrollmentType
from gql.fields.global_ids import encode_occurrence_id
from gql.fields.user_errors import UserError, refusal


@refusal(
    rules.OfferingFull,
    description="No place is left on at least one of the dates asked for, from today on. Places are taken by ACTIVE, "
    "TRIAL, SINGLE_DAY and MAKEUP enrollments; an approved expected absence frees one for its dates. Nothing was "
    "changed. A WAITLIST enrollment needs no place.",
)
class OfferingFull(UserError):
    occurrence_id: strawberry.ID = strawberry.field(description="Id of the first occurrence without a place.")
    held_on: date = strawberry.field(name="date", description="Its date.")
    capacity: int = strawberry.field(description="How many places there are.")

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
    description="The student has an enrollment in the same offering that shares a date and a timeslot with the one "
    "asked for. A WAITLIST enrollment does not keep from getting a place. Nothing was changed.",
)
class AlreadyEnrolled(UserError):
    enrollment_id: strawberry.ID = strawberry.field(description="Id of that enrollment.")


@refusal(
    rules.OfferingDoesNotMeet,
    description="The dates asked for are not possible: the offering meets on none of them (its sessions, closed dates "
    "and cancellations applied), or a transfer would begin before what it ends. Nothing was changed.",
)
class OfferingDoesNotMeet(UserError):
    starts_on: date = strawberry.field(description="The first date asked for.")
    drop_on: date | None = strawberry.field(description="The last one; null: open.")


@refusal(
    rules.EnrollmentEnded,
    description="The enrollment was deleted or transferred, or ends before the date asked for. Nothing was changed.",
)
class EnrollmentEnded(UserError):
    drop_on: date | None = strawberry.field(description="Its last date; null: open.")


@refusal(
    rules.EnrollmentTypeNotAllowed,
    description="Enrollments of this type come, end or move in another way, which the message names. Nothing was "
    "changed.",
)
class EnrollmentTypeNotAllowed(UserError):
    type: EnrollmentType = strawberry.field(description="The type in question.")
