"""What an act on marks answers from the rows that it has read itself, and how often it asks the database."""

from asyncio import selector_events
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import product
from typing import Any
from unittest.mock import Mock, patch

import pytest

from attendance.rules.vocabulary import EnrollmentType
from db import models
from db.engine import Database, create_engine
from gql.fields.global_ids import encode_id
from gql.marks import attendance_recorded
from gql.protocol.graphql_internals import ObjectExecutor
from tests.api.marks.check_in_desk import CheckInDesk, new_check_in_desk
from tests.support.api import Api, serving
from tests.support.factories import MONDAY, World
from tests.support.viewers import DURING_CLASS

_OCCURRENCE = "revision attendanceState tally { present tardy absent excusedAbsence unmarked total }"
_ROW = "id student { id firstName lastName } mark { status isDefaulted source markedAt note revision needsReview }"
_RECORDED = f"occurrence {{ {_OCCURRENCE} }} changedEntries {{ {_ROW} }}"
_SHOWN = {
    "checkIn": f"{_RECORDED} entry {{ {_ROW} }} status markedAt",
    "markAttendance": f"{_RECORDED} entry {{ {_ROW} }}",
    "clearMark": f"{_RECORDED} entry {{ {_ROW} }}",
    "submitAttendance": _RECORDED,
}


@pytest.fixture
async def desk(world: World, database: Database, api: Api) -> CheckInDesk:
    """With check-in mode on, during the class."""
    desk = await new_check_in_desk(world, database, api)
    await world.change_settings(office_check_in_mode=True)
    desk.at(DURING_CLASS)
    return desk


async def act(desk: CheckInDesk, name: str, given: dict[str, Any]) -> str:
    """Act, and compare the answer with what is read afterwards. Return the names of the rows that it says changed."""
    desk.api.clock.forward(seconds=1)
    answer = await desk.office.act(name, _SHOWN[name], **given)
    assert answer["__typename"].endswith("Success"), answer
    fields = f"{_OCCURRENCE} roster {{ {_ROW} }} names: roster {{ id student {{ firstName }} }}"
    after = await desk.office.occurrence(desk.lesson.sheet_id(), fields)
    rows, names = after.pop("roster"), {each["id"]: each["student"]["firstName"] for each in after.pop("names")}
    assert answer["occurrence"] == after
    changed = [each["id"] for each in answer["changedEntries"]]
    assert answer["changedEntries"] == [each for each in rows if each["id"] in changed]
    if "entry" in answer:
        own = encode_id("RosterEntry", desk.lesson.timeslot_id, MONDAY, _student(desk, given))
        assert answer["entry"] == next((each for each in rows if each["id"] == own), None)
    if name == "checkIn":
        mark = answer["entry"]["mark"]
        assert (answer["status"], answer["markedAt"]) == (mark["status"], mark["markedAt"])
    return " ".join(names[each] for each in changed)


def _student(desk: CheckInDesk, given: dict[str, Any]) -> Any:
    return next(each for each in desk.students.values() if encode_id("Student", each) == given["studentId"])


@patch.object(ObjectExecutor, "complete_list_by_library", side_effect=AssertionError("rows that are not compiled"))
async def test_the_answer_of_an_act_is_what_is_read_after_it(left_to_library: Mock, desk: CheckInDesk) -> None:
    async def one(name: str, student: str, **more: Any) -> str:
        return await act(desk, name, desk.input(student, **more))

    assert await one("checkIn", "Ann") == "Ann Ben Cas"
    assert await one("checkIn", "Ann") == ""
    again = {"idempotencyKey": "again"}
    assert await one("checkIn", "Ben", **again) == "Ben"
    assert await one("checkIn", "Ben", **again) == "Ben", "the retry reads"
    assert await one("markAttendance", "Cas", status="TARDY", note="by bus") == "Cas"
    assert await one("markAttendance", "Cas", status="EXCUSED_ABSENCE") == "Cas"
    assert await one("clearMark", "Ben") == "Ben"
    await desk.world.change(models.Enrollment, await _enrollment(desk, "Cas"), drop_on=MONDAY - timedelta(days=1))
    assert await one("markAttendance", "Cas", status="ABSENT") == "Cas", "a subdued row"
    assert await one("clearMark", "Cas") == "", "which goes with its mark"
    await desk.world.enroll(desk.students["Cas"], desk.lesson.offering_id, type=EnrollmentType.TRIAL)
    assert await one("checkIn", "Cas") == "Ben Cas"
    assert await one("clearMark", "Ann") == "Ann"
    assert await one("clearMark", "Cas") == "Ben Cas", "the default goes with the last check-in"
    assert not left_to_library.called


