"""R13.10: an import that ends more than a tenth of anything, begins an organization anew or takes a role asks first."""

import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from importing.report import ImportRefused, Report
from tests.importing.bundles import Files, Row, row_of, school_1_1, school_1_2, user

pytestmark = pytest.mark.emptied_database

Changed = Callable[[Files], Any]


def swim_school() -> Files:
    """40 more students, each enrolled, and a meeting for each of ten classes."""
    files = school_1_1()
    files["users"] += [user(f"x{n}", "student", "X", str(n)) for n in range(40)]
    files["enrollments"] += [_enrollment(f"x{n}") for n in range(40)]
    files["classes"] += [row_of(files, "classes", "k2") | {"sourcedId": f"c{n}"} for n in range(10)]
    files["schedule"] = [
        {"classSourcedId": f"c{n}", "weekday": day, "start": "10:00", "minutes": "30"}
        for n in range(10)
        for day in "12"
    ]
    return files


def _enrollment(student: str, **cells: str) -> Row:
    row = {"sourcedId": f"e-{student}", "userSourcedId": student, "classSourcedId": "k1", "schoolSourcedId": "s1"}
    return row | {"role": "student", "beginDate": "2026-09-07", "endDate": ""} | cells


async def refusal(load: Any, files: Files, **how: Any) -> str:
    with pytest.raises(ImportRefused, match="add --yes") as caught:
        await load(files, **how)
    assert caught.value.report is not None
    assert caught.value.report.questions
    assert not caught.value.report.is_kept
    return str(caught.value)


def _without(file: str, ids: set[str]) -> Changed:
    def change(files: Files) -> None:
        files[file] = [row for row in files[file] if row.get("sourcedId") not in ids]

    return change


def _close(files: Files) -> None:
    for row in files["enrollments"][5:12]:
        row["endDate"] = "2026-11-01"


def _fewer_meetings(files: Files) -> None:
    files["schedule"] = [row for row in files["schedule"] if row["weekday"] == "1" or row["classSourcedId"] > "c4"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_without("enrollments", {f"e-x{n}" for n in range(5)}), "5 of the 42 enrollments would end."),
        (_without("classes", {f"c{n}" for n in range(4)}), "4 of the 12 classes would end."),
        (_close, "7 of the 42 enrollments would end."),
        (_fewer_meetings, "5 of the 20 weekly meetings would end."),
    ],
)
async def test_R13_10_ending_more_than_a_tenth_asks_whatever_the_size(load: Any, change: Changed, said: str) -> None:
    await load(swim_school())
    files = swim_school()
    change(files)
    files["schedule"] = [
        row for row in files["schedule"] if row["classSourcedId"] in {r["sourcedId"] for r in files["classes"]}
    ]
    assert said in await refusal(load, files)
    assert (await load(files, yes=True)).is_kept
    assert (await load(files)).changes == 0


@pytest.mark.parametrize("count", [3, 4])
async def test_R13_10_few_or_a_tenth_end_unasked(load: Any, count: int) -> None:
    await load(swim_school())
    files = swim_school()
    _without("enrollments", {f"e-x{n}" for n in range(count)})(files)
    assert (await load(files)).stored["enrollments"].removed == count


async def test_R13_10_a_file_that_has_its_header_alone_asks_however_few_there_are(load: Any, stored: Any) -> None:
    await load(school_1_1())
    header = ",".join(school_1_1()["enrollments"][0]) + "\r\n"
    files: Any = school_1_1() | {"enrollments": header}
    assert "enrollments.csv is a bulk file without rows, so 2 of 2 enrollments" in await refusal(load, files)
    assert await stored("SELECT count(*) FROM enrollment WHERE drop_on < '2026-11-20'") == [(0,)]


async def test_R13_10_a_person_who_loses_a_role_is_named(load: Any, stored: Any) -> None:
    await load(school_1_1())
    files = school_1_1()
    row_of(files, "users", "adm")["role"] = "parent"
    row_of(files, "users", "cid")["agentSourcedIds"] = "adm"
    assert "No longer staff: Ada Min." in await refusal(load, files)
    assert (await load(files, yes=True)).is_kept


async def test_R13_10_a_role_that_roles_csv_no_longer_has_is_named(load: Any) -> None:
    await load(school_1_2(), version="1.2")
    files = school_1_2()
    row = row_of(files, "roles", "r-adm")
    row.update(role="parent")
    row_of(files, "users", "cid")["agentSourcedIds"] = "adm"
    assert "No longer staff: Ada Min." in await refusal(load, files, version="1.2")


async def test_R13_10_a_renamed_district_asks_and_names_the_organization(load: Any, stored: Any) -> None:
    await load(school_1_1())
    files = school_1_1()
    files["orgs"][0]["name"] = "Riverside United"
    said = await refusal(load, files)
    assert "A new organization 'Riverside United' would begin" in said
    assert re.search(r"--organization 'Riverside District'", said)
    assert await stored("SELECT name FROM organization") == [("Riverside District",)]
    assert (await load(files, organization="Riverside District")).changes == 0
    assert (await load(files, yes=True)).is_new_organization


async def test_R13_10_a_renamed_district_without_addresses_is_recognized_by_names(load: Any) -> None:
    files = school_1_1()
    for row in files["users"]:
        row["email"] = ""
    await load(files)
    files = deepcopy(files)
    files["orgs"][0]["name"] = "Riverside United"
    assert "A new organization" in await refusal(load, files)


async def test_R13_10_another_business_with_the_same_ids_begins_unasked(load: Any) -> None:
    """Many systems number their rows from 1."""
    await load(school_1_1())
    files = school_1_1()
    files["orgs"][0]["name"] = "Hillside"
    for row in files["users"]:
        row["email"] = row["email"].replace("example.com", "hillside.example")
    assert (await load(files)).is_new_organization


async def test_R13_10_a_dry_run_says_what_would_be_asked_and_what_would_happen(load: Any) -> None:
    await load(swim_school())
    files = swim_school()
    _without("enrollments", {f"e-x{n}" for n in range(20)})(files)
    report: Report = await load(files, dry_run=True)
    assert report.questions == ["20 of the 42 enrollments would end."]
    assert (report.stored["enrollments"].removed, report.is_kept) == (20, False)
