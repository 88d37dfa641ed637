"""What a bundle becomes."""

from datetime import date, time
from typing import Any
from uuid import uuid5

import pytest

from tests.importing.bundles import row_of, school_1_1, school_1_2, user

pytestmark = pytest.mark.emptied_database

SCHOOLS = [("1.1", school_1_1), ("1.2", school_1_2)]


@pytest.mark.parametrize(("version", "school"), SCHOOLS)
async def test_a_bundle_becomes_locations_sessions_programs_and_classes(
    load: Any, stored: Any, version: str, school: Any
) -> None:
    report = await load(school(), version=version)

    assert (report.problems, report.is_kept) == ([], True)
    assert await stored("SELECT name, currency FROM organization") == [("Riverside District", "USD")]
    assert await stored("SELECT count(*) FROM settings") == [(1,)]
    assert await stored("SELECT name, time_zone, source_id FROM location") == [
        ("North School", "America/Chicago", "s1")
    ]
    assert await stored("SELECT source_id, name, starts_on, ends_on FROM session ORDER BY 1") == [
        ("t1", "Autumn", date(2026, 9, 1), date(2026, 12, 18)),
        ("t2", "Spring", date(2027, 1, 11), date(2027, 6, 4)),
    ]
    classes = (
        "SELECT o.source_id, o.kind, o.name, p.name FROM offering o JOIN program p ON p.id = o.program_id ORDER BY 1"
    )
    assert await stored(classes) == [("k1", "CLASS", "Swim A", "Swim"), ("k2", "CLASS", "Swim B", "Swim")]
    held = """SELECT o.source_id, s.source_id FROM offering_session x
              JOIN offering o ON o.id = x.offering_id JOIN session s ON s.id = x.session_id ORDER BY 1, 2"""
    assert await stored(held) == [("k1", "t1"), ("k1", "t2"), ("k2", "t1")]


@pytest.mark.parametrize(("version", "school"), SCHOOLS)
async def test_users_become_students_guardians_and_staff(load: Any, stored: Any, version: str, school: Any) -> None:
    await load(school(), version=version)

    students = "SELECT source_id, first_name, last_name, birth_on, gender FROM student ORDER BY 1"
    assert await stored(students) == [
        ("ann", "Ann", "Archer", date(2015, 2, 28), "FEMALE"),
        ("ben", "Ben", "Archer", None, None),
        ("cid", "Cid", "Cole", None, None),
    ]
    people = "SELECT source_id, kind, first_name, email, password_hash, ended_at FROM person ORDER BY 1"
    assert await stored(people) == [
        ("adm", "STAFF", "Ada", "ada@example.com", None, None),
        ("guardian/mum", "GUARDIAN", "Mia", "mia@example.com", None, None),
        ("tea", "STAFF", "Tea", "tea@example.com", None, None),
    ]
    permissions = dict(await stored("SELECT source_id, permissions FROM person"))
    assert permissions["tea"] == ["STAFF_ATTENDANCE_FULL"]
    assert permissions["guardian/mum"] == []
    assert "OFFICE_ATTENDANCE_FULL" in permissions["adm"]
    assert {"OWNER", "SEE_MEDICAL", "SEE_BALANCES", "MANAGE_SETTINGS"}.isdisjoint(permissions["adm"])


async def test_agents_make_families_and_whoever_has_none_is_one(load: Any, stored: Any) -> None:
    files = school_1_1()
    # This parent names the child, not the other way round; the child of both parents ties the two sides together.
    files["users"].append(user("dad", "guardian", "Dan", "Dale", agentSourcedIds="ben,dee", email="dan@example.com"))
    files["users"].append(user("dee", "student", "Dee", "Dale"))
    report = await load(files)

    families = """SELECT f.name, f.source_id, f.phone, f.email,
                         (SELECT array_agg(s.source_id ORDER BY s.source_id) FROM student s WHERE s.family_id = f.id),
                         (SELECT array_agg(p.source_id ORDER BY p.source_id) FROM person p WHERE p.family_id = f.id)
                  FROM family f ORDER BY f.source_id"""
    assert report.problems == []
    assert await stored(families) == [
        (
            "Archer / Dale",
            "student/ann",
            "+1 555 0100",
            "dan@example.com",
            ["ann", "ben", "dee"],
            ["guardian/dad", "guardian/mum"],
        ),
        ("Cole", "student/cid", None, None, ["cid"], None),
    ]


