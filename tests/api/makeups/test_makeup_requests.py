"""Requests for makeups through the API: asked for, settled, lapsed and listed (R8.7)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import EnrollmentType, MakeupRequestState, Permission, Portal
from db import models
from db.ids import new_id
from gql.fields.global_ids import encode_id
from tests.api.makeups.makeup_desk import AHEAD, STAFF, WEEK, MakeupDesk, makeup_desk
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import LONG_AGO, MONDAY, World, new_world
from tests.support.fingerprint import fingerprint

DAY = timedelta(days=1)
NODE = "query($id: ID!) { node(id: $id) { ... on MakeupRequest { state } } }"
OPEN = "query($id: ID!) { node(id: $id) { ... on MakeupToken { state request { id } } } }"
WAY = "{ viewer { ... on GuardianViewer { booksMakeups } } }"
NO_REQUEST = ("NOT_FOUND", "There is no such request for a makeup.")


@pytest.fixture
async def desk(world: World, api: Api) -> MakeupDesk:
    desk = await makeup_desk(world, api)
    await desk.world.change_settings(auto_approve_makeups=False)
    return desk


async def asked(desk: MakeupDesk, **given: Any) -> str:
    """The id of a new request."""
    return (await desk.request(**given))["makeupRequest"]["id"]  # type: ignore[no-any-return]


async def days_later(desk: MakeupDesk, days: int) -> None:
    """Past the end of everybody's sign-in."""
    desk.clock.now += timedelta(days=days)
    desk.office = await desk.staff(*STAFF)
    desk.family = await desk.office.signed_in(desk.world, desk.gail, Portal.CUSTOMER)


async def test_R8_7_a_family_asks_and_no_place_is_held(desk: MakeupDesk) -> None:
    assert await desk.family.ask(WAY) == {"viewer": {"booksMakeups": False}}
    request = (await desk.request(comment=" Could we come then? "))["makeupRequest"]
    assert request == {
        "id": request["id"],
        "state": "REQUESTED",
        "comment": "Could we come then?",
        "decisionComment": None,
        "requestedAt": "2026-11-16T18:00:00Z",
        "decidedAt": None,
        "student": {"firstName": "Ann"},
        "occurrence": {"id": desk.sheet_id()},
        "makeupToken": {"id": desk.token_id, "state": "REQUESTED", "request": {"id": request["id"]}},
        "requestedBy": {"__typename": "Guardian"},
        "decidedBy": None,
        "makeup": None,
    }
    sheet = await desk.sheet()
    assert (sheet["roster"], sheet["openings"], sheet["revision"]) == ([], 2, 0)
    assert await desk.ledger() == [("REQUESTED", "GUARDIAN")]
    for api in (desk.office, desk.family):
        assert [each["id"] for each in (await desk.listed(api))["nodes"]] == [request["id"]]
        assert await api.ask(NODE, id=request["id"]) == {"node": {"state": "REQUESTED"}}


async def test_R8_7_staff_approve_and_the_makeup_is_booked(desk: MakeupDesk) -> None:
    request = await asked(desk)
    done = (await desk.settle("approveMakeup", request, comment="See you!"))["makeupRequest"]
    assert (done["state"], done["decisionComment"], done["decidedAt"]) == (
        "APPROVED",
        "See you!",
        "2026-11-16T18:00:00Z",
    )
    assert done["decidedBy"] == {"__typename": "StaffMember"}
    assert done["makeupToken"] == {"id": desk.token_id, "state": "PENDING", "request": None}
    assert (done["makeup"]["type"], done["makeup"]["startsOn"]) == ("MAKEUP", f"{AHEAD}")
    assert [row["enrollment"]["type"] for row in (await desk.sheet())["roster"]] == ["MAKEUP"]
    assert await desk.ledger() == [("REQUESTED", "GUARDIAN"), ("REDEEMED", "OFFICE")]
    (shown,) = (await desk.listed(desk.family, states=["APPROVED"]))["nodes"]
    # Families are told what was decided, and not by whom.
    assert (shown["decisionComment"], shown["decidedBy"]) == ("See you!", None)
    assert (await desk.listed())["nodes"] == []


