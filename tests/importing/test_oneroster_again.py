"""A bundle that comes again, a bulk file that lacks what was there, and delta files."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from importing.report import ImportRefused, Report
from tests.importing.bundles import Files, delta, row_of, school_1_1, school_1_2, user

pytestmark = pytest.mark.emptied_database

TABLES = ("location", "session", "program", "offering", "offering_session", "offering_instructor", "timeslot")
PEOPLE = ("family", "student", "person", "enrollment")
SLOT = {"classSourcedId": "k1", "weekday": "1", "start": "16:30", "minutes": "45"}
NOW = datetime(2026, 11, 16, 18, tzinfo=UTC)
LATER = datetime(2026, 11, 18, 18, tzinfo=UTC)


async def contents(stored: Any) -> dict[str, list[Any]]:
    return {table: await stored(f"SELECT t.*, t.xmin::text FROM {table} t ORDER BY t") for table in TABLES + PEOPLE}


def counts(report: Report) -> dict[str, tuple[int, int, int]]:
    """Return how many rows were added, changed and removed, by kind of thing. Kinds with no such row are left out."""
    found = {name: (one.added, one.changed, one.removed) for name, one in report.stored.items()}
    return {name: numbers for name, numbers in found.items() if any(numbers)}


@pytest.mark.parametrize(("version", "school"), [("1.1", school_1_1), ("1.2", school_1_2)])
async def test_a_second_import_of_a_bundle_writes_no_row(load: Any, stored: Any, version: str, school: Any) -> None:
    files = school() | {"schedule": [SLOT], "families": [{"student": "ann", "balance": "12"}]}
    first = await load(files, version=version)
    before = await contents(stored)
    second = await load(files, version=version, now=LATER)

    assert first.changes > 20
    assert (second.is_kept, second.changes, counts(second)) == (True, 0, {})
    assert await contents(stored) == before


async def test_what_changed_is_updated_in_place(load: Any, stored: Any) -> None:
    files = school_1_1()
    await load(files)
    ids = await stored("SELECT id FROM student WHERE source_id = 'ann'")
    row_of(files, "users", "ann")["givenName"] = "Anna"
    row_of(files, "classes", "k2")["termSourcedIds"] = "t2"
    row_of(files, "enrollments", "e2")["endDate"] = "2026-12-01"
    report = await load(files)

    assert counts(report) == {
        "students": (0, 1, 0),
        "sessions of classes": (1, 0, 1),
        "enrollments": (0, 1, 0),
    }
    assert await stored("SELECT id FROM student WHERE first_name = 'Anna'") == ids


async def test_what_the_office_decided_survives(load: Any, stored: Any, owner: Any) -> None:
    await load(school_1_1())
    for statement in (
        "UPDATE person SET permissions = '{OWNER}' WHERE source_id = 'tea'",
        "UPDATE family SET name = 'A.', phone = '1', balance = 7 WHERE source_id = 'student/ann'",
        "UPDATE enrollment SET type = 'TRIAL' WHERE source_id = 'e1'",
        "UPDATE student SET medical_alert = 'Nuts', birth_on = '2014-01-01' WHERE source_id = 'ben'",
        "INSERT INTO session (organization_id, id, name, starts_on) SELECT organization_id, id, 'Ours', '2026-01-01' "
        "FROM location",
        "INSERT INTO offering_session SELECT o.organization_id, o.id, l.id FROM offering o, location l",
    ):
        await owner.exec_driver_sql(statement)
    before = await contents(stored)

    assert (await load(school_1_1())).changes == 0
    assert await contents(stored) == before


async def test_a_bulk_file_without_an_enrollment_ends_it_the_day_before_and_marks_stay(
    load: Any, stored: Any, owner: Any
) -> None:
    files = school_1_1()
    ahead = {"classSourcedId": "k1", "schoolSourcedId": "s1", "userSourcedId": "cid", "role": "student"}
    files["enrollments"].append({"sourcedId": "e4", "beginDate": "2026-12-01", "endDate": ""} | ahead)
    await load(files | {"schedule": [SLOT]})
    await owner.exec_driver_sql(
        "INSERT INTO occurrence (organization_id, timeslot_id, held_on) SELECT organization_id, id, '2026-11-09' "
        "FROM timeslot"
    )
    await owner.exec_driver_sql(
        "INSERT INTO mark (organization_id, timeslot_id, held_on, student_id, enrollment_id, status, source, "
        "marked_at, revision) SELECT o.organization_id, o.timeslot_id, o.held_on, e.student_id, e.id, 'PRESENT', "
        "'OFFICE', now(), 1 FROM occurrence o, enrollment e WHERE e.source_id = 'e1'"
    )
    files["enrollments"] = [row for row in files["enrollments"] if row["sourcedId"] not in ("e1", "e3", "e4")]
    report = await load(files)

    assert counts(report) == {"enrollments": (0, 0, 2), "instructors of classes": (0, 0, 1)}
    sql = "SELECT source_id, drop_on, end_cause, deleted_at IS NULL FROM enrollment WHERE source_id <> 'e2' ORDER BY 1"
    assert await stored(sql) == [
        ("e1", date(2026, 11, 15), "DROPPED", True),
        ("e4", date(2027, 6, 4), "SESSION_ENDED", False),
    ]
    assert await stored("SELECT status FROM mark") == [("PRESENT",)]
    assert (await load(files, now=LATER)).changes == 0


@pytest.mark.parametrize(("back", "is_same"), [(NOW, True), (LATER, False)])
async def test_R2_10_what_comes_back_is_open_again_and_a_gap_in_the_past_stays(
    load: Any, stored: Any, back: datetime, is_same: bool
) -> None:
    files = school_1_1()
    await load(files)
    ids = await stored("SELECT id FROM enrollment WHERE source_id = 'e1'")
    without = files | {"enrollments": [row for row in files["enrollments"] if row["sourcedId"] != "e1"]}
    await load(without)
    report = await load(files, now=back)

    assert counts(report) == {"enrollments": (0, 1, 0) if is_same else (1, 0, 0)}
    sql = "SELECT id FROM enrollment WHERE source_id = 'e1' AND drop_on = '2027-06-04' AND deleted_at IS NULL"
    assert (await stored(sql) == ids) is is_same


async def test_a_bulk_file_without_users_and_classes_removes_them_softly(load: Any, stored: Any) -> None:
    files = school_1_1()
    await load(files)
    files["users"] = [row for row in files["users"] if row["sourcedId"] not in ("ann", "ben", "mum", "adm")]
    files["classes"] = [row for row in files["classes"] if row["sourcedId"] != "k2"]
    files["enrollments"] = [row_of(files, "enrollments", "e3")]
    files["demographics"] = []
    del files["demographics"]
    report = await load(files)

    assert counts(report) == {
        "classes": (0, 0, 1),
        "families": (0, 0, 1),
        "students": (0, 0, 2),
        "guardians": (0, 0, 1),
        "numbers of guardians": (0, 0, 1),
        "staff": (0, 0, 1),
        "enrollments": (0, 0, 2),
    }
    assert await stored("SELECT source_id FROM student WHERE deleted_at IS NULL") == [("cid",)]
    assert await stored("SELECT source_id FROM person WHERE ended_at IS NULL") == [("tea",)]
    assert await stored("SELECT source_id FROM offering WHERE deleted_at IS NULL") == [("k1",)]
    assert await stored("SELECT count(*) FROM student") == [(3,)]


async def test_R13_10_an_import_that_would_end_most_is_refused_unless_confirmed(load: Any, stored: Any) -> None:
    files = school_1_1()
    files["users"] += [user(f"x{n}", "student", "X", str(n)) for n in range(20)]
    await load(files)
    before = await contents(stored)

    with pytest.raises(ImportRefused, match=r"20 of the 23 students would end\.\nIf .* --yes"):
        await load(school_1_1())
    assert await contents(stored) == before
    assert counts(await load(school_1_1(), yes=True)) == {"families": (0, 0, 20), "students": (0, 0, 20)}


async def test_an_absent_file_says_nothing(load: Any) -> None:
    files = school_1_1()
    await load(files)
    less: Files = {"orgs": files["orgs"], "classes": files["classes"]}
    report = await load(less)

    assert (report.problems, report.changes, report.is_kept) == ([], 0, True)


async def test_a_delta_adds_changes_and_deletes_what_it_names(load: Any, stored: Any) -> None:
    await load(school_1_1() | {"schedule": [SLOT]})
    files: Files = {
        "users": delta([user("ann", "student", "Anna", "Archer", agentSourcedIds="mum")])
        + delta([{"sourcedId": "adm"}], "tobedeleted")
        + delta([user("new", "student", "Nia", "Archer", agentSourcedIds="mum")]),
        "enrollments": delta(
            [
                {
                    "sourcedId": "e9",
                    "classSourcedId": "k2",
                    "schoolSourcedId": "s1",
                    "userSourcedId": "cid",
                    "role": "student",
                    "beginDate": "2026-11-16",
                    "endDate": "",
                }
            ]
        )
        + delta([{"sourcedId": "e2"}, {"sourcedId": "never-there"}], "tobedeleted")
        + delta([row_of(school_1_1(), "enrollments", "e3")], "tobedeleted"),
        "courses": delta(school_1_1()["courses"], "tobedeleted"),
    }
    report = await load(files, mode="delta", organization="Riverside District")

    assert report.problems == []
    assert counts(report) == {
        "programs": (0, 0, 1),
        "students": (1, 1, 0),
        "staff": (0, 0, 1),
        "enrollments": (1, 0, 1),
        "instructors of classes": (0, 0, 1),
    }
    together = "SELECT count(DISTINCT family_id) FROM student WHERE source_id IN ('ann', 'ben', 'new')"
    assert await stored(together) == [(1,)]
    sql = "SELECT source_id, starts_on, drop_on, deleted_at FROM enrollment WHERE source_id IN ('e2', 'e9') ORDER BY 1"
    assert await stored(sql) == [
        ("e2", date(2026, 9, 1), date(2026, 11, 15), None),
        ("e9", date(2026, 11, 16), date(2026, 12, 18), None),
    ]
    again = await load(files, mode="delta", organization="Riverside District")
    assert again.changes == 0


async def test_a_delta_that_ties_two_families_moves_all_their_members(load: Any, stored: Any) -> None:
    files = school_1_1()
    files["users"].append(user("dad", "parent", "Dan", "Cole", agentSourcedIds="cid"))
    await load(files)
    tie = delta([user("ann", "student", "Ann", "Archer", agentSourcedIds="mum,dad")])
    report = await load({"users": tie}, mode="delta", organization="Riverside District")

    assert counts(report) == {"students": (0, 1, 0), "guardians": (0, 1, 0), "families": (0, 0, 1)}
    everybody = """SELECT count(DISTINCT family_id) FROM (
                       SELECT family_id FROM student
                       UNION ALL SELECT family_id FROM person WHERE kind = 'GUARDIAN') x"""
    assert await stored(everybody) == [(1,)]


async def test_a_bulk_without_the_tie_splits_a_family_and_the_larger_part_keeps_it(load: Any, stored: Any) -> None:
    files = school_1_1()
    row_of(files, "users", "cid")["agentSourcedIds"] = "mum"
    await load(files)
    family = await stored("SELECT DISTINCT family_id FROM student")
    report = await load(school_1_1())

    assert counts(report) == {"families": (1, 0, 0), "students": (0, 1, 0)}
    assert await stored("SELECT DISTINCT family_id FROM student WHERE source_id IN ('ann', 'ben')") == family
    assert (await load(school_1_1())).changes == 0


async def test_a_1_2_delta_without_roles_keeps_what_users_are(load: Any, stored: Any) -> None:
    await load(school_1_2(), version="1.2")
    changed = delta([row_of(school_1_2(), "users", "tea") | {"familyName": "Cherry", "primaryOrgSourcedId": "d1"}])
    report = await load({"users": changed}, version="1.2", mode="delta", organization="Riverside District")

    assert (report.problems, counts(report)) == ([], {"staff": (0, 1, 0)})


async def test_schedule_csv_is_the_whole_timetable_of_the_classes_it_names(load: Any, stored: Any, owner: Any) -> None:
    other = {"classSourcedId": "k2", "weekday": "2", "start": "10:00", "minutes": "30"}
    await load(school_1_1() | {"schedule": [SLOT, other]})
    await owner.exec_driver_sql(
        "INSERT INTO timeslot (organization_id, id, offering_id, weekday, start_time, duration_minutes) "
        "SELECT organization_id, id, id, 5, '08:00', 30 FROM offering WHERE source_id = 'k1'"
    )
    moved = [SLOT | {"start": "17:00"}]
    report = await load(school_1_1() | {"schedule": moved})

    assert counts(report) == {"timeslots": (0, 1, 0)}
    sql = """SELECT o.source_id, t.weekday, t.start_time::text FROM timeslot t JOIN offering o ON o.id = t.offering_id
             WHERE t.deleted_at IS NULL ORDER BY 1, 2"""
    assert await stored(sql) == [("k1", 1, "17:00:00"), ("k1", 5, "08:00:00"), ("k2", 2, "10:00:00")]


async def test_two_people_may_swap_their_addresses(load: Any, stored: Any) -> None:
    files = school_1_1()
    await load(files)
    row_of(files, "users", "tea")["email"] = "ada@example.com"
    row_of(files, "users", "adm")["email"] = "tea@example.com"
    report = await load(files)

    assert (report.problems, counts(report)) == ([], {"staff": (0, 2, 0)})
    assert await stored("SELECT email FROM person WHERE source_id = 'tea'") == [("ada@example.com",)]


async def test_an_address_of_hand_made_staff_is_never_taken(load: Any, stored: Any, owner: Any) -> None:
    await load(school_1_1())
    await owner.exec_driver_sql("UPDATE person SET source_id = NULL, id = gen_random_uuid() WHERE source_id = 'adm'")
    report = await load(school_1_1())

    assert [(p.line, p.column, p.value) for p in report.problems if p.is_warning] == [(7, "email", "ada@example.com")]
    assert await stored("SELECT source_id, email FROM person WHERE first_name = 'Ada' ORDER BY 1") == [
        ("adm", None),
        (None, "ada@example.com"),
    ]
