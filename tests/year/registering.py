"""Act 3. Families are registered: those of the old system by spreadsheet, the others at the desk, in one call each."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.year.business import FRONT_DESK, PASSWORD, Business
from tests.year.model import Course, Place
from tests.year.plan import YEAR

SHOWN = "family { id } guardians { id } students { id } enrollments { id type student { id } offering { id } }"
FAMILIES = """query($after: String) { families(first: 100, after: $after) {
  nodes { id name guardians { id } students { id firstName } } pageInfo { hasNextPage endCursor } } }"""
PLACES = """query($after: String) { enrollments(first: 100, after: $after) {
  nodes { id type startsOn student { id } offering { id } } pageInfo { hasNextPage endCursor } } }"""
FIRST_NAMES = ("Ana", "Bo", "Cleo", "Dan", "Eva", "Finn", "Gus", "Hanna", "Ida", "Jon", "Kim", "Łucja", "Mia", "Noé")


@dataclass
class Household:
    """A family that the desk registered. `email` is that of its guardian."""

    number: int
    id: str
    guardian_id: str
    students: list[str]

    @property
    def name(self) -> str:
        return f"Family {self.number:04}"

    @property
    def email(self) -> str:
        return f"guardian{self.number}@home.example"

    @property
    def birth_on(self) -> date:
        return date(2018, 1 + self.number % 12, 1 + self.number % 28)

    @property
    def phone(self) -> str:
        return f"+1 312 555 {self.number:04}"


@dataclass
class Register:
    """Who came, by the number of the family."""

    households: dict[int, Household] = field(default_factory=dict)
    homes: dict[str, Household] = field(default_factory=dict)

    def of(self, student: str) -> Household:
        return self.homes[student]

    def name(self, student: str) -> tuple[int, int]:
        """What a student is called in the story: the number of the family, and that within the family."""
        home = self.homes[student]
        return home.number, home.students.index(student)

    def add(self, family: Household) -> None:
        self.households[family.number] = family
        self.homes |= dict.fromkeys(family.students, family)


@dataclass(frozen=True)
class Coming:
    """A family before it is registered: the first names of its students, and the courses of each."""

    number: int
    names: list[str]
    wanted: list[list[Course]]


async def register(business: Business) -> Register:
    """So many students in families of one, two or three; each goes to one or two classes. Some families come to the
    desk, the others stand in the spreadsheets of the owner's old system.
    """
    register, left = Register(), YEAR.students
    classes = _in_turn([each for each in business.model.courses.values() if each.kind == "CLASS"])
    coming: list[Coming] = []
    while left > 0:
        size = min(left, business.random.choice((1, 1, 2, 3)))
        left -= size
        wanted = [[next(classes) for _ in range(business.random.choice((1, 1, 1, 2)))] for _ in range(size)]
        coming.append(draw(business, len(coming) + 1, wanted))
    await load(business, register, [each for each in coming if each.number % YEAR.desk_every], YEAR.autumn[0])
    await business.look_after_the_database()
    for each in coming:
        if each.number % YEAR.desk_every == 0:
            await welcome(business, register, each, YEAR.autumn[0])
    for course in business.model.courses.values():
        if course.kind != "CLASS":
            await _fill(business, register, course)
    return register


def _in_turn(courses: Sequence[Course]) -> Iterator[Course]:
    while True:
        yield from courses


def draw(business: Business, number: int, wanted: list[list[Course]]) -> Coming:
    return Coming(number, business.random.sample(FIRST_NAMES, len(wanted)), wanted)


async def welcome(business: Business, register: Register, coming: Coming, since: date) -> Household:
    """The desk registers a family in one call."""
    family = Household(coming.number, "", "", [])
    students = [
        {"firstName": name, "lastName": family.name, "birthOn": str(family.birth_on),
         "enrollments": [{"offeringId": each.id, "type": "ACTIVE", "startsOn": str(since)} for each in courses]}
        for name, courses in zip(coming.names, coming.wanted, strict=True)
    ]  # fmt: skip
    guardian = {"firstName": "Gail", "lastName": family.name, "email": family.email, "phones": [family.phone]}
    given: dict[str, Any] = {"family": {"name": family.name, "email": family.email}, "guardians": [guardian]}
    made = await business.desk(FRONT_DESK).act("registerFamily", SHOWN, **given, students=students)
    family.id, family.guardian_id = made["family"]["id"], made["guardians"][0]["id"]
    family.students = [each["id"] for each in made["students"]]
    register.add(family)
    for each in made["enrollments"]:
        place = Place(each["id"], each["student"]["id"], each["offering"]["id"], each["type"], since)
        business.model.enroll(place)
    return family


async def load(business: Business, register: Register, coming: Sequence[Coming], since: date) -> None:
    """The owner loads spreadsheets: as a dry run, in earnest, and once more, which changes nothing (R13.8)."""
    with TemporaryDirectory() as folder:
        for name, rows in _spreadsheets(coming, since).items():
            with (Path(folder) / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
        for options in (["--dry-run"], [], []):
            await business.command("import", "csv", folder, *options)
    shown = {each["name"]: each for each in await business.desk(FRONT_DESK).all(FAMILIES, "families")}
    assert shown.keys() == {Household(each.number, "", "", []).name for each in coming}
    for each in coming:
        await _find(business, register, each, shown)
    places = await business.owner.all(PLACES, "enrollments")
    found = {(each["student"]["id"], each["offering"]["id"]): each for each in places}
    for each in coming:
        for student, courses in zip(register.households[each.number].students, each.wanted, strict=True):
            for course in courses:
                place = found.pop((student, course.id))
                assert (place["type"], place["startsOn"]) == ("ACTIVE", str(since))
                business.model.enroll(Place(place["id"], student, course.id, "ACTIVE", since))
    assert not found


async def _find(business: Business, register: Register, coming: Coming, shown: dict[str, dict[str, Any]]) -> None:
    family = Household(coming.number, "", "", [])
    loaded = shown[family.name]
    students = {each["firstName"]: each["id"] for each in loaded["students"]}
    assert students.keys() == set(coming.names)
    family.id, family.guardian_id = loaded["id"], loaded["guardians"][0]["id"]
    family.students = [students[name] for name in coming.names]
    register.add(family)


def _spreadsheets(coming: Sequence[Coming], since: date) -> dict[str, list[dict[str, Any]]]:
    """The rows of each file. Classes are named as the office calls them."""
    families: list[dict[str, Any]] = []
    guardians: list[dict[str, Any]] = []
    students: list[dict[str, Any]] = []
    places: list[dict[str, Any]] = []
    for each in coming:
        family = Household(each.number, "", "", [])
        key, name, email = f"f{each.number}", family.name, family.email
        families.append({"id": key, "name": name, "email": email})
        guardian = {"first_name": "Gail", "last_name": name, "email": email, "phones": family.phone}
        guardians.append({"id": f"g{each.number}", "family": key, **guardian})
        for first, courses in zip(each.names, each.wanted, strict=True):
            names = {"first_name": first, "last_name": name, "birth_on": family.birth_on}
            students.append({"id": f"{key} {first}", "family": key, **names})
            places += [{"student": f"{key} {first}", "class": each.name, "starts_on": since} for each in courses]
    return {"families": families, "guardians": guardians, "students": students, "enrollments": places}


async def _fill(business: Business, register: Register, course: Course) -> None:
    """Students of five families go to a camp or to an appointment."""
    for family in list(register.households.values())[:5]:
        student = family.students[0]
        since = (YEAR.autumn if course.kind == "APPOINTMENT" else YEAR.summer)[0]
        given = {"studentId": student, "offeringId": course.id, "type": "ACTIVE", "startsOn": str(since)}
        made = await business.desk(FRONT_DESK).act("enrollStudent", "enrollment { id }", **given)
        business.model.enroll(Place(made["enrollment"]["id"], student, course.id, "ACTIVE", since))


async def invite_guardian(business: Business, family: Household) -> None:
    """The guardian reads the mail and chooses a password."""
    await business.desk(FRONT_DESK).act("inviteGuardian", guardianId=family.guardian_id)
    token = await business.letter(family.email, "accept-invitation")
    accepted = await business.outside.act("acceptInvitation", token=token, password=PASSWORD)
    assert accepted["__typename"] == "AcceptInvitationSuccess", accepted
