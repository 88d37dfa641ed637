"""Write a part of a report as lines of CSV (R15.1)."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import astuple, fields
from datetime import datetime
from typing import Any, TypeAlias

from attendance.rules.reports.csv_text import BYTE_ORDER_MARK, Cell, csv_text
from attendance.rules.reports.token_counts import TokenCounts
from attendance.rules.vocabulary import AttendanceStatus, ReportFile, ReportGroup, TokenReportGroup
from db.reports.absences import read_absences
from db.reports.attendance import read_report
from db.reports.details import ClassDetails, Details, InstructorDetails, StudentDetails
from db.reports.places import PlacesFilter, read_places_report
from db.reports.report_filter import ReportFilter
from db.reports.sheets_not_taken import sheets_not_taken
from db.reports.tokens import TokenFilter, read_token_report
from db.unit_of_work import UnitOfWork

Rows: TypeAlias = AsyncIterator[Sequence[Cell]]

_WEEKDAYS = ("", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# No business has more groups than this, so a part of sums comes from one statement.
_PAGE = 20_000
_ATTENDANCE = {ReportFile(f"ATTENDANCE_BY_{group}"): group for group in ReportGroup}
_TOKENS = {ReportFile(f"TOKENS_BY_{group}"): group for group in TokenReportGroup}
_TOKEN_COUNTS = tuple(each.name for each in fields(TokenCounts))


async def write_report_part(
    uow: UnitOfWork, file: ReportFile, chosen: ReportFilter, *, is_first: bool, now: datetime
) -> str:
    """Return the lines of the report for the dates of `chosen`. The first part begins with the names of the columns."""
    columns, rows = _columns(file), _rows(uow, file, chosen, now)
    text = csv_text([row async for row in rows])
    return BYTE_ORDER_MARK + csv_text([columns]) + text if is_first else text


def _columns(file: ReportFile) -> Sequence[str]:
    if file in _ATTENDANCE:
        group = _ATTENDANCE[file].lower()
        return [group, *_DETAILS.get(group, ()), *(status.lower() for status in AttendanceStatus), "total", "rate"]
    if file in _TOKENS:
        group = _TOKENS[file].lower()
        return [group, *_DETAILS.get(group, ()), *_TOKEN_COUNTS]
    return _COLUMNS[file]


# What tells two of one name apart.
_DETAILS: Mapping[str, Sequence[str]] = {
    ReportGroup.OFFERING.lower(): ("location", "meets"),
    ReportGroup.STUDENT.lower(): ("family", "birthday"),
    ReportGroup.INSTRUCTOR.lower(): ("classes", "locations"),
}
_COLUMNS: Mapping[ReportFile, Sequence[str]] = {
    ReportFile.NOT_TAKEN: ("date", "start", "class", "location", "instructors", "students"),
    ReportFile.ABSENCES: (
        *("date", "start", "class", "location", "student", "family", "birthday"),
        *("status", "defaulted", "token", "token_expires"),
    ),
    ReportFile.CAPACITY: (
        *("class", "location", "weekday", "start", "capacity"),
        *("active", "trial", "for_one_day", "taken", "held", "free", "waiting"),
    ),
}


def _rows(uow: UnitOfWork, file: ReportFile, chosen: ReportFilter, now: datetime) -> Rows:
    if file in _ATTENDANCE:
        return _attendance(uow, chosen, _ATTENDANCE[file])
    if file in _TOKENS:
        return _tokens(uow, chosen, _TOKENS[file], now)
    if file is ReportFile.NOT_TAKEN:
        return _not_taken(uow, chosen, now)
    return _absences(uow, chosen, now) if file is ReportFile.ABSENCES else _places(uow, chosen, now)


async def _attendance(uow: UnitOfWork, chosen: ReportFilter, group: ReportGroup) -> Rows:
    async for row in _paged(
        lambda after: read_report(uow.connection, uow.organization_id, chosen, group, after=after, limit=_PAGE),
        lambda row: (row.place, row.key),
    ):
        counts = row.counts
        told = _told(row.details)
        yield (row.name, *told, *(counts.by_status[status] for status in AttendanceStatus), counts.total, counts.rate)


async def _tokens(uow: UnitOfWork, chosen: ReportFilter, group: TokenReportGroup, now: datetime) -> Rows:
    counted = TokenFilter(chosen.within, chosen.location_ids, chosen.program_ids)
    async for row in _paged(
        lambda after: read_token_report(
            uow.connection, uow.organization_id, counted, group, now=now, after=after, limit=_PAGE
        ),
        lambda row: (row.place, row.key),
    ):
        yield (row.name, *_told(row.details), *astuple(row.counts))


def _told(details: Details | None) -> Sequence[Cell]:
    match details:
        case ClassDetails(location, meetings):
            return location, ", ".join(f"{_WEEKDAYS[weekday]} {start:%H:%M}" for weekday, start in meetings)
        case StudentDetails(family, birth_on):
            return family, birth_on
        case InstructorDetails(class_names, location_names):
            return ", ".join(class_names), ", ".join(location_names)
        case None:
            return ()


async def _absences(uow: UnitOfWork, chosen: ReportFilter, now: datetime) -> Rows:
    async for row in _paged(
        lambda after: read_absences(uow.connection, uow.organization_id, chosen, now=now, after=after, limit=_PAGE),
        lambda row: row.place,
    ):
        token = (row.token.state.value, row.token.good_through) if row.token else ("", None)
        yield (
            *(row.key.held_on, row.start_time, row.class_name, row.location_name),
            *(row.student_name, *_told(row.student_details), row.status.value, row.is_defaulted, *token),
        )


async def _not_taken(uow: UnitOfWork, chosen: ReportFilter, now: datetime) -> Rows:
    async for head, students in sheets_not_taken(uow.connection, uow.organization_id, chosen, now=now):
        instructors = ", ".join(f"{each.first_name} {each.last_name}" for each in head.instructors)
        location = head.offering.location.name
        yield head.key.held_on, head.slot.start_time, head.offering.name, location, instructors, students


async def _places(uow: UnitOfWork, chosen: ReportFilter, now: datetime) -> Rows:
    """The places on the last date of the range."""
    if chosen.within.ends_on is None:
        raise ValueError("a report has a last date")
    on_date = PlacesFilter(chosen.within.ends_on, now, chosen.offering_ids, chosen.location_ids, chosen.program_ids)
    async for row in _paged(
        lambda after: read_places_report(uow.connection, uow.organization_id, on_date, after=after, limit=_PAGE),
        lambda row: row.place,
    ):
        yield (
            *(row.name, row.location_name, row.weekday, row.start_time, row.capacity),
            *(row.active, row.trial, row.for_one_day, row.taken, row.held, row.free, row.waiting),
        )


async def _paged(read: Callable[[Any], Awaitable[Any]], place: Callable[[Any], Any]) -> AsyncIterator[Any]:
    """Yield the rows of all pages.

    read -- returns the page after a position: rows, or an object that has `rows`
    """
    after = None
    while True:
        found = await read(after)
        rows = getattr(found, "rows", found)
        for row in rows:
            yield row
        if len(rows) < _PAGE:
            return
        after = place(rows[-1])
