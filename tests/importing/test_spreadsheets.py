"""R13.8: plain spreadsheets are loaded, twice without a change, and follow their source."""

import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from importing.report import ImportRefused
from importing.spreadsheets.templates import templates
from tests.importing.offices import NOW, TODAY, Office
from tests.importing.sheets import row_of, swim_school, write_folder

TOMORROW = TODAY + timedelta(days=1)
NAMES = "SELECT {} FROM {} t WHERE t.organization_id = $1 ORDER BY 1"
LIVE = "SELECT first_name FROM student WHERE organization_id = $1 AND deleted_at IS NULL ORDER BY 1"
PLACES = """
    SELECT s.first_name, o.name, e.type, e.starts_on, e.drop_on, e.end_cause FROM enrollment e
    JOIN student s ON s.organization_id = e.organization_id AND s.id = e.student_id
    JOIN offering o ON o.organization_id = e.organization_id AND o.id = e.offering_id
    WHERE e.organization_id = $1 AND e.deleted_at IS NULL ORDER BY 1, 2, 4
"""


async def test_R13_8_a_school_is_loaded_from_plain_files(office: Office) -> None:
    report = await office.load(swim_school())
    assert report.is_kept
    assert report.problems == []
    added = {name: stored.added for name, stored in report.stored.items()}
    # The location that founding made is the one of the file, by its name.
    assert added["locations"] == 0
    assert (added["classes"], added["timeslots"], added["students"], added["enrollments"]) == (2, 3, 3, 4)
    assert await office.rows(NAMES.format("name, kind, capacity, min_age_months", "offering")) == [
        ("Camp", "CAMP", None, None),
        ("Swim 1", "CLASS", 8, 60),
    ]
    assert await office.rows(NAMES.format("weekday, start_time::text, room, starts_on, ends_on", "timeslot")) == [
        (1, "16:30:00", "Pool 1", None, None),
        (4, "16:30:00", "Pool 2", None, None),
        (None, "09:00:00", None, date(2027, 7, 5), date(2027, 7, 9)),
    ]
    assert await office.rows(NAMES.format("number", "guardian_phone")) == [("+1 512 555 0101",), ("+1 512 555 0102",)]
    assert await office.rows(NAMES.format("name, balance::text, phone", "family")) == [
        ("Archer", "0.00", "+1 512 555 0100"),
        ("Cole", "-15.00", None),
    ]
    assert await office.rows(PLACES) == [
        ("Ann", "Swim 1", "ACTIVE", date(2026, 9, 7), None, None),
        ("Ben", "Swim 1", "WAITLIST", date(2026, 9, 1), None, None),
        ("Cid", "Camp", "ACTIVE", TODAY, None, None),
        ("Cid", "Swim 1", "ACTIVE", date(2026, 9, 1), date(2027, 1, 31), None),
    ]


async def test_R13_8_loading_twice_changes_nothing_and_a_changed_file_changes_that_alone(office: Office) -> None:
    files = swim_school()
    await office.load(files)
    assert (await office.load(files)).changes == 0
    row_of(files, "classes", "swim-1")["capacity"] = "9"
    row_of(files, "students", "ann")["first_name"] = "Anna"
    row_of(files, "families", "cole")["balance"] = "20.50"
    report = await office.load(files)
    assert {name: stored.changed for name, stored in report.stored.items() if stored.changed} == {
        "classes": 1,
        "students": 1,
        "families": 1,
    }
    assert report.changes == 3
    assert (await office.load(files)).changes == 0
    assert await office.rows("SELECT capacity FROM offering WHERE organization_id = $1 AND kind = 'CLASS'") == [(9,)]
    # What held until now is kept (R2.10).
    assert await office.rows("SELECT capacity, ends_on FROM former_offering WHERE organization_id = $1") == [
        (8, TODAY - timedelta(days=1))
    ]


async def test_R13_8_a_dry_run_tells_the_same_and_changes_nothing(office: Office) -> None:
    told = await office.load(swim_school(), dry_run=True)
    assert (told.is_sound, told.is_kept) == (True, False)
    assert await office.rows("SELECT id FROM student WHERE organization_id = $1") == []
    assert await office.rows("SELECT key FROM imported_row WHERE organization_id = $1") == []
    assert (await office.load(swim_school())).stored == told.stored


