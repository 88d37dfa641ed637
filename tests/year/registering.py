"""Act 3. Families come to the desk, and are registered with their students and places in one call."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.year.business import FRONT_DESK, PASSWORD, Business
from tests.year.model import Course, Place
from tests.year.plan import YEAR

SHOWN = "family { id } guardians { id } students { id } enrollments { id type student { id } offering { id } }"
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


async def register(business: Business) -> Register:
    """At first so many students in families of one, two or three; each goes to one or two classes."""
    register, number, left = Register(), 0, YEAR.students
    classes = _in_turn([each for each in business.model.courses.values() if each.kind == "CLASS"])
    while left > 0:
        size = min(left, business.random.choice((1, 1, 2, 3)))
        left -= size
        number += 1
        wanted = [[next(classes) for _ in range(business.random.choice((1, 1, 1, 2)))] for _ in range(size)]
        await welcome(business, register, number, wanted, YEAR.autumn[0])
    for course in business.model.courses.values():
        if course.kind != "CLASS":
            await _fill(business, register, course)
    return register


def _in_turn(courses: Sequence[Course]) -> Iterator[Course]:
    while True:
        yield from courses


async def welcome(
    business: Business, register: Register, number: int, wanted: Sequence[Sequence[Course]], since: date
) -> Household:
    """Register a family with a student for each list of courses."""
    names = business.random.sample(FIRST_NAMES, len(wanted))
    family = Household(number, "", "", [])
    students = [
        {"firstName": name, "lastName": family.name, "birthOn": str(date(2018, 1 + number % 12, 1 + number % 28)),
         "enrollments": [_place(course, since) for course in dict.fromkeys(courses, None)]}
        for name, courses in zip(names, _by_id(wanted), strict=True)
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


def _by_id(wanted: Sequence[Sequence[Course]]) -> list[list[str]]:
    return [[course.id for course in courses] for courses in wanted]


def _place(course_id: str, since: date) -> dict[str, Any]:
    return {"offeringId": course_id, "type": "ACTIVE", "startsOn": str(since)}


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