@pytest.mark.parametrize(
    ("verb", "state", "source", "decider"),
    [
        ("denyMakeup", "DENIED", "OFFICE", "StaffMember"),
        ("withdrawMakeupRequest", "WITHDRAWN", "GUARDIAN", "Guardian"),
    ],
)
async def test_R8_7_a_request_that_comes_to_nothing_frees_its_token(
    desk: MakeupDesk, verb: str, state: str, source: str, decider: str
) -> None:
    request = await asked(desk)
    by = desk.office if verb == "denyMakeup" else desk.family
    done = (await desk.settle(verb, request, by))["makeupRequest"]
    assert (done["state"], done["makeup"]) == (state, None)
    assert done["makeupToken"] == {"id": desk.token_id, "state": "AVAILABLE", "request": None}
    (shown,) = (await desk.listed(states=[state]))["nodes"]
    assert shown["decidedBy"] == {"__typename": decider}
    assert await desk.ledger() == [("REQUESTED", "GUARDIAN"), (state, source)]
    assert (await desk.sheet())["roster"] == []
    assert (await desk.request())["__typename"] == "RequestMakeupSuccess"


@pytest.mark.parametrize("first", ["approveMakeup", "denyMakeup", "withdrawMakeupRequest"])
async def test_R8_7_what_is_settled_stays_settled(desk: MakeupDesk, first: str) -> None:
    request = await asked(desk)
    await desk.settle(first, request, desk.family if first.startswith("withdraw") else desk.office)
    state = {"approveMakeup": "APPROVED", "denyMakeup": "DENIED"}.get(first, "WITHDRAWN")
    before = await fingerprint(desk.world)
    for verb in ("approveMakeup", "denyMakeup", "withdrawMakeupRequest"):
        refused = await desk.settle(verb, request, desk.family if verb.startswith("withdraw") else desk.office)
        assert refused == {
            "__typename": "MakeupRequestSettled",
            "message": f"This request is already {state.lower()}.",
            "makeupRequestId": request,
            "requestState": state,
            "settledAt": "2026-11-16T18:00:00Z",
        }
    assert await fingerprint(desk.world) == before


async def test_R4_11_the_same_key_asks_and_approves_once(desk: MakeupDesk) -> None:
    first = await desk.request(idempotencyKey="once")
    assert await desk.request(idempotencyKey="once") == first
    request = first["makeupRequest"]["id"]
    done = await desk.settle("approveMakeup", request, idempotencyKey="then")
    assert await desk.settle("approveMakeup", request, idempotencyKey="then") == done
    assert await desk.ledger() == [("REQUESTED", "GUARDIAN"), ("REDEEMED", "OFFICE")]


async def test_R8_7_where_families_book_themselves_there_is_nothing_to_ask(desk: MakeupDesk) -> None:
    request = await asked(desk)
    await desk.world.change_settings(auto_approve_makeups=True)
    other = await desk.world.makeup_token(desk.ann)
    before = await fingerprint(desk.world)
    refused = await desk.request(tokenId=encode_id("MakeupToken", other))
    assert refused["__typename"] == "MakeupApprovalNotRequired"
    assert await desk.family.ask(WAY) == {"viewer": {"booksMakeups": True}}
    assert await fingerprint(desk.world) == before
    # What was asked before is decided as before.
    assert (await desk.settle("approveMakeup", request))["makeupRequest"]["state"] == "APPROVED"


