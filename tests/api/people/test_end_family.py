"""R13.1: a family or a student leaves: the preview says what happens, and what was recorded stays."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from attendance.rules.vocabulary import EnrollmentType, MakeupRequestState, Permission, Portal, Source
from db import models
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.audit import assert_sound
from tests.support.factories import MONDAY, Lesson, World

WEEK = timedelta(days=7)
LATER = MONDAY + 2 * WEEK
EFFECT = """studentCount enrollmentCount enrollmentIds makeupCount withdrawnRequestCount unusedTokenCount tokensLapseOn
guardianCount"""
DESK = (Permission.MANAGE_ENROLLMENTS, Permission.MANAGE_PEOPLE, Permission.OFFICE_ATTENDANCE_VIEW,
        Permission.OFFICE_SEE_ALL)  # fmt: skip


@dataclass
class House:
    """Ann and Ben go to Swim on Mondays. Ann has a makeup in Dive on LATER, and asks for another one there."""

    world: World
    owner: Api
    api: Api
    swim: Lesson
    dive: Lesson
    family: UUID
    gail: UUID
    ann: UUID
    ben: UUID

    async def end(self, kind: str, whom: UUID, **given: Any) -> dict[str, Any]:
        """What the mutation did, which its preview has told before."""
        asked = {f"{kind.lower()}Id": encode_id(kind, whom), **given}
        document = f"""query($input: End{kind}Input!) {{ end{kind}Preview(input: $input) {{
            __typename ... on LeavingEffect {{ {EFFECT} }} ... on UserError {{ message }} }} }}"""
        told = (await self.api.ask(document, input=asked))[f"end{kind}Preview"]
        done = await self.api.act(f"end{kind}", f"effect {{ {EFFECT} }}", **asked)
        if "effect" in done:
            assert done["effect"] == {name: told[name] for name in done["effect"]}
            return done["effect"]  # type: ignore[no-any-return]
        assert told["__typename"] == done["__typename"]
        return done

    async def places(self, student: UUID) -> list[tuple[str, date | None, bool]]:
        """Type, last day, and whether it was deleted, of each place."""
        rows = await self.world.rows(models.Enrollment, student_id=student)
        found = [(row.type.value, row.drop_on, row.deleted_at is not None) for row in rows]
        return sorted(found, key=str)


@pytest.fixture
async def house(world: World, api: Api) -> House:
    swim, dive = await world.weekly_class(capacity=8), await world.weekly_class(name="Dive", capacity=8)
    family = await world.family(email="home@example.com")
    gail = await world.guardian(family)
    ann, ben = await world.student(family_id=family), await world.student(first_name="Ben", family_id=family)
    for student in (ann, ben):
        await world.enroll(student, swim.offering_id, starts_on=MONDAY - WEEK)
    await world.change_settings(expire_after_last_drop_days=10)
    api.clock.now -= timedelta(hours=8)
    owner = await api.as_staff(world, Permission.OWNER)
    return House(world, owner, await api.as_staff(world, *DESK), swim, dive, family, gail, ann, ben)


async def give_tokens(house: House, count: int) -> list[str]:
    """Makeup tokens of Ann's."""
    made = await house.owner.act(
        "createMakeupTokens", "makeupTokens { id }", studentId=encode_id("Student", house.ann), tokens=[{}] * count
    )
    return [each["id"] for each in made["makeupTokens"]]


async def test_R13_1_a_family_leaves_with_all_that_lies_ahead(house: House) -> None:
    world = house.world
    await house.owner.submit(house.swim, {house.ann: "PRESENT"})
    token, early, asking = await give_tokens(house, 3)
    for of, held_on in ((token, LATER), (early, MONDAY + WEEK)):
        await house.owner.act("redeemMakeupToken", tokenId=of, occurrenceId=house.dive.sheet_id(held_on))
    guardian = await house.owner.signed_in(world, house.gail, Portal.CUSTOMER)
    await world.change_settings(auto_approve_makeups=False)
    asked = await guardian.act("requestMakeup", tokenId=asking, occurrenceId=house.dive.sheet_id(LATER + WEEK))
    assert asked["__typename"] == "RequestMakeupSuccess"
    waiting = await world.enroll(
        house.ben, house.dive.offering_id, type=EnrollmentType.WAITLIST, starts_on=LATER + WEEK
    )

    effect = await house.end("Family", house.family, **{"from": str(LATER)})

    last_on = LATER - timedelta(days=1)
    assert effect == {
        "studentCount": 2,
        "enrollmentCount": 3,
        "enrollmentIds": effect["enrollmentIds"],
        "makeupCount": 1,
        "withdrawnRequestCount": 1,
        "unusedTokenCount": 2,
        "tokensLapseOn": str(last_on + timedelta(days=10)),
        "guardianCount": 1,
    }
    assert encode_id("Enrollment", waiting) in effect["enrollmentIds"]
    assert await house.places(house.ann) == [
        ("ACTIVE", last_on, False),
        ("MAKEUP", MONDAY + WEEK, False),
        ("MAKEUP", LATER, True),
    ]
    assert [each[1:] for each in await house.places(house.ben)] == [(last_on, False), (None, True)]
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on MakeupToken { state lapsesOn } } }"
    tokens = (await house.owner.ask(document, ids=[token, early, asking]))["nodes"]
    lapses_on = str(last_on + timedelta(days=10))
    assert [each["state"] for each in tokens] == ["AVAILABLE", "PENDING", "AVAILABLE"]
    assert {each["lapsesOn"] for each in tokens} == {lapses_on}
    assert [row.state for row in await world.rows(models.MakeupRequest)] == [MakeupRequestState.WITHDRAWN]
    code, _ = await guardian.refused("{ viewer { __typename } }")
    assert code == "UNAUTHENTICATED"
    sheet = await house.api.occurrence(house.swim.sheet_id(MONDAY), "roster { student { firstName } mark { status } }")
    assert [row["mark"] for row in sheet["roster"]] == [{"status": "PRESENT"}, None]
    assert (await house.api.occurrence(house.swim.sheet_id(LATER), "roster { id }"))["roster"] == []
    await assert_sound(world, now=house.api.clock.now)

    again = await house.end("Family", house.family, **{"from": str(LATER)})
    assert (again["enrollmentCount"], again["makeupCount"], again["guardianCount"]) == (0, 0, 0)


