"""`rollSheetChanged`: a roll sheet's state or the changes since, then each change, in order and once (R10.1, R10.2)."""

from collections import deque
from collections.abc import AsyncGenerator, Hashable
from functools import partial
from typing import Annotated

import strawberry
from strawberry import UNSET

from attendance.rules.calendar.occurrences import may_see_occurrence
from attendance.rules.organization.permissions import SEE_ATTENDANCE, Viewer, sees_all_occurrences
from attendance.rules.roster.indicators import Sight
from attendance.rules.roster.sight import sight_of, view_of
from db.roster.roll_sheet_changes import RollSheet
from gql.calendar.occurrence import show_occurrence
from gql.fields.access import access_of, check_to_see, requires
from gql.fields.context import Info
from gql.fields.global_ids import decode_occurrence_id
from gql.fields.loaders import Sheet
from gql.fields.selection import names_below
from gql.live.group import Live
from gql.live.openings import Wish
from gql.live.patience import patiently
from gql.live.sheet_changes import SheetChange
from gql.protocol.errors import BadInput, Forbidden, NotAuthenticated, NotFound
from gql.protocol.streams import Once
from gql.roster.roll_sheet_change import RollSheetChanged, show_change

_NONE = 'Argument "occurrenceId" is the id of no occurrence that you may see.'
_NO_LONGER = "You may no longer see this occurrence."
# Fields that are made from all rows, not from those that changed.
_OF_THE_WHOLE = frozenset({"roster", "openings"})


async def resolve(
    info: Info,
    occurrence_id: Annotated[strawberry.ID, strawberry.argument(description="The occurrence to follow.")],
    after_revision: Annotated[
        int | None,
        strawberry.argument(
            description="The last revision the client has, 0 or more: it gets what came after it and no SNAPSHOT. Left "
            "out or null: it has nothing. A SNAPSHOT comes all the same when that revision is more than 200 behind, or "
            "ahead of the occurrence, or 0 and the occurrence four weeks ahead or more."
        ),
    ] = UNSET,
) -> AsyncGenerator[Once | Live[SheetChange], None]:
    """The stream of one subscriber: it reads what it lacks and then follows with others, for as long as it can, and so
    on. It ends with FORBIDDEN or UNAUTHENTICATED when the viewer may no longer see it.
    """
    key = decode_occurrence_id(occurrence_id, "occurrenceId")
    after_revision = None if after_revision is UNSET else after_revision
    if after_revision is not None and after_revision < 0:
        raise BadInput('Argument "afterRevision" is the revision that you have: 0 or more.')
    if info.context.claims is None:
        raise NotAuthenticated("Sign in first: this needs an access token.")
    claims, services = info.context.claims, info.context.services
    sheet, hub = RollSheet(claims.organization_id, key), services.hub
    wholly, told, is_new = not _OF_THE_WHOLE.isdisjoint(names_below(info)), after_revision, True
    while True:
        # Registered before the state is read: what is committed between the two waits in the queue.
        with hub.watch(sheet, wholly=wholly) as watcher:
            opening = await patiently(partial(services.openings.open, sheet, Wish(claims, told, wholly)))
            check_to_see(access_of(info._field), opening.viewer.caller)
            if opening.changes is None:
                raise NotFound(_NONE) if is_new else Forbidden(_NO_LONGER)
            hub.follow(sheet, watcher, opening.revision)
            viewer, revision, changes = opening.viewer, opening.revision, deque(opening.changes)
            view, sight = view_of(viewer), sight_of(viewer)
            # A stream lives long, and must not hold the roster that it began with for as long.
            del opening
            while changes:
                yield Once(_show(info, sight, changes[0]), changes.popleft().memo, view)
            live = Live(
                services.fan_out,
                hub,
                sheet,
                watcher,
                told=revision,
                claims=claims,
                viewer=viewer,
                view=view,
                stays=partial(_stays, view),
                sees=partial(_sees, viewer, wholly),
                show=partial(_show, info, sight),
            )
            yield live
        told, is_new = None if live.has_missed else live.told, False


def _stays(view: Hashable, viewer: Viewer) -> bool:
    """Of those who see their own classes alone nobody knows without looking whether this is still one."""
    return sees_all_occurrences(viewer.caller) and view_of(viewer) == view


def _sees(viewer: Viewer, wholly: bool, change: SheetChange) -> bool:
    """Of what was read before this subscriber came the whole roster may be missing."""
    return may_see_occurrence(viewer.caller, change.head) and (change.everyone is not None or not wholly)


def _show(info: Info, sight: Sight, change: SheetChange) -> RollSheetChanged:
    """The same object for all viewers with one sight: nothing else that they may see or not is in it."""
    shown: RollSheetChanged | None = change.shown.get(sight)
    if shown is None:
        whole = None if change.everyone is None else Sheet(change.everyone, change.head, sight)
        occurrence = show_occurrence(change.head, info.context.clock(), sheet=whole, counted=change.tally)
        shown = show_change(change, sight, occurrence)
        change.shown[sight] = shown
    return shown


field = strawberry.subscription(
    resolver=resolve,
    graphql_type=RollSheetChanged,
    description="An occurrence's roll sheet: first its current state as a SNAPSHOT (or, with `afterRevision`, the "
    "changes since), then every change, in revision order, each once. A client that falls behind gets a SNAPSHOT in "
    "place of what it missed. The viewer's rights are looked at again for every event; the stream ends with "
    "UNAUTHENTICATED or FORBIDDEN when they are gone. An occurrence that the viewer may not see is NOT_FOUND. Staff "
    "with attendance VIEW in their portal.",
    metadata=requires(SEE_ATTENDANCE),
)
