"""carryOver through the API, with its background task and what a second one does (R13.5)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from attendance.rules.vocabulary import EnrollmentEnd, EnrollmentType, OfferingKind, Permission
from db import models
from db.engine import Database
from db.wake_ups import Announcer
from gql.fields.global_ids import encode_id
from tests.api.catalogue.catalogue_desk import FAR, Desk, new_desk
from tests.support.api import Api
from tests.support.factories import World
from workers.context import WorkerContext
from workers.jobs.work_on_tasks import work_off

DAY = timedelta(days=1)
NEXT = FAR + 14 * DAY
SHOWN = "offeringCount backgroundTaskId"
REPORT = """query($id: ID!) { node(id: $id) { ... on BackgroundTask { kind state exceptionCount
    items { nodes { title state } } exceptions { nodes { message student { firstName } } } } } }"""
CLASSES = """{ offerings(filter: {kinds: [CLASS]}) { nodes { id name capacity sessions { name } program { name }
    instructors { firstName } timeslots { weekday startTime durationMinutes room startsOn endsOn } } } }"""
PREVIEW = """query($input: CarryOverInput!, $after: String) {
  carryOverPreview(input: $input, first: 1, after: $after) { ... on CarryOverPreview { offeringCount classes {
    nodes { offeringName refusal isNew timeslotCount startsOn enrolledStudentIds
            studentsLeftBehind { studentId reason } }
    pageInfo { hasNextPage endCursor } } } } }"""


@dataclass
class Carrying:
    desk: Desk
    database: Database
    target: UUID

    async def carry(self, **given: Any) -> dict[str, Any]:
        """The task, when it has ended."""
        answer = await self.start(**given)
        assert answer["__typename"] == "CarryOverSuccess", answer
        await work_off(WorkerContext(self.database, Announcer(), lambda: self.desk.api.clock.now))
        found = await self.desk.api.ask(REPORT, id=answer["backgroundTaskId"])
        return found["node"]  # type: ignore[no-any-return]

    async def start(self, api: Api | None = None, **given: Any) -> dict[str, Any]:
        sessions = {"fromSessionId": self.desk.session_id, "toSessionId": encode_id("Session", self.target)}
        return await (api or self.desk.api).act("carryOver", SHOWN, **(sessions | given))

    async def preview(self, **given: Any) -> list[dict[str, Any]]:
        """What the preview says of all classes, page by page."""
        sessions = {"fromSessionId": self.desk.session_id, "toSessionId": encode_id("Session", self.target)}
        rows: list[dict[str, Any]] = []
        after = None
        while True:
            answer = await self.desk.api.ask(PREVIEW, input=sessions | given, after=after)
            found = answer["carryOverPreview"]["classes"]
            rows += found["nodes"]
            after = found["pageInfo"]["endCursor"]
            if not found["pageInfo"]["hasNextPage"]:
                return rows

    async def classes(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.desk.api.ask(CLASSES))["offerings"]["nodes"]
        return found

    async def made(self) -> UUID:
        (row,) = await self.desk.world.rows(models.CarriedOffering)
        made: UUID = row.made_offering_id
        return made


@pytest.fixture
async def carrying(world: World, api: Api, database: Database) -> Carrying:
    desk = await new_desk(world, api)
    return Carrying(desk, database, await world.session(NEXT, None, name="Next"))


@pytest.mark.emptied_database
async def test_R13_5_classes_are_made_again_once_with_what_they_have(carrying: Carrying) -> None:
    desk, world = carrying.desk, carrying.desk.world
    await world.staff(first_name="Tom", teaches=[desk.lesson.offering_id])
    gone = await world.staff(first_name="Gus", teaches=[desk.lesson.offering_id])
    await world.change(models.Person, gone, ended_at=desk.api.clock.now)
    await world.timeslot(desk.lesson.offering_id, weekday=3, room="Lane 2", starts_on=date(2027, 1, 6))
    await world.timeslot(desk.lesson.offering_id, weekday=5, ends_on=date(2027, 1, 6))
    camp = await world.offering(kind=OfferingKind.CAMP, name="Camp")
    await world.add(models.OfferingSession, offering_id=camp, session_id=desk.session)
    preview = await carrying.preview()
    assert [(each["offeringName"], each["isNew"], each["timeslotCount"], each["startsOn"]) for each in preview] == [
        ("Camp", False, 0, None),
        ("Swim 1", True, 2, NEXT.isoformat()),
    ]
    assert [each["refusal"] and each["refusal"][:12] for each in preview] == ["Only classes", None]
    assert len(await carrying.classes()) == 1
    report = await carrying.carry()
    assert (report["kind"], report["state"], report["exceptionCount"]) == ("CARRY_OVER", "COMPLETED", 1)
    assert report["items"]["nodes"] == [{"title": "Camp", "state": "EXCEPTION"}, {"title": "Swim 1", "state": "DONE"}]
    assert report["exceptions"]["nodes"][0]["message"].startswith("Only classes are carried over")
    old, new = sorted(await carrying.classes(), key=lambda each: each["sessions"][0]["name"])
    first = NEXT.isoformat()
    slot = {"durationMinutes": 45, "startTime": "17:00", "startsOn": first, "endsOn": None}
    assert {name: new[name] for name in new if name != "id"} == {
        "name": "Swim 1",
        "capacity": 8,
        "sessions": [{"name": "Next"}],
        "program": {"name": "Swim"},
        "instructors": [{"firstName": "Tom"}],
        "timeslots": [slot | {"weekday": 1, "room": None}, slot | {"weekday": 3, "room": "Lane 2"}],
    }
    assert old["id"] != new["id"]
    assert await world.count(models.Enrollment) == 1
    again = await carrying.carry(offeringIds=[encode_id("Offering", desk.lesson.offering_id)])
    assert (again["state"], again["exceptionCount"]) == ("COMPLETED", 0)
    assert len(await carrying.classes()) == 2
    assert await desk.dates(NEXT, NEXT + 8 * DAY) == [
        ("2027-07-12", "17:00"),
        ("2027-07-14", "17:00"),
        ("2027-07-19", "17:00"),
    ]


@pytest.mark.emptied_database
async def test_R13_5_students_who_stay_until_the_end_are_enrolled_again_as_far_as_there_are_places(
    carrying: Carrying,
) -> None:
    desk, world = carrying.desk, carrying.desk.world
    offering, late = desk.lesson.offering_id, date(2026, 11, 2)
    await world.change(models.Offering, offering, capacity=2)
    for name, values in (
        ("Cy", {"drop_on": FAR, "end_cause": EnrollmentEnd.SESSION_ENDED}),
        ("Di", {"drop_on": FAR - DAY, "end_cause": EnrollmentEnd.DROPPED}),
        ("Ed", {"type": EnrollmentType.TRIAL}),
    ):
        await world.enroll(await world.student(first_name=name), offering, **values)
    await world.enroll(await world.student(first_name="Flo"), offering, starts_on=late)
    await world.change(models.Student, desk.ann, tokens_lapse_on=NEXT)
    (preview,) = await carrying.preview(withEnrollments=True)
    assert await world.count(models.CarriedOffering) == 0
    report = await carrying.carry(withEnrollments=True)
    left = [(each["student"]["firstName"], each["message"]) for each in report["exceptions"]["nodes"]]
    assert left == [("Flo", "There was no place left.")]
    made = await carrying.made()
    places = await world.rows(models.Enrollment, offering_id=made)
    assert {(place.type, place.starts_on, place.drop_on) for place in places} == {("ACTIVE", NEXT, None)}
    assert len(places) == 2
    assert set(preview["enrolledStudentIds"]) == {encode_id("Student", place.student_id) for place in places}
    assert [each["reason"] for each in preview["studentsLeftBehind"]] == ["There was no place left."]
    assert (await world.rows(models.Student, id=desk.ann))[0].tokens_lapse_on is None
    await world.change(models.Offering, offering, capacity=3)
    (preview,) = await carrying.preview(withEnrollments=True)
    assert (preview["isNew"], len(preview["enrolledStudentIds"]), preview["studentsLeftBehind"]) == (False, 1, [])
    again = await carrying.carry(withEnrollments=True)
    assert again["exceptionCount"] == 0
    assert len(await world.rows(models.Enrollment, offering_id=made)) == 3
    assert len(await carrying.classes()) == 2
    await world.change(models.Offering, made, deleted_at=desk.api.clock.now)
    after = await carrying.carry(withEnrollments=True)
    assert "ended since" in after["exceptions"]["nodes"][0]["message"]
    assert len(await carrying.classes()) == 1


async def test_R13_5_what_cannot_be_carried_over_is_refused(carrying: Carrying) -> None:
    desk = carrying.desk
    same = await carrying.start(toSessionId=desk.session_id)
    assert same["__typename"] == "NotPossible"
    empty = await carrying.start(fromSessionId=encode_id("Session", carrying.target), toSessionId=desk.session_id)
    assert empty["__typename"] == "NotPossible"
    manager = await desk.api.as_staff(desk.world, Permission.MANAGE_CATALOGUE, Permission.OFFICE_ATTENDANCE_VIEW)
    denied = await carrying.start(manager, withEnrollments=True)
    assert (denied["__typename"], denied["permission"]) == ("PermissionDenied", "MANAGE_ENROLLMENTS")
    other = await desk.world.weekly_class(name="Gym")
    given: dict[str, Any] = {"fromSessionId": desk.session_id, "toSessionId": encode_id("Session", carrying.target)}
    refused = await manager.refused(PREVIEW, input=given | {"withEnrollments": True})
    assert refused[0] == "FORBIDDEN"
    document = "mutation($input: CarryOverInput!) { carryOver(input: $input) { __typename } }"
    given = {
        "fromSessionId": desk.session_id,
        "toSessionId": encode_id("Session", carrying.target),
        "offeringIds": [encode_id("Offering", other.offering_id)],
    }
    assert (await desk.api.refused(document, input=given))[0] == "NOT_FOUND"
    assert await desk.world.count(models.BackgroundTask) == 0
