"""A roll sheet that is read in one statement is the one that is read in a transaction (decision 85)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import EnrollmentType, Permission, Portal
from gql.calendar import occurrence_query
from tests.api.protocol.test_statement_budget import ROSTER
from tests.api.roster.test_selected_alone import full_of_causes
from tests.support.api import Api
from tests.support.factories import MONDAY, Lesson, World, new_world

Send = Callable[[Api, str], Awaitable[dict[str, Any]]]


async def both_ways(api: Api, occurrence_id: str, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], list[str]]:
    """The whole answer, which is the same both ways, and the statements of the way at once."""

    async def not_known(*_: Any) -> None:
        return None

    await api.send("{ viewer { __typename } }")
    with monkeypatch.context() as patched:
        patched.setattr(occurrence_query, "read_at_once", not_known)
        expected = (await api.post(ROSTER, id=occurrence_id)).content
    api.statements.clear()
    answered = await api.post(ROSTER, id=occurrence_id)
    assert _without_request_id(answered.content) == _without_request_id(expected)
    body: dict[str, Any] = answered.json()
    return body, list(api.statements)


def _without_request_id(content: bytes) -> bytes:
    return content.partition(b'"requestId"')[0]


async def test_R3_5_a_sheet_is_the_same_for_whoever_opens_it(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when it does not exist, may not be seen, or belongs to another business."""
    full, empty = await full_of_causes(world), await world.weekly_class(name="Empty")
    other = await new_world(world.owner, name="Other Gym")
    theirs = await other.weekly_class()
    await other.enroll(await other.student(), theirs.offering_id)
    sheets = {
        "full": full.sheet_id(),
        "earlier": full.sheet_id(MONDAY - timedelta(7)),
        "empty": empty.sheet_id(),
        "another day": full.sheet_id(MONDAY + timedelta(1)),
        "out of the calendar": full.sheet_id(MONDAY.replace(year=9999)),
        "theirs": theirs.sheet_id(),
    }
    seen: dict[str, set[str]] = {}
    for name, viewer in (await _viewers(world, api, full)).items():
        for sheet, occurrence_id in sheets.items():
            body, statements = await both_ways(viewer, occurrence_id, monkeypatch)
            if body.get("data") and body["data"]["occurrence"]:
                seen.setdefault(name, set()).add(sheet)
                assert len(statements) == 1, (name, sheet, statements)
    assert seen == {
        "owner": {"full", "earlier", "empty"},
        "desk": {"full", "earlier", "empty"},
        "teacher": {"full", "earlier"},
    }


async def _viewers(world: World, api: Api, lesson: Lesson) -> dict[str, Api]:
    teacher = await world.staff(Permission.STAFF_ATTENDANCE_VIEW, teaches=[lesson.offering_id])
    return {
        "owner": await api.as_staff(world, Permission.OWNER),
        "desk": await api.as_staff(world, Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL),
        "teacher": await api.as_staff(world, portal=Portal.STAFF, person_id=teacher),
        "nobody's teacher": await api.as_staff(world, Permission.STAFF_ATTENDANCE_VIEW, portal=Portal.STAFF),
        "without permission": await api.as_staff(world, Permission.SEND_STATEMENTS),
    }


async def test_R3_5_a_sheet_with_openings_counts_places_that_are_held(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = await world.weekly_class(capacity=5)
    await world.enroll(await world.student(), lesson.offering_id)
    waiting = await world.enroll(await world.student(), lesson.offering_id, type=EnrollmentType.WAITLIST)
    owner = await api.as_staff(world, Permission.OWNER)
    body, _ = await both_ways(owner, lesson.sheet_id(), monkeypatch)
    assert body["data"]["occurrence"]["openings"] == 4
    await world.place_offer(waiting)
    body, _ = await both_ways(owner, lesson.sheet_id(), monkeypatch)
    assert body["data"]["occurrence"]["openings"] == 3
    assert len(body["data"]["occurrence"]["roster"]) == 1


async def test_R11_1_a_viewer_whose_access_has_changed_is_read_anew(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = await full_of_causes(world)
    person_id = await world.staff(Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL)
    desk = await api.as_staff(world, person_id=person_id)
    body, statements = await both_ways(desk, lesson.sheet_id(), monkeypatch)
    assert len(statements) == 1
    balances = {each["student"]["family"]["balance"] for each in body["data"]["occurrence"]["roster"]}
    assert balances == {None}
    for permissions, is_seen in (
        ("OFFICE_ATTENDANCE_VIEW,OFFICE_SEE_ALL,SEE_BALANCES", True),
        ("SEND_STATEMENTS", False),
    ):
        change = "UPDATE person SET permissions = CAST(:permissions AS text[]) WHERE id = :id"
        await world.owner.execute(text(change), {"permissions": permissions.split(","), "id": person_id})
        answered = await desk.send(ROSTER, id=lesson.sheet_id())
        assert ("errors" not in answered) is is_seen
        if is_seen:
            roster = answered["data"]["occurrence"]["roster"]
            assert None not in {each["student"]["family"]["balance"] for each in roster}
