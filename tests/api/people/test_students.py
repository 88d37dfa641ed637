"""Section 11 and R11.2, R11.3: students, offerings and nodes, for those who may see them."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from attendance.rules.vocabulary import (
    AccountLinkPurpose,
    BlackoutScope,
    EnrollmentType,
    MakeupTokenOrigin,
    NoteLevel,
    Permission,
    Portal,
    Source,
    TaskKind,
    TaskState,
)
from db import models
from db.ids import new_id
from gql.fields.global_ids import encode_id
from tests.support.api import SCHEMA, Api
from tests.support.factories import LONG_AGO, MONDAY, World, new_world

NOON = datetime(2026, 11, 16, 18, tzinfo=UTC)

DAY, WEEK = timedelta(days=1), timedelta(days=7)

STUDENT = """query($id: ID!) { student(id: $id) {
  firstName medicalAlert rollSheetComment family { name email phone balance currency }
  enrollments(past: true) { type offering { name } timeslot { startTime } startsOn dropOn }
} }"""
STUDENTS = """query($search: String, $first: Int, $after: String) {
  students(search: $search, first: $first, after: $after) {
    nodes { firstName lastName } pageInfo { hasNextPage endCursor } } }"""
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


async def first_names(api: Api, **variables: Any) -> list[str]:
    data = await api.ask(STUDENTS, **variables)
    return [node["firstName"] for node in data["students"]["nodes"]]


PHONES = "query { students(first: 100) { nodes { family { name phones } } } }"


async def test_R5_2_a_family_has_the_numbers_of_its_guardians(world: World, api: Api) -> None:
    owner = await api.as_staff(world, Permission.OWNER)
    stranger = await new_world(world.owner, name="Other Gym")
    counts = []
    for name, place in (("Ash", world), ("Birch", world), ("Cedar", stranger)):
        family = await place.family(name=name, phone="(512) 555-0142")
        for number in ("512.555.0142", f"512 555 01{len(name)}0"):
            guardian = await place.guardian(family)
            await place.add(models.GuardianPhone, person_id=guardian, number=number)
        await place.student(family_id=family)
        owner.statements.clear()
        found = (await owner.ask(PHONES))["students"]["nodes"]
        counts.append(len(owner.statements))

    assert {each["family"]["name"]: each["family"]["phones"] for each in found} == {
        "Ash": ["(512) 555-0142", "512 555 0130"],
        "Birch": ["(512) 555-0142", "512 555 0150"],
    }
    assert len(set(counts)) == 1


async def test_a_student_with_family_and_enrollments(world: World, api: Api) -> None:
    owner = await api.as_staff(world, Permission.OWNER)
    lesson = await world.weekly_class(name="Swim 1")
    family = await world.family(name="Baker", email="b@example.com", phone="555 1234", balance=Decimal("7.50"))
    student = await world.student(family_id=family, medical_alert="Nuts", roll_sheet_comment="Shy")
    await world.enroll(student, lesson.offering_id, starts_on=MONDAY - 9 * WEEK, drop_on=MONDAY - 5 * WEEK)
    await world.enroll(student, lesson.offering_id, starts_on=MONDAY, timeslot_id=lesson.timeslot_id)
    await world.enroll(student, lesson.offering_id, deleted_at=LONG_AGO)
    found = (await owner.ask(STUDENT, id=encode_id("Student", student)))["student"]
    assert found == {
        "firstName": "Ann",
        "medicalAlert": "Nuts",
        "rollSheetComment": "Shy",
        "family": {
            "name": "Baker",
            "email": "b@example.com",
            "phone": "555 1234",
            "balance": "7.50",
            "currency": "USD",
        },
        "enrollments": [
            {
                "type": "ACTIVE",
                "offering": {"name": "Swim 1"},
                "timeslot": {"startTime": "17:00"},
                "startsOn": "2026-11-16",
                "dropOn": None,
            },
            {
                "type": "ACTIVE",
                "offering": {"name": "Swim 1"},
                "timeslot": None,
                "startsOn": "2026-09-14",
                "dropOn": "2026-10-12",
            },
        ],
    }
    current = await owner.ask(
        "query($id: ID!) { student(id: $id) { enrollments { startsOn } } }", id=encode_id("Student", student)
    )
    assert current["student"]["enrollments"] == [{"startsOn": "2026-11-16"}]


async def test_notes_by_whether_they_are_open(world: World, api: Api) -> None:
    owner = await api.as_staff(world, Permission.OWNER)
    student = await world.student()
    await world.note(student, body="Open", level=NoteLevel.CRITICAL)
    await world.note(student, body="Closed", written_at=LONG_AGO - DAY, closed_at=LONG_AGO)
    query = """query($id: ID!) { student(id: $id) {
      all: notes { level body closedAt } open: notes(open: true) { body } closed: notes(open: false) { body } } }"""
    found = (await owner.ask(query, id=encode_id("Student", student)))["student"]
    assert found == {
        "all": [
            {"level": "CRITICAL", "body": "Open", "closedAt": None},
            {"level": "NORMAL", "body": "Closed", "closedAt": "2026-01-05T12:00:00Z"},
        ],
        "open": [{"body": "Open"}],
        "closed": [{"body": "Closed"}],
    }


async def test_students_are_listed_by_name_searched_and_paged(world: World, api: Api) -> None:
    owner = await api.as_staff(world, Permission.OWNER)
    for first_name, last_name in (("Zoe", "adams"), ("Ann", "Baker"), ("Bob", "Baker"), ("Cy", "Young")):
        await world.student(first_name=first_name, last_name=last_name)
    await world.student(first_name="Gone", deleted_at=LONG_AGO)
    assert await first_names(owner) == ["Zoe", "Ann", "Bob", "Cy"]
    assert await first_names(owner, search="bob ba") == ["Bob"]
    assert await first_names(owner, search="Baker, A") == ["Ann"]
    page = (await owner.ask(STUDENTS, first=3))["students"]
    assert page["pageInfo"]["hasNextPage"] is True
    assert await first_names(owner, first=3, after=page["pageInfo"]["endCursor"]) == ["Cy"]


async def test_R11_2_guardians_reach_their_own_family_alone(world: World, api: Api) -> None:
    family = await world.family(balance=Decimal(9))
    own = await world.student(first_name="Own", family_id=family, medical_alert="Nuts", roll_sheet_comment="Shy")
    other = await world.student(first_name="Other")
    note = await world.note(own)
    token, ahead = await world.makeup_token(own), await world.makeup_token(own, issued_on=MONDAY + WEEK)
    guardian_id = await world.guardian(family)
    guardian = await api.signed_in(world, guardian_id, Portal.CUSTOMER)
    assert await first_names(guardian) == ["Own"]
    found = (await guardian.ask(STUDENT, id=encode_id("Student", own)))["student"]
    assert (found["medicalAlert"], found["rollSheetComment"]) == ("Nuts", None)
    assert found["family"]["balance"] == "9.00"
    assert await guardian.ask(STUDENT, id=encode_id("Student", other)) == {"student": None}
    notes = "query($id: ID!) { student(id: $id) { notes { body } } }"
    assert (await guardian.refused(notes, id=encode_id("Student", own)))[0] == "FORBIDDEN"
    lesson = await world.weekly_class()
    enrollment = await world.enroll(own, lesson.offering_id)
    foreign = await world.enroll(other, lesson.offering_id)
    seen = await visible(
        guardian,
        encode_id("Student", own),
        encode_id("Family", family),
        encode_id("Guardian", guardian_id),
        encode_id("Enrollment", enrollment),
        encode_id("MakeupToken", token),
        encode_id("MakeupToken", ahead),
        encode_id("MakeupToken", await world.makeup_token(other)),
        encode_id("Enrollment", foreign),
        encode_id("Student", other),
        encode_id("StudentNote", note),
        encode_id("Offering", lesson.offering_id),
        encode_id("StaffMember", await world.staff()),
        lesson.sheet_id(),
    )
    assert seen == ["Student", "Family", "Guardian", "Enrollment", "MakeupToken", *[None] * 8]


async def visible(api: Api, *ids: str) -> list[str | None]:
    """The type of each node that is found, in the order of the ids; it is the one that was asked for."""
    data = await api.ask(NODES, ids=list(ids))
    for wanted, node in zip(ids, data["nodes"], strict=True):
        assert node is None or node["id"] == wanted
    return [node and node["__typename"] for node in data["nodes"]]


async def test_R11_without_see_all_the_students_of_what_one_teaches_or_substitutes(world: World, api: Api) -> None:
    mine, stood_in, foreign = [await world.weekly_class(name=name) for name in ("Mine", "Stood in", "Foreign")]
    person = await world.staff(Permission.OFFICE_ATTENDANCE_VIEW, teaches=[mine.offering_id])
    absent = await world.staff()
    await world.add(
        models.Substitution,
        timeslot_id=stood_in.timeslot_id,
        held_on=MONDAY,
        absent_person_id=absent,
        substitute_id=person,
    )
    for first_name, lesson, place in [
        ("Mine", mine, {}),
        ("Stood in", stood_in, {}),
        ("Left before", stood_in, {"drop_on": MONDAY - DAY}),
        ("Foreign", foreign, {}),
    ]:
        student = await world.student(first_name=first_name)
        await world.add(
            models.Enrollment,
            student_id=student,
            offering_id=lesson.offering_id,
            type=EnrollmentType.ACTIVE,
            **{"starts_on": MONDAY - WEEK, **place},
        )
    staff = await api.as_staff(world, person_id=person)
    assert await first_names(staff) == ["Mine", "Stood in"]
    offerings = "{ offerings { nodes { name } } }"
    names = [node["name"] for node in (await staff.ask(offerings))["offerings"]["nodes"]]
    assert names == ["Mine", "Stood in"]


@pytest.fixture
async def everything(world: World) -> dict[str, str]:
    """An id of every type."""
    program, lesson = await world.program(), await world.weekly_class()
    family = await world.family()
    student, staff = await world.student(family_id=family), await world.staff()
    kiosk = await world.kiosk(staff, name="Door", expires_at=LONG_AGO)
    enrollment = await world.enroll(student, lesson.offering_id)
    schedule = await world.add(models.BlackoutSchedule, name="Holidays")
    signed_in = await world.sign_in(staff, Portal.OFFICE, NOON, NOON + timedelta(hours=1))
    assert signed_in.sign_in_id is not None
    ids: dict[str, str] = {
        "Organization": encode_id("Organization", world.organization_id),
        "Occurrence": lesson.sheet_id(),
        "RosterEntry": encode_id("RosterEntry", lesson.timeslot_id, MONDAY, student),
    }
    keys: dict[str, UUID] = {
        "SignIn": signed_in.sign_in_id,
        "PermissionGroup": await world.add(models.PermissionGroup, name="Coaches", permissions=[]),
        "Invitation": await world.add(
            models.AccountLink,
            person_id=staff,
            purpose=AccountLinkPurpose.INVITATION,
            secret_hash=b"x",
            created_at=NOON,
            expires_at=NOON + timedelta(days=30),
        ),
        "Session": await world.session(MONDAY, None),
        "BlackoutSchedule": schedule,
        "BlackoutDate": await world.add(
            models.BlackoutDate,
            blackout_schedule_id=schedule,
            starts_on=MONDAY,
            ends_on=MONDAY,
            scope=BlackoutScope.BOTH,
        ),
        "Offering": lesson.offering_id,
        "Timeslot": lesson.timeslot_id,
        "Location": world.location_id,
        "Program": program,
        "StaffMember": staff,
        "Guardian": await world.guardian(family),
        "Kiosk": kiosk,
        "Student": student,
        "Family": family,
        "Enrollment": enrollment,
        "StudentNote": await world.note(student),
        "MakeupToken": await world.makeup_token(student),
        "ExpectedAbsence": await world.expected_absence(student),
        "MakeupRequest": await world.makeup_request(await world.makeup_token(student), student, lesson.timeslot_id),
        "BackgroundTask": await world.add(
            models.BackgroundTask,
            kind=TaskKind.SEND_STATEMENTS,
            state=TaskState.COMPLETED,
            input={},
            source=Source.OFFICE,
            created_by_id=staff,
            created_at=LONG_AGO,
            ended_at=LONG_AGO,
        ),
        "StaffAbsence": await world.add(
            models.StaffAbsence, person_id=staff, starts_on=MONDAY, ends_on=MONDAY, recorded_at=LONG_AGO
        ),
    }
    return ids | {name: encode_id(name, key) for name, key in keys.items()}


async def test_R11_3_every_node_for_the_owner_and_none_for_strangers(
    world: World, api: Api, everything: dict[str, str]
) -> None:
    owner = await api.as_staff(world, Permission.OWNER)
    assert await visible(owner, *everything.values()) == list(everything)
    one = await owner.ask("query($id: ID!) { node(id: $id) { __typename } }", id=everything["Occurrence"])
    assert one == {"node": {"__typename": "Occurrence"}}
    elsewhere = await new_world(world.owner, name="Other Gym")
    stranger = await api.as_staff(elsewhere, Permission.OWNER)
    assert await visible(stranger, *everything.values()) == [None] * len(everything)
    powerless = await api.as_staff(world, portal=Portal.STAFF)
    shared = ["Organization", "Location", "Program", "Session", "BlackoutSchedule", "BlackoutDate", "StaffMember"]
    shared.append("Kiosk")
    seen = await visible(powerless, *everything.values())
    assert [name for name in seen if name] == [name for name in everything if name in shared]
    assert (await api.refused(NODES, ids=list(everything.values())))[0] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (["nonsense"], 'Argument "ids.0" is not an id. Send an id exactly as this API returned it.'),
        (
            [encode_id("Nothing", new_id())],
            'Argument "ids.0" is not an id. Send an id exactly as this API returned it.',
        ),
        ([encode_id("Student", new_id())] * 101, 'Argument "ids" has 101 ids; at most 100 are allowed.'),
    ],
)
async def test_nodes_refuse_what_is_no_id(world: World, api: Api, wanted: list[str], message: str) -> None:
    owner = await api.as_staff(world, Permission.OWNER)
    assert await owner.refused(NODES, ids=wanted) == ("BAD_USER_INPUT", message)


async def test_node_finds_nothing_for_ids_of_things_that_never_were(world: World, api: Api) -> None:
    owner = await api.as_staff(world, Permission.OWNER)
    ids = [encode_id(name, new_id()) for name in ("Student", "Offering", "Timeslot", "Enrollment", "Family")]
    ids += [encode_id("RosterEntry", new_id(), MONDAY, new_id()), encode_id("Organization", new_id())]
    assert await visible(owner, *ids) == [None] * 7


async def test_R11_3_a_token_does_not_open_the_roll_sheet_of_a_class_that_one_does_not_teach(
    world: World, api: Api
) -> None:
    own, other = await world.weekly_class(name="Own"), await world.weekly_class(name="Other")
    family = await world.family()
    student = await world.student(family_id=family)
    for lesson in (own, other):
        await world.enroll(student, lesson.offering_id)
        await world.occurrence(lesson.timeslot_id)
        origin = MakeupTokenOrigin.ABSENCE
        await world.makeup_token(student, origin=origin, timeslot_id=lesson.timeslot_id, held_on=MONDAY)
    await world.enroll(await world.student(first_name="Stranger"), other.offering_id)
    query = """query($id: ID!) { student(id: $id) { makeupTokens { nodes { missedOccurrence { offering { name }
      %s } } } } }"""
    roster = "roster { student { firstName } } tally { total }"
    teacher = await world.staff(Permission.STAFF_ATTENDANCE_VIEW, teaches=[own.offering_id])
    clients = {
        "teacher": (await api.as_staff(world, portal=Portal.STAFF, person_id=teacher), roster, [None, "Own"]),
        "owner": (await api.as_staff(world, Permission.OWNER), roster, ["Other", "Own"]),
        "family": (await api.signed_in(world, await world.guardian(family), Portal.CUSTOMER), "", ["Other", "Own"]),
    }
    for client, more, names in clients.values():
        nodes = (await client.ask(query % more, id=encode_id("Student", student)))["student"]["makeupTokens"]["nodes"]
        missed = [node["missedOccurrence"] for node in nodes]
        assert sorted((each["offering"]["name"] if each else None for each in missed), key=str) == names


async def test_offerings_are_filtered_and_paged(world: World, api: Api) -> None:
    owner = await api.as_staff(world, Permission.OWNER)
    swim = await world.program(name="Swim")
    await world.weekly_class(name="B", program_id=swim, capacity=8)
    await world.weekly_class(name="A")
    await world.weekly_class(name="Gone", deleted_at=LONG_AGO)
    query = """query($filter: OfferingFilter, $first: Int, $after: String) {
      offerings(filter: $filter, first: $first, after: $after) {
        nodes { name capacity program { name } timeslots { weekday startTime durationMinutes } }
        pageInfo { hasNextPage endCursor } } }"""
    page = (await owner.ask(query, first=1))["offerings"]
    assert page["nodes"][0] == {
        "name": "A",
        "capacity": None,
        "program": None,
        "timeslots": [{"weekday": 1, "startTime": "17:00", "durationMinutes": 45}],
    }
    rest = (await owner.ask(query, after=page["pageInfo"]["endCursor"]))["offerings"]
    assert [node["name"] for node in rest["nodes"]] == ["B"]
    for chosen in ({"programIds": [encode_id("Program", swim)]}, {"search": "b"}):
        found = (await owner.ask(query, filter=chosen))["offerings"]["nodes"]
        assert [node["name"] for node in found] == ["B"]


async def test_locations_and_programs_by_name_without_deleted_ones(world: World, api: Api) -> None:
    await world.location(name="Annex", time_zone="America/New_York")
    await world.add(models.Location, name="Gone", time_zone="America/Chicago", deleted_at=LONG_AGO)
    await world.program(name="Swim")
    await world.program(name="Gym")
    guardian = await api.signed_in(world, await world.guardian(await world.family()), Portal.CUSTOMER)
    assert await guardian.ask("{ locations { name timeZone } programs { name isDeleted } }") == {
        "locations": [
            {"name": "Annex", "timeZone": "America/New_York"},
            {"name": "Main Street", "timeZone": "America/Chicago"},
        ],
        "programs": [{"name": "Gym", "isDeleted": False}, {"name": "Swim", "isDeleted": False}],
    }


async def test_R11_3_every_type_with_an_id_is_found_by_it(everything: dict[str, str]) -> None:
    implementing = re.findall(r"^type (\w+) implements Node", SCHEMA.as_str(), re.MULTILINE)
    assert sorted(implementing) == sorted(everything)


async def test_a_deleted_enrollment_that_a_mark_names_is_found_by_its_id(world: World, api: Api) -> None:
    owner = await api.as_staff(world, Permission.OWNER)
    lesson = await world.weekly_class()
    enrollment = await world.enroll(await world.student(), lesson.offering_id, deleted_at=LONG_AGO)
    assert await visible(owner, encode_id("Enrollment", enrollment)) == ["Enrollment"]


NOTES = """query($id: ID!, $open: Boolean, $first: Int, $after: String) { student(id: $id) {
  allNotes(open: $open, first: $first, after: $after) {
    nodes { body } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""


async def test_all_notes_are_read_in_pages_newest_first(world: World, api: Api) -> None:
    ann, tom = await world.student(), await world.student()
    for number in range(5):
        closed_at = LONG_AGO + timedelta(days=30) if number % 2 else None
        written_at = LONG_AGO + timedelta(days=min(number, 3))
        await world.note(ann, body=str(number), written_at=written_at, closed_at=closed_at)
    await world.note(tom, body="about Tom")
    staff = await api.as_staff(world, Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL)

    async def page(**given: Any) -> tuple[list[str], dict[str, Any]]:
        found = (await staff.ask(NOTES, id=encode_id("Student", ann), **given))["student"]["allNotes"]
        return [node["body"] for node in found["nodes"]], found["pageInfo"]

    seen, after = [], None
    for has_more in (True, True, False):
        bodies, info = await page(first=2, after=after)
        assert (info["hasNextPage"], info["hasPreviousPage"]) == (has_more, after is not None)
        seen += bodies
        after = info["endCursor"]
    assert seen == ["4", "3", "2", "1", "0"]
    assert (await page(open=True))[0] == ["4", "2", "0"]
    assert (await page(open=False, first=1))[0] == ["3"]
    nothing = {"hasNextPage": True, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    assert await page(first=0) == ([], nothing)


@pytest.mark.parametrize("students", [1, 12])
async def test_R3_5_notes_of_all_listed_students_take_one_statement(world: World, api: Api, students: int) -> None:
    for _ in range(students):
        await world.note(await world.student())
    staff = await api.as_staff(world, Permission.OWNER)
    staff.statements.clear()
    data = await staff.ask("{ students { nodes { allNotes(first: 3) { nodes { body } } } } }")
    assert [len(node["allNotes"]["nodes"]) for node in data["students"]["nodes"]] == [1] * students
    assert len([each for each in staff.statements if "student_note" in each]) == 1
