"""deleteMakeupToken, resetMakeupToken, and makeups that are dropped, through the API (R8.5, R7.4)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from attendance.rules.calendar import OccurrenceKey
from attendance.rules.vocabulary import AttendanceStatus, EnrollmentType, MakeupTokenOrigin, Permission, Portal
from db import models
from gql.global_ids import encode_id, encode_occurrence_id
from tests.api_client import Api
from tests.factories import LONG_AGO, MONDAY, Lesson, World, new_world
from tests.hand_desk import DELETE, RESET, HandDesk, new_hand_desk

WEEK, DAY = timedelta(days=7), timedelta(days=1)
SHEET = """query($id: ID!) { occurrence(id: $id) { revision openings
  roster { isSubdued student { firstName } mark { status } indicators { kind } }
  changes { kind entries { student { firstName } } removedEntryIds } } }"""
SUBMIT = """mutation($input: SubmitAttendanceInput!) { submitAttendance(input: $input) { __typename
  ... on SubmitAttendanceSuccess { issuedTokens { id state } revokedTokens { id } } } }"""
DROP = """mutation($input: DropEnrollmentInput!) { dropEnrollment(input: $input) { __typename
  ... on UserError { message } ... on DropEnrollmentSuccess { enrollment { isDeleted } }
  ... on MakeupTokenNotChangeable { state makeupOn } } }"""


@dataclass
class ResetDesk(HandDesk):
    lesson: Lesson
    other: Lesson

    async def sheet(self, held_on: date, lesson: Lesson | None = None) -> Any:
        key = OccurrenceKey((lesson or self.other).timeslot_id, held_on)
        return (await self.api.ask(SHEET, id=encode_occurrence_id(key)))["occurrence"]

    async def submit(self, status: str | None, held_on: date = MONDAY, lesson: Lesson | None = None) -> Any:
        key = OccurrenceKey((lesson or self.lesson).timeslot_id, held_on)
        marks = [{"studentId": encode_id("Student", self.ann), "status": status}]
        given = {"occurrenceId": encode_occurrence_id(key), "marks": marks}
        return (await self.api.ask(SUBMIT, input=given))["submitAttendance"]

    async def pending(self, makeup_on: date = MONDAY + DAY, **token: Any) -> tuple[UUID, UUID]:
        """A token by hand, unless told otherwise, and its makeup in the other class, which is on Tuesdays."""
        made = await self.world.makeup_token(self.ann, **token)
        return made, await self.makeup(made, self.other.offering_id, self.other.timeslot_id, makeup_on)

    async def earned(self, makeup_on: date | None = None) -> str:
        """The token of Ann's absence on MONDAY, tied to a makeup if it has a date."""
        await self.world.enroll(self.ann, self.lesson.offering_id)
        (issued,) = (await self.submit("ABSENT"))["issuedTokens"]
        if makeup_on is not None:
            token = await self.world.owner.scalar(text("SELECT id FROM makeup_token"))
            await self.makeup(token, self.other.offering_id, self.other.timeslot_id, makeup_on)
        token_id: str = issued["id"]
        return token_id

    async def acts(self) -> list[str]:
        return [act for act, _ in await self.ledger()]


@pytest.fixture
async def desk(world: World, api: Api) -> ResetDesk:
    plain = await new_hand_desk(world, api)
    lesson, other = await world.weekly_class(), await world.weekly_class(name="Dive 1", weekday=2, capacity=4)
    return ResetDesk(plain.api, world, plain.owner_id, plain.ann, lesson, other)


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, "AVAILABLE"),
        ({"issued_on": MONDAY + DAY}, "SCHEDULED"),
        ({"expires_on": MONDAY - DAY}, "EXPIRED"),
        ({"revoked_at": LONG_AGO}, "REVOKED"),
    ],
)
async def test_R8_5_what_holds_no_makeup_is_deleted(desk: ResetDesk, values: dict[str, Any], state: str) -> None:
    token = await desk.world.makeup_token(desk.ann, **values)
    assert (await desk.delete(token))["makeupToken"]["state"] == "DELETED"
    assert await desk.ledger() == [("DELETED", {"state": state})]
    row = (await desk.world.owner.execute(text("SELECT deleted_at, deleted_by_id FROM makeup_token"))).one()
    assert tuple(row) == (desk.api.clock.now, desk.owner_id)
    before = await desk.remembered()
    again = await desk.delete(token)
    assert (again["state"], again["message"]) == ("DELETED", "It was deleted; there is nothing more to delete.")
    assert await desk.remembered() == before


