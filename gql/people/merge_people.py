"""The mutations mergeFamilies, mergeGuardians and mergeStudents (R13.6)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.people.merge_people import Merge, Merged, merge_people
from attendance.rules.calendar.timeslots import OccurrenceKey
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id, decode_occurrence_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.visible import find_families, find_students
from gql.fields.vocabulary import Permission
from gql.people.erasure_refusals import ImportIsRunning
from gql.people.kept_guardian import show_kept_guardian
from gql.people.merge_refusals import GuardiansOfTwoFamilies, MarksNotChosen, MergedTokenInUse, MergePreviewOutdated
from gql.people.people import Guardian
from gql.people.student import Family, Student
from gql.people.vocabulary import MergeKind, MergeSide

_NEEDS = (
    "Needs MANAGE_PEOPLE together with attendance VIEW and SEE_ALL, in the Office Portal or the Staff Portal. Two who "
    "do not exist, are deleted or are merged already are NOT_FOUND. An import whose source still names the merged one "
    "maps it to the one that is left."
)


@strawberry.input(description="Two rows of one family.")
class MergeFamiliesInput:
    from_id: strawberry.ID = strawberry.field(description="The id of the one that is merged, and is deleted then.")
    into_id: strawberry.ID = strawberry.field(description="The id of the one that is left.")
    seen: str = strawberry.field(description="The `seen` of the preview for the same two.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.input(description="Two rows of one guardian.")
class MergeGuardiansInput(MergeFamiliesInput):
    pass


@strawberry.input(description="Whose mark stays at an occurrence at which both students have one.")
class ChosenMarkInput:
    occurrence_id: strawberry.ID = strawberry.field(description="The id of the occurrence.")
    keep: MergeSide = strawberry.field(description="Whose mark stays.")


@strawberry.input(description="Two rows of one student.")
class MergeStudentsInput(MergeFamiliesInput):
    marks: list[ChosenMarkInput] = strawberry.field(
        default_factory=list,
        description="For each occurrence at which the marks differ, whose mark stays.",
    )


@strawberry.type(description="The families are one.")
class MergeFamiliesSuccess:
    family: Family = strawberry.field(description="The family that is left.")


@strawberry.type(description="The guardians are one.")
class MergeGuardiansSuccess:
    guardian: Guardian = strawberry.field(description="The guardian who is left.")


@strawberry.type(description="The students are one.")
class MergeStudentsSuccess:
    student: Student = strawberry.field(description="The student who is left.")


MergeFamiliesResult: TypeAlias = Annotated[
    MergeFamiliesSuccess | MergePreviewOutdated | ImportIsRunning | PermissionDenied,
    strawberry.union("MergeFamiliesResult", description="The family, or the reason why nothing was merged."),
]
MergeGuardiansResult: TypeAlias = Annotated[
    MergeGuardiansSuccess | GuardiansOfTwoFamilies | MergePreviewOutdated | ImportIsRunning | PermissionDenied,
    strawberry.union("MergeGuardiansResult", description="The guardian, or the reason why nothing was merged."),
]
MergeStudentsResult: TypeAlias = Annotated[
    MergeStudentsSuccess
    | MarksNotChosen
    | MergedTokenInUse
    | MergePreviewOutdated
    | ImportIsRunning
    | PermissionDenied,
    strawberry.union("MergeStudentsResult", description="The student, or the reason why nothing was merged."),
]
_TWO = strawberry.argument(description="The two.")


async def merge_families(info: Info, input: Annotated[MergeFamiliesInput, _TWO]) -> MergeFamiliesResult | None:
    merge = _merge(MergeKind.FAMILY, "Family", input)
    async with act_once(
        info, input, Merged, lambda uow, viewer, now: merge_people(uow, viewer, merge, now=now)
    ) as done:
        return MergeFamiliesSuccess(family=(await find_families(done.reading, [merge.into_id]))[merge.into_id])


async def merge_guardians(info: Info, input: Annotated[MergeGuardiansInput, _TWO]) -> MergeGuardiansResult | None:
    merge = _merge(MergeKind.GUARDIAN, "Guardian", input)
    async with act_once(
        info, input, Merged, lambda uow, viewer, now: merge_people(uow, viewer, merge, now=now)
    ) as done:
        return MergeGuardiansSuccess(guardian=await show_kept_guardian(done.uow, merge.into_id))


async def merge_students(info: Info, input: Annotated[MergeStudentsInput, _TWO]) -> MergeStudentsResult | None:
    chosen = {
        decode_occurrence_id(each.occurrence_id, f"input.marks.{at}.occurrenceId"): each.keep
        for at, each in enumerate(input.marks)
    }
    merge = _merge(MergeKind.STUDENT, "Student", input, chosen)
    async with act_once(
        info, input, Merged, lambda uow, viewer, now: merge_people(uow, viewer, merge, now=now)
    ) as done:
        return MergeStudentsSuccess(student=(await find_students(done.reading, [merge.into_id]))[merge.into_id])


def _merge(
    kind: MergeKind, type_name: str, given: MergeFamiliesInput, chosen: dict[OccurrenceKey, MergeSide] | None = None
) -> Merge:
    return Merge(
        kind,
        decode_id(given.from_id, type_name, "input.fromId"),
        decode_id(given.into_id, type_name, "input.intoId"),
        given.seen,
        chosen or {},
    )


families = strawberry.mutation(
    resolver=merge_families,
    description="Merge two rows of one family: its students, guardians, e-mails and balance come to the family that is "
    f"left, and subscribed roll sheets receive the change. {_NEEDS}",
    metadata=requires([Permission.MANAGE_PEOPLE]),
)
guardians = strawberry.mutation(
    resolver=merge_guardians,
    description="Merge two rows of one guardian of a family: telephone numbers, requests and, where the one that is "
    f"left has none, the e-mail address with its password; sessions of the merged one end. {_NEEDS}",
    metadata=requires([Permission.MANAGE_PEOPLE]),
)
students = strawberry.mutation(
    resolver=merge_students,
    description="Merge two rows of one student: marks, enrollments, makeup tokens with their ledger, notes, expected "
    "absences, requests and changes come to the student who is left. Where something is recorded of both at one "
    "occurrence, one mark stays, and the history of the merged one stays beside it. Subscribed roll sheets receive the "
    f"change. {_NEEDS}",
    metadata=requires([Permission.MANAGE_PEOPLE]),
)
