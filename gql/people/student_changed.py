"""The subscription studentChanged: a student's tokens, today's marks, coming occurrences and offers of places, as the
viewer sees them (R10.3).
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.calendar.occurrences import may_see_occurrence
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.feed import is_told_of_mark
from attendance.rules.marks.marks import MarkValue
from attendance.rules.organization.permissions import SEE_ATTENDANCE, Viewer, sees_all_occurrences
from attendance.rules.roster.roster_rows import MarkFacts
from attendance.rules.roster.sight import view_of
from attendance.rules.vocabulary import ChangeKind
from db.feed import FedChange, FeedFilter, feed_position
from db.history import history_of
from db.organization.access import access_epoch
from gql.fields.access import signed_in
from gql.fields.context import Info, Reading, reading
from gql.fields.global_ids import decode_id
from gql.fields.visible import may_see_students
from gql.fields.vocabulary import Portal
from gql.live.feed import FeedChange, read_feed_changes
from gql.live.figures import STUDENT, opened
from gql.live.following import Follower, News
from gql.live.patience import patiently
from gql.people.student_change import (
    CURSORS,
    MarkAsOf,
    StudentChanged,
    StudentState,
    read_student_state,
    show_student_change,
)
from gql.people.vocabulary import StudentChangeKind
from gql.protocol.errors import Forbidden, NotAuthenticated, NotFound
from gql.protocol.streams import Memo, Once

REPLAY_POSITIONS = 5000
_NO_LONGER = "You may no longer see this student."
_SNAPSHOT = frozenset({StudentChangeKind.SNAPSHOT})


@dataclass(frozen=True, slots=True)
class _Told:
    """The position up to which the subscriber was told, fingerprints of what it was shown, and the identity of the
    history. The cursors of release 0.1.0 have neither history nor offers.
    """

    position: int
    tokens: str
    schedule: str
    history: str | None
    offers: str | None


def _read(cursor: str) -> _Told:
    position, tokens, schedule = CURSORS.decode(cursor, "after")
    tokens, _, history = tokens.partition("@")
    schedule, _, offers = schedule.partition("@")
    return _Told(position, tokens, schedule, history or None, offers or None)


@dataclass(frozen=True, slots=True)
class _Seen:
    """The state that the viewer sees, and the changes to send.

    `memo` belongs to the change for which the state was read. All subscribers who see the same share it.
    """

    state: StudentState
    viewer: Viewer
    access: int
    position: int
    history: str
    changes: Sequence[FeedChange] | None
    memo: Memo | None = None


async def resolve(
    info: Info,
    student_id: Annotated[strawberry.ID, strawberry.argument(description="The id of the student to follow.")],
    after: Annotated[
        str | None,
        strawberry.argument(
            description="The cursor of the last event that the client has. The stream then starts with the changes "
            "after it and without a SNAPSHOT. When left out or null, the stream starts with a SNAPSHOT. A SNAPSHOT is "
            f"sent anyway when the organization has had more than {REPLAY_POSITIONS} changes since, when the cursor is "
            "older than three days, or when the server's database was restored since."
        ),
    ] = None,
) -> AsyncGenerator[StudentChanged | Once, None]:
    """The stream of one subscriber. It ends with FORBIDDEN or UNAUTHENTICATED when the viewer may no longer see the
    student.
    """
    student = decode_id(student_id, "Student", "studentId")
    told = None if after is None else _read(after)
    if info.context.claims is None:
        raise NotAuthenticated("Sign in first: this needs an access token.")
    services, organization_id = info.context.services, info.context.claims.organization_id
    with services.feed.watch(organization_id, lambda change: change.is_about(student)) as watcher:
        seen = await patiently(partial(_open, info, student, told))
        if seen is None:
            raise NotFound('Argument "studentId" is the id of no student whom you may see.')
        services.feed.follow(organization_id, watcher, seen.position, seen.history)
        opened(STUDENT, with_snapshot=told is None or seen.changes is None)
        follower = Follower(organization_id, watcher, services.access, info.context.clock)
        while True:
            for event in _events(seen, told):
                yield event if seen.memo is None else _share(event, seen, seen.memo)
            state = seen.state
            told = _Told(seen.position, state.tokens, state.schedule, seen.history, state.offers)
            # A stream that waits must not hold on to what others were told.
            seen = await _next(info, student, follower, replace(seen, changes=None, memo=None))


async def _next(info: Info, student_id: UUID, follower: Follower, last: _Seen) -> _Seen:
    """Wait for news and return the new state, even if nothing in it has to be sent. Raises Forbidden and
    NotAuthenticated.
    """
    while True:
        news = await follower.next(last.state.zones, last.access)
        if isinstance(news, FeedChange) and news.revision <= last.position:
            continue
        if news is News.NEW_RIGHTS and (kept := await patiently(partial(_kept, info, last))) is not None:
            last = kept
            continue
        if isinstance(news, FeedChange) and not news.fed.is_everything:
            seen = await _look(info, student_id, news)
        else:
            missed = news is News.MISSED or isinstance(news, FeedChange)
            seen = await patiently(partial(_open, info, student_id, None if missed else last))
        if seen is None:
            raise Forbidden(_NO_LONGER)
        return seen


def _events(seen: _Seen, told: _Told | None) -> list[StudentChanged]:
    """Return the events that the viewer has not received.

    Each event shows the whole state. Therefore the first event also says whether the tokens, the schedule or the offers
    differ from what the viewer was told before.
    """
    state = seen.state
    if told is None or seen.changes is None:
        return [_snapshot(seen)]
    changed = set[StudentChangeKind]()
    if state.tokens != told.tokens:
        changed.add(StudentChangeKind.TOKENS)
    if state.schedule != told.schedule:
        changed.add(StudentChangeKind.SCHEDULE)
    if told.offers is not None and state.offers != told.offers:
        changed.add(StudentChangeKind.OFFERS)
    events = []
    for change in seen.changes:
        marks = _marks(seen, change)
        if marks:
            changed.add(StudentChangeKind.MARKS)
        if changed:
            events.append(
                show_student_change(
                    state,
                    seen.viewer,
                    position=change.revision,
                    history=seen.history,
                    changed_at=change.fed.fed_at,
                    kinds=changed,
                    marks=marks,
                )
            )
        changed = set()
    if changed:
        events.append(_snapshot(seen))
    return events


def _share(event: StudentChanged, seen: _Seen, memo: Memo) -> Once:
    """Let all subscribers who see the same, and were told the same before, share the event of one change."""
    part = (seen.state.day.student_id, tuple(event.kinds))
    return Once(event, memo, view_of(seen.viewer), part)


def _snapshot(seen: _Seen) -> StudentChanged:
    now = seen.state.now
    return show_student_change(
        seen.state, seen.viewer, position=seen.position, history=seen.history, changed_at=now, kinds=_SNAPSHOT, marks=[]
    )


def _marks(seen: _Seen, change: FeedChange) -> list[MarkAsOf]:
    """Return the marks in the change that the viewer may see."""
    caller = seen.viewer.caller
    is_family = caller.portal is Portal.CUSTOMER
    student_id, heads = seen.state.day.student_id, seen.state.day.sheets.heads
    return [
        MarkAsOf(each.key, _mark_as_of(seen.state, each, entry.after))
        for each in change.fed.changes
        if each.kind is ChangeKind.MARKS
        for entry in each.entries
        if entry.student_id == student_id
        and each.key in heads
        and (is_family or may_see_occurrence(caller, heads[each.key]))
        and is_told_of_mark(entry.before, entry.after, is_family=is_family)
    ]


def _mark_as_of(state: StudentState, change: FedChange, after: MarkValue | None) -> MarkFacts | None:
    row = state.day.sheets.rows.get((change.key, state.day.student_id))
    if row is not None and row.mark is not None and row.mark.revision == change.revision:
        return row.mark
    return change.mark(after)


async def _open(info: Info, student_id: UUID, told: "_Told | _Seen | None") -> _Seen | None:
    """Read the state and the changes since `told`, in one snapshot. Return None when the viewer may see no such
    student.

    The changes are None when they cannot be sent one by one.
    """
    async with reading(info) as source:
        _check(source.viewer)
        organization_id, history = source.viewer.caller.organization_id, await history_of(source.connection)
        after = None if told is None or told.history not in (None, history) else told.position
        position, is_whole = await feed_position(source.connection, organization_id, after or 0)
        changes = None
        if after is not None and is_whole and 0 <= position - after <= REPLAY_POSITIONS:
            chosen = FeedFilter(student_id=student_id)
            found = await read_feed_changes(source.connection, organization_id, after, REPLAY_POSITIONS, chosen)
            changes = [each for each in found if each.is_about(student_id)]
            if any(each.fed.is_everything for each in changes):
                changes = None
        state = await read_student_state(source, student_id, info.context.clock(), _marked(changes or (), student_id))
        if state is None:
            return None
        access = await access_epoch(source.connection, organization_id)
        return _Seen(state, source.viewer, access, position, history, changes)


async def _look(info: Info, student_id: UUID, change: FeedChange) -> _Seen | None:
    """Return the state after a change. It is read once for all who see the same."""
    viewer = await change.memo.once(("student", info.context.claims), lambda: patiently(lambda: _viewer(info)))
    marked = _marked([change], student_id)

    async def read() -> StudentState | None:
        database, organization_id = info.context.services.database, viewer.caller.organization_id
        async with database.read(organization_id) as connection:
            return await read_student_state(Reading(connection, viewer), student_id, info.context.clock(), marked)

    state = await change.memo.once((student_id, view_of(viewer)), lambda: patiently(read))
    return (
        None
        if state is None
        else _Seen(state, viewer, change.access, change.revision, change.history, [change], change.memo)
    )


async def _kept(info: Info, last: _Seen) -> _Seen | None:
    """Return the last state with the viewer's new permissions.

    None means that the state must be read again, because the viewer may see something else by now. Raises Forbidden and
    NotAuthenticated.
    """
    async with reading(info) as (connection, viewer):
        _check(viewer)
        access = await access_epoch(connection, viewer.caller.organization_id)
    sees_all = viewer.caller.portal is Portal.CUSTOMER or sees_all_occurrences(viewer.caller)
    return replace(last, viewer=viewer, access=access) if sees_all and view_of(viewer) == view_of(last.viewer) else None


async def _viewer(info: Info) -> Viewer:
    """Return the viewer with the current permissions. Raises NotAuthenticated and Forbidden."""
    async with reading(info) as (_, viewer):
        _check(viewer)
        return viewer


def _check(viewer: Viewer) -> None:
    if not may_see_students(viewer.caller):
        raise Forbidden(f"This needs the permission {' or '.join(sorted(SEE_ATTENDANCE))}.")


def _marked(changes: Sequence[FeedChange], student_id: UUID) -> frozenset[OccurrenceKey]:
    return frozenset(
        each.key
        for change in changes
        for each in change.fed.changes
        if each.kind is ChangeKind.MARKS and any(entry.student_id == student_id for entry in each.entries)
    )


field = strawberry.subscription(
    resolver=resolve,
    graphql_type=StudentChanged,
    description="Follows one student, for families' apps and for staff. The first event is a SNAPSHOT of the "
    "student's state or, with `after`, the changes since then follow one by one. After that, each change of the "
    "student's marks, makeup tokens, coming occurrences and offers of places that the viewer may see is sent once, in "
    "order. At local midnight, a new SNAPSHOT is sent if the new date changes what is shown. A client that falls "
    "behind gets a SNAPSHOT instead of the changes that it missed. The viewer's permissions are checked again for "
    "every event; when they are lost, the stream ends with UNAUTHENTICATED or FORBIDDEN. A student whom the viewer may "
    "not see is NOT_FOUND. Guardians can follow the students of their own family. Staff need attendance VIEW; without "
    "SEE_ALL, only students who are enrolled in what the viewer teaches or substitutes can be followed.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
