"""Adds to types the fields whose results lead back to them, in the order of the schema (gql/fields/extending.py)."""

from gql.calendar import offering_occurrences
from gql.calendar.offering import Location, Offering, Program, Timeslot
from gql.catalogue import offering_details, planned_zone, program_closures
from gql.enrollments import enrollment_occurrences, student_of_enrollment, waiting
from gql.enrollments.enrollment import Enrollment
from gql.fields.extending import extend
from gql.makeups import makeup_request
from gql.marks import attendance_of_student
from gql.people import notes_of_student, student_day
from gql.people.student import Student
from gql.tokens import makeup_token_groups, token_decision, tokens_of_student
from gql.tokens.makeup_token import MakeupToken


def extend_types() -> None:
    extend(Location, planned_time_zone=planned_zone.planned_time_zone)
    extend(
        Program,
        blackout_schedule=program_closures.present,
        planned_blackout_schedule=program_closures.planned,
    )
    extend(
        Offering,
        occurrences=offering_occurrences.field,
        sessions=offering_details.sessions,
        instructors=offering_details.instructors,
    )
    extend(Timeslot, room=offering_details.room)
    extend(
        Enrollment,
        student=student_of_enrollment.field,
        waitlist_position=waiting.position,
        place_offer=waiting.offer,
        place_offers=waiting.offers,
        occurrences=enrollment_occurrences.field,
    )
    extend(
        Student,
        attendance=attendance_of_student.field,
        all_notes=notes_of_student.field,
        today=student_day.today,
        next_occurrences=student_day.next_occurrences,
        makeup_tokens=tokens_of_student.field,
        makeup_token_groups=makeup_token_groups.field,
        makeup_token_decisions=token_decision.field,
    )
    extend(MakeupToken, request=makeup_request.open_request)
