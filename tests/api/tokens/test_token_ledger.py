"""R7.9: everything that was done with a makeup token, with who did it and why, and its expiry without a job."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from attendance.rules.vocabulary import MakeupTokenAct, Permission, Portal, Source
from db import models
from db.engine import Database
from gql.fields.global_ids import encode_id
from tests.api.tokens.hand_desk import HandDesk, new_hand_desk
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import LONG_AGO, MONDAY, World
from tests.support.token_sheet import ABSENT, PRESENT, new_sheet

LEDGER = """query($id: ID!) { node(id: $id) { ... on MakeupToken { state ledger {
  act cause message enteredAt source enteredBy { ... on StaffMember { firstName } ... on Guardian { firstName } }
  facts { name value before }
} } } }"""
REDEEM = mutation("redeemMakeupToken")
NEXT = MONDAY + timedelta(weeks=1)


@pytest.fixture
async def desk(world: World, api: Api) -> HandDesk:
    return await new_hand_desk(world, api)


async def ledger_of(api: Api, token: str | UUID) -> list[dict[str, Any]]:
    token_id = token if isinstance(token, str) else encode_id("MakeupToken", token)
    entries: list[dict[str, Any]] = (await api.ask(LEDGER, id=token_id))["node"]["ledger"]
    return entries


async def acts_of(api: Api, token: str | UUID) -> list[str]:
    return [entry["act"] for entry in await ledger_of(api, token)]


def fact(name: str, value: Any, before: Any = None) -> dict[str, Any]:
    return {"name": name, "value": value, "before": before}


async def test_R7_9_a_token_by_hand_tells_its_whole_life(desk: HandDesk) -> None:
    lesson = await desk.world.weekly_class(capacity=5)
    token = (await desk.one(expiresOn="2026-12-24"))["id"]
    program = await desk.world.program(name="Swim")
    await desk.edit(token, expiresOn="2026-12-31", comment="For the holidays")
    await desk.edit(token, programId=encode_id("Program", program))
    await desk.edit(token, programId=None)
    occurrence = lesson.sheet_id(NEXT)
    await desk.api.ask(REDEEM, input={"tokenId": token, "occurrenceId": occurrence})
    await desk.reset(token)
    await desk.delete(token)
    entries = await ledger_of(desk.api, token)
    assert [(entry["act"], entry["message"]) for entry in entries] == [
        ("ISSUED", "The makeup token was issued."),
        ("EDITED", "The makeup token was changed."),
        ("EDITED", "The makeup token was changed."),
        ("EDITED", "The makeup token was changed."),
        ("REDEEMED", "A makeup was booked with the token."),
        ("RESET", "The makeup, or the request for one, was given up, and the token was freed."),
        ("DELETED", "The makeup token was deleted."),
    ]
    assert {(each["source"], each["enteredBy"]["firstName"], each["cause"]) for each in entries} == {
        ("OFFICE", "Sam", None)
    }
    assert entries[0]["facts"] == [fact("expiresOn", "2026-12-24"), fact("issuedOn", "2026-11-16")]
    assert entries[1]["facts"] == [
        fact("comment", "For the holidays"),
        fact("expiresOn", "2026-12-31", "2026-12-24"),
    ]
    assert entries[2]["facts"] == [fact("programId", encode_id("Program", program))]
    assert entries[3]["facts"] == [fact("programId", None, encode_id("Program", program))]
    booked = {each["name"]: each["value"] for each in entries[4]["facts"]}
    assert booked["makeupOn"] == str(NEXT)
    assert booked["offeringId"] == encode_id("Offering", lesson.offering_id)
    assert booked.keys() == {"makeupOn", "offeringId", "enrollmentId"}


async def test_R7_9_expiry_is_derived_at_the_end_of_the_last_local_day(desk: HandDesk) -> None:
    token = (await desk.one(expiresOn="2026-11-20"))["id"]
    # The last instant of 20 November in Chicago.
    desk.api.clock.now = datetime.fromisoformat("2026-11-21T05:59:59+00:00")
    office = await desk.api.as_staff(desk.world, Permission.OWNER)
    assert await acts_of(office, token) == ["ISSUED"]
    desk.api.clock.now += timedelta(seconds=1)
    *_, expiry = await ledger_of(office, token)
    assert expiry == {
        "act": "EXPIRED",
        "cause": None,
        "message": "The makeup token expired.",
        "enteredAt": "2026-11-21T06:00:00Z",
        "source": "SYSTEM",
        "enteredBy": None,
        "facts": [fact("expiresOn", "2026-11-20")],
    }
    # Prolonged, it has not expired.
    await desk.edit(token, api=office, expiresOn="2026-12-31")
    assert await acts_of(office, token) == ["ISSUED", "EDITED"]


async def test_R7_9_a_token_that_lapsed_expired_on_that_day(desk: HandDesk) -> None:
    token = await desk.world.makeup_token(desk.ann, expires_on=NEXT, lapses_on=MONDAY - timedelta(days=3))
    (expiry,) = await ledger_of(desk.api, token)
    assert (expiry["act"], expiry["enteredAt"]) == ("EXPIRED", "2026-11-14T06:00:00Z")


@pytest.mark.parametrize("values", [{"revoked_at": LONG_AGO}, {"deleted_at": LONG_AGO}, {}])
async def test_R7_9_what_was_taken_back_or_never_expires_does_not_expire(
    desk: HandDesk, values: dict[str, Any]
) -> None:
    token = await desk.world.makeup_token(desk.ann, expires_on=MONDAY - timedelta(days=1) if values else None, **values)
    assert await acts_of(desk.api, token) == []


async def test_R7_9_a_makeup_that_is_reset_after_the_last_day_expires_with_the_reset(desk: HandDesk) -> None:
    lesson = await desk.world.weekly_class(capacity=5)
    token = (await desk.one(expiresOn="2026-11-17"))["id"]
    occurrence = lesson.sheet_id(NEXT)
    await desk.api.ask(REDEEM, input={"tokenId": token, "occurrenceId": occurrence})
    desk.api.clock.now += timedelta(days=2)
    office = await desk.api.as_staff(desk.world, Permission.OWNER)
    assert await acts_of(office, token) == ["ISSUED", "REDEEMED"]
    await desk.reset(token, api=office)
    entries = await ledger_of(office, token)
    assert [entry["act"] for entry in entries] == ["ISSUED", "REDEEMED", "RESET", "EXPIRED"]
    assert entries[-1]["enteredAt"] == entries[-2]["enteredAt"]


async def test_R7_9_an_absences_token_tells_why_it_went_and_came_back(
    world: World, database: Database, api: Api
) -> None:
    sheet = await new_sheet(world, database)
    ann = await sheet.add_student()
    for status in (ABSENT, PRESENT, ABSENT, None):
        await sheet.set_mark(ann, status)
        await sheet.reconcile(ann)
    (token,) = await sheet.tokens()
    office = await api.as_staff(world, Permission.OWNER)
    entries = await ledger_of(office, token.id)
    assert [(each["act"], each["cause"], each["message"]) for each in entries] == [
        ("ISSUED", None, "The makeup token was issued."),
        ("REVOKED", "NOT_ABSENT", "The makeup token was revoked: the student was not absent."),
        ("REINSTATED", None, "The makeup token was reinstated."),
        ("REVOKED", "NOT_MARKED", "The makeup token was revoked: the student is not marked."),
    ]
    assert [each["enteredBy"] for each in entries] == [None] * 4
    assert entries[0]["facts"] == [fact("status", "ABSENT")]


async def test_R11_2_guardians_are_refused_the_ledger(desk: HandDesk) -> None:
    family = await desk.world.family()
    child = await desk.world.student(family_id=family)
    token = await desk.world.makeup_token(child)
    guardian = await desk.api.signed_in(desk.world, await desk.world.guardian(family), Portal.CUSTOMER)
    assert (await guardian.refused(LEDGER, id=encode_id("MakeupToken", token)))[0] == "FORBIDDEN"


async def test_R7_9_as_many_statements_for_many_tokens_as_for_one(desk: HandDesk) -> None:
    counts = []
    query = """query($id: ID!, $first: Int) { student(id: $id) { makeupTokens(first: $first) {
      nodes { ledger { act enteredBy { __typename } } } } } }"""
    for number in range(20):
        token = await desk.world.makeup_token(desk.ann, expires_on=date(2026, 3, 1) + timedelta(number))
        entry = {"student_id": desk.ann, "makeup_token_id": token, "source": Source.OFFICE, "entered_at": LONG_AGO}
        await desk.world.add(models.MakeupTokenEntry, act=MakeupTokenAct.ISSUED, actor_id=desk.owner_id, **entry)
    for first in (1, 20):
        desk.api.statements.clear()
        found = await desk.api.ask(query, id=encode_id("Student", desk.ann), first=first)
        assert [each["ledger"] for each in found["student"]["makeupTokens"]["nodes"]] == [
            [
                {"act": "ISSUED", "enteredBy": {"__typename": "StaffMember"}},
                {"act": "EXPIRED", "enteredBy": None},
            ]
        ] * first
        counts.append(len(desk.api.statements))
    assert counts[0] == counts[1]
