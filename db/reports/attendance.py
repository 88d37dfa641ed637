"""Reports of attendance over a range of dates (R15.1): the marks of roll sheets, added up in one statement.

Each mark counts once in the totals, whatever became of its student, its enrollment or its class since. A sheet belongs
to the location and to the instructors that it had on its date.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.reports.attendance_counts import AttendanceCounts
from attendance.rules.vocabulary import AttendanceStatus, ReportGroup
from db.driver import HotStatement
from db.fragments import holds_on
from db.reports.details import ABOUT_INSTRUCTORS, ABOUT_OFFERINGS, OF_INSTRUCTOR, OF_OFFERING, OF_STUDENT
from db.reports.grouped import PAGE, ReportPage, page_of, position, totals_and_page
from db.reports.named_groups import LOCATIONS, NAMED_NAME, NAMED_SORT_KEY, STAFF, key_of, named, read_names
from db.reports.report_filter import SHEETS, ReportFilter, sheets_in

_STATUSES = {status: status.value.lower() for status in AttendanceStatus}
_COUNTED = ", ".join(f"count(*) FILTER (WHERE m.status = '{status}') AS {name}" for status, name in _STATUSES.items())
_ADDED = ", ".join(f"CAST(sum(added.{name}) AS bigint) AS {name}" for name in _STATUSES.values())
_TOTALS = ", ".join(f"coalesce(CAST(sum(added.{name}) AS bigint), 0) AS all_{name}" for name in _STATUSES.values())

_OF_SHEET = "m.organization_id = :organization_id AND m.timeslot_id = sheet.timeslot_id AND m.held_on = sheet.held_on"
# Sheets are added up before they are grouped: there are many times as many marks.
_BY_SHEET = f"""
added AS MATERIALIZED (
    SELECT sheet.timeslot_id, sheet.held_on, sheet.offering_id, sheet.location_id, {_COUNTED}
    FROM sheet JOIN mark m ON {_OF_SHEET}
    GROUP BY sheet.timeslot_id, sheet.held_on, sheet.offering_id, sheet.location_id
)"""  # noqa: S608 - constants
_BY_STUDENT = f"""
added AS MATERIALIZED (
    SELECT m.student_id, {_COUNTED} FROM sheet JOIN mark m ON {_OF_SHEET} GROUP BY m.student_id
)"""  # noqa: S608 - constants
# Who taught each sheet, and a row without a person for a sheet that nobody taught.
_BY_TEACHER = f"""{_BY_SHEET}, taught AS MATERIALIZED (
    SELECT added.timeslot_id, added.held_on, added.offering_id, added.location_id, there.person_id
    FROM added
    LEFT JOIN LATERAL (
    SELECT i.person_id FROM instructor_version i
    WHERE i.organization_id = :organization_id AND i.offering_id = added.offering_id
      AND {holds_on("i", "added.held_on")}
      AND NOT EXISTS (SELECT FROM substitution u
                      WHERE u.organization_id = i.organization_id AND u.timeslot_id = added.timeslot_id
                        AND u.held_on = added.held_on AND u.absent_person_id = i.person_id)
    UNION
    SELECT u.substitute_id FROM substitution u
    WHERE u.organization_id = :organization_id AND u.timeslot_id = added.timeslot_id AND u.held_on = added.held_on
      AND u.substitute_id IS NOT NULL
) there ON true
)"""  # noqa: S608 - constants
# A class has one location on a date, so these name a sheet.
_TAUGHT = "JOIN taught ON taught.timeslot_id = added.timeslot_id AND taught.held_on = added.held_on"


def _report(
    added: str, *, key: str, sorted_by: str, name: str, joined: str = "", details: tuple[str, str] = ("", "")
) -> HotStatement:
    """Return the statement for one way of grouping.

    key, sorted_by, name -- expressions for a group's id as text, for its place and for its name.
    joined -- what they need beside the added marks.
    details -- the tables after `page` from which the details of a row come, and their join; empty without details.
    """
    tables, join = details
    return HotStatement(f"""
WITH {SHEETS}, {added}, grouped AS (
    SELECT {key} AS key, {sorted_by} AS sorted_by, {name} AS name, {_ADDED}
    FROM added {joined}
    GROUP BY 1, 2, 3
), total AS (SELECT {_TOTALS} FROM added), page AS ({PAGE}){tables and f", {tables}"}
{totals_and_page(join)}""")  # noqa: S608 - constants


_BY_OFFERING = _report(
    _BY_SHEET,
    key='CAST(o.id AS text) COLLATE "C"',
    sorted_by="o.sort_key",
    name="o.name",
    joined="JOIN offering o ON o.organization_id = :organization_id AND o.id = added.offering_id",
    details=(ABOUT_OFFERINGS, OF_OFFERING),
)
_BY_STUDENTS = _report(
    _BY_STUDENT,
    key='CAST(s.id AS text) COLLATE "C"',
    sorted_by="s.sort_key",
    name="s.first_name || ' ' || s.last_name",
    joined="JOIN student s ON s.organization_id = :organization_id AND s.id = added.student_id",
    details=("", OF_STUDENT),
)
_BY_LOCATION = _report(
    _BY_SHEET,
    key=key_of("added.location_id"),
    sorted_by=NAMED_SORT_KEY,
    name=NAMED_NAME,
    joined=named("added.location_id"),
)
_BY_INSTRUCTOR = _report(
    _BY_TEACHER,
    key=key_of("taught.person_id"),
    sorted_by=NAMED_SORT_KEY,
    name=NAMED_NAME,
    joined=f"{_TAUGHT} {named('taught.person_id')}",
    details=(ABOUT_INSTRUCTORS, OF_INSTRUCTOR),
)
_WEEK = "CAST(CAST(date_trunc('week', CAST(added.held_on AS timestamp)) AS date) AS text) COLLATE \"C\""
_BY_WEEK = _report(_BY_SHEET, key=_WEEK, sorted_by=_WEEK, name=_WEEK)
_REPORTS = {
    ReportGroup.OFFERING: _BY_OFFERING,
    ReportGroup.STUDENT: _BY_STUDENTS,
    ReportGroup.LOCATION: _BY_LOCATION,
    ReportGroup.INSTRUCTOR: _BY_INSTRUCTOR,
    ReportGroup.WEEK: _BY_WEEK,
}
_NAMES = {ReportGroup.LOCATION: LOCATIONS, ReportGroup.INSTRUCTOR: STAFF}


async def read_report(
    connection: AsyncConnection,
    organization_id: UUID,
    chosen: ReportFilter,
    group: ReportGroup,
    *,
    after: tuple[str, str] | None,
    limit: int,
) -> ReportPage[AttendanceCounts]:
    """Return the rows after a place and key, and the totals of all rows. It takes one statement, or two when names are
    ordered that the database keeps no sort keys for.
    """
    given = sheets_in(organization_id, chosen) | position(after, limit)
    names = await read_names(connection, organization_id, _NAMES.get(group))
    return page_of(await _REPORTS[group].rows(connection, given | names), _counts)


def _counts(row: Row[Any], prefix: str) -> AttendanceCounts:
    return AttendanceCounts({status: getattr(row, prefix + name) for status, name in _STATUSES.items()})
