"""Loaders for related objects. Each reads, once, what all objects of an operation ask for at the same time.

A loader opens one reading transaction for a batch, so the number of statements does not depend on the number of
objects. It keeps nothing between batches, because the operation of a subscription lives long.
"""

from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import OccurrenceHead, may_see_occurrence
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.enrollments.places import held, places_taken
from attendance.rules.organization.permissions import Viewer
from attendance.rules.people.students import EnrollmentFacts, NoteFacts
from attendance.rules.roster.indicators import Sight
from attendance.rules.roster.roster import AttendanceTally
from attendance.rules.roster.roster_rows import (
    WHOLE,
    RosterCandidate,
    RosterParts,
    RosterRow,
    divide_held,
    roster_rows,
    tally_of,
)
from attendance.rules.roster.sight import sight_of
from db.calendar.occurrence_listings import read_tallies
from db.calendar.occurrences import find_head
from db.driver import Beside
from db.people.students import read_enrollments, read_enrollments_by_id, read_notes
from db.roster.opened_sheets import Opening, sheet_found
from db.roster.places_taken import read_places_taken
from db.roster.rosters import read_rosters
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
    held -- the WAITLIST enrollments for which a place is held, if that was read
    shown -- what was made of the sheet to show it, if the sheet is remembered
    """

    candidates: Sequence[RosterCandidate]
    head: OccurrenceHead
    sight: Sight
    parts: RosterParts = WHOLE
    held: Sequence[RosterCandidate] = ()
    shown: dict[str, Any] | None = None

    @cached_property
    def rows(self) -> tuple[RosterRow, ...]:
        """The rows, ordered by last name, then first name."""
        return roster_rows(self.candidates, self.head, self.sight, self.parts)

    @cached_property
    def tally(self) -> AttendanceTally:
        return tally_of(self.candidates, self.head.key)

    @cached_property
    def places_taken(self) -> int:
        """The number of places taken (R8.6), which `read_places_taken` counts without the roster."""
        places = [each.enrollment for each in self.candidates if each.enrollment]
        places += [held(each.enrollment, each.enrollment.starts_on) for each in self.held if each.enrollment]
        absences = {each.student.id: each.absences for each in (*self.candidates, *self.held)}
        return places_taken(self.head.key, self.head.slot, places, absences)


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
    connection: AsyncConnection,
    viewer: Viewer,
    head: OccurrenceHead,
    parts: RosterParts = WHOLE,
    *,
    now: datetime | None = None,
) -> Sheet:
    """Return the sheet of one occurrence, as `sheets_of` does."""
    sheets = await sheets_of(connection, viewer, [head], parts, now=now)
    return sheets[head.key]


async def sheets_of(
    connection: AsyncConnection,
    viewer: Viewer,
    heads: Collection[OccurrenceHead],
    parts: RosterParts,
    *,
    now: datetime | None,
) -> dict[OccurrenceKey, Sheet]:
    """Return the sheets of these occurrences, which are read in one statement.

    now -- when places count as held; needed if `parts` has holds
    """
    rosters = await read_rosters(connection, viewer.caller.organization_id, heads, parts=parts, now=now)
    sight = sight_of(viewer)
    return {head.key: _sheet(rosters[head.key], head, sight, parts) for head in heads}


async def sheet_opened(read: Opening, viewer: Viewer, parts: RosterParts) -> Sheet | None:
    """Return the sheet that the query of `sheet_beside` for these parts has found, or None when there is no such
    occurrence or the viewer may not see it.
    """
    found = await sheet_found(read)
    if found is None or not may_see_occurrence(viewer.caller, found[0]):
        return None
    head, roster = found
    sight = sight_of(viewer)
    sheet: Sheet | None = roster.made.get(sight)
    if sheet is None:
        sheet = roster.made[sight] = replace(_sheet(roster.candidates, head, sight, parts), shown={})
    return sheet


def _sheet(candidates: Sequence[RosterCandidate], head: OccurrenceHead, sight: Sight, parts: RosterParts) -> Sheet:
    here, held_for = divide_held(candidates) if parts.holds else (candidates, ())
    return Sheet(here, head, sight, parts, held_for)


_DETAILS = frozenset({"family", "markedBy", "needsReview"})


def parts_for(selected: Collection[str]) -> RosterParts:
    """Return what must be read for rosters when these fields are selected anywhere in them or beside them."""
    return RosterParts(
        rates="attendanceRate" in selected,
        signs="indicators" in selected,
        holds="openings" in selected,
        details=not _DETAILS.isdisjoint(selected),
    )


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
    found = await load(info, _Asked(head, info.context.clock(), parts_for(names_below(info))), _read_occupancy)
    if isinstance(found, int):
        raise TypeError(f"no roster of {head.key}")
    return found


async def load_places_taken(info: Info, head: OccurrenceHead) -> int:
    """Return the number of places taken on the date (R8.6), including those that are held for students who wait. It is
    read without the roster, unless other fields of the batch need that anyway.
    """
    found = await load(info, _Asked(head, info.context.clock()), _read_occupancy)
    return found if isinstance(found, int) else found.places_taken


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
    """An occurrence of which the rows are wanted with these parts, or else only the number of places taken."""

    head: OccurrenceHead
    now: datetime
    parts: RosterParts | None = None


async def _read_occupancy(source: Reading, asked: list[_Asked]) -> list[Sheet | int]:
    organization_id, now = source.viewer.caller.organization_id, max(each.now for each in asked)
    heads = {each.head.key: each.head for each in asked if each.parts is not None}
    counted = {each.head.key: each.head for each in asked if each.head.key not in heads}
    found: dict[OccurrenceKey, Sheet | int] = {}
    if heads:
        found.update(await sheets_of(source.connection, source.viewer, heads.values(), _parts_of(asked), now=now))
    if counted:
        found.update(await read_places_taken(source.connection, organization_id, counted.values(), now=now))
    return [found[each.head.key] for each in asked]


def _parts_of(asked: Sequence[_Asked]) -> RosterParts:
    """Return all parts that somebody asks for. Places are counted from the roster of an occurrence that has one."""
    wanted = [each.parts for each in asked if each.parts is not None]
    return RosterParts(
        rates=any(each.rates for each in wanted),
        signs=any(each.signs for each in wanted),
        holds=len(wanted) < len(asked) or any(each.holds for each in wanted),
        details=any(each.details for each in wanted),
    )


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
