"""R3.2: one order of names in roll sheets, lists and their pages, and searches that ignore how a name is written."""

from typing import Any

import pytest

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import Permission
from gql.fields.global_ids import encode_occurrence_id
from tests.support.api import Api
from tests.support.factories import MONDAY, World

# In the order of the Unicode Collation Algorithm.
NAMES = ("Alvarez", "Álvarez", "Ångström", "de la Cruz", "Elm", "Éluard", "İnce", "Łaski", "Lutz", "Østby", "Zimmer")
SHEET = """query($id: ID!, $by: RosterOrder! = LAST_NAME) { occurrence(id: $id) {
  roster(orderBy: $by) { student { firstName lastName } } instructors { lastName } } }"""
STUDENTS = """query($search: String, $first: Int, $after: String) {
  students(search: $search, first: $first, after: $after) { nodes { lastName } pageInfo { endCursor } } }"""
OFFERINGS = """query($search: String, $first: Int, $after: String) {
  offerings(filter: {search: $search}, first: $first, after: $after) { nodes { name } pageInfo { endCursor } } }"""
OCCURRENCES = """query($search: String, $first: Int, $after: String) {
  occurrences(filter: {from: "2026-11-16", to: "2026-11-16", search: $search}, first: $first, after: $after) {
    nodes { offering { name } } pageInfo { endCursor } } }"""


async def paged(api: Api, document: str, field: str, size: int) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = []
    after = None
    while True:
        found = (await api.ask(document, first=size, after=after))[field]
        if not found["nodes"]:
            return nodes
        nodes += found["nodes"]
        after = found["pageInfo"]["endCursor"]


@pytest.fixture
async def office(world: World, api: Api) -> Api:
    return await api.as_staff(world, Permission.OWNER)


async def test_R3_2_sheet_list_and_pages_have_one_order(world: World, office: Api) -> None:
    lesson = await world.weekly_class()
    for number, name in enumerate(reversed(NAMES)):
        student = await world.student(last_name=name, first_name=NAMES[number])
        await world.enroll(student, lesson.offering_id)
    key = encode_occurrence_id(OccurrenceKey(lesson.timeslot_id, MONDAY))
    roster = (await office.ask(SHEET, id=key))["occurrence"]["roster"]
    assert [row["student"]["lastName"] for row in roster] == list(NAMES)
    by_first = (await office.ask(SHEET, id=key, by="FIRST_NAME"))["occurrence"]["roster"]
    assert [row["student"]["firstName"] for row in by_first] == list(NAMES)
    for size in (1, 4, 50):
        nodes = await paged(office, STUDENTS, "students", size)
        assert [node["lastName"] for node in nodes] == list(NAMES)


async def test_R2_8_R3_2_offerings_and_occurrences_have_that_order(world: World, office: Api) -> None:
    for name in reversed(NAMES):
        await world.weekly_class(name=name)
    for size in (1, 4, 50):
        assert [node["name"] for node in await paged(office, OFFERINGS, "offerings", size)] == list(NAMES)
        nodes = await paged(office, OCCURRENCES, "occurrences", size)
        assert [node["offering"]["name"] for node in nodes] == list(NAMES)


async def test_R3_2_locations_programs_and_instructors_have_that_order(world: World, office: Api) -> None:
    lesson = await world.weekly_class()
    for name in ("Zimmer", "Éluard", "Elm"):
        await world.program(name=name)
        await world.staff(last_name=name, teaches=[lesson.offering_id])
    key = encode_occurrence_id(OccurrenceKey(lesson.timeslot_id, MONDAY))
    taught = (await office.ask(SHEET, id=key))["occurrence"]["instructors"]
    assert [person["lastName"] for person in taught] == ["Elm", "Éluard", "Zimmer"]
    found = await office.ask("{ programs { name } }")
    assert [program["name"] for program in found["programs"]] == ["Elm", "Éluard", "Zimmer"]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Nuñez", "NUN\N{COMBINING TILDE}EZ"),
        ("Østby", "østby"),
        ("Łaski", "laski"),
        ("O’Brien", "o'brien"),
        ("de\N{NO-BREAK SPACE}la Cruz", "De La Cruz"),
        ("100% Ilić_", "% ilic_"),
    ],
)
async def test_R3_2_students_offerings_and_occurrences_are_found(
    world: World, office: Api, name: str, typed: str
) -> None:
    await world.student(last_name=name)
    await world.student(last_name="Other")
    await world.weekly_class(name=f"{name} 1")
    await world.weekly_class(name="Other")
    students = (await office.ask(STUDENTS, search=typed))["students"]["nodes"]
    assert students == [{"lastName": name}]
    assert (await office.ask(OFFERINGS, search=typed))["offerings"]["nodes"] == [{"name": f"{name} 1"}]
    found = (await office.ask(OCCURRENCES, search=typed))["occurrences"]["nodes"]
    assert found == [{"offering": {"name": f"{name} 1"}}]
