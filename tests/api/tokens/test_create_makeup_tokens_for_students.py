"""createMakeupTokensForStudents through the API, and what its background task does (R8.1, R9.4)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import EnrollmentType, Permission, Portal
from db import models
from db.engine import Database
from db.wake_ups import Announcer
from gql.fields.global_ids import encode_id
from tests.api.tasks.task_client import CANCEL, EXCEPTIONS
from tests.api.tokens.hand_desk import MONDAY_EVENING
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import JANUARY, LONG_AGO, MONDAY, World, new_world
from workers.context import WorkerContext
from workers.jobs.work_on_tasks import work_off

pytestmark = pytest.mark.emptied_database

CREATE = mutation("createMakeupTokensForStudents", "backgroundTaskId studentCount backgroundTask { kind state }")
TASK = """query($id: ID!) { node(id: $id) { ... on BackgroundTask {
  state done total report { itemsDone itemsRefused emailsWaiting emailsWithdrawn } } } }"""
TOKENS = text(
    "SELECT s.first_name, t.origin, t.issued_on, t.expires_on, t.comment, t.source, t.issued_by_id"
    " FROM makeup_token t JOIN student s ON s.id = t.student_id ORDER BY s.first_name"
)
VIEWER = (Permission.CREATE_MAKEUP_TOKENS, Permission.STAFF_ATTENDANCE_VIEW)


@dataclass
class Desk:
    world: World
    api: Api
    database: Database
    owner_id: UUID

    async def pupil(
        self, name: str, offering_id: UUID | None = None, *, email: str | None = None, **place: Any
    ) -> UUID:
        student = await self.world.student(first_name=name, family_id=await self.world.family(email=email))
        if offering_id:
            await self.world.enroll(student, offering_id, **place)
        return student

    async def create(self, api: Api | None = None, token: dict[str, Any] | None = None, **given: Any) -> Any:
        answer = await (api or self.api).ask(CREATE, input={"token": token or {}, **given})
        return answer["createMakeupTokensForStudents"]

    async def work(self, now: datetime = MONDAY_EVENING) -> None:
        await work_off(WorkerContext(self.database, Announcer(), lambda: now))

    async def tokens(self) -> list[str]:
        """The students who have one, by first name."""
        return [row.first_name for row in await self.world.owner.execute(TOKENS)]

    async def task(self, done: Any) -> Any:
        return (await self.api.ask(TASK, id=done["backgroundTaskId"]))["node"]

    async def exceptions(self, done: Any) -> list[tuple[str, str, str]]:
        found = (await self.api.ask(EXCEPTIONS, id=done["backgroundTaskId"]))["node"]["exceptions"]["nodes"]
        return [(each["student"]["firstName"], each["itemState"], each["message"]) for each in found]


@pytest.fixture
async def desk(world: World, api: Api, database: Database) -> Desk:
    api.clock.now = MONDAY_EVENING
    owner = await world.staff(Permission.OWNER)
    return Desk(world, await api.as_staff(world, person_id=owner), database, owner)


def ids(*students: UUID) -> list[str]:
    return [encode_id("Student", each) for each in students]


async def test_R9_4_each_student_named_gets_one_token_and_its_email(desk: Desk) -> None:
    ann, bob = await desk.pupil("Ann", email="ann@example.org"), await desk.pupil("Bob", email="bob@example.org")
    done = await desk.create(studentIds=ids(ann, bob), token={"comment": "For the flood.", "sendEmail": True})
    assert done == {
        "__typename": "CreateMakeupTokensForStudentsSuccess",
        "backgroundTaskId": done["backgroundTaskId"],
        "studentCount": 2,
        "backgroundTask": {"kind": "CREATE_MAKEUP_TOKENS", "state": "QUEUED"},
    }
    assert await desk.tokens() == []
    await desk.work(MONDAY_EVENING + timedelta(hours=8))
    plain = ("MANUAL", MONDAY, date(2027, 2, 14), "For the flood.", "OFFICE", desk.owner_id)
    assert [tuple(row) for row in await desk.world.owner.execute(TOKENS)] == [("Ann", *plain), ("Bob", *plain)]
    emails = [(row.recipient, row.template) for row in await desk.world.rows(models.Email)]
    assert emails == [("ann@example.org", "new_makeup_token"), ("bob@example.org", "new_makeup_token")]
    entries = await desk.world.rows(models.MakeupTokenEntry)
    assert [(row.act, row.actor_id) for row in entries] == [("ISSUED", desk.owner_id)] * 2
    report = {"itemsDone": 2, "itemsRefused": 0, "emailsWaiting": 2, "emailsWithdrawn": 0}
    assert await desk.task(done) == {"state": "COMPLETED", "done": 2, "total": 2, "report": report}
    assert await desk.exceptions(done) == []


async def test_R9_4_exceptions_by_student(desk: Desk) -> None:
    ann, bob, cleo = await desk.pupil("Ann"), await desk.pupil("Bob"), await desk.pupil("Cleo", email="c@example.org")
    done = await desk.create(studentIds=ids(cleo, bob, ann), token={"sendEmail": True})
    await desk.world.owner.execute(text("UPDATE student SET deleted_at = now() WHERE id = :id").bindparams(id=bob))
    await desk.work()
    assert await desk.tokens() == ["Ann", "Cleo"]
    assert await desk.exceptions(done) == [
        ("Bob", "EXCEPTION", "The student was deleted meanwhile; no makeup token was created."),
        ("Ann", "DONE", "The makeup token was created, but the family was not told, because it has no e-mail address."),
    ]
    report = {"itemsDone": 2, "itemsRefused": 1, "emailsWaiting": 1, "emailsWithdrawn": 0}
    assert await desk.task(done) == {"state": "COMPLETED", "done": 3, "total": 3, "report": report}


async def test_R9_4_nobody_is_told_without_being_asked_for(desk: Desk) -> None:
    done = await desk.create(studentIds=ids(await desk.pupil("Ann")))
    await desk.work()
    assert await desk.exceptions(done) == []
    assert await desk.world.rows(models.Email) == []


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({}, ["Active", "Dropping", "Gym", "North", "Trial", "Twice"]),
        ({"types": ["ACTIVE"]}, ["Active", "Dropping", "Gym", "North", "Twice"]),
        ({"types": ["TRIAL", "MAKEUP"]}, ["Trial"]),
        ({"offeringIds": ["swim"]}, ["Active", "Dropping", "Trial", "Twice"]),
        ({"offeringIds": ["swim", "gym"]}, ["Active", "Dropping", "Gym", "Trial", "Twice"]),
        ({"locationIds": ["north"]}, ["North"]),
        ({"programIds": ["dance"]}, ["Gym", "Twice"]),
        ({"programIds": ["dance"], "offeringIds": ["swim"]}, []),
        ({"enrolledOn": "2026-11-17"}, ["Active", "Gym", "Late", "North", "Trial", "Twice"]),
    ],
)
async def test_R9_4_all_who_are_enrolled_somewhere_on_a_date(
    desk: Desk, chosen: dict[str, Any], expected: list[str]
) -> None:
    world = desk.world
    north, dance = await world.location(), await world.program(name="Dance")
    swim = await world.offering(name="Swim 1")
    gym = await world.offering(name="Gym", program_id=dance)
    far = await world.offering(location_id=north)
    closed = await world.offering(deleted_at=LONG_AGO)
    await desk.pupil("Active", swim)
    await desk.pupil("Trial", swim, type=EnrollmentType.TRIAL)
    await desk.pupil("Waiting", swim, type=EnrollmentType.WAITLIST)
    await desk.pupil("Dropping", swim, drop_on=MONDAY)
    await desk.pupil("Dropped", swim, drop_on=MONDAY - timedelta(days=1))
    await desk.pupil("Late", swim, starts_on=MONDAY + timedelta(days=1))
    await desk.pupil("Undone", swim, deleted_at=LONG_AGO)
    await desk.pupil("Gym", gym)
    await desk.pupil("North", far)
    await desk.pupil("Nowhere", closed)
    await desk.world.enroll(await desk.pupil("Twice", swim), gym)
    await desk.world.owner.execute(text("UPDATE enrollment SET drop_on = '2026-12-31' WHERE drop_on IS NULL"))
    known = {
        "swim": encode_id("Offering", swim),
        "gym": encode_id("Offering", gym),
        "north": encode_id("Location", north),
        "dance": encode_id("Program", dance),
    }
    given = {"enrolledOn": str(MONDAY)} | {
        name: [known.get(each, each) for each in value] if isinstance(value, list) else value
        for name, value in chosen.items()
    }
    done = await desk.create(enrolled=given)
    await desk.work()
    assert await desk.tokens() == expected
    if expected:
        assert done["studentCount"] == len(expected)
    else:
        message = "No student meets the conditions on that date; no makeup token is created."
        assert done == {"__typename": "NoStudents", "message": message}


async def test_R11_without_see_all_the_students_of_what_one_teaches_or_substitutes_that_day(
    desk: Desk, api: Api
) -> None:
    taught, stood_in, other = [await desk.world.weekly_class(name=name) for name in ("Mine", "Theirs", "Other")]
    mine, theirs = await desk.pupil("Mine", taught.offering_id), await desk.pupil("Theirs", stood_in.offering_id)
    stranger = await desk.pupil("Stranger", other.offering_id)
    await desk.world.enroll(mine, other.offering_id)
    person = await desk.world.staff(*VIEWER, teaches=[taught.offering_id])
    await desk.world.add(
        models.Substitution,
        timeslot_id=stood_in.timeslot_id,
        held_on=MONDAY,
        absent_person_id=await desk.world.staff(),
        substitute_id=person,
    )
    staff = await api.signed_in(desk.world, person, Portal.STAFF)
    for day, expected in ((MONDAY, 2), (MONDAY + timedelta(days=7), 1)):
        assert (await desk.create(staff, enrolled={"enrolledOn": str(day)}))["studentCount"] == expected
    only_other = {"enrolledOn": str(MONDAY), "offeringIds": [encode_id("Offering", other.offering_id)]}
    assert (await desk.create(staff, enrolled=only_other))["__typename"] == "NoStudents"
    assert (await desk.create(staff, studentIds=ids(mine, theirs)))["studentCount"] == 2
    refused = await staff.refused(CREATE, input={"studentIds": ids(mine, stranger), "token": {}})
    assert refused == ("NOT_FOUND", "There is no such student.")


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ({"issueOn": "2026-11-02", "expiresOn": "2026-11-15"}, ("MakeupTokenDatesNotPossible", "EXPIRED_ALREADY")),
        ({"expiresOn": "2026-12-15", "neverExpires": True}, ("MakeupTokenDatesNotPossible", "EXPIRY_AND_NEVER")),
        ({"issueOn": "2026-12-15", "expiresOn": "2026-12-01"}, ("MakeupTokenDatesNotPossible", "EXPIRES_BEFORE_ISSUE")),
    ],
)
async def test_R8_1_dates_that_cannot_be_are_refused_at_once(
    desk: Desk, token: dict[str, Any], expected: tuple[str, str]
) -> None:
    refused = await desk.create(studentIds=ids(await desk.pupil("Ann")), token=token)
    assert (refused["__typename"], refused["reason"]) == expected
    assert (await desk.world.owner.execute(text("SELECT count(*) FROM background_task"))).scalar_one() == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "Give either input.studentIds or input.enrolled, not both."),
        (
            {"studentIds": [], "enrolled": {"enrolledOn": "2026-11-16"}},
            "Give either input.studentIds or input.enrolled, not both.",
        ),
        ({"studentIds": []}, "input.studentIds has 0 ids; 1 to 1000 are allowed."),
        ({"studentIds": ["ann"] * 1001}, "input.studentIds has 1001 ids; 1 to 1000 are allowed."),
        ({"studentIds": ["ann", "ann"]}, "input.studentIds has an id twice; give each id once."),
        (
            {"enrolled": {"enrolledOn": "2026-11-16", "types": ["WAITLIST"]}},
            "input.enrolled.types has WAITLIST, which is not allowed there; leave it out.",
        ),
        ({"enrolled": {"enrolledOn": "9999-12-31"}}, "input.enrolled.enrolledOn is 9999-12-31. It must be from"),
        (
            {"studentIds": ["ann"], "token": {"comment": "x" * 501}},
            "input.token.comment has 501 characters; 1 to 500 are allowed.",
        ),
    ],
)
async def test_what_cannot_be_asked(desk: Desk, given: dict[str, Any], message: str) -> None:
    ann = encode_id("Student", await desk.pupil("Ann"))
    if "studentIds" in given:
        given = given | {"studentIds": [ann for _ in given["studentIds"]]}
    code, said = await desk.api.refused(CREATE, input={"token": {}, **given})
    assert (code, said[: len(message)]) == ("BAD_USER_INPUT", message)


async def test_R11_3_what_is_deleted_or_of_others_is_not_found(desk: Desk) -> None:
    ann = await desk.pupil("Ann")
    gone = await desk.world.student(deleted_at=LONG_AGO)
    elsewhere = await new_world(desk.world.owner, name="Other Gym")
    theirs = await elsewhere.student()
    for student in (gone, theirs):
        code, _ = await desk.api.refused(CREATE, input={"token": {}, "studentIds": ids(ann, student)})
        assert code == "NOT_FOUND"
    place = {"locationId": encode_id("Location", elsewhere.location_id)}
    assert (await desk.api.refused(CREATE, input={"token": place, "studentIds": ids(ann)}))[0] == "NOT_FOUND"
    none = {"enrolledOn": str(JANUARY), "locationIds": [encode_id("Location", elsewhere.location_id)]}
    assert (await desk.create(enrolled=none))["__typename"] == "NoStudents"


async def test_R4_11_sent_again_it_starts_one_task(desk: Desk) -> None:
    given: dict[str, Any] = {"studentIds": ids(await desk.pupil("Ann")), "idempotencyKey": "once"}
    first = await desk.create(**given)
    await desk.work()
    again = await desk.create(**given)
    await desk.work()
    assert again == first | {"backgroundTask": {"kind": "CREATE_MAKEUP_TOKENS", "state": "COMPLETED"}}
    assert await desk.tokens() == ["Ann"]


async def test_R9_5_a_cancelled_task_makes_none_and_sends_nothing(desk: Desk) -> None:
    done = await desk.create(studentIds=ids(await desk.pupil("Ann", email="a@example.org")), token={"sendEmail": True})
    await desk.api.ask(CANCEL, id=done["backgroundTaskId"])
    await desk.work()
    assert await desk.tokens() == []
    assert (await desk.task(done))["state"] == "CANCELLED"


async def test_R9_4_a_location_deleted_meanwhile_is_told_for_each_student(desk: Desk) -> None:
    north = await desk.world.location()
    given = {"locationId": encode_id("Location", north)}
    done = await desk.create(studentIds=ids(await desk.pupil("Ann"), await desk.pupil("Bob")), token=given)
    await desk.world.owner.execute(text("UPDATE location SET deleted_at = now() WHERE id = :id").bindparams(id=north))
    await desk.work()
    gone = ("EXCEPTION", "There is no such location.")
    assert await desk.exceptions(done) == [("Ann", *gone), ("Bob", *gone)]
    assert await desk.tokens() == []


async def test_the_number_of_statements_does_not_depend_on_the_students(desk: Desk, api: Api) -> None:
    lesson = await desk.world.weekly_class()
    counts = []
    for size in (2, 40):
        for number in range(size):
            await desk.pupil(f"{size}/{number}", lesson.offering_id)
        api.statements.clear()
        await desk.create(enrolled={"enrolledOn": str(MONDAY)}, token={"sendEmail": True})
        await desk.work(datetime.now(UTC))
        counts.append(len(api.statements))
    assert counts[0] == counts[1]
