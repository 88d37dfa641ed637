"""The type MakeupToken, as staff and families see it."""

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
from gql.enrollments.enrollment import Enrollment, show_place
from gql.fields.access import requires, signed_in
from gql.fields.context import Info, Reading
from gql.fields.global_ids import encode_id
from gql.fields.loaders import load_place
from gql.fields.node import Node
from gql.fields.visible import find_students
from gql.fields.vocabulary import Portal, Source
from gql.people.people import Actor, show_actor
from gql.people.student import Student, show_student
from gql.tokens.token_ledger import MakeupTokenEntry, load_ledger
from gql.tokens.vocabulary import MakeupTokenOrigin, MakeupTokenState


@strawberry.type(
    description="The right to one makeup. Staff who see the student see all of the student's tokens. Guardians see "
    "the tokens of their own students from the issue date on. Guardians never see revoked and deleted tokens, and see "
    "expired ones only when the setting `familiesSeeExpired` is on."
)
class MakeupToken(Node):
    student: Student = strawberry.field(description="The student who may make up a class.")
    state: MakeupTokenState = strawberry.field(description="The state of the token.")
    origin: MakeupTokenOrigin = strawberry.field(description="What the token was issued for.")
    source: Source = strawberry.field(
        description="Where the token came from: the portal of the staff member who created it or who cancelled the "
        "class, or the source of the absence that earned it. SYSTEM for the token of an absence that was set by "
        "default."
    )
    missed_occurrence: Occurrence | None = strawberry.field(
        description="The class that was missed. Null when the token was issued by hand, or when the viewer is staff "
        "who may not see that occurrence."
    )
    location: Location | None = strawberry.field(
        description="The only location where the token can be used. Null when it can be used at any location."
    )
    program: Program | None = strawberry.field(
        description="The program whose classes the token can be used for. Null when it can be used for any program."
    )
    comment: str | None = strawberry.field(
        description="A remark by staff. Null when there is none, or when the viewer is a guardian and the setting "
        "`familiesSeeComments` is off."
    )
    issued_on: date = strawberry.field(
        description="The first local date on which the token can be used. A token without a location is shown as soon "
        "as this date has begun at any location; when it is redeemed, the date at the location of the class decides."
    )
    expires_on: date | None = strawberry.field(
        description="The last local date on which the token can be redeemed. Null when it never expires. When the "
        "student has left, this is the earlier of the token's own last date and `lapsesOn`. A token without a "
        "location is EXPIRED once this date has ended at all locations; when it is redeemed, the date at the location "
        "of the class decides."
    )
    lapses_on: date | None = strawberry.field(
        description="The last local date on which the unused tokens of a student who has left can be redeemed. The "
        "setting `expireAfterLastDropDays` counts it from the end of the student's last enrollment. Null when the "
        "student has not left, when the setting was null at that time, or when the viewer is a guardian."
    )
    issued_by: Actor | None = strawberry.field(
        description="The person who issued the token, or who made the mark that led to it. Null when the system "
        "issued it, or when the viewer is a guardian."
    )
    facts: strawberry.Private[TokenFacts]

    @strawberry.field(
        description="The makeup for which the token is used. Null when it is not used.",
        metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
    )
    async def makeup(self, info: Info) -> Enrollment | None:
        wanted = self.facts.makeup_enrollment_id
        return None if wanted is None else show_place(await load_place(info, wanted))

    @strawberry.field(
        description="Everything that was done with the token, oldest first: issued, edited, requested, redeemed, "
        "reset, revoked, deleted or expired, with who did it and why. Needs attendance VIEW; guardians are refused.",
        metadata=requires(SEE_ATTENDANCE),
    )
    async def ledger(self, info: Info) -> list[MakeupTokenEntry]:
        return await load_ledger(info, self.facts)


@dataclass(frozen=True, slots=True)
class ShownTokens:
    """Tokens, the occurrences that were missed, and the settings that decide what the reader may see of them."""

    tokens: list[TokenFacts]
    missed: Mapping[OccurrenceKey, OccurrenceHead]
    settings: MakeupTokenSettings
    is_family: bool

    def visible(self, now: datetime) -> list[TokenFacts]:
        """Return the tokens that the reader may see (R8.2). Families do not see all of them."""
        return seen_by_family(self.tokens, self.settings, now) if self.is_family else self.tokens

    @property
    def sees_comments(self) -> bool:
        return self.settings.families_see_comments or not self.is_family


async def tokens_by_id(
    connection: AsyncConnection, viewer: Viewer, ids: Collection[UUID], now: datetime
) -> dict[UUID, MakeupToken]:
    """Return the tokens with these ids, for staff who may see their students.

    This executes three statements, and none when there are no ids.
    """
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
    """Return the tokens that the viewer may see, out of those with these ids.

    A viewer sees a token when the viewer sees its student and, for families, when R8.2 shows the token.
    """
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
        source=facts.source,
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
    """Return all tokens of each of the students, in the order of `student_ids`. This executes two statements."""
    viewer = source.viewer
    tokens = await read_tokens_of(source.connection, viewer.caller.organization_id, set(student_ids))
    shown = await _with_missed(source.connection, viewer, [each for mine in tokens.values() for each in mine])
    return [replace(shown, tokens=tokens[student_id]) for student_id in student_ids]


async def _with_missed(connection: AsyncConnection, viewer: Viewer, tokens: list[TokenFacts]) -> ShownTokens:
    keys = {token.missed for token in tokens if token.missed is not None}
    heads = await read_heads(connection, viewer.caller.organization_id, keys)
    is_family = viewer.caller.portal is Portal.CUSTOMER
    # A viewer who is shown an occurrence can read its roster, so being allowed to see the student is not enough
    # (R11.3).
    missed = {head.key: head for head in heads if is_family or may_see_occurrence(viewer.caller, head)}
    return ShownTokens(tokens, missed, viewer.settings.makeup_tokens, is_family)
