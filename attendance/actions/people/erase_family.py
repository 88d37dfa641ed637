"""Erase a family with its students and guardians, or one student (R16.5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.actions.roster.steps.roster_changed import sheets_changed
from attendance.actions.tokens.reset_makeup_token import number_revoked, release_makeups
from attendance.rules.people.erasing import ErasureCounts, Household
from attendance.rules.people.erasure_refusals import ErasurePreviewOutdated, ImportIsRunning
from attendance.rules.refusals import NothingFound
from attendance.rules.vocabulary import MakeupTokenAct
from db.calendar.timetables import lock_offerings
from db.makeups.makeup_releases import TiedMakeup, tokens_of_makeups, withdraw_requests
from db.marks.changes import Author
from db.people.erased_texts import erase_texts
from db.people.erasing import (
    HeldToken,
    count_what_is_held,
    find_household,
    find_sheets_with,
    keep_imports_out,
    lock_household,
)
from db.roster.roster_changes import find_sheets_of
from db.tokens.makeup_token_changes import LedgerEntry, enter
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class FamilyErased:
    family_id: UUID
    student_count: int
    guardian_count: int


async def preview_erasure(
    connection: AsyncConnection, organization_id: UUID, family_id: UUID, student_id: UUID | None, *, now: datetime
) -> tuple[Household, ErasureCounts]:
    """Return what `erase_family` would do. Raises NothingFound."""
    household = await _household(connection, organization_id, family_id, student_id, now)
    return household, await count_what_is_held(connection, organization_id, household)


async def erase_family(
    uow: UnitOfWork, family_id: UUID, student_id: UUID | None, seen: str, *, author: Author, now: datetime
) -> FamilyErased:
    """Remove what identifies the family, or one student of it, from every table. Marks and tokens stay as rows of
    nobody, and open roll sheets hear of it.

    student_id -- the only student to erase; None means the whole family
    seen -- `Household.seen` of the preview

    Raises NothingFound, ErasurePreviewOutdated and ImportIsRunning.
    """
    if not await keep_imports_out(uow):
        raise ImportIsRunning
    found = await _household(uow.connection, uow.organization_id, family_id, student_id, now)
    if found.seen != seen:
        raise ErasurePreviewOutdated(family_id)
    await lock_offerings(uow, found.offering_ids)
    near = await find_sheets_of(uow, found.offering_ids, now)
    sheets = {*near, *await find_sheets_with(uow, found.student_ids)}
    async with sheets_changed(uow, found.student_ids, sheets, author=author, now=now):
        tokens = await lock_household(uow, found)
        household = await _household(uow.connection, uow.organization_id, family_id, student_id, now)
        if household.seen != seen:
            raise ErasurePreviewOutdated(family_id)
        released = await _free_tokens(uow, household, tokens, author, now)
        await erase_texts(uow, household, now)
    await number_revoked(uow, released, author, now)
    return FamilyErased(family_id, len(household.student_ids), len(household.guardian_ids))


async def _household(
    connection: AsyncConnection, organization_id: UUID, family_id: UUID, student_id: UUID | None, now: datetime
) -> Household:
    found = await find_household(connection, organization_id, family_id, student_id, now)
    if found is None or (student_id is not None and not found.student_ids):
        raise NothingFound("There is no such family." if student_id is None else "There is no such student.")
    return found


async def _free_tokens(
    uow: UnitOfWork, household: Household, tokens: Mapping[UUID, HeldToken], author: Author, now: datetime
) -> list[TiedMakeup]:
    """Give up booked makeups and requests, so that no token stays tied to a place that ends."""
    tied = await tokens_of_makeups(uow.connection, uow.organization_id, household.makeup_ids)
    released = await release_makeups(uow, set(tied.values()), author=author, now=now)
    withdrawn = await withdraw_requests(uow, tokens.keys(), decided_by_id=author.person_id, now=now)
    entries = [
        LedgerEntry(tokens[id_].student_id, id_, MakeupTokenAct.RESET, occurrence=tokens[id_].missed)
        for id_ in sorted(withdrawn)
    ]
    await enter(uow, entries, author=author, now=now)
    return released
