"""eraseFamily: nothing identifies the family any more, counts stay, and open roll sheets hear of it (R16.5)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Enum, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from attendance.rules.vocabulary import AttendanceStatus, EmailState, Permission, Portal
from db import models
from db.engine import Database
from db.models.privacy import ERASED, KEPT
from db.tasks.emails import begin_sending, claim, record
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from gql.fields.global_ids import encode_id
from tests.api.people.household import Household, dump, found_in, new_household, plant
from tests.support.api import Api
from tests.support.factories import MONDAY, Lesson, World

PREVIEW = """
query($family: ID!, $student: ID) {
  eraseFamilyPreview(familyId: $family, studentId: $student) {
    seen familyName guardianCount balance currency endingEnrollmentCount makeupCount noteCount waitingEmailCount
    keptMarkCount keptTokenCount students { firstName }
  }
}
"""
SHEET = "revision roster { student { firstName lastName birthOn } mark { status note } }"


@dataclass
class Desk:
    """The owner, a class on Mondays, and two families about whom every table says something."""

    api: Api
    world: World
    lesson: Lesson
    bakers: Household
    others: Household

    async def preview(self, whom: Household, student: Any = None) -> dict[str, Any]:
        ids = {"family": encode_id("Family", whom.family_id), "student": student and encode_id("Student", student)}
        return (await self.api.ask(PREVIEW, **ids))["eraseFamilyPreview"]  # type: ignore[no-any-return]

    async def erase(self, whom: Household, student: Any = None, **more: Any) -> dict[str, Any]:
        given = {"familyId": encode_id("Family", whom.family_id)}
        if student is not None:
            given["studentId"] = encode_id("Student", student)
        if "seen" not in more:
            more["seen"] = (await self.preview(whom, student))["seen"]
        return await self.api.act("eraseFamily", "studentCount guardianCount", **given, **more)


@pytest.fixture
async def desk(world: World, api: Api) -> Desk:
    lesson = await world.weekly_class()
    bakers, others = await new_household(world, lesson, "Baker"), await new_household(world, lesson, "Colton")
    return Desk(await api.as_staff(world, Permission.OWNER), world, lesson, bakers, others)


def test_R16_5_every_text_of_the_database_is_classed() -> None:
    texts = {
        f"{table.name}.{column.name}"
        for table in models.metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, String | LargeBinary | JSONB | ARRAY) and not isinstance(column.type, Enum)
    }
    assert texts == ERASED.keys() | KEPT.keys()
    assert ERASED.keys() & KEPT.keys() == set()


def test_R16_5_what_is_sensitive_in_logs_is_erased_unless_it_is_not_about_families() -> None:
    sensitive = {
        f"{table.name}.{column.name}"
        for table in models.metadata.sorted_tables
        for column in table.c
        if column.info.get("sensitive") and isinstance(column.type, String | JSONB)
    }
    assert sensitive - ERASED.keys() == {
        "background_task.error",
        "background_task_item.input",
        "background_task_item.title",
        "occurrence.cancellation_comment",
        "staff_absence.comment",
    }


async def test_R16_5_no_byte_of_an_erased_family_is_left_and_others_keep_theirs(desk: Desk) -> None:
    mine, theirs = await plant(desk.world, desk.bakers, "mine"), await plant(desk.world, desk.others, "their")
    before = await dump(desk.world.owner, desk.world.organization_id)
    assert len(found_in(before, [*mine.values(), *theirs.values()])) == len(mine) + len(theirs)
    assert await desk.erase(desk.bakers) == {
        "__typename": "EraseFamilySuccess",
        "studentCount": 1,
        "guardianCount": 1,
    }
    after = await dump(desk.world.owner, desk.world.organization_id)
    assert found_in(after, mine.values()) == []
    assert len(found_in(after, theirs.values())) == len(theirs)


async def test_R16_5_counts_stay(desk: Desk) -> None:
    counted = (models.Mark, models.MakeupToken, models.MakeupTokenEntry, models.Student, models.Family, models.Person)
    before = [await desk.world.count(model) for model in counted]
    await desk.erase(desk.bakers)
    assert [await desk.world.count(model) for model in counted] == before


async def test_R16_5_the_preview_says_what_happens_and_is_required(desk: Desk) -> None:
    preview = await desk.preview(desk.bakers)
    seen = preview.pop("seen")
    assert preview == {
        "familyName": "Baker",
        "guardianCount": 1,
        "balance": "12.00",
        "currency": "USD",
        "endingEnrollmentCount": 1,
        "makeupCount": 0,
        "noteCount": 1,
        "waitingEmailCount": 1,
        "keptMarkCount": 1,
        "keptTokenCount": 1,
        "students": [{"firstName": "Baker"}],
    }
    await desk.world.enroll(desk.bakers.ann, (await desk.world.weekly_class()).offering_id)
    refused = await desk.erase(desk.bakers, seen=seen)
    assert refused["__typename"] == "ErasurePreviewOutdated"
    assert (await desk.preview(desk.bakers))["endingEnrollmentCount"] == 2


async def test_R16_5_open_roll_sheets_show_the_change_as_the_next_revision(desk: Desk) -> None:
    before = await desk.api.occurrence(desk.lesson.sheet_id(), SHEET)
    await desk.erase(desk.bakers)
    after = await desk.api.occurrence(desk.lesson.sheet_id(), SHEET)
    assert after["revision"] == before["revision"] + 1
    rows = {row["student"]["firstName"]: row for row in after["roster"]}
    assert rows.keys() == {"Colton", "Erased"}
    assert rows["Erased"] == {
        "student": {"firstName": "Erased", "lastName": "Student", "birthOn": None},
        "mark": {"status": "ABSENT", "note": None},
    }
    next_week = await desk.api.occurrence(desk.lesson.sheet_id(MONDAY.replace(day=23)), SHEET)
    assert [row["student"]["firstName"] for row in next_week["roster"]] == ["Colton"]
    assert next_week["revision"] == 1


async def test_R16_5_one_student_is_erased_and_the_family_stays(desk: Desk) -> None:
    ben = await desk.world.student(family_id=desk.bakers.family_id, first_name="Ben")
    erased = await desk.erase(desk.bakers, desk.bakers.ann)
    assert (erased["studentCount"], erased["guardianCount"]) == (1, 0)
    family = (await desk.world.rows(models.Family, id=desk.bakers.family_id))[0]
    assert (family.name, family.erased_at, family.balance) == ("Baker", None, 12)
    names = {row.id: row.first_name for row in await desk.world.rows(models.Student)}
    assert (names[desk.bakers.ann], names[ben]) == ("Erased", "Ben")
    assert (await desk.world.rows(models.Person, id=desk.bakers.gail))[0].first_name == "Gail"


async def test_R16_5_a_guardian_is_signed_out(desk: Desk) -> None:
    gail = await desk.api.signed_in(desk.world, desk.bakers.gail, Portal.CUSTOMER)
    assert (await gail.ask("{ viewer { __typename } }"))["viewer"]["__typename"] == "GuardianViewer"
    await desk.erase(desk.bakers)
    assert (await gail.refused("{ viewer { __typename } }"))[0] == "UNAUTHENTICATED"


async def test_R16_5_tokens_cannot_be_used_and_a_booked_makeup_is_given_up(desk: Desk) -> None:
    token = (await desk.world.rows(models.MakeupToken, student_id=desk.bakers.ann))[0].id
    other = await desk.world.weekly_class()
    place = await desk.world.makeup(desk.bakers.ann, other, MONDAY.replace(day=23), token_id=token)
    await desk.erase(desk.bakers)
    (row,) = await desk.world.rows(models.MakeupToken, id=token)
    assert row.makeup_enrollment_id is None
    assert row.lapses_on < MONDAY
    assert (await desk.world.rows(models.Enrollment, id=place))[0].deleted_at is not None


async def test_R16_5_erasing_again_finds_nobody_and_a_retry_gets_the_first_answer(desk: Desk) -> None:
    given = {"seen": (await desk.preview(desk.bakers))["seen"], "idempotencyKey": "once"}
    first = await desk.erase(desk.bakers, **given)
    assert await desk.erase(desk.bakers, **given) == first
    document = "mutation($input: EraseFamilyInput!) { eraseFamily(input: $input) { __typename } }"
    again = {"familyId": encode_id("Family", desk.bakers.family_id), "seen": given["seen"]}
    assert (await desk.api.refused(document, input=again))[0] == "NOT_FOUND"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE student SET medical_alert = 'Nuts' WHERE id = :ann",
        "UPDATE mark SET note = 'Late again' WHERE student_id = :ann",
        "UPDATE makeup_token SET comment = 'For Ann' WHERE student_id = :ann",
        "UPDATE family SET email = 'a@b.co' WHERE id = :family",
        "INSERT INTO student_note (organization_id, id, student_id, body, written_at)"
        " VALUES (:own, gen_random_uuid(), :ann, 'Shy', now())",
    ],
)
async def test_R16_5_no_text_can_be_written_about_the_erased(desk: Desk, sql: str) -> None:
    await desk.erase(desk.bakers)
    values = {"ann": desk.bakers.ann, "family": desk.bakers.family_id, "own": desk.world.organization_id}
    with pytest.raises(Exception, match="was erased meanwhile"):
        await desk.world.owner.execute(text(sql), {name: value for name, value in values.items() if f":{name}" in sql})


async def test_R16_5_a_message_that_a_worker_has_taken_is_not_handed_over(desk: Desk, database: Database) -> None:
    (row,) = await desk.world.rows(models.Email, family_id=desk.bakers.family_id)
    now, lease = desk.api.clock.now, timedelta(minutes=1)
    async with unit_of_work(database, desk.world.organization_id, Announcer()) as uow:
        claimed = await claim(uow, row.id, now=now, lease=lease)
    assert claimed is not None
    await desk.erase(desk.bakers)
    async with unit_of_work(database, desk.world.organization_id, Announcer()) as uow:
        assert not await begin_sending(uow, claimed, now=now, lease=lease)
        assert not await record(uow, claimed, EmailState.FAILED, now=now, due_at=now, error="550 a@b.co is unknown")
    assert await desk.world.rows(models.Email, family_id=desk.bakers.family_id) == []


async def test_R16_5_a_mark_without_a_note_can_still_be_corrected(desk: Desk) -> None:
    await desk.erase(desk.bakers)
    await desk.api.submit(desk.lesson, {desk.bakers.ann: "EXCUSED_ABSENCE"})
    (mark,) = await desk.world.rows(models.Mark, student_id=desk.bakers.ann)
    assert mark.status is AttendanceStatus.EXCUSED_ABSENCE
