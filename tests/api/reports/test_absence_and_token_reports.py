"""R15.1: absences with their tokens, and the numbers of tokens, agree with the tokens themselves."""

import random
from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

import pytest

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import (
    AttendanceStatus,
    EnrollmentType,
    MakeupTokenOrigin,
    OfferingKind,
    Permission,
    Portal,
)
from db import models
from gql.fields.global_ids import encode_id, encode_occurrence_id
from tests.support.api import EVENING, Api
from tests.support.factories import LONG_AGO, MONDAY, Lesson, World
from tests.support.sizes import SIZES

DAY = timedelta(days=1)
FIRST, LAST = MONDAY - 60 * DAY, MONDAY + 60 * DAY
TOKENS = """query($after: String) { makeupTokens(first: 100, after: $after) {
  nodes { id state issuedOn expiresOn student { id firstName lastName } program { id name } location { id name }
          missedOccurrence { id } makeup { startsOn } }
  pageInfo { hasNextPage endCursor } } }"""
COUNTS = "{ issued withdrawn used expired expiring outstanding }"
REPORT = f"""query($filter: TokenReportFilter!, $by: TokenReportGroup!, $first: Int, $after: String) {{
  tokenReport(filter: $filter, groupBy: $by, first: $first, after: $after) {{
    totals {COUNTS} rows {{ nodes {{ subjectId name counts {COUNTS} }} pageInfo {{ hasNextPage endCursor }} }} }} }}"""
ABSENCES = """query($filter: ReportFilter!, $first: Int, $after: String) {
  absenceReport(filter: $filter, first: $first, after: $after) {
    nodes { occurrenceId date offeringId offeringName studentId studentName status isDefaulted
            token { tokenId state expiresOn } }
    pageInfo { hasNextPage endCursor } } }"""
USABLE = ("SCHEDULED", "AVAILABLE", "REQUESTED")
Node = dict[str, Any]


async def random_tokens(world: World, dice: random.Random) -> list[Lesson]:
    """Marks and tokens of every origin, state and date, of two students in two classes."""
    far = await world.location(name="Åre", time_zone="Pacific/Auckland")
    programs = [await world.program(name=name) for name in ("Swim", "swim 2")]
    lessons = [await world.weekly_class(name=name) for name in ("Swim", "Álvarez")]
    students = [await world.student(first_name=name) for name in ("Ann", "Ben", "Cy")]
    weeks = list(range(-8, 8))
    for lesson in lessons:
        for week in weeks:
            await world.occurrence(lesson.timeslot_id, MONDAY + 7 * week * DAY)
    for student in students:
        for lesson in lessons:
            await world.enroll(student, lesson.offering_id, starts_on=FIRST)
            for week in weeks:
                day = MONDAY + 7 * week * DAY
                status = dice.choice(list(AttendanceStatus))
                await world.mark(student, lesson.timeslot_id, status=status, held_on=day)
                if not status.is_absence or dice.random() < 0.3:
                    continue
                await random_token(
                    world,
                    dice,
                    student,
                    origin=dice.choice([MakeupTokenOrigin.ABSENCE, MakeupTokenOrigin.CANCELLATION]),
                    timeslot_id=lesson.timeslot_id,
                    held_on=day,
                    program_id=dice.choice([None, *programs]),
                    location_id=dice.choice([None, world.location_id, far]),
                )
        for _ in range(10):
            await random_token(world, dice, student, location_id=dice.choice([None, far]))
    return lessons


async def random_token(world: World, dice: random.Random, student: Any, **values: Any) -> None:
    issued = MONDAY + dice.randrange(-70, 10) * DAY
    token = await world.makeup_token(
        student,
        issued_on=issued,
        expires_on=dice.choice([issued + dice.randrange(90) * DAY, issued + 30 * DAY, date(2030, 1, 1)]),
        revoked_at=dice.choice([None, None, None, LONG_AGO]),
        deleted_at=dice.choice([None, None, None, LONG_AGO]),
        **values,
    )
    (row,) = [each for each in await world.rows(models.MakeupToken) if each.id == token]
    fate = dice.random()
    held_on = MONDAY + dice.randrange(-50, 50) * DAY
    if fate < 0.3 and row.revoked_at is None:
        slot = await world.weekly_class(name="Makeup")
        makeup = await world.enroll(
            student,
            slot.offering_id,
            type=EnrollmentType.MAKEUP,
            starts_on=held_on,
            drop_on=held_on,
            timeslot_id=slot.timeslot_id,
        )
        await world.change(models.MakeupToken, token, makeup_enrollment_id=makeup)
    elif fate < 0.5:
        slot = await world.weekly_class(name="Makeup")
        await world.makeup_request(token, student, slot.timeslot_id, held_on=held_on)