async def test_R13_11_each_bad_cell_is_refused_once_with_its_cause_and_cure(office: Office) -> None:
    files = swim_school()
    files["locations"].append({"id": "south", "name": "South", "time_zone": "Chicago"})
    row_of(files, "classes", "camp")["location"] = "south"
    files["sessions"].append({"id": "x", "name": "X", "starts_on": "2026-09-31", "ends_on": "2026-08-01"})
    files["sessions"].append({"id": "y", "name": "Y", "starts_on": "2026-09-01", "ends_on": "2026-08-01"})
    files["timeslots"][0]["minutes"] = "2000"
    files["timeslots"][1]["weekday"] = "Caturday"
    files["timeslots"].append({"class": "swim-1", "start_time": "10:00", "minutes": "30"})
    files["students"].append({"id": "ann", "family": "archer", "first_name": "X", "last_name": "Y"})
    files["students"].append({"id": "dot", "family": "Nobody", "first_name": "Dot", "last_name": "Y"})
    files["enrollments"] += [{"student": "ann", "class": "swim-1"}, {"student": "cid", "class": "camp", "type": "HALF"}]
    files["enrollments"].append({"student": "cid", "class": "swim-1", "type": "makeup", "starts_on": "2026-12-01"})
    report = await office.load(files)
    assert not report.is_kept
    found = {(p.file, p.line, p.column): (p.severity, p.reason) for p in report.problems}
    assert len(found) == len(report.problems)
    error = "error"
    assert found == {
        ("locations.csv", 3, "time_zone"): (error, "is not a time zone such as America/Chicago"),
        ("classes.csv", 3, "location"): ("depends on a bad row", "refers to the bad row on line 3 of locations.csv"),
        ("sessions.csv", 3, "starts_on"): (error, "is not a day of the calendar"),
        ("sessions.csv", 4, "ends_on"): (error, "is before starts_on, 2026-09-01"),
        ("timeslots.csv", 2, "minutes"): (error, "is not a number from 1 to 1440"),
        ("timeslots.csv", 3, "weekday"): (error, "is neither 1 (Monday) to 7 (Sunday) nor the name of a day"),
        ("timeslots.csv", 4, "class"): ("depends on a bad row", "refers to the bad row on line 3 of classes.csv"),
        ("timeslots.csv", 5, "weekday"): (error, "A class meets weekly, so its timeslot needs a weekday."),
        ("students.csv", 5, "id"): (error, "is the same as on line 2"),
        ("students.csv", 6, "family"): (
            error,
            "is neither the id nor the name of a family in families.csv nor in Rollbook",
        ),
        ("enrollments.csv", 4, "timeslot"): (
            "depends on a bad row",
            "refers to the bad row on line 3 of timeslots.csv",
        ),
        ("enrollments.csv", 5, "class"): ("depends on a bad row", "refers to the bad row on line 3 of classes.csv"),
        ("enrollments.csv", 6, "id"): (
            error,
            "has the same student, class, type, timeslot as line 2; give both rows an id",
        ),
        ("enrollments.csv", 7, "type"): (error, "is none of: ACTIVE, MAKEUP, SINGLE_DAY, TRIAL, WAITLIST"),
        ("enrollments.csv", 8, "timeslot"): (error, "is required for MAKEUP"),
    }


