"""The type MakeupRequest: a family's request for a makeup, as staff and families see it (R8.7)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import strawberry

from attendance.rules.makeups.makeup_requests import AskedMakeup
from attendance.rules.vocabulary import PersonKind
from db.calendar.occurrences import read_heads
from db.makeups.makeup_requests import read_makeup_requests, read_open_requests
from db.people.students import visibility_of
from gql.calendar.occurrence import Occurrence, show_occurrence
from gql.enrollments.enrollment import Enrollment, show_place
from gql.fields.access import signed_in
from gql.fields.context import Info, Reading
from gql.fields.global_ids import encode_id
from gql.fields.loaders import load, load_place
from gql.fields.node import Node
from gql.fields.visible import find_students, may_see_students
from gql.fields.vocabulary import Portal
from gql.makeups.vocabulary import MakeupRequestState
from gql.people.people import Actor, show_actor
from gql.people.student import Student
from gql.tokens.makeup_token import MakeupToken, find_tokens


@strawberry.type(
    description="A family's request to use a makeup token for a class, in an organization where staff decide about "
    "makeups. It can be seen by staff with attendance VIEW who see the student and the occurrence, and by the "
    "guardians of the student's family."
)
class MakeupRequest(Node):
    student: Student = strawberry.field(description="The student who would make up the class.")
    makeup_token: MakeupToken | None = strawberry.field(
        description="The makeup token that would be used. Null when the viewer is a guardian and the token is one "
        "that families no longer see."
    )
    occurrence: Occurrence | None = strawberry.field(
        description="The occurrence for which the makeup is requested. Null when the class has been moved to another "
        "weekday since."
    )
    state: MakeupRequestState = strawberry.field(description="The state of the request.")
    comment: str | None = strawberry.field(description="The family's remark. Null when there is none.")
    requested_by: Actor | None = strawberry.field(
        description="The person who made the request. Null when it is not known."
    )
    requested_at: datetime = strawberry.field(description="When the request was made.")
    decided_by: Actor | None = strawberry.field(
        description="The person who approved, denied or withdrew the request. Null when nobody did so yet, when it is "
        "not known, or when it was staff and the viewer is a guardian."
    )
    decided_at: datetime | None = strawberry.field(
        description="When the request was approved, denied, withdrawn or replaced by another one. Null when it was not."
    )
    decision_comment: str | None = strawberry.field(
        description="The remark of staff about their decision, which families see. Null when there is none."
    )
    facts: strawberry.Private[AskedMakeup]

    @strawberry.field(
        description="The makeup that was booked when the request was approved. It is shown as deleted when the token "
        "was reset since. Null when no makeup was booked.",
        metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
    )
    async def makeup(self, info: Info) -> Enrollment | None:
        wanted = self.facts.makeup_enrollment_id
        return None if wanted is None else show_place(await load_place(info, wanted))


async def find_makeup_requests(source: Reading, ids: Collection[UUID], now: datetime) -> dict[UUID, MakeupRequest]:
    """Return the requests with these ids that the viewer may see."""
    caller = source.viewer.caller
    if not may_see_students(caller) or not ids:
        return {}
    visibility = visibility_of(caller)
    found = await read_makeup_requests(source.connection, caller.organization_id, ids, visibility, now)
    return await show_makeup_requests(source, found.values(), now)


async def load_open_request(info: Info, token_id: UUID) -> MakeupRequest | None:
    """Return the request that uses this token and waits for staff, or None when the viewer may see no such request."""
    return await load(info, _ByToken(token_id, info.context.clock()), _read_open_requests)


class _ByToken:
    """A token's id as a key of a batch."""

    def __init__(self, token_id: UUID, now: datetime) -> None:
        self.token_id = token_id
        self.now = now


async def _read_open_requests(source: Reading, asked: list[_ByToken]) -> list[MakeupRequest | None]:
    caller, now = source.viewer.caller, asked[0].now
    found = await read_open_requests(
        source.connection, caller.organization_id, {each.token_id for each in asked}, visibility_of(caller), now
    )
    waiting = [each for each in found.values() if each.state is MakeupRequestState.REQUESTED]
    shown = await show_makeup_requests(source, waiting, now)
    return [shown.get(found[each.token_id].id) if each.token_id in found else None for each in asked]


async def show_makeup_requests(
    source: Reading, requests: Collection[AskedMakeup], now: datetime
) -> dict[UUID, MakeupRequest]:
    """Return the requests, which the viewer is known to be allowed to see, in the form in which they are shown.

    This executes five statements, however many requests there are.
    """
    if not requests:
        return {}
    students = await find_students(source, {each.student_id for each in requests})
    tokens = await find_tokens(source, {each.token_id for each in requests}, now)
    keys = {each.occurrence for each in requests}
    heads = await read_heads(source.connection, source.viewer.caller.organization_id, keys)
    places = {head.key: show_occurrence(head, now) for head in heads}
    is_family = source.viewer.caller.portal is Portal.CUSTOMER
    return {
        each.id: _show(
            each, students[each.student_id], tokens.get(each.token_id), places.get(each.occurrence), is_family=is_family
        )
        for each in requests
    }


def _show(
    facts: AskedMakeup, student: Student, token: MakeupToken | None, occurrence: Occurrence | None, *, is_family: bool
) -> MakeupRequest:
    decider = facts.decided_by
    shows_decider = not is_family or (decider is not None and decider[0] is PersonKind.GUARDIAN)
    return MakeupRequest(
        id=encode_id("MakeupRequest", facts.id),
        student=student,
        makeup_token=token,
        occurrence=occurrence,
        state=facts.state,
        comment=facts.comment,
        requested_by=show_actor(facts.requested_by),
        requested_at=facts.requested_at,
        decided_by=show_actor(decider) if shows_decider else None,
        decided_at=facts.decided_at,
        decision_comment=facts.decision_comment,
        facts=facts,
    )


async def _open_request(self: MakeupToken, info: Info) -> MakeupRequest | None:
    return await load_open_request(info, self.facts.id)


open_request = strawberry.field(
    resolver=_open_request,
    description="The family's request to use the token, which waits for the decision of staff. Null when there is no "
    "such request, or when the viewer is staff who may not see the occurrence that was requested.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