async def test_R13_1_one_student_leaves_today_and_the_others_stay(house: House) -> None:
    guardian = await house.api.signed_in(house.world, house.gail, Portal.CUSTOMER)
    before = (await house.api.occurrence(house.swim.sheet_id(), "revision"))["revision"]
    effect = await house.end("Student", house.ben)
    assert (effect["studentCount"], effect["enrollmentCount"], effect["guardianCount"]) == (1, 1, 0)
    assert effect["tokensLapseOn"] == str(MONDAY + timedelta(days=10))
    sheet = await house.api.occurrence(house.swim.sheet_id(), "revision roster { student { firstName } }")
    assert sheet == {"revision": before + 1, "roster": [{"student": {"firstName": "Ann"}}]}
    assert await house.places(house.ann) == [("ACTIVE", None, False)]
    await guardian.ask("{ viewer { __typename } }")


async def test_R13_1_what_was_held_stays_and_guardians_may_keep_their_access(house: House) -> None:
    past = await house.end("Family", house.family, **{"from": str(MONDAY - timedelta(days=1))})
    assert (past["__typename"], past["earliest"]) == ("PastIsFixed", str(MONDAY))
    assert await house.places(house.ann) == [("ACTIVE", None, False)]
    await house.world.change_settings(expire_after_last_drop_days=None)
    effect = await house.end("Family", house.family, endGuardians=False)
    assert (effect["enrollmentCount"], effect["guardianCount"], effect["tokensLapseOn"]) == (2, 0, None)
    assert [row.ended_at for row in await house.world.rows(models.Person, id=house.gail)] == [None]


async def test_R13_1_who_may_not_end_guardians_is_told_and_ends_none(house: House) -> None:
    clerk = await house.api.as_staff(house.world, *(set(DESK) - {Permission.MANAGE_PEOPLE}))
    refused = await clerk.act("endFamily", familyId=encode_id("Family", house.family))
    assert (refused["__typename"], refused["permission"]) == ("PermissionDenied", "MANAGE_PEOPLE")
    assert await house.places(house.ann) == [("ACTIVE", None, False)]
    done = await clerk.act("endFamily", familyId=encode_id("Family", house.family), endGuardians=False)
    assert done["__typename"] == "EndFamilySuccess"


async def test_R13_1_a_transferred_place_ends_before_it_moves(house: House) -> None:
    (place,) = await house.world.rows(models.Enrollment, student_id=house.ann)
    given = {
        "enrollmentId": encode_id("Enrollment", place.id),
        "offeringId": encode_id("Offering", house.dive.offering_id),
    }
    await house.owner.act("transferEnrollment", **given, startsOn=str(LATER))
    await house.end("Student", house.ann, **{"from": str(MONDAY + WEEK)})
    last_on = MONDAY + WEEK - timedelta(days=1)
    assert await house.places(house.ann) == [("ACTIVE", None, True), ("ACTIVE", last_on, False)]
    await assert_sound(house.world, now=house.api.clock.now)


async def test_R13_1_ending_takes_as_many_statements_for_three_students_as_for_one(house: House) -> None:
    house.api.statements.clear()
    await house.end("Student", house.ben)
    one = len(house.api.statements)
    family = await house.world.family(name="Cole")
    for _ in range(3):
        student = await house.world.student(family_id=family)
        await house.world.enroll(student, house.swim.offering_id, starts_on=MONDAY - WEEK)
        await house.world.makeup_token(student, source=Source.OFFICE)
    house.api.statements.clear()
    await house.end("Family", family, endGuardians=False)
    assert len(house.api.statements) <= one
