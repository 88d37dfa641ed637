"""The query merges: who was merged into whom, when and by whom (R13.6)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.calendar.occurrences import PersonFacts
from db.people.merges import MergeFacts, list_merges
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.global_ids import encode_id
from gql.fields.listing_arguments import AFTER, FIRST
from gql.fields.pagination import Connection, Cursors, first_page, read_page
from gql.fields.vocabulary import Permission
from gql.people.merge_preview import MergeCount
from gql.people.people import StaffMember, show_staff_member
from gql.people.vocabulary import MergeKind

_CURSORS = Cursors("merges", (datetime, UUID))
_TYPES = {MergeKind.FAMILY: "Family", MergeKind.GUARDIAN: "Guardian", MergeKind.STUDENT: "Student"}


@strawberry.type(description="Two rows of one family, guardian or student that became one.")
class PeopleMerge:
    kind: MergeKind = strawberry.field(description="What was merged.")
    from_id: strawberry.ID = strawberry.field(description="The id of the one that was merged.")
    into_id: strawberry.ID = strawberry.field(description="The id of the one that was left.")
    merged_at: datetime = strawberry.field(description="When they were merged.")
    merged_by: StaffMember | None = strawberry.field(description="Who merged them. Null when it is not known.")
    counts: list[MergeCount] = strawberry.field(description="What moved, by name.")


async def resolve(
    info: Info, first: Annotated[int | None, FIRST] = None, after: Annotated[str | None, AFTER] = None
) -> Connection[PeopleMerge]:
    page = read_page(_CURSORS, first=first, after=after)
    async with reading(info) as source:
        organization_id = source.viewer.caller.organization_id
        found = await list_merges(source.connection, organization_id, after=page.after, limit=page.size + 1)
    return first_page(
        found,
        page,
        node=_show,
        cursor=lambda each: _CURSORS.encode(each.merged_at, each.id),
    )


def _show(facts: MergeFacts) -> PeopleMerge:
    by: PersonFacts | None = facts.merged_by
    return PeopleMerge(
        kind=facts.kind,
        from_id=encode_id(_TYPES[facts.kind], facts.from_id),
        into_id=encode_id(_TYPES[facts.kind], facts.into_id),
        merged_at=facts.merged_at,
        merged_by=None if by is None else show_staff_member(by),
        counts=[MergeCount(name=name, count=count) for name, count in sorted(facts.counts.items())],
    )


field = strawberry.field(
    resolver=resolve,
    description="The families, guardians and students that were merged, newest first. Needs MANAGE_PEOPLE, in the "
    "Office Portal or the Staff Portal.",
    metadata=requires([Permission.MANAGE_PEOPLE]),
)