async def pages(api: Api, document: str, field: str, **given: Any) -> tuple[Node, list[Node]]:
    """The answer to the last page, and all rows."""
    rows: list[Node] = []
    after = None
    while True:
        found = (await api.ask(document, **given, after=after))[field]
        page = found.get("rows", found)
        rows += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return found, rows
        after = page["pageInfo"]["endCursor"]


def counts(tokens: list[Node], first: date, last: date) -> dict[str, int]:
    def within(day: str | None) -> bool:
        return day is not None and first <= date.fromisoformat(day) <= last

    found: Counter[str] = Counter()
    for token in tokens:
        state = token["state"]
        is_gone = state in {"REVOKED", "DELETED"}
        found["issued"] += within(token["issuedOn"]) and not is_gone
        found["withdrawn"] += within(token["issuedOn"]) and is_gone
        found["used"] += state in {"PENDING", "SPENT"} and within(token["makeup"]["startsOn"])
        found["expired"] += state == "EXPIRED" and within(token["expiresOn"])
        found["expiring"] += state in USABLE and within(token["expiresOn"])
        found["outstanding"] += state in USABLE
    return dict(found)


def group_of(token: Node, by: str) -> tuple[str | None, str]:
    if by == "STUDENT":
        student = token["student"]
        return student["id"], f"{student['firstName']} {student['lastName']}"
    of = token[by.lower()]
    return (of["id"], of["name"]) if of else (None, "")


@pytest.mark.parametrize("seed", range(SIZES.listed_organizations))
async def test_R15_1_reports_agree_with_the_tokens_and_marks(world: World, api: Api, seed: int) -> None:
    dice = random.Random(seed)
    api.clock.now = EVENING
    lessons = await random_tokens(world, dice)
    owner = await api.signed_in(world, await world.staff(Permission.OWNER), Portal.OFFICE, lasting=timedelta(days=3))
    _, tokens = await pages(owner, TOKENS, "makeupTokens")
    late = await world.student(first_name="Dee")
    # A rare state can be missing.
    while len({token["state"] for token in tokens}) < 7 and len(tokens) < 300:
        await random_token(world, dice, late)
        _, tokens = await pages(owner, TOKENS, "makeupTokens")
    assert len({token["state"] for token in tokens}) >= 7
    analyst = await api.as_staff(world, Permission.SEE_REPORTS, portal=Portal.STAFF)
    await check_counts(analyst, dice, tokens)
    await check_absences(analyst, dice, tokens, await world.rows(models.Mark), lessons)


async def check_counts(analyst: Api, dice: random.Random, tokens: list[Node]) -> None:
    for _ in range(3):
        first, last = sorted(FIRST + dice.randrange((LAST - FIRST).days) * DAY for _ in range(2))
        for by in ("PROGRAM", "LOCATION", "STUDENT"):
            given = {"filter": {"from": str(first), "to": str(last)}, "by": by, "first": dice.choice([1, 50])}
            report, rows = await pages(analyst, REPORT, "tokenReport", **given)
            assert report["totals"] == counts(tokens, first, last)
            groups: dict[tuple[str | None, str], list[Node]] = defaultdict(list)
            for token in tokens:
                groups[group_of(token, by)].append(token)
            expected = {group: counts(mine, first, last) for group, mine in groups.items()}
            assert {(row["subjectId"], row["name"]): row["counts"] for row in rows} == {
                group: counted for group, counted in expected.items() if any(counted.values())
            }


