"""Each kind of bad cell is told with its file, line, column, value and reason."""

from typing import Any

import pytest

from tests.importing.bundles import places, row_of, school_1_1, school_1_2

pytestmark = pytest.mark.emptied_database

CELLS = [
    ("1.1", "orgs", "s1", "name", "", "is required"),
    ("1.1", "orgs", "s1", "type", "shool", "is none of: department, district, local, national, school, state"),
    ("1.1", "orgs", "s1", "type", "ext:dojo", "is none of: department, district, local, national, school, state"),
    ("1.1", "academicSessions", "t1", "startDate", "2026-02-30", "is not a day of the calendar"),
    ("1.1", "academicSessions", "t1", "startDate", "9/1/2026", "is not a date such as 2026-03-02"),
    ("1.1", "academicSessions", "t1", "startDate", "0026-09-01", "is outside the years 1900 to 2200"),
    ("1.1", "academicSessions", "t1", "endDate", "2026-08-31", "is before the startDate, 2026-09-01"),
    ("1.1", "classes", "k2", "courseSourcedId", "c9", "is not in courses.csv"),
    ("1.1", "classes", "k2", "schoolSourcedId", "s9", "is not in orgs.csv"),
    ("1.1", "classes", "k2", "termSourcedIds", "t9", "is not in academicSessions.csv"),
    ("1.1", "users", "cid", "enabledUser", "yes", "is neither true nor false"),
    ("1.1", "users", "cid", "givenName", "x" * 2001, "is longer than 2000 characters"),
    ("1.1", "users", "cid", "givenName", "C\0d", "contains a NUL character"),
    ("1.1", "users", "cid", "role", "principal", "is none of: administrator, aide, guardian, parent, proctor, "
     "relative, student, teacher"),
    ("1.1", "users", "cid", "sourcedId", "ann", "is the same as on line 2"),
    ("1.1", "enrollments", "e2", "userSourcedId", "nobody", "is not in users.csv"),
    ("1.1", "enrollments", "e2", "userSourcedId", "mum", "is not a student"),
    ("1.1", "enrollments", "e3", "userSourcedId", "ann", "is not a staff member"),
    ("1.1", "enrollments", "e2", "beginDate", "2026-12-01", ""),
    ("1.1", "enrollments", "e2", "classSourcedId", "", "is required"),
    ("1.1", "demographics", "ann", "sex", "other", "is none of: female, male"),
    ("1.1", "users", "cid", "status", "gone", "is none of: active, inactive, tobedeleted"),
    ("1.2", "roles", "r-cid", "role", "boss", "is none of: aide, counselor, districtAdministrator, guardian, parent, "
     "principal, proctor, relative, siteAdministrator, student, systemAdministrator, teacher"),
    ("1.2", "demographics", "ann", "sex", "robot", "is none of: female, male, other, unspecified"),
]  # fmt: skip


@pytest.mark.parametrize(("version", "file", "source_id", "column", "value", "reason"), CELLS)
async def test_a_bad_cell_is_told_with_file_line_column_value_and_reason(
    load_in_vain: Any, version: str, file: str, source_id: str, column: str, value: str, reason: str
) -> None:
    files = school_1_1() if version == "1.1" else school_1_2()
    line = [row["sourcedId"] for row in files[file]].index(source_id) + 2
    row_of(files, file, source_id)[column] = value
    report = await load_in_vain(files, version=version)

    expected = (f"{file}.csv", line, column, value[:80], reason)
    if column == "beginDate":
        expected = (f"{file}.csv", line, "endDate", "2026-11-30", "is before the beginDate, 2026-12-01")
    assert expected in places(report)
    assert not report.is_kept


SCHEDULE = [
    ({"weekday": "0"}, "weekday", "0", "is neither 1 (Monday) to 7 (Sunday) nor the name of a day"),
    ({"weekday": "mo"}, "weekday", "mo", "is neither 1 (Monday) to 7 (Sunday) nor the name of a day"),
    ({"start": "24:00"}, "start", "24:00", "is not a time such as 16:30"),
    ({"start": ""}, "start", "", "is required"),
    ({"end": "16:30"}, "end", "16:30", "is not a time such as 17:15 within 12 hours after the start"),
    ({"end": "16:00"}, "end", "16:00", "is not a time such as 17:15 within 12 hours after the start"),
    ({"end": "", "minutes": "1441"}, "minutes", "1441", "is not a number from 1 to 1440"),
    ({"end": "", "minutes": ""}, "end", "", "is required if minutes is empty"),
    ({"minutes": "40"}, "minutes", "40", "does not agree with the end, which gives 45"),
    ({"classSourcedId": "k9"}, "classSourcedId", "k9", "is not in classes.csv"),
    ({"timeZone": "America/Chicogo"}, "timeZone", "America/Chicogo", "is not a time zone such as America/Chicago"),
    ({"timeZone": "CEST"}, "timeZone", "CEST", "is not a time zone such as America/Chicago"),
]


@pytest.mark.parametrize(("change", "column", "value", "reason"), SCHEDULE)
async def test_bad_rows_of_schedule_csv(
    load_in_vain: Any, change: dict[str, str], column: str, value: str, reason: str
) -> None:
    slot = {"classSourcedId": "k1", "weekday": "1", "start": "16:30", "end": "17:15", "minutes": "", "timeZone": ""}
    report = await load_in_vain(school_1_1() | {"schedule": [slot | change]})

    assert places(report) == [("schedule.csv", 2, column, value, reason)]
    assert not report.is_kept


async def test_a_location_cannot_be_in_two_zones_and_a_meeting_not_twice(load_in_vain: Any) -> None:
    slot = {"classSourcedId": "k1", "weekday": "1", "start": "16:30", "end": "17:15", "timeZone": "America/Chicago"}
    other = slot | {"classSourcedId": "k2", "timeZone": "America/Denver"}
    report = await load_in_vain(school_1_1() | {"schedule": [slot, other, slot | {"weekday": "mon"}]})

    assert places(report) == [
        ("schedule.csv", 4, "start", "16:30", "is the same meeting as on line 2"),
        ("schedule.csv", 3, "timeZone", "America/Denver", "differs from the zone on line 2 for the same location"),
    ]


FAMILIES = [
    ({"student": "ann", "balance": "12.345"}, "balance", "12.345", "is not an amount such as 120.50 or -15"),
    ({"student": "ann", "balance": "NaN"}, "balance", "NaN", "is not an amount such as 120.50 or -15"),
    ({"student": "ann", "balance": "1e300"}, "balance", "1e300", "is not an amount such as 120.50 or -15"),
    ({"student": "ann", "email": "mia"}, "email", "mia", "is not an e-mail address"),
    ({"student": "tea", "phone": "1"}, "student", "tea", "is not a student"),
    ({"student": "nobody", "phone": "1"}, "student", "nobody", "is not in users.csv"),
    ({"student": "", "family": "F9"}, "family", "F9", "occurs in no row with a student, and is not in Rollbook"),
    ({"student": "", "phone": "1"}, "student", "", "is required if family is empty"),
]


@pytest.mark.parametrize(("row", "column", "value", "reason"), FAMILIES)
async def test_bad_rows_of_families_csv(
    load_in_vain: Any, row: dict[str, str], column: str, value: str, reason: str
) -> None:
    report = await load_in_vain(school_1_1() | {"families": [row]})

    assert (places(report), report.is_kept) == ([("families.csv", 2, column, value, reason)], False)
