"""The types of students and families."""

from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.kiosk.kiosk import FamilyCode
from attendance.rules.kiosk.telephones import distinct_numbers
from attendance.rules.organization.permissions import SEE_ATTENDANCE
from attendance.rules.roster.indicators import Sight
from attendance.rules.roster.roster_rows import FamilyFacts, StudentFacts
from attendance.rules.roster.sight import sight_of
from db.kiosk.kiosk_families import read_code_numbers, read_phones
from db.people.guardians import GuardianFacts, read_guardians_of
from db.people.students import read_live_members, visibility_of
from gql.enrollments.enrollment import Enrollment, show_place
from gql.fields.access import requires, signed_in
from gql.fields.context import Context, Info, Reading
from gql.fields.global_ids import decode_id, id_of
from gql.fields.later import Later, with_later
from gql.fields.loaders import load, load_enrollments, load_notes
from gql.fields.node import Node
from gql.fields.scalars import Money
from gql.fields.selection import names_below
from gql.fields.vocabulary import Portal
from gql.people.people import Guardian, show_guardian
from gql.people.student_note import OPEN_NOTES, StudentNote, show_note
from gql.protocol.made_later import Of, Part
from gql.protocol.plain_fields import at_once


@strawberry.type(description="Students who belong together, with one e-mail address and one balance.")
class Family(Later, Node):
    name: str = strawberry.field(description="The name of the family.")
    email: str | None = strawberry.field(description="The e-mail address of the family. Null when it is not known.")
    phone: str | None = strawberry.field(
        description="The family's phone number as it was entered. Null when it is not known. `phones` has those of "
        "its guardians too."
    )
    balance: Money | None = strawberry.field(
        description="What the family owes. A negative amount is a credit. Null for staff without SEE_BALANCES, and in "
        "the Staff Portal while the setting staffSeesBalances is off. Guardians see the balance of their own family."
    )
    currency: str = strawberry.field(description="The currency of the balance, as an ISO 4217 code such as USD.")
    facts: strawberry.Private[FamilyFacts]
    sight: strawberry.Private[Sight]

    @strawberry.field(
        description="All phone numbers by which the family identifies itself at a kiosk, as they were entered: first "
        "its own, then those that each guardian has in the source, without repetitions. Only for guardians and staff "
        "who may see the family.",
        metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
    )
    async def phones(self, info: Info) -> list[str]:
        return await load(info, decode_id(self.id, "Family", "id"), _read_phones)

    @strawberry.field(
        description="The text of the family's QR code, for `kioskFamily`. A client draws exactly these characters as "
        "a QR code. The text stays the same until `rotateCheckInCode` is called or the operator changes "
        "ROLLBOOK_SECRET. Only for guardians and staff who may see the family.",
        metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
    )
    async def check_in_code(self, info: Info) -> str:
        code = await load(info, decode_id(self.id, "Family", "id"), _read_codes)
        return info.context.services.check_in_codes.make(code)

    @strawberry.field(
        description="The guardians of the family, ordered by first name; those whose access has ended are left out, "
        "unless `ended` is true. Only for guardians and staff who may see the family.",
        metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
    )
    async def guardians(
        self,
        info: Info,
        ended: Annotated[
            bool, strawberry.argument(description="Whether to include guardians whose access has ended.")
        ] = False,
    ) -> list[Guardian]:
        found = await load(info, decode_id(self.id, "Family", "id"), _read_guardians)
        return [show_guardian(each.person) for each in found if ended or each.ended_at is None]

    @strawberry.field(
        description="The students of the family whom the viewer may see, ordered by name. Deleted students are left "
        "out.",
        metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
    )
    async def students(self, info: Info) -> list[Annotated["Student", strawberry.lazy("gql.people.student")]]:
        return await load(info, decode_id(self.id, "Family", "id"), _read_students)


async def _read_guardians(source: Reading, families: list[UUID]) -> list[list[GuardianFacts]]:
    found = await read_guardians_of(source.connection, source.viewer.caller.organization_id, set(families))
    return [found.get(each, []) for each in families]


async def _read_students(source: Reading, families: list[UUID]) -> "list[list[Student]]":
    viewer, visibility = source.viewer, visibility_of(source.viewer.caller)
    found = await read_live_members(source.connection, viewer.caller.organization_id, set(families), visibility)
    sight = sight_of(viewer)
    return [
        [show_student(facts, sight, viewer.currency) for facts in found if facts.family.id == family]
        for family in families
    ]