async def check_absences(
    analyst: Api, dice: random.Random, tokens: list[Node], marks: list[Any], lessons: list[Lesson]
) -> None:
    """Each absence is there once, in order of date, class and student, with its token if that is live."""
    live = {
        (token["missedOccurrence"]["id"], token["student"]["id"]): {
            "tokenId": token["id"],
            "state": token["state"],
            "expiresOn": token["expiresOn"],
        }
        for token in tokens
        if token["missedOccurrence"] and token["state"] not in {"REVOKED", "DELETED"}
    }
    classes = {lessons[1].timeslot_id: "Álvarez", lessons[0].timeslot_id: "Swim"}
    expected = []
    for mark in marks:
        if AttendanceStatus(mark.status).is_absence:
            occurrence = encode_occurrence_id(OccurrenceKey(mark.timeslot_id, mark.held_on))
            student = encode_id("Student", mark.student_id)
            shown = (str(mark.held_on), classes[mark.timeslot_id], mark.status, occurrence, student)
            expected.append((*shown, live.get((occurrence, student))))
    given = {"filter": {"from": str(FIRST), "to": str(LAST)}, "first": dice.choice([3, 100])}
    _, rows = await pages(analyst, ABSENCES, "absenceReport", **given)
    names = ("date", "offeringName", "status", "occurrenceId", "studentId", "token")
    found = [tuple(row[name] for name in names) for row in rows]
    assert sorted(found, key=repr) == sorted(expected, key=repr)
    order = [(row["date"], list(classes.values()).index(row["offeringName"]), row["studentName"]) for row in rows]
    assert order == sorted(order)
    assert any(row["token"] for row in rows)
    one = await pages(analyst, ABSENCES, "absenceReport", filter={"from": str(MONDAY), "to": str(MONDAY)}, first=50)
    assert one[1] == [row for row in rows if row["date"] == str(MONDAY)]


CAPACITY = """query($filter: CapacityReportFilter!, $first: Int, $after: String) {
  capacityReport(filter: $filter, first: $first, after: $after) {
    nodes { name locationName weekday startTime capacity active trial forOneDay taken free waiting }
    pageInfo { hasNextPage endCursor } } }"""


async def test_R15_1_places_of_a_date_by_type_of_enrollment(world: World, api: Api) -> None:
    swim = await world.weekly_class(name="Swim", capacity=3)
    second = await world.timeslot(swim.offering_id, weekday=3)
    small = await world.weekly_class(name="Álvarez", capacity=1)
    await world.weekly_class(name="Over", ends_on=MONDAY - DAY)
    gone = await world.weekly_class(name="Gone")
    await world.change(models.Offering, gone.offering_id, deleted_at=LONG_AGO)
    await world.offering(kind=OfferingKind.CLASS, name="Without a timeslot")
    students = [await world.student(first_name=f"S{number}") for number in range(6)]
    await world.enroll(students[0], swim.offering_id)
    await world.enroll(students[0], swim.offering_id, type=EnrollmentType.TRIAL)
    await world.enroll(students[1], swim.offering_id, type=EnrollmentType.TRIAL, timeslot_id=second)
    for day in (MONDAY, MONDAY + 7 * DAY):
        await world.enroll(
            students[2],
            swim.offering_id,
            type=EnrollmentType.SINGLE_DAY,
            timeslot_id=swim.timeslot_id,
            starts_on=day,
            drop_on=day,
        )
    await world.enroll(students[3], swim.offering_id, type=EnrollmentType.WAITLIST)
    await world.enroll(students[4], swim.offering_id, drop_on=MONDAY - DAY)
    await world.enroll(students[5], swim.offering_id, deleted_at=LONG_AGO)
    for student in students[:2]:
        await world.enroll(student, small.offering_id)
    analyst = await api.as_staff(world, Permission.SEE_REPORTS, portal=Portal.STAFF)
    there = {"locationName": "Main Street", "startTime": "17:00"}
    expected = [
        {"name": "Álvarez", "weekday": 1, "capacity": 1, "active": 2, "trial": 0, "forOneDay": 0, "taken": 2}
        | {"free": 0, "waiting": 0},
        {"name": "Swim", "weekday": 1, "capacity": 3, "active": 1, "trial": 1, "forOneDay": 1, "taken": 2}
        | {"free": 1, "waiting": 1},
        {"name": "Swim", "weekday": 3, "capacity": 3, "active": 1, "trial": 2, "forOneDay": 0, "taken": 2}
        | {"free": 1, "waiting": 1},
    ]
    for first in (1, 50):
        _, rows = await pages(analyst, CAPACITY, "capacityReport", filter={"date": str(MONDAY)}, first=first)
        assert rows == [each | there for each in expected]
    chosen = {"date": str(MONDAY), "offeringIds": [encode_id("Offering", small.offering_id)]}
    _, rows = await pages(analyst, CAPACITY, "capacityReport", filter=chosen, first=50)
    assert [row["name"] for row in rows] == ["Álvarez"]
