"""What merging two families, guardians or students would do, and the queries that say it (R13.6)."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import strawberry

from attendance.actions.people.merge_people import preview_merge
from attendance.rules.people.merging import MergePlan
from attendance.rules.people.registering import require_sight_of_all
from attendance.rules.refusals import PermissionDenied
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.global_ids import decode_id, encode_id, encode_occurrence_id
from gql.fields.vocabulary import Permission
from gql.marks.vocabulary import AttendanceStatus
from gql.people.vocabulary import MergeKind
from gql.protocol.errors import Forbidden


@strawberry.type(description="A number of rows that come to hang on the one who is left.")
class MergeCount:
    name: str = strawberry.field(description="What is counted, such as `marks` or `enrollments`.")
    count: int = strawberry.field(description="How many.")


@strawberry.type(description="An occurrence at which both students have a mark.")
class SharedMark:
    occurrence_id: strawberry.ID = strawberry.field(description="The id of the occurrence.")
    held_on: date = strawberry.field(name="date", description="Its date.")
    from_status: AttendanceStatus = strawberry.field(description="The mark of the student who is merged.")
    into_status: AttendanceStatus = strawberry.field(description="The mark of the student who is left.")
    must_be_chosen: bool = strawberry.field(description="Whether the marks differ, so that staff must choose.")


@strawberry.type(description="What merging would do. Nothing has been changed.")
class MergePreview:
    kind: MergeKind = strawberry.field(description="What would be merged.")
    seen: str = strawberry.field(
        description="Pass it to the mutation, which refuses when the merge would do something else by then."
    )
    counts: list[MergeCount] = strawberry.field(description="What would move, by name.")
    shared_marks: list[SharedMark] = strawberry.field(
        description="The occurrences at which both students have a mark; empty for families and guardians."
    )
    used_token_ids: list[strawberry.ID] = strawberry.field(
        description="The makeup tokens that prevent the merge, because both students have one for the same class and "
        "this one is used for a makeup ahead."
    )


def _show(plan: MergePlan) -> MergePreview:
    return MergePreview(
        kind=plan.kind,
        seen=plan.seen,
        counts=[MergeCount(name=name, count=count) for name, count in sorted(plan.counts.items())],
        shared_marks=[
            SharedMark(
                occurrence_id=encode_occurrence_id(each.key),
                held_on=each.key.held_on,
                from_status=each.from_mark.value.status,
                into_status=each.into_mark.value.status,
                must_be_chosen=each.must_be_chosen,
            )
            for each in plan.shared
            if each.from_mark is not None and each.into_mark is not None
        ],
        used_token_ids=[encode_id("MakeupToken", each) for each in plan.used_token_ids],
    )


async def _preview(info: Info, kind: MergeKind, from_id: UUID, into_id: UUID) -> MergePreview:
    now = info.context.clock()
    async with reading(info) as source:
        try:
            require_sight_of_all(source.viewer.caller)
        except PermissionDenied as refusal:
            raise Forbidden(refusal.message) from None
        organization_id = source.viewer.caller.organization_id
        return _show(await preview_merge(source.connection, organization_id, kind, from_id, into_id, now=now))


FROM_ID = strawberry.argument(description="The id of the one that is merged.")
INTO_ID = strawberry.argument(description="The id of the one that is left.")


def _resolver(kind: MergeKind, type_name: str) -> Callable[..., Awaitable[MergePreview]]:
    async def resolve(
        info: Info, from_id: Annotated[strawberry.ID, FROM_ID], into_id: Annotated[strawberry.ID, INTO_ID]
    ) -> MergePreview:
        ids = decode_id(from_id, type_name, "fromId"), decode_id(into_id, type_name, "intoId")
        return await _preview(info, kind, *ids)

    return resolve


def _field(kind: MergeKind, type_name: str, mutation: str) -> Any:
    return strawberry.field(
        resolver=_resolver(kind, type_name),
        description=f"What `{mutation}` would do. Nothing is changed. Needs MANAGE_PEOPLE together with attendance "
        f"VIEW and SEE_ALL. Two who do not exist, are deleted or are merged already are NOT_FOUND.",
        metadata=requires([Permission.MANAGE_PEOPLE]),
    )


families = _field(MergeKind.FAMILY, "Family", "mergeFamilies")
guardians = _field(MergeKind.GUARDIAN, "Guardian", "mergeGuardians")
students = _field(MergeKind.STUDENT, "Student", "mergeStudents")
