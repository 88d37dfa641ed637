"""Create makeup tokens by hand (R8.1)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.actions.enrollments.steps.lock_places import require_student
from attendance.actions.tokens.steps.tell_new_tokens import tell_new_tokens
from attendance.rules.calendar.timeslots import local_dates
from attendance.rules.organization.permissions import Viewer
from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.refusals import LocationNotFound, NothingFound
from attendance.rules.tokens.tokens_by_hand import TokenDraft, TokenLife, life_of
from attendance.rules.vocabulary import ExpiryUnit, MakeupTokenAct
from db.calendar.offerings import read_programs
from db.ids import new_id
from db.marks.changes import Author
from db.tokens.makeup_token_changes import LedgerEntry, enter
from db.tokens.tokens_by_hand import NewToken, Zones, add_tokens, ends_of_sessions, read_zones
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class TokensCreated:
    """The new tokens. `unaddressed_count` is the number of requested e-mails that cannot be sent without an address."""

    token_ids: tuple[UUID, ...]
    email_count: int
    unaddressed_count: int


async def create_makeup_tokens(
    uow: UnitOfWork, viewer: Viewer, student_id: UUID, drafts: Sequence[TokenDraft], *, now: datetime
) -> TokensCreated:
    """Create all of the tokens or none, in the order of the drafts. The limit (R7.6) does not apply.

    Raises NothingFound, LocationNotFound and MakeupTokenDatesNotPossible. Nothing is changed then.
    """
    await require_student(uow, viewer.caller, student_id)
    return await give_tokens(
        uow,
        [(student_id, draft) for draft in drafts],
        settings=viewer.settings.makeup_tokens,
        author=Author.of(viewer.caller),
        now=now,
    )


async def give_tokens(
    uow: UnitOfWork,
    drafts: Sequence[tuple[UUID, TokenDraft]],
    *,
    settings: MakeupTokenSettings,
    author: Author,
    now: datetime,
) -> TokensCreated:
    """Create a token for each student and draft, with its ledger entry and its e-mail.

    This executes seven statements, however many tokens there are. The caller has checked that the author may see the
    students. Raises what `create_makeup_tokens` raises.
    """
    connection, organization_id = uow.connection, uow.organization_id
    zones = await read_zones(connection, organization_id)
    await require_known(connection, organization_id, [draft for _, draft in drafts], zones)
    lives = await lives_of(connection, organization_id, drafts, zones, settings=settings, now=now)
    tokens = [
        NewToken(new_id(), student_id, draft, life) for (student_id, draft), life in zip(drafts, lives, strict=True)
    ]
    await add_tokens(uow, tokens, author, now)
    await enter(uow, [_entry(token) for token in tokens], author=author, now=now)
    told = [token.id for token in tokens if token.draft.sends_email]
    email_count = await tell_new_tokens(uow, told, settings=settings, now=now)
    return TokensCreated(tuple(token.id for token in tokens), email_count, len(told) - email_count)


async def require_known(
    connection: AsyncConnection, organization_id: UUID, drafts: Collection[TokenDraft], zones: Zones
) -> None:
    """Check that locations and programs exist and are not deleted. Raises LocationNotFound and NothingFound."""
    if {draft.location_id for draft in drafts} - zones.of_locations.keys() - {None}:
        raise LocationNotFound
    programs = {draft.program_id for draft in drafts if draft.program_id is not None}
    await require_programs(connection, organization_id, programs)


async def require_programs(connection: AsyncConnection, organization_id: UUID, program_ids: Collection[UUID]) -> None:
    """Raise NothingFound when a program does not exist or is deleted."""
    if not program_ids:
        return
    found = await read_programs(connection, organization_id, program_ids)
    if set(program_ids) - {program.id for program in found if not program.is_deleted}:
        raise NothingFound("There is no such program.")


async def lives_of(
    connection: AsyncConnection,
    organization_id: UUID,
    drafts: Sequence[tuple[UUID, TokenDraft]],
    zones: Zones,
    *,
    settings: MakeupTokenSettings,
    now: datetime,
    is_one_draft: bool = False,
) -> list[TokenLife]:
    """Return the dates of the token of each student and draft, with at most one statement.

    Raises MakeupTokenDatesNotPossible, which names a draft by its position.

    is_one_draft -- whether it is the same draft for all students, which therefore has position 0
    """
    todays = [today_of(draft, zones, now) for _, draft in drafts]
    issues = [(student_id, draft.issue_on or today) for (student_id, draft), today in zip(drafts, todays, strict=True)]
    ends: Mapping[tuple[UUID, date], date] = {}
    if settings.expiry_unit is ExpiryUnit.END_OF_SESSION:
        ends = await ends_of_sessions(connection, organization_id, set(issues))
    return [
        life_of(draft, 0 if is_one_draft else number, settings, today=today, session_ends_on=ends.get(issue))
        for number, ((_, draft), today, issue) in enumerate(zip(drafts, todays, issues, strict=True))
    ]


def today_of(draft: TokenDraft, zones: Zones, now: datetime) -> date:
    """Return today at the token's location, or the date that has begun at all locations for a token without one."""
    location_id = draft.location_id
    today, _ = local_dates(now, zones.everywhere if location_id is None else [zones.of_locations[location_id]])
    return today


def _entry(token: NewToken) -> LedgerEntry:
    draft, life = token.draft, token.life
    facts: dict[str, Any] = {
        "location_id": draft.location_id and str(draft.location_id),
        "program_id": draft.program_id and str(draft.program_id),
        "issued_on": life.issued_on.isoformat(),
        "expires_on": life.expires_on and life.expires_on.isoformat(),
    }
    return LedgerEntry(token.student_id, token.id, MakeupTokenAct.ISSUED, facts=facts)