async def test_a_teacher_as_agent_of_a_student_joins_no_family(load: Any, stored: Any) -> None:
    files = school_1_1()
    row_of(files, "users", "ann")["agentSourcedIds"] = "tea"
    row_of(files, "users", "cid")["agentSourcedIds"] = "tea"
    await load(files)

    assert await stored("SELECT count(DISTINCT family_id) FROM student") == [(3,)]


async def test_enrollments_have_their_dates_or_those_of_the_class(load: Any, stored: Any) -> None:
    files = school_1_1()
    plain = {"classSourcedId": "k2", "schoolSourcedId": "s1", "role": "student", "beginDate": "", "endDate": ""}
    files["enrollments"].append({"sourcedId": "e4", "userSourcedId": "cid"} | plain)
    await load(files)

    sql = """SELECT e.source_id, o.source_id, e.type, e.starts_on, e.drop_on, e.end_cause FROM enrollment e
             JOIN offering o ON o.id = e.offering_id ORDER BY 1"""
    assert await stored(sql) == [
        ("e1", "k1", "ACTIVE", date(2026, 9, 7), date(2027, 6, 4), "SESSION_ENDED"),
        ("e2", "k1", "ACTIVE", date(2026, 9, 1), date(2026, 11, 30), "DROPPED"),
        ("e4", "k2", "ACTIVE", date(2026, 9, 1), date(2026, 12, 18), "SESSION_ENDED"),
    ]
    taught = """SELECT o.source_id, p.source_id FROM offering_instructor i
                JOIN offering o ON o.id = i.offering_id JOIN person p ON p.id = i.person_id"""
    assert await stored(taught) == [("k1", "tea")]


async def test_other_roles_in_a_class_are_counted_as_unused(load: Any) -> None:
    files = school_1_1()
    row_of(files, "enrollments", "e3").update(role="proctor", userSourcedId="adm")
    report = await load(files)

    assert (report.files["enrollments.csv"].unused, report.is_kept) == (1, True)


async def test_a_disabled_user_cannot_sign_in_until_enabled_again(load: Any, stored: Any) -> None:
    files = school_1_1()
    row_of(files, "users", "tea")["enabledUser"] = "false"
    await load(files)
    ended = "SELECT ended_at IS NOT NULL FROM person WHERE source_id = 'tea'"
    assert await stored(ended) == [(True,)]
    assert (await load(files)).changes == 0

    await load(school_1_1())
    assert await stored(ended) == [(False,)]


async def test_preferred_names_of_1_2_are_shown(load: Any, stored: Any) -> None:
    files = school_1_2()
    row_of(files, "users", "ann").update(preferredGivenName="Annie", preferredFamilyName="")
    await load(files, version="1.2")

    assert await stored("SELECT first_name, last_name FROM student WHERE source_id = 'ann'") == [("Annie", "Archer")]


async def test_somebody_may_teach_and_be_a_parent(load: Any, stored: Any) -> None:
    files = school_1_2()
    second = {"sourcedId": "r2", "userSourcedId": "tea", "roleType": "secondary", "role": "parent"}
    files["roles"].append(second | {"orgSourcedId": "s1"})
    row_of(files, "users", "cid")["agentSourcedIds"] = "tea"
    report = await load(files, version="1.2")

    assert report.problems == []
    both = "SELECT kind, source_id, email FROM person WHERE first_name = 'Tea' ORDER BY 1"
    assert await stored(both) == [
        ("GUARDIAN", "guardian/tea", "tea@example.com"),
        ("STAFF", "tea", "tea@example.com"),
    ]


