"""The step that wraps every change of when, where or with how many places offerings meet (R2.10, R13.2, R13.3)."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from attendance.actions.catalogue.steps.tell_families import tell_families
from attendance.actions.makeups.give_back_makeups import give_back_makeups
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey, local_date
from attendance.rules.catalogue.catalogue_refusals import MarksInTheWay
from attendance.rules.catalogue.effects import NO_EFFECT, Effect, GivenBack, sum_up
from attendance.rules.catalogue.meetings import (
    MeetingChange,
    MeetingChangeKind,
    Picture,
    Placed,
    Programme,
    compare,
    picture,
)
from attendance.rules.catalogue.terms import Terms, check_not_past
from attendance.rules.organization.permissions import Viewer, may
from attendance.rules.people.erasure_refusals import ImportIsRunning
from attendance.rules.refusals import PermissionDenied
from attendance.rules.vocabulary import Permission
from db.calendar.history import change_dates
from db.calendar.timetables import lock_offerings
from db.catalogue.locking import fetch_in, lock_catalogue, number_occurrences, sheets_since
from db.catalogue.pictures import count_tokens_of, read_placed, read_programmes, read_recorded
from db.marks.changes import Author
from db.people.erasing import keep_imports_out
from db.roster.roster_changes import find_sheets_of, lock_occurrences
from db.unit_of_work import UnitOfWork

HORIZON = timedelta(days=366)
_DAY = timedelta(days=1)


@dataclass(slots=True)
class TimetablesChange:
    """What `timetables_changed` has locked and, when the block has ended, what the block did.

    dates -- for each offering the first date on which the change may hold
    shows_everywhere -- set by a block that changes what every sheet shows, such as the name or the instructors: then
        every open sheet from the date on hears of it
    """

    dates: Mapping[UUID, date]
    shows_everywhere: bool = False
    effect: Effect = NO_EFFECT


@dataclass(frozen=True, slots=True)
class _State:
    programmes: Sequence[Programme]
    meetings: Picture
    placed: Sequence[Placed]


async def begin_change(uow: UnitOfWork, viewer: Viewer, terms: Terms) -> None:
    """Take the catalogue for this transaction. Call it before anything of the catalogue is read.

    Raises ImportIsRunning, and PermissionDenied when somebody else than an owner asks for a correction of the past.
    """
    if terms.corrects_past and not may(viewer.caller, Permission.OWNER):
        raise PermissionDenied(Permission.OWNER, "Only an owner can correct the past.")
    if not await keep_imports_out(uow):
        raise ImportIsRunning
    await lock_catalogue(uow)


@asynccontextmanager
async def timetables_changed(
    uow: UnitOfWork, viewer: Viewer, offering_ids: Collection[UUID], terms: Terms, *, now: datetime
) -> AsyncIterator[TimetablesChange]:
    """Let the block change when these offerings meet, from the dates of the change on.

    On entry the offerings and their sheets are locked. On exit makeups that are not held any more are given back, open
    sheets whose occurrence changed hear of it, and families are told if they are to be. `begin_change` comes before.
    The number of statements does not depend on the number of offerings, occurrences or students.

    Raises PastIsFixed and MarksInTheWay.
    """
    if not offering_ids:
        yield TimetablesChange({})
        return
    await lock_offerings(uow, offering_ids)
    sheets = set(await find_sheets_of(uow, offering_ids, now))
    sheets |= set(await sheets_since(uow, offering_ids, _earliest(terms, now)))
    await lock_occurrences(uow, sheets)
    earliest = await change_dates(fetch_in(uow.connection), uow.organization_id, offering_ids, now)
    dates = {each: _date(earliest[each], terms) for each in earliest}
    first = min(dates.values())
    within = DateSpan(first, max(dates.values()) + HORIZON)
    before = await _read(uow, offering_ids, within)
    if not terms.corrects_past:
        _check_past(before.programmes, terms, now)
    change = TimetablesChange(dates)
    yield change
    after = await _read(uow, offering_ids, within)
    changes = compare(before.meetings, after.meetings)
    recorded = await _check_recorded(uow, offering_ids, changes, first) if terms.corrects_past else set()
    author = Author.of(viewer.caller)
    released = await give_back_makeups(uow, author=author, settings=viewer.settings.makeup_tokens, now=now)
    given_back = GivenBack([each.enrollment_id for each in released], [each.token_id for each in released])
    names = {each.offering_id: each.name for each in (*before.programmes, *after.programmes)}
    effect = sum_up(changes, names, before.placed, after.placed, given_back)
    touched = {key for each in changes for key in each.keys}
    if change.shows_everywhere:
        touched |= {key for key in sheets if key.held_on >= first}
    await number_occurrences(uow, sorted(touched & sheets, key=lambda key: (key.timeslot_id, key.held_on)), author, now)
    told = 0
    if terms.notifies:
        told = await tell_families(uow, changes, names, before.placed, after.placed, now=now)
    change.effect = replace(
        effect,
        through_on=within.ends_on,
        recorded_count=len(recorded),
        recorded_token_count=await count_tokens_of(uow.connection, uow.organization_id, recorded) if recorded else 0,
        told_count=told,
    )


def _earliest(terms: Terms, now: datetime) -> date:
    """Return a date that is not after the local date anywhere, or the date from which the past is corrected."""
    yesterday = now.date() - _DAY
    return min(terms.since, yesterday) if terms.corrects_past and terms.since is not None else yesterday


def _date(earliest: date, terms: Terms) -> date:
    if terms.since is None:
        return earliest
    return terms.since if terms.corrects_past else max(earliest, terms.since)


def _check_past(programmes: Sequence[Programme], terms: Terms, now: datetime) -> None:
    if terms.since is None:
        return
    settings = [setting for programme in programmes for setting in programme.settings]
    # Where an offering is planned to be held says nothing about what day it is.
    zones = {each.time_zone for each in settings if (each.span.starts_on or date.min) <= now.date() + _DAY}
    today = min((local_date(now, ZoneInfo(zone)) for zone in zones), default=now.date())
    check_not_past(terms, today)


async def _read(uow: UnitOfWork, offering_ids: Collection[UUID], within: DateSpan) -> _State:
    first = within.starts_on or date.min
    programmes = await read_programmes(uow.connection, uow.organization_id, offering_ids, since=first)
    placed = await read_placed(uow.connection, uow.organization_id, offering_ids, since=first)
    return _State(programmes, picture(programmes, within), placed)


async def _check_recorded(
    uow: UnitOfWork, offering_ids: Collection[UUID], changes: Sequence[MeetingChange], first: date
) -> set[OccurrenceKey]:
    """Return the occurrences with marks that change and stay where their marks are. Raises MarksInTheWay when one
    with marks would not stay.
    """
    marked = await read_recorded(uow.connection, uow.organization_id, offering_ids, since=first)
    lost = [each.before for each in changes if each.before in marked and each.before != each.after]
    if days := [key.held_on for key in lost if key is not None]:
        raise MarksInTheWay(len(days), min(days))
    return {
        each.before
        for each in changes
        if each.before is not None and each.before in marked and each.kind is MeetingChangeKind.MOVES
    }
