"""Merge two families, guardians or students that are one (R13.6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.actions.people.steps.settle_shared import settle_shared
from attendance.actions.roster.steps.roster_changed import rosters_changed, sheets_changed
from attendance.actions.tokens.steps.follow_leaving import follow_new_place
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.organization.permissions import Viewer
from attendance.rules.people.erasure_refusals import ImportIsRunning
from attendance.rules.people.merge_refusals import GuardiansOfTwoFamilies, MergedTokenInUse, MergePreviewOutdated
from attendance.rules.people.merging import MergePlan
from attendance.rules.people.registering import require_sight_of_all
from attendance.rules.refusals import NothingFound
from attendance.rules.vocabulary import MakeupTokenAct, MergeKind, MergeSide
from db.calendar.timetables import lock_offerings
from db.marks.changes import Author
from db.people.erasing import find_sheets_with, keep_imports_out
from db.people.merge_changes import (
    keep_merge,
    move_family,
    move_guardian,
    move_student,
    revoke_staying,
    staying_tokens,
)
from db.people.merging import (
    find_members_of_both,
    find_merge,
    find_offerings_of_both,
    find_recorded,
    lock_both,
)
from db.roster.roster_changes import find_sheets_of, lock_occurrences
from db.tokens.makeup_token_changes import LedgerEntry, enter
from db.unit_of_work import UnitOfWork

_NAMES = {MergeKind.FAMILY: "families", MergeKind.GUARDIAN: "guardians", MergeKind.STUDENT: "students"}


@dataclass(frozen=True, slots=True)
class Merge:
    """What is merged: everything of `from_id` comes to hang on `into_id`.

    seen -- `MergePlan.seen` of the preview
    chosen -- whose mark stays, where both students have one
    """

    kind: MergeKind
    from_id: UUID
    into_id: UUID
    seen: str
    chosen: Mapping[OccurrenceKey, MergeSide]


@dataclass(frozen=True, slots=True)
class Merged:
    merge_id: UUID
    into_id: UUID


async def preview_merge(
    connection: AsyncConnection, organization_id: UUID, kind: MergeKind, from_id: UUID, into_id: UUID, *, now: datetime
) -> MergePlan:
    """Return what merging would do. Raises NothingFound."""
    plan, _ = await _plan(connection, organization_id, (kind, from_id, into_id), now)
    return plan


async def merge_people(uow: UnitOfWork, viewer: Viewer, merge: Merge, *, now: datetime) -> Merged:
    """Merge, and record it. Open roll sheets hear of it.

    Raises NothingFound, PermissionDenied, ImportIsRunning, MergePreviewOutdated, MarksNotChosen, MergedTokenInUse and
    GuardiansOfTwoFamilies.
    """
    require_sight_of_all(viewer.caller)
    if not await keep_imports_out(uow):
        raise ImportIsRunning
    if merge.kind is MergeKind.STUDENT:
        plan = await _merge_students(uow, viewer, merge, now)
    elif merge.kind is MergeKind.FAMILY:
        plan = await _merge_families(uow, viewer, merge, now)
    else:
        plan = await _locked_plan(uow, merge, now)
        await move_guardian(uow, merge.from_id, merge.into_id, now)
    facts = {
        "counts": dict(plan.counts),
        "chosen": {f"{key.timeslot_id}:{key.held_on}": side.value for key, side in merge.chosen.items()},
    }
    ids = (merge.from_id, merge.into_id)
    by = viewer.caller.person_id
    merge_id = await keep_merge(uow, merge.kind, ids, facts, merged_by_id=by, now=uow.time_under_lock(now))
    return Merged(merge_id, merge.into_id)


async def _merge_students(uow: UnitOfWork, viewer: Viewer, merge: Merge, now: datetime) -> MergePlan:
    ids, author = (merge.from_id, merge.into_id), Author.of(viewer.caller)
    offerings = await find_offerings_of_both(uow, *ids)
    await lock_offerings(uow, offerings)
    recorded = await find_recorded(uow, merge.from_id)
    near = await find_sheets_of(uow, offerings, now)
    sheets = {*near, *recorded, *await find_sheets_with(uow, list(ids))}
    await lock_occurrences(uow, sorted(sheets, key=lambda key: (key.timeslot_id, key.held_on)))
    plan = await _locked_plan(uow, merge, now)
    if not await find_recorded(uow, merge.from_id) <= sheets:
        raise MergePreviewOutdated
    if plan.used_token_ids:
        raise MergedTokenInUse(plan.used_token_ids)
    shared = [each.key for each in plan.shared]
    await settle_shared(uow, viewer, plan, plan.marks_left(merge.chosen), now=now)
    staying, makeups, free = await staying_tokens(uow, merge.from_id, shared)
    if free:
        await revoke_staying(uow, free, now)
        entries = [LedgerEntry(merge.from_id, id_, MakeupTokenAct.REVOKED) for id_ in free]
        await enter(uow, entries, author=author, now=now)
    family_id = (await _plan(uow.connection, uow.organization_id, (merge.kind, *ids), now))[1][1]
    async with sheets_changed(uow, ids, sheets, author=author, now=now):
        await move_student(uow, ids, family_id, shared, (staying, makeups), now=now)
    await follow_new_place(uow, merge.into_id, today=now.date())
    return plan


async def _merge_families(uow: UnitOfWork, viewer: Viewer, merge: Merge, now: datetime) -> MergePlan:
    ids = (merge.from_id, merge.into_id)
    offerings, students = await find_offerings_of_both(uow, *ids), await find_members_of_both(uow, *ids)
    await lock_offerings(uow, offerings)
    async with rosters_changed(uow, students, offerings, author=Author.of(viewer.caller), now=now):
        plan = await _locked_plan(uow, merge, now)
        await move_family(uow, *ids, now)
    return plan


async def _locked_plan(uow: UnitOfWork, merge: Merge, now: datetime) -> MergePlan:
    """Lock both, and return the plan if it is still what the preview said."""
    await lock_both(uow, merge.kind, merge.from_id, merge.into_id)
    wanted = (merge.kind, merge.from_id, merge.into_id)
    plan, families = await _plan(uow.connection, uow.organization_id, wanted, now)
    if merge.kind is MergeKind.GUARDIAN and families[0] != families[1]:
        raise GuardiansOfTwoFamilies
    if plan.seen != merge.seen:
        raise MergePreviewOutdated
    return plan


async def _plan(
    connection: AsyncConnection, organization_id: UUID, wanted: tuple[MergeKind, UUID, UUID], now: datetime
) -> tuple[MergePlan, tuple[UUID, UUID]]:
    kind, from_id, into_id = wanted
    found = await find_merge(connection, organization_id, kind, from_id, into_id, now=now)
    if found is None:
        raise NothingFound(f"There are no two such {_NAMES[kind]}.")
    return found
