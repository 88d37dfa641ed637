"""A student's occurrences across enrollments, and which of them the viewer can mark (R4.3, R4.4)."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from attendance.rules.calendar.listings import ListedSlot, Position, expand
from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import CALENDAR, DateSpan, local_date
from attendance.rules.marks.attendance_refusals import CheckInModeOff
from attendance.rules.marks.check_in import check_in_sources
from attendance.rules.organization.permissions import Caller, Viewer, may_record_attendance
from attendance.rules.vocabulary import Portal

COMING_DAYS = 28


class AttendanceRange(StrEnum):
    ALL = "ALL"
    PAST = "PAST"


class AttendanceEnrollments(StrEnum):
    ALL = "ALL"
    CURRENT = "CURRENT"
    PREVIOUS = "PREVIOUS"


@dataclass(frozen=True, slots=True)
class PlaceSlot(ListedSlot):
    """A timeslot of an enrollment, clipped to its dates. `place_ends_on` is the last date of the enrollment, and None
    when it has no end.
    """

    place_ends_on: date | None = None


class NotEditableReason(StrEnum):
    NOT_SCHEDULED = "NOT_SCHEDULED"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"
    IN_THE_FUTURE = "IN_THE_FUTURE"
    NO_PERMISSION = "NO_PERMISSION"
    CHECK_IN_MODE_OFF = "CHECK_IN_MODE_OFF"


@dataclass(frozen=True, slots=True)
class NotEditable:
    reason: NotEditableReason
    message: str


def of_enrollments(
    slots: Iterable[PlaceSlot], strays: Iterable[Position], wanted: AttendanceEnrollments, *, now: datetime
) -> tuple[Iterable[PlaceSlot], Iterable[Position]]:
    """Return those slots and strays that belong to the wanted enrollments (R4.4).

    An enrollment is a previous one from the day after its last date on, in its location's time zone. The strays, to
    which no enrollment leads any more, belong to the previous ones.
    """
    if wanted is AttendanceEnrollments.ALL:
        return slots, strays
    is_previous = wanted is AttendanceEnrollments.PREVIOUS
    return [each for each in slots if _has_ended(each, now) is is_previous], strays if is_previous else ()


def newest_first(
    slots: Iterable[ListedSlot],
    strays: Iterable[Position],
    wanted: AttendanceRange,
    *,
    now: datetime,
    before: Position | None = None,
) -> Iterator[Position]:
    """Yield the student's occurrences, newest first, each once.

    They are the occurrences on which the slots fall, scheduled or not, and the strays. Of future occurrences only the
    next COMING_DAYS local days are included, since an open-ended enrollment has no last one. With PAST, only
    occurrences that have started are included.

    slots -- the slots of each enrollment, clipped to its dates. A slot can appear several times.
    strays -- occurrences that have a mark but to which no enrollment leads any more.
    before -- when given, only occurrences before this position are included.

    The iterator is lazy: a page costs its rows, however long an enrollment is.
    """
    coming = (replace(listed, slot=replace(listed.slot, span=_until_soon(listed, now))) for listed in slots)
    fallen = expand(coming, CALENDAR, include_not_scheduled=True, before=before, backwards=True)
    marked = sorted((each for each in strays if before is None or each < before), reverse=True)
    last = None
    for position in heapq.merge(fallen, marked, reverse=True):
        is_asked_for = wanted is AttendanceRange.ALL or position.starts_at <= now
        if position != last and is_asked_for:
            yield position
        last = position


def around_today(slots: Iterable[ListedSlot], strays: Iterable[Position], now: datetime) -> Iterator[Position]:
    """Yield the student's occurrences from yesterday's to those of the next COMING_DAYS local days, earliest first,
    each once, scheduled or not. Their location's time zone decides which of them are today's.
    """
    near = (replace(listed, slot=replace(listed.slot, span=_near(listed, now))) for listed in slots)
    fallen = expand(near, CALENDAR, include_not_scheduled=True)
    soon = sorted(each for each in strays if each.starts_at > now - timedelta(days=2))
    last = None
    for position in heapq.merge(fallen, soon):
        if position != last:
            yield position
        last = position


def not_editable(head: OccurrenceHead, viewer: Viewer, now: datetime) -> NotEditable | None:
    """Return why the viewer cannot mark one student of the occurrence now (R4.3, R4.12), or None when the viewer can.

    Reasons that apply to everybody come before those that depend on the viewer.
    """
    blocked = head.not_recordable(now)
    if blocked is not None:
        return NotEditable(NotEditableReason(blocked.reason), blocked.message)
    if not may_record_attendance(viewer.caller):
        return NotEditable(NotEditableReason.NO_PERMISSION, _denial(viewer.caller))
    if viewer.caller.source not in check_in_sources(viewer.settings):
        return NotEditable(NotEditableReason.CHECK_IN_MODE_OFF, CheckInModeOff(viewer.caller.portal).message)
    return None


def _has_ended(place: PlaceSlot, now: datetime) -> bool:
    return place.place_ends_on is not None and place.place_ends_on < local_date(now, place.zone)


def _denial(caller: Caller) -> str:
    if caller.portal is Portal.CUSTOMER:
        return "Only staff can record attendance."
    return "You may see attendance, but you may not record it."


def _near(listed: ListedSlot, now: datetime) -> DateSpan:
    yesterday = local_date(now, listed.zone) - timedelta(days=1)
    return _until_soon(listed, now).clip(DateSpan(yesterday, None))


def _until_soon(listed: ListedSlot, now: datetime) -> DateSpan:
    return listed.slot.span.clip(DateSpan(None, local_date(now, listed.zone) + timedelta(days=COMING_DAYS)))
