"""The query eraseFamilyPreview, which says what erasing a family or a student would do."""

from typing import Annotated

import strawberry

from attendance.actions.people.erase_family import preview_erasure
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.global_ids import decode_id
from gql.fields.scalars import Money
from gql.fields.visible import find_students
from gql.fields.vocabulary import Permission
from gql.people.student import Student


@strawberry.type(description="What erasing a family, or one student of it, would do.")
class EraseFamilyPreview:
    seen: str = strawberry.field(
        description="Pass it to `eraseFamily`, which refuses when the erasure would concern something else by then."
    )
    family_name: str = strawberry.field(description="The name of the family.")
    students: list[Student] = strawberry.field(description="The students whose data would be erased.")
    guardian_count: int = strawberry.field(
        description="How many guardians would be erased and signed out; 0 for a single student."
    )
    balance: Money = strawberry.field(
        description="What the family owes. Erasing the family writes it off; erasing a single student leaves it."
    )
    currency: str = strawberry.field(description="The currency of the balance, as an ISO 4217 code such as USD.")
    ending_enrollment_count: int = strawberry.field(description="How many enrollments would end, makeups included.")
    makeup_count: int = strawberry.field(description="How many booked makeups would be given up.")
    note_count: int = strawberry.field(description="How many notes about the students would be deleted.")
    waiting_email_count: int = strawberry.field(description="How many e-mails to the family wait to be sent.")
    kept_mark_count: int = strawberry.field(description="How many marks would stay, without name and note.")
    kept_token_count: int = strawberry.field(description="How many makeup tokens would stay, without name and comment.")


async def resolve(
    info: Info,
    family_id: Annotated[strawberry.ID, strawberry.argument(description="The id of the family.")],
    student_id: Annotated[
        strawberry.ID | None,
        strawberry.argument(
            description="Only this student of the family. When left out or null, the preview is about the whole family."
        ),
    ] = None,
) -> EraseFamilyPreview:
    family = decode_id(family_id, "Family", "familyId")
    student = None if student_id is None else decode_id(student_id, "Student", "studentId")
    now = info.context.clock()
    async with reading(info) as source:
        found, counts = await preview_erasure(
            source.connection, source.viewer.caller.organization_id, family, student, now=now
        )
        students = await find_students(source, found.student_ids)
    return EraseFamilyPreview(
        seen=found.seen,
        family_name=found.name,
        students=[students[each] for each in found.student_ids if each in students],
        guardian_count=len(found.guardian_ids),
        balance=Money(found.balance),
        currency=found.currency,
        ending_enrollment_count=len(found.enrollment_ids),
        makeup_count=len(found.makeup_ids),
        note_count=counts.notes,
        waiting_email_count=counts.waiting_emails,
        kept_mark_count=counts.marks,
        kept_token_count=counts.tokens,
    )


field = strawberry.field(
    resolver=resolve,
    description="What `eraseFamily` would do. Nothing is changed. Needs OWNER. A family that "
    "does not exist or is erased is NOT_FOUND.",
    metadata=requires([Permission.OWNER]),
)