async def test_R8_7_a_request_that_nobody_decides_lapses_with_its_day(desk: MakeupDesk) -> None:
    request = await asked(desk)
    await days_later(desk, 7)
    assert await desk.office.ask(NODE, id=request) == {"node": {"state": "REQUESTED"}}
    await days_later(desk, 1)
    assert await desk.family.ask(OPEN, id=desk.token_id) == {"node": {"state": "AVAILABLE", "request": None}}
    assert (await desk.listed())["nodes"] == []
    (shown,) = (await desk.listed(states=["LAPSED"]))["nodes"]
    assert (shown["id"], shown["state"], shown["decidedAt"]) == (request, "LAPSED", None)
    for verb, by in (("denyMakeup", desk.office), ("withdrawMakeupRequest", desk.family)):
        refused = await desk.settle(verb, request, by)
        assert (refused["__typename"], refused["requestState"], refused["settledAt"]) == (
            "MakeupRequestSettled",
            "LAPSED",
            None,
        )
    # What keeps it from being approved is told as such.
    assert (await desk.settle("approveMakeup", request))["__typename"] == "MakeupBegun"
    again = await asked(desk, held_on=AHEAD + WEEK)
    assert [each["id"] for each in (await desk.listed())["nodes"]] == [again]
    assert [each["id"] for each in (await desk.listed(states=["LAPSED"]))["nodes"]] == [request]
    refused = await desk.settle("approveMakeup", request)
    assert (refused["__typename"], refused["requestState"]) == ("MakeupRequestSettled", "LAPSED")


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, "REQUESTED"),
        ({"expires_on": MONDAY}, "REQUESTED"),
        # R8.6b: it does not lapse while staff wait.
        ({"expires_on": MONDAY - DAY}, "REQUESTED"),
        ({"lapses_on": MONDAY}, "REQUESTED"),
        ({"lapses_on": MONDAY - DAY, "expires_on": AHEAD}, "REQUESTED"),
        ({"revoked_at": LONG_AGO}, "LAPSED"),
        ({"deleted_at": LONG_AGO}, "LAPSED"),
    ],
)
async def test_R8_3_a_request_is_open_exactly_while_its_token_is_requested(
    desk: MakeupDesk, values: dict[str, Any], state: str
) -> None:
    request = await asked(desk)
    if values:
        await desk.world.change(models.MakeupToken, desk.token, **values)
    assert await desk.office.ask(NODE, id=request) == {"node": {"state": state}}
    shown = (await desk.office.ask(OPEN, id=desk.token_id))["node"]
    is_open = state == "REQUESTED"
    assert ((shown["state"] == "REQUESTED"), shown["request"] is not None) == (is_open, is_open)
    assert len((await desk.listed())["nodes"]) == is_open
    assert len((await desk.listed(states=["LAPSED"]))["nodes"]) == (not is_open)
    if values:
        # Good again: the family's wish is as it was.
        await desk.world.change(models.MakeupToken, desk.token, **dict.fromkeys(values))
        assert await desk.office.ask(NODE, id=request) == {"node": {"state": "REQUESTED"}}


async def test_R8_7_a_request_lapses_with_a_cancelled_class_and_is_back_with_a_restored_one(
    desk: MakeupDesk,
) -> None:
    request = await asked(desk)
    await desk.world.occurrence(desk.lesson.timeslot_id, AHEAD)
    for cancelled_at, state, token in ((LONG_AGO, "LAPSED", "AVAILABLE"), (None, "REQUESTED", "REQUESTED")):
        await desk.world.owner.execute(text("UPDATE occurrence SET cancelled_at = :at"), {"at": cancelled_at})
        assert await desk.office.ask(NODE, id=request) == {"node": {"state": state}}
        assert await desk.state() == token
        assert len((await desk.listed(states=[state]))["nodes"]) == 1
    assert (await desk.settle("approveMakeup", request))["makeupRequest"]["state"] == "APPROVED"


async def test_R8_2_a_request_lapses_while_the_issue_date_of_its_token_is_ahead(desk: MakeupDesk) -> None:
    request = await asked(desk)
    edit = mutation("editMakeupToken")
    issue_on = (MONDAY + DAY).isoformat()
    await desk.office.ask(edit, input={"tokenId": desk.token_id, "issueOn": issue_on})
    assert await desk.family.ask(OPEN, id=desk.token_id) == {"node": None}
    assert await desk.state() == "SCHEDULED"
    assert await desk.family.ask(NODE, id=request) == {"node": {"state": "LAPSED"}}
    assert (await desk.settle("approveMakeup", request))["__typename"] == "MakeupTokenNotYetIssued"
    await days_later(desk, 1)
    assert await desk.state() == "REQUESTED"
    assert (await desk.settle("approveMakeup", request))["makeupRequest"]["state"] == "APPROVED"


async def test_R8_7_a_class_that_was_moved_to_another_weekday_leaves_its_request(desk: MakeupDesk) -> None:
    request = await asked(desk)
    await desk.world.change(models.Timeslot, desk.lesson.timeslot_id, weekday=3)
    (shown,) = (await desk.listed())["nodes"]
    assert (shown["id"], shown["occurrence"]) == (request, None)
    refused = await desk.office.refused(mutation("approveMakeup"), input={"makeupRequestId": request})
    assert refused == ("NOT_FOUND", "There is no such occurrence.")
    assert (await desk.settle("denyMakeup", request))["makeupRequest"]["state"] == "DENIED"


