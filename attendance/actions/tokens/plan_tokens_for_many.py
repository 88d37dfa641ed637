"""What creating makeup tokens for students would do (R8.13). It only reads."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.actions.tokens.choose_students import choose_students
from attendance.actions.tokens.create_makeup_tokens import lives_of, require_known, today_of
from attendance.rules.organization.permissions import Viewer
from attendance.rules.refusals import LocationNotFound
from attendance.rules.tokens.tokens_by_hand import TokenDraft, TokenLife, life_of
from attendance.rules.tokens.tokens_for_many import EnrolledStudents
from db.tokens.tokens_by_hand import read_zones, students_without_address


@dataclass(frozen=True, slots=True)
class TokensForMany:
    """The tokens that would be created: one for each of the students, with the dates of `lives` in the same order.

    draft -- has its issue date, so all tokens of one request have the same one, although they are created later
    """

    student_ids: tuple[UUID, ...]
    draft: TokenDraft
    lives: tuple[TokenLife, ...]


async def plan_tokens_for_many(
    connection: AsyncConnection,
    viewer: Viewer,
    chosen: Collection[UUID] | EnrolledStudents,
    draft: TokenDraft,
    *,
    now: datetime,
) -> TokensForMany:
    """Choose the students and decide the dates of their tokens, with at most four statements.

    Raises NothingFound, LocationNotFound, MakeupTokenDatesNotPossible, NoStudents and TooManyStudents.
    """
    organization_id, settings = viewer.caller.organization_id, viewer.settings.makeup_tokens
    zones = await read_zones(connection, organization_id)
    await require_known(connection, organization_id, [draft], zones)
    today = today_of(draft, zones, now)
    dated = replace(draft, issue_on=draft.issue_on or today)
    life_of(dated, 0, settings, today=today, session_ends_on=None)
    students = await choose_students(connection, viewer.caller, chosen)
    drafts = [(student_id, dated) for student_id in students]
    lives = await lives_of(connection, organization_id, drafts, zones, settings=settings, now=now, is_one_draft=True)
    return TokensForMany(tuple(students), dated, tuple(lives))


async def unreached_students(connection: AsyncConnection, viewer: Viewer, plan: TokensForMany) -> list[UUID]:
    """Return the students whose family would be told of the token but has no e-mail address, in their order."""
    if not plan.draft.sends_email:
        return []
    found = await students_without_address(connection, viewer.caller.organization_id, plan.student_ids)
    return [student_id for student_id in plan.student_ids if student_id in found]


async def token_defaults(
    connection: AsyncConnection, viewer: Viewer, student_id: UUID, location_id: UUID | None, *, now: datetime
) -> TokenLife:
    """Return the dates of a token that is created now for the student without dates of its own (R8.1).

    Raises NothingFound when the caller may not see the student, and LocationNotFound.

    location_id -- the location of the token; None when it can be used at all locations
    """
    organization_id = viewer.caller.organization_id
    await choose_students(connection, viewer.caller, [student_id])
    zones = await read_zones(connection, organization_id)
    if location_id is not None and location_id not in zones.of_locations:
        raise LocationNotFound
    draft = TokenDraft(location_id=location_id)
    settings = viewer.settings.makeup_tokens
    (life,) = await lives_of(connection, organization_id, [(student_id, draft)], zones, settings=settings, now=now)
    return life
