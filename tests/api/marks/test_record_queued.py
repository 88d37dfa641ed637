"""R14.3: one request brings what a client has queued while it was offline."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.vocabulary import Permission
from db.engine import Database
from gql.fields.global_ids import encode_id
from gql.marks import record_queued
from gql.marks.check_in import CheckInInput
from tests.api.kiosk.kiosk_door import STARTS, new_kiosk_door
from tests.api.marks.check_in_desk import CheckInDesk, new_check_in_desk
from tests.support.api import Api
from tests.support.factories import MONDAY, World, new_world
from tests.support.fingerprint import fingerprint

RECORD_QUEUED = """mutation($input: RecordQueuedInput!) { recordQueued(input: $input) {
  __typename ... on RecordQueuedSuccess { results { idempotencyKey outcome {
    __typename
    ... on UserError { code message }
    ... on QueuedActRecorded { status occurrence { revision } changedEntries { student { firstName } } }
    ... on AttendanceConflict { conflicts { currentStatus wantedStatus } }
    ... on QueuedActNotPossible { fault }
    ... on QueuedActPostponed { retryAfter }
  } } } } }"""
MINUTE = timedelta(minutes=1)


def iso(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


@pytest.fixture
async def desk(world: World, database: Database, api: Api) -> CheckInDesk:
    await world.change_settings(office_check_in_mode=True, kiosk_marks_tardy=True)
    made = await new_check_in_desk(world, database, api)
    made.at(STARTS + 30 * MINUTE)
    return made


def queued(desk: CheckInDesk, kind: str, name: str, key: str, minute: int, **more: Any) -> dict[str, Any]:
    return {kind: desk.input(name, idempotencyKey=key, capturedAt=iso(STARTS + minute * MINUTE), **more)}


async def send(api: Api, *acts: dict[str, Any]) -> list[Any]:
    found = (await api.ask(RECORD_QUEUED, input={"acts": list(acts)}))["recordQueued"]
    assert found["__typename"] == "RecordQueuedSuccess"
    results: list[Any] = found["results"]
    return results


async def test_R14_3_each_act_is_answered_on_its_own_in_the_order_of_capture(desk: CheckInDesk) -> None:
    results = await send(
        desk.office,
        queued(desk, "markAttendance", "Ann", "third", 3, status="LEFT_EARLY"),
        queued(desk, "checkIn", "Ann", "first", -5),
        queued(desk, "checkIn", "Ben", "second", 2),
    )
    assert [(each["idempotencyKey"], each["outcome"]["__typename"]) for each in results] == [
        ("first", "QueuedActRecorded"),
        ("second", "QueuedActRecorded"),
        ("third", "QueuedActRecorded"),
    ]
    assert [each["outcome"].get("status") for each in results] == ["PRESENT", "TARDY", None]
    marks = await desk.marks()
    assert {name: mark[0] for name, mark in marks.items()} == {"Ann": "LEFT_EARLY", "Ben": "TARDY", "Cas": "ABSENT"}
    assert results[2]["outcome"]["occurrence"] == {"revision": 3}


async def test_R14_3_a_mark_is_cleared_among_the_others(desk: CheckInDesk) -> None:
    results = await send(
        desk.office,
        queued(desk, "clearMark", "Ann", "second", 2),
        queued(desk, "checkIn", "Ann", "first", 1),
    )
    assert [each["idempotencyKey"] for each in results] == ["first", "second"]
    assert results[1]["outcome"]["changedEntries"][0] == {"student": {"firstName": "Ann"}}
    assert await desk.marks() == {}


async def test_R14_3_sending_it_again_answers_the_same_and_changes_nothing(desk: CheckInDesk) -> None:
    acts = [queued(desk, "checkIn", name, name, minute) for minute, name in enumerate(("Ann", "Ben", "Cas"))]
    lost = await desk.check_in("Ann", idempotencyKey="Ann", capturedAt=iso(STARTS))
    first = await send(desk.office, *acts)
    assert first[0]["outcome"]["status"] == lost["entry"]["mark"]["status"], "it was sent alone before"
    before = await fingerprint(desk.world)
    again = await send(desk.office, *reversed(acts))
    # The occurrence is shown as it is now.
    for answered, then in zip(again, first, strict=True):
        answered["outcome"]["occurrence"] = then["outcome"]["occurrence"]
    assert again == first
    assert await fingerprint(desk.world) == before


async def test_R14_3_an_act_that_is_refused_stops_no_other(
    desk: CheckInDesk, world: World, owner: AsyncConnection
) -> None:
    elsewhere = (await (await new_world(owner)).weekly_class()).sheet_id()
    stranger = encode_id("Student", await world.student(first_name="Eve"))
    await desk.mark("Ben", "ABSENT", api=await desk.api.as_staff(world, Permission.OWNER))
    results = await send(
        desk.office,
        queued(desk, "markAttendance", "Ann", "a", 1, status="PRESENT"),
        {"checkIn": desk.input("Ann", idempotencyKey="b", capturedAt=iso(STARTS)) | {"studentId": stranger}},
        {"checkIn": desk.input("Ann", idempotencyKey="c", capturedAt=iso(STARTS)) | {"occurrenceId": elsewhere}},
        {"checkIn": desk.input("Ann", idempotencyKey="d", capturedAt=iso(STARTS)) | {"studentId": "nonsense"}},
        {"checkIn": desk.input("Ann", idempotencyKey="e", capturedAt=iso(STARTS - timedelta(days=1)))},
        queued(desk, "markAttendance", "Ben", "f", 2, status="PRESENT"),
    )
    found = {each["idempotencyKey"]: each["outcome"] for each in results}
    assert found["a"]["__typename"] == "QueuedActRecorded"
    assert found["b"]["code"] == "STUDENT_NOT_ON_ROSTER"
    assert (found["c"]["code"], found["c"]["fault"]) == ("QUEUED_ACT_NOT_POSSIBLE", "NOT_FOUND")
    assert (found["d"]["code"], found["d"]["fault"]) == ("QUEUED_ACT_NOT_POSSIBLE", "NOT_UNDERSTOOD")
    assert found["e"]["code"] == "CAPTURED_TIME_NOT_POSSIBLE"
    assert found["f"]["conflicts"] == [{"currentStatus": "ABSENT", "wantedStatus": "PRESENT"}]
    marks = await desk.marks()
    assert (marks["Ann"][0], marks["Ben"][0]) == ("PRESENT", "ABSENT"), "nothing is lost"


async def test_R14_3_an_act_that_was_sent_at_once_may_be_repeated_with_its_captured_time(desk: CheckInDesk) -> None:
    at_once = await desk.check_in("Ann", idempotencyKey="a")
    (result,) = await send(desk.office, queued(desk, "checkIn", "Ann", "a", 20))
    assert result["outcome"]["__typename"] == "QueuedActRecorded"
    assert result["outcome"]["status"] == at_once["entry"]["mark"]["status"] == "TARDY"
    assert result["outcome"]["occurrence"] == {"revision": 1}


async def test_R14_3_a_key_of_another_act_is_told(desk: CheckInDesk) -> None:
    await desk.check_in("Ben", idempotencyKey="a")
    (result,) = await send(desk.office, queued(desk, "checkIn", "Ann", "a", 0))
    assert result["outcome"]["fault"] == "NOT_UNDERSTOOD"
    assert "was used for another request" in result["outcome"]["message"]


async def test_R14_3_what_may_pass_is_postponed_with_all_that_comes_after_it_on_its_sheet(
    desk: CheckInDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = desk.on(MONDAY - timedelta(weeks=1))
    real = record_queued._RESOLVERS[CheckInInput]

    async def failing(info: Any, given: Any) -> Any:
        if given.idempotency_key == "a":
            raise TimeoutError
        return await real(info, given)

    monkeypatch.setitem(record_queued._RESOLVERS, CheckInInput, failing)
    results = await send(
        desk.office,
        queued(desk, "checkIn", "Ann", "a", 0),
        queued(desk, "checkIn", "Ben", "b", 1),
        {"markAttendance": other.input("Cas", status="PRESENT", idempotencyKey="c", capturedAt=iso(STARTS))},
    )
    found = {each["idempotencyKey"]: each["outcome"]["__typename"] for each in results}
    assert found == {"a": "QueuedActPostponed", "b": "QueuedActPostponed", "c": "QueuedActRecorded"}
    assert results[0]["outcome"]["retryAfter"] > 0
    assert await desk.marks() == {}


async def test_R14_3_a_fault_of_the_server_stops_no_other(desk: CheckInDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def failing(info: Any, given: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setitem(record_queued._RESOLVERS, CheckInInput, failing)
    results = await send(
        desk.office,
        queued(desk, "checkIn", "Ann", "a", 0),
        queued(desk, "markAttendance", "Ben", "b", 1, status="PRESENT"),
    )
    assert [each["outcome"].get("fault") for each in results] == ["INTERNAL", None]
    assert results[0]["outcome"]["message"] == "Internal error"


@pytest.mark.parametrize(
    ("acts", "sentence"),
    [
        ([{}], "input.acts.0 has 0 acts"),
        ([("checkIn", "markAttendance")], "input.acts.0 has 2 acts"),
        ([{"checkIn": {"capturedAt": None}}], "input.acts.0 needs both idempotencyKey and capturedAt"),
        ([{"checkIn": {"idempotencyKey": None}}], "input.acts.0 needs both idempotencyKey and capturedAt"),
        ([{"checkIn": {}}, {"checkIn": {}}], "input.acts.1 has an idempotencyKey that was given before"),
        ([{"checkIn": {}}] * 501, "input.acts has 501 entries; at most 500 are allowed"),
    ],
)
async def test_R14_3_acts_that_cannot_be_told_apart_or_put_in_order_are_refused_before_any(
    desk: CheckInDesk, acts: list[Any], sentence: str
) -> None:
    def whole(act: Any) -> dict[str, Any]:
        whole_one = queued(desk, "checkIn", "Ann", "key", 0)["checkIn"]
        if isinstance(act, tuple):
            return {"checkIn": whole_one, "markAttendance": whole_one | {"status": "PRESENT"}}
        return {kind: whole_one | given for kind, given in act.items()}

    before = await fingerprint(desk.world)
    code, message = await desk.office.refused(RECORD_QUEUED, input={"acts": [whole(act) for act in acts]})
    assert code == "BAD_USER_INPUT"
    assert sentence in message
    assert await fingerprint(desk.world) == before


async def test_R14_3_a_kiosk_sends_check_ins_alone(world: World, api: Api) -> None:
    door = await new_kiosk_door(world, api)
    api.clock.now = STARTS + 20 * MINUTE
    given = {"capturedAt": iso(STARTS - MINUTE)}
    results = await send(
        door.kiosk,
        {"checkIn": door.input("Ann", idempotencyKey="a", **given)},
        {"markAttendance": door.input("Ben", idempotencyKey="b", status="PRESENT", **given)},
    )
    assert [each["outcome"]["__typename"] for each in results] == ["QueuedActRecorded", "QueuedActNotPossible"]
    assert results[1]["outcome"]["fault"] == "FORBIDDEN"
    assert (await door.marks())["Ann"] == ("PRESENT", False, "KIOSK")