async def _read_codes(source: Reading, families: list[UUID]) -> list[FamilyCode]:
    organization_id = source.viewer.caller.organization_id
    numbers = await read_code_numbers(source.connection, organization_id, set(families))
    return [FamilyCode(organization_id, each, numbers[each]) for each in families]


async def _read_phones(source: Reading, families: list[UUID]) -> list[list[str]]:
    found = await read_phones(source.connection, source.viewer.caller.organization_id, set(families))
    return [distinct_numbers(found.get(each, [])) for each in families]


def _show_medical_alert(student: "Student", context: Context, _: frozenset[str]) -> str | None:
    text = student.facts.medical_alert
    if not student.sight.sees_medical or text is None:
        return None
    context.disclose(student.facts.id)
    return text


@strawberry.type(
    description="A person who attends offerings. Staff with SEE_ALL in their portal see all students; other staff see "
    "the students who are enrolled in what they teach or substitute. Guardians see the students of their own family."
)
class Student(Later, Node):
    first_name: str = strawberry.field(description="The given name.")
    last_name: str = strawberry.field(description="The family name.")
    birth_on: date | None = strawberry.field(description="The date of birth. Null when it is not known.")
    gender: str | None = strawberry.field(
        description="The gender, in the organization's own words. Null when it is not known."
    )
    roll_sheet_comment: str | None = strawberry.field(
        description="A remark by staff for roll sheets. Null when there is none, or when the viewer is a guardian."
    )
    family: Family = strawberry.field(description="The family of the student.")
    facts: strawberry.Private[StudentFacts]
    sight: strawberry.Private[Sight]
    currency: strawberry.Private[str]

    @strawberry.field(
        description="What to know in an emergency. Null when nothing was entered, or when the viewer is staff without "
        "SEE_MEDICAL. It is recorded which member of staff was shown the text, once a day; see `medicalReads`.",
        metadata={**signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER), **at_once(_show_medical_alert)},
    )
    def medical_alert(self, info: Info) -> str | None:
        return _show_medical_alert(self, info.context, names_below(info))

    @strawberry.field(
        description="The notes of staff about the student, newest first; at most 200. Needs attendance VIEW; "
        "guardians are refused.",
        deprecation_reason="Use allNotes, which has pages. Removed after 2027-07-01.",
        metadata=requires(SEE_ATTENDANCE),
    )
    async def notes(
        self,
        info: Info,
        is_open: Annotated[bool | None, OPEN_NOTES] = None,
    ) -> list[StudentNote]:
        notes = await load_notes(info, self.facts.id)
        return [show_note(note) for note in notes if is_open is None or is_open == (note.closed_at is None)]

    @strawberry.field(
        description="The student's enrollments, ordered by start, newest first; at most 200. Deleted enrollments are "
        "left out.",
        metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
    )
    async def enrollments(
        self,
        info: Info,
        past: Annotated[
            bool,
            strawberry.argument(description="Whether to include enrollments that ended before today, at the location."),
        ] = False,
    ) -> list[Enrollment]:
        now = info.context.clock()
        found = await load_enrollments(info, self.facts.id)
        return [show_place(each) for each in found if past or not each.is_past(now)]


def _balance(facts: FamilyFacts, sight: Sight) -> Money | None:
    return Money(facts.balance) if sight.sees_balances else None


def _roll_sheet_comment(facts: StudentFacts, sight: Sight) -> str | None:
    return facts.roll_sheet_comment if sight.sees_roll_sheet_comment else None


Family.made_later = {
    "id": id_of("Family", "facts.id"),
    "name": "facts.name",
    "email": "facts.email",
    "phone": "facts.phone",
    "balance": Of(_balance, ("facts", "sight")),
}
Student.made_later = {
    "id": id_of("Student", "facts.id"),
    "first_name": "facts.first_name",
    "last_name": "facts.last_name",
    "birth_on": "facts.birth_on",
    "gender": "facts.gender",
    "roll_sheet_comment": Of(_roll_sheet_comment, ("facts", "sight")),
    "family": Part(Family, {"facts": "facts.family", "sight": "sight", "currency": "currency"}),
}


def show_family(facts: FamilyFacts, sight: Sight, currency: str) -> Family:
    return with_later(Family, facts=facts, sight=sight, currency=currency)


def show_student(facts: StudentFacts, sight: Sight, currency: str) -> Student:
    return with_later(Student, facts=facts, sight=sight, currency=currency)
