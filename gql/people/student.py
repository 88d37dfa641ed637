"""Students, their families, enrollments and notes."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.calendar.timeslots import Timeslot as SlotFacts
from attendance.rules.kiosk.kiosk import FamilyCode
from attendance.rules.organization.permissions import SEE_ATTENDANCE
from attendance.rules.people.students import EnrollmentFacts, NoteFacts
from attendance.rules.roster.indicators import Sight
from attendance.rules.roster.roster import RosterEnrollment
from attendance.rules.roster.roster_rows import FamilyFacts, StudentFacts
from db.kiosk.kiosk_families import read_code_numbers
from gql.calendar.offering import Offering, Timeslot, show_offering, show_timeslot
from gql.enrollments.vocabulary import EnrollmentEnd, EnrollmentType
from gql.fields.access import requires, signed_in
from gql.fields.context import Info, Reading
from gql.fields.global_ids import decode_id, encode_id
from gql.fields.loaders import load, load_enrollments, load_notes
from gql.fields.node import Node
from gql.fields.scalars import Money
from gql.fields.vocabulary import Portal
from gql.people.people import StaffMember, show_staff_member
from gql.people.vocabulary import NoteLevel


@strawberry.type(description="Students who belong together, with one address and one balance.")
class Family(Node):
    name: str = strawberry.field(description="Its name.")
    email: str | None = strawberry.field(description="Where the family gets its mail; null: not known.")
    phone: str | None = strawberry.field(description="As it was entered; null: not known.")
    balance: Money | None = strawberry.field(
        description="What the family owes; below zero it has credit. Null for staff without SEE_BALANCES, and in the "
        "Staff Portal where the organization's setting does not show balances. Guardians see their own."
    )
    currency: str = strawberry.field(description="ISO 4217 code of the balance, such as USD.")

    @strawberry.field(
        description="What the family's QR code says, for `kioskFamily`: a client draws it, character by character. It "
        "stays the same until `rotateCheckInCode` or a new ROLLBOOK_SECRET. For guardians and staff who see the "
        "family.",
        metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
    )
    async def check_in_code(self, info: Info) -> str:
        code = await load(info, decode_id(self.id, "Family", "id"), _read_codes)
        return info.context.services.check_in_codes.make(code)


async def _read_codes(source: Reading, families: list[UUID]) -> list[FamilyCode]:
    organization_id = source.viewer.caller.organization_id
    numbers = await read_code_numbers(source.connection, organization_id, set(families))
    return [FamilyCode(organization_id, each, numbers[each]) for each in families]


@strawberry.type(description="A place of a student in an offering, over dates.")
class Enrollment(Node):
    type: EnrollmentType = strawberry.field(description="What kind of place it is.")
    offering: Offering = strawberry.field(description="Where the place is.")
    timeslot: Timeslot | None = strawberry.field(
        description="The one timeslot that it is for; null: all timeslots of the offering."
    )
    starts_on: date = strawberry.field(description="The first date of the place.")
    drop_on: date | None = strawberry.field(
        description="The last date of the place; a drop takes effect at the end of this day. Null: no end is known."
    )
    end_cause: EnrollmentEnd | None = strawberry.field(description="Why it ends; null: no end or no cause is known.")
    is_deleted: bool = strawberry.field(
        description="Whether it was deleted; a mark that names it keeps its row on the roster, subdued."
    )
    facts: strawberry.Private[RosterEnrollment]


@strawberry.type(description="A note of staff about a student. Staff only.")
class StudentNote(Node):
    level: NoteLevel = strawberry.field(description="How much it matters.")
    body: str = strawberry.field(description="The note.")
    written_by: StaffMember | None = strawberry.field(description="Who wrote it; null: not known.")
    written_at: datetime = strawberry.field(description="When it was written.")
    closed_at: datetime | None = strawberry.field(description="When it was closed; null: it is open.")


@strawberry.type(
    description="Somebody who attends. Staff with SEE_ALL in their portal see all students, others those who are "
    "enrolled in what they teach or substitute; guardians see those of their family."
)
class Student(Node):
    first_name: str = strawberry.field(description="Given name.")
    last_name: str = strawberry.field(description="Family name.")
    birth_on: date | None = strawberry.field(description="Date of birth; null: not known.")
    gender: str | None = strawberry.field(description="As the organization words it; null: not known.")
    medical_alert: str | None = strawberry.field(
        description="What to know in an emergency. Null: nothing is entered, or the viewer is staff without "
        "SEE_MEDICAL."
    )
    roll_sheet_comment: str | None = strawberry.field(
        description="A remark of staff for roll sheets. Null: none, or the viewer is a guardian."
    )
    family: Family = strawberry.field(description="The student's family.")
    facts: strawberry.Private[StudentFacts]

    @strawberry.field(
        description="Notes of staff about the student, newest first; at most 200. Needs attendance VIEW; guardians are "
        "refused.",
        metadata=requires(SEE_ATTENDANCE),
    )
    async def notes(
        self,
        info: Info,
        is_open: Annotated[
            bool | None,
            strawberry.argument(
                name="open", description="true: open ones alone; false: closed ones alone; left out or null: both."
            ),
        ] = None,
    ) -> list[StudentNote]:
        notes = await load_notes(info, self.facts.id)
        return [show_note(note) for note in notes if is_open is None or is_open == (note.closed_at is None)]

    @strawberry.field(
        description="The student's enrollments, newest start first; at most 200. Deleted ones are left out.",
        metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
    )
    async def enrollments(
        self,
        info: Info,
        past: Annotated[
            bool,
            strawberry.argument(description="Whether those that ended before today, at the location, are listed too."),
        ] = False,
    ) -> list[Enrollment]:
        now = info.context.clock()
        found = await load_enrollments(info, self.facts.id)
        return [show_place(each) for each in found if past or not each.is_past(now)]


def show_family(facts: FamilyFacts, sight: Sight, currency: str) -> Family:
    return Family(
        id=encode_id("Family", facts.id),
        name=facts.name,
        email=facts.email,
        phone=facts.phone,
        balance=Money(facts.balance) if sight.sees_balances else None,
        currency=currency,
    )


def show_student(facts: StudentFacts, sight: Sight, currency: str) -> Student:
    return Student(
        id=encode_id("Student", facts.id),
        first_name=facts.first_name,
        last_name=facts.last_name,
        birth_on=facts.birth_on,
        gender=facts.gender,
        medical_alert=facts.medical_alert if sight.sees_medical else None,
        roll_sheet_comment=facts.roll_sheet_comment if sight.sees_roll_sheet_comment else None,
        family=show_family(facts.family, sight, currency),
        facts=facts,
    )


def show_enrollment(facts: RosterEnrollment, offering: Offering, timeslots: Iterable[SlotFacts]) -> Enrollment:
    """`timeslots` are all of the offering's, deleted ones among them."""
    slot = next((each for each in timeslots if each.id == facts.timeslot_id), None)
    return Enrollment(
        id=encode_id("Enrollment", facts.id),
        type=facts.type,
        offering=offering,
        timeslot=None if slot is None else show_timeslot(slot),
        starts_on=facts.starts_on,
        drop_on=facts.drop_on,
        end_cause=facts.end_cause,
        is_deleted=facts.is_deleted,
        facts=facts,
    )


def show_place(facts: EnrollmentFacts) -> Enrollment:
    offering = show_offering(facts.place.offering, facts.place.live_timeslots)
    return show_enrollment(facts.enrollment, offering, facts.place.timeslots)


def show_note(facts: NoteFacts) -> StudentNote:
    return StudentNote(
        id=encode_id("StudentNote", facts.id),
        level=facts.level,
        body=facts.body,
        written_by=None if facts.written_by is None else show_staff_member(facts.written_by),
        written_at=facts.written_at,
        closed_at=facts.closed_at,
    )
