"""`rollSheetChanged`: a roll sheet's state or the changes since, then each change, in order and once (R10.1, R10.2)."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated

import strawberry
from strawberry import UNSET

from attendance.rules.calendar import local_date
from attendance.rules.indicators import Sight
from attendance.rules.occurrences import OccurrenceHead, may_see_occurrence
from attendance.rules.permissions import SEE_ATTENDANCE, Viewer
from attendance.rules.roster_rows import roster_rows
from attendance.rules.sight import sight_of
from db.roll_sheet_changes import RollSheet
from db.roster_changes import follow_sheet, is_far_ahead
from db.unit_of_work import unit_of_work
from gql.context import Info, Reading, reading
from gql.errors import BadInput, Forbidden, NotAuthenticated, NotFound
from gql.global_ids import decode_occurrence_id
from gql.loaders import Sheet, find_visible_head
from gql.permissions import requires
from gql.sheet_changes import REPLAY_LIMIT, SheetChange, read_changes, read_state
from gql.subscriptions.hub import Watcher
from gql.subscriptions.patience import patiently
from gql.types.occurrence import show_occurrence
from gql.types.roll_sheet_change import RollSheetChanged, show_change

_NO_LONGER = "You may no longer see this occurrence."


@dataclass(frozen=True, slots=True)
class _Opening:
    """What a subscriber is told first, everything up to `revision`."""

    revision: int
    changes: Sequence[SheetChange]
    sight: Sight


async def resolve(
    info: Info,
    occurrence_id: Annotated[strawberry.ID, strawberry.argument(description="The occurrence to follow.")],
    after_revision: Annotated[
        int | None,
        strawberry.argument(
            description="The last revision the client has, 0 or more: it gets what came after it and no SNAPSHOT. Left "
            "out or null: it has nothing. A SNAPSHOT comes all the same when that revision is more than 200 behind, or "
            "ahead of the occurrence, or when nobody before has followed one so far ahead (four weeks and more)."
        ),
    ] = UNSET,
) -> AsyncGenerator[RollSheetChanged, None]:
    """The stream of one subscriber. It ends with FORBIDDEN or UNAUTHENTICATED when the viewer may no longer see it."""
    key = decode_occurrence_id(occurrence_id, "occurrenceId")
    after_revision = None if after_revision is UNSET else after_revision
    if after_revision is not None and after_revision < 0:
        raise BadInput('Argument "afterRevision" is the revision that you have: 0 or more.')
    if info.context.claims is None:
        raise NotAuthenticated("Sign in first: this needs an access token.")
    sheet = RollSheet(info.context.claims.organization_id, key)
    hub = info.context.services.hub
    # Registered before the state is read: what is committed between the two waits in the queue.
    with hub.watch(sheet) as watcher:
        opening = await patiently(lambda: _open(info, sheet, after_revision))
        if opening is None:
            raise NotFound('Argument "occurrenceId" is the id of no occurrence that you may see.')
        hub.follow(sheet, watcher, opening.revision)
        for change in opening.changes:
            yield _shown(change, opening.sight, info.context.clock())
        async with aclosing(_follow(info, sheet, watcher, opening.revision)) as later:
            async for change, sight in later:
                yield _shown(change, sight, info.context.clock())


async def _follow(
    info: Info, sheet: RollSheet, watcher: Watcher[SheetChange], told: int
) -> AsyncGenerator[tuple[SheetChange, Sight], None]:
    """Every change after the revision `told`, with what the viewer may see of it by now."""
    while True:
        change = await watcher.take()
        if change is not None and change.revision <= told:
            continue
        if change is not None and change.revision == told + 1:
            sight = await _sight(info, change)
            told = change.revision
            yield change, sight
            continue
        # The queue ran over: the state comes in its place. Or a change is missing: it is read.
        opening = await patiently(partial(_open, info, sheet, None if change is None else told))
        if opening is None:
            raise Forbidden(_NO_LONGER)
        told = opening.revision
        for missed in opening.changes:
            yield missed, opening.sight


async def _open(info: Info, sheet: RollSheet, after: int | None) -> _Opening | None:
    """The changes after a revision, if they can all be told one by one, else the state; from one snapshot.

    None: there is no such occurrence for the viewer.
    """
    async with reading(info) as source:
        head = await find_visible_head(source.connection, source.viewer, sheet.key)
        if head is None:
            return None
        is_far = is_far_ahead(sheet.key.held_on, local_date(info.context.clock(), head.zone))
        if head.revision > 0 or not is_far:
            return await _read(info, source, sheet, head, after)
    is_first = await _follow_far(info, sheet)
    async with reading(info) as source:
        head = await find_visible_head(source.connection, source.viewer, sheet.key)
        if head is None:
            return None
        # What the client has may be from a time when nobody was told of such a sheet.
        return await _read(info, source, sheet, head, None if is_first else after)


async def _read(info: Info, source: Reading, sheet: RollSheet, head: OccurrenceHead, after: int | None) -> _Opening:
    connection, changes = source.connection, None
    if after is not None and 0 <= head.revision - after <= REPLAY_LIMIT:
        changes = await read_changes(connection, sheet, head, after)
        if [change.revision for change in changes] != list(range(after + 1, head.revision + 1)):
            changes = None
    if changes is None:
        changes = [await read_state(connection, sheet, head, info.context.clock())]
    return _Opening(head.revision, changes, sight_of(source.viewer))


async def _follow_far(info: Info, sheet: RollSheet) -> bool:
    """Is this the first time that somebody opens it?"""
    services = info.context.services
    async with unit_of_work(services.database, sheet.organization_id, services.announcer) as uow:
        return await follow_sheet(uow, sheet.key)


async def _sight(info: Info, change: SheetChange) -> Sight:
    """What the viewer may see, read again for this change: once for all subscriptions of one credential (R10.4)."""
    viewer = await change.memo.once(info.context.claims, lambda: patiently(lambda: _viewer(info)))
    if not may_see_occurrence(viewer.caller, change.head):
        raise Forbidden(_NO_LONGER)
    return sight_of(viewer)


def _shown(change: SheetChange, sight: Sight, now: datetime) -> RollSheetChanged:
    """The same object for all viewers with one sight: nothing else that they may see or not is in it."""
    shown: RollSheetChanged | None = change.shown.get(sight)
    if shown is None:
        whole = Sheet(roster_rows(change.everyone, change.head, sight), sight)
        shown = show_change(change, sight, show_occurrence(change.head, now, sheet=whole))
        change.shown[sight] = shown
    return shown


async def _viewer(info: Info) -> Viewer:
    """Raises NotAuthenticated and Forbidden."""
    async with reading(info) as (_, viewer):
        return viewer


field = strawberry.subscription(
    resolver=resolve,
    description="An occurrence's roll sheet: first its current state as a SNAPSHOT (or, with `afterRevision`, the "
    "changes since), then every change, in revision order, each once. A client that falls behind gets a SNAPSHOT in "
    "place of what it missed. The viewer's rights are looked at again for every event; the stream ends with "
    "UNAUTHENTICATED or FORBIDDEN when they are gone. An occurrence that the viewer may not see is NOT_FOUND. Staff "
    "with attendance VIEW in their portal.",
    metadata=requires(SEE_ATTENDANCE),
)
