"""sendStatements through the API, and what its background task does (R9.4, R9.8)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import EnrollmentType, Permission, Portal
from db.engine import Database
from db.wake_ups import Announcer
from gql.fields.global_ids import encode_id
from mail.render import render
from tests.api.tasks.task_client import CANCEL, EXCEPTIONS
from tests.api.tokens.hand_desk import MONDAY_EVENING
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import JANUARY, LONG_AGO, World, new_world
from workers.context import WorkerContext
from workers.jobs.work_on_tasks import work_off

pytestmark = pytest.mark.emptied_database

SEND = mutation("sendStatements", "backgroundTaskId familyCount backgroundTask { kind state }")
TASK = """query($id: ID!) { node(id: $id) { ... on BackgroundTask {
  state done total report { itemsDone itemsRefused emailsWaiting emailsWithdrawn } } } }"""
BILLING = (Permission.SEND_STATEMENTS, Permission.SEE_BALANCES)
NOBODY = "No family with such a balance was found; no statement is sent."


@dataclass
class Desk:
    world: World
    api: Api
    database: Database

    async def family(self, name: str, balance: str, *, email: bool = True, **values: Any) -> UUID:
        """With a student of the same first name."""
        address = f"{name.lower()}@example.org" if email else None
        family = await self.world.family(name=name, balance=Decimal(balance), email=address, **values)
        await self.world.student(first_name=name, family_id=family)
        return family

    async def send(self, api: Api | None = None, **given: Any) -> Any:
        return (await (api or self.api).ask(SEND, input=given))["sendStatements"]

    async def work(self) -> None:
        await work_off(WorkerContext(self.database, Announcer(), lambda: MONDAY_EVENING))

    async def written_to(self) -> list[str]:
        return sorted(row.recipient.removesuffix("@example.org") for row in await self.world.emails())

    async def exceptions(self, done: Any) -> list[tuple[str, str, str]]:
        found = (await self.api.ask(EXCEPTIONS, id=done["backgroundTaskId"]))["node"]["exceptions"]["nodes"]
        return [(each["student"]["firstName"], each["itemState"], each["message"]) for each in found]


@pytest.fixture
async def desk(world: World, api: Api, database: Database) -> Desk:
    api.clock.now = MONDAY_EVENING
    return Desk(world, await api.as_staff(world, Permission.OWNER), database)


async def test_R9_4_each_family_with_a_balance_gets_its_statement(desk: Desk) -> None:
    baker = await desk.family("Ann", "1234.5")
    await desk.world.student(first_name="Zoe", family_id=baker)
    await desk.world.student(first_name="Gone", family_id=baker, deleted_at=LONG_AGO)
    for name, balance in (("Zero", "0"), ("Credit", "-20")):
        await desk.family(name, balance)
    await desk.family("Deleted", "10", deleted_at=LONG_AGO)
    done = await desk.send()
    assert done == {
        "__typename": "SendStatementsSuccess",
        "backgroundTaskId": done["backgroundTaskId"],
        "familyCount": 1,
        "backgroundTask": {"kind": "SEND_STATEMENTS", "state": "QUEUED"},
    }
    await desk.work()
    (email,) = await desk.world.emails()
    assert (email.recipient, email.template, email.state) == ("ann@example.org", "statement", "QUEUED")
    assert email.facts == {
        "amount": "1,234.50",
        "currency": "USD",
        "students": ["Ann", "Zoe"],
        "stated_on": "2026-11-16",
    }
    assert email.reason.endswith(f"/{baker}")
    task = (await desk.api.ask(TASK, id=done["backgroundTaskId"]))["node"]
    report = {"itemsDone": 1, "itemsRefused": 0, "emailsWaiting": 1, "emailsWithdrawn": 0}
    assert task == {"state": "COMPLETED", "done": 1, "total": 1, "report": report}


def test_R9_8_the_statement_says_amount_organization_and_students() -> None:
    facts = {"amount": "12.50", "currency": "USD", "students": ["Ann", "<Bob>"], "stated_on": "2026-11-16"}
    letter = render("statement", facts, organization="Test & Gym")
    assert letter.subject == "Your balance with Test & Gym: 12.50 USD"
    assert letter.text == (
        "Hello,\n\nOn Monday, November 16, 2026 your balance with Test & Gym was 12.50 USD.\n\nStudents: Ann, <Bob>\n\n"
        "If you have paid in the meantime, please ignore this message. Please ask us if anything about it is unclear."
        "\n\nTest & Gym\n"
    )
    assert "<strong>12.50 USD</strong>" in letter.html
    assert "Ann, &lt;Bob&gt;" in letter.html
    assert "Test &amp; Gym" in letter.html
    without = render("statement", facts | {"students": []}, organization="Gym")
    assert "Students" not in without.text + without.html


async def test_R9_4_who_has_paid_meanwhile_or_has_no_address_is_an_exception(desk: Desk) -> None:
    paid, partly = await desk.family("Paid", "50"), await desk.family("Partly", "50")
    await desk.family("Mailbox", "50", email=False)
    await desk.family("Owes", "50")
    done = await desk.send(minimumBalance="20.00")
    for family, balance in ((paid, 0), (partly, 19)):
        await desk.world.owner.execute(
            text("UPDATE family SET balance = :balance WHERE id = :id").bindparams(balance=balance, id=family)
        )
    await desk.work()
    assert await desk.written_to() == ["owes"]
    assert await desk.exceptions(done) == [
        ("Mailbox", "EXCEPTION", "The family has no e-mail address; no statement was sent."),
        ("Paid", "EXCEPTION", "The family owes less than requested by now; no statement was sent."),
        ("Partly", "EXCEPTION", "The family owes less than requested by now; no statement was sent."),
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ["away", "both", "here", "left", "none"]),
        ({"minimumBalance": "30.00"}, ["both", "left"]),
        ({"minimumBalance": "30.01"}, ["left"]),
        ({"locationIds": ["here"]}, ["both", "here", "left"]),
        ({"locationIds": ["away"]}, ["away", "both"]),
        ({"locationIds": ["away"], "minimumBalance": "30.00"}, ["both"]),
        ({"familyIds": ["left", "paid"]}, ["left"]),
        ({"familyIds": ["left"], "locationIds": ["away"]}, []),
    ],
)
async def test_R9_4_to_whom(desk: Desk, given: dict[str, Any], expected: list[str]) -> None:
    world = desk.world
    there = await world.location()
    here, away = await world.offering(), await world.offering(location_id=there)
    families = {}
    told: list[tuple[str, str, list[tuple[UUID, dict[str, Any]]]]] = [
        ("here", "10", [(here, {})]),
        ("away", "20", [(away, {}), (here, {"type": EnrollmentType.WAITLIST})]),
        ("both", "30", [(here, {}), (away, {})]),
        ("left", "40", [(here, {"drop_on": JANUARY}), (away, {"deleted_at": LONG_AGO})]),
        ("none", "5", []),
        ("paid", "0", [(here, {})]),
    ]
    for name, balance, places in told:
        families[name] = await world.family(name=name, balance=Decimal(balance), email=f"{name}@example.org")
        student = await world.student(first_name=name, family_id=families[name])
        for offering, values in places:
            await world.enroll(student, offering, **values)
    ids = {"locationIds": {"here": world.location_id, "away": there}, "familyIds": families}
    kinds = {"locationIds": "Location", "familyIds": "Family"}
    asked: dict[str, Any] = {
        name: [encode_id(kinds[name], ids[name][each]) for each in value] if name in ids else value
        for name, value in given.items()
    }
    done = await desk.send(**asked)
    await desk.work()
    assert await desk.written_to() == expected
    if expected:
        assert done["familyCount"] == len(expected)
    else:
        assert done == {"__typename": "NobodyOwes", "message": NOBODY}


async def test_R9_8_one_statement_for_each_family_and_task(desk: Desk) -> None:
    await desk.family("Ann", "10")
    first = await desk.send(idempotencyKey="once")
    assert (await desk.send(idempotencyKey="once"))["backgroundTaskId"] == first["backgroundTaskId"]
    await desk.work()
    assert await desk.written_to() == ["ann"]
    await desk.send(idempotencyKey="another")
    await desk.work()
    assert await desk.written_to() == ["ann", "ann"]


async def test_R9_5_a_cancelled_task_sends_nothing(desk: Desk) -> None:
    await desk.family("Ann", "10")
    done = await desk.send()
    await desk.api.ask(CANCEL, id=done["backgroundTaskId"])
    await desk.work()
    assert await desk.world.emails() == []


@pytest.mark.parametrize(
    ("portal", "permissions", "staff_sees", "expected"),
    [
        (Portal.OFFICE, (*BILLING, Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL), False, None),
        (Portal.STAFF, (*BILLING, Permission.STAFF_ATTENDANCE_VIEW, Permission.STAFF_SEE_ALL), True, None),
        (Portal.STAFF, (*BILLING, Permission.STAFF_ATTENDANCE_VIEW, Permission.STAFF_SEE_ALL), False, "SEE_BALANCES"),
        (Portal.OFFICE, (Permission.SEE_BALANCES, Permission.OFFICE_ATTENDANCE_VIEW), False, "SEND_STATEMENTS"),
        (Portal.OFFICE, (Permission.SEND_STATEMENTS, Permission.OFFICE_ATTENDANCE_VIEW), False, "SEE_BALANCES"),
        (Portal.OFFICE, (*BILLING, Permission.OFFICE_SEE_ALL), False, "OFFICE_ATTENDANCE_VIEW"),
        (Portal.STAFF, BILLING, True, "STAFF_ATTENDANCE_VIEW"),
    ],
)
async def test_R11_who_may_send_them(
    desk: Desk, portal: Portal, permissions: tuple[Permission, ...], staff_sees: bool, expected: str | None
) -> None:
    await desk.family("Ann", "10")
    await desk.world.change_settings(staff_sees_balances=staff_sees)
    answer = await desk.send(await desk.api.as_staff(desk.world, *permissions, portal=portal))
    assert answer.get("permission") == expected
    assert answer["__typename"] == ("PermissionDenied" if expected else "SendStatementsSuccess")


async def test_R11_without_see_all_the_families_of_those_whom_one_teaches(desk: Desk) -> None:
    lesson = await desk.world.weekly_class()
    mine, other = await desk.family("Mine", "10"), await desk.family("Other", "10")
    await desk.world.enroll(await desk.world.student(family_id=mine), lesson.offering_id)
    person = await desk.world.staff(*BILLING, Permission.OFFICE_ATTENDANCE_VIEW, teaches=[lesson.offering_id])
    staff = await desk.api.as_staff(desk.world, person_id=person)
    assert (await desk.send(staff))["familyCount"] == 1
    await desk.work()
    assert await desk.written_to() == ["mine"]
    both = {"familyIds": [encode_id("Family", mine), encode_id("Family", other)]}
    assert await staff.refused(SEND, input=both) == ("NOT_FOUND", "There is no such family.")
    await desk.world.owner.execute(text("UPDATE family SET balance = 0 WHERE id = :id").bindparams(id=mine))
    assert (await desk.send(staff))["__typename"] == "NobodyOwes"


async def test_R11_3_families_of_others_and_deleted_ones_are_not_found(desk: Desk) -> None:
    elsewhere = await new_world(desk.world.owner, name="Other Gym")
    theirs = await elsewhere.family(balance=Decimal(10))
    gone = await desk.family("Gone", "10", deleted_at=LONG_AGO)
    for family in (theirs, gone):
        given = {"familyIds": [encode_id("Family", family)]}
        assert await desk.api.refused(SEND, input=given) == ("NOT_FOUND", "There is no such family.")
    assert (await desk.send(locationIds=[encode_id("Location", elsewhere.location_id)]))["__typename"] == "NobodyOwes"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"minimumBalance": "-0.01"}, "input.minimumBalance is -0.01; it must not be below zero."),
        ({"familyIds": ["x"] * 101}, 'Argument "input.familyIds" has 101 ids; at most 100 are allowed.'),
        ({"locationIds": [encode_id("Family", UUID(int=1))]}, 'Argument "input.locationIds.0" is the id of a Family'),
    ],
)
async def test_what_cannot_be_asked(desk: Desk, given: dict[str, Any], message: str) -> None:
    code, said = await desk.api.refused(SEND, input=given)
    assert (code, said[: len(message)]) == ("BAD_USER_INPUT", message)


async def test_the_number_of_statements_does_not_depend_on_the_families(desk: Desk, api: Api) -> None:
    counts = []
    for size in (2, 40):
        for number in range(size):
            await desk.family(f"{size}x{number}", "10")
        api.statements.clear()
        await desk.send()
        await work_off(WorkerContext(desk.database, Announcer(), lambda: datetime.now(UTC) + timedelta(days=1)))
        counts.append(len(api.statements))
    assert counts[0] == counts[1]
