"""Every fault of a bundle is told with its place, and nothing of a bundle with faults is kept unless asked for."""

from typing import Any

import pytest

from tests.importing.bundles import csv_text, delta, places, row_of, school_1_1, school_1_2

pytestmark = pytest.mark.emptied_database

EVERYTHING = "SELECT (SELECT count(*) FROM organization), (SELECT count(*) FROM student)"


async def test_all_faults_are_told_at_once_and_a_row_may_have_several(load: Any) -> None:
    files = school_1_1()
    row_of(files, "users", "cid").update(givenName="", enabledUser="maybe")
    row_of(files, "courses", "c1")["title"] = ""
    report = await load(files)

    assert [place[:3] for place in places(report)] == [
        ("courses.csv", 2, "title"),
        ("users.csv", 4, "enabledUser"),
        ("users.csv", 4, "givenName"),
        ("classes.csv", 2, "courseSourcedId"),
        ("classes.csv", 3, "courseSourcedId"),
        ("enrollments.csv", 2, "classSourcedId"),
        ("enrollments.csv", 3, "classSourcedId"),
        ("enrollments.csv", 4, "classSourcedId"),
    ]
    assert [p.hangs_on_another for p in report.errors] == [False] * 3 + [True] * 5
    assert report.errors[3].reason == "refers to the bad row on line 2 of courses.csv"
    assert {name: (count.read, count.bad) for name, count in report.files.items() if count.bad} == {
        "courses.csv": (1, 1),
        "classes.csv": (2, 2),
        "users.csv": (6, 1),
        "enrollments.csv": (3, 3),
    }


async def test_skip_bad_rows_keeps_the_rest_without_what_hangs_on_them(load: Any, stored: Any) -> None:
    files = school_1_1()
    row_of(files, "users", "ben")["enabledUser"] = "maybe"
    row_of(files, "classes", "k2")["termSourcedIds"] = "t9"
    report = await load(files, skip_bad_rows=True)

    assert report.is_kept
    assert [(p.file, p.line, p.hangs_on_another) for p in report.errors] == [
        ("users.csv", 3, False),
        ("classes.csv", 3, False),
        ("enrollments.csv", 3, True),
    ]
    assert await stored("SELECT source_id FROM student ORDER BY 1") == [("ann",), ("cid",)]
    assert await stored("SELECT source_id FROM offering") == [("k1",)]
    assert await stored("SELECT source_id FROM enrollment") == [("e1",)]


async def test_a_bad_row_of_a_bulk_file_does_not_count_as_missing(load: Any, stored: Any) -> None:
    await load(school_1_1())
    files = school_1_1()
    row_of(files, "users", "ben")["enabledUser"] = "maybe"
    report = await load(files, skip_bad_rows=True)

    assert (report.is_kept, report.changes) == (True, 0)
    assert await stored("SELECT deleted_at FROM student WHERE source_id = 'ben'") == [(None,)]


async def test_lines_that_are_no_csv_are_told_and_then_nothing_counts_as_missing(load: Any, stored: Any) -> None:
    await load(school_1_1())
    text = csv_text(school_1_1()["users"]).splitlines(keepends=True)
    torn = [*text[:2], 'ben,true,"s1"x,student\r\n', *text[4:6], "adm,true\r\n"]
    report = await load(school_1_1() | {"users": "".join(torn)}, skip_bad_rows=True)

    assert [(p.file, p.line, p.column, p.reason) for p in report.errors if not p.hangs_on_another] == [
        ("users.csv", 3, "", "is not valid CSV: ',' expected after '\"'"),
        ("users.csv", 6, "", "has 2 cells, but the header has 10"),
        ("enrollments.csv", 3, "userSourcedId", "is not in users.csv"),
    ]
    assert await stored("SELECT count(*) FROM person WHERE ended_at IS NOT NULL") == [(0,)]
    assert await stored("SELECT count(*) FROM student WHERE deleted_at IS NOT NULL") == [(0,)]


async def test_R13_11_a_name_is_one_line_that_readers_see(load: Any, stored: Any) -> None:
    files: Any = school_1_1()
    row_of(files, "users", "ann").update(givenName="Ann \r\n\tMay", familyName="Archer\u2028Cook")
    assert (await load(files)).is_kept
    assert await stored("SELECT first_name, last_name FROM student WHERE source_id = 'ann'") == [
        ("Ann May", "Archer Cook")
    ]
    row_of(files, "users", "ann")["givenName"] = "\u200b\u00ad"
    assert places(await load(files))[0][2:] == ("givenName", "", "is required")


async def test_lines_are_counted_through_cells_with_line_breaks_and_empty_lines(load: Any) -> None:
    text = 'sourcedId,name,type\r\n\r\nd1,"River\nside",district\r\ns1,North School,\r\n'
    report = await load(school_1_1() | {"orgs": text})

    assert places(report)[0] == ("orgs.csv", 5, "type", "", "is required")