@pytest.mark.parametrize(
    ("makeup_on", "state", "message"),
    [
        (MONDAY + DAY, "PENDING", "A makeup is booked with it; reset it first, which gives the makeup up."),
        (MONDAY - 6 * DAY, "SPENT", "It is spent; it stays, as the record of its makeup."),
    ],
)
async def test_R8_5_what_is_tied_to_a_makeup_is_not_deleted(
    desk: ResetDesk, makeup_on: date, state: str, message: str
) -> None:
    token, makeup = await desk.pending(makeup_on)
    before = await desk.remembered()
    assert await desk.delete(token) == {
        "__typename": "MakeupTokenNotChangeable",
        "message": message,
        "state": state,
        "makeupId": encode_id("Enrollment", makeup),
        "makeupOn": makeup_on.isoformat(),
        "makeupOfferingName": "Dive 1",
    }
    assert await desk.remembered() == before


async def test_R7_4_an_automatic_one_stays_deleted_and_its_roll_sheet_hears_of_it(desk: ResetDesk) -> None:
    token = await desk.earned()
    before = (await desk.sheet(MONDAY, desk.lesson))["revision"]
    assert (await desk.delete(token))["makeupToken"]["state"] == "DELETED"
    sheet = await desk.sheet(MONDAY, desk.lesson)
    assert sheet["revision"] == before + 1
    assert sheet["changes"][-1] == {
        "kind": "TOKENS",
        "entries": [{"student": {"firstName": "Ann"}}],
        "removedEntryIds": [],
    }
    await desk.submit("PRESENT")
    assert (await desk.submit("ABSENT"))["issuedTokens"] == []
    assert await desk.acts() == ["ISSUED", "DELETED"]


async def test_R7_4_one_that_was_revoked_and_deleted_does_not_come_back(desk: ResetDesk) -> None:
    token = await desk.earned()
    await desk.submit("PRESENT")
    assert (await desk.delete(token))["makeupToken"]["state"] == "DELETED"
    assert (await desk.submit("ABSENT"))["issuedTokens"] == []


async def test_R8_5_the_family_does_not_see_a_deleted_one(desk: ResetDesk, api: Api) -> None:
    token = await desk.world.makeup_token(desk.ann)
    family = await desk.world.owner.scalar(text("SELECT family_id FROM student"))
    guardian = await api.signed_in(desk.world, await desk.world.guardian(family), Portal.CUSTOMER)
    query = "query($id: ID!) { node(id: $id) { id } }"
    assert (await guardian.ask(query, id=encode_id("MakeupToken", token)))["node"] is not None
    await desk.delete(token)
    assert (await guardian.ask(query, id=encode_id("MakeupToken", token)))["node"] is None


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
    before = await desk.remembered()
    again = await desk.reset(token)
    assert (again["state"], again["message"]) == ("AVAILABLE", "It is unused; there is nothing to reset.")
    assert await desk.remembered() == before


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
        await desk.makeup(token, desk.other.offering_id, desk.other.timeslot_id, makeup_on)
    before = await desk.remembered()
    refused = await desk.reset(token)
    assert (refused["__typename"], refused["state"]) == ("MakeupTokenNotChangeable", state)
    assert refused["makeupOn"] == (makeup_on and makeup_on.isoformat())
    assert await desk.remembered() == before


async def test_R3_1_on_its_day_a_makeup_with_a_mark_leaves_its_row_subdued(desk: ResetDesk) -> None:
    token, _ = await desk.pending(MONDAY)
    await desk.world.owner.execute(text("UPDATE timeslot SET weekday = 1"))
    await desk.submit("ABSENT", lesson=desk.other)
    assert (await desk.reset(token))["makeupToken"]["state"] == "AVAILABLE"
    (row,) = (await desk.sheet(MONDAY))["roster"]
    assert (row["isSubdued"], row["mark"]) == (True, {"status": "ABSENT"})


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


