"""It is recorded who of the staff was shown whose medical text: once a person, student and day."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from attendance.rules.vocabulary import Permission, Portal
from db import models
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.factories import Lesson, World

READS = "{ medicalReads { nodes { readOn staffMember { firstName } student { firstName } } } }"
SHEET = "roster { student { firstName } indicators { kind detail } }"
SEES = (Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL, Permission.SEE_MEDICAL)


@dataclass
class Desk:
    api: Api
    nora: Api
    world: World
    lesson: Lesson
    ann: UUID

    async def reads(self) -> list[tuple[UUID, UUID]]:
        await self.api.services.security_log.close()
        rows = await self.world.rows(models.MedicalRead)
        return [(row.person_id, row.student_id) for row in rows]

    async def see(self, api: Api, field: str = "medicalAlert") -> Any:
        query = f"query($id: ID!) {{ student(id: $id) {{ {field} }} }}"
        return (await api.ask(query, id=encode_id("Student", self.ann)))["student"]


@pytest.fixture
async def desk(world: World, api: Api) -> Desk:
    lesson = await world.weekly_class()
    ann = await world.student(medical_alert="Nuts!")
    for student in (ann, await world.student(first_name="Ben", medical_alert="n/a"), await world.student()):
        await world.enroll(student, lesson.offering_id)
    nora = await api.as_staff(world, person_id=await world.staff(*SEES, first_name="Nora"))
    return Desk(api, nora, world, lesson, ann)


async def test_a_text_that_is_shown_is_recorded_once_a_day(desk: Desk) -> None:
    for _ in range(2):
        assert await desk.see(desk.nora) == {"medicalAlert": "Nuts!"}
    assert len(await desk.reads()) == 1
    assert await desk.see(desk.nora) == {"medicalAlert": "Nuts!"}
    assert len(await desk.reads()) == 1
    desk.api.clock.forward(days=1)
    desk.nora = await desk.api.as_staff(desk.world, person_id=(await desk.reads())[0][0])
    await desk.see(desk.nora)
    assert len(await desk.reads()) == 2


async def test_a_roll_sheet_records_the_students_who_have_a_text(desk: Desk) -> None:
    rows = (await desk.nora.occurrence(desk.lesson.sheet_id(), SHEET))["roster"]
    assert [each["detail"] for row in rows for each in row["indicators"] if each["kind"] == "MEDICAL_ALERT"] == [
        "Nuts!"
    ]
    ((_, student),) = await desk.reads()
    assert student == desk.ann


@pytest.mark.parametrize("shown", ["roster { indicators { kind label } }", "roster { student { firstName } }"])
async def test_what_does_not_show_the_text_is_not_recorded(desk: Desk, shown: str) -> None:
    await desk.nora.occurrence(desk.lesson.sheet_id(), shown)
    await desk.see(desk.nora, "firstName")
    assert await desk.reads() == []


async def test_who_may_not_see_it_and_the_family_itself_are_not_recorded(desk: Desk) -> None:
    blind = await desk.api.as_staff(desk.world, *SEES[:2])
    assert await desk.see(blind) == {"medicalAlert": None}
    (ann,) = await desk.world.rows(models.Student, id=desk.ann)
    gail = await desk.world.guardian(ann.family_id)
    assert await desk.see(await desk.api.signed_in(desk.world, gail, Portal.CUSTOMER)) == {"medicalAlert": "Nuts!"}
    assert await desk.reads() == []


async def test_owners_read_the_record(desk: Desk) -> None:
    await desk.see(desk.nora)
    await desk.api.services.security_log.close()
    owner = await desk.api.as_staff(desk.world, Permission.OWNER)
    assert (await owner.ask(READS))["medicalReads"]["nodes"] == [
        {"readOn": "2026-11-17", "staffMember": {"firstName": "Nora"}, "student": {"firstName": "Ann"}}
    ]


async def test_it_costs_the_request_no_statement(desk: Desk) -> None:
    await desk.nora.occurrence(desk.lesson.sheet_id(), SHEET)
    desk.nora.statements.clear()
    await desk.nora.occurrence(desk.lesson.sheet_id(), SHEET)
    assert not [statement for statement in desk.nora.statements if "medical_read" in statement]
