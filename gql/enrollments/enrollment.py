"""The type of enrollments."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

import strawberry

from attendance.rules.calendar.timeslots import Timeslot as SlotFacts
from attendance.rules.calendar.timeslots import latest_versions
from attendance.rules.people.students import EnrollmentFacts
from attendance.rules.roster.roster import RosterEnrollment
from gql.calendar.offering import Offering, Timeslot, show_offering, show_timeslot
from gql.enrollments.vocabulary import EnrollmentEnd, EnrollmentType
from gql.fields.global_ids import id_of
from gql.fields.later import Later, with_later
from gql.fields.node import Node
from gql.protocol.made_later import Of


@strawberry.type(description="A student's place in an offering over a range of dates.")
class Enrollment(Later, Node):
    type: EnrollmentType = strawberry.field(description="The type of the enrollment.")
    offering: Offering = strawberry.field(description="The offering in which the student is enrolled.")
    timeslot: Timeslot | None = strawberry.field(
        description="The only timeslot that the enrollment is for. Null when it is for all timeslots of the offering."
    )
    starts_on: date = strawberry.field(description="The first date of the enrollment.")
    drop_on: date | None = strawberry.field(
        description="The last date of the enrollment. A drop takes effect at the end of this day. Null when no end is "
        "set."
    )
    end_cause: EnrollmentEnd | None = strawberry.field(
        description="Why the enrollment ends. Null when it has no end, or when the reason is not known."
    )
    is_deleted: bool = strawberry.field(
        description="Whether the enrollment was deleted. A row with a mark that names a deleted enrollment stays on "
        "the roster as a subdued row."
    )
    facts: strawberry.Private[RosterEnrollment]
    timeslots: strawberry.Private[Iterable[SlotFacts]]


def _timeslot(timeslot_id: UUID | None, timeslots: Iterable[SlotFacts]) -> Timeslot | None:
    slot = next((each for each in latest_versions(timeslots) if each.id == timeslot_id), None)
    return None if slot is None else show_timeslot(slot)


Enrollment.made_later = {
    "id": id_of("Enrollment", "facts.id"),
    "type": "facts.type",
    "timeslot": Of(_timeslot, ("facts.timeslot_id", "timeslots")),
    "starts_on": "facts.starts_on",
    "drop_on": "facts.drop_on",
    "end_cause": "facts.end_cause",
    "is_deleted": "facts.is_deleted",
}


def show_enrollment(facts: RosterEnrollment, offering: Offering, timeslots: Iterable[SlotFacts]) -> Enrollment:
    """Return the enrollment in the form in which it is shown.

    timeslots -- all timeslots of the offering, including the deleted ones
    """
    return with_later(Enrollment, facts=facts, offering=offering, timeslots=timeslots)


def show_place(facts: EnrollmentFacts) -> Enrollment:
    offering = show_offering(facts.place.offering, facts.place.live_timeslots)
    return show_enrollment(facts.enrollment, offering, facts.place.timeslots)
