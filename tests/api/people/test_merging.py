"""R13.6: two rows of one person become one; everything that hangs on one hangs on the other, and the audit is clean."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import EnrollmentType, Permission, Portal
from db import models
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.audit import assert_sound
from tests.support.factories import MONDAY, Lesson, World
from tests.support.fingerprint import fingerprint

WEEK = timedelta(days=7)
PREVIEW = "seen counts { name count } sharedMarks { date fromStatus intoStatus mustBeChosen occurrenceId } usedTokenIds"
SHEET = "revision roster { student { id firstName } mark { status note } } changes { kind }"


@dataclass
class Desk:
    """Ann is registered twice, as Ann and as Anne; both are in swimming, and Anne alone is in gymnastics."""

    api: Api
    world: World
    swim: Lesson
    gym: Lesson
    ann: UUID
    anne: UUID
    family: UUID
    other_family: UUID

    async def preview(self, kind: str, from_id: str, into_id: str) -> dict[str, Any]:
        name = f"merge{kind}Preview"
        document = f"query($from: ID!, $into: ID!) {{ {name}(fromId: $from, intoId: $into) {{ {PREVIEW} }} }}"
        found: dict[str, Any] = (await self.api.ask(document, **{"from": from_id, "into": into_id}))[name]
        return found

    async def merge(self, kind: str, from_id: str, into_id: str, shown: str, **more: Any) -> dict[str, Any]:
        preview = await self.preview(kind, from_id, into_id)
        given = {"fromId": from_id, "intoId": into_id, "seen": preview["seen"], **more}
        return await self.api.act(f"merge{kind}", shown, **given)

    async def merge_students(self, **more: Any) -> dict[str, Any]:
        return await self.merge("Students", self.id(self.anne), self.id(self.ann), "student { id firstName }", **more)

    def id(self, student: UUID) -> str:
        return encode_id("Student", student)

    async def rows(self, lesson: Lesson, on: Any = MONDAY) -> dict[str, Any]:
        sheet = await self.api.occurrence(lesson.sheet_id(on), SHEET)
        return {row["student"]["firstName"]: row["mark"] and row["mark"]["status"] for row in sheet["roster"]}

    async def sound(self) -> None:
        await assert_sound(self.world, now=self.api.clock.now)


@pytest.fixture
async def desk(world: World, api: Api) -> Desk:
    swim, gym = await world.weekly_class(), await world.weekly_class(name="Gym")
    family, other = await world.family(name="Baker"), await world.family(name="Backer")
    ann = await world.student(family_id=family)
    anne = await world.student(first_name="Anne", family_id=other, birth_on=MONDAY, medical_alert="Asthma")
    for student, lesson in ((ann, swim), (anne, swim), (anne, gym)):
        await world.enroll(student, lesson.offering_id)
    person = await world.staff(Permission.OWNER)
    office = await api.signed_in(world, person, Portal.OFFICE, lasting=timedelta(days=30))
    return Desk(office, world, swim, gym, ann, anne, family, other)


async def test_R13_6_all_that_hangs_on_one_student_hangs_on_the_other(desk: Desk) -> None:
    await desk.api.submit(desk.gym, {desk.anne: "ABSENT"})
    await desk.api.submit(desk.gym, {desk.anne: "PRESENT"}, MONDAY - WEEK)
    await desk.api.submit(desk.swim, {desk.ann: "ABSENT"})
    await desk.api.act("addStudentNote", studentId=desk.id(desk.anne), body="Shy", level="NORMAL")
    await desk.world.expected_absence(desk.anne, starts_on=MONDAY + WEEK, ends_on=MONDAY + WEEK)
    preview = await desk.preview("Students", desk.id(desk.anne), desk.id(desk.ann))
    assert {each["name"]: each["count"] for each in preview["counts"]} == {
        "marks": 2,
        "enrollments": 2,
        "makeup_tokens": 1,
        "notes": 1,
        "expected_absences": 1,
    }
    assert preview["sharedMarks"] == []
    merged = await desk.merge_students()
    assert merged["student"] == {"id": desk.id(desk.ann), "firstName": "Ann"}
    assert await desk.rows(desk.gym) == {"Ann": "ABSENT"}
    assert await desk.rows(desk.gym, MONDAY - WEEK) == {"Ann": "PRESENT"}
    assert await desk.rows(desk.swim) == {"Ann": "ABSENT"}
    tokens = await desk.api.tokens(desk.ann, "state missedOccurrence { offering { name } } ledger { act }")
    assert sorted(each["missedOccurrence"]["offering"]["name"] for each in tokens) == ["Gym", "Swim 1"]
    (kept,) = await desk.world.rows(models.Student, id=desk.ann)
    assert (kept.birth_on, kept.medical_alert, kept.family_id) == (MONDAY, "Asthma", desk.family)
    (gone,) = await desk.world.rows(models.Student, id=desk.anne)
    assert (gone.merged_into_id, gone.family_id, gone.deleted_at is not None) == (desk.ann, desk.family, True)
    for model in (models.Mark, models.Enrollment, models.MakeupToken, models.StudentNote, models.ExpectedAbsence):
        assert await desk.world.rows(model, student_id=desk.anne) == [], model
    # Of two equal places in swimming, one is left.
    places = await desk.world.rows(models.Enrollment, student_id=desk.ann, offering_id=desk.swim.offering_id)
    assert [each.deleted_at is None for each in places].count(True) == 1
    await desk.sound()
    (record,) = (await desk.api.ask("{ merges { nodes { kind fromId intoId mergedBy { firstName } } } }"))["merges"][
        "nodes"
    ]
    assert record == {
        "kind": "STUDENT",
        "fromId": desk.id(desk.anne),
        "intoId": desk.id(desk.ann),
        "mergedBy": {"firstName": "Sam"},
    }
    names = (await desk.api.ask("{ students { nodes { firstName } } }"))["students"]["nodes"]
    assert names == [{"firstName": "Ann"}]


async def test_R13_6_a_place_that_is_offered_to_one_is_offered_to_the_other(desk: Desk) -> None:
    offering = (await desk.world.weekly_class(name="Judo", capacity=1)).offering_id
    kept, moved = [
        await desk.world.enroll(each, offering, type=EnrollmentType.WAITLIST) for each in (desk.ann, desk.anne)
    ]
    await desk.world.place_offer(moved)
    await desk.merge_students()
    offers = await desk.world.owner.execute(
        text("SELECT enrollment_id, state FROM place_offer WHERE organization_id = :own"),
        {"own": desk.world.organization_id},
    )
    assert [tuple(row) for row in offers] == [(kept, "OPEN")]
    await desk.sound()


@pytest.mark.parametrize(("keep", "left", "tokens"), [("FROM", "ABSENT", 1), ("INTO", "PRESENT", 0)])
async def test_R13_6_where_both_have_a_mark_staff_choose(desk: Desk, keep: str, left: str, tokens: int) -> None:
    await desk.api.submit(desk.swim, {desk.ann: "PRESENT", desk.anne: "ABSENT"})
    await desk.api.submit(desk.swim, {desk.ann: "ABSENT", desk.anne: "ABSENT"}, MONDAY - WEEK)
    preview = await desk.preview("Students", desk.id(desk.anne), desk.id(desk.ann))
    week, today = sorted(preview["sharedMarks"], key=lambda each: each["date"])
    assert (week["mustBeChosen"], today["mustBeChosen"]) == (False, True)
    before = await fingerprint(desk.world)
    refused = await desk.merge_students(marks=[])
    assert (refused["__typename"], refused["occurrenceIds"]) == ("MarksNotChosen", [desk.swim.sheet_id()])
    assert await fingerprint(desk.world) == before
    merged = await desk.merge_students(marks=[{"occurrenceId": desk.swim.sheet_id(), "keep": keep}])
    assert merged["__typename"] == "MergeStudentsSuccess"
    assert await desk.rows(desk.swim) == {"Ann": left}
    assert await desk.rows(desk.swim, MONDAY - WEEK) == {"Ann": "ABSENT"}
    found = await desk.api.tokens(desk.ann, "state missedOccurrence { date }")
    assert [each["missedOccurrence"]["date"] for each in found].count(str(MONDAY)) == tokens
    assert [each["missedOccurrence"]["date"] for each in found].count(str(MONDAY - WEEK)) == 1
    assert {each["state"] for each in found} <= {"AVAILABLE"}
    await desk.sound()


async def test_R13_6_a_token_in_use_on_both_sides_is_told(desk: Desk) -> None:
    await desk.api.submit(desk.swim, {desk.ann: "ABSENT", desk.anne: "ABSENT"}, MONDAY - WEEK)
    (token,) = await desk.world.rows(models.MakeupToken, student_id=desk.anne)
    other = await desk.world.weekly_class(name="Dive", weekday=3)
    redeemed = await desk.api.act(
        "redeemMakeupToken",
        tokenId=encode_id("MakeupToken", token.id),
        occurrenceId=other.sheet_id(MONDAY + timedelta(days=2)),
    )
    assert redeemed["__typename"] == "RedeemMakeupTokenSuccess", redeemed
    refused = await desk.merge_students(marks=[])
    assert (refused["__typename"], refused["makeupTokenIds"]) == (
        "MergedTokenInUse",
        [encode_id("MakeupToken", token.id)],
    )
    # The other way round, the used one is kept.
    done = await desk.merge("Students", desk.id(desk.ann), desk.id(desk.anne), "student { firstName }", marks=[])
    assert done["student"] == {"firstName": "Anne"}
    assert [each["state"] for each in await desk.api.tokens(desk.anne, "state")] == ["PENDING"]
    await desk.sound()


async def test_R13_6_what_changed_since_the_preview_is_told(desk: Desk) -> None:
    preview = await desk.preview("Students", desk.id(desk.anne), desk.id(desk.ann))
    await desk.api.submit(desk.gym, {desk.anne: "ABSENT"})
    given = {"fromId": desk.id(desk.anne), "intoId": desk.id(desk.ann), "seen": preview["seen"], "marks": []}
    assert (await desk.api.act("mergeStudents", **given))["__typename"] == "MergePreviewOutdated"
    assert (await desk.merge_students(marks=[]))["__typename"] == "MergeStudentsSuccess"
    document = "query($from: ID!, $into: ID!) { mergeStudentsPreview(fromId: $from, intoId: $into) { seen } }"
    ids = {"from": desk.id(desk.anne), "into": desk.id(desk.ann)}
    assert (await desk.api.refused(document, **ids))[0] == "NOT_FOUND"
    # Nobody writes about the merged one any more.
    refused = await desk.api.submit(desk.gym, {desk.anne: "PRESENT"})
    assert refused["__typename"] == "StudentNotOnRoster"


async def test_R13_6_families_are_merged_with_their_people_and_balance(desk: Desk) -> None:
    for family, balance, phone in ((desk.family, 10, "512 555 0100"), (desk.other_family, 5, "512 555 0101")):
        await desk.world.change(models.Family, family, balance=Decimal(balance), phone=phone)
    await desk.world.change(models.Family, desk.other_family, email="bakers@example.com")
    await desk.world.guardian(desk.family)
    await desk.world.guardian(desk.other_family, first_name="Gus")
    ids = encode_id("Family", desk.other_family), encode_id("Family", desk.family)
    shown = "family { name email balance phones guardians { firstName } students { firstName } }"
    merged = await desk.merge("Families", *ids, shown)
    assert merged["family"] == {
        "name": "Baker",
        "email": "bakers@example.com",
        "balance": "15.00",
        "phones": ["512 555 0100", "512 555 0101"],
        "guardians": [{"firstName": "Gail"}, {"firstName": "Gus"}],
        "students": [{"firstName": "Ann"}, {"firstName": "Anne"}],
    }
    sheet = await desk.api.occurrence(desk.swim.sheet_id(), "changes { kind entries { student { firstName } } }")
    assert {each["student"]["firstName"] for each in sheet["changes"][-1]["entries"]} == {"Ann", "Anne"}
    await desk.sound()


async def test_R13_6_guardians_are_merged_with_numbers_and_address(desk: Desk) -> None:
    gail = await desk.world.guardian(desk.family)
    gale = await desk.world.guardian(desk.family, first_name="Gale", email="gail@example.com", password_hash="x")
    await desk.world.add(models.GuardianPhone, person_id=gale, number="512 555 0101")
    client = await desk.api.signed_in(desk.world, gale, Portal.CUSTOMER)
    ids = encode_id("Guardian", gale), encode_id("Guardian", gail)
    merged = await desk.merge("Guardians", *ids, "guardian { firstName email phones }")
    assert merged["guardian"] == {"firstName": "Gail", "email": "gail@example.com", "phones": ["512 555 0101"]}
    assert (await client.refused("{ viewer { __typename } }"))[0] == "UNAUTHENTICATED"
    stranger = await desk.world.guardian(desk.other_family, first_name="Gus")
    refused = await desk.merge("Guardians", encode_id("Guardian", stranger), ids[1], "guardian { firstName }")
    assert refused["__typename"] == "GuardiansOfTwoFamilies"


async def test_R16_5_erasing_a_student_erases_who_was_merged_into_it(desk: Desk) -> None:
    await desk.merge_students(marks=[])
    family, student = encode_id("Family", desk.family), desk.id(desk.ann)
    document = "query($f: ID!, $s: ID) { eraseFamilyPreview(familyId: $f, studentId: $s) { seen } }"
    seen = (await desk.api.ask(document, f=family, s=student))["eraseFamilyPreview"]["seen"]
    await desk.api.act("eraseFamily", familyId=family, studentId=student, seen=seen)
    rows = await desk.world.rows(models.Student)
    assert [(each.first_name, each.erased_at is not None) for each in rows] == [("Erased", True)] * 2
    await desk.sound()