async def test_R13_11_what_is_not_used_can_hold_anything(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "school.zip"
    folder = write_folder(tmp_path, swim_school())
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.iterdir():
            text = file.read_text(encoding="utf-8").splitlines()
            odd = [f"{line},{'Status,x' if at == 0 else 'tobedeleted,=1,,,'}" for at, line in enumerate(text)]
            archive.writestr(f"school\\{file.name.upper()}", "\ufeff" + "\r\n".join(odd) + "\r\n\x1a")
        archive.writestr("photo.csv", b"\xff\xfe")
    assert (await office.load(path)).is_kept
    assert len(await office.rows("SELECT id FROM student WHERE organization_id = $1")) == 3


async def test_R13_9_what_the_office_did_stays(office: Office) -> None:
    files = swim_school()
    await office.load(files)
    await office.act("UPDATE student SET first_name = 'Annie' WHERE organization_id = $1 AND first_name = 'Ann'")
    await office.act("UPDATE offering SET capacity = 5 WHERE organization_id = $1 AND kind = 'CLASS'")
    await office.act(
        "UPDATE enrollment SET drop_on = $2, end_cause = 'DROPPED' WHERE organization_id = $1 AND starts_on = $3",
        TODAY - timedelta(days=1),
        date(2026, 9, 7),
    )
    report = await office.load(files)
    assert (report.changes, report.problems) == (0, [])
    row_of(files, "students", "ann")["first_name"] = "Anna"
    row_of(files, "classes", "swim-1")["capacity"] = "9"
    files["enrollments"][0]["starts_on"] = "2026-09-14"
    for _ in range(2):
        report = await office.load(files)
        assert report.changes == 0
        assert [(p.file, p.column, p.reason) for p in report.problems] == [
            ("classes.csv", "capacity", "Swim 1: the file has another capacity than the office, whose stays"),
            (
                "students.csv",
                "first_name",
                "Annie Archer: the file has another first_name than the office, whose stays",
            ),
            (
                "enrollments.csv",
                "id",
                "Annie Archer in Swim 1: the file's row has changed, and this has ended here; it stays so",
            ),
        ]
    # The two agree again.
    row_of(files, "classes", "swim-1")["capacity"] = "5"
    files["enrollments"][0]["starts_on"] = "2026-09-07"
    row_of(files, "students", "ann")["first_name"] = "Annie"
    assert (await office.load(files)).problems == []
    row_of(files, "students", "ann")["first_name"] = "Anja"
    assert (await office.load(files)).stored["students"].changed == 1


async def test_R13_9_a_row_that_goes_ends_and_one_of_the_office_stays(office: Office) -> None:
    files = swim_school()
    await office.load(files)
    await office.act(
        "INSERT INTO student (organization_id, id, family_id, first_name, last_name) SELECT organization_id,"
        " gen_random_uuid(), id, 'Dot', 'Cole' FROM family WHERE organization_id = $1 AND name = 'Cole'"
    )
    files["students"] = files["students"][:2]
    files["enrollments"] = files["enrollments"][:2]
    files["families"] = files["families"][:1]
    report = await office.load(files)
    assert [p.reason for p in report.problems] == [
        "Cole: the file no longer has it, but students still need it; it stays"
    ]
    assert report.stored["enrollments"].removed == 2
    assert await office.rows(LIVE) == [
        ("Ann",),
        ("Ben",),
        ("Dot",),
    ]
    assert [row for row in await office.rows(PLACES) if row[0] == "Cid"] == [
        ("Cid", "Swim 1", "ACTIVE", date(2026, 9, 1), TODAY - timedelta(days=1), "DROPPED")
    ]
    # Who comes back begins today, and the gap stays.
    later = NOW + timedelta(days=3)
    await office.load(swim_school(), now=later)
    assert [row[:5] for row in await office.rows(PLACES) if row[0] == "Cid"] == [
        ("Cid", "Camp", "ACTIVE", later.date(), None),
        ("Cid", "Swim 1", "ACTIVE", date(2026, 9, 1), TODAY - timedelta(days=1)),
        ("Cid", "Swim 1", "ACTIVE", later.date(), date(2027, 1, 31)),
    ]
    assert (await office.load(swim_school(), now=later)).changes == 0


async def test_R13_10_ending_many_asks_first(office: Office) -> None:
    files = swim_school()
    files["students"] += [
        {"id": f"s{n}", "family": "cole", "first_name": f"S{n}", "last_name": "Cole"} for n in range(6)
    ]
    await office.load(files)
    with pytest.raises(ImportRefused, match=r"6 of the 9 students would end\.\nIf all of this is meant, add --yes"):
        await office.load(swim_school())
    assert (await office.load(swim_school(), dry_run=True)).questions == ["6 of the 9 students would end."]
    assert (await office.load(swim_school(), yes=True)).stored["students"].removed == 6
    emptied = swim_school() | {"guardians": "id,family,first_name,last_name\n"}
    with pytest.raises(ImportRefused, match=r"guardians.csv has no rows, so 1 of 1 guardians would end"):
        await office.load(emptied)  # type: ignore[arg-type]
    turned = swim_school()
    turned["guardians"].append(
        {"id": "tea", "family": "cole", "first_name": "Tea", "last_name": "Cher", "email": "tea@example.com"}
    )
    turned["staff"] = [{"id": "new", "first_name": "New", "last_name": "Teacher"}]
    turned["classes"][0]["instructors"] = "new"
    with pytest.raises(ImportRefused, match="No longer staff: Tea Cher"):
        await office.load(turned)


async def test_R2_10_the_past_is_fixed(office: Office) -> None:
    files = swim_school()
    await office.load(files)
    row_of(files, "timeslots", "thu")["start_time"] = "17:00"
    files["timeslots"] = [files["timeslots"][1], files["timeslots"][2]]
    files["timeslots"].append({"class": "swim-1", "weekday": "fri", "start_time": "15:00", "minutes": "45"})
    files["closures"].append({"calendar": "holidays", "starts_on": "2026-10-05"})
    row_of(files, "sessions", "autumn")["starts_on"] = "2026-10-01"
    files["enrollments"].append({"student": "cid", "class": "swim-1", "type": "TRIAL", "starts_on": "2026-09-01"})
    report = await office.load(files)
    assert [p.reason for p in report.problems] == [
        f"Cid Cole in Swim 1 is new and begins on {TODAY}: the past is fixed"
    ]
    assert await office.rows(
        "SELECT v.weekday, v.start_time::text, v.starts_on, v.ends_on FROM timeslot_version v"
        " WHERE v.organization_id = $1 AND v.weekday IS NOT NULL AND v.deleted_at IS NULL ORDER BY 1, 3 NULLS FIRST"
    ) == [
        (1, "16:30:00", None, TODAY - timedelta(days=1)),
        (4, "16:30:00", None, TODAY - timedelta(days=1)),
        (4, "17:00:00", TODAY, None),
        (5, "15:00:00", TODAY, None),
    ]
    kept = "SELECT starts_on, ends_on, is_closed FROM former_schedule WHERE organization_id = $1 AND starts_on > $2"
    assert await office.rows(kept, date(2026, 1, 1)) == [(date(2026, 9, 1), TODAY - timedelta(days=1), False)]
    assert (await office.load(files)).changes == 0


async def test_R13_8_rows_of_the_office_are_named_by_their_ids(office: Office) -> None:
    await office.load(swim_school())
    [(family, student)] = await office.rows(
        "INSERT INTO student (organization_id, id, family_id, first_name, last_name) SELECT organization_id,"
        " gen_random_uuid(), id, 'Dot', 'Cole' FROM family WHERE organization_id = $1 AND name = 'Cole'"
        " RETURNING family_id::text, id::text"
    )
    files = swim_school()
    files["students"].append({"id": student, "family": family, "first_name": "Dot", "last_name": "Cole"})
    assert (await office.load(files)).stored["students"].unchanged == 4
    files["students"][-1]["last_name"] = "Cole-Smith"
    assert (await office.load(files)).stored["students"].changed == 1
    # What the office made does not end with its row.
    assert (await office.load(swim_school())).changes == 0


async def test_R13_9_a_place_of_the_office_is_not_given_twice(office: Office) -> None:
    await office.load(swim_school())
    await office.act(
        "INSERT INTO enrollment (organization_id, id, student_id, offering_id, type, starts_on)"
        " SELECT s.organization_id, gen_random_uuid(), s.id, o.id, 'TRIAL', $2 FROM student s JOIN offering o"
        " ON o.organization_id = s.organization_id WHERE s.organization_id = $1 AND s.first_name = 'Ann'"
        " AND o.kind = 'CAMP'",
        TODAY,
    )
    files = swim_school()
    files["enrollments"].append({"student": "ann", "class": "camp", "type": "TRIAL"})
    assert (await office.load(files)).changes == 0
    assert len([row for row in await office.rows(PLACES) if row[:2] == ("Ann", "Camp")]) == 1


async def test_R16_5_the_erased_stay_erased(office: Office) -> None:
    await office.load(swim_school())
    await office.act("DELETE FROM imported_row i USING student s WHERE i.organization_id = $1 AND i.row_id = s.id")
    await office.act(
        "UPDATE student SET first_name = 'x', erased_at = now(), deleted_at = now() WHERE organization_id = $1"
        " AND first_name = 'Cid'"
    )
    report = await office.load(swim_school())
    left = await office.rows("SELECT first_name FROM student WHERE organization_id = $1 AND erased_at IS NULL")
    assert sorted(left) == [("Ann",), ("Ben",)]
    assert report.files["students.csv"].unused == 1
    assert report.files["enrollments.csv"].unused == 2


async def test_R12_4_nobody_becomes_an_owner_by_a_file(office: Office) -> None:
    files = swim_school()
    files["staff"][0]["permissions"] = "OWNER, SEE_REPORTS"
    files["staff"].append({"id": "olga", "first_name": "olga", "email": "Olga@example.com"})
    report = await office.load(files)
    assert [p.column for p in report.problems] == ["permissions", "email"]
    granted = (
        "SELECT first_name, permissions FROM person WHERE organization_id = $1 AND kind = $2 ORDER BY last_name DESC"
    )
    assert sorted(await office.rows(granted, "STAFF")) == [("Tea", ["SEE_REPORTS"]), ("olga", ["OWNER"])]


async def test_R13_8_addresses_are_swapped_and_belong_to_one_person(office: Office) -> None:
    files = swim_school()
    files["staff"].append({"id": "uma", "first_name": "Uma", "last_name": "U", "email": "uma@example.com"})
    await office.load(files)
    files["staff"][0]["email"], files["staff"][1]["email"] = files["staff"][1]["email"], files["staff"][0]["email"]
    assert (await office.load(files)).stored["staff"].changed == 2
    files["staff"][1]["email"] = files["staff"][0]["email"]
    report = await office.load(files)
    assert not report.is_kept
    assert [p.reason for p in report.problems] == ["is the address of line 2 too; each person needs their own"]


def test_R13_8_each_template_has_an_example_that_fits_its_columns() -> None:
    found = templates()
    assert found["students.csv"].startswith("id,family,first_name,last_name,birth_on")
    for name, content in found.items():
        if name.startswith("example/"):
            assert content.startswith(found[name.removeprefix("example/")])
            assert all(f"`{column}`" in found["README.md"] for column in content.splitlines()[0].split(","))


async def test_R13_8_the_example_of_the_templates_can_be_loaded(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    for name, content in templates().items():
        if name.startswith("example/"):
            (folder / name.removeprefix("example/")).write_text(content, encoding="utf-8", newline="")
    report = await office.load(folder)
    assert (report.problems, report.is_kept) == ([], True)
    assert report.stored["enrollments"].added == 1


async def test_R13_8_an_import_that_ends_in_the_middle_leaves_nothing(office: Office) -> None:
    class Killed(Exception):
        pass

    def end(what: str, _: int, __: int) -> None:
        if what == "loading enrollments":
            raise Killed

    with pytest.raises(Killed):
        await office.load(swim_school(), progress=end)
    for table in ("location", "person", "student", "imported_row"):
        found = await office.rows(f"SELECT count(*) FROM {table} WHERE organization_id = $1")
        assert found == [(1 if table in {"location", "person"} else 0,)]
    assert (await office.load(swim_school())).is_kept


@pytest.mark.parametrize("files", [{}, {"photos": "x\n"}])
async def test_R13_11_a_folder_without_our_files_is_refused(office: Office, files: Any) -> None:
    with pytest.raises(ImportRefused, match=r"contains none of the files that are read: locations\.csv, closures\.csv"):
        await office.load(files)


async def test_R13_8_a_name_of_two_locations_is_refused_with_their_rows(office: Office) -> None:
    files = swim_school()
    for id_, name in (("river", "NORTH"), ("lake", "Shore"), ("sea", "shore")):
        files["locations"].append({"id": id_, "name": name, "time_zone": "America/Chicago"})
    row_of(files, "classes", "camp")["location"] = "SHORE"
    report = await office.load(files)
    assert not report.is_kept
    ending = "; give each a name of its own"
    # The location that founding made is that of line 2, by its name.
    assert {(each.file, each.line, each.column, each.value, each.reason) for each in report.errors} >= {
        ("locations.csv", 3, "name", "NORTH", f"is also the name of the row on line 2 (id north){ending}"),
        ("locations.csv", 4, "name", "Shore", f"is also the name of the row on line 5 (id sea){ending}"),
        ("locations.csv", 5, "name", "shore", f"is also the name of the row on line 4 (id lake){ending}"),
        (
            *("classes.csv", 3, "location", "SHORE"),
            "is the name of 2 locations (lake on line 4, sea on line 5); write the id",
        ),
    }
    row_of(files, "locations", "river")["name"] = "River"
    row_of(files, "locations", "sea")["name"] = "Sea"
    assert (await office.load(files)).is_kept
    assert (await office.load(files)).changes == 0
    # A row is told of one that only Rollbook has.
    files["locations"] = [{"id": "new", "name": "north", "time_zone": "America/Chicago"}]
    (taken,) = [each for each in (await office.load(files)).errors if each.column == "name"]
    assert taken.reason.startswith("is also the name of the location ")
    assert taken.reason.endswith(f" in Rollbook{ending}")


async def test_R13_8_programs_and_calendars_of_one_name_are_refused_with_their_rows(office: Office) -> None:
    files = swim_school()
    assert (await office.load(files)).is_kept
    first = files["programs"][0]
    files["programs"].append({"id": "again", "name": first["name"].upper()})
    files["closures"] += [{"calendar": key, "calendar_name": "Snow"} for key in ("one", "two")]
    report = await office.load(files)
    assert not report.is_kept
    line, ending = len(files["closures"]), "; give each a name of its own"
    assert {(each.file, each.line, each.column, each.reason) for each in report.errors} >= {
        (
            *("programs.csv", len(files["programs"]) + 1, "name"),
            f"is also the name of the row on line 2 (id {first['id']}){ending}",
        ),
        ("closures.csv", line, "calendar_name", f"is also the name of the row on line {line + 1} (id two){ending}"),
        ("closures.csv", line + 1, "calendar_name", f"is also the name of the row on line {line} (id one){ending}"),
    }