@patch.object(ObjectExecutor, "execute_by_library", side_effect=AssertionError("an object that is not compiled"))
async def test_the_answer_is_compiled_with_the_name_of_its_type_and_has_no_row_that_is_not_shown(
    left_to_library: Mock, desk: CheckInDesk
) -> None:
    with patch("gql.marks.attendance_recorded._show_row", side_effect=attendance_recorded._show_row) as shown:
        for name, student, rows in (("checkIn", "Ann", 3), ("checkIn", "Ben", 1), ("checkIn", "Ben", 1)):
            answer = await desk.office.act(name, _SHOWN[name], **desk.input(student))
            assert answer["__typename"] == "CheckInSuccess"
            assert shown.call_count == rows, student
            shown.reset_mock()
    assert not left_to_library.called


async def test_R7_4_the_answer_of_an_act_shows_the_review_of_a_token(desk: CheckInDesk) -> None:
    await desk.world.change_settings(office_check_in_mode=False)

    async def submit(status: str) -> str:
        marks = [{"studentId": encode_id("Student", desk.students["Ann"]), "status": status}]
        given = {"occurrenceId": desk.lesson.sheet_id(), "marks": marks}
        return await act(desk, "submitAttendance", given)

    assert await submit("ABSENT") == "Ann"
    (token,) = await desk.world.rows(models.MakeupToken)
    away = await desk.world.weekly_class(name="Away")
    await desk.world.makeup(desk.students["Ann"], away, date(2026, 11, 23), token_id=token.id)
    for status, needs_review in (("PRESENT", True), ("TARDY", True), ("ABSENT", False), ("PRESENT", True)):
        assert await submit(status) == "Ann"
        (token,) = await desk.world.rows(models.MakeupToken)
        assert token.needs_review == needs_review, status


async def _enrollment(desk: CheckInDesk, name: str) -> Any:
    (row,) = await desk.world.rows(models.Enrollment, student_id=desk.students[name])
    return row.id


@contextmanager
def round_trips(own: object) -> Iterator[list[int]]:
    """The sizes of the messages that this transport sends to PostgreSQL."""
    sent: list[int] = []
    write = selector_events._SelectorSocketTransport.write  # type: ignore[attr-defined]

    def noted(self: Any, data: bytes) -> None:
        if self is own:
            sent.append(len(data))
        write(self, data)

    with patch.object(selector_events._SelectorSocketTransport, "write", noted):  # type: ignore[attr-defined]
        yield sent


async def test_a_check_in_takes_three_round_trips_however_many_students_there_are(
    world: World, database_url: str
) -> None:
    """Begin with the lock, viewer with sheet, commit with the change and the answer to a key: at the first check-in of
    a sheet, and at a later one.
    """
    database = Database(create_engine(database_url, pool_size=1))
    await world.change_settings(office_check_in_mode=True)
    taken: dict[tuple[int, str, bool], list[int]] = {}
    async with database.engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
    async with serving(database) as api:
        for size, has_key in product((2, 1, 30, 1, 30), (False, True)):
            desk = await new_check_in_desk(world, database, api, names=tuple(f"S{place}" for place in range(size)))
            desk.at(DURING_CLASS)
            for name in ("S0", "S1")[:size]:
                key = {"idempotencyKey": name} if has_key else {}
                with round_trips(driver._transport) as sent:
                    await desk.office.act("checkIn", _SHOWN["checkIn"], **desk.input(name), **key)
                taken.setdefault((size, name, has_key), []).append(len(sent))
    await database.close()
    # The first sheet prepares the statements, and something else may use the connection in between.
    fewest = {each: min(counts) for each, counts in taken.items() if each[0] != 2}
    # The first act of somebody reads the viewer alone, since nobody has been remembered, and begins with the key.
    without = {(1, "S0", False): 4, (30, "S0", False): 4, (30, "S1", False): 3}
    assert fewest == without | {(1, "S0", True): 7, (30, "S0", True): 7, (30, "S1", True): 3}, taken