async def test_a_header_without_a_needed_column_is_told_and_cannot_be_skipped(load: Any, stored: Any) -> None:
    files: Any = school_1_1()
    for row in files["users"]:
        del row["familyName"], row["givenName"]
    files["orgs"] = "sourcedId,name,type,name\r\n"
    files["courses"] = ""
    report = await load(files, skip_bad_rows=True)

    assert [place[:3] + place[4:] for place in places(report)] == [
        ("orgs.csv", 1, "name", "occurs twice in the header"),
        ("courses.csv", 1, "", "is empty; it needs at least a header"),
        ("users.csv", 1, "givenName", "is missing from the header"),
        ("users.csv", 1, "familyName", "is missing from the header"),
    ]
    assert (report.is_kept, await stored(EVERYTHING)) == (False, [(0, 0)])


async def test_delta_files_must_have_status_and_the_time_of_change(load: Any) -> None:
    await load(school_1_1())
    rows = delta(school_1_1()["courses"])
    rows[0]["dateLastModified"] = ""
    report = await load({"courses": rows}, mode="delta", organization="Riverside District")

    assert places(report) == [("courses.csv", 2, "dateLastModified", "", "is required")]


async def test_a_delta_may_name_what_is_in_rollbook_but_nothing_else(load: Any) -> None:
    await load(school_1_1())
    rows = [row | {"userSourcedId": "zoe"} for row in school_1_1()["enrollments"][:1]]
    report = await load(
        {"enrollments": delta(rows), "users": delta(school_1_1()["users"][:1])},
        mode="delta",
        organization="Riverside District",
    )

    reason = "is neither in users.csv nor in Rollbook"
    assert places(report) == [("enrollments.csv", 2, "userSourcedId", "zoe", reason)]


async def test_a_reference_that_rollbook_does_not_need_is_only_warned_of(load: Any) -> None:
    files = school_1_1()
    row_of(files, "users", "cid").update(agentSourcedIds="gone")
    report = await load(files)

    assert [(p.line, p.column, p.value) for p in report.problems if p.is_warning] == [
        (4, "agentSourcedIds", "gone"),
    ]
    assert report.is_kept


async def test_a_user_of_1_2_without_a_role_is_an_error(load: Any) -> None:
    files = school_1_2()
    files["roles"] = [row for row in files["roles"] if row["userSourcedId"] != "cid"]
    report = await load(files, version="1.2")

    assert places(report) == [("users.csv", 4, "sourcedId", "cid", "has no row in roles.csv")]


async def test_a_family_key_whose_only_student_is_bad_is_bad_too(load: Any) -> None:
    rows = [{"family": "F1", "student": "nobody", "phone": ""}, {"family": "F1", "student": "", "phone": "1"}]
    report = await load(school_1_1() | {"families": rows}, skip_bad_rows=True)

    assert [place[:4] for place in places(report)] == [
        ("families.csv", 2, "student", "nobody"),
        ("families.csv", 3, "family", "F1"),
    ]
    assert report.is_kept


async def test_R13_8_a_name_of_two_locations_is_refused_with_their_rows(load: Any, stored: Any) -> None:
    names = "SELECT name FROM location WHERE deleted_at IS NULL ORDER BY 1"
    files = school_1_1()
    assert (await load(files)).is_kept
    files["orgs"] += [{"sourcedId": key, "name": "east", "type": "school"} for key in ("s2", "s3")]
    files["orgs"].append({"sourcedId": "s4", "name": "NORTH school", "type": "school"})
    # A department at which no class is held is no location, so it may have the name of one.
    files["orgs"].append({"sourcedId": "s5", "name": "North School", "type": "department"})
    report = await load(files)
    ending = "; give each a name of its own"
    assert not report.is_kept
    assert [(each.file, each.line, each.column, each.value, each.reason) for each in sorted(report.errors)] == [
        ("orgs.csv", 4, "name", "east", f"is also the name of the row on line 5 (sourcedId s3){ending}"),
        ("orgs.csv", 5, "name", "east", f"is also the name of the row on line 4 (sourcedId s2){ending}"),
        ("orgs.csv", 6, "name", "NORTH school", f"is also the name of the row on line 3 (sourcedId s1){ending}"),
    ]
    assert await stored(names) == [("North School",)]
    # A school that takes the place of another one takes its name too, and courses of one title are told.
    files = school_1_1()
    files["orgs"][1] = {"sourcedId": "s9", "name": "North School", "type": "school", "parentSourcedId": "d1"}
    for rows in files.values():
        for row in rows:
            row.update(dict.fromkeys(row.keys() & {"orgSourcedId", "orgSourcedIds", "schoolSourcedId"}, "s9"))
    files["courses"].append(files["courses"][0] | {"sourcedId": "c2", "title": "SWIM"})
    report = await load(files, yes=True)
    assert report.is_kept
    assert [(each.file, each.line, each.value, each.reason) for each in report.problems if each.column == "title"] == [
        (
            "courses.csv",
            3,
            "SWIM",
            "is also the title of the row on line 2 (sourcedId c1); both become programs of this name",
        )
    ]
    assert await stored(names) == [("North School",)]
