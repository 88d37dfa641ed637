"""resetMakeupToken through the API, and makeups that are dropped (R8.5, R7.4)."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import AttendanceStatus, MakeupTokenOrigin
from db import models
from gql.fields.global_ids import encode_id
from tests.api.tokens.reset_desk import DAY, ResetDesk, new_reset_desk
from tests.support.api import Api
from tests.support.factories import LONG_AGO, MONDAY, World
from tests.support.fingerprint import fingerprint


@pytest.fixture
async def desk(world: World, api: Api) -> ResetDesk:
    return await new_reset_desk(world, api)


async def test_R8_5_a_reset_gives_the_makeup_up_and_the_token_back(desk: ResetDesk) -> None:
    token, makeup = await desk.pending(expires_on=MONDAY)
    held_on = MONDAY + DAY
    sheet = await desk.sheet(held_on)
    assert sheet["openings"] == 3
    assert [row["indicators"] for row in sheet["roster"]] == [[{"kind": "MAKEUP"}, {"kind": "FIRST_DAY"}]]
    done = (await desk.reset(token))["makeupToken"]
    assert (done["state"], done["makeup"]) == ("AVAILABLE", None)
    sheet = await desk.sheet(held_on)
    assert (sheet["openings"], sheet["roster"], sheet["revision"]) == (4, [], 1)
    assert [(change["kind"], len(change["removedEntryIds"])) for change in sheet["changes"]] == [("ROSTER", 1)]
    facts = {
        "enrollment_id": str(makeup),
        "offering_id": str(desk.other.offering_id),
        "makeup_on": "2026-11-17",
    }
    assert await desk.ledger() == [("RESET", facts)]
    before = await fingerprint(desk.world)
    again = await desk.reset(token)
    assert (again["state"], again["message"]) == ("AVAILABLE", "The makeup token is unused; there is nothing to reset.")
    assert await fingerprint(desk.world) == before


@pytest.mark.parametrize(
    ("values", "state"),
    [({"expires_on": MONDAY - DAY}, "EXPIRED"), ({"issued_on": MONDAY + DAY}, "SCHEDULED")],
)
async def test_R8_5_a_token_given_back_is_what_its_dates_make_of_it(
    desk: ResetDesk, values: dict[str, Any], state: str
) -> None:
    token, _ = await desk.pending(**values)
    assert (await desk.reset(token))["makeupToken"]["state"] == state


@pytest.mark.parametrize(
    ("makeup_on", "state"),
    [(None, "AVAILABLE"), (MONDAY - 6 * DAY, "SPENT")],
)
async def test_R8_5_a_spent_one_and_an_unused_one_are_not_reset(
    desk: ResetDesk, makeup_on: date | None, state: str
) -> None:
    token = await desk.world.makeup_token(desk.ann)
    if makeup_on is not None:
        await desk.world.makeup(desk.ann, desk.other, makeup_on, token_id=token)
    before = await fingerprint(desk.world)
    refused = await desk.reset(token)
    assert (refused["__typename"], refused["state"]) == ("MakeupTokenNotChangeable", state)
    assert refused["makeupOn"] == (makeup_on and makeup_on.isoformat())
    assert await fingerprint(desk.world) == before


async def test_R3_1_on_its_day_a_makeup_with_a_mark_leaves_its_row_subdued(desk: ResetDesk) -> None:
    token, _ = await desk.pending(MONDAY)
    await desk.world.owner.execute(text("UPDATE timeslot SET weekday = 1"))
    await desk.submit("ABSENT", lesson=desk.other)
    assert (await desk.reset(token))["makeupToken"]["state"] == "AVAILABLE"
    (row,) = (await desk.sheet(MONDAY))["roster"]
    assert (row["isSubdued"], row["mark"]) == (True, {"status": "ABSENT"})


async def test_R7_4_an_absence_from_a_makeup_that_is_given_up_earns_no_second_token(desk: ResetDesk) -> None:
    await desk.world.change_settings(earning_types=["ACTIVE", "MAKEUP"])
    token, _ = await desk.pending(MONDAY)
    await desk.world.owner.execute(text("UPDATE timeslot SET weekday = 1"))
    (earned,) = (await desk.submit("ABSENT", lesson=desk.other))["issuedTokens"]
    before = (await desk.sheet(MONDAY))["revision"]
    assert (await desk.reset(token))["makeupToken"]["state"] == "AVAILABLE"
    states = "query($id: ID!) { student(id: $id) { makeupTokens { nodes { id state } } } }"
    shown = (await desk.api.ask(states, id=encode_id("Student", desk.ann)))["student"]["makeupTokens"]["nodes"]
    assert {each["id"]: each["state"] for each in shown} == {
        encode_id("MakeupToken", token): "AVAILABLE",
        earned["id"]: "REVOKED",
    }
    assert [change["kind"] for change in (await desk.sheet(MONDAY))["changes"][before:]] == ["ROSTER", "TOKENS"]
    # Nor does it with the next change of the mark.
    assert (await desk.submit("EXCUSED_ABSENCE", lesson=desk.other))["issuedTokens"] == []


async def test_R7_4_the_token_of_an_absence_corrected_meanwhile_is_revoked_when_it_is_free(desk: ResetDesk) -> None:
    token = await desk.earned(makeup_on=MONDAY + DAY)
    await desk.submit("PRESENT")
    before = (await desk.sheet(MONDAY, desk.lesson))["revision"]
    assert (await desk.reset(token))["makeupToken"]["state"] == "REVOKED"
    assert await desk.acts() == ["ISSUED", "FLAGGED", "RESET", "REVOKED"]
    cause = await desk.world.owner.scalar(text("SELECT cause FROM makeup_token_entry WHERE act = 'REVOKED'"))
    assert cause == "NOT_ABSENT"
    sheet = await desk.sheet(MONDAY, desk.lesson)
    # The mark is to be reviewed no more, and the token is revoked.
    assert [change["kind"] for change in sheet["changes"][before:]] == ["ROSTER", "TOKENS"]
    # Absent after all: the same token comes back.
    assert (await desk.submit("ABSENT"))["issuedTokens"] == [{"id": token, "state": "AVAILABLE"}]


async def test_R7_4_a_reset_token_can_be_used_and_revoked_again(desk: ResetDesk) -> None:
    token = await desk.earned(makeup_on=MONDAY + DAY)
    assert (await desk.reset(token))["makeupToken"]["state"] == "AVAILABLE"
    assert (await desk.submit("PRESENT"))["revokedTokens"] == [{"id": token}]


async def test_R8_7_a_request_is_withdrawn_by_a_reset(desk: ResetDesk) -> None:
    token = await desk.world.makeup_token(desk.ann)
    await desk.world.add(
        models.MakeupRequest,
        student_id=desk.ann,
        makeup_token_id=token,
        timeslot_id=desk.other.timeslot_id,
        held_on=MONDAY + DAY,
        state="REQUESTED",
        requested_at=LONG_AGO,
    )
    assert (await desk.edit(token, comment="x"))["makeupToken"]["state"] == "REQUESTED"
    assert (await desk.reset(token))["makeupToken"]["state"] == "AVAILABLE"
    row = (await desk.world.owner.execute(text("SELECT state, decided_by_id, decided_at FROM makeup_request"))).one()
    assert tuple(row) == ("WITHDRAWN", desk.owner_id, desk.api.clock.now)
    assert await desk.acts() == ["EDITED", "RESET"]


async def test_R8_5_a_makeup_that_is_dropped_gives_its_token_back(desk: ResetDesk) -> None:
    token, makeup = await desk.pending()
    assert (await desk.drop(makeup, MONDAY + DAY))["__typename"] == "EnrollmentEnded"
    assert await desk.drop(makeup, MONDAY) == {
        "__typename": "DropEnrollmentSuccess",
        "enrollment": {"isDeleted": True},
    }
    assert (await desk.edit(token, comment="x"))["makeupToken"]["state"] == "AVAILABLE"
    assert await desk.acts() == ["RESET", "EDITED"]
    assert (await desk.sheet(MONDAY + DAY))["roster"] == []
    assert (await desk.drop(makeup, MONDAY))["__typename"] == "EnrollmentEnded"


async def test_R8_5_a_makeup_that_has_been_is_not_dropped(desk: ResetDesk) -> None:
    _, makeup = await desk.pending(MONDAY - 6 * DAY)
    before = await fingerprint(desk.world)
    refused = await desk.drop(makeup, MONDAY - 7 * DAY)
    assert (refused["__typename"], refused["state"]) == ("MakeupTokenNotChangeable", "SPENT")
    assert await fingerprint(desk.world) == before


async def test_R8_10_a_makeup_without_a_token_is_dropped_like_a_single_day(desk: ResetDesk) -> None:
    makeup = await desk.world.makeup(desk.ann, desk.other, MONDAY + DAY)
    assert (await desk.drop(makeup, MONDAY))["enrollment"] == {"isDeleted": True}
    assert await desk.ledger() == []


async def test_R7_4_a_flagged_token_is_left_alone_until_its_makeup_is_given_up(desk: ResetDesk) -> None:
    """Another absence of the same student is not touched by it."""
    token = await desk.earned(makeup_on=MONDAY + DAY)
    other = await desk.world.makeup_token(
        desk.ann,
        origin=MakeupTokenOrigin.ABSENCE,
        timeslot_id=desk.lesson.timeslot_id,
        held_on=await occurred(desk, MONDAY - 7 * DAY),
    )
    await desk.submit(AttendanceStatus.PRESENT.value)
    await desk.reset(token)
    found = await desk.world.owner.execute(
        text("SELECT id = :other, revoked_at IS NULL, needs_review FROM makeup_token ORDER BY 1"), {"other": other}
    )
    assert [tuple(row) for row in found] == [(False, False, False), (True, True, False)]


async def occurred(desk: ResetDesk, held_on: date) -> date:
    await desk.world.occurrence(desk.lesson.timeslot_id, held_on)
    return held_on