async def test_a_role_that_is_over_counts_no_more(load: Any, stored: Any) -> None:
    files = school_1_2()
    row_of(files, "roles", "r-adm")["endDate"] = "2026-11-15"
    report = await load(files, version="1.2")

    assert (report.files["users.csv"].unused, report.errors) == (1, [])
    assert await stored("SELECT count(*) FROM person WHERE source_id = 'adm'") == [(0,)]


async def test_schedule_csv_becomes_timeslots_and_places_the_location(load: Any, stored: Any) -> None:
    rows = [
        {"classSourcedId": "k1", "weekday": "1", "start": "16:30", "end": "17:15", "timeZone": "America/New_York"},
        {"classSourcedId": "k1", "weekday": "Thursday", "start": "9:05", "minutes": "40", "room": "Gym"},
        {"classSourcedId": "k2", "weekday": "sat", "start": "23:30", "end": "00:30"},
    ]
    report = await load(school_1_1() | {"schedule": rows}, time_zone=None)

    assert report.problems == []
    assert await stored("SELECT time_zone FROM location") == [("America/New_York",)]
    sql = """SELECT o.source_id, t.weekday, t.start_time, t.duration_minutes, t.room, t.id, t.organization_id
             FROM timeslot t JOIN offering o ON o.id = t.offering_id ORDER BY 1, 2"""
    slots = await stored(sql)
    assert [slot[:5] for slot in slots] == [
        ("k1", 1, time(16, 30), 45, "Pool 1"),
        ("k1", 4, time(9, 5), 40, "Gym"),
        ("k2", 6, time(23, 30), 60, None),
    ]
    assert slots[0][5] == uuid5(slots[0][6], "timeslot/k1/1/16:30")


async def test_families_csv_completes_and_joins_families(load: Any, stored: Any) -> None:
    rows = [
        {"family": "F1", "student": "ann", "name": "The Archers", "phone": "555-0199", "balance": "120.50"},
        {"family": "F1", "student": "cid", "email": "home@example.com"},
    ]
    report = await load(school_1_1() | {"families": rows})

    assert report.problems == []
    sql = "SELECT source_id, name, phone, phone_digits, email, balance::text FROM family"
    assert await stored(sql) == [("family/F1", "The Archers", "555-0199", "5550199", "home@example.com", "120.50")]
    assert await stored("SELECT count(DISTINCT family_id), count(*) FROM student") == [(1, 3)]
    by_key = await load({"families": [{"family": "F1", "balance": "-5"}]}, organization="Riverside District")
    assert (by_key.problems, by_key.changes) == ([], 1)
    assert await stored("SELECT phone, balance::text FROM family") == [("555-0199", "-5.00")]


async def test_two_guardians_with_one_address_are_told_and_the_first_signs_in(load: Any, stored: Any) -> None:
    files = school_1_1()
    files["users"].append(user("dad", "parent", "Dan", "Dale", agentSourcedIds="cid", email="MIA@example.com"))
    report = await load(files)

    assert [(p.file, p.line, p.column, p.value) for p in report.problems if p.is_warning] == [
        ("users.csv", 5, "email", "mia@example.com")
    ]
    assert await stored("SELECT source_id, email FROM person WHERE kind = 'GUARDIAN' ORDER BY 1") == [
        ("guardian/dad", "MIA@example.com"),
        ("guardian/mum", None),
    ]
    assert (await load(files)).changes == 0


async def test_passwords_of_a_bundle_are_never_kept(load: Any, stored: Any) -> None:
    files = school_1_2()
    row_of(files, "users", "tea")["password"] = "hunter2"
    await load(files, version="1.2")

    assert await stored("SELECT count(*) FROM person WHERE password_hash IS NOT NULL") == [(0,)]
