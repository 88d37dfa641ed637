"""createMakeupTokens through the API (R8.1)."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import EnrollmentType, Permission, Portal
from gql.fields.global_ids import encode_id
from tests.api.tokens.hand_desk import CREATE, EDIT, HandDesk, new_hand_desk
from tests.support.api import Api
from tests.support.factories import JANUARY, World, new_world
from tests.support.fingerprint import fingerprint


@pytest.fixture
async def desk(world: World, api: Api) -> HandDesk:
    return await new_hand_desk(world, api)


async def test_R8_1_many_in_one_call_each_with_its_own_terms(desk: HandDesk) -> None:
    london = await desk.world.location(name="London", time_zone="Europe/London")
    swim = await desk.world.program(name="Swim")
    done = await desk.create(
        {"sendEmail": True},
        {
            "locationId": encode_id("Location", london),
            "programId": encode_id("Program", swim),
            "comment": " For the flood. ",
            "neverExpires": True,
        },
        {"issueOn": "2026-12-01", "expiresOn": "2026-12-24", "sendEmail": True},
        {"comment": " ", "issueOn": "2026-11-02"},
    )
    assert (done["tokenCount"], done["emailCount"], done["emailsWithoutAddress"]) == (4, 2, 0)
    plain: dict[str, Any] = {"origin": "MANUAL", "comment": None, "location": None, "program": None, "makeup": None}
    plain |= {"student": {"firstName": "Ann"}, "issuedBy": {"firstName": "Sam"}, "state": "AVAILABLE"}
    tokens = [{key: value for key, value in token.items() if key != "id"} for token in done["makeupTokens"]]
    assert tokens == [
        plain | {"issuedOn": "2026-11-16", "expiresOn": "2027-02-14"},
        plain
        | {
            "issuedOn": "2026-11-17",
            "expiresOn": None,
            "location": {"name": "London"},
            "program": {"name": "Swim"},
            "comment": "For the flood.",
        },
        plain | {"state": "SCHEDULED", "issuedOn": "2026-12-01", "expiresOn": "2026-12-24"},
        plain | {"issuedOn": "2026-11-02", "expiresOn": "2027-01-31"},
    ]


async def test_R7_9_each_token_is_in_the_ledger(desk: HandDesk) -> None:
    await desk.create({"expiresOn": "2026-12-24"}, {"neverExpires": True})
    facts = {"location_id": None, "program_id": None, "issued_on": "2026-11-16"}
    assert await desk.ledger() == [
        ("ISSUED", facts | {"expires_on": "2026-12-24"}),
        ("ISSUED", facts | {"expires_on": None}),
    ]
    found = await desk.world.owner.execute(text("SELECT DISTINCT source, actor_id FROM makeup_token_entry"))
    assert [tuple(row) for row in found] == [("OFFICE", desk.owner_id)]


@pytest.mark.parametrize(
    ("settings", "expires_on"),
    [
        ({"expiry_unit": "NEVER"}, None),
        ({"expiry_unit": "MONTHS", "expiry_count": 3}, "2027-02-28"),
        ({"expiry_unit": "WEEKS", "expiry_count": 2, "expiry_anchor": "MISSED_CLASS"}, "2026-12-14"),
        ({"expiry_unit": "END_OF_SESSION"}, "2026-12-20"),
    ],
)
async def test_R7_7_the_expiry_is_by_the_setting_unless_it_is_given(
    desk: HandDesk, settings: dict[str, Any], expires_on: str | None
) -> None:
    lesson, waited, dropped = [await desk.world.weekly_class() for _ in range(3)]
    await desk.world.enroll(desk.ann, lesson.offering_id)
    await desk.world.enroll(desk.ann, waited.offering_id, type=EnrollmentType.WAITLIST)
    await desk.world.enroll(desk.ann, dropped.offering_id, drop_on=date(2026, 11, 29))
    await desk.world.session(JANUARY, date(2026, 12, 20), offerings=[lesson.offering_id])
    await desk.world.session(JANUARY, date(2026, 12, 5), offerings=[lesson.offering_id])
    await desk.world.session(JANUARY, date(2027, 6, 1), offerings=[waited.offering_id, dropped.offering_id])
    await desk.world.change_settings(**settings)
    assert (await desk.one(issueOn="2026-11-30"))["expiresOn"] == expires_on
    assert (await desk.one(issueOn="2026-11-30", expiresOn="2026-12-01"))["expiresOn"] == "2026-12-01"
    await desk.world.session(JANUARY, None, offerings=[lesson.offering_id])
    if settings["expiry_unit"] == "END_OF_SESSION":
        assert (await desk.one(issueOn="2026-11-30"))["expiresOn"] is None


async def test_R8_1_the_limit_does_not_apply_nor_does_it_matter_that_tokens_are_off(desk: HandDesk) -> None:
    await desk.world.change_settings(token_limit=1, token_limit_period="YEAR", tokens_enabled=False)
    assert (await desk.create(*[{}] * 100))["tokenCount"] == 100


@pytest.mark.parametrize(
    ("token", "reason", "issue_on", "expires_on"),
    [
        ({"issueOn": "2026-12-02", "expiresOn": "2026-12-01"}, "EXPIRES_BEFORE_ISSUE", "2026-12-02", "2026-12-01"),
        ({"expiresOn": "2026-11-15"}, "EXPIRES_BEFORE_ISSUE", "2026-11-16", "2026-11-15"),
        ({"expiresOn": "2026-12-01", "neverExpires": True}, "EXPIRY_AND_NEVER", "2026-11-16", "2026-12-01"),
        ({"issueOn": "2026-11-01", "expiresOn": "2026-11-15"}, "EXPIRED_ALREADY", "2026-11-01", "2026-11-15"),
        ({"issueOn": "2026-01-01"}, "EXPIRED_ALREADY", "2026-01-01", "2026-04-01"),
    ],
)
async def test_R8_1_dates_that_cannot_be_are_refused_and_all_tokens_with_them(
    desk: HandDesk, token: dict[str, Any], reason: str, issue_on: str, expires_on: str
) -> None:
    before = await fingerprint(desk.world)
    refused = await desk.create({"sendEmail": True}, token)
    assert refused.pop("message").startswith("Makeup token 2 would")
    assert refused == {
        "__typename": "MakeupTokenDatesNotPossible",
        "reason": reason,
        "draftIndex": 1,
        "issueOn": issue_on,
        "expiresOn": expires_on,
    }
    assert await fingerprint(desk.world) == before


async def test_R8_1_good_through_today_is_good(desk: HandDesk) -> None:
    assert (await desk.one(expiresOn="2026-11-16"))["state"] == "AVAILABLE"


@pytest.mark.parametrize(
    ("tokens", "code", "message"),
    [
        ([], "BAD_USER_INPUT", "input.tokens has 0 entries; 1 to 100 are allowed."),
        ([{}] * 101, "BAD_USER_INPUT", "input.tokens has 101 entries; 1 to 100 are allowed."),
        ([{}, {"comment": "x" * 501}], "BAD_USER_INPUT", "input.tokens[1].comment has 501 characters; 1 to 500"),
        ([{"issueOn": "1899-12-31"}], "BAD_USER_INPUT", "input.tokens[0].issueOn is 1899-12-31"),
        ([{"expiresOn": "3000-01-01"}], "BAD_USER_INPUT", "input.tokens[0].expiresOn is 3000-01-01"),
        ([{"issueOn": "2026-02-30"}], "BAD_USER_INPUT", "Variable '$input' has invalid value at .tokens[0].issueOn"),
        ([{"locationId": "nonsense"}], "BAD_USER_INPUT", 'Argument "input.tokens[0].locationId" is not an id'),
        ([{"locationId": "program"}], "BAD_USER_INPUT", 'Argument "input.tokens[0].locationId"'),
        ([{"locationId": "other"}], "NOT_FOUND", "There is no such location."),
        ([{"locationId": "gone"}], "NOT_FOUND", "There is no such location."),
        ([{}, {"programId": "other_program"}], "NOT_FOUND", "There is no such program."),
        ([{"programId": "gone_program"}], "NOT_FOUND", "There is no such program."),
    ],
)
async def test_R8_1_bad_input_is_told_and_nothing_is_given(
    desk: HandDesk, tokens: list[dict[str, Any]], code: str, message: str
) -> None:
    world, elsewhere = desk.world, await new_world(desk.world.owner, name="Other")
    ids = {
        "program": encode_id("Program", await world.program()),
        "other": encode_id("Location", elsewhere.location_id),
        "gone": encode_id("Location", await world.location()),
        "other_program": encode_id("Program", await elsewhere.program()),
        "gone_program": encode_id("Program", await world.program(name="Gone")),
    }
    await world.owner.execute(text("UPDATE location SET deleted_at = now() WHERE name = 'Second Street'"))
    await world.owner.execute(text("UPDATE program SET deleted_at = now() WHERE name = 'Gone'"))
    before = await fingerprint(desk.world)
    given = [{key: ids.get(value, value) for key, value in token.items()} for token in tokens]
    told = await desk.api.refused(CREATE, input={"studentId": encode_id("Student", desk.ann), "tokens": given})
    assert (told[0], told[1][: len(message)]) == (code, message)
    assert await fingerprint(desk.world) == before


async def test_R11_3_only_students_whom_the_caller_sees(desk: HandDesk, api: Api) -> None:
    world, lesson = desk.world, await desk.world.weekly_class()
    teacher = await world.staff(
        Permission.CREATE_MAKEUP_TOKENS, Permission.STAFF_ATTENDANCE_VIEW, teaches=[lesson.offering_id]
    )
    staff = await api.signed_in(world, teacher, Portal.STAFF)
    given = {"studentId": encode_id("Student", desk.ann), "tokens": [{}]}
    assert await staff.refused(CREATE, input=given) == ("NOT_FOUND", "There is no such student.")
    token = await desk.one()
    no_token = ("NOT_FOUND", "There is no such makeup token.")
    assert await staff.refused(EDIT, input={"tokenId": token["id"], "comment": "x"}) == no_token
    await world.enroll(desk.ann, lesson.offering_id)
    done = await desk.create({}, api=staff)
    assert done["tokenCount"] == 1
    source = await world.owner.scalar(text("SELECT source FROM makeup_token ORDER BY id DESC LIMIT 1"))
    assert source == "STAFF"
    assert (await desk.edit(token["id"], api=staff, comment="x"))["makeupToken"]["comment"] == "x"


async def test_R8_1_a_student_who_was_deleted_gets_none(desk: HandDesk) -> None:
    await desk.world.owner.execute(text("UPDATE student SET deleted_at = now()"))
    given = {"studentId": encode_id("Student", desk.ann), "tokens": [{}]}
    assert await desk.api.refused(CREATE, input=given) == ("NOT_FOUND", "There is no such student.")


async def test_R8_1_an_organization_without_a_location_gives_tokens_by_utc(desk: HandDesk) -> None:
    await desk.world.owner.execute(text("DELETE FROM location"))
    assert (await desk.one())["issuedOn"] == "2026-11-17"


async def test_R4_11_a_retry_gives_the_same_tokens(desk: HandDesk) -> None:
    first = await desk.create({"sendEmail": True}, {}, idempotencyKey="one")
    assert await desk.create({"sendEmail": True}, {}, idempotencyKey="one") == first
    assert len(await desk.ledger()) == 2
    given = {"studentId": encode_id("Student", desk.ann), "tokens": [{}], "idempotencyKey": "one"}
    assert (await desk.api.refused(CREATE, input=given))[0] == "BAD_USER_INPUT"


async def test_R3_5_a_hundred_tokens_take_as_many_statements_as_one(desk: HandDesk) -> None:
    counts = []
    for count in (1, 100):
        desk.api.statements.clear()
        await desk.create(*[{"sendEmail": True}] * count)
        counts.append(len(desk.api.statements))
    assert counts[0] == counts[1], counts
