"""The mutation eraseFamily, which removes what identifies a family or a student."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.people.erase_family import FamilyErased, erase_family
from db.marks.changes import Author
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id, encode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission, SecurityEventKind
from gql.people.erasure_refusals import ErasurePreviewOutdated, ImportIsRunning


@strawberry.input(description="Whom to erase.")
class EraseFamilyInput:
    family_id: strawberry.ID = strawberry.field(description="The id of the family.")
    student_id: strawberry.ID | None = strawberry.field(
        default=None, description="Only this student of the family. When left out or null, the whole family is erased."
    )
    seen: str = strawberry.field(description="The `seen` of `eraseFamilyPreview` for the same family and student.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="Nothing identifies the family or the student any more.")
class EraseFamilySuccess:
    family_id: strawberry.ID = strawberry.field(description="The id of the family.")
    student_count: int = strawberry.field(description="How many students were erased.")
    guardian_count: int = strawberry.field(description="How many guardians were erased.")


EraseFamilyResult: TypeAlias = Annotated[
    EraseFamilySuccess | ErasurePreviewOutdated | ImportIsRunning | PermissionDenied,
    strawberry.union("EraseFamilyResult", description="What was erased, or the reason why nothing was."),
]


async def resolve(
    info: Info, input: Annotated[EraseFamilyInput, strawberry.argument(description="Whom to erase.")]
) -> EraseFamilyResult | None:
    family_id = decode_id(input.family_id, "Family", "input.familyId")
    student_id = None if input.student_id is None else decode_id(input.student_id, "Student", "input.studentId")
    async with act_once(
        info,
        input,
        FamilyErased,
        lambda uow, viewer, now: erase_family(
            uow, family_id, student_id, input.seen, author=Author.of(viewer.caller), now=now
        ),
    ) as done:
        info.context.tell(SecurityEventKind.FAMILY_ERASED, done.viewer.caller, str(done.outcome.family_id))
        return EraseFamilySuccess(
            family_id=encode_id("Family", done.outcome.family_id),
            student_count=done.outcome.student_count,
            guardian_count=done.outcome.guardian_count,
        )


field = strawberry.mutation(
    resolver=resolve,
    description="Erase a family with its students and guardians, or one student: names, birth dates, addresses, "
    "numbers, medical texts, notes, comments and e-mails are removed from every table, and enrollments end. Marks and "
    "makeup tokens stay as rows without a name, so that counts stay true. It cannot be undone, and an import does not "
    "bring the people back. Open roll sheets receive the change. Needs OWNER, and the `seen` of "
    "`eraseFamilyPreview`. A family that does not exist or is erased is NOT_FOUND.",
    metadata=requires([Permission.OWNER]),
)