async def test_R8_3_whether_the_day_has_gone_by_is_told_where_the_class_is(desk: MakeupDesk) -> None:
    """Tuesday begins in Chicago at 6:00 UTC, whatever day it is at the location of the token."""
    request = await asked(desk)
    honolulu, auckland = [await desk.world.location(time_zone=f"Pacific/{name}") for name in ("Honolulu", "Auckland")]
    for hour, minute, state in ((5, 59, "REQUESTED"), (6, 0, "LAPSED")):
        desk.clock.now = datetime(2026, 11, 24, hour, minute, tzinfo=UTC)
        await days_later(desk, 0)
        for location in (None, honolulu, auckland):
            await desk.world.change(models.MakeupToken, desk.token, location_id=location)
            assert await desk.office.ask(NODE, id=request) == {"node": {"state": state}}
            assert (await desk.state() == "REQUESTED") is (state == "REQUESTED")


async def test_R8_6b_a_request_made_in_time_is_approved_after_the_token_has_expired(desk: MakeupDesk) -> None:
    """And after the latest booking time."""
    await desk.world.change(models.MakeupToken, desk.token, expires_on=MONDAY)
    await desk.world.change_settings(makeup_latest_booking_minutes=24 * 60)
    request = await asked(desk)
    for minutes_before in (23 * 60, 1):
        desk.clock.now = datetime(2026, 11, 23, 23, tzinfo=UTC) - timedelta(minutes=minutes_before)
        await days_later(desk, 0)
        assert await desk.state() == await desk.state(desk.family) == "REQUESTED"
        assert [each["id"] for each in (await desk.listed())["nodes"]] == [request]
    done = (await desk.settle("approveMakeup", request))["makeupRequest"]
    assert (done["state"], done["makeupToken"]["state"]) == ("APPROVED", "PENDING")


async def test_R8_6b_a_request_that_is_denied_after_the_last_day_leaves_an_expired_token(desk: MakeupDesk) -> None:
    await desk.world.change(models.MakeupToken, desk.token, expires_on=MONDAY)
    request = await asked(desk)
    await days_later(desk, 1)
    assert await desk.state() == "REQUESTED"
    assert (await desk.settle("denyMakeup", request))["makeupRequest"]["makeupToken"]["state"] == "EXPIRED"


async def test_R8_6b_the_class_must_still_be_ahead_when_staff_approve(desk: MakeupDesk) -> None:
    request = await asked(desk)
    desk.clock.now = datetime(2026, 11, 23, 23, tzinfo=UTC)
    await days_later(desk, 0)
    before = await fingerprint(desk.world)
    assert (await desk.settle("approveMakeup", request))["__typename"] == "MakeupBegun"
    assert await fingerprint(desk.world) == before


async def test_R8_7_requests_are_listed_first_come_first_in_pages(desk: MakeupDesk) -> None:
    requests = []
    for minutes in (3, 1, 2):
        token = await desk.world.makeup_token(desk.ann)
        at = LONG_AGO + timedelta(minutes=minutes)
        request = await desk.world.makeup_request(token, desk.ann, desk.lesson.timeslot_id, requested_at=at)
        requests.append((minutes, encode_id("MakeupRequest", request)))
    ordered = [request for _, request in sorted(requests)]
    first = await desk.listed(first=2)
    assert ([each["id"] for each in first["nodes"]], first["pageInfo"]["hasNextPage"]) == (ordered[:2], True)
    rest = await desk.listed(first=2, after=first["pageInfo"]["endCursor"])
    assert ([each["id"] for each in rest["nodes"]], rest["pageInfo"]["hasNextPage"]) == (ordered[2:], False)


async def test_R8_7_any_state_can_be_asked_for(desk: MakeupDesk) -> None:
    for state in MakeupRequestState:
        token = await desk.world.makeup_token(desk.ann)
        await desk.world.makeup_request(token, desk.ann, desk.lesson.timeslot_id, state=state)
    for states in ([], ["DENIED", "LAPSED"], ["REQUESTED"], None):
        shown = {each["state"] for each in (await desk.listed(states=states))["nodes"]}
        expected = {"REQUESTED"} if states is None else set(states) or set(MakeupRequestState)
        assert shown == expected