@pytest.mark.parametrize("document", [DELETE, RESET])
async def test_R11_3_tokens_that_are_not_to_be_seen_are_not_found(desk: ResetDesk, document: str, api: Api) -> None:
    elsewhere = await new_world(desk.world.owner, name="Other")
    foreign = encode_id("MakeupToken", await elsewhere.makeup_token(await elsewhere.student()))
    token, _ = await desk.pending()
    teacher = await api.as_staff(
        desk.world,
        Permission.CREATE_MAKEUP_TOKENS,
        Permission.DELETE_MAKEUP_TOKENS,
        Permission.OFFICE_ATTENDANCE_VIEW,
    )
    before = await desk.remembered()
    not_found = ("NOT_FOUND", "There is no such makeup token.")
    assert await desk.api.refused(document, input={"tokenId": foreign}) == not_found
    own = {"tokenId": encode_id("MakeupToken", token)}
    assert await teacher.refused(document, input=own) == not_found
    bad = await desk.api.refused(document, input={"tokenId": encode_id("Student", desk.ann)})
    assert bad[0] == "BAD_USER_INPUT"
    assert await desk.remembered() == before


async def test_R4_11_retries_of_delete_and_reset_do_nothing_twice(desk: ResetDesk) -> None:
    token, _ = await desk.pending()
    first = await desk.reset(token, idempotencyKey="reset")
    assert await desk.reset(token, idempotencyKey="reset") == first
    first = await desk.delete(token, idempotencyKey="delete")
    assert await desk.delete(token, idempotencyKey="delete") == first
    assert await desk.acts() == ["RESET", "DELETED"]


async def drop(desk: ResetDesk, enrollment: UUID, drop_on: date) -> Any:
    given = {"enrollmentId": encode_id("Enrollment", enrollment), "dropOn": drop_on.isoformat()}
    return (await desk.api.ask(DROP, input=given))["dropEnrollment"]


async def test_R8_5_a_makeup_that_is_dropped_gives_its_token_back(desk: ResetDesk) -> None:
    token, makeup = await desk.pending()
    assert (await drop(desk, makeup, MONDAY + DAY))["__typename"] == "EnrollmentEnded"
    assert await drop(desk, makeup, MONDAY) == {
        "__typename": "DropEnrollmentSuccess",
        "enrollment": {"isDeleted": True},
    }
    assert (await desk.edit(token, comment="x"))["makeupToken"]["state"] == "AVAILABLE"
    assert await desk.acts() == ["RESET", "EDITED"]
    assert (await desk.sheet(MONDAY + DAY))["roster"] == []
    assert (await drop(desk, makeup, MONDAY))["__typename"] == "EnrollmentEnded"


async def test_R8_5_a_makeup_that_has_been_is_not_dropped(desk: ResetDesk) -> None:
    _, makeup = await desk.pending(MONDAY - 6 * DAY)
    before = await desk.remembered()
    refused = await drop(desk, makeup, MONDAY - WEEK)
    assert (refused["__typename"], refused["state"]) == ("MakeupTokenNotChangeable", "SPENT")
    assert await desk.remembered() == before


async def test_R8_10_a_makeup_without_a_token_is_dropped_like_a_single_day(desk: ResetDesk) -> None:
    day = {"starts_on": MONDAY + DAY, "drop_on": MONDAY + DAY, "timeslot_id": desk.other.timeslot_id}
    makeup = await desk.world.enroll(desk.ann, desk.other.offering_id, type=EnrollmentType.MAKEUP, **day)  # type: ignore[arg-type]
    assert (await drop(desk, makeup, MONDAY))["enrollment"] == {"isDeleted": True}
    assert await desk.ledger() == []


async def test_R7_4_a_flagged_token_is_left_alone_until_its_makeup_is_given_up(desk: ResetDesk) -> None:
    """Another absence of the same student is not touched by it."""
    token = await desk.earned(makeup_on=MONDAY + DAY)
    other = await desk.world.makeup_token(
        desk.ann,
        origin=MakeupTokenOrigin.ABSENCE,
        timeslot_id=desk.lesson.timeslot_id,
        held_on=await occurred(desk, MONDAY - WEEK),
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
