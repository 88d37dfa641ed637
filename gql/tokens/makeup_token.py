"""Makeup tokens, as staff and families see them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import OccurrenceHead, may_see_occurrence
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.organization.permissions import SEE_ATTENDANCE, Viewer
from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.roster.sight import sight_of
from attendance.rules.tokens.student_tokens import TokenFacts, seen_by_family
from db.calendar.occurrences import read_heads
from db.people.students import Visibility, read_students
from db.tokens.student_tokens import read_tokens, read_tokens_of
from gql.calendar.occurrence import Occurrence, show_occurrence
from gql.calendar.offering import Location, Program, show_location, show_program
from gql.fields.access import requires, signed_in
from gql.fields.context import Info, Reading
from gql.fields.global_ids import encode_id
from gql.fields.loaders import load_place
from gql.fields.node import Node
from gql.fields.visible import find_students
from gql.fields.vocabulary import Portal
from gql.people.people import Actor, show_actor
from gql.people.student import Enrollment, Student, show_place, show_student
from gql.tokens.token_ledger import MakeupTokenEntry, load_ledger
from gql.tokens.vocabulary import MakeupTokenOrigin, MakeupTokenState


@strawberry.type(
    description="The right to one makeup. Staff who see the student see all of them; guardians see those of their own "
    "students, from the issue date on, without revoked and deleted ones."
)
class MakeupToken(Node):
    student: Student = strawberry.field(description="Who may make up a class.")
    state: MakeupTokenState = strawberry.field(description="Where it is in its life.")
    origin: MakeupTokenOrigin = strawberry.field(description="What it was issued for.")
    missed_occurrence: Occurrence | None = strawberry.field(
        description="The class that was missed; null: it was issued by hand, or the viewer is staff who may not see "
        "that occurrence."
    )
    location: Location | None = strawberry.field(description="The only location to use it at; null: any.")
    program: Program | None = strawberry.field(description="The program that it is for; null: any.")
    comment: str | None = strawberry.field(
        description="A remark of staff; null: none, or the organization does not show remarks to families."
    )
    issued_on: date = strawberry.field(description="The first local date on which it can be used.")
    expires_on: date | None = strawberry.field(
        description="The last local date on which it can be redeemed; null: it never expires. Where the student has "
        "left, that may be an earlier date than it was given: see `lapsesOn`."
    )
    lapses_on: date | None = strawberry.field(
        description="The last local date of a student's unused tokens after the last enrollment was dropped, by the "
        "setting expireAfterLastDropDays. Null: the student has not left, or the viewer is a guardian."
    )
    issued_by: Actor | None = strawberry.field(
        description="Who issued it, or made the mark behind it; null: the system, or the viewer is a guardian."
    )
    facts: strawberry.Private[TokenFacts]

    @strawberry.field(
        description="The makeup that it was used for; null: none.",
        metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
    )
    async def makeup(self, info: Info) -> Enrollment | None:
        wanted = self.facts.makeup_enrollment_id
        return None if wanted is None else show_place(await load_place(info, wanted))

    @strawberry.field(
        description="Everything that was done with it, in the order in which it happened: issued, edited, requested, "
        "redeemed, reset, revoked, deleted, expired, with who did it and why. Needs attendance VIEW; guardians are "
        "refused.",
        metadata=requires(SEE_ATTENDANCE),
    )
    async def ledger(self, info: Info) -> list[MakeupTokenEntry]:
        return await load_ledger(info, self.facts)


@dataclass(frozen=True, slots=True)
class ShownTokens:
    """Tokens with the classes missed, and what their reader may be told."""

    tokens: list[TokenFacts]
    missed: Mapping[OccurrenceKey, OccurrenceHead]
    settings: MakeupTokenSettings
    is_family: bool

    def visible(self, now: datetime) -> list[TokenFacts]:
        """R8.2: families do not see all of them."""
        return seen_by_family(self.tokens, self.settings, now) if self.is_family else self.tokens

    @property
    def sees_comments(self) -> bool:
        return self.settings.families_see_comments or not self.is_family


async def tokens_by_id(
    connection: AsyncConnection, viewer: Viewer, ids: Collection[UUID], now: datetime
) -> dict[UUID, MakeupToken]:
    """For staff who see the students; three statements, none for no ids."""
    if not ids:
        return {}
    organization_id, sight = viewer.caller.organization_id, sight_of(viewer)
    shown = await _with_missed(connection, viewer, await read_tokens(connection, organization_id, ids))
    student_ids = {token.student_id for token in shown.tokens}
    students = await read_students(connection, organization_id, student_ids, Visibility())
    return {
        token.id: show_token(token, show_student(students[token.student_id], sight, viewer.currency), shown, now)
        for token in shown.tokens
    }


async def find_tokens(source: Reading, ids: Collection[UUID], now: datetime) -> dict[UUID, MakeupToken]:
    """Those of students whom the viewer sees, and of them those that the viewer may know of."""
    found = await read_tokens(source.connection, source.viewer.caller.organization_id, ids)
    students = await find_students(source, {token.student_id for token in found})
    mine = [token for token in found if token.student_id in students]
    shown = await _with_missed(source.connection, source.viewer, mine)
    return {token.id: show_token(token, students[token.student_id], shown, now) for token in shown.visible(now)}


def show_token(facts: TokenFacts, student: Student, shown: ShownTokens, now: datetime) -> MakeupToken:
    head = shown.missed.get(facts.missed) if facts.missed else None
    return MakeupToken(
        id=encode_id("MakeupToken", facts.id),
        student=student,
        state=facts.state(now),
        origin=facts.origin,
        missed_occurrence=None if head is None else show_occurrence(head, now),
        location=None if facts.location is None else show_location(facts.location),
        program=None if facts.program is None else show_program(facts.program),
        comment=facts.comment if shown.sees_comments else None,
        issued_on=facts.dates.issued_on,
        expires_on=facts.dates.good_through,
        lapses_on=None if shown.is_family else facts.dates.lapses_on,
        issued_by=None if shown.is_family else show_actor(facts.issued_by),
        facts=facts,
    )


async def read_shown_tokens(source: Reading, student_ids: list[UUID]) -> list[ShownTokens]:
    """All tokens of each of the students, in the order asked; two statements."""
    viewer = source.viewer
    tokens = await read_tokens_of(source.connection, viewer.caller.organization_id, set(student_ids))
    shown = await _with_missed(source.connection, viewer, [each for mine in tokens.values() for each in mine])
    return [replace(shown, tokens=tokens[student_id]) for student_id in student_ids]


async def _with_missed(connection: AsyncConnection, viewer: Viewer, tokens: list[TokenFacts]) -> ShownTokens:
    keys = {token.missed for token in tokens if token.missed is not None}
    heads = await read_heads(connection, viewer.caller.organization_id, keys)
    is_family = viewer.caller.portal is Portal.CUSTOMER
    # Whoever is shown an occurrence is shown its roster: seeing the student is not enough (R11.3).
    missed = {head.key: head for head in heads if is_family or may_see_occurrence(viewer.caller, head)}
    return ShownTokens(tokens, missed, viewer.settings.makeup_tokens, is_family)