async def test_R3_5_a_listing_takes_as_many_statements_for_one_as_for_many(desk: MakeupDesk) -> None:
    counted = []
    for many in (1, 12):
        for _ in range(many):
            student = await desk.world.student()
            token = await desk.world.makeup_token(student)
            place = await desk.world.enroll(student, desk.lesson.offering_id, type=EnrollmentType.TRIAL)
            request = await desk.world.makeup_request(token, student, desk.lesson.timeslot_id)
            await desk.world.change(models.MakeupRequest, request, makeup_enrollment_id=place)
        desk.office.statements.clear()
        await desk.listed()
        counted.append(len(desk.office.statements))
    assert counted[0] == counted[1]
    assert len((await desk.listed())["nodes"]) == 13


async def test_R11_2_other_families_and_tenants_find_nothing(desk: MakeupDesk) -> None:
    request = await asked(desk)
    stranger = await desk.world.guardian(await desk.world.family(name="Stranger"))
    strange = await desk.office.signed_in(desk.world, stranger, Portal.CUSTOMER)
    other = await new_world(desk.world.owner, name="Other Gym")
    owner = await desk.office.as_staff(other, Permission.OWNER)
    before = await fingerprint(desk.world)
    for api, verb, id in (
        (strange, "withdrawMakeupRequest", request),
        (owner, "approveMakeup", request),
        (owner, "denyMakeup", request),
        (desk.office, "approveMakeup", encode_id("MakeupRequest", new_id())),
    ):
        assert await api.refused(mutation(verb), input={"makeupRequestId": id}) == NO_REQUEST
    for api in (strange, owner):
        assert await api.ask(NODE, id=request) == {"node": None}
        assert (await desk.listed(api))["nodes"] == []
    given = {"tokenId": desk.token_id, "occurrenceId": desk.sheet_id()}
    assert (await strange.refused(mutation("requestMakeup"), input=given))[0] == "NOT_FOUND"
    code, _ = await desk.office.refused(mutation("denyMakeup"), input={"makeupRequestId": desk.token_id})
    assert code == "BAD_USER_INPUT"
    assert await fingerprint(desk.world) == before


async def test_R11_3_staff_without_see_all_see_requests_for_whom_and_where_they_teach(desk: MakeupDesk) -> None:
    request = await asked(desk)
    own = await desk.world.weekly_class(name="Own")
    permissions = (Permission.CREATE_MAKEUP_TOKENS, Permission.STAFF_ATTENDANCE_VIEW)
    tom = await desk.world.staff(*permissions, teaches=[own.offering_id])
    teacher = await desk.office.as_staff(desk.world, portal=Portal.STAFF, person_id=tom)

    async def sees() -> list[str]:
        return [each["id"] for each in (await desk.listed(teacher))["nodes"]]

    assert await sees() == []
    await desk.world.enroll(desk.ann, own.offering_id)
    # The student, but not the class.
    assert await sees() == []
    assert await teacher.refused(mutation("denyMakeup"), input={"makeupRequestId": request}) == NO_REQUEST
    assert (await teacher.ask(OPEN, id=desk.token_id))["node"] == {"state": "REQUESTED", "request": None}
    teaching = await desk.world.staff(teaches=[desk.lesson.offering_id])
    of_that_day = {"timeslot_id": desk.lesson.timeslot_id, "held_on": AHEAD}
    await desk.world.add(models.Substitution, absent_person_id=teaching, substitute_id=tom, **of_that_day)
    assert await sees() == [request]
    assert (await desk.settle("approveMakeup", request, teacher))["makeupRequest"]["state"] == "APPROVED"


@pytest.mark.parametrize("length", [500, 501])
async def test_remarks_are_bounded(desk: MakeupDesk, length: int) -> None:
    given = {"tokenId": desk.token_id, "occurrenceId": desk.sheet_id(), "comment": "x" * length}
    if length == 500:
        assert (await desk.request(comment="x" * length))["makeupRequest"]["comment"] == "x" * length
        return
    refused = await desk.family.refused(mutation("requestMakeup"), input=given)
    assert refused == ("BAD_USER_INPUT", "input.comment has 501 characters; at most 500 are allowed.")
