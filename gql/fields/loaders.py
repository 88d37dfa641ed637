"""Loaders for related objects. Each reads, once, what all objects of an operation ask for at the same time.

A loader opens one reading transaction for a batch, so the number of statements does not depend on the number of
objects. It keeps nothing between batches, because the operation of a subscription lives long.
"""

from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import OccurrenceHead, may_see_occurrence
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.organization.permissions import Viewer
from attendance.rules.people.students import EnrollmentFacts, NoteFacts
from attendance.rules.roster.indicators import Sight
from attendance.rules.roster.roster import AttendanceTally
from attendance.rules.roster.roster_rows import (
    WHOLE,
    RosterCandidate,
    RosterParts,
    RosterRow,
    roster_rows,
    tally_of,
)
from attendance.rules.roster.sight import sight_of
from db.calendar.occurrence_listings import read_tallies
from db.calendar.occurrences import find_head
from db.driver import Beside
from db.people.students import read_enrollments, read_enrollments_by_id, read_notes
from db.roster.places_taken import read_places_taken
from db.roster.rosters import read_candidates, read_rosters
from gql.fields.batches import Batches
from gql.fields.context import Info, Reading, reading
from gql.fields.selection import names_below
from pace import turn

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True)
class Sheet:
    """An occurrence's roster and what its reader may see of it. The rows are made when they are first used.

    parts -- what was read for the roster
    """

    candidates: Sequence[RosterCandidate]
    head: OccurrenceHead
    sight: Sight
    parts: RosterParts = WHOLE

    @cached_property
    def rows(self) -> tuple[RosterRow, ...]:
        """The rows, ordered by last name, then first name."""
        return roster_rows(self.candidates, self.head, self.sight, self.parts)

    @cached_property
    def tally(self) -> AttendanceTally:
        return tally_of(self.candidates, self.head.key)


async def find_sheet(
    connection: AsyncConnection, viewer: Viewer, key: OccurrenceKey
) -> tuple[OccurrenceHead, Sheet] | None:
    """Return the occurrence and its sheet, or None when there is no such occurrence or the viewer may not see it. It
    takes two statements in the caller's transaction.
    """
    head = await find_visible_head(connection, viewer, key)
    return None if head is None else (head, await sheet_of(connection, viewer, head))


async def read_sheet(connection: AsyncConnection, viewer: Viewer, key: OccurrenceKey) -> tuple[OccurrenceHead, Sheet]:
    """Return what `find_sheet` returns, for a viewer who is known to see the occurrence. Raises LookupError when it
    is not found.
    """
    found = await find_sheet(connection, viewer, key)
    if found is None:
        raise LookupError(f"no occurrence {key} to be seen")
    return found


async def find_visible_head(
    connection: AsyncConnection, viewer: Viewer, key: OccurrenceKey, read: Beside | None = None
) -> OccurrenceHead | None:
    """Return the occurrence, or None when it does not exist or the viewer may not see it.

    read -- see `find_head`
    """
    head = await find_head(connection, viewer.caller.organization_id, key, read)
    return head if head is not None and may_see_occurrence(viewer.caller, head) else None


async def sheet_of(
    connection: AsyncConnection, viewer: Viewer, head: OccurrenceHead, parts: RosterParts = WHOLE
) -> Sheet:
    sight = sight_of(viewer)
    candidates = await read_candidates(connection, viewer.caller.organization_id, head, parts=parts)
    return Sheet(candidates, head, sight, parts)


def parts_for(selected: Collection[str]) -> RosterParts:
    """Return what must be read for rosters below which these fields are selected."""
    return RosterParts(rates="attendanceRate" in selected, signs="indicators" in selected)


async def load(info: Info, key: K, read: Callable[[Reading, list[K]], Awaitable[list[V]]]) -> V:
    """Return what `read` finds for the key.

    read -- receives all keys of a batch and returns the values in their order.

    The field that calls this must declare its access (gql/fields/access.py).
    """
    loaders: dict[object, Batches[Any, Any]] = info.context.loaders
    loader = loaders.get(read)
    if loader is None:

        async def batch(keys: list[K]) -> list[V]:
            async with reading(info) as source:
                return await read(source, keys)

        loader = loaders[read] = Batches(batch)
    found: V = await loader.load(key)
    # All who waited for the batch go on at once, and each has work of its own with what it found.
    await turn()
    return found


async def load_sheet(info: Info, head: OccurrenceHead) -> Sheet:
    return await load(info, _Asked(head, parts_for(names_below(info))), _read_sheets)


async def load_places_taken(info: Info, head: OccurrenceHead) -> int:
    """Return the number of places taken on the date (R8.6), including those that are held for students who wait. The
    roster is not read.
    """
    return await load(info, (head, info.context.clock()), _read_places_taken)


async def load_tally(info: Info, key: OccurrenceKey) -> AttendanceTally:
    return await load(info, key, _read_tallies)


async def load_notes(info: Info, student_id: UUID) -> list[NoteFacts]:
    return await load(info, student_id, _read_notes)


async def load_enrollments(info: Info, student_id: UUID) -> list[EnrollmentFacts]:
    return await load(info, student_id, _read_enrollments)


async def load_place(info: Info, enrollment_id: UUID) -> EnrollmentFacts:
    """Return the enrollment, even when it is deleted."""
    return await load(info, enrollment_id, _read_places)


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """An occurrence of which the rows are wanted with these parts."""

    head: OccurrenceHead
    parts: RosterParts


async def _read_sheets(source: Reading, asked: list[_Asked]) -> list[Sheet]:
    sight, organization_id = sight_of(source.viewer), source.viewer.caller.organization_id
    wanted = [each.parts for each in asked]
    parts = RosterParts(rates=any(each.rates for each in wanted), signs=any(each.signs for each in wanted))
    heads = {each.head.key: each.head for each in asked}
    rosters = await read_rosters(source.connection, organization_id, heads.values(), parts=parts)
    sheets = {key: Sheet(rosters[key], head, sight, parts) for key, head in heads.items()}
    return [sheets[each.head.key] for each in asked]


async def _read_places_taken(source: Reading, asked: list[tuple[OccurrenceHead, datetime]]) -> list[int]:
    heads = {head.key: head for head, _ in asked}
    organization_id, now = source.viewer.caller.organization_id, max(now for _, now in asked)
    taken = await read_places_taken(source.connection, organization_id, heads.values(), now=now)
    return [taken[head.key] for head, _ in asked]


async def _read_tallies(source: Reading, keys: list[OccurrenceKey]) -> list[AttendanceTally]:
    tallies = await read_tallies(source.connection, source.viewer.caller.organization_id, set(keys))
    return [tallies[key] for key in keys]


async def _read_notes(source: Reading, student_ids: list[UUID]) -> list[list[NoteFacts]]:
    notes = await read_notes(source.connection, source.viewer.caller.organization_id, set(student_ids))
    return [notes[student_id] for student_id in student_ids]


async def _read_enrollments(source: Reading, student_ids: list[UUID]) -> list[list[EnrollmentFacts]]:
    found = await read_enrollments(source.connection, source.viewer.caller.organization_id, set(student_ids))
    return [found[student_id] for student_id in student_ids]


async def _read_places(source: Reading, ids: list[UUID]) -> list[EnrollmentFacts]:
    found = await read_enrollments_by_id(source.connection, source.viewer.caller.organization_id, set(ids))
    places = {each.enrollment.id: each for each in found}
    return [places[enrollment_id] for enrollment_id in ids]
