"""The query `carryOverPreview`: what `carryOver` would make, class by class (R13.3, R13.5)."""

from datetime import date, datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from attendance.actions.catalogue.carry_over import CarryingOver, carry_offering
from attendance.actions.catalogue.choose_offerings import choose_offerings
from attendance.rules.catalogue.carrying import CarriedClass as Carried
from attendance.rules.catalogue.catalogue_refusals import NotPossible as RefusedByRule
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork
from gql.catalogue.acting import MANAGES
from gql.catalogue.carry_over import CarryOverInput, decoded, require_enrolling
from gql.catalogue.catalogue_refusals import NotPossible
from gql.fields.context import Info, rehearsing
from gql.fields.global_ids import encode_id
from gql.fields.listing_arguments import AFTER
from gql.fields.pagination import Connection, Cursors, connection, read_page
from gql.people.erasure_refusals import ImportIsRunning
from gql.protocol.errors import BadInput
from gql.protocol.guard import weighs

_CURSORS = Cursors("carryOverPreview", (int,))
# Other changes of the catalogue wait while a page is carried out and taken back.
_LARGEST = 20


@strawberry.type(description="A student who would get no place in the class.")
class StudentLeftBehind:
    student_id: strawberry.ID = strawberry.field(description="The id of the student.")
    reason: str = strawberry.field(description="Why, as an English sentence.")


@strawberry.type(description="What would become of one class.")
class CarriedClass:
    offering_id: strawberry.ID = strawberry.field(description="The id of the offering that is carried over.")
    offering_name: str = strawberry.field(description="The name of the offering.")
    refusal: str | None = strawberry.field(
        description="Why nothing would be made of it, as an English sentence. Null when it is carried over; otherwise "
        "the fields below are false, 0, null or empty."
    )
    is_new: bool = strawberry.field(
        description="Whether a class would be made. False when it was carried over before, so that only students are "
        "added."
    )
    timeslot_count: int = strawberry.field(description="At how many timeslots it meets.")
    starts_on: date | None = strawberry.field(description="The first date on which it can meet.")
    enrolled_student_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the students who would be enrolled, in the order in which they get their places."
    )
    students_left_behind: list[StudentLeftBehind] = strawberry.field(description="The students who would get no place.")


@strawberry.type(description="What would be carried over.")
class CarryOverPreview:
    offering_count: int = strawberry.field(description="How many offerings were chosen.")
    classes: Connection[CarriedClass] = strawberry.field(description="The offerings, by name: a page of them.")


CarryOverPreviewResult: TypeAlias = Annotated[
    CarryOverPreview | NotPossible | ImportIsRunning,
    strawberry.union(
        "CarryOverPreviewResult", description="What would be carried over, or the reason why nothing would be."
    ),
]


async def resolve(
    info: Info,
    input: Annotated[CarryOverInput, strawberry.argument(description="The classes to carry over, and the sessions.")],
    first: Annotated[
        int | None,
        strawberry.argument(
            description=f"The largest number of classes, from 0 to {_LARGEST}. When left out or null, it is {_LARGEST}."
        ),
    ] = None,
    after: Annotated[str | None, AFTER] = None,
) -> CarryOverPreviewResult:
    carrying, ids = decoded(input)
    if first is not None and first > _LARGEST:
        raise BadInput(f'Argument "first" is {first}; it must be from 0 to {_LARGEST}.')
    page = read_page(_CURSORS, first=_LARGEST if first is None else first, after=after)
    now = info.context.clock()
    async with rehearsing(info) as (uow, viewer):
        require_enrolling(viewer, carrying)
        chosen = await choose_offerings(uow, carrying.from_session_id, carrying.to_session_id, ids)
        begins = page.after[0] if page.after else 0
        shown = list(enumerate(chosen[begins : begins + page.size], start=begins + 1))
        author = Author.of(viewer.caller)
        rows = [(place, await _carried(uow, each, carrying, author, now=now)) for place, each in shown]
    return CarryOverPreview(
        offering_count=len(chosen),
        classes=connection(
            rows,
            page,
            has_more=begins + page.size < len(chosen),
            node=lambda row: row[1],
            cursor=lambda row: _CURSORS.encode(row[0]),
        ),
    )


field = strawberry.field(
    resolver=resolve,
    description="What `carryOver` would make. It is carried out and taken back, so what happens then equals it, unless "
    "something else changes meanwhile. `idempotencyKey` has no effect here. Needs MANAGE_CATALOGUE, in the Office "
    "Portal or the Staff Portal, and MANAGE_ENROLLMENTS too for `withEnrollments`.",
    metadata={**MANAGES, **weighs(5_000)},
)


async def _carried(
    uow: UnitOfWork, chosen: tuple[UUID, str], carrying: CarryingOver, author: Author, *, now: datetime
) -> CarriedClass:
    offering_id, name = chosen
    try:
        done: Carried | None = await carry_offering(uow, offering_id, carrying, author=author, now=now)
        refusal = None
    except RefusedByRule as refused:
        done, refusal = None, str(refused)
    left = done.left if done else ()
    return CarriedClass(
        offering_id=encode_id("Offering", offering_id),
        offering_name=name,
        refusal=refusal,
        is_new=done is not None and done.is_new,
        timeslot_count=done.slot_count if done else 0,
        starts_on=done.starts_on if done else None,
        enrolled_student_ids=[encode_id("Student", each) for each in (done.student_ids if done else ())],
        students_left_behind=[
            StudentLeftBehind(student_id=encode_id("Student", each.student_id), reason=each.reason) for each in left
        ],
    )
