"""The subscription `rollSheetChanged` sends a roll sheet's state, or the changes since a revision. It then sends
each further change in order and exactly once (R10.1, R10.2).
"""

from collections.abc import AsyncGenerator, Hashable
from functools import partial
from typing import Annotated

import strawberry

from attendance.rules.calendar.occurrences import may_see_occurrence
from attendance.rules.organization.permissions import SEE_ATTENDANCE, Viewer, sees_all_occurrences
from attendance.rules.roster.indicators import Sight
from attendance.rules.roster.roster_rows import WHOLE, WITH_HOLDS
from attendance.rules.roster.sight import sight_of, view_of
from db.roster.roll_sheet_changes import RollSheet
from gql.calendar.occurrence import show_occurrence
from gql.credentials.nobody_there import NobodyThere
from gql.fields.access import access_of, check_to_see, requires
from gql.fields.context import Info, reading
from gql.fields.global_ids import decode_occurrence_id
from gql.fields.loaders import Sheet
from gql.fields.selection import names_below
from gql.live.group import Live
from gql.live.openings import Wish
from gql.live.patience import patiently
from gql.live.sheet_changes import Depth, SheetChange
from gql.protocol.errors import BadInput, Forbidden, NotAuthenticated, NotFound
from gql.protocol.strawberry_internals import field_of
from gql.protocol.streams import Once
from gql.roster.roll_sheet_change import RollSheetChanged, show_change

_NONE = 'There is no occurrence with the id in argument "occurrenceId", or you may not see it.'
_NO_LONGER = "This occurrence does not exist any more, or you may no longer see it."
# Fields that are computed from all rows and not only from the changed ones.
_DEPTHS = {"roster": Depth.ROSTER, "openings": Depth.PLACES}
# To find out what is raised for a row takes as long as to show the rest of it.
_SIGNS = "indicators"


async def resolve(
    info: Info,
    occurrence_id: Annotated[
        strawberry.ID, strawberry.argument(description="The id of the occurrence whose roll sheet to follow.")
    ],
    after_revision: Annotated[
        int | None,
        strawberry.argument(
            description="The last revision that the client has, 0 or more. The stream then starts with the changes "
            "after it and without a SNAPSHOT. Leave it out, or pass null, when the client has nothing. A SNAPSHOT is "
            "sent anyway in four cases: the revision is more than 200 changes behind; it is ahead of the occurrence; "
            "it is 0 and the occurrence is four weeks ahead or more; or it belongs to another history."
        ),
    ] = None,
    history: Annotated[
        str | None,
        strawberry.argument(
            description="The `history` of the last event that the client has. When left out or null, the history is "
            "not compared, and a client does not notice that the server's database was restored in the meantime."
        ),
    ] = None,
) -> AsyncGenerator[Once | Live[SheetChange], None]:
    """Yield the events of one subscriber. The stream reads what the subscriber lacks, then shares the events of its
    group for as long as possible, and starts over when it no longer can.

    It ends with FORBIDDEN or UNAUTHENTICATED when the viewer may no longer see the occurrence, and with FORBIDDEN when
    the occurrence does not exist any more.
    """
    key = decode_occurrence_id(occurrence_id, "occurrenceId")
    if after_revision is not None and after_revision < 0:
        raise BadInput('Argument "afterRevision" must be the revision that you have, which is 0 or more.')
    if info.context.claims is None:
        raise NotAuthenticated("Sign in first: this needs an access token.")
    claims, services = info.context.claims, info.context.services
    sheet, hub = RollSheet(claims.organization_id, key), services.hub
    names = names_below(info)
    depth, signs = max((_DEPTHS.get(name, Depth.CHANGED) for name in names), default=Depth.CHANGED), _SIGNS in names
    told, told_in, is_new = after_revision, history, True
    while True:
        # The watcher is registered before the state is read, so whatever is committed between the two waits in its
        # queue.
        with hub.watch(sheet, depth=depth) as watcher:
            try:
                opening = await patiently(partial(services.openings.open, sheet, Wish(claims, told, told_in, depth)))
            except NobodyThere:
                # The sign-in may go on while only its portal is closed to the person. A reading tells which it is.
                async with reading(info):
                    raise
            info.context.caller = opening.viewer.caller
            check_to_see(access_of(field_of(info)), opening.viewer.caller)
            if opening.changes is None:
                raise NotFound(_NONE) if is_new else Forbidden(_NO_LONGER)
            hub.follow(sheet, watcher, opening.revision, opening.history)
            told_in = opening.history
            viewer, revision, changes = opening.viewer, opening.revision, list(opening.changes)
            view, sight = view_of(viewer), sight_of(viewer)
            # A stream lives long, and must not hold on to the roster with which it began.
            del opening
            while changes:
                yield Once(_show(info, sight, signs, changes[0]), changes.pop(0).memo, view)
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
                sees=partial(_sees, viewer, depth),
                show=partial(_show, info, sight, signs),
            )
            yield live
        told, is_new = None if live.has_missed else live.told, False


def _stays(view: Hashable, viewer: Viewer) -> bool:
    """Return whether the viewer's view is still the same.

    For viewers who see only their own classes, it takes a look at the database to know whether this is still one of
    them.
    """
    return sees_all_occurrences(viewer.caller) and view_of(viewer) == view


def _sees(viewer: Viewer, depth: Depth, change: SheetChange) -> bool:
    """Return whether the change can be shown to the viewer. What was read before this subscriber came may lack a part
    that it shows.
    """
    return may_see_occurrence(viewer.caller, change.head) and change.depth >= depth


def _show(info: Info, sight: Sight, signs: bool, change: SheetChange) -> RollSheetChanged:
    """Show a change. All viewers with the same sight get the same object, since it depends on nothing else about the
    viewer.

    signs -- whether the indicators of the rows are selected
    """
    shown: RollSheetChanged | None = change.shown.get((sight, signs))
    if shown is None:
        whole = None
        if change.everyone is not None:
            parts = WHOLE if change.held is None else WITH_HOLDS
            whole = Sheet(change.everyone, change.head, sight, parts, change.held or ())
        occurrence = show_occurrence(change.head, info.context.clock(), sheet=whole, counted=change.tally)
        shown = show_change(change, sight, occurrence, signs=signs)
        change.shown[sight, signs] = shown
    return shown


field = strawberry.subscription(
    resolver=resolve,
    graphql_type=RollSheetChanged,
    description="Follows the roll sheet of one occurrence. The stream starts with a SNAPSHOT of its current state; "
    "with `afterRevision`, it starts with the changes since that revision instead. After that, every "
    "change is sent once, in the order of revisions. A client that falls behind gets a SNAPSHOT instead "
    "of the events it missed. The viewer's rights are checked again for every event, and the stream ends "
    "with UNAUTHENTICATED or FORBIDDEN when they are gone; it also ends with FORBIDDEN when the "
    "occurrence does not exist any more, for example because its class was moved to another weekday. An "
    "occurrence that does not exist or that the viewer may not see is answered with NOT_FOUND. Needs "
    "attendance VIEW; without SEE_ALL, only occurrences that the viewer teaches or substitutes can be "
    "followed.",
    metadata=requires(SEE_ATTENDANCE),
)
