"""The subscription `checkIns` sends every check-in and correction of a day, with running tallies, to dashboards
(R10.3).
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Annotated

import strawberry

from attendance.rules.calendar.timeslots import CALENDAR
from attendance.rules.organization.permissions import SEE_ATTENDANCE, Viewer, sees_all_occurrences
from db.calendar.occurrence_listings import read_tallies
from db.feed import FeedFilter, feed_position
from db.history import history_of
from db.marks.day_tallies import DayFilter, read_day_tallies
from db.organization.access import access_epoch
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.global_ids import decode_ids
from gql.fields.listing_arguments import MOST_IDS
from gql.live.feed import FeedChange
from gql.live.figures import CHECK_INS, opened, sent
from gql.live.following import Follower, News
from gql.live.patience import patiently
from gql.marks.check_in_event import CURSORS, LAST, CheckInEvent, CheckIns
from gql.marks.dashboard import Dashboard, DayRead, check_ins_of, is_chosen, read_touched
from gql.protocol.errors import BadInput, NotAuthenticated
from gql.protocol.streams import Memo, Once
from gql.services import Clock

REPLAY_POSITIONS = 1000
_LARGEST_REPLAY = 500


@dataclass(frozen=True, slots=True)
class _Told:
    """The last event that the subscriber received: its position, its place within the position, and the dates
    followed with the identity of the history.
    """

    position: int
    place: int
    days: str


async def resolve(
    info: Info,
    date: Annotated[
        date | None,
        strawberry.argument(
            description="The local date to follow. When left out or null, the stream follows today at each location "
            "and continues with the next day."
        ),
    ] = None,
    location_ids: Annotated[
        list[strawberry.ID] | None,
        strawberry.argument(
            description=f"Only occurrences at these locations. At most {MOST_IDS} ids. When left out, null or empty, "
            "all locations are followed."
        ),
    ] = None,
    program_ids: Annotated[
        list[strawberry.ID] | None,
        strawberry.argument(
            description=f"Only occurrences of offerings in these programs. At most {MOST_IDS} ids. When left out, "
            "null or empty, all programs are followed."
        ),
    ] = None,
    after: Annotated[
        str | None,
        strawberry.argument(
            description="The cursor of the last event that the client has. The stream then starts with the events "
            "after it and without a SNAPSHOT. Leave it out, or pass null, when the client has nothing. A SNAPSHOT is "
            f"sent anyway when a new day has begun, when more than {REPLAY_POSITIONS} changes were committed in the "
            f"organization since that event, when more than {_LARGEST_REPLAY} events would have to be sent, when "
            "the event is more than three days old, or when the server's database was restored since."
        ),
    ] = None,
) -> AsyncGenerator[CheckInEvent | Once, None]:
    """Yield the events of one subscriber. The stream ends with FORBIDDEN or UNAUTHENTICATED when the viewer may no
    longer follow it.
    """
    chosen = _chosen(date, location_ids or [], program_ids or [])
    told = None if after is None else _Told(*CURSORS.decode(after, "after"))
    if info.context.claims is None:
        raise NotAuthenticated("Sign in first: this needs an access token.")
    services, organization_id = info.context.services, info.context.claims.organization_id
    wants = partial(_is_followed, chosen, info.context.clock)
    with services.feed.watch(organization_id, wants) as watcher:
        follower = Follower(organization_id, watcher, services.access, info.context.clock)
        shown: Dashboard | None = None
        while True:
            board, start = await patiently(partial(_open, info, chosen, told, shown))
            services.feed.follow(organization_id, watcher, board.position, board.history)
            missed = None if told is None or start is None else await _replay(info, board, told, start)
            opened(CHECK_INS, with_snapshot=missed is None)
            if missed is None:
                yield board.snapshot()
            for found, memo in missed or ():
                yield board.share(found, memo)
            async with aclosing(_follow(info, follower, board)) as events:
                async for event in events:
                    yield event
            told, shown = (_Told(board.position, LAST, board.days) if board.has_missed else None), board


async def _follow(info: Info, follower: Follower, board: Dashboard) -> AsyncGenerator[Once, None]:
    """Yield events until the state must be read again."""
    while True:
        news = await follower.next(() if board.chosen.day else board.zones, board.access)
        if news is News.NEW_DAY and board.chosen.day is not None:
            continue
        if news is News.NEW_RIGHTS and await _keeps_rights(info, board):
            continue
        if not isinstance(news, FeedChange) or news.fed.is_everything:
            board.has_missed = news is News.MISSED
            return
        if news.revision <= board.position:
            continue
        if news.access != board.access and not await _is_still_shown(info, news, board):
            return
        read = await news.memo.once("check-ins", partial(patiently, partial(_read_changes, info, [news])))
        board.position, board.now = news.revision, info.context.clock()
        for found in check_ins_of(news, read, board):
            yield board.share(found, news.memo)
            sent(CHECK_INS, 1, info.context.clock() - news.fed.fed_at)


async def _is_still_shown(info: Info, news: FeedChange, board: Dashboard) -> bool:
    """Return whether the viewer still sees the same. All streams of a credential share one check. Raises
    NotAuthenticated and Forbidden.
    """
    viewer = await news.memo.once(("check-ins", info.context.claims), partial(patiently, partial(_viewer, info)))
    if not board.is_shown_to(viewer):
        return False
    board.viewer = viewer
    if sees_all_occurrences(viewer.caller):
        board.access = viewer.access
    return True


async def _open(
    info: Info, chosen: DayFilter, told: _Told | None, shown: Dashboard | None
) -> tuple[Dashboard, int | None]:
    """Return the state, and the position after which changes can be replayed that follow `told`. None when only the
    state can be sent.

    shown -- what the subscriber has been shown, when it goes on within the stream
    """
    async with reading(info) as (connection, viewer):
        caller, now = viewer.caller, info.context.clock()
        sees_all = sees_all_occurrences(caller)
        mine = replace(chosen, visible_to=None if sees_all else caller.person_id)
        day = await read_day_tallies(connection, caller.organization_id, mine, now)
        # Other changes at the last position that the subscriber received may not have been sent yet.
        after = 0 if told is None else told.position - (told.place < LAST)
        position, is_whole = await feed_position(connection, caller.organization_id, after)
        access = await access_epoch(connection, caller.organization_id)
        history = await history_of(connection)
    board = Dashboard(mine, viewer, access, position, day.zones, dict(day.tallies), now, history)
    # A cursor of release 0.1.0 has no history.
    is_same = told is not None and told.days in (board.days, board.days.partition("@")[0])
    if told is None or not is_same or not is_whole or not 0 <= position - after <= REPLAY_POSITIONS:
        return board, None
    # Without SEE_ALL, a change of access may mean other classes.
    if shown is not None and not (shown.is_shown_to(viewer) and (sees_all or shown.access == access)):
        return board, None
    return board, after


async def _replay(info: Info, board: Dashboard, told: _Told, after: int) -> list[tuple[CheckIns, Memo]] | None:
    """Return what the subscriber has missed, each with the memo of its change. None when there is too much, or a change
    that stands for many.

    The changes and what they need are read once for all dashboards that miss about the same.
    """
    organization_id, about = board.viewer.caller.organization_id, board.chosen.day or board.now.date()
    margin = timedelta(0) if board.chosen.day else timedelta(days=1)
    near = FeedFilter(from_on=about - margin, to_on=about + margin)
    replay = await info.context.services.replays.since(organization_id, after, board.position, REPLAY_POSITIONS, near)
    changes = [change for change in replay.changes if after < change.revision <= board.position]
    if any(change.fed.is_everything for change in changes):
        return None
    read = await replay.memo.once("check-ins", partial(patiently, partial(_read_changes, info, replay.changes)))
    found = [(each, change.memo) for change in changes for each in check_ins_of(change, read, board)]
    missed = [each for each in found if (each[0].position, each[0].place) > (told.position, told.place)]
    return missed if len(missed) <= _LARGEST_REPLAY else None


async def _read_changes(info: Info, changes: Sequence[FeedChange]) -> DayRead:
    """Read what these changes need, once for all dashboards of the process, in three statements."""
    services, claims = info.context.services, info.context.claims
    if claims is None:
        raise NotAuthenticated("Sign in first: this needs an access token.")
    async with services.database.read(claims.organization_id) as connection:
        return DayRead(
            await read_tallies(connection, claims.organization_id, {key for each in changes for key in each.heads}),
            await read_touched(connection, claims.organization_id, changes),
        )


async def _keeps_rights(info: Info, board: Dashboard) -> bool:
    """Return whether the viewer still sees the same. A viewer who sees only their own classes never counts as such,
    because only a new read shows which these are now.
    """
    async with reading(info) as (connection, viewer):
        board.access = await access_epoch(connection, viewer.caller.organization_id)
    return sees_all_occurrences(viewer.caller) and board.is_shown_to(viewer)


async def _viewer(info: Info) -> Viewer:
    """Return the viewer. Raises NotAuthenticated and Forbidden."""
    async with reading(info) as (_, viewer):
        return viewer


def _is_followed(chosen: DayFilter, clock: Clock, change: FeedChange) -> bool:
    if change.fed.is_everything:
        return True
    now = clock()
    return any(is_chosen(chosen, head, now) for head in change.heads.values())


def _chosen(day: date | None, location_ids: Sequence[str], program_ids: Sequence[str]) -> DayFilter:
    """Return the filter that the arguments describe. Raises BadInput."""
    if day is not None and day not in CALENDAR:
        raise BadInput(
            f'Argument "date" is {day}. Only dates from {CALENDAR.starts_on} to {CALENDAR.ends_on} can be followed.'
        )
    return DayFilter(
        day,
        frozenset(decode_ids(location_ids, "Location", "locationIds", at_most=MOST_IDS)),
        frozenset(decode_ids(program_ids, "Program", "programIds", at_most=MOST_IDS)),
    )


field = strawberry.subscription(
    resolver=resolve,
    graphql_type=CheckInEvent,
    description="Follows every check-in and correction of a day, with running tallies, for dashboards. The stream "
    "starts with a SNAPSHOT of the tally; with `after`, it starts with the events since that cursor instead. "
    "After that, each change of marks or rosters, each cancellation and each restoration is sent once, in the order in "
    "which "
    "they were made. When `date` is left out, a new SNAPSHOT is sent when a new local day begins at a location. A"
    " client that falls behind gets the events that it missed, or a SNAPSHOT under the conditions of `after`. The"
    " viewer's rights are checked again for every event, and the stream ends with UNAUTHENTICATED or FORBIDDEN "
    "when they are gone. Needs attendance VIEW; without SEE_ALL, only the occurrences that the viewer teaches or "
    "substitutes are followed. A location or program that does not exist simply has no check-ins.",
    metadata=requires(SEE_ATTENDANCE),
)
